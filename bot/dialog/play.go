package dialog

import (
	"fmt"
	"strings"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// responder answers the event, or says that it is not the one to.
type responder func(*Turn) (bool, error)

// play finds who is to answer. The first that does ends it.
func (e *Engine) play(t *Turn) error {
	if !t.Event.By.IsZero() {
		return e.inPlace(t)
	}
	if err := e.meet(t); err != nil {
		return err
	}
	if t.Event.Kind == bot.Wrote || t.Event.Kind == bot.Pressed {
		t.session.Declined = time.Time{}
	}
	if t.Event.Kind == bot.Wrote {
		t.session.Pressed = ""
	}
	if err := e.answerEvent(t); err != nil {
		return err
	}
	return e.conclude(t)
}

func (e *Engine) answerEvent(t *Turn) error {
	for _, answers := range []responder{
		e.notice,      // news of our own
		e.bounced,     // a template message did not arrive
		e.parting,     // who leaves is told nothing
		e.dismissed,   // what a colleague has open who is none any more, goes
		e.gated,       // what a colleague has to settle first
		e.updated,     // brings what an older release left open up to date
		e.arrival,     // welcome, menu
		e.danger,      // words for help, before anything else could take them
		e.press,       // cards, doors, questions
		e.quoted,      // words about a message of ours
		e.refused,     // colleagues' words that are for other roles
		e.colleague,   // who has the talk, hears the words
		e.edit,        // changed words are passed over, unless they are wanted
		e.ownQuestion, // "really give up?"
		e.offered,     // the words of a button in front of the person
		e.globalWord,  // back, menu, help …
		e.opening,     // words that open a flow
		e.question,    // the open question
		e.door,        // the number of a door, when only the menu is there
		e.typedCard,   // the letter of the newest card
	} {
		if done, err := answers(t); done || err != nil {
			return err
		}
	}
	return e.unclear(t)
}

// meet notes who it is that we talk to.
func (e *Engine) meet(t *Turn) error {
	switch {
	case t.Event.Kind == bot.Noticed, t.Event.Kind == bot.Bounced: // nobody has done anything
		return nil
	case t.Event.Kind == bot.Left:
		return t.Records.Part()
	case t.session.Seq == 1, t.Event.Kind == bot.Arrived:
		return t.Records.Meet()
	}
	return nil
}

// conclude does what the step has asked for besides: open other flows, leave the
// talk to a colleague, take it back.
func (e *Engine) conclude(t *Turn) error {
	const most = 8 // flows that open flows must come to an end
	for n := 0; len(t.opening) > 0; n++ {
		if n == most {
			return fmt.Errorf("dialog: flows keep opening others: %s", strings.Join(t.opening, ", "))
		}
		name := t.opening[0]
		t.opening = t.opening[1:]
		if err := e.open(t, name); err != nil {
			return err
		}
	}
	if err := e.countMiss(t); err != nil {
		return err
	}
	if err := e.release(t); err != nil {
		return err
	}
	switch s := t.session; {
	case t.handed:
		e.interrupt(s) // until the colleague gives the talk back
	case t.given && s.Open.Flow == "" && s.Leave():
		return e.resume(t)
	case t.moved && !t.asked && s.Open.Flow != "":
		return e.ask(t)
	}
	return nil
}

// notice plays news. A timer that was called off, or moved, in the meantime is
// none.
func (e *Engine) notice(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Noticed {
		return false, nil
	}
	due, err := t.Records.Fire()
	if err == nil && !due {
		err = store.ErrNotDue
	}
	if err != nil {
		return true, err
	}
	name, ref, _ := strings.Cut(t.Event.Text, ":")
	n, ok := e.news[name]
	if !ok {
		return true, fmt.Errorf("dialog: there is no notice %q", name)
	}
	if err := n.Play(t, ref); err != nil {
		return true, fmt.Errorf("notice %s: %w", name, err)
	}
	return true, nil
}

func (e *Engine) bounced(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Bounced {
		return false, nil
	}
	return true, t.Records.KnockLost()
}

func (e *Engine) parting(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Left || e.cfg.Parted == nil {
		return t.Event.Kind == bot.Left, nil
	}
	return true, e.cfg.Parted(t)
}

func (e *Engine) arrival(t *Turn) (bool, error) {
	switch {
	case t.Event.Kind != bot.Arrived:
		return false, nil
	case t.session.Human:
		t.noteAttended()
		return true, nil
	}
	return true, e.welcome(t)
}

// danger gives words to Config.Danger before anybody else hears them.
func (e *Engine) danger(t *Turn) (bool, error) {
	if e.cfg.Danger == nil || t.Event.Kind != bot.Wrote && t.Event.Kind != bot.Sent {
		return false, nil
	}
	done, err := e.cfg.Danger(t)
	if err != nil {
		err = fmt.Errorf("danger: %w", err)
	}
	return done, err
}

// quoted answers words that quote a message of ours.
func (e *Engine) quoted(t *Turn) (bool, error) {
	if t.Event.Quoted == "" || e.cfg.Quoted == nil || !speaks(t.Event.Kind) {
		return false, nil
	}
	return e.cfg.Quoted(t)
}

// edit passes changed words over, unless the open question wants them.
func (e *Engine) edit(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Edited {
		return false, nil
	}
	f, step, ok := e.openStep(t)
	if !ok || !step.want.edits || t.session.Asking != "" || t.moved || e.idle(t, f) {
		return true, nil
	}
	if fits, _ := step.want.read(t.Event); !fits {
		return true, nil
	}
	return true, e.hear(t, answer{})
}

// unclear is for what nobody answers. Kinds of events that nobody knows are
// passed over.
func (e *Engine) unclear(t *Turn) error {
	var kind templates.Line
	switch t.Event.Kind {
	case bot.Wrote:
		kind = sayUnclear.With(struct{}{})
	case bot.Showed, bot.Sent:
		kind = sayNoMedia.With(struct{}{})
	default:
		return nil
	}
	if t.oneOfMany() {
		return nil
	}
	known, err := e.wonder(t)
	switch {
	case err != nil:
		return err
	case t.session.Seq == 1:
		return e.welcomeBefore(t, known)
	case known:
		return nil
	}
	if t.Miss(); e.enoughMissed(t) {
		return nil // a colleague is called instead
	}
	t.note(kind)
	return e.menu(t)
}

// wonder asks whoever may know what to do with words that nobody answers.
func (e *Engine) wonder(t *Turn) (known bool, err error) {
	if t.Event.Kind != bot.Wrote || e.cfg.Lost == nil {
		return false, nil
	}
	t.stray = true
	if known, err = e.cfg.Lost(t); err != nil {
		return known, fmt.Errorf("lost: %w", err)
	}
	return known, nil
}

// welcomeBefore greets who wrote for the first time, before anything else that
// was said. When an answer follows, the doors are lettered: the numbers are its.
func (e *Engine) welcomeBefore(t *Turn, answered bool) error {
	said := t.out
	t.out = nil
	if err := e.welcome(t); err != nil {
		return err
	}
	t.out[0].m.Card = t.out[0].m.Card || answered
	t.out = append(t.out, said...)
	return nil
}
