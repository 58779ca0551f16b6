package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// After a date each is asked once whether they have come home, and on the next morning
// how it was. What they say is for their matchmakers alone: nothing of it, not even
// that it was said, is in any message to the other. Who was harassed is heard at once.
// Then the matchmaker sets the next step.

// homeCard asks whether somebody has come home; howCard how it was. Their ref is the
// date's number.
func homeCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: textDateHome, Hear: s.pressHome}
}

func howCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: textDateHow, Hear: s.pressHow}
}

// harassedCard offers a complaint.
func harassedCard(s Settings) dialog.Card[dateView] {
	return dialog.Card[dateView]{Text: textDateHarassed, Hear: func(t *dialog.Turn, ref, choice string) error {
		if choice != "complain" {
			t.Say(sayWeListen.With(none{}))
			return nil
		}
		d, _, ok, err := heldDate(t, ref)
		if ok {
			t.OpenAbout("complaint", d.Number())
		}
		return err
	}}
}

var (
	textDateHome     = templates.New[dateView]("date.home")
	textDateHow      = templates.New[dateView]("date.how")
	textDateHarassed = templates.New[dateView]("date.harassed")
	askFeedbackAgain = templates.New[impression]("feedback.again")
	askFeedbackOff   = templates.New[impression]("feedback.off")
	askFeedbackWords = templates.New[impression]("feedback.words")
	askFeedbackNext  = templates.New[impression]("feedback.next")
	askFeedbackCheck = templates.New[impression]("feedback.check")
)

var (
	sayHome      = templates.New[none]("date.home_noted")
	sayMissed    = templates.New[dateView]("date.missed_noted")
	sayThanks    = templates.New[none]("date.thanks")
	sayWeListen  = templates.New[none]("date.we_listen")
	sayOverHow   = templates.New[none]("date.how_over")
	titleDateHow = templates.New[none]("title.date_feedback")
)

// dateIsOver is due when the date's time has passed.
func dateIsOver(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateOver, Play: func(t *dialog.Turn, ref string) error {
		d, _, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateSet || t.Now().Before(d.Ends()) {
			return err
		}
		d.State = store.DateOver
		return errors.Join(t.Records.SaveDate(&d), s.settled(t, alarmDateSilent, d.Number()))
	}}
}

func dateAsksHome(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateHome, Play: func(t *dialog.Turn, ref string) error {
		d, side, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateOver && d.State != store.DateSet || !d.Sides[side].Home.IsZero() {
			return err
		}
		claims, err := missed(t, d)
		if err != nil || claims[0] != "" || claims[1] != "" {
			return err // there was no date to come home from
		}
		return s.showSide(t, d, side, homeCard(s), d.Number())
	}}
}

func (s Settings) pressHome(t *dialog.Turn, ref, choice string) error {
	d, side, ok, err := heldDate(t, ref)
	if !ok || err != nil {
		return err
	}
	if d.At.IsZero() || t.Now().Before(d.At) {
		return s.showDate(t, d, side)
	}
	if choice == "missed" {
		return s.claimMissed(t, d, side)
	}
	if d.Sides[side].Home.IsZero() {
		d.Sides[side].Home = t.Now()
		err = errors.Join(t.Records.SaveDate(&d), t.Records.NoteDate(d, store.DateStep{Kind: "home", Side: side}))
	}
	t.Say(sayHome.With(none{}))
	return errors.Join(err, s.settleHome(t, d))
}

// unhome are the codes of who should be home by now and has not said so, nor anything
// else of the date since.
func (s Settings) unhome(t *dialog.Turn, d store.Date) (codes []string, err error) {
	if d.State != store.DateOver || t.Now().Before(asksHome(d).Add(s.Dates.Home)) {
		return nil, nil
	}
	claims, err := missed(t, d)
	if err != nil || claims[0] != "" || claims[1] != "" {
		return nil, err // there was no date to come home from
	}
	both, err := t.Records.FeedbackOf(d)
	for i, one := range d.Sides {
		if one.Home.IsZero() && both[i] == nil && one.Client.ErasedAt.IsZero() {
			codes = append(codes, one.Client.Code())
		}
	}
	return codes, err
}

// settleHome ends the alert about who has not come home, when both are heard of.
func (s Settings) settleHome(t *dialog.Turn, d store.Date) error {
	codes, err := s.unhome(t, d)
	if err != nil || len(codes) > 0 {
		return err
	}
	return s.settled(t, alarmDateHome, d.Number())
}

// dateUnheard tells the matchmaker, or whoever is on duty in her place, who has not said
// that they came home.
func dateUnheard(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateUnhome, Play: func(t *dialog.Turn, ref string) error {
		d, _, ok, err := noticed(t, ref)
		if !ok || err != nil {
			return err
		}
		codes, err := s.unhome(t, d)
		if err != nil || len(codes) == 0 {
			return err
		}
		return s.wake(t, alarmDateHome, d.Number(), dateConcern(d))
	}}
}

// foundHome notes that a colleague has reached who had not said that they came home.
func (s Settings) foundHome(t *dialog.Turn, d store.Date) error {
	codes, err := s.unhome(t, d)
	if err != nil {
		return err
	}
	me, _ := t.Staff()
	for i := range d.Sides {
		one := &d.Sides[i]
		if !slices.Contains(codes, one.Client.Code()) {
			continue
		}
		one.Home = t.Now()
		if err := t.Records.NoteDate(d, store.DateStep{Kind: "home", Side: store.Side(i), Staff: me.ID}); err != nil {
			return err
		}
	}
	if err := errors.Join(t.Records.SaveDate(&d), s.settleHome(t, d)); err != nil {
		return err
	}
	return s.sayDate(t, d)
}

// claimMissed notes that somebody says the other did not come. The matchmaker finds out
// and decides; the other hears nothing of it from us.
func (s Settings) claimMissed(t *dialog.Turn, d store.Date, side store.Side) error {
	claims, err := missed(t, d)
	if err != nil {
		return err
	}
	v, err := s.sideView(t, d, side)
	if err != nil {
		return err
	}
	t.Say(sayMissed.With(v))
	if claims[side] != "" || d.State == store.DateClosed || d.State == store.DateOff {
		return nil
	}
	if err := errors.Join(t.Records.NoteDate(d, store.DateStep{Kind: "missed", Side: side}), s.settleHome(t, d)); err != nil {
		return err
	}
	return s.wake(t, alarmDateMissed, d.Number(), dateConcern(d))
}

// missed says of each side whether they have said that the other did not come:
// "claimed", or as it was decided, "yes" or "no".
func missed(t *dialog.Turn, d store.Date) (claims [2]string, err error) {
	steps, err := t.Records.DateSteps(d)
	for _, step := range steps {
		switch {
		case step.Kind == "missed" && step.Side != store.Nobody:
			claims[step.Side] = "claimed"
		case step.Kind == "judged":
			side, code, _ := strings.Cut(step.Code, " ")
			claims[map[string]store.Side{"0": 0, "1": 1}[side]] = code
		}
	}
	return claims, err
}

// dateAsksHow asks each on the next morning.
func dateAsksHow(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateHow, Play: func(t *dialog.Turn, ref string) error {
		d, side, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateOver {
			return err
		}
		claims, err := missed(t, d)
		if err != nil || claims[0] != "" || claims[1] != "" {
			return err // there was no date to speak of
		}
		return s.showSide(t, d, side, howCard(s), d.Number())
	}}
}

// ratings are the buttons of howCard.
var ratings = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

func (s Settings) pressHow(t *dialog.Turn, ref, choice string) error {
	d, _, ok, err := heldDate(t, ref)
	if !ok || err != nil {
		return err
	}
	if d.State != store.DateOver {
		t.Say(sayOverHow.With(none{}))
		return nil
	}
	t.OpenAbout(feedbackFlow, d.Number()+" "+choice)
	return nil
}

// feedbackFlow is opened about a date's number and the button of howCard.
const feedbackFlow = "date_feedback"

func feedback(s Settings) dialog.Flow[impression] {
	return dialog.Flow[impression]{
		Name:   feedbackFlow,
		Title:  titleDateHow,
		Always: true,
		Fresh:  true,
		Idle:   3 * 24 * time.Hour,
		Begin: func(t *dialog.Turn, f *impression) (dialog.Move, error) {
			number, choice, _ := strings.Cut(t.Paper(), " ")
			f.Date, f.Rating = number, ratings[choice]
			if choice == "harassed" {
				f.Rating, f.Off = 1, []string{"harassed"}
				return dialog.GoTo("words"), nil
			}
			return dialog.Next, nil
		},
		Steps: []dialog.Step[impression]{
			{Name: "again", Ask: askFeedbackAgain, Want: dialog.Button, Hear: func(t *dialog.Turn, f *impression) (dialog.Move, error) {
				f.Again = t.Choice()
				return dialog.Next, nil
			}},
			{Name: "off", Ask: askFeedbackOff, Want: dialog.Several.Or(dialog.Text(1, 500)), Hear: takeOff},
			{Name: "words", Ask: askFeedbackWords, Want: dialog.Text(1, 1000), Optional: true, Hear: func(t *dialog.Turn, f *impression) (dialog.Move, error) {
				f.Words = t.Text()
				return dialog.Next, nil
			}},
			{Name: "next", Ask: askFeedbackNext, Want: dialog.Button, Pass: func(f impression) bool { return f.Again == "no" || f.harassed() }, Hear: func(t *dialog.Turn, f *impression) (dialog.Move, error) {
				f.Next = t.Choice()
				return dialog.Next, nil
			}},
			{Name: "check", Ask: askFeedbackCheck, Want: dialog.Button, Hear: s.giveFeedback, To: []dialog.StepName{"again", "off", "words"}},
		},
	}
}

// impression is what somebody says of a date.
type impression struct {
	Date   string
	Rating int
	Again  string
	Off    []string
	Words  string
	Next   string
}

func (f impression) harassed() bool {
	for _, off := range f.Off {
		if off == "harassed" {
			return true
		}
	}
	return false
}

// takeOff takes what was off, by taps and in words.
func takeOff(t *dialog.Turn, f *impression) (dialog.Move, error) {
	ids, others := t.Choices()
	f.Off = nil
	for _, id := range ids {
		if id != "nothing" {
			f.Off = append(f.Off, id)
		}
	}
	if len(ids) == 0 && len(others) == 0 && t.Text() != "" {
		others = []string{t.Text()}
	}
	if len(others) > 0 {
		f.Words = strings.TrimSpace(f.Words + "\n" + strings.Join(others, "，"))
	}
	return dialog.Next, nil
}

func (s Settings) giveFeedback(t *dialog.Turn, f *impression) (dialog.Move, error) {
	if choice := t.Choice(); choice != "send" {
		return dialog.Visit(dialog.StepName(choice)), nil
	}
	d, side, ok, err := heldDate(t, f.Date)
	if !ok || err != nil {
		return dialog.End, err
	}
	if d.State != store.DateOver {
		t.Say(sayOverHow.With(none{}))
		return dialog.End, nil
	}
	_, err = t.Records.GiveFeedback(d, side, store.Feedback{Rating: f.Rating, Again: f.Again, Off: f.Off, Words: f.Words, Harassed: f.harassed(), Next: f.Next})
	if err := errors.Join(err, s.settleHome(t, d)); err != nil {
		return dialog.End, err
	}
	if f.harassed() {
		return dialog.End, s.hearHarassed(t, d, side)
	}
	t.Say(sayThanks.With(none{}))
	both, err := t.Records.FeedbackOf(d)
	if err != nil || both[0] == nil || both[1] == nil {
		return dialog.End, err
	}
	t.Records.CancelFor(d.Sides[0].Chat, dateSum, d.Number())
	return dialog.End, s.wake(t, alarmDateNext, d.Number(), dateConcern(d))
}

// hearHarassed offers a complaint, and alerts the matchmaker and those above her.
func (s Settings) hearHarassed(t *dialog.Turn, d store.Date, side store.Side) error {
	if err := s.showSideHere(t, d, side, harassedCard(s), d.Number()); err != nil {
		return err
	}
	if err := t.Records.NoteDate(d, store.DateStep{Kind: "harassed", Side: side}); err != nil {
		return err
	}
	t.Alert(sayStaffHarassed.With(dateLineOf(d)), bosses...)
	return s.wake(t, alarmDateBad, d.Number(), dateConcern(d))
}

// dateSummed shows the matchmaker what there is, a day later at the latest.
func dateSummed(s Settings) dialog.Notice {
	return dialog.Notice{Name: dateSum, Play: func(t *dialog.Turn, ref string) error {
		d, _, ok, err := noticed(t, ref)
		if !ok || err != nil || d.State != store.DateOver {
			return err
		}
		return s.wake(t, alarmDateNext, d.Number(), dateConcern(d))
	}}
}
