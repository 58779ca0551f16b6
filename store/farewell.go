package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"redthread/bot"
)

// The last words to somebody who has been erased say that it is done, and under
// which number. They need to know where the chat is, so they are the last thing
// there is of it: once they have gone out, or cannot any more, they go too.

// lastWordsFor is how long the last words may wait for a person whom nothing
// reaches. It is the life of a session's copy in Redis, too: after it there is
// nothing left that could be forgotten.
const lastWordsFor = sessionTTL

// leaveLastWords posts the last words to each chat, in the erasure's own
// transaction, and notes the chats that are still to be forgotten. Whoever is
// sending there loses the claim.
func (s *Store) leaveLastWords(ctx context.Context, tx *sql.Tx, e erasing, done Erased) error {
	for i, c := range e.chats {
		after, seq, err := s.lastPlace(ctx, tx, c)
		if err != nil {
			return err
		}
		if e.say == nil || c.left {
			seq = 0
		}
		if seq > 0 {
			if err := s.postLast(ctx, tx, e, done, i, seq); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO erasure_ends (conversation, order_id, seq, after_at, until_at) VALUES (?, ?, ?, ?, ?)",
			c.conversation, e.order, seq, after, e.now+lastWordsFor.Milliseconds()); err != nil {
			return err
		}
	}
	return nil
}

// lastPlace is where the last words go in a chat, 0 when nobody can be reached
// there, and until when somebody may still come who has sent there before.
func (s *Store) lastPlace(ctx context.Context, tx *sql.Tx, c lastChat) (after, seq int64, err error) {
	var gone bool
	err = tx.QueryRowContext(ctx, "SELECT lease_until, max_seq + 1, gone FROM outbox_heads WHERE conversation = ?", c.conversation).Scan(&after, &seq, &gone)
	if errors.Is(err, sql.ErrNoRows) || gone {
		return after, 0, nil
	}
	if err != nil {
		return after, seq, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE outbox_heads SET sent_seq = max_seq, epoch = epoch + 1, owner = '', lease_until = 0 WHERE conversation = ?", c.conversation)
	return after, seq, err
}

func (s *Store) postLast(ctx context.Context, tx *sql.Tx, e erasing, done Erased, i int, seq int64) error {
	c := e.chats[i]
	to, err := bot.ParseConversation(c.conversation)
	if err != nil {
		return err
	}
	m, err := e.say(done, LastChat{Channel: to.Channel, Lang: c.lang, Asked: done.Channel == to.Channel})
	if err != nil {
		return fmt.Errorf("compose the last words: %w", err)
	}
	body, err := s.box.SealJSON(bodyPlace(c.conversation, seq), m)
	if err != nil {
		return err
	}
	// An alert's loss is no news: it would be about somebody whom nobody knows.
	_, err = tx.ExecContext(ctx, "INSERT INTO outbox (conversation, seq, event_key, n, lane, state, card, body, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
		c.conversation, seq, "last:"+done.Number, i+1, Alerts, Queued, body, e.now)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE outbox_heads SET max_seq = ?, lane = ?, due_at = "+s.dbnow()+" WHERE conversation = ?", seq, Alerts, c.conversation)
	return err
}

// ending is a chat that is still to be forgotten.
type ending struct {
	conversation string
	order        int64
	seq          int64 // of the last words; 0: there are none
	until        int64
}

// EndErasures forgets the chats of people who have been erased, as soon as the
// last words have gone out: where they are in the outbox, and the copy in Redis.
// It says how many it has forgotten. A chat that cannot be forgotten yet is
// tried again by the next call.
func (s *Store) EndErasures(ctx context.Context) (n int, err error) {
	ends, err := s.endings(ctx)
	if err != nil {
		return 0, err
	}
	for _, e := range ends {
		done, err := s.end(ctx, e)
		if err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	if n > 0 || s.unscrubbed.Load() {
		s.scrub(ctx)
	}
	return n, nil
}

func (s *Store) endings(ctx context.Context) (all []ending, err error) {
	const most = 100
	rows, err := s.read.QueryContext(ctx, "SELECT conversation, order_id, seq, until_at FROM erasure_ends x WHERE after_at <= "+s.dbnow()+
		" AND (until_at <= ? OR NOT EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = x.conversation AND o.seq = x.seq AND o."+pending+")) ORDER BY order_id LIMIT ?", millis(s.now()), most)
	if err != nil {
		return nil, wrap("look for last words", err)
	}
	defer rows.Close()
	for rows.Next() {
		var e ending
		if err := rows.Scan(&e.conversation, &e.order, &e.seq, &e.until); err != nil {
			return nil, wrap("look for last words", err)
		}
		all = append(all, e)
	}
	return all, wrap("look for last words", rows.Err())
}

// end forgets one chat. Somebody who has come back meanwhile is a stranger, whose
// own session and messages stay.
func (s *Store) end(ctx context.Context, e ending) (bool, error) {
	leave, err := s.lanes.enter(ctx, e.conversation)
	if err != nil {
		return false, err
	}
	defer leave()
	back, err := s.isBack(ctx, e.conversation)
	if err != nil {
		return false, err
	}
	if !back {
		// Before the rest: while Redis is away the chat stays on our list, as long as
		// the copy could live.
		if err := s.cache.forget(ctx, e.conversation); err != nil && millis(s.now()) < e.until {
			return false, nil
		}
	}
	done := false
	err = s.inTx(ctx, "forget a chat", func(tx *sql.Tx) (err error) {
		done, err = s.endIn(ctx, tx, e)
		return err
	})
	return done, err
}

func (s *Store) isBack(ctx context.Context, conversation string) (bool, error) {
	var n int
	err := s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM sessions WHERE conversation = ?", conversation).Scan(&n)
	return n > 0, wrap("look who has come back", err)
}

func (s *Store) endIn(ctx context.Context, tx *sql.Tx, e ending) (bool, error) {
	if _, err := tx.ExecContext(ctx, "DELETE FROM outbox WHERE conversation = ? AND seq <= ?", e.conversation, e.seq); err != nil {
		return false, err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM outbox_heads WHERE conversation = ? AND (owner = '' OR lease_until <= "+s.dbnow()+")"+
		" AND NOT EXISTS (SELECT 1 FROM sessions v WHERE v.conversation = ?)", e.conversation, e.conversation)
	if err != nil {
		return false, err
	}
	n, err := affected(tx.ExecContext(ctx, "DELETE FROM erasure_ends WHERE conversation = ? AND order_id = ?"+
		" AND (EXISTS (SELECT 1 FROM sessions v WHERE v.conversation = ?) OR NOT EXISTS (SELECT 1 FROM outbox_heads h WHERE h.conversation = ?))",
		e.conversation, e.order, e.conversation, e.conversation))
	return n == 1, err
}
