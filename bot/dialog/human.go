package dialog

import (
	"fmt"

	"redthread/bot"
)

// colleague relays what the person says while a colleague has the talk. Flows
// that are Always open can still be opened, and are answered until they end.
// When the relay takes the talk back, the event is played as if no colleague
// had been there; but words that ask for nothing are not held against a flow
// that is only now resumed.
func (e *Engine) colleague(t *Turn) (bool, error) {
	s := t.session
	if !s.Human || s.Open.Flow != "" || !speaks(t.Event.Kind) && t.Event.Kind != bot.Edited {
		return false, nil
	}
	if f := e.opens(t); f != nil && f.always {
		return true, e.open(t, f.name)
	}
	if e.cfg.Relay == nil {
		t.TakeBack() // nobody is called in this release
		return false, nil
	}
	if err := e.cfg.Relay(t); err != nil {
		return true, fmt.Errorf("relay: %w", err)
	}
	return s.Human || len(s.Stack) > 0 && e.asked(t) == "" && e.opens(t) == nil, nil
}

// noteAttended reminds who the words go to: a client of the colleague, a colleague
// of the client.
func (t *Turn) noteAttended() {
	if t.colleague() {
		t.note(sayAttending.With(struct{}{}))
		return
	}
	t.note(sayAttended.With(struct{}{}))
}

// colleague says that the person is a member of staff.
func (t *Turn) colleague() bool { _, ok := t.Staff(); return ok }

// Asked names what the words that were written ask for at any time: "menu",
// "back", "skip", "cancel", "human" or "help"; empty when they ask for none of
// these. A relay may act on it.
func (t *Turn) Asked() string { return t.engine.asked(t) }
