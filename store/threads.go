package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Threads remembers which thread of which group belongs to which key of ours, for
// one channel and all processes.
type Threads struct {
	s       *Store
	channel string
}

// Threads opens those of a channel.
func (s *Store) Threads(channel string) Threads { return Threads{s, channel} }

// makingFor is how long one process has the right to make a thread.
const makingFor = 30 * time.Second

// Thread is the thread of the key, 0 when there is none.
func (t Threads) Thread(ctx context.Context, group int64, name string) (thread int, err error) {
	err = t.s.sql.QueryRowContext(ctx, "SELECT thread FROM threads WHERE channel = ? AND chat = ? AND thread_key = ?", t.channel, key(group), name).Scan(&thread)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return thread, wrap("look for thread", err)
}

// Key is whose thread it is, empty when it is nobody's.
func (t Threads) Key(ctx context.Context, group int64, thread int) (name string, err error) {
	err = t.s.sql.QueryRowContext(ctx, "SELECT thread_key FROM threads WHERE channel = ? AND chat = ? AND thread = ?", t.channel, key(group), thread).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, wrap("look whose thread it is", err)
}

// Begin takes the right to make the key's thread, for half a minute. It is false
// while somebody else has it, and when there is a thread.
func (t Threads) Begin(ctx context.Context, group int64, name string) (bool, error) {
	now := t.s.now()
	n, err := t.s.exec(ctx, "begin thread", "UPDATE threads SET made_at = ? WHERE channel = ? AND chat = ? AND thread_key = ? AND thread = 0 AND made_at <= ?",
		millis(now), t.channel, key(group), name, millis(now.Add(-makingFor)))
	if n == 1 || err != nil {
		return n == 1, err
	}
	_, err = t.s.exec(ctx, "begin thread", "INSERT INTO threads (channel, chat, thread_key, thread, made_at) VALUES (?, ?, ?, 0, ?)", t.channel, key(group), name, millis(now))
	if isDuplicate(err) {
		return false, nil
	}
	return err == nil, err
}

// Made remembers the thread that was made.
func (t Threads) Made(ctx context.Context, group int64, name string, thread int) error {
	_, err := t.s.exec(ctx, "remember thread", "UPDATE threads SET thread = ?, made_at = ? WHERE channel = ? AND chat = ? AND thread_key = ?",
		thread, millis(t.s.now()), t.channel, key(group), name)
	return err
}

// Gone forgets the key's thread, if it still is that one, or with 0 the right to
// make it.
func (t Threads) Gone(ctx context.Context, group int64, name string, thread int) error {
	_, err := t.s.exec(ctx, "forget thread", "DELETE FROM threads WHERE channel = ? AND chat = ? AND thread_key = ? AND thread = ?", t.channel, key(group), name, thread)
	return err
}
