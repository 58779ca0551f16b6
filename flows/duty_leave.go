package flows

import (
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/when"
	"redthread/store"
	"redthread/templates"
)

// Going home and going on leave: when a colleague is back, and what becomes of
// who talks with them.

// going is a colleague who goes home, or on leave. Talks are those they have.
type going struct {
	Talks []string // their clients' codes
	Until time.Time
	Left  int // complaints and questions that wait until they are back
}

var (
	titleOffDuty = templates.New[none]("title.off_duty")
	openOffDuty  = templates.NewWords("open.off_duty")
	askTalks     = templates.New[going]("duty.talks")
	titleLeave   = templates.New[none]("title.leave")
	openLeave    = templates.NewWords("open.leave")
	askBackWhen  = templates.New[going]("duty.until")
)

// offDuty is said on going home.
func offDuty(s Settings) dialog.Flow[going] {
	return dialog.Flow[going]{
		Name: "off_duty", Title: titleOffDuty, Opens: openOffDuty,
		Staff: who(KeepDuty), Always: true, Fresh: true, Idle: time.Hour,
		Begin: func(t *dialog.Turn, g *going) (dialog.Move, error) {
			if err := g.look(t); err != nil || len(g.Talks) > 0 {
				return dialog.Next, err
			}
			return dialog.End, g.goHome(t, s)
		},
		Steps: []dialog.Step[going]{
			{Name: "talks", Ask: askTalks, Want: dialog.Button, Hear: takeTalksLeft(s)},
		},
	}
}

// leave is said before being away for days.
func leaveFlow(s Settings) dialog.Flow[going] {
	return dialog.Flow[going]{
		Name: "leave", Title: titleLeave, Opens: openLeave, Reads: saysLeave,
		Staff: who(KeepDuty), Always: true, Fresh: true, Idle: time.Hour,
		Begin: beginLeave(s),
		Steps: []dialog.Step[going]{
			{Name: "until", Ask: askBackWhen, Want: dialog.Button.Or(dialog.Text(1, 40)), Hear: takeUntilWhen(s)},
			{Name: "talks", Ask: askTalks, Want: dialog.Button, Pass: func(g going) bool { return len(g.Talks) == 0 }, Hear: takeTalksLeft(s)},
		},
	}
}

// saysLeave reads "请假到周五": the day is there already.
func saysLeave(text string) bool {
	text = templates.Fold(text)
	return strings.HasPrefix(text, "请假") || strings.HasPrefix(text, "請假") || strings.HasPrefix(text, "leave until ")
}

// look reads who talks with the colleague, and what else waits for them.
func (g *going) look(t *dialog.Turn) error {
	me, _ := t.Staff()
	talks, err := t.Records.HandoffsWith(me.ID)
	if err != nil {
		return err
	}
	g.Talks = nil
	for _, h := range talks {
		g.Talks = append(g.Talks, h.Client.Code())
	}
	hand, err := t.Records.InHand(me.ID)
	g.Left = hand.Complaints + hand.Questions
	return err
}

func beginLeave(s Settings) func(*dialog.Turn, *going) (dialog.Move, error) {
	return func(t *dialog.Turn, g *going) (dialog.Move, error) {
		if err := g.look(t); err != nil || t.Event.Kind != bot.Wrote || !saysLeave(t.Event.Text) {
			return dialog.Next, err
		}
		if m, ok := when.Read(t.Event.Text, t.Now().In(s.Calendar.Zone())); !ok || !g.take(t, s, m) {
			return dialog.Next, nil
		}
		if len(g.Talks) > 0 {
			return dialog.GoTo("talks"), nil
		}
		return dialog.End, g.goHome(t, s)
	}
}

// longestLeave is how far ahead leave may end, in days.
const longestLeave = 180

// take takes the moment as the end of leave: without an hour it is when the agency
// opens that day, or next. ok is false when it cannot be, and the reason said.
func (g *going) take(t *dialog.Turn, s Settings, m when.Moment) (ok bool) {
	at := m.At
	if !m.Hour {
		at = s.Calendar.NextOpen(at)
	}
	switch {
	case !at.After(t.Now()):
		t.Note(sayPastLeave.With(none{}))
		return false
	case at.After(t.Now().AddDate(0, 0, longestLeave)):
		t.Note(sayTooFar.With(longestLeave))
		return false
	}
	g.Until = at
	return true
}

func takeUntilWhen(s Settings) func(*dialog.Turn, *going) (dialog.Move, error) {
	return func(t *dialog.Turn, g *going) (dialog.Move, error) {
		typed := t.Text()
		switch t.Choice() {
		case "tomorrow":
			typed = "明天"
		case "monday":
			typed = "下周一"
		case "stay":
			t.Say(sayStays.With(none{}))
			return dialog.End, nil
		}
		m, ok := when.Read(typed, t.Now().In(s.Calendar.Zone()))
		if !ok {
			t.Note(sayOddDay.With(none{}))
		}
		if !ok || !g.take(t, s, m) {
			return dialog.Again, nil
		}
		if len(g.Talks) > 0 {
			return dialog.Next, nil
		}
		return dialog.End, g.goHome(t, s)
	}
}

func takeTalksLeft(s Settings) func(*dialog.Turn, *going) (dialog.Move, error) {
	return func(t *dialog.Turn, g *going) (dialog.Move, error) {
		switch t.Choice() {
		case "stay":
			t.Say(sayStays.With(none{}))
			return dialog.End, nil
		case "hand":
			if err := g.goHome(t, s); err != nil {
				return dialog.End, err
			}
			return dialog.End, passTalksOn(t, s)
		}
		return dialog.End, g.goHome(t, s)
	}
}

// goHome takes the colleague off duty; what was promised to clients stays theirs.
func (g *going) goHome(t *dialog.Turn, s Settings) error {
	me, _ := t.Staff()
	for _, c := range me.Chats {
		t.Records.CancelFor(c, leaveEnds, me.Code())
	}
	duty, said := store.DutyOff, sayOffDuty
	if !g.Until.IsZero() {
		duty, said = store.DutyLeave, sayOnLeave
		t.Records.LaterFor(me.Conversation, leaveEnds, me.Code(), g.Until)
	}
	if err := t.Records.SetDuty(me.ID, duty, g.Until); err != nil {
		return err
	}
	me, err := myself(t)
	if err != nil {
		return err
	}
	v, err := viewOfDuty(t, me)
	if err == nil {
		t.Say(said.With(v))
	}
	return err
}

// passTalksOn lets who talks with the colleague, who has gone, wait for another
// one, and tells them so.
func passTalksOn(t *dialog.Turn, s Settings) error {
	me, _ := t.Staff()
	talks, err := t.Records.HandoffsWith(me.ID)
	if err != nil {
		return err
	}
	for _, h := range talks {
		if err := t.Records.ReturnHandoff(h, store.StepMovedOn); err != nil {
			return err
		}
		v := viewOfHandoff(h)
		t.Tell(h.Client.Conversation, h.Client.Lang, sayMateLeft.With(v))
		switch {
		case inTopic(h.Desk):
			t.Tell(h.Desk, me.Lang, sayTopicLeft.With(v))
		case h.Desk != t.Event.From:
			t.Records.LaterFor(h.Desk, movedNews, h.Number(), t.Now())
		}
		if h, err = t.Records.Handoff(h.Number()); err != nil {
			return err
		}
		if err := s.call(t, h); err != nil {
			return err
		}
	}
	if !inTopic(t.Event.From) {
		t.TakeBack()
	}
	return nil
}

// leaveEnds is due when a colleague is back from leave; its ref is their code.
const leaveEnds = "leave_ends"

var leaveEnded = dialog.Notice{Name: leaveEnds, Play: func(t *dialog.Turn, _ string) error {
	me, ok := t.Staff()
	if !ok || me.Duty != store.DutyOn {
		return nil
	}
	if err := t.Records.SetDuty(me.ID, store.DutyOn, time.Time{}); err != nil {
		return err
	}
	v, err := viewOfDuty(t, me)
	if err == nil {
		t.Tell(me.Conversation, me.Lang, sayLeaveOver.With(v))
	}
	return err
}}
