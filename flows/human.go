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

// callHuman lets the client wait for a person and wakes the colleagues.
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
		t.Say(sayCalled.With(v))
		if opened {
			t.Alert(handoffAlert.For(h.Number(), v), talkers...)
			t.Later(store.HandoffUntaken, h.Number(), t.Now().Add(s.ComeWithin))
			t.Later(idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
		}
		return nil
	}
}

// handoffAlert wakes the colleagues who talk with clients.
var handoffAlert = dialog.Card[handoffView]{
	Text: templates.New[handoffView]("staff.handoff"), Hear: come, Staff: talkers,
}

// handoffUntaken tells client and supervisors when nobody comes.
var handoffUntaken = dialog.Notice{Name: store.HandoffUntaken, Play: nobodyCame}

// handoffView is what texts may tell of a client's talk with a person.
type handoffView struct {
	Client, Name string // the client's code; the colleague's name
	Since        time.Time
	Ahead        int // how many wait before this client
	Late         bool
	Hours        string // when colleagues are there
}

func viewOfHandoff(h store.Handoff) handoffView {
	return handoffView{Client: h.Client.Code(), Name: h.Staff.Name, Since: h.OpenedAt}
}

var (
	sayCalled      = templates.New[handoffView]("human.called")
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
	v := viewOfHandoff(h)
	t.Say(sayYourTalk.With(v))
	handOver(t, h.Client.Code(), words)
	t.Tell(h.Client.Conversation, h.Client.Lang, sayCame.With(v))
	return tellOthers(t, me, sayCameFirst.With(v), talkers)
}

// nobodyCame is honest with the client and wakes who is above.
func nobodyCame(t *dialog.Turn, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err != nil || !h.Waiting() {
		return err
	}
	v := viewOfHandoff(h)
	v.Late = true
	t.Say(sayStillWait.With(v))
	return escalate(t, handoffAlert.For(ref, v), talkers)
}
