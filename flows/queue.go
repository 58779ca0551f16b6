package flows

import (
	"slices"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/queue"
	"redthread/store"
	"redthread/templates"
)

// A client who waits for a person is offered to one colleague at a time; who does
// not come within a minute, or asks for another, is followed by the next. When all
// have been asked everybody is called, and supervisors hear. bot/queue holds the
// rule. Meanwhile the client hears their place, and that it moves. It is played in
// testdata/offers.zh-CN.chat and place.en.chat.

// Desk is what an agency decides about talks with clients. A zero one means what
// stands behind it.
type Desk struct {
	OfferWithin  time.Duration // a colleague who is offered a client is to come within: 1 minute
	AnswerWithin time.Duration // who has a client is to answer within this working time: 5 minutes
}

func (d Desk) filledIn() Desk {
	if d.OfferWithin <= 0 {
		d.OfferWithin = time.Minute
	}
	if d.AnswerWithin <= 0 {
		d.AnswerWithin = 5 * time.Minute
	}
	return d
}

// The timers of who waits; their ref is the hand-off's number.
const (
	offerTimer = "handoff_offer" // whether anybody has come
	placeTimer = "handoff_place" // the place has moved
)

// lookAgain is how soon the search goes on for a client for whom nobody has room.
const lookAgain = 5 * time.Minute

// roundFor is how long after everybody was called the search begins again with one after
// the other: who was busy then may be free.
const roundFor = 15 * time.Minute

// call has somebody looked for who comes to a client.
func (s Settings) call(t *dialog.Turn, h store.Handoff) error {
	if h.CalledAt.IsZero() {
		if err := t.Records.NoteCalled(h); err != nil {
			return err
		}
		if err := s.openTopic(t, h); err != nil {
			return err
		}
		t.Records.LaterFor(h.Client.Conversation, store.HandoffUntaken, h.Number(), t.Now().Add(s.ComeWithin))
	}
	if with, err := t.Records.OfferOf(h); err != nil || with != 0 {
		return err // somebody is being asked, and has their minute
	}
	t.Records.LaterFor(h.Client.Conversation, offerTimer, h.Number(), t.Now().Add(lookAgain))
	return s.deal(t)
}

// deal offers who waits to who is free, in the order in which they came.
func (s Settings) deal(t *dialog.Turn) error {
	if !s.Calendar.Open(t.Now()) {
		return nil
	}
	waiting, err := t.Records.Queue()
	if err != nil || len(waiting) == 0 {
		return err
	}
	there, asked, err := atWork(t)
	if err != nil {
		return err
	}
	var clients []queue.Client
	for _, w := range waiting {
		if w.Called && w.OfferedTo == 0 {
			clients = append(clients, queue.Client{ID: w.ID, Owner: w.Owner, Lang: w.Lang, Asked: w.Asked, Called: w.AllCalled})
		}
	}
	for _, o := range queue.Deal(clients, asked) {
		h, err := t.Records.Handoff(store.Handoff{ID: o.Client}.Number())
		if err != nil {
			return err
		}
		if o.To == queue.Everybody {
			err = s.callAll(t, h, withRoom(there, asked))
		} else {
			err = s.offer(t, h, there[slices.IndexFunc(there, func(st store.Staff) bool { return st.ID == o.To })])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// atWork lists who is at work, and what can be asked of them.
func atWork(t *dialog.Turn) ([]store.Staff, []queue.Colleague, error) {
	there, err := t.Records.OnDuty(talkers...)
	if err != nil {
		return nil, nil, err
	}
	loads, err := t.Records.Loads()
	if err != nil {
		return nil, nil, err
	}
	var all []queue.Colleague
	for i, st := range there {
		l := loads[st.ID]
		has := l.Talks + l.Offers
		chat, hears, err := hearing(t, st)
		if err != nil {
			return nil, nil, err
		}
		there[i].Conversation = chat
		all = append(all, queue.Colleague{ID: st.ID, Room: st.Capacity - has, Load: has, Langs: st.Langs, Last: l.Last, First: !isBoss(st), Deaf: !hears})
	}
	return there, all, nil
}

// offer asks one colleague to come.
func (s Settings) offer(t *dialog.Turn, h store.Handoff, to store.Staff) error {
	if err := t.Records.Offer(h, to.ID); err != nil {
		return err
	}
	v := viewOfHandoff(h)
	v.Offered, v.Within = true, s.Desk.OfferWithin
	t.Wake(to, handoffAlert(s).For(h.Number(), v))
	t.Records.LaterFor(h.Client.Conversation, offerTimer, h.Number(), s.Calendar.Add(t.Now(), s.Desk.OfferWithin))
	return nil
}

// withRoom is who could take a client more, and supervisors, who see to it that
// somebody can.
func withRoom(there []store.Staff, asked []queue.Colleague) (some []store.Staff) {
	for i, st := range there {
		if asked[i].Room > 0 || isBoss(st) {
			some = append(some, st)
		}
	}
	return some
}

// callAll calls everybody who is there and could come, and supervisors wherever they
// are.
func (s Settings) callAll(t *dialog.Turn, h store.Handoff, there []store.Staff) error {
	var ids []int64
	for _, st := range there {
		ids = append(ids, st.ID)
	}
	first, err := t.Records.CallAll(h, ids)
	if err != nil || !first {
		return err
	}
	v := viewOfHandoff(h)
	v.All = true
	l := handoffAlert(s).For(h.Number(), v)
	for _, st := range there {
		t.Wake(st, l)
	}
	above, err := t.Records.StaffOf(bosses...)
	switch {
	case err != nil || slices.ContainsFunc(there, isBoss):
		return err
	case len(above) > 0:
		t.Alert(l, bosses...)
	case len(there) == 0:
		t.Alert(l, talkers...)
	}
	return nil
}

// offerOver goes on with the search for somebody who comes.
func offerOver(s Settings) dialog.Notice {
	return dialog.Notice{Name: offerTimer, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Waiting() {
			return err
		}
		if _, err := t.Records.TakeOfferBack(h, store.StepPassed); err != nil || !s.Calendar.Open(t.Now()) {
			return err // when they are back, handoffOpens looks for somebody
		}
		if err := t.Records.AskAnew(h, t.Now().Add(-roundFor)); err != nil {
			return err
		}
		t.Later(offerTimer, ref, t.Now().Add(lookAgain))
		return s.deal(t)
	}}
}

// offersStuck asks the next one at once where an offer does not reach a colleague.
func (s Settings) offersStuck(t *dialog.Turn, me store.Staff) error {
	offered, err := t.Records.OffersTo(me.ID)
	if err != nil || len(offered) == 0 {
		return err
	}
	if _, hears, err := hearing(t, me); err != nil || hears {
		return err
	}
	for _, h := range offered {
		if _, err := t.Records.TakeOfferBack(h, store.StepPassed); err != nil {
			return err
		}
		t.Records.LaterFor(h.Client.Conversation, offerTimer, h.Number(), t.Now().Add(lookAgain))
	}
	return s.deal(t)
}

var sayPassedOn = templates.New[handoffView]("talk.passed_on")

// refuseOffer asks the next one.
func (s Settings) refuseOffer(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	h, err := t.Records.Handoff(ref)
	if err != nil {
		return gone(t, err)
	}
	switch {
	case !h.Open():
		t.Say(sayTalkOver.With(viewOfHandoff(h)))
		return nil
	case !h.Waiting():
		t.Say(sayCameFirst.With(viewOfHandoff(h)))
		return nil
	}
	t.Say(sayPassedOn.With(viewOfHandoff(h)))
	with, err := t.Records.OfferOf(h)
	if err != nil || with != me.ID {
		return err
	}
	if _, err := t.Records.TakeOfferBack(h, store.StepRefused); err != nil {
		return err
	}
	t.Records.LaterFor(h.Client.Conversation, offerTimer, ref, t.Now().Add(lookAgain))
	return s.deal(t)
}

// freeAgain offers waiting clients to a colleague who has come, or has room again.
func (s Settings) freeAgain(t *dialog.Turn, staff int64) error {
	if err := t.Records.MayBeAsked(staff); err != nil {
		return err
	}
	return s.deal(t)
}

// heardAgain offers waiting clients to a colleague whom nothing has reached for a
// while.
func (s Settings) heardAgain(t *dialog.Turn) error {
	me, err := myself(t)
	if err != nil || !me.Working() || !slices.Contains(talkers, me.Role) {
		return err
	}
	return s.freeAgain(t, me.ID)
}

// How a wait is estimated: from so many of the newest talks, when there are at
// least fewest of them.
const (
	newest = 20
	fewest = 5
)

// estimate is how long a client with so many before them will wait, as the newest
// talks tell: their middle wait for a first answer or, where many waited at a time, the
// middle time from one such answer to the next, times the place. 0: too few tell it.
func estimate(t *dialog.Turn, ahead int) (time.Duration, error) {
	waits, between, err := t.Records.FirstAnswers(newest)
	if err != nil || len(waits) < fewest {
		return 0, err
	}
	wait := min(middle(waits), middle(between)) * time.Duration(ahead+1)
	return max(wait.Round(time.Minute), time.Minute), nil
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// What waiting clients hear of their place: not more often than each two minutes,
// and not more than so many times before they say something themselves, as a
// platform may count what we say to them.
const (
	placesApart = 2 * time.Minute
	mostPlaces  = 3
)

var sayMoved = templates.New[handoffView]("human.moved")

// placesMoved has those hear of it who waited behind a client.
func placesMoved(t *dialog.Turn, h store.Handoff) error {
	const most = 100 // the rest hear when they have come nearer
	behind, err := t.Records.Behind(h, most)
	if err != nil {
		return err
	}
	for _, b := range behind {
		p, err := t.Records.PlaceOf(b)
		if err != nil {
			return err
		}
		at := p.At.Add(placesApart)
		if at.Before(t.Now()) {
			at = t.Now()
		}
		t.Records.LaterFor(b.Client.Conversation, placeTimer, b.Number(), at)
	}
	return nil
}

// placeMoved tells a client that fewer wait before them.
func placeMoved(s Settings) dialog.Notice {
	return dialog.Notice{Name: placeTimer, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Waiting() || !s.Calendar.Open(t.Now()) || !t.Attended() {
			return err
		}
		if room, err := roomForTalk(t); !room || err != nil {
			return err
		}
		p, err := t.Records.PlaceOf(h)
		if err != nil || p.Times >= mostPlaces {
			return err
		}
		v := viewOfHandoff(h)
		if v.Ahead, err = t.Records.Ahead(h); err != nil || v.Ahead >= p.Ahead {
			return err
		}
		if v.Wait, err = estimate(t, v.Ahead); err != nil {
			return err
		}
		t.Say(sayMoved.With(v))
		return t.Records.NotePlace(h, store.Told{Ahead: v.Ahead, Times: p.Times + 1, At: t.Now()})
	}}
}
