package spool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"redthread/bot"
)

// How often an event may fail while the database is there before it is put with
// the dead letters: because it is refused, or because it takes too long.
const (
	maxRefusals = 3
	maxTimeouts = 8
)

// Run plays the spool back whenever there is something in it and the database is
// there, until ctx ends.
func (g *Gate) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.stir:
		}
		wait, failures := g.poll, &failures{of: map[bot.EventKey]int{}}
		for !g.comeBack(ctx, failures) {
			if g.Away() {
				wait = g.poll
			} else {
				wait = min(2*wait, 10*g.poll) // it is there but does not take turns
			}
			if !sleep(ctx, wait) {
				return
			}
		}
	}
}

// comeBack plays the spool back if the database is there. True: events pass.
func (g *Gate) comeBack(ctx context.Context, failures *failures) bool {
	if !g.looks.once() {
		return false
	}
	g.mu.Lock()
	if g.state == away {
		g.cfg.Log.Info("the database is back", "spooled", g.cfg.Spool.Depth())
		g.state, g.gone = behind, make(chan struct{})
	}
	g.mu.Unlock()
	for ctx.Err() == nil && !g.Away() {
		batch, err := g.cfg.Spool.Next(batchSize)
		switch {
		case err != nil:
			g.cfg.Log.Error("spool not read", "error", err)
			return false
		case len(batch) == 0 && g.open():
			return true
		case len(batch) == 0:
			sleep(ctx, 5*time.Millisecond) // something is still being written
		case !g.playBatch(ctx, batch, failures):
			return false
		}
	}
	return false
}

// open lets events pass if nothing is left in the spool or on its way there.
func (g *Gate) open() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == away || g.keeping > 0 || g.cfg.Spool.Depth() > 0 {
		return false
	}
	if g.state == behind {
		g.state = here
		close(g.back)
	}
	return true
}

// playBatch plays the events, those of one conversation one after the other. It
// is false when some of them could not be. A failing event holds up its own
// conversation; when the database does not take it, all stop.
func (g *Gate) playBatch(ctx context.Context, batch []Kept, failures *failures) bool {
	by := map[bot.Conversation][]Kept{}
	var order []bot.Conversation
	for _, k := range batch {
		c := k.Event.From
		if by[c] == nil {
			order = append(order, c)
		}
		by[c] = append(by[c], k)
	}
	var (
		busy       sync.WaitGroup
		room       = make(chan struct{}, sideBySide)
		stop, fail atomic.Bool
	)
	for _, c := range order {
		room <- struct{}{}
		busy.Go(func() {
			defer func() { <-room }()
			for _, k := range by[c] {
				if stop.Load() || ctx.Err() != nil {
					fail.Store(true)
					return
				}
				if err := g.playBack(ctx, k, failures); err != nil {
					fail.Store(true)
					stop.CompareAndSwap(false, g.isAway(err))
					return
				}
			}
		})
	}
	busy.Wait()
	return !fail.Load()
}

// playBack plays one event of the spool. It returns nil when the event has taken
// effect, or lies with the dead letters.
func (g *Gate) playBack(ctx context.Context, k Kept, failures *failures) error {
	ev := k.Event
	ev.ReplyBy = time.Time{} // the callback was answered long ago
	_, err := g.attempt(ctx, ev)
	if err == nil {
		g.cfg.Spool.Done(k)
		return nil
	}
	if g.Away() {
		return ErrAway
	}
	enough := maxRefusals
	if g.isAway(err) {
		g.suspect()
		enough = maxTimeouts
	}
	poison := new(bot.Poison)
	if errors.As(err, &poison) || failures.count(ev.Key) >= enough {
		return g.bury(ctx, k, err)
	}
	g.cfg.Log.Warn("spooled event not played, will be tried again", "event", ev.Key, "error", err)
	return err
}

// failures counts how often events could not be played although the database was
// there.
type failures struct {
	mu sync.Mutex
	of map[bot.EventKey]int
}

func (f *failures) count(key bot.EventKey) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of[key]++
	return f.of[key]
}

// bury puts an event that can never be played with the dead letters, as JSON.
func (g *Gate) bury(ctx context.Context, k Kept, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), playTime)
	defer cancel()
	raw, err := json.Marshal(k.Event)
	if err == nil {
		err = g.cfg.Letters.Bury(ctx, "spool", raw, why)
	}
	if err != nil {
		g.cfg.Log.Error("dead letter not kept", "event", k.Event.Key, "error", err)
		return fmt.Errorf("spool: bury event: %w", err)
	}
	g.cfg.Log.Error("spooled event put with the dead letters", "event", k.Event.Key, "error", why)
	g.cfg.Spool.Done(k)
	return nil
}

// sleep waits for d; false: ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
