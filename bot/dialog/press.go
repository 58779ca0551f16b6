package dialog

import (
	"errors"
	"slices"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// twice is how soon the same button must be pressed again to be a double tap.
const twice = 10 * time.Second

// press answers a pressed button by its place. One that was pressed twice takes
// effect once; one of a question that is over is told so.
func (e *Engine) press(t *Turn) (bool, error) {
	if t.Event.Kind != bot.Pressed {
		return false, nil
	}
	id, err := t.pressedID()
	if err != nil {
		return true, err
	}
	b, ok := readButton(id)
	if ok && t.Event.By.IsZero() && id == t.session.Pressed && t.Now().Sub(t.session.SeenAt) < twice {
		t.Toast(toastTaken.With(struct{}{}))
		return true, nil
	}
	switch {
	case ok && e.onCard(t, b):
		return true, e.playCard(t, b)
	case ok && b.isDoor() && t.Event.By.IsZero() && e.isDoor(b.choice):
		t.session.Pressed = id
		return true, e.throughDoor(t, b.choice)
	case ok && b.flow == own && t.session.Asking == b.step && t.session.Open.Visit == b.visit:
		return true, e.pressOwn(t, b)
	case ok && e.isOpen(t, b):
		return true, e.pressQuestion(t, b)
	}
	return true, e.stale(t, id)
}

// pressedID is the pressed button's ID. Where the platform carries only a number
// it is looked up in what we said; empty when that says nothing.
func (t *Turn) pressedID() (string, error) {
	tap := t.Event.Tap
	if tap == nil {
		return t.Event.Button, nil
	}
	m, err := t.Records.Said(tap.Seq)
	if errors.Is(err, store.ErrNotFound) || err == nil && (tap.Index < 0 || tap.Index >= len(m.Buttons)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return m.Buttons[tap.Index].ID, nil
}

// isOpen says that the button is one of the question that waits.
func (e *Engine) isOpen(t *Turn, b buttonID) bool {
	fr := t.session.Open
	return b.isQuestion() && fr.Flow == b.flow && fr.Step == e.stepNow(b) && fr.Visit == b.visit
}

// stepNow is the step that the button stands for, which an older release may have
// called otherwise.
func (e *Engine) stepNow(b buttonID) string {
	if f := e.flows[b.flow]; f != nil {
		return f.now(b.step)
	}
	return b.step
}

func (e *Engine) pressQuestion(t *Turn, b buttonID) error {
	f, step, _ := e.openStep(t)
	if t.session.Asking == askedResume || t.session.Asking == "" && e.idle(t, f) {
		return e.askOwn(t, askedResume)
	}
	asked, err := e.asks(t, t.Lang())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(asked.Buttons, func(o bot.Button) bool { return o.ID == b.choice && o.URL == "" })
	if i < 0 || !step.want.button {
		return e.stale(t, b.String())
	}
	t.session.Pressed = b.String()
	t.settle(asked.Buttons[i].Label)
	return e.hear(t, answer{choice: b.choice, label: asked.Buttons[i].Label})
}

func (e *Engine) pressOwn(t *Turn, b buttonID) error {
	asked, err := t.texts.Render(t.Lang(), e.ownLine(t, b.step))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(asked.Buttons, func(o bot.Button) bool { return o.ID == b.choice })
	if i < 0 {
		return e.stale(t, b.String())
	}
	t.session.Pressed = b.String()
	t.settle(asked.Buttons[i].Label)
	return e.decide(t, b.choice)
}

// stale answers a button whose question is over, or that none of ours has. Where
// a toast can say it, the talk is not disturbed.
func (e *Engine) stale(t *Turn, id string) error {
	if t.Event.On != nil {
		t.unbutton()
		if id != "" && id == t.session.Pressed {
			t.Toast(toastTaken.With(struct{}{}))
		} else {
			t.Toast(toastStale.With(struct{}{}))
		}
		return nil
	}
	if !t.Event.By.IsZero() {
		return nil
	}
	if t.session.Human && t.session.Open.Flow == "" {
		t.noteAttended()
		return nil
	}
	t.note(sayStale.With(struct{}{}))
	return e.whereWeAre(t)
}

// onCard says that the button stands, or stood, on one of our cards.
func (e *Engine) onCard(t *Turn, b buttonID) bool {
	return e.cards[b.card] != nil && isChoice(t.texts.Buttons(b.card), b.choice)
}

// isChoice says that a button of the text can have this ID.
func isChoice(ids []string, choice string) bool {
	if name, _, each := templates.Index(choice); each {
		return slices.Contains(ids, name)
	}
	return slices.Contains(ids, choice)
}

// mayPress says that a colleague's button is for who pressed it. Who does not work
// here gets no answer: not even that there is something to press. A colleague is
// told that it is not for them.
func (e *Engine) mayPress(t *Turn, card AnyCard, choice string) bool {
	st, ok := t.Staff()
	switch {
	case !ok:
		t.log.WarnContext(t.ctx, "a button of the staff was pressed by someone else", "event", t.Event.Key, "conversation", t.Event.From.String(), "card", card.name())
		if e.cfg.Refused != nil {
			e.cfg.Refused(card.name()+"/"+choice, false)
		}
		return false
	case slices.Contains(card.staff(), st.Role) && (e.cfg.May == nil || e.cfg.May(st.Role, card.name(), choice)):
		return true
	}
	t.Refuse(card.name() + "/" + choice)
	return false
}

// playCard plays a card's button.
func (e *Engine) playCard(t *Turn, b buttonID) error {
	card := e.cards[b.card]
	if card.staff() != nil {
		if !e.mayPress(t, card, b.choice) {
			return nil
		}
	}
	t.session.Pressed, t.session.Missed = b.String(), 0
	t.answer, t.paper = answer{choice: b.choice}, b.ref
	if t.Event.On != nil {
		label, err := e.cardLabel(t, b)
		if err != nil {
			return err
		}
		t.answer.label = label
		t.settle(label)
	}
	alerts, err := t.alertedTo(card, b.ref)
	if err != nil {
		return err
	}
	if err := card.hear(t, b.ref, b.choice); err != nil || t.refused {
		return err
	}
	return t.heard(alerts)
}

// cardLabel is what the pressed button says: as the newest card has it, or else
// as the text fixes it.
func (e *Engine) cardLabel(t *Turn, b buttonID) (string, error) {
	said, err := t.Records.LastCard()
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	for _, o := range said.Buttons {
		if o.ID == b.String() {
			return o.Label, nil
		}
	}
	blank, err := t.texts.Render(t.Lang(), e.cards[b.card].blank())
	if err != nil {
		return "", err
	}
	for _, o := range blank.Buttons {
		if o.ID == b.choice {
			return o.Label, nil
		}
	}
	return "", nil
}

// typedCard takes the letter, or the words, of a button of the newest card.
func (e *Engine) typedCard(t *Turn) (bool, error) {
	b, ok, err := t.typedButton()
	switch {
	case err != nil:
		return true, err
	case ok && e.onCard(t, b):
		return true, e.playCard(t, b)
	case ok && b.isDoor() && e.isDoor(b.choice):
		return true, e.throughDoor(t, b.choice)
	}
	return false, nil
}

// typedButton is the button of the newest card whose letter, or words, were typed.
func (t *Turn) typedButton() (b buttonID, ok bool, err error) {
	if t.Event.Kind != bot.Wrote || !isShort(t.Event.Text) {
		return b, false, nil
	}
	said, err := t.Records.LastCard()
	if errors.Is(err, store.ErrNotFound) {
		return b, false, nil
	}
	if err != nil {
		return b, false, err
	}
	i, ok := lettered(said.Buttons, t.folded())
	if !ok {
		return b, false, nil
	}
	b, ok = readButton(said.Buttons[i].ID)
	return b, ok, nil
}

// TypedOnCard is what the person has typed for a button of the newest card, its
// letter or its words: the card's text, what it is about, and the button. A relay
// may act on it, or doubt it; ok is false when it was none.
func (t *Turn) TypedOnCard() (card, ref, choice string, ok bool) {
	b, ok, err := t.typedButton()
	t.fail(err)
	return b.card, b.ref, b.choice, ok && t.engine.onCard(t, b)
}
