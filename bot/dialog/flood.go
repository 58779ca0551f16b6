package dialog

import (
	"redthread/bot"
	"redthread/templates"
)

var sayFlood = templates.New[struct{}]("common.flood")

// muted takes the place of play for somebody who sends more than we take: the
// turn is taken, so that nothing comes again, but no flow hears of it. They are
// asked to slow down, once. Staff are busy, not a flood.
func (e *Engine) muted(t *Turn) error {
	if _, staff := t.Staff(); staff {
		return e.play(t)
	}
	if !t.Event.By.IsZero() {
		return nil
	}
	if err := e.meet(t); err != nil {
		return err
	}
	if t.Event.Over == bot.JustOver {
		t.Say(sayFlood.With(struct{}{}))
	}
	return nil
}
