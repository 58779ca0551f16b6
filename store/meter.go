package store

import (
	"sync/atomic"
	"time"

	"redthread/bot"
)

// TurnNote is what came of one event, for whoever counts. It names no person.
type TurnNote struct {
	Channel   string
	Flow      string // the flow that was open before, "human" when a colleague had the talk, or empty
	Result    string // "taken", "repeated", "failed", "away"
	Took      time.Duration
	Conflicts int // how often it was played again because another was first
	Deadlocks int
}

// Observe has every turn from now on told to note, which must be quick. Nil: to
// nobody.
func (s *Store) Observe(note func(TurnNote)) { s.note.Store(&note) }

// Counts are what happened in this process since the store was opened.
type Counts struct{ RedisFailures, Buried, MediaKept, MediaLost int64 }

type counts struct{ buried, mediaKept, mediaLost atomic.Int64 }

// Counts reads them.
func (s *Store) Counts() Counts {
	return Counts{s.cache.failures.Load(), s.counts.buried.Load(), s.counts.mediaKept.Load(), s.counts.mediaLost.Load()}
}

// tell tells the observer what came of a turn.
func (s *Store) tell(n *TurnNote, start time.Time, taken Taken, err error) {
	note := s.note.Load()
	if note == nil || *note == nil {
		return
	}
	n.Took = time.Since(start)
	switch {
	case err != nil && IsAway(err):
		n.Result = "away"
	case err != nil:
		n.Result = "failed"
	case taken.Repeated:
		n.Result = "repeated"
	default:
		n.Result = "taken"
	}
	(*note)(*n)
}

// stands is the flow a session stands in.
func stands(s *bot.Session) string {
	if s.Human {
		return "human"
	}
	return s.Open.Flow
}
