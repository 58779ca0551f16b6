package dialog

import (
	"fmt"

	"redthread/bot"
)

// colleague relays what the person says while a colleague has the talk. Flows
// that are Always open can still be opened, and are answered until they end.
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
	return true, nil
}
