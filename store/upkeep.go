package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"redthread/bot"
)

// What an operator does to messages by hand.

// OutboxWish says which messages an operator wants to see.
type OutboxWish struct {
	State State            // empty: all that have not arrived
	To    bot.Conversation // zero: everybody
	Most  int
}

// OutboxFind lists messages, the newest first, without their words.
func (s *Store) OutboxFind(ctx context.Context, w OutboxWish) ([]OutboxLine, error) {
	where, args := "state <> 'sent'", []any{}
	if w.State != "" {
		where, args = "state = ?", append(args, w.State)
	}
	if !w.To.IsZero() {
		where, args = where+" AND conversation = ?", append(args, w.To.String())
	}
	rows, err := s.read.QueryContext(ctx, "SELECT conversation, seq, state, tries, reason, created_at, sent_at FROM outbox WHERE "+where+" ORDER BY created_at DESC, seq DESC LIMIT ?", append(args, w.Most)...)
	if err != nil {
		return nil, wrap("read outbox", err)
	}
	defer rows.Close()
	var all []OutboxLine
	for rows.Next() {
		var l OutboxLine
		var at, sent int64
		if err := rows.Scan(&l.Conversation, &l.Seq, &l.State, &l.Tries, &l.Reason, &at, &sent); err != nil {
			return nil, wrap("read outbox", err)
		}
		l.At, l.SentAt = fromMillis(at), fromMillis(sent)
		all = append(all, l)
	}
	return all, wrap("read outbox", rows.Err())
}

var (
	// ErrNotLost says that a message has arrived or is still on its way.
	ErrNotLost = errors.New("store: the message is not lost")

	// ErrNotPending says that a message has come to its end already.
	ErrNotPending = errors.New("store: the message is not on its way")

	// ErrSending says that a message is being sent at this moment.
	ErrSending = errors.New("store: the conversation is being served")
)

// Resend has a lost message sent again, after all that its conversation has been
// told meanwhile; seq is its new place there. ErrNotFound: no such message.
// ErrNotLost: it is not lost.
func (s *Store) Resend(ctx context.Context, to bot.Conversation, old int64) (seq int64, err error) {
	err = s.inTx(ctx, "send again", func(tx *sql.Tx) (err error) {
		seq, err = s.resend(ctx, tx, to, old)
		return err
	})
	if err == nil {
		s.Ring()
	}
	return seq, err
}

func (s *Store) resend(ctx context.Context, tx *sql.Tx, to bot.Conversation, old int64) (int64, error) {
	name := to.String()
	// The head first, as everybody does; who was found gone is tried again.
	if _, err := tx.ExecContext(ctx, "UPDATE outbox_heads SET max_seq = max_seq + 1, gone = 0, due_at = "+s.dbnow()+" WHERE conversation = ?", name); err != nil {
		return 0, err
	}
	var body []byte
	var state State
	var seq int64
	err := tx.QueryRowContext(ctx, "SELECT o.body, o.state, h.max_seq FROM outbox o JOIN outbox_heads h ON h.conversation = o.conversation WHERE o.conversation = ? AND o.seq = ?", name, old).Scan(&body, &state, &seq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return 0, ErrNotFound
	case err != nil:
		return 0, err
	case state != Failed && state != Unreachable:
		return 0, ErrNotLost
	}
	plain, err := s.box.Open(bodyPlace(name, old), body)
	if err != nil {
		return 0, err
	}
	if body, err = s.box.Seal(bodyPlace(name, seq), plain); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE outbox_about SET seq = ? WHERE conversation = ? AND seq = ?", seq, name, old); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE carried SET seq = ?, refs = '' WHERE conversation = ? AND seq = ?", seq, name, old); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE outbox SET seq = ?, body = ?, state = ?, tries = 0, unsure = 0, reason = '' WHERE conversation = ? AND seq = ?", seq, body, Queued, name, old)
	return seq, err
}

// Lost lists the messages that were lost since then and can be sent again
// without a second copy: the outcome of none is in doubt. The oldest is first;
// at most n.
func (s *Store) Lost(ctx context.Context, since time.Time, n int) ([]OutboxLine, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT conversation, seq FROM outbox WHERE state IN ('failed', 'unreachable') AND created_at >= ? AND unsure = 0 AND reason NOT LIKE ? AND reason <> ? ORDER BY created_at, seq LIMIT ?",
		millis(since), unsureReason+"%", droppedReason, n)
	if err != nil {
		return nil, wrap("look for lost messages", err)
	}
	defer rows.Close()
	var all []OutboxLine
	for rows.Next() {
		var l OutboxLine
		if err := rows.Scan(&l.Conversation, &l.Seq); err != nil {
			return nil, wrap("look for lost messages", err)
		}
		all = append(all, l)
	}
	return all, wrap("look for lost messages", rows.Err())
}

const (
	unsureReason  = "outcome unknown" // as the outbox says it
	droppedReason = "dropped by an operator"
)

// Drop gives a message up that has not gone out; those behind it can go.
// ErrNotFound: no such message. ErrNotPending: it has come to its end.
// ErrSending: it may be going out right now.
func (s *Store) Drop(ctx context.Context, to bot.Conversation, seq int64) error {
	err := s.inTx(ctx, "drop message", func(tx *sql.Tx) error { return s.drop(ctx, tx, to, seq) })
	if err == nil {
		s.Ring()
	}
	return err
}

func (s *Store) drop(ctx context.Context, tx *sql.Tx, to bot.Conversation, seq int64) error {
	name := to.String()
	// Nobody may be sending, and whoever once was has lost the right to.
	free, err := affected(tx.ExecContext(ctx, "UPDATE outbox_heads SET epoch = epoch + 1, owner = '' WHERE conversation = ? AND (owner = '' OR lease_until <= "+s.dbnow()+")", name))
	if err != nil {
		return err
	}
	var state State
	err = tx.QueryRowContext(ctx, "SELECT state FROM outbox WHERE conversation = ? AND seq = ?", name, seq).Scan(&state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return ErrNotFound
	case err != nil:
		return err
	case state != Queued && state != Waiting:
		return ErrNotPending
	case free == 0:
		return ErrSending
	}
	if _, err := tx.ExecContext(ctx, "UPDATE outbox SET state = ?, reason = ? WHERE conversation = ? AND seq = ?", Failed, droppedReason, name, seq); err != nil {
		return err
	}
	return s.advance(ctx, tx, name)
}

// advance lets a head stand before its first pending message.
func (s *Store) advance(ctx context.Context, tx *sql.Tx, conversation string) error {
	var first sql.NullInt64
	if err := tx.QueryRowContext(ctx, "SELECT MIN(seq) FROM outbox WHERE conversation = ? AND "+pending, conversation).Scan(&first); err != nil {
		return err
	}
	if first.Valid {
		_, err := tx.ExecContext(ctx, "UPDATE outbox_heads SET sent_seq = ? WHERE conversation = ?", first.Int64-1, conversation)
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE outbox_heads SET sent_seq = max_seq, due_at = ? WHERE conversation = ?", far, conversation)
	return err
}

// Letter reads what is known of a dead letter. ErrNotFound: there is none of
// that number.
func (s *Store) Letter(ctx context.Context, id int64) (Letter, error) {
	l := Letter{ID: id}
	var at, played int64
	err := s.read.QueryRowContext(ctx, "SELECT channel, why, at, played_at FROM letters WHERE id = ?", id).Scan(&l.Channel, &l.Why, &at, &played)
	if errors.Is(err, sql.ErrNoRows) {
		return l, fmt.Errorf("store: dead letter %d: %w", id, ErrNotFound)
	}
	l.At, l.Played = fromMillis(at), played != 0
	return l, wrap("read dead letter", err)
}

// LetterPlayed notes that a dead letter has taken effect.
func (s *Store) LetterPlayed(ctx context.Context, id int64) error {
	_, err := s.exec(ctx, "note that a dead letter was played", "UPDATE letters SET played_at = ? WHERE id = ?", millis(s.now()), id)
	return err
}

// LastEvent is the key of the conversation's newest turn, "" when it has none.
func (s *Store) LastEvent(ctx context.Context, c bot.Conversation) (key bot.EventKey, at time.Time, err error) {
	var ms int64
	err = s.sql.QueryRowContext(ctx, "SELECT event_key, at FROM turns WHERE conversation = ? ORDER BY seq DESC LIMIT 1", c.String()).Scan(&key, &ms)
	if errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, nil
	}
	return key, fromMillis(ms), wrap("read newest turn", err)
}

// ParseState reads a message's state by its name.
func ParseState(s string) (State, error) {
	for _, known := range states {
		if State(s) == known {
			return known, nil
		}
	}
	return "", fmt.Errorf("store: there is no state %q", strings.TrimSpace(s))
}
