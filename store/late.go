package store

import (
	"context"
	"database/sql"
	"sync"
)

// A message that arrived while the database went away cannot be noted at once.
// As long as this process lives it knows better than the database, so it notes
// what it knows before anybody of it looks for something to send.

// late is what arrived and is still to be noted.
type late struct {
	mu   sync.Mutex
	acks []*ack
}

// maxLate bounds what is remembered. What is beyond it may be sent once more.
const maxLate = 20_000

func (l *late) add(a *ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.acks) < maxLate {
		l.acks = append(l.acks, a)
	}
}

func (l *late) take(n int) (some []*ack) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(n, len(l.acks))
	some, l.acks = l.acks[:n:n], l.acks[n:]
	return some
}

// settled notes that a message arrived: now, or as soon as the database is back.
func (s *Store) settled(a *ack) error {
	err := s.leave(leaving{ack: a})
	if IsAway(err) {
		s.late.add(a)
	}
	return err
}

// noteLate notes what arrived while the database was away.
func (s *Store) noteLate(ctx context.Context) error {
	for {
		some := s.late.take(64)
		if len(some) == 0 {
			return nil
		}
		if err := s.inTx(ctx, "note what arrived meanwhile", func(tx *sql.Tx) error { return s.write(ctx, tx, some, nil) }); err != nil {
			for _, a := range some {
				s.late.add(a)
			}
			return err
		}
	}
}
