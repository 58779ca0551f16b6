package server

import (
	"context"
	"sync"
	"time"
)

const (
	tick    = 500 * time.Millisecond
	atATime = 32 // timers played side by side
)

// clock plays the timers that have come due. Every process does; the turn's key
// lets each be played once.
func (s *Server) clock(ctx context.Context) {
	for {
		if n := s.ring(ctx); n == atATime {
			continue // there are more
		}
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.After(tick):
		}
	}
}

// ring plays what is due now and says how many that were. A timer whose turn
// could not be kept stays due.
func (s *Server) ring(ctx context.Context) (played int) {
	due, err := s.cfg.Store.DueTimers(ctx, atATime)
	if err != nil {
		if ctx.Err() == nil {
			s.log.WarnContext(ctx, "clock: cannot look for due timers", "error", err)
		}
		return 0
	}
	var mu sync.Mutex
	var busy sync.WaitGroup
	for _, ev := range due {
		busy.Go(func() {
			if _, err := s.engine.Handle(context.WithoutCancel(ctx), ev); err != nil {
				s.log.WarnContext(ctx, "clock: timer not played", "event", string(ev.Key), "error", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			played++
		})
	}
	busy.Wait()
	return played
}
