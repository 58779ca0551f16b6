package flows

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
	"unicode"

	"redthread/bot/dialog"
	"redthread/bot/numeral"
	"redthread/store"
	"redthread/templates"
)

// Once a week a share of what each colleague has finished is drawn by lot. A
// supervisor looks at it and gives four marks; what was found the colleague hears,
// and says what they do about it; the supervisor closes it. Staff and clients are
// told that talks are checked. It is played in testdata/check.*.chat.

// checkWeek is how far back the first draw looks; each later one goes on where the
// last one stood.
const checkWeek = 7 * 24 * time.Hour

// drawChecks draws, once a week, with the first supervisor who begins their day.
func (s Settings) drawChecks(t *dialog.Turn, me store.Staff) error {
	if s.CheckShare <= 0 || !may(me.Role, CheckWork) {
		return nil
	}
	now := t.Now().In(s.Calendar.Zone())
	year, week := now.ISOWeek()
	monday := now.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	first, err := t.Records.NoteDigest(0, monday)
	if err != nil || !first {
		return err
	}
	since, err := t.Records.LastDraw()
	if err != nil {
		return err
	}
	if since.IsZero() {
		since = t.Now().Add(-checkWeek)
	}
	done, err := t.Records.ClosedSince(since)
	if err != nil {
		return err
	}
	for _, p := range drawn(done, s.CheckShare) {
		if _, err := t.Records.DrawCheck(fmt.Sprintf("%d-%02d", year, week), p); err != nil {
			return err
		}
	}
	return s.nextCheck(t, me)
}

// drawn is a share of each colleague's work, in hundredths, one piece at least.
func drawn(done []store.ClosedPaper, share int) (all []store.ClosedPaper) {
	by := map[int64][]store.ClosedPaper{}
	var order []int64
	for _, p := range done {
		if by[p.StaffID] == nil {
			order = append(order, p.StaffID)
		}
		by[p.StaffID] = append(by[p.StaffID], p)
	}
	for _, id := range order {
		mine := by[id]
		rand.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
		all = append(all, mine[:(len(mine)*share+99)/100]...)
	}
	return all
}

// checkView is what texts may tell of a spot check.
type checkView struct {
	Number, Paper, Week, Staff, Checker    string
	State                                  string
	Politeness, Promptness, Truth, Secrecy int
	Finding, Rectified                     string
	Left                                   int // how many are still to be looked at
}

func viewOfCheck(c store.SpotCheck) checkView {
	return checkView{
		Number: c.Number(), Paper: c.Paper, Week: c.Week, Staff: c.Staff.Name, Checker: c.Checker.Name, State: string(c.State),
		Politeness: c.Scores.Politeness, Promptness: c.Scores.Promptness, Truth: c.Scores.Truth, Secrecy: c.Scores.Secrecy,
		Finding: c.Finding, Rectified: c.Rectified,
	}
}

// checkCard invites a supervisor to look.
func checkCard(s Settings) dialog.Card[checkView] {
	return dialog.Card[checkView]{Text: checkText, Hear: lookAtCheck(s), Staff: who(CheckWork)}
}

// findingCard tells the colleague what was found.
var findingCard = dialog.Card[checkView]{Text: findingText, Hear: answerFinding, Staff: who(HearAlerts)}

// answeredCheck shows the supervisor what the colleague does about it.
func answeredCheck(s Settings) dialog.Card[checkView] {
	return dialog.Card[checkView]{Text: rectifiedText, Hear: settleCheck(s), Staff: who(CheckWork)}
}

var (
	checkText     = templates.New[checkView]("check.card")
	findingText   = templates.New[checkView]("check.finding")
	rectifiedText = templates.New[checkView]("check.rectified")

	sayCheckWork   = templates.New[checkedWork]("check.work")
	sayCheckStands = templates.New[checkView]("check.stands")
	sayNoChecks    = templates.New[none]("check.none")
	sayCheckClosed = templates.New[checkView]("check.closed")
)

// nextCheck shows a supervisor the oldest work that is still to be looked at, which
// is not their own.
func (s Settings) nextCheck(t *dialog.Turn, me store.Staff) error {
	all, err := t.Records.SpotChecks(store.CheckDrawn, 100)
	if err != nil {
		return err
	}
	for i, c := range all {
		if c.Staff.ID == me.ID {
			continue
		}
		v := viewOfCheck(c)
		v.Left = len(all) - i
		t.Wake(me, checkCard(s).For(c.Number(), v))
		return nil
	}
	return nil
}

// checks opens the list by a word.
func checks(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "checks", Title: titleChecks, Opens: openChecks, Staff: who(CheckWork), Always: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			me, _ := t.Staff()
			all, err := t.Records.SpotChecks(store.CheckDrawn, 1)
			if err == nil && len(all) == 0 {
				t.Say(sayNoChecks.With(none{}))
			}
			if err == nil {
				err = s.nextCheck(t, me)
			}
			return dialog.End, err
		},
	}
}

var (
	titleChecks  = templates.New[none]("title.checks")
	openChecks   = templates.NewWords("open.checks")
	titleScore   = templates.New[none]("title.score")
	titleRectify = templates.New[none]("title.rectify")
)

// lookAtCheck shows the work, and asks for the marks.
func lookAtCheck(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		me, _ := t.Staff()
		c, err := t.Records.SpotCheck(ref)
		if err = only(c.Staff.ID != me.ID, err); err != nil {
			return gone(t, err)
		}
		switch {
		case c.State != store.CheckDrawn:
			t.Say(sayCheckStands.With(viewOfCheck(c)))
			return nil
		}
		if choice == "look" {
			t.Keep()
			return s.showWork(t, c)
		}
		t.OpenAbout(scoreFlow, ref)
		return nil
	}
}

// checkedWork is a colleague's finished work, as a supervisor reads it.
type checkedWork struct {
	Paper, Staff string
	Lines        []workLine
	Asked        string // the question
	Steps        []caseStep
}

// workLine is one message of a talk.
type workLine struct {
	From  string // the colleague's name; empty: the client
	Words []string
	At    time.Time
}

// caseStep is one step of a complaint.
type caseStep struct {
	Kind string
	At   time.Time
}

// showWork shows the work in full; that it was read is on record.
func (s Settings) showWork(t *dialog.Turn, c store.SpotCheck) error {
	v := checkedWork{Paper: c.Paper, Staff: c.Staff.Name}
	client, what := int64(0), store.RevealTalk
	switch c.Paper[0] {
	case 'Q':
		q, err := t.Records.Question(c.Paper)
		if err != nil {
			return err
		}
		client, what = q.Client.ID, store.RevealQuestion
		v.Asked = q.Words
		v.Lines = []workLine{{From: q.Owner.Name, Words: []string{q.Answer}, At: q.AnsweredAt}}
	case 'C':
		k, err := t.Records.Complaint(c.Paper)
		if err != nil {
			return err
		}
		client, what = k.Client.ID, store.RevealComplaint
		v.Asked = k.Facts.Story
		for _, step := range k.Steps {
			v.Steps = append(v.Steps, caseStep{string(step.Kind), step.At})
		}
	default:
		h, err := t.Records.Handoff(c.Paper)
		if err != nil {
			return err
		}
		client = h.Client.ID
		if v.Lines, err = talkLines(t, c.Paper, c.Staff.Name); err != nil {
			return err
		}
	}
	me, _ := t.Staff()
	t.Say(sayCheckWork.With(v))
	return t.Records.NoteReveal(me, client, what+":"+c.Paper)
}

// scoreFlow and rectifyFlow are opened by cards.
const (
	scoreFlow   = "score"
	rectifyFlow = "rectify"
)

// marks is a spot check that is being scored.
type marks struct {
	Ref, Paper, Name string
	Scores           store.Scores
}

// scoring takes the four marks, and what is to be said about them.
func scoring(s Settings) dialog.Flow[marks] {
	return dialog.Flow[marks]{
		Name: scoreFlow, Title: titleScore, Staff: who(CheckWork), Always: true, Fresh: true, Idle: 24 * time.Hour,
		Begin: func(t *dialog.Turn, m *marks) (dialog.Move, error) {
			c, err := t.Records.SpotCheck(t.Paper())
			m.Ref, m.Paper, m.Name = c.Number(), c.Paper, c.Staff.Name
			return dialog.Next, err
		},
		Steps: []dialog.Step[marks]{
			{Name: "marks", Ask: askMarks, Want: dialog.Text(4, 40), Hear: takeMarks},
			{Name: "words", Ask: askCheckWords, Want: dialog.Text(2, 500), Optional: true, Skip: func(t *dialog.Turn, m *marks) error { return s.score(t, m, "") },
				Hear: func(t *dialog.Turn, m *marks) (dialog.Move, error) { return dialog.End, s.score(t, m, t.Text()) }},
		},
	}
}

var (
	askMarks      = templates.New[marks]("check.marks")
	askCheckWords = templates.New[marks]("check.words")
	sayFourMarks  = templates.New[none]("check.four_marks")
	askRectified  = templates.New[marks]("check.rectify")
)

// takeMarks reads four marks from 1 to 5, in the order they are asked in.
func takeMarks(t *dialog.Turn, m *marks) (dialog.Move, error) {
	var got []int
	for _, c := range numeral.Plain(t.Text()) {
		switch {
		case '1' <= c && c <= '5':
			got = append(got, int(c-'0'))
		case unicode.IsDigit(c):
			return t.Wrong(sayFourMarks.With(none{})), nil
		}
	}
	if len(got) != 4 {
		return t.Wrong(sayFourMarks.With(none{})), nil
	}
	m.Scores = store.Scores{Politeness: got[0], Promptness: got[1], Truth: got[2], Secrecy: got[3]}
	return dialog.Next, nil
}

// score keeps the marks. With words the colleague hears them; without, it is
// closed.
func (s Settings) score(t *dialog.Turn, m *marks, words string) error {
	me, ok := t.Staff()
	if !ok {
		return nil
	}
	c, scored, err := t.Records.ScoreCheck(m.Ref, me, m.Scores, words)
	if err != nil {
		return err
	}
	t.Say(sayCheckStands.With(viewOfCheck(c)))
	if !scored {
		return nil
	}
	if c.State == store.CheckScored {
		if err := s.wake(t, alarmFinding, c.Number(), concern{first: c.Staff.ID}); err != nil {
			return err
		}
	}
	return s.nextCheck(t, me)
}

// alarmFinding is the alert of what was found in a colleague's work.
const alarmFinding = "finding"

// showFinding is its card, until the colleague has answered.
func showFinding(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
	c, err := t.Records.SpotCheck(ref)
	if errors.Is(err, store.ErrNotFound) {
		return templates.Line{}, false, nil
	}
	return findingCard.For(ref, viewOfCheck(c)), c.State == store.CheckScored, err
}

// answerFinding opens what the colleague does about it.
func answerFinding(t *dialog.Turn, ref, _ string) error {
	me, _ := t.Staff()
	c, err := t.Records.SpotCheck(ref)
	if err = only(c.Staff.ID == me.ID, err); err != nil {
		return gone(t, err)
	}
	switch {
	case c.State != store.CheckScored:
		t.Say(sayCheckStands.With(viewOfCheck(c)))
		return nil
	}
	t.OpenAbout(rectifyFlow, ref)
	return nil
}

// rectifying takes what the colleague does about it, and shows the checker.
func rectifying(s Settings) dialog.Flow[marks] {
	return dialog.Flow[marks]{
		Name: rectifyFlow, Title: titleRectify, Staff: who(HearAlerts), Always: true, Fresh: true, Idle: 24 * time.Hour,
		Begin: func(t *dialog.Turn, m *marks) (dialog.Move, error) {
			m.Ref = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[marks]{
			{Name: "words", Ask: askRectified, Want: dialog.Text(2, 500), Hear: func(t *dialog.Turn, m *marks) (dialog.Move, error) {
				c, answered, err := t.Records.AnswerCheck(m.Ref, t.Text())
				if err != nil {
					return dialog.End, err
				}
				t.Say(sayCheckStands.With(viewOfCheck(c)))
				if !answered {
					return dialog.End, nil
				}
				if _, err := t.Records.CloseAlerts(m.Ref); err != nil {
					return dialog.End, err
				}
				return dialog.End, s.wake(t, alarmRectified, m.Ref, concern{first: c.Checker.ID})
			}},
		},
	}
}

// alarmRectified is the alert of a finding that was answered.
const alarmRectified = "rectified"

func showRectified(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		c, err := t.Records.SpotCheck(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		return answeredCheck(s).For(ref, viewOfCheck(c)), c.State == store.CheckAnswered, err
	}
}

// settleCheck closes a spot check, or asks the colleague once more.
func settleCheck(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		me, _ := t.Staff()
		before, err := t.Records.SpotCheck(ref)
		if err = only(before.Staff.ID != me.ID, err); err != nil {
			return gone(t, err)
		}
		c, settled, err := t.Records.SettleCheck(ref, choice == "good")
		if err != nil {
			return err
		}
		t.Say(sayCheckStands.With(viewOfCheck(c)))
		switch {
		case !settled:
			return nil
		case c.State == store.CheckScored:
			return s.wake(t, alarmFinding, ref, concern{first: c.Staff.ID})
		}
		t.Inform(c.Staff.Conversation, c.Staff.Lang, sayCheckClosed.With(viewOfCheck(c)))
		return nil
	}
}
