package flows

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What the matchmaker sees of a date, is alerted to, and decides: other times, whether
// somebody did not come, and what comes next.

// The kinds of alerts about dates.
const (
	alarmDateStuck  = "date_stuck"  // no time suits, or another one is wished for, or nobody answers
	alarmDateSilent = "date_silent" // somebody has answered no reminder
	alarmDateMissed = "date_missed" // one says that the other did not come
	alarmDateBad    = "date_bad"    // somebody says they were harassed
	alarmDateHome   = "date_home"   // somebody has not said that they came home
	alarmDateNext   = "date_next"   // both have said how it was: the next step is to be set
)

// dateAlarms are the kinds of alerts about dates.
func (s Settings) dateAlarms() map[string]alarm {
	desk := who(ArrangeDates)
	show := func(needed func(*dialog.Turn, store.Date) (bool, error)) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
		return func(t *dialog.Turn, ref string, late bool) (l templates.Line, ok bool, err error) {
			d, err := t.Records.Date(ref)
			if errors.Is(err, store.ErrNotFound) {
				return l, false, nil
			}
			if err != nil {
				return l, false, err
			}
			v, err := s.staffView(t, d)
			if err != nil {
				return l, false, err
			}
			v.Late = late
			ok, err = needed(t, d)
			return dateCard(s).For(ref, v), ok, err
		}
	}
	stands := func(state store.DateState) func(*dialog.Turn, store.Date) (bool, error) {
		return func(_ *dialog.Turn, d store.Date) (bool, error) { return d.State == state, nil }
	}
	return map[string]alarm{
		alarmDateStuck: {desk, store.Soon, show(stands(store.DateStuck))},
		alarmDateSilent: {desk, store.Now, show(func(t *dialog.Turn, d store.Date) (bool, error) {
			return len(silent(d, t.Now())) > 0, nil
		})},
		alarmDateMissed: {desk, store.Soon, show(func(t *dialog.Turn, d store.Date) (bool, error) {
			claims, err := missed(t, d)
			return claims[0] == "claimed" || claims[1] == "claimed", err
		})},
		alarmDateBad: {desk, store.Now, show(func(*dialog.Turn, store.Date) (bool, error) { return true, nil })},
		alarmDateHome: {desk, store.Now, show(func(t *dialog.Turn, d store.Date) (bool, error) {
			codes, err := s.unhome(t, d)
			return len(codes) > 0, err
		})},
		alarmDateNext: {desk, store.Soon, show(stands(store.DateOver))},
	}
}

// dateConcern is whom an alert about a date concerns: who proposed it.
func dateConcern(d store.Date) concern { return concern{client: d.Sides[0].Client, first: d.By.ID} }

// tellArranger tells who proposed a date, if they work here still.
func tellArranger(t *dialog.Turn, d store.Date, l templates.Line) {
	if me, _ := t.Staff(); d.By.ID != 0 && d.By.ID != me.ID {
		t.Wake(d.By, l)
	}
}

// dateCard is a date as its matchmaker sees it. Its ref is its number.
func dateCard(s Settings) dialog.Card[staffDate] {
	return dialog.Card[staffDate]{Text: textStaffDate, Hear: s.pressStaffDate, Staff: who(ArrangeDates)}
}

var (
	textStaffDate    = templates.New[staffDate]("staff.date")
	textDateTogether = templates.New[dateView]("date.together")
)

var (
	sayStaffSet      = templates.New[dateLine]("staff.date_set")
	sayStaffOff      = templates.New[dateLine]("staff.date_off")
	sayStaffHarassed = templates.New[dateLine]("staff.date_harassed")
	sayStaffWords    = templates.New[[]wordsOfDate]("staff.date_words")
	sayStaffNext     = templates.New[dateLine]("staff.date_next")
	sayJudged        = templates.New[dateLine]("staff.date_judged")
)

// staffDate is what a matchmaker is shown of a date.
type staffDate struct {
	dateLine
	Place      string // in Chinese
	PlaceEN    string
	Live       bool // it is still to come
	Harassed   bool // one of them says they were
	Attempt    int
	Rounds     int
	Why        string // it is stuck, off or closed
	Times      []staffSlot
	Silent     []string // who has answered no reminder
	Heard      []heardHow
	Claimed    string // who did not come, as the other says
	Claimant   string
	Home       []string // who has said that they came home
	Unhome     []string // who has not, although it is late
	Late, Over bool
	Words      bool // something was said in words
	Dating     bool // both were asked whether they are together
}

// MayPropose says that other times can be proposed.
func (d staffDate) MayPropose() bool { return d.State == "stuck" && d.Attempt < d.Rounds }

// staffSlot is a time and whom it suits.
type staffSlot struct {
	At   time.Time
	A, B bool
}

// heardHow is what one of the two has said after a date.
type heardHow struct {
	Client, Again, Next string
	Rating              int
	Off                 []string
	Harassed            bool
}

// wordsOfDate are words about a date, of one of the two.
type wordsOfDate struct{ Client, Kind, Code, Words string }

// staffView makes out what the matchmaker may be shown.
func (s Settings) staffView(t *dialog.Turn, d store.Date) (v staffDate, err error) {
	v = staffDate{dateLine: dateLineOf(d), Place: d.Place.In("zh-CN"), PlaceEN: d.Place.In("en"), Attempt: d.Round, Rounds: s.Dates.Rounds, Why: d.Ended, Over: d.State == store.DateOver}
	for _, slot := range d.Slots {
		v.Times = append(v.Times, staffSlot{slot.At.In(d.Zone), slot.Suits[0], slot.Suits[1]})
	}
	if v.Unhome, err = s.unhome(t, d); err != nil {
		return v, err
	}
	v.Silent, v.Live = silent(d, t.Now()), d.State.Live() && (d.At.IsZero() || t.Now().Before(d.At))
	claims, err := missed(t, d)
	if err != nil {
		return v, err
	}
	both, err := t.Records.FeedbackOf(d)
	if err != nil {
		return v, err
	}
	for i, one := range d.Sides {
		if !one.Home.IsZero() {
			v.Home = append(v.Home, one.Client.Code())
		}
		if claims[i] == "claimed" && v.Claimed == "" {
			v.Claimed, v.Claimant = d.Sides[store.Side(i).Other()].Client.Code(), one.Client.Code()
		}
		if f := both[i]; f != nil {
			v.Heard = append(v.Heard, heardHow{one.Client.Code(), f.Again, f.Next, f.Rating, f.Off, f.Harassed})
			v.Words, v.Harassed = v.Words || f.Words != "", v.Harassed || f.Harassed
		}
		v.Dating = v.Dating || one.Dating != 0
	}
	steps, err := t.Records.DateSteps(d)
	for _, step := range steps {
		v.Words = v.Words || step.Words != "" || step.Code != "" && (step.Kind == "moved" || step.Kind == "cancelled")
	}
	return v, err
}

// sayDate shows the colleague whose turn it is a date.
func (s Settings) sayDate(t *dialog.Turn, d store.Date) error {
	v, err := s.staffView(t, d)
	if err != nil {
		return err
	}
	t.Say(dateCard(s).For(d.Number(), v))
	return noteDateRead(t, d)
}

// noteDateRead puts on record that the colleague whose turn it is has read of a date, and
// what was said after it.
func noteDateRead(t *dialog.Turn, d store.Date) error {
	me, _ := t.Staff()
	both, err := t.Records.FeedbackOf(d)
	for i, one := range d.Sides {
		err = errors.Join(err, t.Records.NoteReveal(me, one.Client.ID, store.RevealDate+":"+d.Number()))
		if both[i] != nil {
			err = errors.Join(err, t.Records.NoteReveal(me, one.Client.ID, store.RevealFeedback+":"+d.Number()))
		}
	}
	return err
}

// myDate is a date that the colleague whose turn it is may see to: who proposed it,
// whose client one of the two is, and those above them. Otherwise that is said.
func myDate(t *dialog.Turn, ref string) (d store.Date, ok bool, err error) {
	d, err = t.Records.Date(ref)
	if err != nil {
		return d, false, gone(t, err)
	}
	if !mayArrange(t, d.By.ID, d.Sides[0].Client.OwnerID, d.Sides[1].Client.OwnerID) {
		t.Refuse("date of others' clients")
		return d, false, nil
	}
	return d, true, nil
}

func (s Settings) pressStaffDate(t *dialog.Turn, ref, choice string) error {
	d, ok, err := myDate(t, ref)
	if !ok || err != nil {
		return err
	}
	switch choice {
	case "times":
		t.OpenAbout(proposeFlow, ref)
		return nil
	case "cancel":
		return openChange(t, d, choice)
	case "words":
		t.Keep()
		return s.showWords(t, d)
	case "safe":
		return s.foundHome(t, d)
	case "came", "missed":
		return s.judge(t, d, choice)
	case "again", "dating", "married", "search":
		return s.nextStep(t, d, choice)
	}
	t.Keep()
	return s.sayDate(t, d)
}

// showWords shows what the two have said in words, and why they changed it.
func (s Settings) showWords(t *dialog.Turn, d store.Date) error {
	var all []wordsOfDate
	steps, err := t.Records.DateSteps(d)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.Kind == "moved" || step.Kind == "cancelled" {
			w := wordsOfDate{Kind: step.Kind, Code: step.Code, Words: step.Words}
			if step.Side != store.Nobody {
				w.Client = d.Sides[step.Side].Client.Code()
			}
			all = append(all, w)
		}
	}
	both, err := t.Records.FeedbackOf(d)
	for i, f := range both {
		if f != nil && f.Words != "" {
			all = append(all, wordsOfDate{Client: d.Sides[i].Client.Code(), Kind: "said", Words: f.Words})
		}
	}
	t.Say(sayStaffWords.With(all))
	return errors.Join(err, noteDateRead(t, d))
}

// judge settles whether somebody did not come.
func (s Settings) judge(t *dialog.Turn, d store.Date, choice string) error {
	claims, err := missed(t, d)
	if err != nil {
		return err
	}
	for i, claim := range claims {
		if claim != "claimed" {
			continue
		}
		other := store.Side(i).Other()
		d.Sides[other].Missed = choice == "missed"
		me, _ := t.Staff()
		code := fmt.Sprint(i, " ", map[bool]string{true: "yes", false: "no"}[choice == "missed"])
		if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "judged", Side: store.Nobody, Staff: me.ID, Code: code}), s.settled(t, alarmDateMissed, d.Number())); err != nil {
			return err
		}
		t.Say(sayJudged.With(dateLineOf(d)))
	}
	return s.sayDate(t, d)
}

// nextStep sets what comes of the two.
func (s Settings) nextStep(t *dialog.Turn, d store.Date, choice string) error {
	together := d.State == store.DateClosed && d.Ended == "dating"
	if d.State != store.DateOver && !(together && (choice == "married" || choice == "search")) {
		return s.sayDate(t, d)
	}
	switch choice {
	case "again":
		t.OpenAbout(proposeFlow, introNumber(d))
		return nil
	case "dating":
		return s.askTogether(t, d)
	}
	if err := endDate(t, &d, store.DateClosed, choice); err != nil {
		return err
	}
	standing, say := store.Searching, sayBackToSearch
	if choice == "married" {
		standing, say = store.Paused, sayCongratulations
	}
	for i, one := range d.Sides {
		if choice == "married" || one.Client.Standing == store.Dating {
			if err := t.Records.SetStanding(one.Client.ID, standing); err != nil {
				return err
			}
		}
		v, err := s.sideView(t, d, store.Side(i))
		if err != nil {
			return err
		}
		tellSide(t, d, store.Side(i), say.With(v))
	}
	t.Say(sayStaffNext.With(dateLineOf(d)))
	if choice != "search" {
		return nil
	}
	me, _ := t.Staff()
	_, _, err := t.Records.EndIntroduction(introNumber(d), me)
	return ignoreNotFound(err)
}

// introNumber is the number of the introduction a date belongs to.
func introNumber(d store.Date) string { return store.Introduction{ID: d.Introduction}.Number() }

// togetherCard asks one of the two whether they are together now, and want nobody else
// proposed to them. Its ref is the date's number.
func togetherCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: textDateTogether, Hear: s.pressTogether}
}

var (
	sayTogetherNoted   = templates.New[none]("date.together_noted")
	sayBothTogether    = templates.New[none]("date.together_both")
	sayBackToSearch    = templates.New[dateView]("date.back_to_search")
	sayCongratulations = templates.New[dateView]("date.congratulations")
	sayNotTogether     = templates.New[dateLine]("staff.date_not_together")
)

func (s Settings) askTogether(t *dialog.Turn, d store.Date) error {
	for i := range d.Sides {
		d.Sides[i].Dating = 0
		if err := s.showSide(t, d, store.Side(i), togetherCard(s), d.Number()); err != nil {
			return err
		}
	}
	t.Say(sayStaffAsked.With(dateLineOf(d)))
	me, _ := t.Staff()
	return errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "together", Side: store.Nobody, Staff: me.ID}))
}

var sayStaffAsked = templates.New[dateLine]("staff.date_asked_together")

// pressTogether takes an answer. Only two yeses change anything; of a no, the matchmaker
// hears, and the other one nothing.
func (s Settings) pressTogether(t *dialog.Turn, ref, choice string) error {
	d, side, ok, err := heldDate(t, ref)
	if !ok || err != nil {
		return err
	}
	t.Say(sayTogetherNoted.With(none{}))
	if d.State != store.DateOver {
		return nil
	}
	d.Sides[side].Dating = map[bool]int{true: 1, false: 2}[choice == "yes"]
	if err := errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "together", Side: side, Code: choice})); err != nil {
		return err
	}
	if choice != "yes" {
		tellArranger(t, d, sayNotTogether.With(dateLineOf(d)))
		return nil
	}
	if d.Sides[side.Other()].Dating != 1 {
		return nil
	}
	if err := endDate(t, &d, store.DateClosed, "dating"); err != nil {
		return err
	}
	for i, one := range d.Sides {
		if err := t.Records.SetStanding(one.Client.ID, store.Dating); err != nil {
			return err
		}
		tellSide(t, d, store.Side(i), sayBothTogether.With(none{}))
	}
	tellArranger(t, d, sayStaffNext.With(dateLineOf(d)))
	return nil
}

// isDate says that a paper's number is a date's.
func isDate(ref string) bool { return strings.HasPrefix(ref, "M-") }
