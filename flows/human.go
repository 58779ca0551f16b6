package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A client asks for a person. The first colleague to press comes; from then on
// the flows are silent on both sides and talk.go carries the words. It is played
// in testdata/human.zh-CN.chat.

// callHuman lets the client wait for a person and wakes the colleagues. When they
// are away the client hears when they are back and may leave a message; they are
// woken then.
func callHuman(s Settings) func(*dialog.Turn) error {
	return func(t *dialog.Turn) error {
		if _, ok := t.Staff(); ok {
			t.Say(sayYouAreStaff.With(none{}))
			return nil
		}
		h, opened, ahead, err := t.Records.OpenHandoff(t.Lang())
		if err != nil {
			return err
		}
		t.HandOff()
		v := viewOfHandoff(h)
		v.Ahead, v.Hours = ahead, s.Agency(t.Lang()).Hours
		if opened {
			t.Later(idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
		}
		if !s.Calendar.Open(t.Now()) {
			s.callLater(t, v, h)
			return nil
		}
		t.Say(sayCalled.With(v))
		if opened {
			t.Alert(handoffAlert.For(h.Number(), v), talkers...)
			t.Later(store.HandoffUntaken, h.Number(), t.Now().Add(s.ComeWithin))
		}
		return nil
	}
}

// callLater tells the client when colleagues are back, and wakes these then.
func (s Settings) callLater(t *dialog.Turn, v handoffView, h store.Handoff) {
	v.Opens, v.Holiday = s.Calendar.NextOpen(t.Now()), s.Calendar.Holiday(t.Now()).In(t.Lang())
	t.Say(sayAway.With(v))
	t.Later(handoffOpens, h.Number(), v.Opens)
	t.Later(store.HandoffUntaken, h.Number(), v.Opens.Add(s.ComeWithin))
}

// handoffOpens is due when colleagues come to work and a client has waited for
// them; its ref is the hand-off's number.
const handoffOpens = "handoff_opens"

var handoffOpen = dialog.Notice{Name: handoffOpens, Play: func(t *dialog.Turn, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err != nil || !h.Waiting() {
		return err
	}
	t.Alert(handoffAlert.For(ref, viewOfHandoff(h)), talkers...)
	return nil
}}

// handoffAlert wakes the colleagues who talk with clients.
var handoffAlert = dialog.Card[handoffView]{
	Text: templates.New[handoffView]("staff.handoff"), Hear: come, Staff: who(TakeTalk),
}

// handoffUntaken tells client and supervisors when nobody comes.
func handoffUntaken(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.HandoffUntaken, Play: func(t *dialog.Turn, ref string) error { return nobodyCame(t, s, ref) }}
}

// handoffView is what texts may tell of a client's talk with a person.
type handoffView struct {
	Client, Name string // the client's code; the colleague's name
	Source       string // by which the client came, as staff call it
	Since        time.Time
	Ahead        int // how many wait before this client
	Late         bool
	Hours        string    // when colleagues are there, in the agency's words
	Opens        time.Time // when they are back; zero: they are there
	Holiday      string    // for which they are away, in the client's language; may be empty
}

func viewOfHandoff(h store.Handoff) handoffView {
	return handoffView{Client: h.Client.Code(), Source: h.Client.SourceName, Name: h.Staff.Name, Since: h.OpenedAt}
}

var (
	sayCalled      = templates.New[handoffView]("human.called")
	sayAway        = templates.New[handoffView]("human.away")
	saySetAside    = templates.New[handoffView]("human.set_aside")
	sayStillWait   = templates.New[handoffView]("human.still_waiting")
	sayCame        = templates.New[handoffView]("human.came")
	sayYouAreStaff = templates.New[none]("human.you_are_staff")

	sayYourTalk  = templates.New[handoffView]("talk.begun")
	sayBusy      = templates.New[handoffView]("talk.busy")
	sayCameFirst = templates.New[handoffView]("talk.came_first")
	sayTalkOver  = templates.New[handoffView]("talk.over")
)

// come brings the colleague who pressed to the client.
func come(t *dialog.Turn, ref, _ string) error {
	me, _ := t.Staff()
	h, first, err := t.Records.TakeHandoff(ref, me)
	v := viewOfHandoff(h)
	switch {
	case errors.Is(err, store.ErrNotFound):
		t.Say(sayNoPaper.With(none{}))
	case errors.Is(err, store.ErrBusy):
		t.Keep()
		return stayWith(t, me)
	case err != nil:
		return err
	case !h.Open():
		t.Say(sayTalkOver.With(v))
	case !first && h.Staff.ID != me.ID:
		t.Say(sayCameFirst.With(v))
	case first:
		return beginTalk(t, h, me)
	}
	return nil
}

// stayWith reminds a colleague of the client they have.
func stayWith(t *dialog.Turn, me store.Staff) error {
	h, err := t.Records.HandoffWith(me.ID)
	if err != nil {
		return err
	}
	t.Say(sayBusy.With(viewOfHandoff(h)))
	return nil
}

func beginTalk(t *dialog.Turn, h store.Handoff, me store.Staff) error {
	words, err := t.Records.KeptWords(h)
	if err != nil {
		return err
	}
	t.HandOff()
	t.Records.CancelFor(h.Client.Conversation, store.HandoffUntaken, h.Number())
	t.Records.CancelFor(h.Client.Conversation, handoffOpens, h.Number())
	t.Records.LaterFor(h.Client.Conversation, begunNews, h.Number(), t.Now())
	v := viewOfHandoff(h)
	t.Say(sayYourTalk.With(v))
	handOver(t, h.Client.Code(), words)
	t.Tell(h.Client.Conversation, h.Client.Lang, sayCame.With(v))
	return tellOthers(t, me, sayCameFirst.With(v), talkers)
}

// begunNews brings a client who went on with other things while colleagues were
// away back to the talk; its ref is the hand-off's number.
const begunNews = "talk_begun"

var talkBegun = dialog.Notice{Name: begunNews, Play: func(t *dialog.Turn, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err == nil && h.Open() && !h.Waiting() {
		t.HandOff()
	}
	return err
}}

// setAside lets the client go on with other things while colleagues are away. The
// message that was left, and the place, are kept.
func setAside(t *dialog.Turn, s Settings, h store.Handoff) error {
	v := viewOfHandoff(h)
	v.Opens = s.Calendar.NextOpen(t.Now())
	t.TakeBack()
	t.Say(saySetAside.With(v))
	return nil
}

// nobodyCame is honest with the client and wakes who is above; or whoever comes
// to work next, if the agency has closed over it.
func nobodyCame(t *dialog.Turn, s Settings, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err != nil || !h.Waiting() {
		return err
	}
	v := viewOfHandoff(h)
	if !s.Calendar.Open(t.Now()) {
		s.callLater(t, v, h)
		return nil
	}
	v.Late = true
	t.Say(sayStillWait.With(v))
	return escalate(t, handoffAlert.For(ref, v), talkers)
}
