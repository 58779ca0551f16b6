package server

import (
	"context"
	"time"
)

// tidy erases once a day what has been kept long enough, at the hour that is set.
// Of several processes one usually does; two do no harm.
func (s *Server) tidy(ctx context.Context) {
	const look = 10 * time.Minute
	for {
		s.tidyIfTime(ctx)
		select {
		case <-ctx.Done():
			return
		case <-s.cfg.After(look):
		}
	}
}

// tidyIfTime runs when the hour has come, or when a day has gone by without a
// run: a house that is shut at night tidies in the morning.
func (s *Server) tidyIfTime(ctx context.Context) {
	last, err := s.cfg.Store.LastRetain(ctx)
	if err != nil {
		if ctx.Err() == nil {
			s.log.WarnContext(ctx, "retention: cannot look for the last run", "error", err)
		}
		return
	}
	now := s.cfg.Store.Now()
	if !tidyTime(now, last, s.cfg.RetainAt, s.cfg.Zone) {
		return
	}
	gone, err := s.cfg.Store.Retain(ctx, s.cfg.Promises.Keep)
	for _, g := range gone {
		s.log.InfoContext(ctx, "retention: erased", "kind", g.Kind, "n", g.N, "oldest", g.Oldest)
	}
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "retention: not everything could be erased", "error", err)
	}
	s.anchor(ctx)
}

// anchor notes in the log where the audit log ends, day by day: `redthread audit
// verify --since-anchor` shows against it that nothing was cut off since.
func (s *Server) anchor(ctx context.Context) {
	head, err := s.cfg.Store.AuditHead(ctx)
	if err != nil {
		s.log.ErrorContext(ctx, "audit: no anchor", "error", err)
		return
	}
	s.log.InfoContext(ctx, "audit: anchor", "anchor", head.String())
}

func tidyTime(now, last time.Time, hour int, zone *time.Location) bool {
	if zone == nil {
		zone = time.UTC
	}
	since := now.Sub(last)
	return since > 26*time.Hour || since > 2*time.Hour && now.In(zone).Hour() == hour && last.In(zone).YearDay() != now.In(zone).YearDay()
}
