package main

import (
	"slices"
	"sync"
	"time"
)

// meter measures steps while it is open.
type meter struct {
	mu       sync.Mutex
	open     bool
	begun    time.Time
	took     time.Duration
	steps    int
	toAck    []uint32 // microseconds
	toAnswer []uint32
}

// start opens the meter anew.
func (m *meter) start() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open, m.begun, m.steps = true, time.Now(), 0
	m.toAck, m.toAnswer = m.toAck[:0], m.toAnswer[:0]
}

// stop closes it.
func (m *meter) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open {
		m.open, m.took = false, time.Since(m.begun)
	}
}

// note takes a step that has just been answered: when it was due, confirmed, and
// first answered. A time that is zero did not come.
func (m *meter) note(due, ack, answer time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.open {
		return
	}
	m.steps++
	if !ack.IsZero() {
		m.toAck = append(m.toAck, micros(ack.Sub(due)))
	}
	if !answer.IsZero() {
		m.toAnswer = append(m.toAnswer, micros(answer.Sub(due)))
	}
}

// count is how many steps have been measured.
func (m *meter) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.steps
}

func micros(d time.Duration) uint32 { return uint32(min(max(d.Microseconds(), 0), 1<<32-1)) }

// spread is how long things took, in milliseconds.
type spread struct {
	P50 float64 `json:"p50_ms"`
	P95 float64 `json:"p95_ms"`
	P99 float64 `json:"p99_ms"`
	Max float64 `json:"max_ms"`
}

func spreadOf(took []uint32) spread {
	if len(took) == 0 {
		return spread{}
	}
	took = slices.Clone(took)
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))]) / 1000 }
	return spread{at(0.50), at(0.95), at(0.99), at(1)}
}

// reading is what the meter shows.
type reading struct {
	Steps    int
	Took     time.Duration
	ToAck    spread
	ToAnswer spread
}

// read shows what was measured, until now where the meter is still open.
func (m *meter) read() reading {
	m.mu.Lock()
	defer m.mu.Unlock()
	took := m.took
	if m.open {
		took = time.Since(m.begun)
	}
	return reading{m.steps, took, spreadOf(m.toAck), spreadOf(m.toAnswer)}
}

func (r reading) rate() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Steps) / r.Took.Seconds()
}
