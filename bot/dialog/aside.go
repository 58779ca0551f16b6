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

// sayAsides tells a colleague who has just written what was put aside for them, in one
// message with the answer if there is one.
func (t *Turn) sayAsides() error {
	if t.staff == nil || t.Event.Opens == nil || t.Event.Kind == bot.Noticed {
		return nil
	}
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
