package flows

import (
	"errors"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/venues"
	"redthread/store"
	"redthread/templates"
)

// Two clients who have both said yes meet: the matchmaker proposes times and a public
// place (date_propose.go), each says which times suit, the first that suits both is
// fixed, and both confirm (date_pick.go). There is one shared state; whoever changes
// it holds it, and the other is told at once. Then come the details, reminders
// (date_remind.go), changes (date_change.go), what to do in danger (date_safety.go),
// and what each says afterwards, which the other never hears (date_after.go). It is
// played in testdata/date*.chat.

// Dates says how dates are arranged. With Latest 0 the hours are from 9 to 20; another
// zero one means what stands behind it.
type Dates struct {
	PerDay   int           // how many of the agency's begin on one day; 0: any number
	Earliest int           // the hours at which one may begin, in the place's own zone
	Latest   int           //
	Notice   time.Duration // so long ahead at least: 12 hours
	Lasts    time.Duration // so long neither is expected elsewhere: 2 hours
	Answer   time.Duration // who has not answered for so long is asked again: a day
	Remind   time.Duration // the second reminder comes so long before: 4 hours
	Silence  time.Duration // the matchmaker hears so long before who has answered none: 2 hours
	Rounds   int           // of proposals for one date: 4
	Home     time.Duration // the matchmaker hears so long after both were asked of who has not come home: 2 hours
}

func (d Dates) filledIn() Dates {
	orElse(&d.Notice, 12*time.Hour)
	orElse(&d.Lasts, 2*time.Hour)
	orElse(&d.Answer, 24*time.Hour)
	orElse(&d.Remind, 4*time.Hour)
	orElse(&d.Silence, 2*time.Hour)
	orElse(&d.Home, 2*time.Hour)
	if d.Latest <= 0 {
		d.Earliest, d.Latest = 9, 20
	}
	if d.Rounds <= 0 {
		d.Rounds = 4
	}
	return d
}

// builtInVenues are the examples.
func builtInVenues() *venues.List {
	list, err := venues.Load(venues.Options{Likes: store.HobbyKinds})
	if err != nil {
		panic("flows: the built-in places: " + err.Error()) // found by any test
	}
	return list
}

// dateView is what texts may tell one of the two of their date. Nothing the other one
// has said is in it but what both must know.
type dateView struct {
	Number         string
	State          string
	At, Theirs     time.Time // in the place's zone; in the reader's own, where that is another
	Place, Address string
	Slots          []slotView
	Picked, Done   bool // they have said some times; all that suit them
	Abroad         bool // they live abroad, and have not told their time zone
	Confirmed      bool // by them
	Both           bool
	Begun, Over    bool
	Link           string // to the entry for their calendar; empty: none, or it comes with this
	LinkFor        time.Duration
	Minutes        int // how late somebody will be
	Tips           bool
	Emergency      string // whom to call in danger, where the place is
}

// slotView is a time that was proposed, as one of the two sees it.
type slotView struct {
	At, Theirs time.Time
	Mine       bool // it suits them
}

// sideView makes out what a side may be told.
func (s Settings) sideView(t *dialog.Turn, d store.Date, side store.Side) (dateView, error) {
	me := d.Sides[side]
	lang := langOf(me.Client)
	v := dateView{
		Number: d.Number(), State: string(d.State), Place: d.Place.In(lang), Address: d.Place.AddressIn(lang), Done: me.Done, Confirmed: !me.Confirmed.IsZero(),
		Begun: !d.At.IsZero() && !t.Now().Before(d.At), Over: !d.At.IsZero() && !t.Now().Before(d.Ends()), Emergency: emergency(d.Zone),
	}
	v.Both = v.Confirmed && !d.Sides[side.Other()].Confirmed.IsZero()
	zone, err := t.Records.ZoneOf(me.Client.ID)
	if err != nil {
		return v, err
	}
	v.At, v.Theirs = seenFrom(d.At, d.Zone, zone)
	for _, slot := range d.Slots {
		at, theirs := seenFrom(slot.At, d.Zone, zone)
		v.Slots = append(v.Slots, slotView{at, theirs, slot.Suits[side]})
		v.Picked = v.Picked || slot.Suits[side]
	}
	if zone == nil {
		v.Abroad, err = livesAbroad(t, me.Client)
	}
	return v, err
}

// seenFrom is a moment in the zone of a place and, where the clocks of the reader's
// own zone show another time then, in that one too.
func seenFrom(at time.Time, place, reader *time.Location) (here, theirs time.Time) {
	if at.IsZero() {
		return at, at
	}
	here = at.In(place)
	if reader == nil {
		return here, time.Time{}
	}
	theirs = at.In(reader)
	_, a := here.Zone()
	if _, b := theirs.Zone(); a == b {
		return here, time.Time{}
	}
	return here, theirs
}

// tellSide says something to one of the two, in the chat in which they hear from us and
// in its language.
func tellSide(t *dialog.Turn, d store.Date, side store.Side, l templates.Line) {
	c := d.Sides[side].Client
	if c.ErasedAt.IsZero() {
		t.Tell(c.Conversation, langOf(c), l)
	}
}

// showSide shows a side a card about the date.
func (s Settings) showSide(t *dialog.Turn, d store.Date, side store.Side, card dialog.Card[dateView], ref string) error {
	v, err := s.sideView(t, d, side)
	if err == nil {
		tellSide(t, d, side, card.For(ref, v))
	}
	return err
}

var sayDateGone = templates.New[none]("date.gone")

// heldDate is the date that a client's card is about, and the side they are on. ok is
// false, and that is said, when there is no such date of theirs any more.
func heldDate(t *dialog.Turn, ref string) (d store.Date, side store.Side, ok bool, err error) {
	d, err = t.Records.Date(ref)
	if err == nil {
		var me store.Client
		if me, err = t.Records.Self(t.Lang()); err == nil {
			side, ok = d.SideOf(me.ID)
		}
	}
	if ignoreNotFound(err) != nil {
		return d, side, false, err
	}
	if !ok {
		t.Say(sayDateGone.With(none{}))
	}
	return d, side, ok, nil
}

// noticed is the date a timer is about; ok is false when there is none any more: it
// was erased, and nobody is told anything.
func noticed(t *dialog.Turn, ref string) (d store.Date, side store.Side, ok bool, err error) {
	d, err = t.Records.Date(ref)
	if errors.Is(err, store.ErrNotFound) {
		return d, side, false, nil
	}
	if err != nil {
		return d, side, false, err
	}
	for i, one := range d.Sides {
		if one.Chat == t.Event.From {
			return d, store.Side(i), true, nil
		}
	}
	return d, side, false, nil
}

// The timers of a date, in the two's own conversations. Their ref is its number.
const (
	dateNudge   = "date_nudge"   // who has not answered is asked again
	dateExpire  = "date_expire"  // nobody has: the matchmaker hears
	dateDay     = "date_day"     // the day before
	dateHours   = "date_hours"   // hours before
	dateSilence = "date_silence" // who has answered neither is told to the matchmaker
	dateOver    = "date_over"    // its time has passed
	dateHome    = "date_home"    // have they come home
	dateUnhome  = "date_unhome"  // who has not said so is told to the matchmaker
	dateHow     = "date_how"     // how was it
	dateSum     = "date_sum"     // the matchmaker reads what both have said
)

var dateTimers = []string{dateNudge, dateExpire, dateDay, dateHours, dateSilence, dateOver, dateHome, dateUnhome, dateHow, dateSum}

// quiet calls off everything that is still to come of a date: in the same turn in
// which it changes, so that nobody is reminded of what is no more.
func quiet(t *dialog.Turn, d store.Date) {
	for _, one := range d.Sides {
		for _, name := range dateTimers {
			t.Records.CancelFor(one.Chat, name, d.Number())
		}
	}
}

// timeDate sets a timer of a date for a side.
func timeDate(t *dialog.Turn, d store.Date, side store.Side, name string, at time.Time) {
	t.Records.LaterFor(d.Sides[side].Chat, name, d.Number(), at)
}

// awaitAnswers asks again who has not answered, and tells the matchmaker in the end:
// before the last moment at which an answer is of use.
func (s Settings) awaitAnswers(t *dialog.Turn, d store.Date, last time.Time) {
	end := last.Add(-time.Hour)
	nudge, expire := t.Now().Add(s.Dates.Answer), t.Now().Add(2*s.Dates.Answer)
	if half := t.Now().Add(end.Sub(t.Now()) / 2); half.Before(nudge) {
		nudge = half
	}
	if end.Before(expire) {
		expire = end
	}
	for side := range d.Sides {
		timeDate(t, d, store.Side(side), dateNudge, nudge)
	}
	timeDate(t, d, 0, dateExpire, expire)
}

// schedule sets what is to come of a date that both have confirmed. What would have
// come before now does not come.
func (s Settings) schedule(t *dialog.Turn, d store.Date) {
	here := d.At.In(d.Zone)
	day, hours := here.AddDate(0, 0, -1), s.awake(d.At.Add(-s.Dates.Remind), d)
	for i := range d.Sides {
		side := store.Side(i)
		if t.Now().Add(time.Hour).Before(day) {
			timeDate(t, d, side, dateDay, day)
		}
		if t.Now().Before(hours) {
			timeDate(t, d, side, dateHours, hours)
		}
		timeDate(t, d, side, dateHome, asksHome(d))
		timeDate(t, d, side, dateHow, morningAfter(d))
	}
	if silence := d.At.Add(-s.Dates.Silence); t.Now().Before(silence) {
		timeDate(t, d, 0, dateSilence, silence)
	}
	timeDate(t, d, 0, dateOver, d.Ends())
	timeDate(t, d, 0, dateUnhome, asksHome(d).Add(s.Dates.Home))
	timeDate(t, d, 0, dateSum, morningAfter(d).Add(24*time.Hour))
}

// earliestWord is the hour before which nobody is written to about a date.
const earliestWord = 8

// awake is a moment, or, where it is night in the place then, the morning: but not so
// late that half an hour before the date has begun.
func (s Settings) awake(at time.Time, d store.Date) time.Time {
	here := at.In(d.Zone)
	morning := time.Date(here.Year(), here.Month(), here.Day(), earliestWord, 0, 0, 0, d.Zone)
	if last := d.At.Add(-30 * time.Minute); here.Before(morning) && morning.Before(last) {
		return morning
	}
	return at
}

// asksHome is when each is asked whether they have come home.
func asksHome(d store.Date) time.Time { return d.Ends().Add(time.Hour) }

// morningAfter is when each is asked how it was: at ten on the next day, within a day.
func morningAfter(d store.Date) time.Time {
	here := d.At.In(d.Zone)
	return time.Date(here.Year(), here.Month(), here.Day()+1, 10, 0, 0, 0, d.Zone)
}

// carriesFiles says that files and places can be sent into a conversation itself.
func carriesFiles(c bot.Conversation) bool { return c.Channel == "telegram" }

// dateRef reads a card's ref: the date's number, and what stands behind it.
func dateRef(ref string) (number, rest string) {
	number, rest, _ = strings.Cut(ref, ".")
	return number, rest
}
