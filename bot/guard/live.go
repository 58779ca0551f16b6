package guard

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"redthread/bot/folder"
)

// Live holds the rules of a running program, which may change under it. All its
// methods may be called at once.
type Live struct {
	options Options
	guard   atomic.Pointer[Guard]

	changing sync.Mutex
	seen     string // the fingerprint of the folder when it was last read
}

// Open loads the rules as Load does.
func Open(o Options) (*Live, error) {
	l := &Live{options: o, seen: folder.Print(o.Override, maxFile)}
	g, err := Load(o)
	if err != nil {
		return nil, err
	}
	l.guard.Store(g)
	return l, nil
}

// Current is what to check with now.
func (l *Live) Current() *Guard { return l.guard.Load() }

// Look takes up what has changed in the agency's folder, and says so in the log.
// A folder that is not in order is logged, by file and line, and not used.
func (l *Live) Look(ctx context.Context, log *slog.Logger) {
	l.changing.Lock()
	defer l.changing.Unlock()
	print := folder.Print(l.options.Override, maxFile)
	if print == l.seen {
		return
	}
	l.seen = print
	g, err := Load(l.options)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "guard rules changed but are not in order; the old rules stay", slog.Any("err", err))
		return
	}
	l.guard.Store(g)
	log.LogAttrs(ctx, slog.LevelInfo, "guard rules reloaded", slog.Int("rules", g.Len()))
}
