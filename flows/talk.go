package flows

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/templates"
)

// Two people talk through us. The client is called by a code and the colleague
// by a name: neither learns where the other one is. What the client says before
// anybody comes is kept and handed over. A colleague may have several clients:
// desk.go finds whom their words are for.

// relay carries what a person says to the other side.
func relay(s Settings) func(*dialog.Turn) error {
	return func(t *dialog.Turn) error {
		if me, ok := t.Staff(); ok {
			talks, err := deskTalks(t, me)
			if err != nil || len(talks) > 0 {
				return errors.Join(err, s.hearColleague(t, me, talks))
			}
			return alone(t)
		}
		h, err := t.Records.MyHandoff()
		switch {
		case errors.Is(err, store.ErrNotFound):
			return alone(t)
		case err != nil:
			return err
		case t.Asked() == "menu" && h.Waiting() && !s.Calendar.Open(t.Now()):
			return setAside(t, s, h)
		case t.Asked() == "menu":
			return s.leave(t, h)
		case h.Waiting() && t.Asked() == "human":
			return callHuman(s)(t)
		case h.Waiting():
			return keepWords(t, h)
		}
		return s.fromClient(t, h)
	}
}

// talkView is one message on its way from one person to the other.
type talkView struct {
	From     string   // the client's code or the colleague's name
	Lines    []string // what was said
	Pictures int
	Changed  bool // it corrects an earlier message
	Turn     bool // the colleague would have to turn to the client to answer
}

var (
	fromClientText = templates.New[talkView]("talk.from_client")
	sayFromStaff   = templates.New[talkView]("talk.from_staff")
	sayNotCarried  = templates.New[none]("talk.not_carried")
	sayKept        = templates.New[none]("human.kept")
	sayKeptEnough  = templates.New[none]("human.kept_enough")
	sayUnheard     = templates.New[none]("talk.unheard")
)

// lineCard is what a client has said. Its button turns the colleague to the
// client; its ref is the hand-off's number.
func lineCard(s Settings) dialog.Card[talkView] {
	return dialog.Card[talkView]{Text: fromClientText, Hear: func(t *dialog.Turn, ref, _ string) error {
		t.Keep()
		return s.turnTo(t, ref)
	}, Staff: who(HaveTalks)}
}

// saidIn reads what the turn's event says in words: what was written, and what
// the platform tells of a voice note or a place. lost is true when there is
// something that we cannot pass on.
func saidIn(ev bot.Event) (lines []string, lost bool) {
	for _, l := range strings.Split(ev.Text, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			lines = append(lines, l)
		}
	}
	for _, m := range ev.Media {
		switch {
		case m.Note != "" && m.Kind != bot.File && m.Kind != bot.Video:
			lines = append(lines, m.Note)
		case m.Kind != bot.Photo && !slices.Contains(carriedKinds, m.Kind):
			lost = true
		}
	}
	return lines, lost
}

// carry reads what is to be passed on of the turn's event; ok is false when there
// is nothing, which the sender is told.
func carry(t *dialog.Turn) (w store.Words, ok bool, err error) {
	lines, lost := saidIn(t.Event)
	files, unheld, err := attached(t)
	if err != nil {
		return w, false, err
	}
	if lost || unheld {
		t.Say(sayNotCarried.With(none{}))
	}
	w = store.Words{Lines: lines, Photos: t.Photos(), Files: files, Ref: t.Event.Ref}
	return w, w.Items() > 0, nil
}

// fromClient passes a client's words to the colleague who has the talk, and has
// the colleague reminded if they do not answer.
func (s Settings) fromClient(t *dialog.Turn, h store.Handoff) error {
	w, ok, err := carry(t)
	if !ok || err != nil {
		return err
	}
	w.Ref = ""
	if err := t.Records.LogWords(h, 0, w); err != nil {
		return err
	}
	if err := s.showLine(t, h, talkView{From: h.Client.Code(), Lines: w.Lines, Changed: t.Event.Kind == bot.Edited}, w.Photos); err != nil {
		return err
	}
	if err := s.carryFiles(t, h.Client.Code(), w.Files, reader{To: h.Desk, Lang: h.Staff.Lang, Viewer: h.Staff.Code()}); err != nil {
		return err
	}
	t.Later(idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
	if t.Wrote(wordsThanks) {
		return nil // it asks for no answer
	}
	asked, err := t.Records.NoteAsked(h)
	if err == nil && asked {
		if err := s.startClock(t, sla.Next, h.Number(), h.Client, h.Staff.ID, s.Targets.TalkNext); err != nil {
			return err
		}
		t.Later(unansweredTimer, h.Number(), s.Calendar.Add(t.Now(), s.Desk.AnswerWithin))
	}
	return err
}

// showLine shows something of a talk at the colleague's desk. Where it is not the
// current one, a button turns to it.
func (s Settings) showLine(t *dialog.Turn, h store.Handoff, v talkView, photos []bot.MediaID) error {
	if len(v.Lines)+len(photos) == 0 {
		return nil
	}
	current, err := t.Records.IsCurrent(h.Desk, h)
	if err != nil {
		return err
	}
	v.Pictures, v.Turn = len(photos), !current && !inTopic(h.Desk)
	line, anew := lineCard(s).For(h.Number(), v), v
	anew.Changed = false
	instead := lineCard(s).For(h.Number(), anew)
	t.Carry(dialog.Parcel{To: h.Desk, Lang: h.Staff.Lang, Line: line, Photos: photos, Instead: &instead})
	watchWindow(t, h)
	return nil
}

// sayInTalk says a colleague's words to the client they talk with, if they still
// do.
func sayInTalk(t *dialog.Turn, s Settings, u utterance) (sent bool, err error) {
	h, err := t.Records.Handoff(u.Ref)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || !h.Of(u.By) {
		return false, err
	}
	v := talkView{From: h.Staff.Name, Lines: u.Words.Lines, Pictures: len(u.Words.Photos), Changed: u.Changed}
	client := h.Client.Conversation
	anew := v
	anew.Changed = false
	instead := sayFromStaff.With(anew)
	to := reader{To: client, Lang: h.Client.Lang, Viewer: h.Client.Code(), For: wroteAt(t, u.By), Ref: u.Words.Ref}
	if len(u.Words.Lines)+len(u.Words.Photos) > 0 {
		t.Carry(dialog.Parcel{To: client, Lang: to.Lang, Line: sayFromStaff.With(v), Photos: u.Words.Photos, For: to.For, Ref: to.Ref, Instead: &instead})
	}
	if err := s.carryFiles(t, h.Staff.Name, u.Words.Files, to); err != nil {
		return false, err
	}
	t.Records.LaterFor(client, idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
	t.Records.CancelFor(client, unansweredTimer, h.Number())
	if err := t.Records.LogWords(h, u.By.ID, u.Words); err != nil {
		return false, err
	}
	for _, kind := range []sla.Kind{sla.First, sla.Next} {
		if err := s.stopClock(t, kind, h.Number()); err != nil {
			return false, err
		}
	}
	return true, t.Records.NoteAnswered(h)
}

// wroteAt is where a colleague hears what becomes of their words: where they have just
// written them, or else where they are best reached.
func wroteAt(t *dialog.Turn, by store.Staff) bot.Conversation {
	if me, ok := t.Staff(); ok && me.ID == by.ID {
		return t.Event.From
	}
	return by.Conversation
}

// mostKept is how many messages are kept for a colleague who is still to come.
const mostKept = 50

// keepWords keeps what a waiting client says for whoever comes.
func keepWords(t *dialog.Turn, h store.Handoff) error {
	w, ok, err := carry(t)
	if !ok || err != nil {
		return err
	}
	w.Ref = ""
	if _, err := t.Records.NoteAsked(h); err != nil {
		return err
	}
	n, err := t.Records.KeepWords(h, w, mostKept)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say(sayKeptEnough.With(none{}))
		return nil
	case err != nil:
		return err
	case n == 1:
		t.Say(sayKept.With(none{}))
	}
	p, err := t.Records.PlaceOf(h)
	if err == nil && p.Times > 0 {
		p.Times = 0
		err = t.Records.NotePlace(h, p)
	}
	return err
}

// handOver shows the colleague what has been said in the talk, in its order, in few
// messages.
func (s Settings) handOver(t *dialog.Turn, h store.Handoff, said []store.Said) {
	const long = 1500 // runes; more would not be read in one go
	var v talkView
	size := 0
	flush := func(photos ...bot.MediaID) {
		if len(v.Lines)+len(photos) > 0 {
			v.Pictures = len(photos)
			sayAt(t, h, lineCard(s).For(h.Number(), v), photos...)
		}
		v, size = talkView{}, 0
	}
	for _, w := range said {
		from := h.Client.Code()
		if w.Staff != 0 {
			from = t.Words(h.Staff.Lang, sayWeSaid.With(none{}))
		}
		if from != v.From {
			flush()
		}
		for _, l := range w.Lines {
			if size += utf8.RuneCountInString(l); size > long {
				flush()
			}
			v.From, v.Lines = from, append(v.Lines, l)
		}
		if v.From = from; len(w.Photos) > 0 {
			flush(w.Photos...)
		}
		if len(w.Files) > 0 {
			flush()
			t.Fail(s.carryFiles(t, from, w.Files, reader{To: h.Desk, Lang: h.Staff.Lang, Viewer: h.Staff.Code()}))
		}
	}
	flush()
}

// sayWeSaid names a colleague who had the talk before.
var sayWeSaid = templates.New[none]("talk.we_said")

// finish ends a talk, from either side. It is opened while two people talk, so
// it must be Always.
func finish(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:   "finish",
		Title:  titleFinish,
		Opens:  openFinish,
		Always: true,
		Begin:  func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, s.endTalk(t) },
	}
}

var (
	titleFinish = templates.New[none]("title.finish")
	openFinish  = templates.NewWords("open.finish")
)

var (
	sayEnded     = templates.New[handoffView]("human.ended")
	sayNoTalk    = templates.New[none]("human.no_talk")
	sayEndedDesk = templates.New[handoffView]("talk.ended")
)

func (s Settings) endTalk(t *dialog.Turn) error {
	if me, ok := t.Staff(); ok {
		talks, err := deskTalks(t, me)
		if err != nil || len(talks) > 0 {
			return errors.Join(err, s.endAtDesk(t, me, talks))
		}
	}
	h, err := t.Records.MyHandoff()
	if errors.Is(err, store.ErrNotFound) {
		t.TakeBack()
		t.Say(sayNoTalk.With(none{}))
		return nil
	}
	if err != nil {
		return err
	}
	return s.leave(t, h)
}

// leave ends the talk, or the wait, for the client whose turn it is.
func (s Settings) leave(t *dialog.Turn, h store.Handoff) error {
	if _, err := t.Records.CloseHandoff(h, store.Staff{}); err != nil {
		return err
	}
	if err := s.stopClocks(t, h.Number()); err != nil {
		return err
	}
	for _, timer := range []string{store.HandoffUntaken, handoffOpens, idleTimer, offerTimer, placeTimer, unansweredTimer, leftTimer} {
		t.Cancel(timer, h.Number())
	}
	if h.Staff.ID != 0 {
		t.Records.LaterFor(h.Desk, endedNews, h.Number(), t.Now())
	}
	t.TakeBack()
	if h.Client.LeftAt.IsZero() {
		t.Say(sayEnded.With(viewOfHandoff(h)))
	}
	if !h.Waiting() {
		return nil
	}
	if err := placesMoved(t, h); err != nil {
		return err
	}
	return s.deal(t)
}

// closeTalk ends a talk for the colleague whose turn it is, who is free for the
// next client then.
func (s Settings) closeTalk(t *dialog.Turn, me store.Staff, h store.Handoff) error {
	if _, err := t.Records.CloseHandoff(h, me); err != nil {
		return err
	}
	if err := s.stopClocks(t, h.Number()); err != nil {
		return err
	}
	t.Records.CancelFor(h.Client.Conversation, idleTimer, h.Number())
	t.Records.CancelFor(h.Client.Conversation, unansweredTimer, h.Number())
	t.Records.LaterFor(h.Client.Conversation, endedNews, h.Number(), t.Now())
	return s.deskIsFree(t, h, sayEndedDesk)
}

// The notices of a talk; their ref is the hand-off's number.
const (
	idleTimer       = "talk_idle"
	endedNews       = "talk_ended"
	movedNews       = "talk_moved"
	unansweredTimer = "talk_unanswered"
	leftTimer       = "talk_left" // the client has left us
)

// talkEnded tells the other side that the talk is over and gives them back to
// the flows.
func talkEnded(s Settings) dialog.Notice {
	return dialog.Notice{Name: endedNews, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if errors.Is(err, store.ErrNotFound) {
			t.TakeBack()
			return nil
		}
		if err != nil {
			return err
		}
		if h.Desk == t.Event.From {
			return s.deskIsFree(t, h, sayEndedDesk)
		}
		if !t.Attended() {
			return nil
		}
		if now, err := t.Records.MyHandoff(); !errors.Is(err, store.ErrNotFound) && now.ID != h.ID {
			return err // they have asked for somebody again since
		}
		t.TakeBack()
		t.Say(sayEnded.With(viewOfHandoff(h)))
		return nil
	}}
}

// leftFor is how long a talk is kept for a client who has left us: some follow again at
// once.
const leftFor = 10 * time.Minute

// talkParted is for a client who leaves us in the middle of a talk, or of the wait for
// one.
func talkParted(t *dialog.Turn) error {
	h, err := t.Records.MyHandoff()
	if err == nil {
		t.Later(leftTimer, h.Number(), t.Now().Add(leftFor))
	}
	return ignoreNotFound(err)
}

// talkLeft ends the talk of a client who has not come back, so that the colleague is free
// for others.
func talkLeft(s Settings) dialog.Notice {
	return dialog.Notice{Name: leftTimer, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Open() || h.Client.LeftAt.IsZero() {
			return ignoreNotFound(err)
		}
		return s.leave(t, h)
	}}
}

// talkIdle ends a talk that both have left. Who still waits is not left alone.
func talkIdle(s Settings) dialog.Notice {
	return dialog.Notice{Name: idleTimer, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Open() {
			return err
		}
		if h.Waiting() {
			t.Later(idleTimer, ref, t.Now().Add(s.TalkIdle))
			return nil
		}
		return s.leave(t, h)
	}}
}

var (
	remindText   = templates.New[handoffView]("talk.remind")
	sayMovedOn   = templates.New[handoffView]("human.moved_on") // to the client
	sayMovedAway = templates.New[handoffView]("talk.moved_away")
)

// remindCard reminds a colleague of a client who waits for an answer.
func remindCard(s Settings) dialog.Card[handoffView] {
	return dialog.Card[handoffView]{Text: remindText, Hear: func(t *dialog.Turn, ref, _ string) error {
		t.Keep()
		return s.turnTo(t, ref)
	}, Staff: who(HaveTalks)}
}

// talkUnanswered reminds the colleague of a client whom they have not answered,
// and the next time looks for somebody else. Out of hours nobody is late.
func talkUnanswered(s Settings) dialog.Notice {
	return dialog.Notice{Name: unansweredTimer, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if err != nil || !h.Open() || h.Waiting() || h.AskedAt.IsZero() {
			return err
		}
		if due := s.Calendar.Add(h.AskedAt, s.Desk.AnswerWithin); due.After(t.Now()) {
			t.Later(unansweredTimer, ref, due)
			return nil
		}
		if !h.RemindedAt.IsZero() {
			return s.moveOn(t, h)
		}
		v := viewOfHandoff(h)
		v.Since, v.Within = h.AskedAt, s.Desk.AnswerWithin
		t.Tell(h.Desk, h.Staff.Lang, remindCard(s).For(ref, v))
		t.Later(unansweredTimer, ref, s.Calendar.Add(t.Now(), s.Desk.AnswerWithin))
		return t.Records.NoteReminded(h)
	}}
}

// moveOn takes a client from a colleague who does not answer, and has somebody
// else looked for.
func (s Settings) moveOn(t *dialog.Turn, h store.Handoff) error {
	if err := t.Records.ReturnHandoff(h, store.StepMovedOn); err != nil {
		return err
	}
	t.Say(sayMovedOn.With(viewOfHandoff(h)))
	t.Records.LaterFor(h.Desk, movedNews, h.Number(), t.Now())
	h, err := t.Records.Handoff(h.Number())
	if err != nil {
		return err
	}
	return s.call(t, h)
}

// talkMoved tells a colleague that a client whom they did not answer has been
// given to somebody else.
func talkMoved(s Settings) dialog.Notice {
	return dialog.Notice{Name: movedNews, Play: func(t *dialog.Turn, ref string) error {
		h, err := t.Records.Handoff(ref)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.deskIsFree(t, h, sayMovedAway)
	}}
}

// alone is for who speaks to somebody who is no longer there, before they have
// been told so. A client is answered as usual; a colleague's words, meant for the
// client, are not taken for anything else.
func alone(t *dialog.Turn) error {
	if _, ok := t.Staff(); !ok {
		t.TakeBack()
		t.Say(sayNoTalk.With(none{}))
		return nil
	}
	t.Say(sayUnheard.With(none{}))
	t.Later(endedNews, "", t.Now())
	return nil
}
