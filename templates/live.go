package templates

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"redthread/bot/folder"
)

// Live holds the texts of a running program, which may change under it. All its
// methods may be called at once.
type Live struct {
	options Options
	words   catalog
	set     atomic.Pointer[Set]

	reloading sync.Mutex
	seen      string // the fingerprint of the folder when it was last read
}

// Open loads the texts as Load does.
func Open(o Options) (*Live, error) { return open(o, declared) }

func open(o Options, c catalog) (*Live, error) {
	l := &Live{options: o, words: c}
	if err := l.Reload(); err != nil {
		return nil, err
	}
	return l, nil
}

// Current is the set to speak with now. A turn takes it once, so that it speaks
// with one voice.
func (l *Live) Current() *Set { return l.set.Load() }

// Reload reads all texts again. When they are not in order it returns folder.Problems
// and the old set stays.
func (l *Live) Reload() error {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	return l.reload(folder.Print(l.options.Override, maxFile))
}

func (l *Live) reload(print string) error {
	l.seen = print
	s, err := load(l.options, l.words)
	if err != nil {
		return err
	}
	l.set.Store(s)
	return nil
}

// Watch reloads whenever the agency's folder has changed, looking at it every
// so often, until ctx ends. What comes of it goes to the log, once for each
// change; texts that are not in order are logged and not used.
func (l *Live) Watch(ctx context.Context, every time.Duration, log *slog.Logger) {
	if l.options.Override == nil {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.look(ctx, log)
		}
	}
}

func (l *Live) look(ctx context.Context, log *slog.Logger) {
	l.reloading.Lock()
	defer l.reloading.Unlock()
	print := folder.Print(l.options.Override, maxFile)
	if print == l.seen {
		return
	}
	err := l.reload(print)
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "texts changed but are not in order; the old ones stay", slog.Any("err", err))
		return
	}
	log.LogAttrs(ctx, slog.LevelInfo, "texts reloaded", slog.Int("warnings", len(l.Current().Warnings())))
}
