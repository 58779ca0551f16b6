package flows

import (
	"errors"
	"slices"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// A client asks for a person. queue.go finds the colleague who is asked to come;
// whoever presses first comes, and from then on the flows are silent and talk.go
// carries the words. It is played in testdata/human.zh-CN.chat.

// callHuman lets the client wait for a person and has one looked for. When
// colleagues are away the client hears when they are back and may leave a message;
// they are asked then.
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
			if err := s.startClock(t, sla.First, h.Number(), h.Client, 0, s.ComeWithin); err != nil {
				return err
			}
			t.Later(idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
		}
		if !s.Calendar.Open(t.Now()) {
			return s.callLater(t, v, h)
		}
		if v.Wait, err = estimate(t, ahead); err != nil {
			return err
		}
		t.Say(sayCalled.With(v))
		if err := t.Records.NotePlace(h, store.Told{Ahead: ahead, Times: 1, At: t.Now()}); err != nil {
			return err
		}
		return s.call(t, h)
	}
}

// callLater tells the client when colleagues are back, and looks for one then.
func (s Settings) callLater(t *dialog.Turn, v handoffView, h store.Handoff) error {
	v.Opens, v.Holiday = s.Calendar.NextOpen(t.Now()), s.Calendar.Holiday(t.Now()).In(t.Lang())
	t.Say(sayAway.With(v))
	t.Later(handoffOpens, h.Number(), v.Opens)
	t.Later(store.HandoffUntaken, h.Number(), v.Opens.Add(s.ComeWithin))
	return t.Records.NoteAway(h)
}

// handoffOpens is due when colleagues come to work and a client has waited for
// them; its ref is the hand-off's number.
const handoffOpens = "handoff_opens"

func handoffOpen(s Settings) dialog.Notice {
	return dialog.Notice{Name: handoffOpens, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Waiting() {
			return err
		}
		return s.call(t, h)
	}}
}

// handoffAlert asks colleagues who talk with clients to come.
func handoffAlert(s Settings) dialog.Card[handoffView] {
	return dialog.Card[handoffView]{Text: handoffText, Hear: pressOffer(s), Staff: who(TakeTalk), Needed: offerStands}
}

// offerStands says that the client still waits, and that no other colleague is asked
// to come at the moment.
func offerStands(t *dialog.Turn, ref string) (bool, error) {
	me, _ := t.Staff()
	h, err := t.Records.Handoff(ref)
	if err != nil || !h.Waiting() {
		return false, ignoreNotFound(err)
	}
	with, err := t.Records.OfferOf(h)
	return with == 0 || with == me.ID || isBoss(me), err
}

var handoffText = templates.New[handoffView]("staff.handoff")

// handoffUntaken tells client and supervisors when nobody comes.
func handoffUntaken(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.HandoffUntaken, Play: func(t *dialog.Turn, ref string) error { return nobodyCame(t, s, ref) }}
}

// handoffFreed lets a client know that somebody else comes, because whoever had come
// works here no more.
func handoffFreed(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.HandoffFreed, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Waiting() {
			return ignoreNotFound(err)
		}
		if !s.Calendar.Open(t.Now()) {
			return s.callLater(t, viewOfHandoff(h), h)
		}
		t.Say(sayHandedOn.With(none{}))
		return s.call(t, h)
	}}
}

// handoffView is what texts may tell of a client's talk with a person.
type handoffView struct {
	Client, Name string // the client's code; the colleague's name
	Source       string // by which the client came, as staff call it
	Lang         string // that the client speaks, where colleagues may not
	Since        time.Time
	Ahead        int           // how many wait before this client
	Wait         time.Duration // how long it will be, as far as can be told; 0: it cannot
	Offered      bool          // to the one who reads it, before anybody else
	Within       time.Duration // in which they are to come
	All          bool          // everybody is called
	Late         bool
	Others       []string  // whom the colleague talks with besides
	Room         int       // how many clients a colleague can have
	Hours        string    // when colleagues are there, in the agency's words
	Opens        time.Time // when they are back; zero: they are there
	Left         bool      // the client has left us
	Holiday      string    // for which they are away, in the client's language; may be empty
}

func viewOfHandoff(h store.Handoff) handoffView {
	return handoffView{Client: h.Client.Code(), Source: h.Client.SourceName, Lang: h.Client.Lang, Name: h.Staff.Name, Since: h.OpenedAt, Left: !h.Client.LeftAt.IsZero()}
}

var (
	sayCalled      = templates.New[handoffView]("human.called")
	sayAway        = templates.New[handoffView]("human.away")
	saySetAside    = templates.New[handoffView]("human.set_aside")
	sayStillWait   = templates.New[handoffView]("human.still_waiting")
	sayHandedOn    = templates.New[none]("human.handed_on")
	sayCame        = templates.New[handoffView]("human.came")
	sayYouAreStaff = templates.New[none]("human.you_are_staff")

	sayYourTalk  = templates.New[handoffView]("talk.begun")
	sayBusy      = templates.New[handoffView]("talk.busy")
	sayCameFirst = templates.New[handoffView]("talk.came_first")
	sayTalkOver  = templates.New[handoffView]("talk.over")
	sayInTopic   = templates.New[handoffView]("talk.in_topic")
)

// pressOffer plays what a colleague decides about a client who waits.
func pressOffer(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		if choice == "pass" {
			return s.refuseOffer(t, ref)
		}
		return s.come(t, ref)
	}
}

// come brings the colleague who pressed to the client.
func (s Settings) come(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	asked, err := askedFor(t, ref)
	if err != nil {
		return err
	}
	desk, err := s.deskFor(t, ref)
	if err != nil {
		return err
	}
	h, first, err := t.Records.TakeHandoff(ref, me, desk, me.Capacity)
	v := viewOfHandoff(h)
	switch {
	case errors.Is(err, store.ErrBusy):
		t.Keep()
		return sayFullDesk(t, me)
	case err != nil:
		return gone(t, err)
	case !h.Open():
		t.Say(sayTalkOver.With(v))
	case !first && h.Staff.ID != me.ID:
		t.Say(sayCameFirst.With(v))
	case first:
		if err := s.beginTalk(t, h, false); err != nil {
			return err
		}
		t.Tell(h.Client.Conversation, h.Client.Lang, sayCame.With(v))
		return tellAsked(t, h, asked)
	}
	return nil
}

// askedFor lists who has been shown that a client waits.
func askedFor(t *dialog.Turn, ref string) ([]int64, error) {
	h, err := t.Records.Handoff(ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return t.Records.AskedFor(h)
}

// tellAsked tells the others who have been asked by whom the client is looked
// after now.
func tellAsked(t *dialog.Turn, h store.Handoff, asked []int64) error {
	all, err := t.Records.OnDuty(talkers...)
	if err != nil {
		return err
	}
	for _, st := range all {
		if st.ID != h.Staff.ID && slices.Contains(asked, st.ID) {
			t.Inform(st.Conversation, st.Lang, sayCameFirst.With(viewOfHandoff(h)))
		}
	}
	return nil
}

// sayFullDesk reminds a colleague of the clients they have.
func sayFullDesk(t *dialog.Turn, me store.Staff) error {
	all, err := t.Records.HandoffsWith(me.ID)
	if err != nil {
		return err
	}
	t.Say(sayBusy.With(handoffView{Others: clientCodes(all), Room: me.Capacity}))
	return nil
}

func clientCodes(all []store.Handoff) (codes []string) {
	for _, h := range all {
		codes = append(codes, h.Client.Code())
	}
	return codes
}

// beginTalk sets the colleague whose turn it is to a client: who the client is,
// then what they have said. In a topic the first stands there already, and both do
// when the talk was had there.
func (s Settings) beginTalk(t *dialog.Turn, h store.Handoff, there bool) error {
	if err := t.Records.Charge(h.Number(), h.Staff.ID); err != nil {
		return err
	}
	if err := s.settled(t, alarmHandoff, h.Number()); err != nil {
		return err
	}
	client := h.Client.Conversation
	for _, timer := range []string{store.HandoffUntaken, handoffOpens, offerTimer, placeTimer} {
		t.Records.CancelFor(client, timer, h.Number())
	}
	t.Records.LaterFor(client, begunNews, h.Number(), t.Now())
	t.Records.LaterFor(client, unansweredTimer, h.Number(), s.Calendar.Add(t.Now(), s.Desk.AnswerWithin))
	if err := s.sitDown(t, h); err != nil {
		return err
	}
	if !inTopic(h.Desk) {
		if err := s.showBriefing(t, h); err != nil {
			return err
		}
	}
	if err := s.tellTopic(t, h); err != nil {
		return err
	}
	if !there {
		words, err := t.Records.KeptWords(h, mostKept)
		if err != nil {
			return err
		}
		if len(words) > 0 {
			if err := t.Records.NoteReveal(h.Staff, h.Client.ID, store.RevealTalk+":"+h.Number()); err != nil {
				return err
			}
		}
		s.handOver(t, h, words)
	}
	return placesMoved(t, h)
}

// sitDown turns the colleague's desk to the talk. In a topic there is nothing to
// turn.
func (s Settings) sitDown(t *dialog.Turn, h store.Handoff) error {
	v := viewOfHandoff(h)
	if inTopic(h.Desk) {
		if h.Desk != t.Event.From {
			t.Say(sayInTopic.With(v))
		}
		return nil
	}
	all, err := t.Records.HandoffsWith(h.Staff.ID)
	if err != nil {
		return err
	}
	v.Others = clientCodes(slices.DeleteFunc(all, func(o store.Handoff) bool { return o.ID == h.ID }))
	t.HandOff()
	t.Note(sayYourTalk.With(v))
	return t.Records.TurnTo(h)
}

// sayAt says something where a talk is had: in this conversation, or another.
func sayAt(t *dialog.Turn, h store.Handoff, l templates.Line, photos ...bot.MediaID) {
	if h.Desk == t.Event.From {
		t.Show(l, photos...)
		return
	}
	t.Tell(h.Desk, h.Staff.Lang, l, photos...)
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
		return s.callLater(t, v, h)
	}
	t.Say(sayStillWait.With(v))
	if err := s.wake(t, alarmHandoff, ref, concern{client: h.Client, rung: store.RungSupervisor}); err != nil {
		return err
	}
	return s.call(t, h)
}

// showUnattended is the alert of a client to whom nobody has come. Until then the
// search has a clock of its own (queue.go); from then on it is one that climbs, until
// somebody comes or the client waits no more.
func showUnattended(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Waiting() {
			return templates.Line{}, false, ignoreNotFound(err)
		}
		v := viewOfHandoff(h)
		v.Late = true
		return handoffAlert(s).For(ref, v), true, nil
	}
}
