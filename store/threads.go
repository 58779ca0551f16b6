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

// Ending is a thread that is to be deleted, because the client it is about has been
// erased.
type Ending struct {
	Group  int64
	Key    string
	Thread int
}

const (
	endAfter = time.Minute      // what colleagues are told last goes out before
	endAgain = 10 * time.Minute // one that could not be deleted is tried again then
)

// Ending lists threads that are to be deleted now, at most n. Whoever has deleted one
// says so by Gone, who could not by Later.
func (t Threads) Ending(ctx context.Context, n int) (all []Ending, err error) {
	rows, err := t.s.read.QueryContext(ctx, "SELECT chat, thread_key, thread FROM threads WHERE channel = ? AND ends_at > 0 AND ends_at <= ? ORDER BY ends_at LIMIT ?", t.channel, millis(t.s.now()), n)
	if err != nil {
		return nil, wrap("look for threads to be deleted", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e Ending
		if err := rows.Scan(&e.Group, &e.Key, &e.Thread); err != nil {
			return nil, wrap("look for threads to be deleted", err)
		}
		all = append(all, e)
	}
	return all, wrap("look for threads to be deleted", rows.Err())
}

// Later has a thread's deletion tried again.
func (t Threads) Later(ctx context.Context, e Ending) error {
	_, err := t.s.exec(ctx, "delete a thread later", "UPDATE threads SET ends_at = ? WHERE channel = ? AND chat = ? AND thread_key = ?", millis(t.s.now().Add(endAgain)), t.channel, key(e.Group), e.Key)
	return err
}

// endThreads has the threads about clients deleted who are being erased.
func (s *Store) endThreads(ctx context.Context, tx *sql.Tx, chats []lastChat) error {
	for _, c := range chats {
		if _, err := tx.ExecContext(ctx, "UPDATE threads SET ends_at = ? WHERE thread_key = ?", millis(s.now().Add(endAfter)), number("K", c.id)); err != nil {
			return err
		}
	}
	return nil
}

// Gone forgets the key's thread, if it still is that one, or with 0 the right to
// make it.
func (t Threads) Gone(ctx context.Context, group int64, name string, thread int) error {
	_, err := t.s.exec(ctx, "forget thread", "DELETE FROM threads WHERE channel = ? AND chat = ? AND thread_key = ? AND thread = ?", t.channel, key(group), name, thread)
	return err
}
