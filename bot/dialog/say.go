package dialog

import (
	"errors"
	"fmt"
	"strings"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// render says a line in lang, its buttons stamped as a card's or as doors.
func (t *Turn) render(lang string, l templates.Line) bot.Message {
	m, err := t.texts.Render(lang, l)
	if err == nil && len(m.Buttons) > 0 {
		err = t.engine.stampCard(&m, l)
	}
	if err != nil {
		t.fail(err)
		return bot.Message{}
	}
	m.Protected = l.Protected
	return m
}

// stampCard gives the buttons their places. They are those of a card, or doors;
// both outlive the talk.
func (e *Engine) stampCard(m *bot.Message, l templates.Line) (err error) {
	_, isCard := e.cards[l.Name]
	m.Card = true
	for i, b := range m.Buttons {
		id := buttonID{card: l.Name, choice: b.ID, ref: l.Ref}
		if !isCard {
			if b.URL == "" && !e.isDoor(b.ID) {
				return fmt.Errorf("dialog: the button [%s] of %q leads nowhere", b.ID, l.Name)
			}
			id = buttonID{card: doors, choice: b.ID}
		}
		if m.Buttons[i].ID, err = stamped(id); err != nil {
			return fmt.Errorf("dialog: say %q: %w", l.Name, err)
		}
	}
	return nil
}

// words is what a line of the engine's own says, without buttons.
func (t *Turn) words(l templates.Line) string { return t.Words(t.Lang(), l) }

// note puts words before the next message of the conversation: one message where
// the platform counts them.
func (t *Turn) note(l templates.Line) { t.notes = append(t.notes, t.words(l)) }

// post leaves a message for the person, after the notes.
func (t *Turn) post(m bot.Message) {
	if t.keys && (len(m.Buttons) == 0 || len(t.notes) > 0) {
		// A message has room for keys of one kind: words of their own take the old
		// ones away.
		t.keys = false
		if len(m.Buttons) > 0 {
			t.post(bot.Message{Menu: true})
		} else {
			m.Menu = true
		}
	}
	m.Text = t.withNotes(m.Text)
	m.Quotes, t.answering = t.answering, ""
	t.out = append(t.out, outgoing{to: t.Event.From, lane: store.Replies, m: m})
}

func (t *Turn) withNotes(text string) string {
	all := t.notes
	t.notes = nil
	if text != "" {
		all = append(all, text)
	}
	return strings.Join(all, "\n\n")
}

// settle takes the buttons off the message that was pressed and shows the choice,
// where the channel can change it.
func (t *Turn) settle(label string) {
	on := t.Event.On
	if on == nil {
		return
	}
	// The platform's limit is 4096 (Bot API, editMessageText).
	text := cut(on.Text, 3900) + "\n\n" + strings.TrimSpace("✓ "+label)
	t.edit = &bot.Message{Edits: on.Ref, Text: text}
}

// unbutton takes the buttons off a message whose question is over.
func (t *Turn) unbutton() {
	if on := t.Event.On; on != nil {
		t.edit = &bot.Message{Edits: on.Ref, Text: on.Text}
	}
}

// commit leaves everything that was said, the change of the pressed message
// first.
func (t *Turn) commit() error {
	if err := t.welcomeBack(); err != nil {
		return err
	}
	if len(t.notes) > 0 {
		t.post(bot.Message{})
	}
	if t.err != nil {
		return t.err
	}
	if t.edit != nil {
		t.Records.Post(t.Event.From, store.Replies, *t.edit)
	}
	for _, o := range t.out {
		if o.m.Text == "" && len(o.m.Photos) == 0 && o.m.Mark == "" && o.m.Takes == 0 {
			return errors.New("dialog: a message without words")
		}
		if o.carries != nil {
			if err := t.Records.Carry(o.to, o.lane, o.m, *o.carries); err != nil {
				return err
			}
			continue
		}
		t.Records.Post(o.to, o.lane, o.m)
	}
	return nil
}

// cut keeps the first n runes.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
