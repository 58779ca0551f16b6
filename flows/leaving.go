package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// 离职交接: a supervisor ends a colleague's access, and everything they had in hand
// goes to one colleague, or to whoever has least. Who takes it gets a list and the
// cards, the clients hear who is there for them now. It is played in
// testdata/leaving.zh-CN.chat.

// leavingFlow is opened by a colleague's card.
const leavingFlow = "leaving"

// leaving is a colleague who is to leave, and who is to take over.
type leaving struct {
	Of, Name string
	Hand     store.InHand
	All      []string // who can take over
	Codes    []string // theirs
	To       string   // the code of the one who does; empty: by load
	ToName   string
}

var (
	titleLeaving = templates.New[none]("title.leaving")
	askTaker     = templates.New[leaving]("leaving.to")
	askLeaveSure = templates.New[leaving]("leaving.sure")

	sayLeavingNot  = templates.New[leaving]("leaving.not")
	sayLeavingDone = templates.New[handedView]("leaving.done")
	sayHanded      = templates.New[handedView]("leaving.handed")
	sayNotAbove    = templates.New[none]("leaving.not_above")
	sayYourself    = templates.New[none]("leaving.yourself")
)

var leavingTeam = dialog.Flow[leaving]{
	Name: leavingFlow, Title: titleLeaving, Staff: who(EndAccess), Always: true, Fresh: true, Idle: time.Hour,
	Begin: beginLeaving,
	Steps: []dialog.Step[leaving]{
		{Name: "to", Ask: askTaker, Want: dialog.Button, Hear: takeTaker},
		{Name: "sure", Ask: askLeaveSure, Want: dialog.Button, Hear: endAccess},
	},
}

// whoLeaves reads who is to leave. ok is false when the asker cannot end their
// access, and that has been said.
func whoLeaves(t *dialog.Turn, code string) (st store.Staff, ok bool, err error) {
	me, _ := t.Staff()
	st, err = t.Records.StaffByCode(code)
	switch {
	case err != nil:
		return st, false, gone(t, err)
	case st.ID == me.ID:
		t.Say(sayYourself.With(none{}))
		return st, false, nil
	case st.Role == store.RoleOwner && me.Role != store.RoleOwner:
		t.RefuseWith("end an owner's access", sayNotAbove.With(none{}))
		return st, false, nil
	}
	return st, true, nil
}

func beginLeaving(t *dialog.Turn, l *leaving) (dialog.Move, error) {
	st, ok, err := whoLeaves(t, t.Paper())
	if !ok {
		return dialog.End, err
	}
	l.Of, l.Name = st.Code(), st.Name
	if l.Hand, err = t.Records.InHand(st.ID); err != nil {
		return dialog.End, err
	}
	all, err := t.Records.StaffOf()
	for _, o := range all {
		if o.ID != st.ID && len(l.All) < mostMatchmakers {
			l.All, l.Codes = append(l.All, o.Name), append(l.Codes, o.Code())
		}
	}
	return dialog.Next, err
}

func takeTaker(t *dialog.Turn, l *leaving) (dialog.Move, error) {
	if t.Choice() == "not" {
		t.Say(sayLeavingNot.With(*l))
		return dialog.End, nil
	}
	l.To, l.ToName = "", ""
	if _, i, ok := templates.Index(t.Choice()); ok && i < len(l.Codes) {
		l.To, l.ToName = l.Codes[i], l.All[i]
	}
	return dialog.Next, nil
}

func endAccess(t *dialog.Turn, l *leaving) (dialog.Move, error) {
	if t.Choice() != "yes" {
		t.Say(sayLeavingNot.With(*l))
		return dialog.End, nil
	}
	st, ok, err := whoLeaves(t, l.Of)
	if !ok {
		return dialog.End, err
	}
	var to store.Staff
	if l.To != "" {
		if to, err = t.Records.StaffByCode(l.To); err != nil {
			return dialog.End, gone(t, err)
		}
	}
	me, _ := t.Staff()
	h, err := t.Records.HandOver(st, to.ID, me)
	if err == nil {
		t.Say(sayLeavingDone.With(viewOfHandover(h, me, false)))
	}
	return dialog.End, err
}

// handedView is what was handed over. Clients, Complaints and Questions are those
// of the one who is told.
type handedView struct {
	Number, Name                           string // Name is who left
	Clients, Talks, Complaints, Questions  []string
	Tasks, Checks                          []string
	AllClients, AllTalks, AllCases, AllAsk int  // to whomever
	Mine                                   bool // there is something for the one who is told
	Above                                  bool // they hear of the rest, too
	More                                   int  // clients besides those that are named
}

// mostNamed is how many clients a list names.
const mostNamed = 30

func viewOfHandover(h store.Handover, me store.Staff, above bool) handedView {
	v := handedView{
		Number: h.Number(), Name: h.From.Name, Above: above,
		Clients: h.For(me.ID, store.HandedClient), Complaints: h.For(me.ID, store.HandedComplaint), Questions: h.For(me.ID, store.HandedQuestion),
		AllClients: h.Count(store.HandedClient), AllTalks: h.Count(store.HandedTalk), AllCases: h.Count(store.HandedComplaint), AllAsk: h.Count(store.HandedQuestion),
	}
	v.Tasks = append(h.For(me.ID, store.HandedTask), h.For(me.ID, store.HandedAsked)...)
	v.Checks = h.For(me.ID, store.HandedCheck)
	v.Mine = len(v.Clients)+len(v.Complaints)+len(v.Questions)+len(v.Tasks)+len(v.Checks) > 0
	if n := len(v.Clients); n > mostNamed {
		v.Clients, v.More = v.Clients[:mostNamed], n-mostNamed
	}
	return v
}

// handoverNews tells a colleague what has come to them, with the cards of the
// papers.
func handoverNews(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsHandover, Play: func(t *dialog.Turn, ref string) error {
		me, ok := t.Staff()
		h, err := t.Records.Handover(ref)
		if !ok || err != nil {
			return ignoreNotFound(err)
		}
		v := viewOfHandover(h, me, isBoss(me))
		t.Tell(me.Conversation, me.Lang, sayHanded.With(v))
		for _, ref := range v.Complaints {
			c, err := t.Records.Complaint(ref)
			if err != nil {
				return err
			}
			t.Tell(me.Conversation, me.Lang, caseCard(s).For(ref, viewOf(c)))
		}
		for _, ref := range v.Questions {
			q, err := t.Records.Question(ref)
			if err != nil {
				return err
			}
			t.Tell(me.Conversation, me.Lang, questionAlert(s).For(ref, viewOfQuestion(q)))
		}
		return nil
	}}
}

// newHandler tells a client, when the agency is open, who takes care of their
// complaint now.
func newHandler(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsNewHandler, Play: func(t *dialog.Turn, ref string) error {
		if open := s.Calendar.NextOpen(t.Now()); open.After(t.Now()) {
			t.Later(store.NewsNewHandler, ref, open)
			return nil
		}
		c, err := t.Records.Complaint(ref)
		if errors.Is(err, store.ErrNotFound) || err == nil && (!c.Taken() || !c.ClosedAt.IsZero()) {
			return nil
		}
		if err == nil {
			t.Say(sayInCharge.With(viewOf(c)))
		}
		return err
	}}
}
