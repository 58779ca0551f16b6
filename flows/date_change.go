package flows

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/numeral"
	"redthread/store"
	"redthread/templates"
)

// A date is put off, or called off, by one of the two or by the matchmaker. The reason
// is kept and the other never reads it; the other is told at once that it is off, and
// nothing that was still to come of it comes. Who will only be late says by how much.

// changeFlow is opened about a date's number and "move" or "cancel".
const changeFlow = "change_date"

func changing(s Settings) dialog.Flow[dateChange] {
	return dialog.Flow[dateChange]{
		Name:   changeFlow,
		Title:  titleChangeDate,
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin: func(t *dialog.Turn, c *dateChange) (dialog.Move, error) {
			c.Date, c.What, _ = strings.Cut(t.Paper(), " ")
			_, c.Staff = t.Staff()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[dateChange]{
			{Name: "why", Ask: askDateWhy, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: takeWhy},
			{Name: "when", Ask: askDateWhen, Want: dialog.Text(1, 200), Optional: true, Pass: func(c dateChange) bool { return c.What != "move" || c.Staff }, Hear: takeOtherTimes},
			{Name: "sure", Ask: askDateSure, Want: dialog.Button, Hear: s.changed},
		},
	}
}

// dateChange is a change that somebody wishes for.
type dateChange struct {
	Date, What string // its number; "move" or "cancel"
	Staff      bool   // a colleague does
	Code       string // the reason that was tapped
	Words      string // or in their own words
	Times      string // which would suit
}

var (
	titleChangeDate = templates.New[none]("title.change_date")
	askDateWhy      = templates.New[dateChange]("date.why")
	askDateWhen     = templates.New[dateChange]("date.when")
	askDateSure     = templates.New[dateChange]("date.sure")
	titleLateDate   = templates.New[none]("title.late_date")
	askDateHowLate  = templates.New[lateness]("date.how_late")
)

var (
	sayChanged    = templates.New[dateView]("date.changed") // to who has changed it
	sayOff        = templates.New[dateView]("date.off")     // to the other
	sayPastChange = templates.New[none]("date.too_late")
)

// openChange asks who wants to change a date for the reason.
func openChange(t *dialog.Turn, d store.Date, what string) error {
	t.OpenAbout(changeFlow, d.Number()+" "+what)
	return nil
}

func takeWhy(t *dialog.Turn, c *dateChange) (dialog.Move, error) {
	if t.Choice() == "keep" {
		t.Say(sayKeptDate.With(none{}))
		return dialog.End, nil
	}
	c.Code, c.Words = t.Choice(), t.Text()
	return dialog.Next, nil
}

var sayKeptDate = templates.New[none]("date.kept")

func takeOtherTimes(t *dialog.Turn, c *dateChange) (dialog.Move, error) {
	c.Times = t.Text()
	return dialog.Next, nil
}

// changed carries the change out.
func (s Settings) changed(t *dialog.Turn, c *dateChange) (dialog.Move, error) {
	if t.Choice() != "yes" {
		t.Say(sayKeptDate.With(none{}))
		return dialog.End, nil
	}
	d, side, ok, err := s.toChange(t, c)
	if !ok || err != nil {
		return dialog.End, err
	}
	step := store.DateStep{Kind: map[bool]string{true: "moved", false: "cancelled"}[c.What == "move"], Side: side, Code: c.Code, Words: strings.TrimSpace(c.Words + "\n" + c.Times)}
	if me, staff := t.Staff(); staff {
		step.Staff = me.ID
	}
	if err := t.Records.NoteDate(d, step); err != nil {
		return dialog.End, err
	}
	if c.What == "move" {
		return dialog.End, s.putOff(t, d, side)
	}
	return dialog.End, s.callOff(t, d, side)
}

// toChange is the date that is to be changed, by whom: Nobody is a colleague. ok is
// false, and why has been said, when there is nothing to change any more.
func (s Settings) toChange(t *dialog.Turn, c *dateChange) (d store.Date, side store.Side, ok bool, err error) {
	if c.Staff {
		side = store.Nobody
		d, ok, err = myDate(t, c.Date)
	} else {
		d, side, ok, err = heldDate(t, c.Date)
	}
	if !ok || err != nil {
		return d, side, false, err
	}
	if !d.State.Live() || d.State == store.DateSet && !t.Now().Before(d.At) {
		t.Say(sayPastChange.With(none{}))
		return d, side, false, nil
	}
	return d, side, true, nil
}

// putOff has the matchmaker find another time.
func (s Settings) putOff(t *dialog.Turn, d store.Date, side store.Side) error {
	if side != store.Nobody {
		v, err := s.sideView(t, d, side)
		if err != nil {
			return err
		}
		t.Say(sayChanged.With(v))
	}
	if err := s.withdrawEntries(t, d, store.DateStuck); err != nil {
		return err
	}
	if err := s.stuck(t, d, "moved", side); err != nil || side != store.Nobody {
		return err
	}
	t.OpenAbout(proposeFlow, d.Number())
	return nil
}

// callOff ends a date that is still to come.
func (s Settings) callOff(t *dialog.Turn, d store.Date, side store.Side) error {
	if err := s.withdrawEntries(t, d, store.DateOff); err != nil {
		return err
	}
	if err := endDate(t, &d, store.DateOff, "cancelled"); err != nil {
		return err
	}
	for i := range d.Sides {
		v, err := s.sideView(t, d, store.Side(i))
		if err != nil {
			return err
		}
		if store.Side(i) == side {
			t.Say(sayChanged.With(v))
			continue
		}
		tellSide(t, d, store.Side(i), sayOff.With(v))
	}
	if side == store.Nobody {
		t.Say(sayStaffOff.With(dateLineOf(d)))
		return nil
	}
	tellArranger(t, d, sayStaffOff.With(dateLineOf(d)))
	return nil
}

// leaveDates calls off what is still to come of the dates of who is to be deleted, so
// that nobody goes there in vain.
func (s Settings) leaveDates(t *dialog.Turn, me store.Client) error {
	all, err := t.Records.DatesOf(me.ID, mostDatesShown)
	for _, d := range all {
		if side, ok := d.SideOf(me.ID); ok && d.State.Live() {
			err = errors.Join(err, s.callOff(t, d, side))
		}
	}
	return err
}

// dateGone tells that a date which was still to come is off, of which nothing else is
// left: the other one has been erased without having called it off. Why, the client does
// not hear.
func dateGone(t *dialog.Turn, ref string) error {
	d := store.ReadGoneDate(ref)
	if _, staff := t.Staff(); staff {
		t.News(sayStaffGone.With(d))
		return nil
	}
	return tellPartner(t, sayDateOffFor.With(d))
}

var (
	sayDateOffFor = templates.New[store.GoneDate]("date.off_for_good")
	sayStaffGone  = templates.New[store.GoneDate]("staff.date_gone")
)

// withdrawEntries takes the date out of calendars that have it as a file; behind a
// link stands what it is now.
func (s Settings) withdrawEntries(t *dialog.Turn, d store.Date, to store.DateState) error {
	if d.State != store.DateSet {
		return nil
	}
	d.State, d.Sequence = to, d.Sequence+1
	for i := range d.Sides {
		file, err := s.calendarFile(t, d, store.Side(i))
		if err != nil {
			return err
		}
		c := d.Sides[i].Client
		if file != nil && c.ErasedAt.IsZero() {
			t.Bring(c.Conversation, langOf(c), sayEntryGone.With(none{}), dialog.Gift{Document: file})
		}
	}
	return nil
}

var sayEntryGone = templates.New[none]("date.withdrawn")

// lateFlow is opened about a date's number.
const lateFlow = "late_date"

const longestLate = 180 // minutes; later is another date

func beingLate(s Settings) dialog.Flow[lateness] {
	return dialog.Flow[lateness]{
		Name:   lateFlow,
		Title:  titleLateDate,
		Always: true,
		Fresh:  true,
		Idle:   time.Hour,
		Begin: func(t *dialog.Turn, l *lateness) (dialog.Move, error) {
			l.Date = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[lateness]{
			{Name: "minutes", Ask: askDateHowLate, Want: dialog.Button.Or(dialog.Text(1, 20)), Hear: s.takeLate},
		},
	}
}

type lateness struct{ Date string }

var (
	sayLateNoted = templates.New[dateView]("date.late_noted")
	sayOtherLate = templates.New[dateView]("date.other_late")
	sayOddLate   = templates.New[int]("date.odd_late") // the most minutes
)

func (s Settings) takeLate(t *dialog.Turn, l *lateness) (dialog.Move, error) {
	minutes := map[string]int{"ten": 10, "twenty": 20, "thirty": 30}[t.Choice()]
	if t.Choice() == "" {
		minutes = readMinutes(t.Text())
	}
	if minutes <= 0 || minutes > longestLate {
		return t.Wrong(sayOddLate.With(longestLate)), nil
	}
	d, side, ok, err := heldDate(t, l.Date)
	if !ok || err != nil {
		return dialog.End, err
	}
	if d.State != store.DateSet || !t.Now().Before(d.Ends()) {
		t.Say(sayPastChange.With(none{}))
		return dialog.End, nil
	}
	d.Sides[side].Going = t.Now()
	if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "late", Side: side, Code: strconv.Itoa(minutes)}), s.settleSilence(t, d)); err != nil {
		return dialog.End, err
	}
	for i := range d.Sides {
		v, err := s.sideView(t, d, store.Side(i))
		if err != nil {
			return dialog.End, err
		}
		if v.Minutes = minutes; store.Side(i) == side {
			t.Say(sayLateNoted.With(v))
			continue
		}
		tellSide(t, d, store.Side(i), sayOtherLate.With(v))
	}
	return dialog.End, nil
}

// readMinutes reads how late somebody will be: 20, 二十分钟, 半小时, "half an hour";
// 0: it is none.
func readMinutes(text string) int {
	text = strings.NewReplacer("半个小时", "30", "半小时", "30", "一刻钟", "15", "half an hour", "30", "an hour", "60").Replace(strings.ToLower(text))
	text = numeral.Plain(text)
	var n int
	if i := strings.IndexAny(text, "0123456789"); i >= 0 {
		if _, err := fmt.Sscanf(text[i:], "%d", &n); err != nil {
			return 0
		}
	}
	if strings.Contains(text, "小时") || strings.Contains(text, "hour") {
		return min(n, 24) * 60
	}
	return n
}
