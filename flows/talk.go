package flows

import (
	"errors"
	"strings"
	"unicode/utf8"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Two people talk through us. The client is called by a code and the colleague
// by a name: neither learns where the other one is. What the client says before
// anybody comes is kept and handed over.

// relay carries what a person says to the other side.
func relay(s Settings) func(*dialog.Turn) error {
	return func(t *dialog.Turn) error {
		if me, ok := t.Staff(); ok {
			h, err := t.Records.HandoffWith(me.ID)
			if !errors.Is(err, store.ErrNotFound) {
				return fromStaff(t, s, h, err)
			}
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
			return leave(t, h)
		case h.Waiting() && t.Asked() == "human":
			return callHuman(s)(t)
		case h.Waiting():
			return keepWords(t, h)
		}
		return fromClient(t, s, h)
	}
}

// talkView is one message on its way from one person to the other.
type talkView struct {
	From     string   // the client's code or the colleague's name
	Lines    []string // what was said
	Pictures int
	Changed  bool // it corrects an earlier message
}

var (
	sayFromClient = templates.New[talkView]("talk.from_client")
	sayFromStaff  = templates.New[talkView]("talk.from_staff")
	sayNotCarried = templates.New[none]("talk.not_carried")
	sayKept       = templates.New[none]("human.kept")
	sayKeptEnough = templates.New[none]("human.kept_enough")
	sayUnheard    = templates.New[none]("talk.unheard")
)

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
		case m.Note != "":
			lines = append(lines, m.Note)
		case m.Kind != bot.Photo:
			lost = true
		}
	}
	return lines, lost
}

// carry makes one message of the turn's event; ok is false when there is
// nothing to pass on, which the sender is told.
func carry(t *dialog.Turn, from string) (v talkView, photos []bot.MediaID, ok bool) {
	lines, lost := saidIn(t.Event)
	if lost {
		t.Say(sayNotCarried.With(none{}))
	}
	photos = t.Photos()
	v = talkView{From: from, Lines: lines, Pictures: len(photos), Changed: t.Event.Kind == bot.Edited}
	return v, photos, len(lines)+len(photos) > 0
}

func fromClient(t *dialog.Turn, s Settings, h store.Handoff) error {
	v, photos, ok := carry(t, h.Client.Code())
	if ok {
		t.Tell(h.Staff.Conversation, h.Staff.Lang, sayFromClient.With(v), photos...)
		t.Later(idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
	}
	return nil
}

func fromStaff(t *dialog.Turn, s Settings, h store.Handoff, err error) error {
	if err != nil {
		return err
	}
	if held, choice, err := s.typedOnCard(t, h); choice != "" || err != nil {
		return errors.Join(err, pressStopped(s)(t, held, choice))
	}
	v, photos, ok := carry(t, h.Staff.Name)
	if !ok {
		return nil
	}
	became, stopped, err := s.utter(t, utterance{By: h.Staff, Client: h.Client, Outlet: outletTalk, Ref: h.Number(), Words: store.Words{Lines: v.Lines, Photos: photos}, Changed: v.Changed})
	if err == nil && became == wordsStopped {
		t.Say(stoppedCard(s).For(stopped.Number, stopped))
	}
	return err
}

// sayInTalk says a colleague's words to the client they talk with, if they still
// do.
func sayInTalk(t *dialog.Turn, s Settings, u utterance) (sent bool, err error) {
	h, err := t.Records.Handoff(u.Ref)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || !h.Open() || h.Staff.ID != u.By.ID {
		return false, err
	}
	v := talkView{From: h.Staff.Name, Lines: u.Words.Lines, Pictures: len(u.Words.Photos), Changed: u.Changed}
	t.Tell(h.Client.Conversation, h.Client.Lang, sayFromStaff.With(v), u.Words.Photos...)
	t.Records.LaterFor(h.Client.Conversation, idleTimer, h.Number(), t.Now().Add(s.TalkIdle))
	return true, nil
}

// mostKept is how many messages are kept for a colleague who is still to come.
const mostKept = 50

// keepWords keeps what a waiting client says for whoever comes.
func keepWords(t *dialog.Turn, h store.Handoff) error {
	v, photos, ok := carry(t, h.Client.Code())
	if !ok {
		return nil
	}
	n, err := t.Records.KeepWords(h, store.Words{Lines: v.Lines, Photos: photos}, mostKept)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say(sayKeptEnough.With(none{}))
		return nil
	case err == nil && n == 1:
		t.Say(sayKept.With(none{}))
	}
	return err
}

// handOver tells the colleague what was kept, in its order, in few messages.
func handOver(t *dialog.Turn, from string, kept []store.Words) {
	const long = 1500 // runes; more would not be read in one go
	var lines []string
	size := 0
	flush := func(photos ...bot.MediaID) {
		if len(lines)+len(photos) > 0 {
			t.Show(sayFromClient.With(talkView{From: from, Lines: lines, Pictures: len(photos)}), photos...)
		}
		lines, size = nil, 0
	}
	for _, w := range kept {
		for _, l := range w.Lines {
			if size += utf8.RuneCountInString(l); size > long {
				flush()
			}
			lines = append(lines, l)
		}
		if len(w.Photos) > 0 {
			flush(w.Photos...)
		}
	}
	flush()
}

// finish ends a talk, from either side. It is opened while two people talk, so
// it must be Always.
var finish = dialog.Flow[none]{
	Name:   "finish",
	Title:  templates.New[none]("title.finish"),
	Opens:  templates.NewWords("open.finish"),
	Always: true,
	Begin:  func(t *dialog.Turn, _ *none) (dialog.Move, error) { return dialog.End, endTalk(t) },
}

var (
	sayEnded     = templates.New[handoffView]("human.ended")
	sayNoTalk    = templates.New[none]("human.no_talk")
	sayEndedDesk = templates.New[handoffView]("talk.ended")
)

func endTalk(t *dialog.Turn) error {
	if me, ok := t.Staff(); ok {
		if h, err := t.Records.HandoffWith(me.ID); !errors.Is(err, store.ErrNotFound) {
			return endByStaff(t, h, err)
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
	return leave(t, h)
}

// leave ends the talk, or the wait, for the client whose turn it is.
func leave(t *dialog.Turn, h store.Handoff) error {
	if _, err := t.Records.CloseHandoff(h); err != nil {
		return err
	}
	t.Cancel(store.HandoffUntaken, h.Number())
	t.Cancel(handoffOpens, h.Number())
	t.Cancel(idleTimer, h.Number())
	if h.Staff.ID != 0 {
		t.Records.LaterFor(h.Staff.Conversation, endedNews, h.Number(), t.Now())
	}
	t.TakeBack()
	t.Say(sayEnded.With(viewOfHandoff(h)))
	return nil
}

// endByStaff ends the talk for the colleague whose turn it is, and shows who
// waits next.
func endByStaff(t *dialog.Turn, h store.Handoff, err error) error {
	if err != nil {
		return err
	}
	if _, err := t.Records.CloseHandoff(h); err != nil {
		return err
	}
	t.Records.CancelFor(h.Client.Conversation, idleTimer, h.Number())
	t.Records.LaterFor(h.Client.Conversation, endedNews, h.Number(), t.Now())
	return deskIsFree(t, h)
}

// deskIsFree tells a colleague that the talk is over and who waits.
func deskIsFree(t *dialog.Turn, h store.Handoff) error {
	t.TakeBack()
	t.Say(sayEndedDesk.With(viewOfHandoff(h)))
	return whoWaits(t)
}

// whoWaits shows a colleague who is free the client who has waited longest.
func whoWaits(t *dialog.Turn) error {
	next, err := t.Records.NextHandoff()
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		t.Say(handoffAlert.For(next.Number(), viewOfHandoff(next)))
	}
	return err
}

// The notices of a talk; their ref is the hand-off's number.
const (
	idleTimer = "talk_idle"
	endedNews = "talk_ended"
)

// talkEnded tells the other side that the talk is over and gives them back to
// the flows.
var talkEnded = dialog.Notice{Name: endedNews, Play: func(t *dialog.Turn, ref string) error {
	if !t.Attended() {
		return nil
	}
	h, err := t.Records.Handoff(ref)
	if errors.Is(err, store.ErrNotFound) {
		t.TakeBack()
		return nil
	}
	if err != nil {
		return err
	}
	if h.Staff.Conversation == t.Event.From {
		return deskIsFree(t, h)
	}
	if now, err := t.Records.MyHandoff(); !errors.Is(err, store.ErrNotFound) && now.ID != h.ID {
		return err // they have asked for somebody again since
	}
	t.TakeBack()
	t.Say(sayEnded.With(viewOfHandoff(h)))
	return nil
}}

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
		return leave(t, h)
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
