package flows

import (
	"fmt"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A supervisor looks at the floor: who waits, who talks with whom, what is late, as
// one message that is drawn anew by a press, and on Telegram each minute for a
// while. They can read a talk, which is on record, say something to the colleague
// that the client does not see, and take it over. It is played in
// testdata/live.*.chat.

const (
	liveEvery = time.Minute
	liveTimes = 30 // so often a message is drawn anew by itself
	mostLive  = 20 // of each list
)

// liveView is the floor.
type liveView struct {
	At      time.Time
	Waiting []liveTalk
	Talks   []liveTalk
	Late    []dueView
	Free    []string // who is at work and talks with nobody
	Busy    int      // how many talk
	Left    int      // so often it is still drawn anew
}

// liveTalk is a client who waits, or talks with a colleague.
type liveTalk struct {
	Number, Client, Name string
	Since                time.Time
	For                  time.Duration
}

var (
	liveText  = templates.New[liveView]("live.floor")
	liveNow   = templates.New[liveView]("live.now")
	talkText  = templates.New[liveTalk]("live.talk")
	titleLive = templates.New[none]("title.live")
	openLive  = templates.NewWords("open.live")

	sayTalkOverLive = templates.New[liveTalk]("live.over")
	sayTalkWords    = templates.New[checkedWork]("live.words")
	sayWhispered    = templates.New[liveTalk]("live.whispered")
	sayWhisper      = templates.New[whisperView]("live.whisper")
	askWhisper      = templates.New[whispering]("live.whisper_words")
	titleWhisper    = templates.New[none]("title.whisper")
)

// live shows the floor by a word.
func live(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name: "live", Title: titleLive, Opens: openLive, Staff: who(WatchFloor), Always: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			v, err := s.floor(t)
			if err == nil {
				t.Say(liveCard(s).For("live", v))
			}
			return dialog.End, err
		},
	}
}

// liveCard is the floor with its buttons.
func liveCard(s Settings) dialog.Card[liveView] {
	return dialog.Card[liveView]{Text: liveText, Hear: redrawFloor(s), Staff: who(WatchFloor)}
}

// redrawFloor draws the floor anew: where the channel can change a message, that
// one, and each minute from now on.
func redrawFloor(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, _, choice string) error {
		v, err := s.floor(t)
		if err != nil {
			return err
		}
		if on := t.Event.On; on != nil && choice == "watch" {
			v.Left = liveTimes
			t.Keep()
			t.Redraw(on.Ref, liveNow.With(v))
			t.Later(liveTimer, fmt.Sprintf("%s %d", on.Ref, liveTimes), t.Now().Add(liveEvery))
			return nil
		}
		t.Say(liveCard(s).For("live", v))
		return nil
	}
}

// liveTimer draws the floor anew; its ref is the message, and how often still.
const liveTimer = "live_floor"

func floorAnew(s Settings) dialog.Notice {
	return dialog.Notice{Name: liveTimer, Play: func(t *dialog.Turn, ref string) error {
		message, n, ok := strings.Cut(ref, " ")
		left := 0
		if _, err := fmt.Sscan(n, &left); !ok || err != nil {
			return fmt.Errorf("flows: the floor is drawn anew: %w", err)
		}
		if !iMay(t, WatchFloor) {
			return nil
		}
		v, err := s.floor(t)
		if err != nil {
			return err
		}
		v.Left = left - 1
		t.Redraw(message, liveNow.With(v))
		if v.Left > 0 {
			t.Later(liveTimer, fmt.Sprintf("%s %d", message, v.Left), t.Now().Add(liveEvery))
		}
		return nil
	}}
}

// floor gathers who waits, who talks and what is late.
func (s Settings) floor(t *dialog.Turn) (v liveView, err error) {
	v.At = t.Now()
	open, err := t.Records.OpenHandoffs(2 * mostLive)
	if err != nil {
		return v, err
	}
	busy := map[int64]bool{}
	for _, h := range open {
		one := viewOfLive(t, h)
		switch {
		case h.Waiting() && len(v.Waiting) < mostLive:
			v.Waiting = append(v.Waiting, one)
		case !h.Waiting() && len(v.Talks) < mostLive:
			v.Talks = append(v.Talks, one)
		}
		busy[h.Staff.ID] = true
	}
	there, err := t.Records.OnDuty()
	if err != nil {
		return v, err
	}
	for _, st := range there {
		if busy[st.ID] {
			v.Busy++
		} else if !isBoss(st) {
			v.Free = append(v.Free, st.Name)
		}
	}
	late, err := t.Records.LateClocks(mostLive)
	for _, c := range late {
		v.Late = append(v.Late, dueView{c.Paper, string(c.Kind), c.DueAt, true})
	}
	return v, err
}

func viewOfLive(t *dialog.Turn, h store.Handoff) liveTalk {
	since := h.OpenedAt
	if !h.TakenAt.IsZero() {
		since = h.TakenAt
	}
	return liveTalk{Number: h.Number(), Client: h.Client.Code(), Name: h.Staff.Name, Since: since, For: t.Now().Sub(since)}
}

// talkCard is one talk, for who supervises.
func talkCard(s Settings) dialog.Card[liveTalk] {
	return dialog.Card[liveTalk]{Text: talkText, Hear: superviseTalk(s), Staff: who(WatchFloor)}
}

// showLiveTalk shows a talk by its number to who supervises.
func (s Settings) showLiveTalk(t *dialog.Turn, ref string) error {
	h, err := t.Records.Handoff(ref)
	if err != nil {
		return gone(t, err)
	}
	if !h.Open() {
		t.Say(sayTalkOverLive.With(viewOfLive(t, h)))
		return nil
	}
	t.Say(talkCard(s).For(ref, viewOfLive(t, h)))
	return nil
}

func superviseTalk(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		me, _ := t.Staff()
		h, err := t.Records.Handoff(ref)
		if err != nil {
			return gone(t, err)
		}
		switch {
		case !h.Open():
			t.Say(sayTalkOverLive.With(viewOfLive(t, h)))
			return nil
		case choice == "read":
			t.Keep()
			return readTalk(t, h, me)
		case choice == "whisper" && h.Staff.ID != 0 && h.Staff.ID != me.ID:
			t.OpenAbout(whisperFlow, ref)
			return nil
		}
		return s.takeOver(t, ref)
	}
}

// readTalk shows what has been said. Who read it, and when, is on record.
func readTalk(t *dialog.Turn, h store.Handoff, me store.Staff) error {
	if err := t.Records.NoteReveal(me, h.Client.ID, store.RevealTalk+":"+h.Number()); err != nil {
		return err
	}
	lines, err := talkLines(t, h.Number(), h.Staff.Name)
	if err == nil {
		t.Say(sayTalkWords.With(checkedWork{Paper: h.Number(), Staff: h.Client.Code(), Lines: lines}))
	}
	return err
}

// talkLines are the newest messages of a talk.
func talkLines(t *dialog.Turn, ref, name string) (all []workLine, err error) {
	const newest = 20
	h, err := t.Records.Handoff(ref)
	if err != nil {
		return nil, err
	}
	said, err := t.Records.KeptWords(h, newest)
	for _, w := range said {
		one := workLine{Words: w.Lines, At: w.At}
		if w.Staff != 0 {
			one.From = name
			if st, err := t.Records.StaffByID(w.Staff); err == nil {
				one.From = st.Name
			}
		}
		all = append(all, one)
	}
	return all, err
}

// whisperFlow is opened by a talk's card.
const whisperFlow = "whisper"

// whispering is something that is being said to a colleague alone.
type whispering struct{ Ref, Client, Name string }

// whisperView is what the colleague reads.
type whisperView struct{ From, Client, Words string }

// whispers takes words for the colleague of a talk. They go to the colleague's own
// chat and nowhere else.
var whispers = dialog.Flow[whispering]{
	Name: whisperFlow, Title: titleWhisper, Staff: who(WatchFloor), Always: true, Fresh: true, Idle: time.Hour,
	Begin: func(t *dialog.Turn, d *whispering) (dialog.Move, error) {
		h, err := t.Records.Handoff(t.Paper())
		d.Ref, d.Client, d.Name = h.Number(), h.Client.Code(), h.Staff.Name
		return dialog.Next, err
	},
	Steps: []dialog.Step[whispering]{
		{Name: "words", Ask: askWhisper, Want: dialog.Text(1, 500), Hear: func(t *dialog.Turn, d *whispering) (dialog.Move, error) {
			return dialog.End, whisper(t, d.Ref)
		}},
	},
}

func whisper(t *dialog.Turn, ref string) error {
	me, ok := t.Staff()
	if !ok || !may(me.Role, WatchFloor) {
		return nil
	}
	h, err := t.Records.Handoff(ref)
	switch {
	case err != nil:
		return err
	case !h.Open() || h.Staff.ID == 0:
		t.Say(sayTalkOverLive.With(viewOfLive(t, h)))
		return nil
	}
	t.Tell(h.Staff.Conversation, h.Staff.Lang, sayWhisper.With(whisperView{me.Name, h.Client.Code(), t.Text()}))
	t.Say(sayWhispered.With(viewOfLive(t, h)))
	return nil
}
