package venues

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"redthread/bot/folder"
)

// Live holds the places of a running program, which may change under it. All its
// methods may be called at once.
type Live struct {
	options Options
	list    atomic.Pointer[List]

	changing sync.Mutex
	seen     string // the fingerprint of the folder when it was last read
}

// Open loads the places as Load does.
func Open(o Options) (*Live, error) {
	l := &Live{options: o, seen: folder.Print(o.Override, maxFile)}
	list, err := Load(o)
	if err != nil {
		return nil, err
	}
	l.list.Store(list)
	return l, nil
}

// Current is the list of the moment.
func (l *Live) Current() *List { return l.list.Load() }

// Look takes up what has changed in the agency's folder, and says so in the log. A
// folder that is not in order is logged, by file and line, and not used.
func (l *Live) Look(ctx context.Context, log *slog.Logger) {
	l.changing.Lock()
	defer l.changing.Unlock()
	print := folder.Print(l.options.Override, maxFile)
	if print == l.seen {
		return
	}
	l.seen = print
	list, err := Load(l.options)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "the places changed but are not in order; the old ones stay", slog.Any("err", err))
		return
	}
	l.list.Store(list)
	log.LogAttrs(ctx, slog.LevelInfo, "places reloaded", slog.Int("places", list.Len()))
}
