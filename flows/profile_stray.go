package flows

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What comes at the wrong moment is kept: a photo goes to the photos, words and
// voice notes to the matchmaker.

// aside is what came, for the texts.
type aside struct {
	Photos   int  // of the profile now, when a photo came
	Full     bool // there was no room for it
	Voice    bool // a voice note that nobody has put into words
	Question bool // the words ask something
}

var sayAside = templates.New[aside]("profile.aside")

// mostNotes is how many notes are kept with a profile.
const mostNotes = 50

// strayIntoProfile keeps what is no answer to the question. Short words are a
// slip, and are told so instead.
func strayIntoProfile(t *dialog.Turn, d *form) (bool, error) {
	switch t.Event.Kind {
	case bot.Showed:
		return true, d.takePhotoAside(t)
	case bot.Sent:
		return d.takeSentAside(t)
	case bot.Wrote:
		return d.takeWordsAside(t)
	}
	return false, nil
}

// takePhotoAside puts a photo that comes early among the photos.
func (d *form) takePhotoAside(t *dialog.Turn) error {
	kept, err := d.addPhotos(t)
	t.Note(sayAside.With(aside{Photos: d.Pictures, Full: kept == 0}))
	return err
}

// addPhotos puts the pictures of the turn among the photos, as far as there is
// room.
func (d *form) addPhotos(t *dialog.Turn) (kept int, err error) {
	came := t.Photos()
	if d.Gate == nil {
		kept, err = t.Records.AddPhotos(came...)
	} else {
		kept = min(len(came), max(0, store.MostPhotos-len(d.Photos)))
		d.Photos = append(d.Photos, came[:kept]...)
		err = t.Records.ForgetMedia(came[kept:]...)
	}
	d.Pictures += kept
	return kept, err
}

// takeSentAside keeps a voice note, in its words where the platform tells them.
// Anything else that is no picture is of no use here.
func (d *form) takeSentAside(t *dialog.Turn) (bool, error) {
	var n store.Note
	for _, m := range t.Event.Media {
		if m.Kind != bot.Voice && m.Kind != bot.Video {
			return false, nil
		}
		if words := strings.TrimSpace(m.Note); words != "" && m.Kind == bot.Voice {
			n.Lines = append(n.Lines, words)
		} else {
			n.Voice = true
		}
	}
	if err := d.keepAside(t, n); err != nil {
		return false, err
	}
	t.Note(sayAside.With(aside{Voice: n.Voice}))
	return true, nil
}

// takeWordsAside keeps a sentence.
func (d *form) takeWordsAside(t *dialog.Turn) (bool, error) {
	text := strings.TrimSpace(t.Event.Text)
	if !isSentence(text) {
		return false, nil
	}
	if err := d.keepAside(t, store.Note{Lines: []string{firstRunes(text, 1000)}}); err != nil {
		return false, err
	}
	t.Note(sayAside.With(aside{Question: asks(text)}))
	return true, nil
}

// isSentence says that words are more than an answer that was mistyped.
func isSentence(text string) bool {
	if strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
		return utf8.RuneCountInString(text) >= 10 || asks(text) && utf8.RuneCountInString(text) >= 5
	}
	return len(strings.Fields(text)) >= 5
}

func asks(text string) bool {
	for _, end := range []string{"?", "？", "吗", "呢", "嗎", "么", "麼"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	return false
}

// keepAside keeps a note with the profile, or with the form as long as there is
// none. When there is no room any more the note is passed over: the matchmaker
// has a book to read already.
func (d *form) keepAside(t *dialog.Turn, n store.Note) error {
	if d.Gate == nil {
		return keepNote(t, n)
	}
	d.Voice = d.Voice || n.Voice
	if len(d.Lines) < mostNotes {
		d.Lines = append(d.Lines, n.Lines...)
	}
	return nil
}

func keepNote(t *dialog.Turn, n store.Note) error {
	if err := t.Records.KeepNote(n, mostNotes); !errors.Is(err, store.ErrFull) {
		return err
	}
	return nil
}

// unfit says what is wrong with an answer, unless it is a sentence, which is kept
// for the matchmaker instead.
func (d *form) unfit(t *dialog.Turn, l templates.Line) (dialog.Move, error) {
	kept, err := d.takeWordsAside(t)
	if kept || err != nil {
		return dialog.Again, err
	}
	return t.Wrong(l), nil
}
