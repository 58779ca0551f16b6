package dialog

import (
	"fmt"
	"slices"

	"redthread/bot"
)

// openStep is the flow and the question that wait for an answer.
func (e *Engine) openStep(t *Turn) (*flow, stepFacts, bool) {
	fr := t.session.Open
	f := e.flows[fr.Flow]
	if f == nil {
		return nil, stepFacts{}, false
	}
	i := f.at(fr.Step)
	if i < 0 {
		return nil, stepFacts{}, false
	}
	return f, f.steps[i], true
}

// asks is the open question as its text has it, its buttons not stamped.
func (e *Engine) asks(t *Turn, lang string) (bot.Message, error) {
	l, err := e.flows[t.session.Open.Flow].asks(t, t.session.Open)
	if err != nil {
		return bot.Message{}, err
	}
	return t.texts.Render(lang, l)
}

// ask says the open question, its buttons stamped with its place.
func (e *Engine) ask(t *Turn) error {
	if len(t.opening) > 0 || t.handed {
		return nil // it would be interrupted at once; it is asked when it is resumed
	}
	if ok, err := e.met(t, false); !ok || err != nil {
		return err
	}
	m, err := e.asks(t, t.Lang())
	if err != nil {
		return err
	}
	fr := &t.session.Open
	_, step, _ := e.openStep(t)
	for i, b := range m.Buttons {
		if m.Buttons[i].ID, err = stamped(buttonID{flow: fr.Flow, step: fr.Step, choice: b.ID, visit: fr.Visit}); err != nil {
			return fmt.Errorf("dialog: ask %s/%s: %w", fr.Flow, fr.Step, err)
		}
		m.Buttons[i].Contact = b.ID == contactButton && step.want.contact
	}
	fr.At, t.asked = t.Now(), true
	t.post(m)
	return nil
}

// speaks says that the event is something the person said to us.
func speaks(k bot.Kind) bool { return k == bot.Wrote || k == bot.Showed || k == bot.Sent }

// offered takes the words of a button of the open question before they could
// mean anything else: people type what they see.
func (e *Engine) offered(t *Turn) (bool, error) {
	_, step, ok := e.openStep(t)
	if !ok || t.Event.Kind != bot.Wrote || !step.want.button || t.moved {
		return false, nil
	}
	l, err := e.flows[t.session.Open.Flow].asks(t, t.session.Open)
	if err != nil {
		return true, err
	}
	if _, ok, err := t.chosen(l, false); !ok || err != nil {
		return err != nil, err
	}
	return e.question(t)
}

// question gives the open question its answer, or says what is wrong with what
// was sent.
func (e *Engine) question(t *Turn) (bool, error) {
	f, step, ok := e.openStep(t)
	if !ok || !speaks(t.Event.Kind) {
		return false, nil
	}
	if t.moved {
		return true, nil // conclude asks; what was said was an answer to something else
	}
	if e.idle(t, f) {
		return true, e.askOwn(t, askedResume)
	}
	a, ok, err := e.choice(t, f, step)
	if err != nil {
		return true, err
	}
	if ok {
		return true, e.hear(t, a)
	}
	fits, wrong := step.want.read(t.Event)
	if fits {
		return true, e.hear(t, answer{})
	}
	if done, err := e.typedCard(t); done || err != nil {
		return true, err
	}
	if done, err := e.strayed(t, f); done || err != nil {
		return true, err
	}
	return true, e.misheard(t, wrong)
}

// choice reads typed words as one of the question's buttons, or as several where
// that is wanted.
func (e *Engine) choice(t *Turn, f *flow, step stepFacts) (a answer, ok bool, err error) {
	if !step.want.button || t.Event.Kind != bot.Wrote {
		return a, false, nil
	}
	l, err := f.asks(t, t.session.Open)
	if err != nil {
		return a, false, err
	}
	if a, ok, err = t.chosen(l, true); ok || err != nil || !step.want.several {
		return a, ok, err
	}
	return t.chosenAll(l)
}

// strayed offers the open flow what is no answer to its question, and asks
// again, once for an album.
func (e *Engine) strayed(t *Turn, f *flow) (bool, error) {
	kept, err := f.stray(t, &t.session.Open)
	if err == nil {
		err = t.err
	}
	if !kept || err != nil {
		return kept, err
	}
	if t.session.Missed = 0; t.oneOfMany() {
		t.notes = nil
		return true, nil
	}
	return true, e.ask(t)
}

// idle says that the open question has waited so long that an answer might not
// be meant for it.
func (e *Engine) idle(t *Turn, f *flow) bool {
	at := t.session.Open.At
	return f.idle > 0 && !at.IsZero() && t.Now().Sub(at) > f.idle
}

// The IDs of buttons that mean something to us: one skips its question, the
// other has the platform share the person's number.
const (
	skipButton    = "skip"
	contactButton = "contact"
)

// hear gives an answer to the step and follows where it leads.
func (e *Engine) hear(t *Turn, a answer) error {
	if left, err := e.barred(t); left || err != nil {
		return err
	}
	f, step, _ := e.openStep(t)
	s := t.session
	s.Missed, s.Asking, s.Open.At = 0, "", t.Now()
	t.answer = a
	if err := e.withdrawKeys(t, step); err != nil {
		return err
	}
	if a.choice == skipButton && step.optional {
		return e.skip(t)
	}
	if a.choice == "" && (step.want.photos > 0 || step.want.anything) {
		t.Photos() // noted, whatever the step does with them
	}
	move, err := f.hear(t, &s.Open)
	if err != nil {
		return err
	}
	if t.err != nil {
		return t.err
	}
	if !t.unfit {
		return e.follow(t, f, step, move)
	}
	s.Missed = t.missed
	if err := e.follow(t, f, step, move); err != nil {
		return err
	}
	return e.missed(t)
}

// withdrawKeys has the keys that shared a number taken away with the next words:
// they stay on the screen otherwise.
func (e *Engine) withdrawKeys(t *Turn, step stepFacts) error {
	if !step.want.contact {
		return nil
	}
	asked, err := e.asks(t, t.Lang())
	t.keys = labelOf(asked, contactButton) != ""
	return err
}

// follow goes where the move leads.
func (e *Engine) follow(t *Turn, f *flow, step stepFacts, m Move) error {
	fr := &t.session.Open
	switch m.how {
	case End.how:
		return e.end(t)
	case Stay.how:
		return nil
	case Again.how:
		if t.answer.choice != "" {
			fr.Visit = t.session.Seq // the buttons that were pressed are used up
		}
		return e.ask(t)
	case Next.how:
		return e.next(t, f)
	case "goto", "visit":
		if !slices.Contains(step.to, string(m.step)) {
			return fmt.Errorf("dialog: %s/%s may not go to %q", f.name, step.name, m.step)
		}
		if m.how == "visit" && fr.Back == "" && string(m.step) != fr.Step {
			fr.Back = fr.Step
		}
		arrive(fr, string(m.step), t.session.Seq)
		return e.ask(t)
	}
	return fmt.Errorf("dialog: %s/%s makes no move", f.name, step.name)
}

// next goes on to the question that follows, or back from a visit; after the
// last one the flow ends.
func (e *Engine) next(t *Turn, f *flow) error {
	fr := &t.session.Open
	to := fr.Back
	if f.at(to) < 0 {
		var err error
		if to, err = e.unpassed(t, f, f.at(fr.Step)+1); err != nil {
			return err
		}
		if to == "" {
			return e.end(t)
		}
	}
	arrive(fr, to, t.session.Seq)
	return e.ask(t)
}

// unpassed is the first step from i on that must be asked, or empty.
func (e *Engine) unpassed(t *Turn, f *flow, i int) (string, error) {
	for ; i < len(f.steps); i++ {
		passes, err := f.passes(t, t.session.Open, f.steps[i].name)
		if err != nil || !passes {
			return f.steps[i].name, err
		}
	}
	return "", nil
}

// arrive comes to a question and keeps the way there. Where the way leads in a
// circle, the circle is taken out; but not past the question that a visit will
// return to.
func arrive(fr *bot.Frame, to string, seq int64) {
	fr.Visit = seq
	if to == fr.Step {
		return
	}
	limit := -1
	switch fr.Back {
	case "":
	case fr.Step: // the visit begins here
		limit = len(fr.Trail)
	default:
		limit = slices.Index(fr.Trail, fr.Back)
	}
	at := len(fr.Trail) - 1
	for at >= 0 && fr.Trail[at] != to {
		at--
	}
	if at >= 0 && (at > limit || to == fr.Back) {
		fr.Trail = fr.Trail[:at]
	} else {
		fr.Trail = append(fr.Trail, fr.Step)
	}
	if to == fr.Back {
		fr.Back = ""
	}
	fr.Step = to
}
