package server

import (
	"context"
	"fmt"

	"redthread/bot"
)

// Replay plays a dead letter of a channel the way a delivered callback is played,
// and reports whether it had taken effect before. It may be called on a server
// that does not run: what the turn leaves is delivered by those that do.
func (s *Server) Replay(ctx context.Context, channel string, raw []byte) (repeated bool, err error) {
	type replayer interface {
		Replay(ctx context.Context, raw []byte, accept bot.Accept) (bool, error)
	}
	var of replayer
	switch {
	case s.wechat != nil && channel == s.wechat.Name():
		of = s.wechat
	case s.telegram != nil && channel == s.telegram.Name():
		of = s.telegram
	default:
		return false, fmt.Errorf("server: replay: %s.enabled is not true", channel)
	}
	return of.Replay(ctx, raw, s.engine.Handle)
}
