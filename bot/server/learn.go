package server

import (
	"context"
	"time"

	"redthread/bot/knowledge"
)

// learnEvery is how soon a changed answer, or one that a supervisor promoted, is
// given by every process.
const learnEvery = 3 * time.Second

// learn takes up what the agency changes in its folders of knowledge and of rules,
// and what supervisors promote in chat.
func (s *Server) learn(ctx context.Context) {
	for known := ""; ; {
		s.cfg.Answers.Look(ctx, s.log)
		if s.cfg.Guard != nil {
			s.cfg.Guard.Look(ctx, s.log)
		}
		if s.cfg.Venues != nil {
			s.cfg.Venues.Look(ctx, s.log)
		}
		mark, err := s.learnPromoted(ctx, known)
		if err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "promoted answers not read, will be tried again", "error", err)
		}
		known = mark
		select {
		case <-ctx.Done():
			return
		case <-time.After(learnEvery):
		}
	}
}

// learnPromoted takes up the promoted answers, unless they are those known by the
// mark, and gives their mark. Where the agency has a folder they are written
// there too, once.
func (s *Server) learnPromoted(ctx context.Context, known string) (mark string, err error) {
	mark, err = s.cfg.Store.PromotedMark(ctx)
	if err != nil || mark == known {
		return known, err
	}
	all, err := s.cfg.Store.Promoted(ctx)
	if err != nil {
		return known, err
	}
	var entries []knowledge.Entry
	for _, p := range all {
		e := knowledge.FromChat(p.Ref, p.Lang, p.Asked, p.Answer, p.At)
		entries = append(entries, e)
		folder := s.cfg.Answers.Folder()
		if folder == "" || p.Filed {
			continue
		}
		if err := e.File(folder); err != nil {
			s.log.WarnContext(ctx, "promoted answer not written into the knowledge folder", "entry", e.ID, "error", err)
			continue
		}
		if _, err := s.cfg.Store.FilePromoted(ctx, p.Ref); err != nil {
			return known, err
		}
	}
	s.cfg.Answers.Promote(ctx, entries, s.log)
	return mark, nil
}
