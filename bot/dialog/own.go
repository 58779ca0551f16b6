package dialog

import (
	"fmt"

	"redthread/bot"
	"redthread/templates"
)

// ownLine is a question of the engine's own, about the open flow.
func (e *Engine) ownLine(t *Turn, asking string) templates.Line {
	title := e.title(t, t.session.Open.Flow)
	if asking == askedResume {
		return askResume.With(Unfinished{title, e.flows[t.session.Open.Flow].keeps})
	}
	return askCancel.With(title)
}

// askOwn asks whether to give the open flow up, or whether to take it up again.
func (e *Engine) askOwn(t *Turn, asking string) error {
	t.session.Asking = asking
	m, err := t.texts.Render(t.Lang(), e.ownLine(t, asking))
	if err != nil {
		return err
	}
	for i, b := range m.Buttons {
		if m.Buttons[i].ID, err = stamped(buttonID{flow: own, step: asking, choice: b.ID, visit: t.session.Open.Visit}); err != nil {
			return err
		}
	}
	t.asked = true
	t.post(m)
	return nil
}

// ownQuestion reads the answer to a question of the engine's own. Words that
// open something, and answers to the open question that cannot be sent again so
// easily, settle it as well; after a long pause nothing is taken blindly.
func (e *Engine) ownQuestion(t *Turn) (bool, error) {
	s := t.session
	if s.Asking == "" {
		return false, nil
	}
	_, step, ok := e.openStep(t)
	if !ok || t.moved {
		s.Asking = ""
		return false, nil
	}
	choice, err := e.ownChoice(t)
	switch {
	case err != nil:
		return true, err
	case choice != "":
		return true, e.decide(t, choice)
	case e.asked(t) != "" && e.asked(t) != "cancel", e.opens(t) != nil:
		s.Asking = ""
		return false, nil
	}
	if fits, _ := step.want.read(t.Event); fits && t.Event.Kind == bot.Showed && s.Asking == askedCancel {
		s.Asking = ""
		return false, nil
	}
	if t.oneOfMany() {
		return true, nil
	}
	if err := e.askOwn(t, s.Asking); err != nil {
		return true, err
	}
	return true, e.missed(t)
}

// ownChoice is the button that was typed, by its number, its words, or yes and
// no.
func (e *Engine) ownChoice(t *Turn) (string, error) {
	if t.Event.Kind != bot.Wrote {
		return "", nil
	}
	a, ok, err := t.chosen(e.ownLine(t, t.session.Asking), true)
	if ok || err != nil || !isShort(t.Event.Text) || t.session.Asking != askedResume {
		return a.choice, err
	}
	return map[string]string{"yes": "go", "no": "drop"}[t.yesNo()], nil
}

// decide acts on the answer to a question of the engine's own.
func (e *Engine) decide(t *Turn, choice string) error {
	s := t.session
	s.Asking, s.Missed = "", 0
	switch choice {
	case "no", "go":
		return e.ask(t)
	case "yes", "drop":
		return e.drop(t)
	case "restart":
		return e.start(t, e.flows[s.Open.Flow])
	}
	return fmt.Errorf("dialog: nobody answers the button [%s]", choice)
}
