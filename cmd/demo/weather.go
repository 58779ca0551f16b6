package main

import (
	"fmt"
	"sync"
	"time"

	"redthread/bot/emulator"
)

// conditions say how unkind the world is, as the page draws it; the zero
// conditions are a kind day. Shares are between 0 and 1.
type conditions struct {
	DelayMS int     `json:"delayMs"`
	Repeat  float64 `json:"repeat"`
	Slow    float64 `json:"slow"`
	Closed  float64 `json:"closed"`
	Cut     float64 `json:"cut"`
	Lost    float64 `json:"lost"`
	Broken  float64 `json:"broken"`
	Away    bool    `json:"away"`
}

// maxDelay leaves WeChat's five seconds out of reach of a visitor's patience,
// but not out of reach of the switch.
const maxDelay = 10 * time.Second

func (c conditions) check() error {
	if d := time.Duration(c.DelayMS) * time.Millisecond; d < 0 || d > maxDelay {
		return fmt.Errorf("demo: delayMs must be between 0 and %d", maxDelay.Milliseconds())
	}
	for name, share := range map[string]float64{"repeat": c.Repeat, "slow": c.Slow, "closed": c.Closed, "cut": c.Cut, "lost": c.Lost, "broken": c.Broken} {
		if !(share >= 0 && share <= 1) {
			return fmt.Errorf("demo: %s must be between 0 and 1", name)
		}
	}
	return nil
}

func (c conditions) faults() emulator.Faults {
	return emulator.Faults{
		Delay: time.Duration(c.DelayMS) * time.Millisecond, Repeat: c.Repeat, Slow: c.Slow,
		Closed: c.Closed, Cut: c.Cut, Lost: c.Lost, Broken: c.Broken, Away: c.Away,
	}
}

// weather is the same for both platforms. It is safe for concurrent use.
type weather struct {
	mu    sync.Mutex
	today conditions
	over  []func(emulator.Faults) // the platforms
	token func()                  // makes the bot's WeChat token invalid
}

func (w *weather) now() conditions {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.today
}

// set changes the weather everywhere, or nowhere when c makes no sense.
func (w *weather) set(c conditions) error {
	if err := c.check(); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.today = c
	for _, set := range w.over {
		set(c.faults())
	}
	return nil
}

func (w *weather) spoil() { w.token() }
