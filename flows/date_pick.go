package flows

import (
	"errors"
	"fmt"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Each of the two presses every time that suits. The first that suits both is fixed
// there and then, whoever pressed last; both confirm, and then each has the details.

// proposalCard asks which times suit. Its ref is the date's number and the round.
func proposalCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: proposalText, Hear: s.pick}
}

// fixedCard asks to confirm the time that suits both. Its ref, and that of the next,
// is the date's number and its sequence: one of before a change is no more.
func fixedCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: fixedText, Hear: s.confirm}
}

// detailsCard is the date as it stands, for one of the two.
func detailsCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: detailsText, Hear: s.pressDate}
}

var (
	proposalText = templates.New[dateView]("date.proposal")
	fixedText    = templates.New[dateView]("date.fixed")
	detailsText  = templates.New[dateView]("date.details")

	sayAllPicked  = templates.New[dateView]("date.all_picked")
	sayNoneSuits  = templates.New[dateView]("date.none_suits")
	sayRearranged = templates.New[dateView]("date.rearranging")
	sayConfirmed  = templates.New[dateView]("date.confirmed")
	sayTimeTaken  = templates.New[dateView]("date.time_taken")
)

// sequenced is a card's ref for a date as it stands.
func sequenced(d store.Date) string { return fmt.Sprintf("%s.%d", d.Number(), d.Sequence) }

// pick takes one press on a proposal.
func (s Settings) pick(t *dialog.Turn, ref, choice string) error {
	number, round := dateRef(ref)
	d, side, ok, err := heldDate(t, number)
	if !ok || err != nil {
		return err
	}
	if d.State != store.DateAsked || fmt.Sprint(d.Round) != round {
		return s.showDate(t, d, side)
	}
	switch choice {
	case "none":
		return s.noTime(t, d, side)
	case "done":
		return s.allPicked(t, d, side)
	}
	_, n, ok := templates.Index(choice)
	if !ok || n >= len(d.Slots) {
		return s.showDate(t, d, side)
	}
	if !t.Now().Before(d.Slots[n].At) {
		return s.showSideHere(t, d, side, proposalCard(s), ref)
	}
	if err := t.Records.Pick(&d, side, n, !d.Slots[n].Suits[side]); err != nil {
		return err
	}
	d.Sides[side].Done = false
	if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "picked", Side: side, Code: fmt.Sprint(n)})); err != nil {
		return err
	}
	if fixed, err := s.fix(t, d); fixed || err != nil {
		return err
	}
	return s.showSideHere(t, d, side, proposalCard(s), ref)
}

// showSideHere shows the one whose turn it is a card, after what else is said to them.
func (s Settings) showSideHere(t *dialog.Turn, d store.Date, side store.Side, card dialog.Card[dateView], ref string) error {
	v, err := s.sideView(t, d, side)
	if err == nil {
		t.Say(card.For(ref, v))
	}
	return err
}

// fix gives the date the first time that suits both, if there is one that still can
// be. One at which somebody is expected elsewhere since, or on a day that has become
// full, suits nobody any more.
func (s Settings) fix(t *dialog.Turn, d store.Date) (bool, error) {
	for n, slot := range d.Slots {
		if !slot.Suits[0] || !slot.Suits[1] || !t.Now().Before(slot.At) {
			continue
		}
		full, err := s.full(t, slot.At, d.ID)
		if err != nil {
			return false, err
		}
		if !full {
			err = t.Records.FixDate(&d, slot.At)
		}
		if full || errors.Is(err, store.ErrClash) {
			if err := s.unpick(t, &d, n); err != nil {
				return false, err
			}
			continue
		}
		if err != nil {
			return false, err
		}
		return true, s.askToConfirm(t, d)
	}
	return false, nil
}

// unpick takes a time back that both had chosen.
func (s Settings) unpick(t *dialog.Turn, d *store.Date, n int) error {
	for i := range d.Sides {
		if err := t.Records.Pick(d, store.Side(i), n, false); err != nil {
			return err
		}
		v, err := s.sideView(t, *d, store.Side(i))
		if err != nil {
			return err
		}
		v.At, v.Theirs = v.Slots[n].At, v.Slots[n].Theirs
		tellSide(t, *d, store.Side(i), sayTimeTaken.With(v))
	}
	return nil
}

// askToConfirm shows both the time that suits both.
func (s Settings) askToConfirm(t *dialog.Turn, d store.Date) error {
	quiet(t, d)
	s.awaitAnswers(t, d, d.At)
	if err := t.Records.NoteDate(d, store.DateStep{Kind: "fixed", Side: store.Nobody}); err != nil {
		return err
	}
	for side := range d.Sides {
		if err := s.showSide(t, d, store.Side(side), fixedCard(s), sequenced(d)); err != nil {
			return err
		}
	}
	return nil
}

// allPicked notes that a side has said all times that suit. When both have, and no
// time suits both, the matchmaker hears.
func (s Settings) allPicked(t *dialog.Turn, d store.Date, side store.Side) error {
	d.Sides[side].Done = true
	if err := t.Records.SaveDate(&d); err != nil {
		return err
	}
	if d.Sides[side.Other()].Done {
		return s.stuck(t, d, "no_time", side)
	}
	v, err := s.sideView(t, d, side)
	if err == nil {
		t.Say(sayAllPicked.With(v))
	}
	return err
}

func (s Settings) noTime(t *dialog.Turn, d store.Date, side store.Side) error {
	v, err := s.sideView(t, d, side)
	if err != nil {
		return err
	}
	t.Say(sayNoneSuits.With(v))
	return s.stuck(t, d, "no_time", side)
}

// stuck leaves the date to the matchmaker: why is "no_time", "moved", "no_answer". by
// is who brought it there, and needs not be told.
func (s Settings) stuck(t *dialog.Turn, d store.Date, why string, by store.Side) error {
	quiet(t, d)
	had := !d.At.IsZero()
	d.State, d.Ended, d.Sequence = store.DateStuck, why, d.Sequence+1
	for i := range d.Sides {
		d.Sides[i].Confirmed, d.Sides[i].Going = time.Time{}, time.Time{}
	}
	if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "stuck", Side: by, Code: why})); err != nil {
		return err
	}
	for i := range d.Sides {
		side := store.Side(i)
		if side == by && (why != "no_time" || !d.Sides[side].Done) {
			continue
		}
		v, err := s.sideView(t, d, side)
		if err != nil {
			return err
		}
		v.Begun = had
		tellSide(t, d, side, sayRearranged.With(v))
	}
	d.At = time.Time{}
	if err := t.Records.SaveDate(&d); err != nil {
		return err
	}
	return s.wake(t, alarmDateStuck, d.Number(), dateConcern(d))
}

// confirm takes a press on the time that suits both.
func (s Settings) confirm(t *dialog.Turn, ref, choice string) error {
	number, sequence := dateRef(ref)
	d, side, ok, err := heldDate(t, number)
	if !ok || err != nil {
		return err
	}
	if d.State != store.DateFixed || fmt.Sprint(d.Sequence) != sequence || !t.Now().Before(d.At) {
		return s.showDate(t, d, side)
	}
	if choice != "yes" {
		return openChange(t, d, choice)
	}
	return s.confirmed(t, d, side)
}

func (s Settings) confirmed(t *dialog.Turn, d store.Date, side store.Side) error {
	first := d.Sides[side].Confirmed.IsZero()
	if first {
		d.Sides[side].Confirmed = t.Now()
	}
	both := !d.Sides[side.Other()].Confirmed.IsZero()
	if both {
		d.State = store.DateSet
	}
	if err := t.Records.SaveDate(&d); err != nil {
		return err
	}
	if first {
		if err := t.Records.NoteDate(d, store.DateStep{Kind: "confirmed", Side: side}); err != nil {
			return err
		}
	}
	if !both {
		v, err := s.sideView(t, d, side)
		if err == nil {
			t.Say(sayConfirmed.With(v))
		}
		return err
	}
	quiet(t, d)
	s.schedule(t, d)
	for i := range d.Sides {
		if err := s.giveDetails(t, d, store.Side(i)); err != nil {
			return err
		}
	}
	tellArranger(t, d, sayStaffSet.With(dateLineOf(d)))
	return nil
}

// giveDetails gives a side all of it: when, where, on the map, for the calendar, and
// how to be safe.
func (s Settings) giveDetails(t *dialog.Turn, d store.Date, side store.Side) error {
	v, err := s.sideView(t, d, side)
	if err != nil {
		return err
	}
	c := d.Sides[side].Client
	if !c.ErasedAt.IsZero() {
		return nil
	}
	if v.Link, v.LinkFor, err = s.calendarLink(t, d, side); err != nil {
		return err
	}
	gift := dialog.Gift{Place: s.onMap(t, d, langOf(c))}
	if gift.Document, err = s.calendarFile(t, d, side); err != nil {
		return err
	}
	v.Tips = true
	t.Bring(c.Conversation, langOf(c), detailsCard(s).For(sequenced(d), v), gift)
	return nil
}

// showDate shows the one whose turn it is how the date stands: what was pressed is of
// before.
func (s Settings) showDate(t *dialog.Turn, d store.Date, side store.Side) error {
	card, ref := s.cardOf(d)
	return s.showSideHere(t, d, side, card, ref)
}

// cardOf is what a client sees of a date as it stands, and the card's ref.
func (s Settings) cardOf(d store.Date) (card dialog.Card[dateView], ref string) {
	switch d.State {
	case store.DateAsked:
		return proposalCard(s), fmt.Sprintf("%s.%d", d.Number(), d.Round)
	case store.DateFixed:
		return fixedCard(s), sequenced(d)
	}
	return detailsCard(s), sequenced(d)
}
