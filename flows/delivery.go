package flows

import (
	"errors"
	"slices"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What a colleague writes to a client is followed until it is with the client. A
// colleague on Telegram sees a mark on each line of theirs that has arrived; WeChat
// has no marks, there only trouble speaks, and "?" tells how the last lines stand.
// Whatever else becomes of a line is said, with what can be done about it: once,
// and never that it arrived before it has. It is played in testdata/delivery.*.chat.

// carriedNews comes when the fate of words is settled, and when they are long on
// their way; its ref names the message.
var carriedNews = dialog.Notice{Name: store.NewsCarried, Play: tellFate}

// fateView is what texts may tell of words that were carried to a client.
type fateView struct {
	Client string
	Fate   string // as store.Fate names it
	Waited bool   // the colleague has been told that the words wait
	More   int    // how many others of the colleague's wait for this client, or waited and are still to be told of
	Last   bool   // nothing newer was said to this client
	Total  int    // with this one
	Again  bool   // sending it again can help
	At     time.Time
	Number string // of the message
	Words  string // as they begin, where they are to be taken back
}

// fateCard tells what stands in the way, and sends the words again.
var fateCard = dialog.Card[fateView]{
	Text: templates.New[fateView](failedCard), Hear: sendAgain, Staff: who(TakeTalk),
}

// waitsCard says that words wait, or are long on their way, and lets them be taken
// back.
var waitsCard = dialog.Card[fateView]{
	Text: templates.New[fateView](keptCard), Hear: takeBackByCard, Staff: who(TakeTalk),
}

const (
	failedCard = "delivery.failed"
	keptCard   = "delivery.waits"
)

var (
	sayArrived   = templates.New[fateView]("delivery.arrived")
	sayAgain     = templates.New[fateView]("delivery.again")
	sayNotAgain  = templates.New[fateView]("delivery.not_again")
	sayLastLines = templates.New[[]fateView]("delivery.last")
)

func tellFate(t *dialog.Turn, id string) error {
	c, err := t.Records.Carried(id)
	switch {
	case errors.Is(err, store.ErrNotFound): // the client was erased meanwhile
		return nil
	case err != nil:
		return err
	case c.Told == c.Fate || c.Told.Final() && c.Told != "":
		return nil
	}
	if err := t.Records.Told(id, c.Fate); err != nil {
		return err
	}
	v, err := viewOfFate(t, c)
	if err != nil {
		return err
	}
	if c.Fate == store.Arrived {
		return tellArrival(t, c, v)
	}
	switch t.Answering(c.Carry.Ref); c.Fate {
	case store.OnItsWay, store.WaitsFor, store.Knocked:
		t.Say(waitsCard.For(v.Number, v))
	default:
		t.Say(fateCard.For(v.Number, v))
	}
	return nil
}

// tellArrival marks the line. In words it is said only to who has been told of
// trouble before, once all is well.
func tellArrival(t *dialog.Turn, c store.Carried, v fateView) error {
	if c.Carry.Ref != "" {
		t.Mark(c.Carry.Ref)
	}
	if c.Told != "" && v.More == 0 {
		t.News(sayArrived.With(v))
	}
	if v.Last {
		return warnOfWindow(t, c)
	}
	return nil
}

// fateRef is how a card names a carried message: its ID has more letters than a
// card's ref may have.
func fateRef(c store.Carried) string { return c.ID[:min(20, len(c.ID))] }

func viewOfFate(t *dialog.Turn, c store.Carried) (fateView, error) {
	v := fateView{Client: c.Client.Code(), Fate: string(c.Fate), Waited: c.Told.Waits(), At: c.At, Number: fateRef(c), Again: c.Fate != store.NoPicture}
	last, err := t.Records.CarriedFrom(mostFollowed)
	v.Last = true
	for _, o := range last {
		switch {
		case o.ID == c.ID || o.To != c.To:
			continue
		case o.Fate.Waits(), o.Told.Waits():
			v.More++
		}
		v.Last = v.Last && o.Seq < c.Seq
	}
	v.Total = v.More + 1
	return v, err
}

// mostFollowed is how many lines of a colleague's are looked at.
const mostFollowed = 50

// sendAgain sends words once more that did not arrive.
func sendAgain(t *dialog.Turn, ref, _ string) error {
	c, err := carriedBy(t, ref)
	if err != nil {
		return gone(t, err)
	}
	v := fateView{Client: c.Client.Code()}
	switch _, err := t.Records.Again(c.ID); {
	case errors.Is(err, store.ErrNotLost):
		t.Say(sayNotAgain.With(v))
	case err != nil:
		return err
	default:
		t.Say(sayAgain.With(v))
	}
	return nil
}

// carriedBy is the message of a card's ref, if what it carries was written here.
func carriedBy(t *dialog.Turn, ref string) (store.Carried, error) {
	last, err := t.Records.CarriedFrom(mostFollowed)
	i := slices.IndexFunc(last, func(c store.Carried) bool { return fateRef(c) == ref })
	if err = only(i >= 0, err); err != nil {
		return store.Carried{}, err
	}
	return last[i], nil
}

// following tells a colleague who writes "?" how their last lines stand.
var following = dialog.Flow[none]{
	Name:    "following",
	Title:   templates.New[none]("title.following"),
	Opens:   templates.NewWords("open.following"),
	Reads:   asksFate,
	Staff:   who(TakeTalk),
	Always:  true,
	Passing: true,
	Begin:   func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, tellLastLines(t) },
}

// asksFate says that words ask how the last lines stand.
func asksFate(text string) bool {
	return slices.Contains([]string{"?", "？"}, strings.TrimSpace(text))
}

func tellLastLines(t *dialog.Turn) error {
	const few = 5
	last, err := t.Records.CarriedFrom(few)
	if err != nil {
		return err
	}
	var all []fateView
	for _, c := range slices.Backward(last) {
		all = append(all, fateView{Client: c.Client.Code(), Fate: string(c.Fate), At: c.At})
	}
	t.Note(sayLastLines.With(all)) // one message with what the engine may add
	return nil
}

// windowView is how much may still be written to a client.
type windowView struct {
	Client string
	Left   int
	Until  time.Time
	Closed bool
}

var sayWindowEnds = templates.New[windowView]("delivery.window_ends")

// fewLeft is how many messages are left when a colleague is warned.
const fewLeft = 1

// warnOfWindow tells a colleague when little more can be written.
func warnOfWindow(t *dialog.Turn, c store.Carried) error {
	w, err := t.Records.Window(c.To)
	if err != nil || !w.Counted || w.Left > fewLeft {
		return err
	}
	t.Say(sayWindowEnds.With(windowView{c.Client.Code(), w.Left, w.Until, w.Closed(t.Now())}))
	return nil
}

// windowTimer comes before a client's window closes while a talk is open; its ref is
// the hand-off's number. Each word of the client puts it off.
const windowTimer = "window_ends"

// windowWarning is how long before.
const windowWarning = 2 * time.Hour

// watchWindow has a colleague warned before the client whose turn it is can be
// written to no more.
func watchWindow(t *dialog.Turn, h store.Handoff) {
	if o := t.Event.Opens; o != nil && o.For > windowWarning {
		t.Later(windowTimer, h.Number(), t.Event.At.Add(o.For-windowWarning))
	}
}

var windowEnds = dialog.Notice{Name: windowTimer, Play: func(t *dialog.Turn, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err != nil || !h.Open() || h.Waiting() {
		return err
	}
	w, err := t.Records.Window(t.Event.From)
	if err != nil || !w.Counted {
		return err
	}
	t.Tell(h.Staff.Conversation, h.Staff.Lang, sayWindowEnds.With(windowView{h.Client.Code(), w.Left, w.Until, w.Closed(t.Now())}))
	return nil
}}
