package server

import (
	"context"
	"errors"
	"time"

	"redthread/bot"
	"redthread/store"
)

// forget carries out what clients have ordered: everything about them is erased,
// and once the last words have gone out, where they went. Every process does;
// each order is carried out once.
func (s *Server) forget(ctx context.Context) {
	for {
		s.forgetDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.After(tick):
		}
	}
}

func (s *Server) forgetDue(ctx context.Context) {
	due, err := s.cfg.Store.ErasuresDue(ctx, atATime)
	for _, order := range due {
		err = errors.Join(err, s.carryOut(ctx, order))
	}
	_, ending := s.cfg.Store.EndErasures(ctx)
	if err = errors.Join(err, ending); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "erasure: not done yet, will be tried again", "error", err)
	}
}

func (s *Server) carryOut(ctx context.Context, order int64) error {
	start := time.Now()
	e, done, err := s.cfg.Store.CarryOut(ctx, order, func(e store.Erased, c store.LastChat) (bot.Message, error) {
		return s.farewell(s.cfg.Texts.Current(), e, c)
	})
	if errors.Is(err, store.ErrHeld) {
		return nil // since we looked
	}
	if done {
		s.log.InfoContext(ctx, "erasure: a client was erased", "record", e.Number, "took", time.Since(start))
	}
	return err
}
