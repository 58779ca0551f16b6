package server

import (
	"context"
	"time"
)

// keysEvery is how soon a changed keyset is taken up. `keys prune` waits much
// longer than that before it removes a key.
const keysEvery = 5 * time.Second

// rekey takes up keys that an operator has added, so that what this process
// seals from now on is under the new one. A keyset that does not fit is told of
// once.
func (s *Server) rekey(ctx context.Context) {
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(keysEvery):
		}
		changed, err := s.cfg.Store.Keys().Reload()
		switch {
		case err != nil && err.Error() != told:
			told = err.Error()
			s.log.ErrorContext(ctx, "keys: the changed keyset is not taken up", "error", err)
		case changed:
			told = ""
			s.log.InfoContext(ctx, "keys: changed", "keys", len(s.cfg.Store.Keys().Keys()))
		}
	}
}
