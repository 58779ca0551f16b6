package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// 上班, 下班, 请假: a colleague says when they are there for clients. Who goes while
// somebody talks with them is asked what becomes of the talk. Leave ends by itself.
// It is played in testdata/duty.*.chat; team.go is where a supervisor looks at all.

// dutyView is how a colleague stands, for themselves and for supervisors.
type dutyView struct {
	Code, Name, Role string
	Duty             string
	Until            time.Time // of leave
	Capacity         int
	Langs            []string
	Hand             store.InHand
	Reach            time.Time // until then messages reach them here; zero: always
	Left             int       // so many
	Mine             bool      // it is their own
}

// viewOfDuty is how somebody stands, as the one whose turn it is is shown it.
func viewOfDuty(t *dialog.Turn, st store.Staff) (v dutyView, err error) {
	me, _ := t.Staff()
	v = dutyView{Code: st.Code(), Name: st.Name, Role: string(st.Role), Duty: string(st.Duty), Until: st.LeaveUntil, Capacity: st.Capacity, Langs: st.Langs, Mine: st.ID == me.ID}
	if o := t.Event.Opens; v.Mine && o != nil {
		v.Reach, v.Left = t.Event.At.Add(o.For), o.Count
	}
	v.Hand, err = t.Records.InHand(st.ID)
	return v, err
}

// dutyCard is a colleague's own card. Its ref is their code.
func dutyCard(s Settings) dialog.Card[dutyView] {
	return dialog.Card[dutyView]{Text: dutyText, Hear: pressDuty(s), Staff: who(KeepDuty)}
}

var (
	titleOnDuty = templates.New[none]("title.on_duty")
	openOnDuty  = templates.NewWords("open.on_duty")
	titleDuty   = templates.New[none]("title.duty")
	openDuty    = templates.NewWords("open.duty")

	dutyText = templates.New[dutyView]("staff.duty")

	sayOnDuty    = templates.New[dutyView]("duty.on")
	sayOffDuty   = templates.New[dutyView]("duty.off")
	sayOnLeave   = templates.New[dutyView]("duty.on_leave")
	sayLeaveOver = templates.New[dutyView]("duty.leave_over")
	sayStays     = templates.New[none]("duty.stays")
	sayOddDay    = templates.New[none]("duty.odd_day")
	sayPastLeave = templates.New[none]("duty.past")
	sayTooFar    = templates.New[int]("duty.too_far") // days
	sayCapacity  = templates.New[dutyView]("duty.capacity_set")
	sayLangs     = templates.New[dutyView]("duty.langs_set")

	// sayMateLeft tells a client that their colleague has gone home.
	sayMateLeft  = templates.New[handoffView]("human.colleague_left")
	sayTopicLeft = templates.New[handoffView]("talk.colleague_left") // to their topic
)

// showDuty says how the colleague stands now.
func showDuty(t *dialog.Turn, s Settings) error {
	me, err := myself(t)
	if err != nil {
		return err
	}
	v, err := viewOfDuty(t, me)
	if err == nil {
		t.Say(dutyCard(s).For(me.Code(), v))
	}
	return err
}

// myself is the colleague whose turn it is, as they stand after what this turn has
// changed.
func myself(t *dialog.Turn) (store.Staff, error) {
	me, _ := t.Staff()
	return t.Records.StaffByID(me.ID)
}

// onDuty is said on coming to work.
func onDuty(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "on_duty", Title: titleOnDuty, Opens: openOnDuty,
		Staff: who(KeepDuty), Always: true, Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, comeToWork(t, s) },
	}
}

func comeToWork(t *dialog.Turn, s Settings) error {
	me, _ := t.Staff()
	if err := t.Records.SetDuty(me.ID, store.DutyOn, time.Time{}); err != nil {
		return err
	}
	for _, c := range me.Chats {
		t.Records.CancelFor(c, leaveEnds, me.Code())
	}
	me, err := myself(t)
	if err != nil {
		return err
	}
	v, err := viewOfDuty(t, me)
	if err != nil {
		return err
	}
	t.Note(sayOnDuty.With(v))
	if err := showDuty(t, s); err != nil {
		return err
	}
	if err := s.morning(t, me); err != nil {
		return err
	}
	return s.freeAgain(t, me.ID)
}

// dutyFlow shows the card.
func dutyFlow(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "duty", Title: titleDuty, Opens: openDuty,
		Staff: who(KeepDuty), Always: true, Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, showDuty(t, s) },
	}
}

func pressDuty(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		if me, _ := t.Staff(); ref != me.Code() {
			t.Refuse("staff.duty of another") // a forged button
			return nil
		}
		if choice == "on" {
			return comeToWork(t, s)
		}
		t.OpenAbout(map[string]string{"off": "off_duty", "leave": "leave", "capacity": capacityFlow, "langs": langsFlow}[choice], ref)
		return nil
	}
}
