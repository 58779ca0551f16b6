package main

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// weather is how the platform's API behaves towards the bot. A storm is a while
// of refusals and of answers that are lost.
type weather struct {
	delay  time.Duration // of every call
	stormy atomic.Bool

	mu     sync.Mutex
	random *rand.Rand
}

// luck is what befalls one call.
type luck int

const (
	fair   luck = iota
	busy        // refused for now: certainly not delivered
	broken      // a server error: not delivered, but the caller cannot know
	lost        // delivered, and answered with a server error
	cut         // delivered, and the connection breaks
)

func newWeather(delay time.Duration, seed uint64) *weather {
	return &weather{delay: delay, random: rand.New(rand.NewPCG(seed, 1))}
}

// draw waits the API's time and says what befalls the call.
func (w *weather) draw() luck {
	if w.delay > 0 {
		time.Sleep(w.delay)
	}
	if !w.stormy.Load() {
		return fair
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch x := w.random.Float64(); {
	case x < 0.10:
		return busy
	case x < 0.13:
		return broken
	case x < 0.18:
		return lost
	case x < 0.23:
		return cut
	}
	return fair
}
