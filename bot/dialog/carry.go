package dialog

import (
	"errors"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// Parcel is what a person has to say to another, carried by us.
type Parcel struct {
	To     bot.Conversation
	Lang   string
	Line   templates.Line
	Photos []bot.MediaID
	File   *bot.Document

	// For is where the one who wrote the words is told what becomes of them
	// (store.NewsCarried); zero: they are not.
	For bot.Conversation

	// Ref is how the words are called where the one whose turn it is wrote them, if
	// not in this event.
	Ref string

	// Instead, if there is one, is what Line would be had the words been so from the
	// beginning. When the event corrects a message, Instead takes the place of what
	// was carried then, where that has arrived and the channel can change it; Line is
	// said otherwise.
	Instead *templates.Line
}

// Carry says in another conversation what was said in this one. It is remembered
// which message carries which: a quote of either finds the other one, and so does a
// correction.
func (t *Turn) Carry(p Parcel) {
	m := t.render(p.Lang, p.Line)
	m.Photos, m.Document = p.Photos, p.File
	c := store.Carry{Sender: t.Event.From, Ref: p.Ref}
	if c.Ref == "" && t.Event.Kind != bot.Pressed && t.Event.Kind != bot.Noticed {
		c.Ref = t.Event.Ref
	}
	if !p.For.IsZero() {
		if p.For != t.Event.From {
			c = store.Carry{Sender: p.For}
		}
		c.Tells = true
	}
	t.correct(&m, p)
	t.quote(&m, p.To)
	t.out = append(t.out, outgoing{to: p.To, lane: store.Replies, m: m, carries: &c})
}

// correct makes the message take the place of the one that the event corrects.
func (t *Turn) correct(m *bot.Message, p Parcel) {
	if t.Event.Kind != bot.Edited || t.Event.Ref == "" || p.Instead == nil || len(m.Photos)+len(m.Buttons) > 0 || m.Document != nil {
		return
	}
	to, seq, err := t.Records.CarriedAs(t.Event.Ref)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && to != p.To:
	case err != nil:
		t.fail(err)
	default:
		m.Otherwise, m.Text, m.Changes = m.Text, t.render(p.Lang, *p.Instead).Text, seq
	}
}

// quote makes the message quote, in the other conversation, what the event quotes in
// this one.
func (t *Turn) quote(m *bot.Message, to bot.Conversation) {
	if t.Event.Quotes == "" || m.Changes != 0 {
		return
	}
	sender, ref, err := t.Records.Shown(t.Event.Quotes)
	switch {
	case errors.Is(err, store.ErrNotFound):
		t.quoteOwn(m, to)
	case err != nil:
		t.fail(err)
	case sender == to:
		m.Quotes = ref
	}
}

// quoteOwn is for who answers a message of their own: the other side sees it as one
// of ours.
func (t *Turn) quoteOwn(m *bot.Message, to bot.Conversation) {
	at, seq, err := t.Records.CarriedAs(t.Event.Quotes)
	if errors.Is(err, store.ErrNotFound) || err == nil && at != to {
		return
	}
	if err == nil {
		m.Quotes, err = t.Records.RefOf(to, seq)
	}
	t.fail(err)
}

// Mark shows the one whose turn it is that words of theirs have arrived, where the
// channel can mark a message; ref is its name (store.Carry.Ref).
func (t *Turn) Mark(ref string) {
	t.out = append(t.out, outgoing{to: t.Event.From, lane: store.Replies, m: bot.Message{Mark: ref}})
}

// TakeAway takes a message of ours that has arrived in another conversation off its
// screen, by its place there, where the channel can do that.
func (t *Turn) TakeAway(to bot.Conversation, seq int64) {
	t.out = append(t.out, outgoing{to: to, lane: store.Replies, m: bot.Message{Takes: seq}})
}

// Answering makes the next words of the turn quote a message of the person's, where
// the channel can; ref is its name.
func (t *Turn) Answering(ref string) { t.answering = ref }
