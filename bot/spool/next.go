package spool

import (
	"encoding/json"
	"errors"
	"fmt"

	"redthread/bot"
)

// place binds a sealed event to the spool. The number is that of bot.Event's
// form in JSON; a form that cannot be read as this one needs another.
const place = "spool.event|1"

// Kept is an event that waits in the spool.
type Kept struct {
	Event bot.Event
	entry *entry
}

// Next reads the oldest events that have not taken effect, at most n, in the
// order they were put. What cannot be read is put aside and reported, never
// handed out.
func (s *Spool) Next(n int) ([]Kept, error) {
	var all []Kept
	for _, e := range s.oldest(n) {
		ev, raw, err := s.open(e)
		if raw == nil && err != nil {
			return nil, fmt.Errorf("spool: read: %w", err) // the disk; the record may be good
		}
		if err != nil {
			s.mu.Lock()
			aside := s.putAside(e.seg, e.load.from, raw)
			s.mu.Unlock()
			if aside != nil {
				return nil, fmt.Errorf("spool: put aside: %w", aside)
			}
			s.Done(Kept{entry: e})
			continue
		}
		all = append(all, Kept{ev, e})
	}
	return all, nil
}

func (s *Spool) oldest(n int) []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*entry
	for _, e := range s.queue {
		if len(all) == n {
			break
		}
		if !e.done {
			all = append(all, e)
		}
	}
	return all
}

// open reads an entry's event; raw is what stands on the disk, if it could be
// read.
func (s *Spool) open(e *entry) (ev bot.Event, raw []byte, err error) {
	b := make([]byte, headSize+e.load.to-e.load.from)
	if _, err := e.seg.f.ReadAt(b, int64(e.load.from-headSize)); err != nil {
		return ev, nil, err
	}
	found := read(b)
	if len(found.records) != 1 || len(b) < headSize+len(e.id) {
		return ev, b, errors.New("the record has changed")
	}
	plain, err := s.cfg.Keys.Open(place, b[headSize+len(e.id):])
	if err != nil {
		return ev, b, err
	}
	return ev, b, json.Unmarshal(plain, &ev)
}

// Done says that the event has taken effect, or lies with the dead letters.
func (s *Spool) Done(k Kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k.entry.done {
		return
	}
	k.entry.done = true
	k.entry.seg.left--
	delete(s.entries, k.entry.id)
	s.bytes -= int64(headSize + k.entry.load.to - k.entry.load.from)
	for len(s.queue) > 0 && s.queue[0].done {
		s.queue[0] = nil
		s.queue = s.queue[1:]
	}
	s.sweep()
}
