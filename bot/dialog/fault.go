package dialog

import (
	"context"
	"errors"
	"fmt"

	"redthread/bot"
	"redthread/store"
)

// house is the conversation we hold with ourselves, for turns that cannot be
// taken in the person's own.
var house = bot.Conversation{Channel: "house", Chat: "faults"}

// apologise takes the place of a turn that failed, under the same key, so that
// the event is answered once and not delivered for ever: the person hears that
// we are sorry, staff hear which event it was. Where not even the person's
// session can be read, it is done from the house's.
func (e *Engine) apologise(ctx context.Context, ev bot.Event, why error) (store.Taken, error) {
	attrs := []any{"event", ev.Key, "conversation", ev.From.String(), "kind", ev.Kind, "error", why}
	if p := new(panicked); errors.As(why, &p) {
		attrs = append(attrs, "stack", p.stack)
	}
	e.cfg.Log.ErrorContext(ctx, "a turn failed", attrs...)
	sorry := func(t *Turn) error { return e.sorry(t, ev) }
	taken, _, err := e.turn(ctx, ev, sorry)
	if err == nil || store.IsAway(err) || ctx.Err() != nil {
		return taken, err
	}
	e.cfg.Log.ErrorContext(ctx, "a failed turn could not be closed", "event", ev.Key, "error", err)
	inHouse := bot.Event{Key: ev.Key, From: house, Kind: bot.Noticed, Lang: ev.Lang, At: ev.At}
	taken, _, again := e.turn(ctx, inHouse, sorry)
	if again != nil {
		return taken, fmt.Errorf("dialog: close a failed turn: %w", errors.Join(again, err))
	}
	return taken, nil
}

// sorry says so where someone waits for an answer, and alerts staff.
func (e *Engine) sorry(t *Turn, ev bot.Event) error {
	if _, err := t.Records.Fire(); err != nil { // or the timer would come due for ever
		return err
	}
	waits := ev.Kind != bot.Noticed && ev.Kind != bot.Left
	if waits {
		t.Tell(ev.From, t.Lang(), saySorry.With(struct{}{}))
	}
	t.Alert(alertFail.With(Fault{Key: string(ev.Key), Place: placeOf(t.session.Open), Told: waits}))
	return nil
}
