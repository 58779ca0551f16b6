package flows

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// An alert goes to the right person first: whose client or paper it is, if they
// are at work, and else to everybody of the desk who is. Who does not acknowledge
// it, by a press on its card or by taking the paper in hand, is followed by the
// next rung of the ladder: who stands in, supervisors, the agency's owner; there
// it is repeated. Each step is on record and stands on the next card. What can
// wait comes with the morning's digest, if it comes at night. It is played in
// testdata/alert.*.chat.

// Alerts says when an alert climbs, in working time. A zero one means what stands
// behind it.
type Alerts struct {
	Backup     time.Duration // from the right person to who stands in for them: 5 minutes
	Supervisor time.Duration // from there to supervisors: 5 minutes
	Owner      time.Duration // from there to the agency's owner: 20 minutes
	Repeat     time.Duration // at the top it is repeated: each hour
	Bundle     int           // one colleague gets so many single alerts within a minute, the others in one list: 5
}

// patience is how much longer an alert that is less urgent waits on each rung.
const patience = 3

func (a Alerts) filledIn() Alerts {
	orElse(&a.Backup, 5*time.Minute)
	orElse(&a.Supervisor, 5*time.Minute)
	orElse(&a.Owner, 20*time.Minute)
	orElse(&a.Repeat, time.Hour)
	if a.Bundle <= 0 {
		a.Bundle = 5
	}
	return a
}

// alarm is a kind of alert.
type alarm struct {
	roles   []store.Role // whose desk it is; nil: that of the paper
	urgency store.Urgency

	// show makes its card out, as the paper stands. needed is false when the paper
	// needs nobody any more.
	show func(t *dialog.Turn, ref string, late bool) (l templates.Line, needed bool, err error)
}

// The kinds of alerts.
const (
	alarmComplaint   = "complaint"    // nobody has taken it
	alarmQuestion    = "question"     // nobody has taken it
	alarmQuestionDue = "question_due" // it has not been answered in time
	alarmAppeal      = "appeal"       // a colleague waits for a supervisor's word
	alarmProfile     = "profile"      // a client has registered
	alarmUndelivered = "undelivered"  // what we said does not reach a client
	alarmHandoff     = "handoff"      // nobody has come to a client in time
)

// needed says of a card that waited what an alert asks before it calls: whether its
// paper still needs anybody.
func needed(show func(*dialog.Turn, string, bool) (templates.Line, bool, error)) func(*dialog.Turn, string) (bool, error) {
	return func(t *dialog.Turn, ref string) (bool, error) {
		_, needed, err := show(t, ref, false)
		return needed, err
	}
}

// alarms are all kinds of alerts.
func (s Settings) alarms() map[string]alarm {
	all := map[string]alarm{
		alarmComplaint:   {complaintDesk, store.Now, showUntaken(s)},
		alarmQuestion:    {questionDesk, store.Soon, showUnanswered(s)},
		alarmQuestionDue: {questionDesk, store.Soon, showOverdue(s)},
		alarmAppeal:      {bosses, store.Now, showAppeal(s)},
		alarmProfile:     {matchmakers, store.Soon, showNewProfile(s)},
		alarmUndelivered: {complaintDesk, store.CanWait, showUndelivered},
		alarmHandoff:     {talkers, store.Now, showUnattended(s)},

		alarmIntro:      {who(RecommendClients), store.CanWait, showIntro(s)},
		alarmIntroAgree: {who(RecommendClients), store.CanWait, showAgree(s)},
		alarmSOS:        {who(AnswerSOS), store.Rescue, showSOS(s)},
		alarmSOSOpen:    {who(AnswerSOS), store.Rescue, showSOS(s)},

		alarmTask:      {who(AskTask), store.Soon, showTask(s)},
		alarmFinding:   {who(HearAlerts), store.CanWait, showFinding},
		alarmRectified: {who(CheckWork), store.CanWait, showRectified(s)},

		alarmLate + string(sla.First):      {nil, store.Soon, showLate(s, sla.First)},
		alarmLate + string(sla.Next):       {nil, store.Soon, showLate(s, sla.Next)},
		alarmLate + string(sla.Resolution): {nil, store.Soon, showLate(s, sla.Resolution)},
	}
	maps.Copy(all, s.dateAlarms())
	return all
}

// ownAlone says that an alert is nothing to the rest of the desk as long as the right
// person works here: nobody else of it may open a matchmaker's client.
func ownAlone(a store.Alert) bool {
	return a.Kind == alarmProfile || a.Kind == alarmDateHome || theirsAlone(a)
}

// theirsAlone says that an alert is nothing to anybody else at all: what is asked is the
// right person's own word, and who asks hears when it does not come.
func theirsAlone(a store.Alert) bool { return a.Kind == alarmIntroAgree }

// deskOf is who works on papers of the kind that a number names.
func deskOf(paper string) []store.Role {
	if strings.HasPrefix(paper, "C-") {
		return complaintDesk
	}
	return talkers
}

// rolesOf is the desk of an alert.
func (s Settings) rolesOf(a store.Alert) []store.Role {
	if roles := s.kinds[a.Kind].roles; roles != nil {
		return roles
	}
	return deskOf(a.Paper)
}

// concern is whom an alert concerns.
type concern struct {
	client store.Client // the zero Client: nobody
	first  int64        // whose paper it is; 0: the client's matchmaker, where the desk has any
	rung   store.Rung   // where it begins
}

// wake raises an alert about a paper. One of its kind that is open already climbs
// to the rung, if it stands below.
func (s Settings) wake(t *dialog.Turn, kind, ref string, c concern) error {
	k := s.kinds[kind]
	a := store.Alert{Kind: kind, Paper: ref, Urgency: k.urgency, Conversation: t.Event.From, ClientID: c.client.Chat, FirstID: c.first, Rung: c.rung}
	if c.client.Chat != 0 {
		a.Conversation = c.client.Conversation
	}
	if a.FirstID == 0 && slices.Contains(s.rolesOf(a), store.RoleMatchmaker) {
		a.FirstID = c.client.OwnerID
	}
	a, raised, err := t.Records.RaiseAlert(a)
	if err != nil || !raised && a.Rung >= c.rung {
		return err
	}
	return s.callFrom(t, a, c.rung)
}

// alertStep lets an alert climb, or calls again at the top.
func alertStep(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.AlertStep, Play: func(t *dialog.Turn, ref string) error {
		a, err := t.Records.AlertByNumber(ref)
		if errors.Is(err, store.ErrNotFound) || err == nil && !a.Open() {
			return nil
		}
		if err != nil {
			return err
		}
		if a.CalledAt.IsZero() { // it was raised while nobody was at work
			return s.callFrom(t, a, a.Rung)
		}
		return s.callFrom(t, a, a.Rung+1)
	}}
}

// callFrom calls whoever stands on the rung, or on the next one above on which there
// is anybody; at the top it calls them again.
func (s Settings) callFrom(t *dialog.Turn, a store.Alert, from store.Rung) error {
	k, late := s.kinds[a.Kind], from > store.RungOwner
	line, needed, err := k.show(t, a.Paper, late)
	if err != nil {
		return err
	}
	if !needed {
		return t.Records.EndAlert(a, store.AlertClosed, 0)
	}
	if a.Urgency != store.Now && a.Urgency != store.Rescue && !s.Calendar.Open(t.Now()) && (a.Urgency == store.Soon || !a.CalledAt.IsZero()) {
		goOn(t, a, s.Calendar.NextOpen(t.Now()))
		return nil
	}
	stood := a
	whom, err := s.climb(t, &a, from)
	if err != nil {
		return err
	}
	if len(whom) == 0 {
		goOn(t, a, s.onwards(a, t.Now(), s.Alerts.Repeat))
		if a == stood {
			return nil
		}
		return t.Records.MoveAlert(a, false)
	}
	under, err := alerted(t, a)
	if err != nil {
		return err
	}
	for _, st := range whom {
		if err := s.callOne(t, a, st, line, under); err != nil {
			return err
		}
	}
	if err := t.Records.MoveAlert(a, true); err != nil {
		return err
	}
	wait, err := s.patienceAt(t, a)
	goOn(t, a, s.onwards(a, t.Now(), wait))
	return err
}

// onwards is when an alert goes on that waits for so long: in working time, but where
// somebody may be in danger no clock stands still.
func (s Settings) onwards(a store.Alert, now time.Time, wait time.Duration) time.Time {
	if a.Urgency == store.Rescue {
		return now.Add(min(wait, rescueWithin))
	}
	return s.Calendar.Add(now, wait)
}

// rescueWithin is the longest that an alert about somebody in danger waits anywhere.
const rescueWithin = 3 * time.Minute

// goOn has the alert go on at a time.
func goOn(t *dialog.Turn, a store.Alert, at time.Time) {
	t.Records.LaterFor(a.Conversation, store.AlertStep, a.Number(), at)
}

// climb finds whom to call, and where the alert stands then: on the first rung from
// the one given on which anybody is; above the top, where it stood, once more; and
// where nobody is either, who was alerted first. While we are open and nobody of
// all these is at work, it is whoever has the say, wherever they are.
func (s Settings) climb(t *dialog.Turn, a *store.Alert, from store.Rung) ([]store.Staff, error) {
	for r := from; r <= store.RungTop; r++ {
		whom, err := s.onRung(t, *a, r)
		if err != nil {
			return nil, err
		}
		if len(whom) > 0 {
			if r == a.Rung && !a.CalledAt.IsZero() {
				a.Round++
			}
			a.Rung = r
			return whom, nil
		}
	}
	if !a.CalledAt.IsZero() {
		a.Round++
	}
	for _, r := range []store.Rung{a.Rung, store.RungSupervisor, store.RungOwner} {
		if whom, err := s.onRung(t, *a, r); err != nil || len(whom) > 0 {
			a.Rung = max(a.Rung, r)
			return whom, err
		}
	}
	switch {
	case a.Urgency == store.Rescue:
		return t.Records.StaffOf(s.rolesOf(*a)...) // asleep or not
	case !s.Calendar.Open(t.Now()), a.Urgency == store.CanWait:
		return nil, nil
	}
	return s.offDuty(t, *a)
}

// offDuty is who has the say, at work or not: the nearest first.
func (s Settings) offDuty(t *dialog.Turn, a store.Alert) ([]store.Staff, error) {
	for _, roles := range [][]store.Role{{store.RoleSupervisor}, {store.RoleOwner}, s.rolesOf(a)} {
		if whom, err := t.Records.StaffOf(roles...); err != nil || len(whom) > 0 {
			return whom, err
		}
	}
	return nil, nil
}

// onRung lists who is at work on a rung.
func (s Settings) onRung(t *dialog.Turn, a store.Alert, r store.Rung) ([]store.Staff, error) {
	if theirsAlone(a) && r != store.RungOwner {
		return nil, nil
	}
	switch r {
	case store.RungOwner:
		first, ok, err := firstOf(t, a)
		switch {
		case ok || err != nil:
			return []store.Staff{first}, err
		case first.ID != 0 && ownAlone(a):
			return nil, nil // on the next rung is who stands in for them
		}
		return t.Records.OnDuty(s.rolesOf(a)...)
	case store.RungBackup:
		return s.backups(t, a)
	case store.RungSupervisor:
		return t.Records.OnDuty(store.RoleSupervisor)
	}
	return t.Records.OnDuty(store.RoleOwner)
}

// firstOf is the right person, if they are at work.
func firstOf(t *dialog.Turn, a store.Alert) (first store.Staff, ok bool, err error) {
	if a.FirstID == 0 {
		return first, false, nil
	}
	first, err = t.Records.StaffByID(a.FirstID)
	if errors.Is(err, store.ErrNotFound) {
		return first, false, nil
	}
	return first, err == nil && first.Working(), err
}

// backups is who stands in for the right person: who was named, or else the least
// loaded colleague of the same role. Nobody does when the whole desk was called.
func (s Settings) backups(t *dialog.Turn, a store.Alert) ([]store.Staff, error) {
	first, ok, err := firstOf(t, a)
	if err != nil || !ok && (first.ID == 0 || !ownAlone(a)) {
		return nil, err
	}
	named, err := t.Records.Backup(first)
	if err == nil && named.Working() {
		return []store.Staff{named}, nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, err
	}
	all, err := t.Records.OnDuty(first.Role)
	if err != nil {
		return nil, err
	}
	if !ok || a.Kind == alarmDateHome {
		return nil, nil // whoever has least may not open the client of a colleague
	}
	var best []store.Staff
	least := 0
	for _, st := range all {
		n, err := t.Records.Load(st.ID)
		if err != nil {
			return nil, err
		}
		if st.ID != first.ID && (best == nil || n < least) {
			best, least = []store.Staff{st}, n
		}
	}
	return best, nil
}

// patienceAt is how long the alert stays where it stands: longer at the top, and
// where a whole desk was called in the place of one and who stands in for them.
func (s Settings) patienceAt(t *dialog.Turn, a store.Alert) (time.Duration, error) {
	wait := map[store.Rung]time.Duration{store.RungOwner: s.Alerts.Backup, store.RungBackup: s.Alerts.Supervisor, store.RungSupervisor: s.Alerts.Owner, store.RungTop: s.Alerts.Repeat}[a.Rung]
	above := false
	for r := a.Rung + 1; r <= store.RungTop; r++ {
		whom, err := s.onRung(t, a, r)
		if err != nil {
			return 0, err
		}
		if len(whom) > 0 && !above {
			above = true
			if a.Rung == store.RungOwner && r > store.RungBackup {
				wait += s.Alerts.Supervisor
			}
		}
	}
	switch {
	case a.Urgency == store.CanWait:
		return s.Calendar.Workday(), nil
	case !above:
		return s.Alerts.Repeat, nil
	case a.Urgency == store.Soon:
		return patience * wait, nil
	}
	return wait, nil
}

// callOne calls one colleague: at once, in a list when there are many, or in the
// morning.
func (s Settings) callOne(t *dialog.Turn, a store.Alert, to store.Staff, line templates.Line, under []templates.Line) error {
	recent, err := t.Records.RecentCalls(to.ID, t.Now().Add(-bundleFor))
	if err != nil {
		return err
	}
	state := store.CallSent
	switch {
	case a.Urgency == store.CanWait && !(s.Calendar.Open(t.Now()) && to.Working()):
		state = store.CallHeld
	case recent >= s.Alerts.Bundle && a.Urgency != store.Rescue:
		state = store.CallBundled
	}
	c, first, err := t.Records.NoteCall(a, to, state)
	if err != nil || !first {
		return err
	}
	switch state {
	case store.CallSent:
		t.Wake(to, line, under...)
	case store.CallBundled:
		return bundle(t, c, to)
	}
	return nil
}

// alertedView is who has been alerted so far.
type alertedView struct{ Calls []calledView }

// calledView is one of them.
type calledView struct {
	Name    string
	At      time.Time
	Missed  bool // it did not reach them
	Earlier bool // it was on an earlier day
}

var sayAlerted = templates.New[alertedView]("alert.called")

// alerted is the line that says who has been alerted before.
func alerted(t *dialog.Turn, a store.Alert) ([]templates.Line, error) {
	calls, err := t.Records.Calls(a)
	if err != nil {
		return nil, err
	}
	var v alertedView
	const most = 6 // more would push the card off the screen
	for _, c := range calls[max(0, len(calls)-most):] {
		st, err := t.Records.StaffByID(c.StaffID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		v.Calls = append(v.Calls, calledView{st.Name, c.At, c.State == store.CallMissed, t.Now().Sub(c.At) > 12*time.Hour})
	}
	if len(v.Calls) == 0 {
		return nil, nil
	}
	return []templates.Line{sayAlerted.With(v)}, nil
}

// alertsStuck plays that alerts do not reach a colleague where they were sent: the
// window is closed, or they have blocked us. They go to the colleague's other chat,
// or up the ladder, at once.
func alertsStuck(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.AlertsStuck, Play: func(t *dialog.Turn, _ string) error {
		me, ok := t.Staff()
		if !ok {
			return nil
		}
		if err := s.offersStuck(t, me); err != nil {
			return err
		}
		stuck, err := t.Records.Unreached(me.ID, t.Event.From)
		for _, a := range stuck {
			err = errors.Join(err, s.callOnwards(t, a, me))
		}
		return err
	}}
}

func (s Settings) callOnwards(t *dialog.Turn, a store.Alert, me store.Staff) error {
	line, needed, err := s.kinds[a.Kind].show(t, a.Paper, a.Rung > store.RungOwner)
	if err != nil || !needed {
		return err
	}
	for _, chat := range me.Chats {
		if chat == t.Event.From {
			continue
		}
		me.Conversation = chat
		moved, err := t.Records.CallElsewhere(a, me)
		if err != nil || !moved {
			return err
		}
		t.Wake(me, line)
		return nil
	}
	switch reached, err := t.Records.Reached(a); {
	case err != nil || reached:
		return err
	}
	return s.callFrom(t, a, a.Rung+1)
}
