package emulator

import (
	"slices"
	"sync"
	"time"
)

// Clock tells the time and waits. Retry schedules, windows and expiries run on
// it, so that a test can let two days pass without waiting.
type Clock interface {
	Now() time.Time
	// After delivers the time once d has passed on this clock.
	After(d time.Duration) <-chan time.Time
}

// RealClock is the machine's clock.
var RealClock Clock = realClock{}

type realClock struct{}

func (realClock) Now() time.Time                         { return time.Now() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// ManualClock stands still until Advance. It is safe for concurrent use.
type ManualClock struct {
	mu      sync.Mutex
	changed sync.Cond
	now     time.Time
	waiting []waiter
}

type waiter struct {
	at time.Time
	ch chan time.Time
}

// NewManualClock returns a clock that shows start.
func NewManualClock(start time.Time) *ManualClock {
	c := &ManualClock{now: start}
	c.changed.L = &c.mu
	return c
}

// Now is the time the clock shows.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After delivers the time once Advance has carried the clock d further.
func (c *ManualClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := waiter{c.now.Add(d), make(chan time.Time, 1)}
	if d <= 0 {
		w.ch <- c.now
		return w.ch
	}
	c.waiting = append(c.waiting, w)
	c.changed.Broadcast()
	return w.ch
}

// Advance lets d pass and wakes those whose time has come.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	still := c.waiting[:0]
	for _, w := range c.waiting {
		if w.at.After(c.now) {
			still = append(still, w)
			continue
		}
		w.ch <- c.now
	}
	c.waiting = still
}

// Waiters blocks until at least n callers wait for the clock, so that a test
// advances it only when there is somebody to wake.
func (c *ManualClock) Waiters(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.waiting) < n {
		c.changed.Wait()
	}
}

// Forget takes back an After whose time nobody waits for any more, so that it
// is not counted among the Waiters.
func (c *ManualClock) Forget(waited <-chan time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = slices.DeleteFunc(c.waiting, func(w waiter) bool { return w.ch == waited })
}

// forget takes back an After, on clocks that keep a list of them.
func forget(c Clock, waited <-chan time.Time) {
	if c, ok := c.(interface{ Forget(<-chan time.Time) }); ok {
		c.Forget(waited)
	}
}
