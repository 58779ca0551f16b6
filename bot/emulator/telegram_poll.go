package emulator

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

const tgPollMax = 50 * time.Second

// getUpdates hands out what waits, or waits for it. An offset confirms all that
// is older; a negative one keeps only so many of the newest.
func (t *Telegram) getUpdates(ctx context.Context, c *tgCall) tgAnswer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hook != nil {
		return tgFailure(tgPollConflict())
	}
	if t.polling != nil {
		close(t.polling) // the newer call wins
	}
	mine := make(chan struct{})
	t.polling = mine
	defer func() {
		if t.polling == mine {
			t.polling = nil
		}
	}()
	if err := t.allow(c); err != nil {
		return tgFailure(err)
	}
	t.confirm(c.num("offset"))

	var over <-chan time.Time
	if wait := min(time.Duration(c.num("timeout"))*time.Second, tgPollMax); wait > 0 {
		over = t.clock.After(wait)
	}
	for {
		found := t.handOut(c)
		if len(found) > 0 || over == nil {
			return tgSuccess(found, "")
		}
		arrived := t.arrived
		t.mu.Unlock()
		select {
		case <-arrived:
		case <-over:
			over = nil
		case <-mine:
		case <-ctx.Done():
			over = nil
		case <-t.ctx.Done():
			over = nil
		}
		t.mu.Lock()
		if t.polling != mine {
			if t.hook != nil {
				return tgFailure(tgPollConflict())
			}
			return tgFailure(tgErr(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"))
		}
	}
}

func tgPollConflict() *tgError {
	return tgErr(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
}

func (t *Telegram) confirm(offset int64) {
	now := t.clock.Now()
	keep := int64(len(t.pending))
	if offset < 0 {
		keep = min(keep, -offset)
	}
	first := int64(len(t.pending)) - keep
	for i, u := range slices.Clone(t.pending) {
		switch {
		case offset > 0 && u.id < offset, int64(i) < first:
			t.settle(u, nil)
		case !now.Before(u.expires):
			t.settle(u, ErrTelegramExpired)
		}
	}
}

func (t *Telegram) handOut(c *tgCall) []json.RawMessage {
	limit := 100
	if n := c.num("limit"); n >= 1 && n < 100 {
		limit = int(n)
	}
	found := []json.RawMessage{}
	for _, u := range t.pending[:min(limit, len(t.pending))] {
		found = append(found, u.body)
		u.push.tried(0, 1)
	}
	return found
}
