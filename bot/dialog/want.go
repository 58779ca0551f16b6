package dialog

import (
	"strings"
	"unicode/utf8"

	"redthread/bot"
	"redthread/templates"
)

// Want says what counts as an answer. Wants are joined with Or.
type Want struct {
	button   bool
	min, max int // letters of text; max 0: no text
	photos   int // in one message; 0: none
	anything bool
	edits    bool
	several  bool
	contact  bool
}

var (
	// Button wants one of the question's buttons: pressed, or typed as its
	// number or its words in any of our languages.
	Button = Want{button: true}

	// Several wants one or more of the question's buttons, and lets words of the
	// person's own stand among them: Turn.Choices tells what was chosen.
	Several = Want{button: true, several: true}

	// Contact wants the person's own telephone number, as the platform shares it:
	// Turn.Contact tells it. A button [contact] of the question asks for it, where
	// the channel has such buttons.
	Contact = Want{contact: true}

	// Anything wants whatever a person can send: words, pictures, voice, files.
	Anything = Want{anything: true}

	// Edits wants to hear, besides, of messages that were changed after they
	// had been sent: Turn.Event.Kind is bot.Edited then. They are passed over
	// otherwise.
	Edits = Want{edits: true}
)

// Text wants words: between min and max characters, without the spaces around
// them.
func Text(min, max int) Want { return Want{min: min, max: max} }

// Photos wants pictures, at most n in one message. Albums arrive as several
// messages, so a step that collects pictures counts them itself.
func Photos(n int) Want { return Want{photos: n} }

// Or wants either. Of two Texts the second counts.
func (w Want) Or(o Want) Want {
	w.button = w.button || o.button
	w.anything = w.anything || o.anything
	w.edits = w.edits || o.edits
	w.several = w.several || o.several
	w.contact = w.contact || o.contact
	if o.max > 0 {
		w.min, w.max = o.min, o.max
	}
	w.photos = max(w.photos, o.photos)
	return w
}

// words says that words of the person's own are wanted.
func (w Want) words() bool { return w.max > 0 || w.anything }

// read holds what was sent, and is not a choice, against what is wanted. The
// line says what is wrong with it.
func (w Want) read(ev bot.Event) (ok bool, wrong templates.Line) {
	text := strings.TrimSpace(ev.Text)
	switch ev.Kind {
	case bot.Wrote, bot.Edited:
		return w.readText(utf8.RuneCountInString(text))
	case bot.Showed:
		n := len(photosOf(ev))
		switch {
		case w.anything, n > 0 && n <= w.photos:
			return true, templates.Line{}
		case n > 0 && w.photos > 0:
			return false, sayTooMany.With(Measure{N: n, Max: w.photos})
		}
	case bot.Sent:
		if w.anything || w.contact && contactOf(ev) != "" {
			return true, templates.Line{}
		}
	}
	return false, w.now()
}

func (w Want) readText(n int) (ok bool, wrong templates.Line) {
	switch {
	case w.anything && n > 0:
		return true, templates.Line{}
	case w.max == 0:
		return false, w.now()
	case n < w.min, n == 0:
		return false, sayTooShort.With(Measure{N: n, Min: max(w.min, 1), Max: w.max})
	case n > w.max:
		return false, sayTooLong.With(Measure{N: n, Min: w.min, Max: w.max})
	}
	return true, templates.Line{}
}

// now says what is wanted at this question.
func (w Want) now() templates.Line {
	switch {
	case w.words():
		return sayWantWords.With(struct{}{})
	case w.photos > 0:
		return sayWantPhotos.With(w.button)
	}
	return sayWantButton.With(struct{}{})
}

// contactOf is the contact that was shared, as the adapter notes it.
func contactOf(ev bot.Event) string {
	for _, m := range ev.Media {
		if m.Kind == bot.Contact {
			return m.Note
		}
	}
	return ""
}

func photosOf(ev bot.Event) []bot.Media {
	var all []bot.Media
	for _, m := range ev.Media {
		if m.Kind == bot.Photo {
			all = append(all, m)
		}
	}
	return all
}
