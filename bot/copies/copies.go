// Package copies makes the copy of a client's data that the law lets them ask for
// (PIPL 45): one ZIP with a page to read, the same for programs, and their
// pictures, encrypted with a password of its own. It is made outside any turn, as
// pictures are fetched; what goes into it the store gathers, how it is said the
// flows know.
package copies

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Maker makes the copies that are wished for.
type Maker struct {
	Store    *store.Store
	Compose  func(lang string, k store.Kept, made time.Time) (Document, error)
	MaxBytes int64        // of one file; 0: MaxBytes, the constant
	Log      *slog.Logger // nil: slog.Default()
}

// MaxBytes is how large a copy may be where nothing is set. Telegram takes 50 MB
// of a bot (https://core.telegram.org/bots/api, sendDocument).
const MaxBytes = 20 << 20

const (
	lease  = 5 * time.Minute
	poll   = time.Second
	giveUp = 12 // attempts, over about an hour
)

func (m *Maker) log() *slog.Logger {
	if m.Log != nil {
		return m.Log
	}
	return slog.Default()
}

// Run makes copies until ctx ends, and returns when the one in progress is made.
func (m *Maker) Run(ctx context.Context) {
	for {
		if _, err := m.Drain(ctx); err != nil && ctx.Err() == nil {
			m.log().WarnContext(ctx, "copies: cannot look for what is wished", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(poll):
		}
	}
}

// Drain makes what is due now, one after the other, and returns how many were
// made.
func (m *Maker) Drain(ctx context.Context) (made int, err error) {
	for ctx.Err() == nil {
		o, err := m.Store.NextCopy(ctx, lease)
		if errors.Is(err, store.ErrNotFound) {
			return made, nil
		}
		if err != nil {
			return made, err
		}
		if m.make(context.WithoutCancel(ctx), o) {
			made++
		}
	}
	return made, nil
}

// make makes one copy and reports whether it is kept.
func (m *Maker) make(ctx context.Context, o store.CopyOrder) bool {
	ctx, cancel := context.WithTimeout(ctx, lease*2/3)
	defer cancel()
	start := time.Now()
	file, leftOut, err := m.write(ctx, o)
	kept := false
	if err == nil {
		kept, err = m.Store.KeepCopy(ctx, o, file, leftOut)
	}
	if err == nil {
		m.log().InfoContext(ctx, "copies: made", "copy", o.Number(), "kept", kept, "bytes", len(file), "left_out", leftOut, "took", time.Since(start))
		return kept
	}
	m.log().WarnContext(ctx, "copies: not made", "copy", o.Number(), "try", o.Tries, "error", err)
	if o.Tries < giveUp && !errors.Is(err, store.ErrNotFound) {
		err = m.Store.LaterCopy(ctx, o, min(time.Second<<o.Tries, 10*time.Minute))
	} else {
		err = m.Store.LoseCopy(ctx, o)
	}
	if err != nil { // its lease runs out, and it is tried again
		m.log().WarnContext(ctx, "copies: not put off", "copy", o.Number(), "error", err)
	}
	return false
}

func (m *Maker) write(ctx context.Context, o store.CopyOrder) (file []byte, leftOut int, err error) {
	k, err := m.Store.Kept(ctx, o.Client)
	if err != nil {
		return nil, 0, err
	}
	d, err := m.Compose(o.Lang, k, m.Store.Now())
	if err != nil {
		return nil, 0, err
	}
	most := m.MaxBytes
	if most == 0 {
		most = MaxBytes
	}
	return pack(ctx, d, func(ctx context.Context, id bot.MediaID) ([]byte, error) {
		content, _, err := m.Store.OpenMedia(ctx, id)
		return content, err
	}, o.Password, most)
}
