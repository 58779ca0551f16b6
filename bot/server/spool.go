package server

import (
	"context"
	"errors"
	"fmt"

	"redthread/bot"
	"redthread/bot/spool"
	"redthread/store"
)

// shelter keeps what clients write while the database is away. Without a folder
// there is none: then every event goes straight to the engine.
type shelter struct {
	engine bot.Accept
	spool  *spool.Spool
	gate   *spool.Gate
}

func (s *Server) openShelter() (*shelter, error) {
	h := &shelter{engine: s.engine.Handle}
	if s.cfg.Spool == "" {
		return h, nil
	}
	var err error
	if h.spool, err = spool.Open(spool.Config{Dir: s.cfg.Spool, Keys: s.cfg.Store.Keys(), Log: s.log}); err != nil {
		return nil, fmt.Errorf("server: spool: %w", err)
	}
	h.gate = spool.NewGate(spool.GateConfig{
		Spool: h.spool, Play: s.engine.Handle, Ping: s.cfg.Store.Probe, Away: store.IsAway,
		Letters: s.cfg.Store, Say: s.engine.Spooled, Log: s.log,
	})
	return h, nil
}

// wechat takes WeChat's events: the platform brings each three times within
// fifteen seconds and never again, so they are spooled while the database is
// away.
func (h *shelter) wechat(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	if h.gate == nil {
		return h.engine(ctx, ev)
	}
	return h.gate.Accept(ctx, ev)
}

// telegram takes Telegram's: the platform keeps an event for a day and brings it
// again, so while the database is away it is only told so, at once.
func (h *shelter) telegram(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	if h.gate == nil {
		return h.engine(ctx, ev)
	}
	return h.gate.Through(ctx, ev)
}

// run plays back what is in the spool whenever it can, until ctx ends.
func (h *shelter) run(ctx context.Context) {
	if h.gate != nil {
		h.gate.Run(ctx)
	}
}

// close waits for the turns under way and lets go of the folder.
func (h *shelter) close(ctx context.Context) error {
	if h.gate == nil {
		return nil
	}
	return errors.Join(h.gate.Close(ctx), h.spool.Close())
}

// Spooled is how many events lie in the spool, to be played when the database is
// back.
func (s *Server) Spooled() int {
	if s.shelter.spool == nil {
		return 0
	}
	return s.shelter.spool.Depth()
}

// SpoolDamaged is how many damaged pieces of the spool have been put aside since
// the server was opened.
func (s *Server) SpoolDamaged() int {
	if s.shelter.spool == nil {
		return 0
	}
	return s.shelter.spool.Damaged()
}

// DatabaseAway says whether the database is believed away, so that WeChat's
// events are spooled and Telegram's are refused.
func (s *Server) DatabaseAway() bool { return s.shelter.gate != nil && s.shelter.gate.Away() }
