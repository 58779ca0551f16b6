package store

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// TurnLine is one line of the turn log. It holds no personal data.
type TurnLine struct {
	Conversation  string
	Seq           int64
	At            time.Time
	Kind          string // of the event
	Before, After string // flow/step
	Took          time.Duration
}

// TurnLog lists the newest turns, the newest first, at most n.
func (s *Store) TurnLog(ctx context.Context, n int) ([]TurnLine, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT conversation, seq, at, kind, before_step, after_step, took FROM turns ORDER BY at DESC, seq DESC LIMIT ?", n)
	if err != nil {
		return nil, wrap("read turn log", err)
	}
	defer rows.Close()
	var all []TurnLine
	for rows.Next() {
		var l TurnLine
		var at, took int64
		if err := rows.Scan(&l.Conversation, &l.Seq, &at, &l.Kind, &l.Before, &l.After, &took); err != nil {
			return nil, wrap("read turn log", err)
		}
		l.At, l.Took = fromMillis(at), time.Duration(took)*time.Millisecond
		all = append(all, l)
	}
	return all, wrap("read turn log", rows.Err())
}

// OutboxLine is one message as operators see it, without its words.
type OutboxLine struct {
	Conversation string
	Seq          int64
	State        State
	Tries        int
	Reason       string
	At, SentAt   time.Time
}

// OutboxLog lists the newest messages of every state, the newest first, at most
// n of each.
func (s *Store) OutboxLog(ctx context.Context, n int) ([]OutboxLine, error) {
	var all []OutboxLine
	for _, state := range states {
		lines, err := s.outboxLog(ctx, state, n)
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b OutboxLine) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Seq, a.Seq))
	})
	return all, nil
}

func (s *Store) outboxLog(ctx context.Context, state State, n int) ([]OutboxLine, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT conversation, seq, tries, reason, created_at, sent_at FROM outbox WHERE state = ? ORDER BY created_at DESC LIMIT ?", state, n)
	if err != nil {
		return nil, wrap("read outbox", err)
	}
	defer rows.Close()
	var all []OutboxLine
	for rows.Next() {
		l := OutboxLine{State: state}
		var at, sent int64
		if err := rows.Scan(&l.Conversation, &l.Seq, &l.Tries, &l.Reason, &at, &sent); err != nil {
			return nil, wrap("read outbox", err)
		}
		l.At, l.SentAt = fromMillis(at), fromMillis(sent)
		all = append(all, l)
	}
	return all, wrap("read outbox", rows.Err())
}
