// Package media brings the pictures people send to us before the platform
// forgets them: fetched as soon as the turn that noted them has committed,
// proved to be pictures, stripped of what the camera wrote about place and time,
// sealed and kept. So are voice notes, videos and files, as they are (kinds.go).
package media

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Fetcher fetches what is wanted.
type Fetcher struct {
	Store    *store.Store
	Channels map[string]bot.Channel
	Bounds   Bounds       // what is larger is not taken
	Log      *slog.Logger // nil: slog.Default()
}

const (
	workers = 4
	lease   = time.Minute
	poll    = time.Second
	giveUp  = 30 // attempts, over about three days: as long as a platform remembers
)

func (f *Fetcher) log() *slog.Logger {
	if f.Log != nil {
		return f.Log
	}
	return slog.Default()
}

// Run fetches until ctx ends, and returns when what is in progress is done.
func (f *Fetcher) Run(ctx context.Context) {
	for {
		if _, err := f.Drain(ctx); err != nil && ctx.Err() == nil {
			f.log().WarnContext(ctx, "media: cannot look for what is wanted", "error", err)
		}
		if err := f.Sweep(ctx); err != nil && ctx.Err() == nil {
			f.log().WarnContext(ctx, "media: cannot erase what is unwanted", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-f.Store.MediaWoken():
		case <-time.After(poll):
		}
	}
}

// Drain fetches what is due now and returns how many were kept.
func (f *Fetcher) Drain(ctx context.Context) (kept int, err error) {
	for ctx.Err() == nil {
		wanted, err := f.Store.Wanted(ctx, workers, lease)
		if err != nil || len(wanted) == 0 {
			return kept, err
		}
		var wg sync.WaitGroup
		ok := make([]bool, len(wanted))
		for i, p := range wanted {
			wg.Go(func() { ok[i] = f.fetch(context.WithoutCancel(ctx), p) })
		}
		wg.Wait()
		for _, k := range ok {
			if k {
				kept++
			}
		}
	}
	return kept, nil
}

// Sweep erases the pictures that turns have forgotten.
func (f *Fetcher) Sweep(ctx context.Context) error {
	const batch = 64
	for {
		if n, err := f.Store.SweepMedia(ctx, batch); n < batch || err != nil {
			return err
		}
	}
}

// fetch brings one media home and reports whether it is kept.
func (f *Fetcher) fetch(ctx context.Context, p store.Picture) bool {
	ctx, cancel := context.WithTimeout(ctx, lease*2/3)
	defer cancel()
	content, mime, err := f.read(ctx, p)
	if err == nil {
		err = f.Store.KeepMedia(ctx, p.ID, mime, content)
	}
	if err == nil {
		f.Store.Ring() // a message may wait for it
		return true
	}
	f.log().WarnContext(ctx, "media: not fetched", "media", string(p.ID), "try", p.Tries, "error", err)
	if !hopeless(err) && p.Tries < giveUp {
		wait := min(time.Second<<min(p.Tries, 12), 3*time.Hour)
		if err := f.Store.LaterMedia(ctx, p.ID, wait, "will be tried again"); err != nil {
			f.log().WarnContext(ctx, "media: not put off", "media", string(p.ID), "error", err)
		}
		return false
	}
	if err := f.Store.LoseMedia(ctx, p, reason(err)); err != nil {
		f.log().WarnContext(ctx, "media: loss not noted", "media", string(p.ID), "error", err)
		return false
	}
	f.Store.Ring()
	return false
}

func (f *Fetcher) read(ctx context.Context, p store.Picture) (content []byte, mime string, err error) {
	c := f.Channels[p.From.Channel]
	if c == nil {
		return nil, "", errors.New("media: no channel " + p.From.Channel)
	}
	limit := f.Bounds.FilledIn().Of(p.Kind)
	if limit == 0 {
		return nil, "", ErrNotTaken
	}
	raw, err := c.Fetch(ctx, p.Media(), limit)
	if err != nil {
		return nil, "", err
	}
	return take(p, raw)
}

func hopeless(err error) bool {
	return errors.Is(err, bot.ErrGone) || errors.Is(err, bot.ErrTooBig) || errors.Is(err, ErrNoPicture) || errors.Is(err, ErrNotTaken)
}

// reason says why in words that hold nothing of the platform's answer.
func reason(err error) string {
	switch {
	case errors.Is(err, bot.ErrGone):
		return "the platform has forgotten it"
	case errors.Is(err, bot.ErrTooBig):
		return store.LostTooBig
	case errors.Is(err, ErrNoPicture):
		return store.LostOdd
	case errors.Is(err, ErrNotTaken):
		return store.LostKind
	}
	return "could not be fetched for days"
}
