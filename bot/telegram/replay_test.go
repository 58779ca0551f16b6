package telegram

import (
	"context"
	"errors"
	"testing"

	"redthread/bot"
)

func TestReplay(t *testing.T) {
	h := newHouse(t)
	var got []bot.Event
	if repeated, err := h.Replay(t.Context(), []byte(hello), taking(&got)); err != nil || repeated || len(got) != 1 {
		t.Fatalf("%v, %v, %d events", repeated, err, len(got))
	}
	var first []bot.Event
	h.deliver(taking(&first), hello)
	if got[0].Key != first[0].Key {
		t.Errorf("replayed under another key: %s, %s", got[0].Key, first[0].Key)
	}
	if repeated, err := h.Replay(t.Context(), []byte(hello), func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{Repeated: true}, nil
	}); err != nil || !repeated {
		t.Errorf("%v, %v", repeated, err)
	}
}

// A letter that fails again is neither buried twice nor lost.
func TestReplayFails(t *testing.T) {
	h := newHouse(t)
	boom := errors.New("boom")
	if _, err := h.Replay(t.Context(), []byte(hello), func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{}, boom
	}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	var poison *bot.Poison
	for _, raw := range []string{"", "{", `{"update_id":0}`} {
		if _, err := h.Replay(t.Context(), []byte(raw), nil); !errors.As(err, &poison) {
			t.Errorf("%q: %v", raw, err)
		}
	}
	if n := h.dead.count(); n != 0 {
		t.Errorf("%d new dead letters", n)
	}
}
