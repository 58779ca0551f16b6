package flows

import (
	"errors"
	"fmt"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Both are reminded the day before and some hours before, and answer with a press:
// coming, another time, cannot come, will be late. Who has answered neither is told to
// the matchmaker, while there is still time to call them.

// remindDateCard reminds. Its ref is the date's number and its sequence.
func remindDateCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: remindDateText, Hear: s.pressDate}
}

var (
	titleMyDates = templates.New[none]("title.my_dates")
	openMyDates  = templates.NewWords("open.my_dates")
)

var (
	remindDateText = templates.New[dateView]("date.remind")
	sayGoing       = templates.New[dateView]("date.going")
)

// remindDate is due the day before, and hours before.
func remindDate(s Settings, name string) dialog.Notice {
	return dialog.Notice{Name: name, Play: func(t *dialog.Turn, ref string) error {
		d, side, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateSet || !t.Now().Before(d.At) {
			return err
		}
		if name == dateDay && !t.Now().Before(s.awake(d.At.Add(-s.Dates.Remind), d)) {
			return nil // it comes late, and the other one comes too
		}
		v, err := s.sideView(t, d, side)
		if err != nil {
			return err
		}
		v.Tips = t.Now().In(d.Zone).Format(time.DateOnly) == d.At.In(d.Zone).Format(time.DateOnly) // today
		tellSide(t, d, side, remindDateCard(s).For(sequenced(d), v))
		return t.Records.NoteDate(d, store.DateStep{Kind: "reminded", Side: side, Code: name})
	}}
}

// pressDate takes a press on a reminder, or on the details.
func (s Settings) pressDate(t *dialog.Turn, ref, choice string) error {
	number, sequence := dateRef(ref)
	d, side, ok, err := heldDate(t, number)
	if !ok || err != nil {
		return err
	}
	live := d.State == store.DateSet && fmt.Sprint(d.Sequence) == sequence
	switch {
	case choice == "missed" && !d.At.IsZero() && !t.Now().Before(d.At):
		return s.claimMissed(t, d, side)
	case !live || choice != "late" && !t.Now().Before(d.At):
		return s.showDate(t, d, side)
	case choice == "go":
		return s.going(t, d, side)
	case choice == "late":
		t.OpenAbout(lateFlow, d.Number())
		return nil
	}
	return openChange(t, d, choice)
}

func (s Settings) going(t *dialog.Turn, d store.Date, side store.Side) error {
	d.Sides[side].Going = t.Now()
	if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "going", Side: side})); err != nil {
		return err
	}
	v, err := s.sideView(t, d, side)
	if err != nil {
		return err
	}
	t.Say(sayGoing.With(v))
	return s.settleSilence(t, d)
}

// settleSilence ends the alert about who has not answered, when both have.
func (s Settings) settleSilence(t *dialog.Turn, d store.Date) error {
	if len(silent(d, t.Now())) > 0 {
		return nil
	}
	return s.settled(t, alarmDateSilent, d.Number())
}

// silent are the codes of who has answered no reminder of a date that is to come.
func silent(d store.Date, now time.Time) (codes []string) {
	if d.State != store.DateSet || !now.Before(d.At) {
		return nil
	}
	for _, one := range d.Sides {
		if one.Going.IsZero() {
			codes = append(codes, one.Client.Code())
		}
	}
	return codes
}

// dateSilent tells the matchmaker who has answered no reminder.
func dateSilent(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateSilence, Play: func(t *dialog.Turn, ref string) error {
		d, _, ok, err := noticed(t, ref)
		if !ok || err != nil || len(silent(d, t.Now())) == 0 {
			return err
		}
		return s.wake(t, alarmDateSilent, d.Number(), dateConcern(d))
	}}
}

// dateNudged asks once more who has not answered a proposal, or not confirmed.
func dateNudged(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateNudge, Play: func(t *dialog.Turn, ref string) error {
		d, side, ok, err := noticed(t, ref)
		if !ok || err != nil {
			return err
		}
		me := d.Sides[side]
		if d.State == store.DateAsked && !me.Done || d.State == store.DateFixed && me.Confirmed.IsZero() {
			card, ref := s.cardOf(d)
			return s.showSide(t, d, side, card, ref)
		}
		return nil
	}}
}

// dateExpired leaves to the matchmaker a date that nobody has answered in time.
func dateExpired(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateExpire, Play: func(t *dialog.Turn, ref string) error {
		d, _, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateAsked && d.State != store.DateFixed {
			return err
		}
		return s.stuck(t, d, "no_answer", store.Nobody)
	}}
}

// myDates shows a client what there is of dates: “我的约会”, "my date".
func myDates(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "my_dates",
		Title:   titleMyDates,
		Opens:   openMyDates,
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			me, err := t.Records.Self(t.Lang())
			if err != nil {
				return dialog.End, err
			}
			all, err := t.Records.DatesOf(me.ID, mostDatesShown)
			shown := 0
			for _, d := range all {
				side, ok := d.SideOf(me.ID)
				if !ok || !d.State.Live() && d.State != store.DateOver {
					continue
				}
				shown++
				err = errors.Join(err, s.showDate(t, d, side))
			}
			if shown == 0 {
				t.Say(sayNoDates.With(none{}))
			}
			return dialog.End, err
		},
	}
}

// mostDatesShown is how many dates of a client are looked at.
const mostDatesShown = 5

var sayNoDates = templates.New[none]("date.none")
