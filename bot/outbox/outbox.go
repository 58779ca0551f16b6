// Package outbox delivers what the turns have left behind: at least once, and in
// order within a conversation. A conversation is claimed for a short lease that
// is renewed while its messages go out; any process may deliver any of them, and
// one that dies or freezes loses the claim.
//
// Every message ends in a state that staff can see: sent, waiting for the person
// to write, failed with a reason, unreachable. A send whose outcome nobody knows
// is tried again where Repeat allows it, because a second copy is better than
// silence there, and given up as failed where the platform forbids it.
package outbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Sender delivers the outbox through the channels.
type Sender struct {
	Store    *store.Store
	Channels map[string]bot.Channel
	Workers  int            // conversations served at the same time; 0: 256
	Repeat   map[string]int // by channel, how often a send of unknown outcome is tried in all; 0: once

	// Open reads a picture that a message carries; its errors are those of
	// store.OpenMedia. nil: store.OpenMedia, which knows no pictures for one
	// viewer.
	Open func(context.Context, bot.MediaID) ([]byte, error)

	Knocks *Knocks // nil: nobody is told by other means that something waits

	// Last is what the last message says that the platform lets us say to somebody,
	// besides its own words; nil: nothing.
	Last func(who store.Reader, lang string) string

	After func(time.Duration) <-chan time.Time // waits between two looks; nil: time.After

	Log *slog.Logger // nil: slog.Default()

	mu     sync.Mutex
	pauses map[string]time.Time // by channel: the platform asked us all to wait

	away bool // the database was, when it was last asked
}

const (
	lease   = 9 * time.Second // renewed every third of it while a message is going out
	poll    = 300 * time.Millisecond
	oneSend = 40 * time.Second // no send is waited for longer
	batch   = 16
	giveUp  = 24 * time.Hour // what could not be sent for so long has failed

	// When the database comes back, every process gets so long to note what it sent
	// before the database went, so that no other sends it again.
	afterAway = 2 * time.Second
)

func (s *Sender) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// Run delivers until ctx ends, and returns when the sends in flight are done.
func (s *Sender) Run(ctx context.Context) {
	after := s.After
	if after == nil {
		after = time.After
	}
	w := &workers{slots: make(chan struct{}, cmp.Or(s.Workers, 256)), done: make(chan struct{}, 1)}
	s.Store.OnReady(func(cl *store.Claim, next []store.Outgoing) { s.take(ctx, w, cl, next) })
	defer w.close()
	defer s.Store.OnReady(nil)
	for {
		wait := s.dispatch(ctx, w)
		select {
		case <-ctx.Done():
			return
		case <-s.Store.Woken():
		case <-w.done:
		case <-after(poll):
		}
		if wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-after(wait):
			}
		}
	}
}

// take sends what a commit has just left, under the claim it took along. When
// everybody is busy, the conversation is given back to be found by dispatch.
func (s *Sender) take(ctx context.Context, w *workers, cl *store.Claim, next []store.Outgoing) {
	ok := ctx.Err() == nil && !s.paused(cl.To.Channel) && w.try(func() { s.report(ctx, cl.To, s.deliver(ctx, cl, next)) })
	if ok {
		return
	}
	if err := cl.Release(context.WithoutCancel(ctx), store.Rest{}); err != nil {
		s.report(ctx, cl.To, err)
	}
}

// dispatch starts a worker for each due conversation, as long as there are free
// ones, and says how long to wait before the next look at least. Processes that
// look at the same list start at different places.
func (s *Sender) dispatch(ctx context.Context, w *workers) (wait time.Duration) {
	due, err := s.due(ctx)
	if err != nil && ctx.Err() == nil {
		s.log().WarnContext(ctx, "outbox: cannot look for what is due", "error", err)
	}
	was := s.away
	s.away = store.IsAway(err)
	if was && !s.away {
		return afterAway
	}
	for _, c := range due {
		if !w.try(func() { _, err := s.serve(ctx, c); s.report(ctx, c, err) }) {
			break
		}
	}
	return 0
}

func (s *Sender) report(ctx context.Context, c bot.Conversation, err error) {
	if err != nil && ctx.Err() == nil {
		s.log().WarnContext(ctx, "outbox: delivery interrupted", "conversation", c.String(), "error", err)
	}
}

// Drain delivers what is due now and returns how many messages were sent.
func (s *Sender) Drain(ctx context.Context) (int, error) {
	total := 0
	for {
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return total, err
		}
		progress := false
		for _, c := range due {
			n, err := s.serve(ctx, c)
			if err != nil {
				return total, err
			}
			total += max(n, 0)
			progress = progress || n >= 0
		}
		if !progress {
			return total, nil
		}
	}
}

func (s *Sender) due(ctx context.Context) ([]bot.Conversation, error) {
	due, err := s.Store.Due(ctx, 64)
	if err != nil {
		return nil, err
	}
	open := due[:0]
	for _, c := range due {
		if !s.paused(c.Channel) {
			open = append(open, c)
		}
	}
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	return open, nil
}

func (s *Sender) paused(channel string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Store.Now().Before(s.pauses[channel])
}

func (s *Sender) pauseAll(channel string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pauses == nil {
		s.pauses = map[string]time.Time{}
	}
	s.pauses[channel] = s.Store.Now().Add(d)
}

// serve claims one conversation and sends what waits for it; it says how many
// messages were sent, -1 when somebody else is at it.
func (s *Sender) serve(ctx context.Context, c bot.Conversation) (sent int, err error) {
	cl, err := s.Store.Claim(context.WithoutCancel(ctx), c, lease)
	if err != nil || cl == nil {
		return -1, err
	}
	next, err := cl.Pending(context.WithoutCancel(ctx), batch)
	if err != nil {
		return 0, errors.Join(err, ignoreLost(cl.Release(context.WithoutCancel(ctx), store.Rest{})))
	}
	d := delivery{s: s, cl: cl}
	err = d.run(ctx, next)
	return d.sent, err
}

// deliver sends what is already in hand.
func (s *Sender) deliver(ctx context.Context, cl *store.Claim, next []store.Outgoing) error {
	d := delivery{s: s, cl: cl}
	return d.run(ctx, next)
}

func ignoreLost(err error) error {
	if errors.Is(err, store.ErrLost) {
		return nil
	}
	return err
}

// send hands the message to its channel, and keeps the claim alive meanwhile.
func (s *Sender) send(ctx context.Context, cl *store.Claim, o store.Outgoing) (_ bot.Receipt, err error) {
	c := s.Channels[o.To.Channel]
	if c == nil {
		return bot.Receipt{}, &bot.Refused{Reason: "no channel " + o.To.Channel}
	}
	ctx, cancel := context.WithTimeout(ctx, oneSend)
	defer cancel()
	budget := -1
	if c.Metered() {
		budget = max(cl.Budget, 0)
	}
	if time.Until(cl.Until) < lease*2/3 {
		if err := cl.Renew(ctx, lease); err != nil {
			return bot.Receipt{Pieces: o.Pieces}, err
		}
	}
	defer s.keep(ctx, cancel, cl)()
	if o.Message.Changes != 0 {
		if o.Message, err = s.correction(ctx, o); err != nil {
			return bot.Receipt{Pieces: o.Pieces}, err
		}
	}
	if o.Message.Takes != 0 {
		if o.Message.Gone, err = s.Store.RefsOf(ctx, o.To, o.Message.Takes); err != nil {
			return bot.Receipt{Pieces: o.Pieces}, err
		}
	}
	return c.Send(ctx, bot.Delivery{To: o.To, Seq: o.Seq, Message: o.Message, Skip: o.Pieces, Budget: budget, Media: s.media})
}

// correction is what a correction looks like where the platform calls the corrected
// message by a name, and else.
func (s *Sender) correction(ctx context.Context, o store.Outgoing) (bot.Message, error) {
	m := o.Message
	ref, err := s.Store.RefOf(ctx, o.To, m.Changes)
	if err != nil {
		return m, err
	}
	if m.Edits = ref; ref == "" {
		m.Text, m.Otherwise = m.Otherwise, ""
	}
	return m, nil
}

// keep renews the claim until stop is called; when it is lost, the send is
// cancelled: what is not yet on the wire must not go out twice.
func (s *Sender) keep(ctx context.Context, cancel func(), cl *store.Claim) (stop func()) {
	var mu sync.Mutex // held while renewing, so that stop waits for it
	var timer *time.Timer
	over := false
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(lease/3, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		if err := cl.Renew(ctx, lease); errors.Is(err, store.ErrLost) || time.Now().After(cl.Until) {
			cancel()
			return
		}
		timer.Reset(lease / 3)
	})
	return func() {
		mu.Lock()
		defer mu.Unlock()
		over = true
		timer.Stop()
	}
}

func (s *Sender) media(ctx context.Context, id bot.MediaID) (io.ReadCloser, error) {
	var b []byte
	var err error
	if s.Open != nil {
		b, err = s.Open(ctx, id)
	} else {
		b, _, err = s.Store.OpenMedia(ctx, id)
	}
	if err != nil {
		return nil, fmt.Errorf("outbox: open picture: %w", err)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}
