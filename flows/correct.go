package flows

import (
	"errors"
	"slices"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A colleague changes words that they have sent before, where the platform lets
// them. The change goes where the words went: to that client, to the note, or
// nowhere when the talk is over. Who is current does not count.

var sayEditLost = templates.New[none]("talk.edit_lost")

// correct plays changed words of a colleague who has these talks.
func (s Settings) correct(t *dialog.Turn, me store.Staff, talks []store.Handoff, w store.Words) error {
	if w.Ref == "" { // the platform does not say which words they were
		return s.askDesk(t, me, store.AskEdit, talks, w)
	}
	if moved, err := s.askAnew(t, me, w); moved || err != nil {
		return err
	}
	for _, h := range talks {
		went, err := whereWent(t, me, h, w.Ref)
		switch {
		case err != nil:
			return err
		case went == toNote:
			return keepTalkNote(t, me, h.Client, h.ID, w)
		case went == toClient && looksLikeNote(t.Event.Text):
			return s.askDesk(t, me, store.AskNote, []store.Handoff{h}, w)
		case went == toClient:
			return s.sayTo(t, me, h, w, true)
		}
	}
	t.Say(sayEditLost.With(none{}))
	return nil
}

// Where words have gone.
const (
	toNobody = iota
	toClient // or they were stopped on the way
	toNote
)

func whereWent(t *dialog.Turn, me store.Staff, h store.Handoff, ref string) (int, error) {
	held, err := t.Records.OpenHeld(me, h.Number())
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return toNobody, err
	}
	if err == nil && held.Words.Ref == ref {
		return toClient, nil
	}
	said, err := t.Records.KeptWords(h, mostKept)
	if err != nil {
		return toNobody, err
	}
	if slices.ContainsFunc(said, func(w store.Said) bool { return w.Staff == me.ID && w.Ref == ref }) {
		return toClient, nil
	}
	notes, err := t.Records.TalkNotes(h.Client.ID, mostKept)
	if slices.ContainsFunc(notes, func(n store.TalkNote) bool { return n.By.ID == me.ID && n.Ref == ref }) {
		return toNote, err
	}
	return toNobody, err
}

// askAnew puts the changed words in the place of those that wait to be told where
// they go. It is false when they do not.
func (s Settings) askAnew(t *dialog.Turn, me store.Staff, w store.Words) (bool, error) {
	q, err := t.Records.OpenDeskQuestion(t.Now().Add(-waitOn))
	if errors.Is(err, store.ErrNotFound) || err == nil && q.Words.Ref != w.Ref {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := t.Records.SettleDesk(q); err != nil {
		return false, err
	}
	return true, s.askDesk(t, me, q.Kind, q.Choices, w)
}
