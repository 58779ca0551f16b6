package flows

import (
	"regexp"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What a colleague writes behind "//" is a note: it is kept with the client, shown
// to colleagues, and never to the client. What only looks like one is asked about
// before it goes anywhere. Notes are read before anything else, so that none can
// slip into an answer. It is played in testdata/notes.zh-CN.chat.

var (
	// Blanks and signs that nobody sees may stand before the mark.
	noteMark = regexp.MustCompile(`^[\p{Z}\p{C}]*[/／]{2,}`)

	// Nearly the mark, at the start of any line: one slash, slashes with blanks,
	// of another kind, or leaning the other way; the comma on the key beside it in
	// Chinese typing; and what people write for "note".
	nearMark = regexp.MustCompile(`(?im)^[\p{Z}\p{C}]*(?:[/／\\＼⁄∕╱⧸⟋、〃]|(?:备注|備註|内部|內部|note|memo|internal)[\p{Z}]*[:：])`)

	// A note may name the client: "//K7 …".
	noteCode = regexp.MustCompile(`^(?i:k|ｋ|Ｋ)[-－]?0*([0-9]{1,9})[\p{Z}:：,，]+`)
)

// isNote says that words are a note.
func isNote(text string) bool { return noteMark.MatchString(text) }

// looksLikeNote says that words might have been meant for one.
func looksLikeNote(text string) bool { return nearMark.MatchString(text) }

// noteOf takes the mark off, and the client's code, where the note names one.
func noteOf(w store.Words) (_ store.Words, code string) {
	lines := append([]string(nil), w.Lines...)
	if len(lines) > 0 {
		lines[0] = strings.TrimSpace(noteMark.ReplaceAllString(lines[0], ""))
		if m := noteCode.FindString(lines[0]); m != "" {
			code, lines[0] = clientCode(strings.TrimRight(m, " :：,，　")), lines[0][len(m):]
		}
		if lines[0] == "" {
			lines = lines[1:]
		}
	}
	return store.Words{Lines: lines, Photos: w.Photos, Files: w.Files, Ref: w.Ref}, code
}

var (
	titleNote = templates.New[none]("title.note")

	titleNoteAbout = templates.New[none]("title.note_about")
	askNote        = templates.New[noted]("talk.ask_note")
	sayHowToNote   = templates.New[none]("talk.how_to_note")

	sayTalkNoted   = templates.New[string]("talk.noted")
	sayEmptyNote   = templates.New[none]("talk.empty_note")
	sayNoteForWhom = templates.New[none]("talk.note_for_whom")
)

// writeNote keeps a note, whatever the colleague is busy with.
func writeNote(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "note",
		Title:   titleNote,
		Reads:   isNote,
		Staff:   who(WriteNotes),
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			me, _ := t.Staff()
			talks, err := deskTalks(t, me)
			if err != nil {
				return dialog.End, err
			}
			to, certain, err := aim(t, me, talks)
			if err != nil {
				return dialog.End, err
			}
			lines, _ := saidIn(t.Event)
			return dialog.End, s.noteAbout(t, me, to, certain, talks, store.Words{Lines: lines, Photos: t.Photos(), Ref: t.Event.Ref})
		},
	}
}

// noteAbout keeps a note about the client it names, or whom words would go to now;
// where that is not certain the colleague is asked.
func (s Settings) noteAbout(t *dialog.Turn, me store.Staff, to store.Handoff, certain bool, talks []store.Handoff, w store.Words) error {
	note, code := noteOf(w)
	switch {
	case note.Items() == 0:
		t.Say(sayEmptyNote.With(none{}))
		return nil
	case code != "":
		c, err := t.Records.ClientByCode(code)
		if err != nil {
			return gone(t, err)
		}
		return keepTalkNote(t, me, c, 0, note)
	case certain:
		return keepTalkNote(t, me, to.Client, to.ID, note)
	case len(talks) == 0:
		t.Say(sayNoteForWhom.With(none{}))
		return nil
	}
	return s.askDesk(t, me, store.AskNoteFor, talks, note)
}

// noteFlow is opened by a client's card.
const noteFlow = "note_about"

// noted is a note that is being written.
type noted struct{ Client string }

// noteByCard asks for a note about the client of the card that was pressed.
func noteByCard() dialog.Flow[noted] {
	return dialog.Flow[noted]{
		Name:   noteFlow,
		Title:  titleNoteAbout,
		Staff:  who(WriteNotes),
		Always: true,
		Fresh:  true,
		Idle:   time.Hour,
		Begin: func(t *dialog.Turn, n *noted) (dialog.Move, error) {
			n.Client = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[noted]{
			{Name: "words", Ask: askNote, Want: dialog.Button.Or(dialog.Anything), Hear: func(t *dialog.Turn, n *noted) (dialog.Move, error) {
				me, ok := t.Staff()
				w, some, err := carry(t)
				if !ok || t.Choice() != "" || !some || err != nil {
					return dialog.End, err
				}
				c, err := t.Records.ClientByCode(n.Client)
				if err != nil {
					return dialog.End, gone(t, err)
				}
				w, _ = noteOf(w)
				return dialog.End, keepTalkNote(t, me, c, 0, w)
			}},
		},
	}
}

func keepTalkNote(t *dialog.Turn, me store.Staff, c store.Client, talk int64, w store.Words) error {
	if err := t.Records.KeepTalkNote(c, talk, me, w); err != nil {
		return err
	}
	t.Say(sayTalkNoted.With(c.Code()))
	return nil
}
