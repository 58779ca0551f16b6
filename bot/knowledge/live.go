package knowledge

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"redthread/bot/folder"
)

// Live holds the answers of a running program, which may change under it. All its
// methods may be called at once.
type Live struct {
	options Options
	base    atomic.Pointer[Base]

	changing sync.Mutex
	seen     string  // the fingerprint of the folder when it was last read
	promoted []Entry // those that supervisors approved in chat
}

// Open loads the answers as Load does.
func Open(o Options) (*Live, error) {
	l := &Live{options: o, seen: folder.Print(o.Override, maxFile)}
	b, err := Load(o)
	if err != nil {
		return nil, err
	}
	l.base.Store(b)
	return l, nil
}

// Current is what to answer with now. A turn takes it once.
func (l *Live) Current() *Base { return l.base.Load() }

// Folder is the agency's folder; empty: it has none.
func (l *Live) Folder() string {
	if l.options.Override == nil {
		return ""
	}
	return l.options.Folder
}

// Look takes up what has changed in the agency's folder, and says so in the log.
// A folder that is not in order is logged, by file and line, and not used.
func (l *Live) Look(ctx context.Context, log *slog.Logger) {
	l.changing.Lock()
	defer l.changing.Unlock()
	if print := folder.Print(l.options.Override, maxFile); print != l.seen {
		l.seen = print
		l.reload(ctx, log)
	}
}

// Promote takes up the answers that supervisors approved, instead of those before.
// A file of the same name counts more: the agency may have changed it.
func (l *Live) Promote(ctx context.Context, all []Entry, log *slog.Logger) {
	l.changing.Lock()
	defer l.changing.Unlock()
	if len(all)+len(l.promoted) > 0 {
		l.promoted = all
		l.reload(ctx, log)
	}
}

func (l *Live) reload(ctx context.Context, log *slog.Logger) {
	b, err := Load(l.options, l.promoted...)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "knowledge changed but is not in order; the old answers stay", slog.Any("err", err))
		return
	}
	l.base.Store(b)
	log.LogAttrs(ctx, slog.LevelInfo, "knowledge reloaded", slog.Int("entries", b.Len()), slog.Int("promoted", len(l.promoted)), slog.Int("warnings", len(b.Warnings())))
}
