package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// What comes after a complaint: the first colleague to press takes it, sees the
// evidence and notes each step, which the client hears at once. It is played in
// testdata/complaint.zh-CN.chat and untaken.zh-CN.chat.

// complaintAlert wakes the complaint desk.
func complaintAlert(s Settings) dialog.Card[caseView] {
	return dialog.Card[caseView]{Text: complaintText, Hear: takeCase(s), Staff: complaintDesk, Needed: needed(showUntaken(s))}
}

// caseCard is what who takes care works with. It comes again after each step.
func caseCard(s Settings) dialog.Card[caseView] {
	return dialog.Card[caseView]{Text: caseText, Hear: workCase(s), Staff: complaintDesk}
}

var (
	complaintText = templates.New[caseView]("staff.complaint")
	caseText      = templates.New[caseView]("staff.case")
)

// complaintUntaken alerts supervisors when whoever took a complaint has left.
func complaintUntaken(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.ComplaintUntaken, Play: func(t *dialog.Turn, ref string) error {
		c, err := t.Records.Complaint(ref)
		if err != nil || c.Taken() || !c.ClosedAt.IsZero() {
			return err
		}
		if err := t.Records.Charge(ref, 0); err != nil {
			return err
		}
		return s.wake(t, alarmComplaint, ref, concern{client: c.Client, rung: store.RungSupervisor})
	}}
}

// showUntaken is the alert of a complaint that nobody has taken.
func showUntaken(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, late bool) (templates.Line, bool, error) {
		c, err := t.Records.Complaint(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		v := viewOf(c)
		v.Late = late
		return complaintAlert(s).For(ref, v), !c.Taken() && c.ClosedAt.IsZero(), err
	}
}

// startCase sets the clocks of a complaint going: to the first response, and to
// the end.
func (s Settings) startCase(t *dialog.Turn, c store.Complaint) error {
	err := s.startClock(t, sla.First, c.Number(), c.Client, 0, s.Targets.weighed(s.FirstAnswer, c.Matter))
	if err != nil {
		return err
	}
	return s.startClock(t, sla.Resolution, c.Number(), c.Client, 0, s.Targets.weighed(s.Targets.ComplaintClose, c.Matter))
}

// clockStep does to a complaint's clocks what a step means: that the client was
// spoken to is a response, a proposal makes it their turn, the end is the end.
func (s Settings) clockStep(t *dialog.Turn, c store.Complaint) error {
	ref := c.Number()
	if c.State == store.CaseClosed {
		return s.stopClocks(t, ref)
	}
	if c.State != store.CaseWorking {
		if err := s.stopClock(t, sla.First, ref); err != nil {
			return err
		}
	}
	if err := s.stopClock(t, sla.Next, ref); err != nil {
		return err
	}
	if c.State == store.CaseProposed {
		return s.pauseClock(t, sla.Resolution, ref)
	}
	if err := s.resumeClock(t, sla.Resolution, ref); err != nil {
		return err
	}
	return s.startClock(t, sla.Next, ref, c.Client, c.Owner.ID, s.Targets.weighed(s.Targets.ComplaintNext, c.Matter))
}

// sayCase shows the case with its clocks to who takes care of it.
func (s Settings) sayCase(t *dialog.Turn, c store.Complaint) error {
	under, err := s.clocksOf(t, c.Number())
	if err == nil {
		t.SayOver(caseCard(s).For(c.Number(), viewOf(c)), under...)
	}
	return err
}

// caseView is what texts may tell of a complaint: numbers and codes. Where the
// client talks to us is not among it.
type caseView struct {
	Number, Client, Matter, State, Owner string
	Source                               string // by which the client came, as staff call it
	Filed, Promised, Since               time.Time
	Pictures                             int
	Late                                 bool
}

func viewOf(c store.Complaint) caseView {
	v := caseView{
		Number: c.Number(), Client: c.Client.Code(), Source: c.Client.SourceName, Matter: c.Matter, State: string(c.State), Owner: c.Owner.Name,
		Filed: c.FiledAt, Promised: c.PromisedAt, Since: c.FiledAt, Pictures: len(c.Evidence),
	}
	if n := len(c.Steps); n > 0 {
		v.Since = c.Steps[n-1].At
	}
	return v
}

// factsView is what the client told us, for those who may read it.
type factsView struct {
	Number, Client, Matter, People, When, Story, Wish string
	Filed                                             time.Time
	Pictures                                          int
}

var (
	sayInCharge   = templates.New[caseView]("complaint.in_charge")
	sayStep       = templates.New[caseView]("complaint.step")
	sayTakenBy    = templates.New[caseView]("staff.taken_by")
	sayNotYours   = templates.New[caseView]("staff.not_yours")
	sayStepNoted  = templates.New[caseView]("staff.step_noted")
	sayStepBefore = templates.New[caseView]("staff.step_before")
	sayCaseErased = templates.New[caseView]("staff.case_erased")
	sayFacts      = templates.New[factsView]("staff.facts")
	sayNoPaper    = templates.New[none]("staff.no_paper")
)

// takeCase answers the alert: 我来处理 or 看证据.
func takeCase(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		if choice == "evidence" {
			return showFacts(t, ref)
		}
		return s.takeCase(t, ref)
	}
}

func (s Settings) takeCase(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	c, first, err := t.Records.TakeComplaint(ref, me)
	if err != nil {
		return gone(t, err)
	}
	switch {
	case !c.Client.ErasedAt.IsZero():
		t.Say(sayCaseErased.With(viewOf(c)))
		return nil
	case !first && c.Owner.ID == me.ID && c.ClosedAt.IsZero():
		return s.sayCase(t, c)
	case !first:
		t.Say(sayTakenBy.With(viewOf(c)))
		return nil
	}
	t.Records.CancelFor(c.Client.Conversation, store.ComplaintUntaken, ref)
	if err := t.Records.Charge(ref, me.ID); err != nil {
		return err
	}
	if err := s.sayCase(t, c); err != nil {
		return err
	}
	t.Tell(c.Client.Conversation, c.Client.Lang, sayInCharge.With(viewOf(c)))
	return tellOthers(t, me, sayTakenBy.With(viewOf(c)), complaintDesk)
}

// tellOthers tells who else is at work.
func tellOthers(t *dialog.Turn, me store.Staff, l templates.Line, roles []store.Role) error {
	all, err := t.Records.OnDuty(roles...)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.ID != me.ID {
			t.Inform(s.Conversation, s.Lang, l)
		}
	}
	return nil
}

// mine reads a case for who takes care of it, or is above them. ok is false,
// and the reason said, for anybody else.
func mine(t *dialog.Turn, ref string) (c store.Complaint, me store.Staff, ok bool, err error) {
	me, _ = t.Staff()
	c, err = t.Records.Complaint(ref)
	if err != nil {
		return c, me, false, gone(t, err)
	}
	switch {
	case !c.Client.ErasedAt.IsZero():
		t.Say(sayCaseErased.With(viewOf(c)))
		return c, me, false, nil
	case c.Owner.ID != me.ID && !isBoss(me):
		t.Say(sayNotYours.With(viewOf(c)))
		return c, me, false, nil
	}
	return c, me, true, nil
}

func showFacts(t *dialog.Turn, ref string) error {
	t.Keep()
	c, me, ok, err := mine(t, ref)
	if !ok {
		return err
	}
	if err := t.Records.NoteReveal(me, c.Client.ID, store.RevealComplaint+":"+ref); err != nil {
		return err
	}
	f := c.Facts
	t.Show(sayFacts.With(factsView{
		Number: c.Number(), Client: c.Client.Code(), Matter: c.Matter, People: f.People, When: f.When, Story: f.Story, Wish: f.Wish,
		Filed: c.FiledAt, Pictures: len(c.Evidence),
	}), c.Evidence...)
	return nil
}

// workCase notes a step and tells the client.
func workCase(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		if choice == "evidence" {
			return showFacts(t, ref)
		}
		if choice == "task" {
			t.Keep()
			t.OpenAbout(taskFlow, ref)
			return nil
		}
		return s.noteCase(t, ref, choice)
	}
}

func (s Settings) noteCase(t *dialog.Turn, ref, choice string) error {
	_, me, ok, err := mine(t, ref)
	if !ok {
		return err
	}
	c, added, err := t.Records.AddStep(ref, store.CaseState(choice), me)
	if err != nil {
		return err
	}
	if !added {
		t.Say(sayStepBefore.With(viewOf(c)))
		return nil
	}
	if err := s.clockStep(t, c); err != nil {
		return err
	}
	t.Tell(c.Client.Conversation, c.Client.Lang, sayStep.With(viewOf(c)))
	if c.State == store.CaseClosed {
		t.Say(sayStepNoted.With(viewOf(c)))
		return nil
	}
	return s.sayCase(t, c)
}
