package dialog

import (
	"slices"
	"time"

	"redthread/bot"
	"redthread/templates"
)

// command is what can be said at any time. As the ID of a button its name is a
// door, unless a flow has it.
type command struct {
	name  string
	words templates.Words
	play  func(*Engine, *Turn) error
}

func commands() []command {
	return []command{
		{"menu", wordsMenu, (*Engine).menu},
		{"back", wordsBack, (*Engine).back},
		{"skip", wordsSkip, (*Engine).skip},
		{"cancel", wordsCancel, (*Engine).cancel},
		{"human", wordsHuman, (*Engine).human},
		{"help", wordsHelp, (*Engine).help},
	}
}

// resumeDoor leads back to the flow that is open while the menu is shown.
const resumeDoor = "resume"

// asked names what the written words ask for, or is empty.
func (e *Engine) asked(t *Turn) string {
	if t.Event.Kind != bot.Wrote || !isShort(t.Event.Text) {
		return ""
	}
	for _, c := range commands() {
		if (c.name != "human" || e.cfg.Human != nil) && t.says(c.words) {
			return c.name
		}
	}
	return ""
}

func (e *Engine) globalWord(t *Turn) (bool, error) {
	name := e.asked(t)
	if name == "" {
		return false, nil
	}
	return true, e.run(t, name)
}

func (e *Engine) run(t *Turn, name string) error {
	t.session.Asking, t.session.Missed = "", 0
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == name })
	return all[i].play(e, t)
}

// isDoor says that a button of this ID leads somewhere.
func (e *Engine) isDoor(id string) bool {
	switch {
	case e.flows[id] != nil, id == resumeDoor:
		return true
	case id == "human":
		return e.cfg.Human != nil
	}
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == id })
}

// throughDoor goes where a door leads. While a colleague has the talk, only the
// flows that are Always open can be entered.
func (e *Engine) throughDoor(t *Turn, door string) error {
	f := e.flows[door]
	switch s := t.session; {
	case f != nil && !t.mayOpen(f.facts):
		return e.stale(t, "")
	case s.Human && (f == nil || !f.always) && (s.Open.Flow == "" || f != nil):
		t.noteAttended()
		return nil
	case f != nil:
		return e.open(t, door)
	case door != resumeDoor:
		return e.run(t, door)
	case s.Open.Flow == "":
		return e.stale(t, "")
	}
	t.session.Asking = ""
	return e.ask(t)
}

// door takes the number, or the words, of a door when nothing but the menu is
// there to answer.
func (e *Engine) door(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Wrote || t.session.Open.Flow != "" {
		return false, nil
	}
	a, ok, err := t.chosen(e.menuLine(t), true)
	if !ok || err != nil {
		return err != nil, err
	}
	t.session.Missed = 0
	return true, e.throughDoor(t, a.choice)
}

func (e *Engine) menuLine(t *Turn) templates.Line { return sayMenu.With(e.cfg.Agency(t.Lang())) }

// menu shows the doors. An open flow is kept: its question can still be
// answered, so the doors are lettered then, as those of a card.
func (e *Engine) menu(t *Turn) error { return e.menuAfter(t, nil) }

// welcome greets who has come, in one message with the menu.
func (e *Engine) welcome(t *Turn) error {
	hello := sayWelcome.With(e.cfg.Agency(t.Lang()))
	return e.menuAfter(t, &hello)
}

func (e *Engine) menuAfter(t *Turn, hello *templates.Line) error {
	if hello != nil {
		t.note(*hello)
	}
	if e.passing(t.session) {
		t.session.Leave()
	}
	m := t.render(t.Lang(), e.menuLine(t))
	m.Menu, m.Card = true, false
	if fr := t.session.Open; fr.Flow != "" {
		kept := t.render(t.Lang(), sayKept.With(e.title(t, fr.Flow)))
		t.notes = append(t.notes, kept.Text)
		m.Buttons, m.Card = append(kept.Buttons, m.Buttons...), true
		t.asked = true
	}
	t.post(m)
	return nil
}

// human calls a colleague.
func (e *Engine) human(t *Turn) error {
	if t.session.Human {
		t.noteAttended()
		return nil
	}
	return e.cfg.Human(t)
}

// help says what can be done now, and shows where we are.
func (e *Engine) help(t *Turn) error {
	h := Help{Human: e.cfg.Human != nil}
	if _, step, ok := e.openStep(t); ok {
		h.Title = e.title(t, t.session.Open.Flow)
		h.Back, h.Optional = len(t.session.Open.Trail) > 0, step.optional
	}
	t.note(sayHelp.With(h))
	return e.whereWeAre(t)
}

// whereWeAre says again what waits for an answer, or shows the menu.
func (e *Engine) whereWeAre(t *Turn) error {
	_, _, open := e.openStep(t)
	switch {
	case !open:
		return e.menu(t)
	case t.session.Asking != "":
		return e.askOwn(t, t.session.Asking)
	}
	return e.ask(t)
}

// misheard says what is wrong with an answer and asks again.
func (e *Engine) misheard(t *Turn, wrong templates.Line) error {
	if t.oneOfMany() {
		return nil
	}
	t.note(wrong)
	if err := e.ask(t); err != nil {
		return err
	}
	return e.missed(t)
}

// enough is how often in a row we may fail to understand before it takes a
// colleague.
const enough = 3

// missed counts answers that we failed to understand. Every third time it offers
// a colleague: who is filling something in is not taken out of it unasked.
func (e *Engine) missed(t *Turn) error {
	t.session.Missed++
	if e.cfg.Human != nil && !t.session.Human && t.session.Missed%enough == 0 {
		t.Say(sayStuck.With(struct{}{}))
	}
	return nil
}

// Miss notes that what the person asked could not be answered. The third time in
// a row a colleague is called.
func (t *Turn) Miss() { t.atLoss = true }

// enoughMissed says that this turn's miss is one too many.
func (e *Engine) enoughMissed(t *Turn) bool {
	return t.atLoss && e.cfg.Human != nil && !t.session.Human && (t.missed+1)%enough == 0
}

// countMiss keeps the count of misses, which whatever was opened meanwhile has
// begun anew, and calls a colleague when it is time.
func (e *Engine) countMiss(t *Turn) error {
	if !t.atLoss {
		return nil
	}
	enough := e.enoughMissed(t)
	t.session.Missed = t.missed + 1
	if !enough {
		return nil
	}
	t.note(sayCalling.With(struct{}{}))
	return e.cfg.Human(t)
}

// oneOfMany says that these pictures belong to an album of which we have told
// already that it cannot be taken now. An album comes as one event a picture.
func (t *Turn) oneOfMany() bool {
	if t.Event.Kind != bot.Showed {
		return false
	}
	const album = 5 * time.Second
	if now := t.Now(); now.Sub(t.session.Declined) >= album {
		t.session.Declined = now
		return false
	}
	return true
}
