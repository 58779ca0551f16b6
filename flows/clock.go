package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// What clients wait for is on the clock, in working time: it stands still while it
// is their turn, and stops when the paper is closed. Who has the paper in hand
// hears before the time is over, supervisors when it is, and the agency's owner
// when it goes on. It is played in testdata/clock.*.chat.

// Targets say how long things may take, in working time. A zero one means what
// stands behind it.
type Targets struct {
	ComplaintNext  time.Duration // from one step of a complaint to the next: 2 working days
	ComplaintClose time.Duration // from filing to the end: 5 working days
	Grave          int           // a grave complaint gets so many hundredths of all that: 50
	TalkNext       time.Duration // from a client's words to the colleague's: 5 minutes
}

func (g Targets) filledIn(day time.Duration) Targets {
	orElse(&g.ComplaintNext, 2*day)
	orElse(&g.ComplaintClose, 5*day)
	orElse(&g.TalkNext, 5*time.Minute)
	if g.Grave <= 0 {
		g.Grave = 50
	}
	return g
}

// weighed is a target as the gravity of a complaint makes it.
func (g Targets) weighed(d time.Duration, matter string) time.Duration {
	if slices.Contains(graveMatters, matter) {
		return d * time.Duration(g.Grave) / 100
	}
	return d
}

// startClock begins to count on a paper of a client's. One of its kind that runs is
// left as it is; one that is over begins anew.
func (s Settings) startClock(t *dialog.Turn, kind sla.Kind, paper string, c store.Client, staff int64, target time.Duration) error {
	clock := store.PaperClock{
		Clock: sla.Start(target, t.Now()), Paper: paper, Kind: kind, Conversation: c.Conversation, ClientID: c.Chat, StaffID: staff, StartedAt: t.Now(),
	}
	if first, err := t.Records.AddClock(clock, clock.Due(s.Calendar), clock.NextMark(s.Calendar, 0)); first || err != nil {
		return err
	}
	old, err := t.Records.Clock(paper, kind)
	if err != nil || !old.Over {
		return err
	}
	return s.setClock(t, clock)
}

func (s Settings) setClock(t *dialog.Turn, c store.PaperClock) error {
	return t.Records.SetClock(c, c.Due(s.Calendar), c.NextMark(s.Calendar, c.Mark))
}

// changeClock does something to a paper's clock; one that it has not is left.
func (s Settings) changeClock(t *dialog.Turn, kind sla.Kind, paper string, change func(sla.Clock) sla.Clock) error {
	c, err := t.Records.Clock(paper, kind)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Clock = change(c.Clock)
	return s.setClock(t, c)
}

// stopClock ends a clock: what was waited for has come.
func (s Settings) stopClock(t *dialog.Turn, kind sla.Kind, paper string) error {
	if err := s.changeClock(t, kind, paper, func(c sla.Clock) sla.Clock { return c.Stop(s.Calendar, t.Now()) }); err != nil {
		return err
	}
	return s.settled(t, alarmLate+string(kind), paper)
}

// pauseClock lets a clock stand still: it is the client's turn.
func (s Settings) pauseClock(t *dialog.Turn, kind sla.Kind, paper string) error {
	if err := s.changeClock(t, kind, paper, func(c sla.Clock) sla.Clock { return c.Pause(s.Calendar, t.Now()) }); err != nil {
		return err
	}
	return s.settled(t, alarmLate+string(kind), paper)
}

// resumeClock lets it go on where it stood.
func (s Settings) resumeClock(t *dialog.Turn, kind sla.Kind, paper string) error {
	return s.changeClock(t, kind, paper, func(c sla.Clock) sla.Clock { return c.Resume(t.Now()) })
}

// stopClocks ends all clocks of a paper, and its alerts: it is closed.
func (s Settings) stopClocks(t *dialog.Turn, paper string) error {
	all, err := t.Records.Clocks(paper)
	if err != nil {
		return err
	}
	for _, c := range all {
		c.Clock = c.Stop(s.Calendar, t.Now())
		if err := s.setClock(t, c); err != nil {
			return err
		}
	}
	_, err = t.Records.CloseAlerts(paper)
	return err
}

// settled closes an alert whose reason is gone.
func (s Settings) settled(t *dialog.Turn, kind, paper string) error {
	a, err := t.Records.OpenAlert(kind, paper)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = t.Records.EndAlert(a, store.AlertClosed, 0)
	}
	return err
}

// alarmLate is the alert of a clock; the clock's kind follows in its name.
const alarmLate = "late_"

// clockMark is due when a clock passes a mark.
func clockMark(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.SLAMark, Play: func(t *dialog.Turn, ref string) error {
		var paper, kind string
		if _, err := fmt.Sscan(ref, &paper, &kind); err != nil {
			return fmt.Errorf("flows: a clock's mark: %w", err)
		}
		c, err := t.Records.Clock(paper, sla.Kind(kind))
		if errors.Is(err, store.ErrNotFound) || err == nil && !c.Runs() {
			return nil
		}
		if err != nil {
			return err
		}
		c.Mark = max(c.Mark, c.Passed(s.Calendar, t.Now()))
		if err := s.setClock(t, c); err != nil {
			return err
		}
		return s.warnOf(t, c)
	}}
}

// warnOf tells of a mark: before the target who has the paper in hand, at it
// supervisors, after it the agency's owner. An alert that is open about the paper
// climbs as far; there are never two.
func (s Settings) warnOf(t *dialog.Turn, c store.PaperClock) error {
	if strings.HasPrefix(c.Paper, "H-") && (c.Kind != sla.Next || c.Mark < 3) {
		return nil // who waits for a person is offered round, and the colleague reminded (queue.go, talk.go)
	}
	rung := store.RungOwner
	switch {
	case c.Mark > 2:
		rung = store.RungTop
	case c.Mark == 2:
		rung = store.RungSupervisor
	}
	open, err := t.Records.OpenAlerts(c.Paper)
	if err != nil {
		return err
	}
	if len(open) > 0 {
		if open[0].Rung >= rung {
			return nil
		}
		return s.callFrom(t, open[0], rung)
	}
	client, err := t.Records.ClientOfChat(c.ClientID)
	if err != nil {
		return err
	}
	return s.wake(t, alarmLate+string(c.Kind), c.Paper, concern{client: client, first: c.StaffID, rung: rung})
}

// clockView is what texts may tell of a clock.
type clockView struct {
	Paper, Client, Kind, Owner string
	Due                        time.Time     // zero: it stands still
	Left, Over                 time.Duration // of working time; one of them is zero
}

func (s Settings) viewOfClock(t *dialog.Turn, c store.PaperClock) clockView {
	v := clockView{Paper: c.Paper, Kind: string(c.Kind), Due: c.DueAt}
	if left := c.Left(s.Calendar, t.Now()); left >= 0 {
		v.Left = left
	} else {
		v.Over = -left
	}
	return v
}

var (
	sayClock = templates.New[clockView]("clock.on_card")
	lateText = templates.New[clockView]("clock.late")
)

// lateCard says that time gets short, or is over. A press shows the paper, or says
// that it was read.
func lateCard(s Settings) dialog.Card[clockView] {
	return dialog.Card[clockView]{Text: lateText, Staff: who(HearAlerts), Hear: func(t *dialog.Turn, ref, choice string) error {
		if choice == "open" {
			return s.openPaper(t, ref)
		}
		return nil
	}}
}

// showLate is the card of a clock's alert, while the clock runs.
func showLate(s Settings, kind sla.Kind) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		c, err := t.Records.Clock(ref, kind)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		if err != nil || !c.Runs() {
			return templates.Line{}, false, err
		}
		v := s.viewOfClock(t, c)
		if client, err := t.Records.ClientOfChat(c.ClientID); err == nil {
			v.Client = client.Code()
		}
		if c.StaffID != 0 {
			if st, err := t.Records.StaffByID(c.StaffID); err == nil {
				v.Owner = st.Name
			}
		}
		return lateCard(s).For(ref, v), true, nil
	}
}

// clocksOf are the lines that show a paper's clocks on its card.
func (s Settings) clocksOf(t *dialog.Turn, paper string) (all []templates.Line, err error) {
	clocks, err := t.Records.Clocks(paper)
	for _, c := range clocks {
		all = append(all, sayClock.With(s.viewOfClock(t, c)))
	}
	return all, err
}
