package dialog

import (
	"fmt"
	"slices"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// Inform tells a colleague something that needs no answer. Where the platform counts
// messages it makes room for what does: it comes with what they are told when they
// write next, if little is left. The text has no buttons.
func (t *Turn) Inform(to bot.Conversation, lang string, l templates.Line) {
	t.inform(to, t.render(lang, l))
}

// News is Inform for the colleague in whose conversation the turn is. In a turn of
// their own it is an answer, as with Say.
func (t *Turn) News(l templates.Line) {
	if t.Event.Kind != bot.Noticed {
		t.Say(l)
		return
	}
	m := t.render(t.Lang(), l)
	m.Text = t.withNotes(m.Text)
	m.Quotes, t.answering = t.answering, ""
	t.inform(t.Event.From, m)
}

func (t *Turn) inform(to bot.Conversation, m bot.Message) {
	if len(m.Buttons) > 0 {
		t.fail(fmt.Errorf("dialog: news that need no answer have buttons"))
	}
	t.out = append(t.out, outgoing{to: to, lane: store.Asides, m: m})
}

// mostAside is how many bytes of news are told at a time: with the words under which
// they come they fit into one message.
const mostAside = 1200

// mostCards is how many cards are looked at that waited for a colleague.
const mostCards = 100

// welcomeBack is for a colleague who has just written where the platform counts: if they
// had used up what it allows the house hears of it, and what waited is looked through.
func (t *Turn) welcomeBack() error {
	if !t.opens() {
		return nil
	}
	w, err := t.Records.Window(t.Event.From)
	if err == nil && !w.Room(0) && t.engine.cfg.Heard != nil {
		err = t.engine.cfg.Heard(t)
	}
	if err == nil && w.Behind {
		err = t.callOffCards()
	}
	if err != nil {
		return err
	}
	return t.sayAsides()
}

// callOffCards looks through the cards that waited: those do not come that nobody needs
// any more, nor those in whose place a newer one comes.
func (t *Turn) callOffCards() error {
	waiting, err := t.Records.CardsWaiting(mostCards)
	if err != nil || len(waiting) == 0 {
		return err
	}
	comes := map[buttonID]bool{}
	for _, o := range t.out {
		if b, ok := cardIn(o.m); ok && o.to == t.Event.From {
			comes[b] = true
		}
	}
	for _, o := range slices.Backward(waiting) {
		b, ok := cardIn(o.Message)
		card := t.engine.cards[b.card]
		if !ok || card == nil {
			continue
		}
		needed, err := card.needed(t, b.ref)
		if err == nil && (comes[b] || !needed) {
			err = t.Records.CallOff(o.Seq)
		}
		if err != nil {
			return err
		}
		comes[b] = true
	}
	return nil
}

// cardIn is which card the message is, about what; ok is false when it is none.
func cardIn(m bot.Message) (b buttonID, ok bool) {
	if len(m.Buttons) == 0 {
		return b, false
	}
	b, ok = readButton(m.Buttons[0].ID)
	return buttonID{card: b.card, ref: b.ref}, ok && b.card != "" && b.ref != ""
}

// opens says that what a colleague has just done lets us write to them again, on a
// platform that counts.
func (t *Turn) opens() bool {
	return t.staff != nil && t.Event.Opens != nil && t.Event.Kind != bot.Noticed
}

// sayAsides tells a colleague who has just written what was put aside for them, in one
// message with the answer if there is one.
func (t *Turn) sayAsides() error {
	news, err := t.Records.Asides(mostAside)
	if err != nil || len(news) == 0 {
		return err
	}
	m := bot.Message{Text: t.words(sayMeanwhile.With(news))}
	i := slices.IndexFunc(t.out, func(o outgoing) bool {
		return o.to == t.Event.From && o.carries == nil && o.m.Text != "" && o.m.Edits == ""
	})
	if i < 0 {
		t.post(m)
		return nil
	}
	t.out[i].m.Text += "\n\n" + m.Text
	return nil
}
