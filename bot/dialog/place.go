package dialog

import (
	"fmt"

	"redthread/bot"
)

// A place of several people, such as a group of the staff, is no client: nobody is
// met there, and nothing is answered that was not asked of us. Colleagues press
// cards and answer what a card has asked; everything else they say goes to
// Config.Place. What anybody else says or presses there does nothing at all.

// inPlace plays what was done in a place of several people.
func (e *Engine) inPlace(t *Turn) error {
	if _, staff := t.Staff(); !staff {
		return nil
	}
	if e.cfg.Gate != nil && acts(t.Event.Kind) {
		if name, err := e.cfg.Gate(t); err != nil || name != "" {
			return err
		}
	}
	for _, answers := range []responder{e.updated, e.press, e.saidInPlace, e.edit, e.ownQuestion, e.offered, e.globalWord, e.question} {
		if done, err := answers(t); err != nil {
			return err
		} else if done {
			break
		}
	}
	return e.conclude(t)
}

// saidInPlace leaves to Config.Place what is said where no question is open.
func (e *Engine) saidInPlace(t *Turn) (bool, error) {
	if t.session.Open.Flow != "" {
		return false, nil
	}
	if e.cfg.Place == nil || !speaks(t.Event.Kind) && t.Event.Kind != bot.Edited {
		return true, nil
	}
	if err := e.cfg.Place(t); err != nil {
		return true, fmt.Errorf("place: %w", err)
	}
	return true, nil
}
