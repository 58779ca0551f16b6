package flows

import (
	"errors"
	"regexp"
	"strconv"
	"time"

	"redthread/bot/calendar"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A colleague notes which papers of a client they have seen: what was found, and
// until when it counts. Never a paper's number, never its picture. The client
// reads the same ledger (papers.go). It is played in testdata/ledger.*.chat.

// verifying is about the client of the card whose button opened it.
func verifying(s Settings) dialog.Flow[viewing] {
	return dialog.Flow[viewing]{
		Name:   "verify",
		Title:  titleVerify,
		Staff:  who(NotePapers),
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin:  beginViewing,
		Steps: []dialog.Step[viewing]{
			{Name: "paper", Ask: askPaper, Want: dialog.Button, Hear: takePaper},
			{Name: "finding", Ask: askFinding, Want: dialog.Button, Hear: takeFinding(s)},
			{Name: "until", Ask: askUntil, Want: dialog.Button.Or(dialog.Text(4, 40)), Hear: takeUntil(s)},
		},
	}
}

// verifyFlow is opened by a client's card.
const verifyFlow = "verify"

// viewing is a paper that is being looked at.
type viewing struct {
	Client string
	Ledger []paperView
	Paper  string
	Noted  bool // there is an entry to be taken back
}

// paperView is how a paper stands, for colleagues and for the client.
type paperView struct {
	Client, Paper, Finding, By string
	At, Until                  time.Time // Until is the last day; none: it does not lapse
	Valid                      bool      // it may be called verified
	Lapsed                     bool      // it was, and time has passed
}

func viewOfPaper(v store.Verification, now time.Time) paperView {
	p := paperView{
		Client: v.Client.Code(), Paper: string(v.Paper), Finding: string(v.Finding), By: v.By.Name, At: v.At,
		Valid: v.Valid(now), Lapsed: v.Finding == store.PaperSeen && !v.Valid(now),
	}
	if !v.Until.IsZero() {
		p.Until = v.Until.Add(-time.Second)
	}
	return p
}

// ledgerOf is how a client's papers stand.
func ledgerOf(t *dialog.Turn, client int64) (all []paperView, err error) {
	stand, err := t.Records.Verifications(client)
	for _, v := range stand {
		all = append(all, viewOfPaper(v, t.Now()))
	}
	return all, err
}

var (
	titleVerify = templates.New[none]("title.verify")
	askPaper    = templates.New[viewing]("verify.paper")
	askFinding  = templates.New[viewing]("verify.finding")
	askUntil    = templates.New[viewing]("verify.until")

	sayNoted   = templates.New[paperView]("verify.noted")
	sayOddDate = templates.New[none]("verify.odd_date")
	sayPastDay = templates.New[none]("verify.past")

	sayNothingNoted = templates.New[none]("verify.nothing")

	// sayPaperNoted tells the client of an entry.
	sayPaperNoted = templates.New[paperView]("papers.noted")

	// alertLapsing tells who saw a paper, and supervisors, that it lapses soon.
	alertLapsing = templates.New[paperView]("staff.paper_lapses")
)

func beginViewing(t *dialog.Turn, v *viewing) (dialog.Move, error) {
	c, ok, err := known(t, t.Paper())
	if !ok {
		return dialog.End, err
	}
	notice, err := t.Records.Consent(c.ID, store.ConsentNotice)
	if err != nil || !notice.Given() {
		t.Say(sayNotAgreed.With(c.Code()))
		return dialog.End, err
	}
	me, _ := t.Staff()
	if err := t.Records.NoteReveal(me, c.ID, store.RevealLedger); err != nil {
		return dialog.End, err
	}
	v.Client = c.Code()
	v.Ledger, err = ledgerOf(t, c.ID)
	return dialog.Next, err
}

func takePaper(t *dialog.Turn, v *viewing) (dialog.Move, error) {
	if t.Choice() == "done" {
		t.Say(sayNothingNoted.With(none{}))
		return dialog.End, nil
	}
	v.Paper, v.Noted = t.Choice(), false
	for _, p := range v.Ledger {
		v.Noted = v.Noted || p.Paper == v.Paper
	}
	return dialog.Next, nil
}

func takeFinding(s Settings) func(*dialog.Turn, *viewing) (dialog.Move, error) {
	return func(t *dialog.Turn, v *viewing) (dialog.Move, error) {
		if f := store.Finding(t.Choice()); f != store.PaperSeen {
			return dialog.End, v.note(t, s, f, time.Time{})
		}
		return dialog.Next, nil
	}
}

func takeUntil(s Settings) func(*dialog.Turn, *viewing) (dialog.Move, error) {
	return func(t *dialog.Turn, v *viewing) (dialog.Move, error) {
		until, ok := lapses(t.Choice(), t.Now())
		if !ok {
			until, ok = dayAfter(t.Text(), s.Calendar)
		}
		switch {
		case !ok:
			t.Note(sayOddDate.With(none{}))
			return dialog.Again, nil
		case !until.IsZero() && !until.After(t.Now()):
			t.Note(sayPastDay.With(none{}))
			return dialog.Again, nil
		}
		return dialog.End, v.note(t, s, store.PaperSeen, until)
	}
}

// lapses is when a paper lapses by the button that was pressed: zero for never.
func lapses(choice string, now time.Time) (until time.Time, ok bool) {
	switch choice {
	case "month":
		return now.AddDate(0, 0, 30), true
	case "half":
		return now.AddDate(0, 6, 0), true
	case "year":
		return now.AddDate(1, 0, 0), true
	case "never":
		return time.Time{}, true
	}
	return time.Time{}, false
}

var datesAsPrinted = regexp.MustCompile(`^([0-9]{4})[-./年 ]?([0-9]{1,2})[-./月 ]?([0-9]{1,2})日?$`)

// dayAfter is the end of the day that was written, as it is printed on papers:
// 2031-05-06, 2031.05.06, 20310506, 2031年5月6日.
func dayAfter(text string, c *calendar.Calendar) (end time.Time, ok bool) {
	m := datesAsPrinted.FindStringSubmatch(templates.Fold(text))
	if m == nil {
		return end, false
	}
	var n [3]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1]) // digits, and few
	}
	day := time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, c.Zone())
	if day.Month() != time.Month(n[1]) || day.Day() != n[2] {
		return end, false
	}
	return day.AddDate(0, 0, 1), true
}

// note writes the entry, tells the client, and sets the reminder.
func (v *viewing) note(t *dialog.Turn, s Settings, f store.Finding, until time.Time) error {
	me, ok := t.Staff()
	if !ok { // dismissed meanwhile
		return nil
	}
	c, ok, err := known(t, v.Client) // whose client it is may have changed meanwhile
	if !ok {
		return err
	}
	n, err := t.Records.NoteVerification(c.ID, store.Paper(v.Paper), f, me, until)
	if err != nil {
		return err
	}
	view := viewOfPaper(n, t.Now())
	t.Say(sayNoted.With(view))
	t.Tell(c.Conversation, c.Lang, sayPaperNoted.With(view))
	if !until.IsZero() {
		t.Records.LaterFor(c.Conversation, store.PaperLapses, n.Number(), later(t.Now(), until.Add(-s.RemindPapers)))
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// paperLapses reminds who saw the paper, if they still work here, and
// supervisors. A paper that was looked at again since needs no reminder.
var paperLapses = dialog.Notice{Name: store.PaperLapses, Play: remindOfPaper}

func remindOfPaper(t *dialog.Turn, ref string) error {
	v, err := t.Records.Verification(ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	stand, err := t.Records.Verifications(v.Client.ID)
	if err != nil {
		return err
	}
	for _, newest := range stand {
		if newest.ID == v.ID && v.Finding == store.PaperSeen {
			return tellLapsing(t, v)
		}
	}
	return nil
}

func tellLapsing(t *dialog.Turn, v store.Verification) error {
	line := alertLapsing.With(viewOfPaper(v, t.Now()))
	saw, err := t.Records.StaffByID(v.By.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
	case err != nil:
		return err
	case !isBoss(saw):
		t.Tell(saw.Conversation, saw.Lang, line)
	}
	return escalate(t, line, talkers)
}
