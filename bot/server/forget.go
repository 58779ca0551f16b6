package server

import (
	"context"
	"errors"
	"time"

	"redthread/bot"
	"redthread/bot/telegram"
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
	if err = errors.Join(err, ending, s.endThreads(ctx)); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "erasure: not done yet, will be tried again", "error", err)
	}
}

// endThreads deletes the topics of clients who have been erased, with what colleagues
// and we have written there.
func (s *Server) endThreads(ctx context.Context) error {
	if s.telegram == nil {
		return nil
	}
	threads := s.cfg.Store.Threads(telegram.Name)
	due, err := threads.Ending(ctx, atATime)
	for _, e := range due {
		if e.Thread > 0 {
			if failed := s.telegram.DeleteThread(ctx, e.Group, e.Thread); failed != nil {
				err = errors.Join(err, failed, threads.Later(ctx, e))
				continue
			}
		}
		err = errors.Join(err, threads.Gone(ctx, e.Group, e.Key, e.Thread))
	}
	return err
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
