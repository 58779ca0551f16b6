package dialog

import (
	"fmt"
	"slices"
	"time"

	"redthread/bot"
)

// Before what a colleague does has any effect, the house may want something settled
// (Config.Gate). What they did waits with the session, and is played in its order when
// that is done: nothing they wrote is lost, or has to be written again.

const (
	// mostWithheld is how much may wait for one person.
	mostWithheld = 20

	// withheldNews plays the next of what has waited.
	withheldNews = "withheld"
)

// Who somebody is, as the session remembers it, so that a client's turn need not ask
// the records.
const (
	isColleague = "yes"
	isNone      = "no"
)

// acts says that the event is something a person did, and means something by.
func acts(k bot.Kind) bool { return speaks(k) || k == bot.Pressed || k == bot.Edited }

// gated withholds what a colleague did until what the house wants is settled.
func (e *Engine) gated(t *Turn) (bool, error) {
	if e.cfg.Gate == nil || !acts(t.Event.Kind) {
		return false, nil
	}
	if !t.works() {
		t.session.Withheld = nil // of a colleague who is none any more
		return false, nil
	}
	name, err := e.cfg.Gate(t)
	if err == nil {
		err = t.err
	}
	s := t.session
	switch {
	case err != nil:
		return true, err
	case name == "" && len(s.Withheld) == 0:
		return false, nil
	case name == "":
		t.withhold() // behind what has still to be played
		return true, nil
	case s.Open.Flow == name:
		if done, err := e.settles(t); done || err != nil {
			return true, err
		}
	}
	t.withhold()
	if s.Open.Flow == name {
		return true, nil
	}
	return true, e.bringUp(t, name)
}

// works says that the person is a colleague.
func (t *Turn) works() bool {
	if t.session.Works == "" {
		t.Staff()
	}
	if t.session.Works != isColleague {
		return false
	}
	_, ok := t.Staff()
	return ok
}

// settles takes an answer to the question of the flow that settles it; anything else
// waits.
func (e *Engine) settles(t *Turn) (bool, error) {
	if t.Event.Kind == bot.Pressed {
		id, err := t.pressedID()
		if err != nil {
			return true, err
		}
		b, ok := readButton(id)
		if !ok || !e.isOpen(t, b) {
			return false, nil
		}
		return true, e.pressQuestion(t, b)
	}
	f, step, ok := e.openStep(t)
	if !ok {
		return false, nil
	}
	a, ok, err := e.choice(t, f, step)
	if !ok || err != nil {
		return err != nil, err
	}
	return true, e.hear(t, a)
}

// withhold keeps the event for later. From the second one on they are told that it is
// kept, or, beyond mostWithheld, that it cannot be.
func (t *Turn) withhold() {
	s := t.session
	if len(s.Withheld) >= mostWithheld {
		t.note(sayNotWithheld.With(struct{}{}))
		return
	}
	if len(s.Withheld) > 0 {
		t.note(sayWithheld.With(struct{}{}))
	}
	ev := t.Event
	ev.ReplyBy, ev.Opens = time.Time{}, nil // they were for this turn
	s.Withheld = append(s.Withheld, ev)
}

// release has what waits played, once nothing is to be settled any more.
func (e *Engine) release(t *Turn) error {
	if e.cfg.Gate == nil || len(t.session.Withheld) == 0 {
		return nil
	}
	name, err := e.cfg.Gate(t)
	if err != nil || name != "" {
		return err
	}
	t.Later(withheldNews, fmt.Sprint(t.session.Seq), t.Now())
	return nil
}

// playWithheld plays the oldest of what waits, as if it had been done now.
func (e *Engine) playWithheld(t *Turn) error {
	s := t.session
	if len(s.Withheld) == 0 {
		return nil
	}
	ev := s.Withheld[0]
	s.Withheld = slices.Delete(s.Withheld, 0, 1)
	waiting := s.Withheld
	s.Withheld = nil // what is played now is not to wait behind the rest
	t.Event, t.fold = ev, nil
	if ev.Kind == bot.Wrote {
		s.Pressed = ""
	}
	err := e.answerEvent(t)
	s.Withheld = append(s.Withheld, waiting...)
	return err
}
