package telegram

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	sdk "github.com/go-telegram/bot"

	"redthread/bot"
)

// Threads remembers which thread of a group, Telegram's forum topic, belongs to
// which key of ours. It may be asked by several processes at a time.
type Threads interface {
	// Thread is the thread of the key, 0 when there is none.
	Thread(ctx context.Context, group int64, key string) (thread int, err error)

	// Key is whose thread it is, empty when it is nobody's.
	Key(ctx context.Context, group int64, thread int) (key string, err error)

	// Begin takes the right to make the key's thread, for half a minute. It is false
	// while somebody else has it, and when there is a thread.
	Begin(ctx context.Context, group int64, key string) (bool, error)

	// Made remembers the thread that was made.
	Made(ctx context.Context, group int64, key string, thread int) error

	// Gone forgets the key's thread, if it still is that one, or with 0 the right to
	// make it.
	Gone(ctx context.Context, group int64, key string, thread int) error
}

// keyShape is what may be the key of a thread. It is the topic's name as well.
var keyShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// elsewhere is how long to wait while another process makes the thread.
const elsewhere = time.Second

// enter sees to it that the thread is there.
func (c *Channel) enter(ctx context.Context, at *spot) (err error) {
	if at.key == "" || at.thread != 0 {
		return nil
	}
	if at.thread, err = c.threads.Thread(ctx, at.home, at.key); err != nil || at.thread != 0 {
		return err
	}
	if err := c.leave(ctx, at.chat, 1); err != nil { // Telegram writes a line that says so
		return err
	}
	mine, err := c.threads.Begin(ctx, at.home, at.key)
	if err != nil {
		return err
	}
	if !mine {
		return &bot.SlowDown{For: elsewhere}
	}
	return c.openThread(ctx, at)
}

// openThread opens a topic. When we die before it is remembered another one will
// be opened; what is written in the first still finds its way (keyOf).
func (c *Channel) openThread(ctx context.Context, at *spot) error {
	topic, err := c.api.CreateForumTopic(ctx, &sdk.CreateForumTopicParams{ChatID: at.chat, Name: at.key})
	if err != nil {
		if gone := c.threads.Gone(ctx, at.home, at.key, 0); gone != nil {
			c.log.Warn("telegram: the right to open a thread was not given back", "group", at.home, "error", gone)
		}
		c.explainGroup(at.home, err)
		return err
	}
	at.thread = topic.MessageThreadID
	return c.threads.Made(ctx, at.home, at.key, at.thread)
}

// explainGroup tells an operator what is to be done about a group in which no
// topics can be opened.
func (c *Channel) explainGroup(group int64, err error) {
	remedy := ""
	switch {
	case says(err, "chat is not a forum"):
		remedy = "turn on Topics in the group's settings"
	case says(err, "not enough rights", "chat_admin_required", "have no rights"):
		remedy = "make the bot an administrator who may manage topics"
	default:
		return
	}
	c.log.Error("telegram: no topics can be opened in a group of the staff", "group", group, "remedy", remedy)
}

// opening is the deed that comes before a message to a thread that is not there.
const opening = "open thread"

// unopened sorts the failure of it: the message itself has certainly not been sent.
func (c *Channel) unopened(at *spot, err error) error {
	var slow *bot.SlowDown
	if errors.As(err, &slow) {
		return err
	}
	err = c.failure(opening, at.chat, err)
	var unsure *bot.Unsure
	if errors.As(err, &unsure) {
		return unsure.Err
	}
	return err
}

// What Telegram says of a thread that cannot be written to.
var (
	threadGone   = []string{"message thread not found", "topic_deleted", "topic_id_invalid"}
	threadClosed = []string{"topic_closed"}
)

// mend removes the reason why a send to a group was refused, where that is in our
// hands: a group that has moved is followed, a thread that was deleted is made
// anew, a closed one opened. It reports whether trying again makes sense.
func (c *Channel) mend(ctx context.Context, at *spot, err error) bool {
	switch {
	case c.follow(ctx, at, err):
		return at.once("moved")
	case at.key == "" || at.thread == 0:
		return false
	case says(err, threadGone...):
		if gone := c.threads.Gone(ctx, at.home, at.key, at.thread); gone != nil {
			c.log.Warn("telegram: a deleted thread was not forgotten", "group", at.home, "error", gone)
			return false
		}
		at.thread = 0
		return at.once("gone")
	case says(err, threadClosed...):
		_, open := c.api.ReopenForumTopic(ctx, &sdk.ReopenForumTopicParams{ChatID: at.chat, MessageThreadID: at.thread})
		return open == nil && at.once("closed")
	}
	return false
}

// spot is where a message goes: a chat, and in a group perhaps one of its threads.
type spot struct {
	chat   int64  // as it is called now
	home   int64  // as the conversation calls it
	key    string // of the thread; empty: it goes to no thread
	thread int    // 0: not known yet
	mended map[string]bool
}

// once is true the first time a thing is mended.
func (s *spot) once(what string) bool {
	if s.mended == nil {
		s.mended = map[string]bool{}
	}
	again := s.mended[what]
	s.mended[what] = true
	return !again
}

// memoryThreads forgets with the process; the topics that were made are found again
// only by who writes in them.
type memoryThreads struct {
	mu  sync.Mutex
	all map[string]int // -1: being made
}

func memoryKey(group int64, key string) string { return fmt.Sprint(group, "/", key) }

func (m *memoryThreads) Thread(_ context.Context, group int64, key string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return max(0, m.all[memoryKey(group, key)]), nil
}

func (m *memoryThreads) Key(_ context.Context, group int64, thread int) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	prefix := memoryKey(group, "")
	for name, t := range m.all {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix && t == thread {
			return name[len(prefix):], nil
		}
	}
	return "", nil
}

func (m *memoryThreads) Begin(_ context.Context, group int64, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[string]int{}
	}
	if m.all[memoryKey(group, key)] != 0 {
		return false, nil
	}
	m.all[memoryKey(group, key)] = -1
	return true, nil
}

func (m *memoryThreads) Made(_ context.Context, group int64, key string, thread int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[memoryKey(group, key)] = thread
	return nil
}

func (m *memoryThreads) Gone(_ context.Context, group int64, key string, thread int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t := m.all[memoryKey(group, key)]; max(t, 0) == thread {
		delete(m.all, memoryKey(group, key))
	}
	return nil
}
