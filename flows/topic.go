package flows

import (
	"errors"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Where the agency has groups of its staff with topics, each client has one, called
// by their code. A client who asks for a person is announced there; whoever claims
// them there, or on the same platform, talks with them there: what the claimer
// writes goes to the client. What others write is a note among colleagues, unless
// they take over by a press. It is played in testdata/topic.*.chat.

// openTopic announces a client who waits in their topic. Where there are several
// groups a client's topic is in the one with the fewest open talks.
func (s Settings) openTopic(t *dialog.Turn, h store.Handoff) error {
	topic, err := s.topicOf(t, h.Client)
	if err != nil || topic.IsZero() {
		return err
	}
	b, err := briefingOf(t, h.Client)
	if err != nil {
		return err
	}
	t.Tell(topic, templates.Languages[0], briefingCard().For(b.Client, b))
	t.Tell(topic, templates.Languages[0], handoffAlert(s).For(h.Number(), viewOfHandoff(h)))
	return nil
}

// topicOf is a client's topic, zero where the agency has no groups.
func (s Settings) topicOf(t *dialog.Turn, c store.Client) (bot.Conversation, error) {
	if len(s.Groups) == 0 {
		return bot.Conversation{}, nil
	}
	known, err := t.Records.Topic(c.ID)
	if err != nil {
		return bot.Conversation{}, err
	}
	if known != "" {
		topic, err := bot.ParseConversation(known)
		group, _ := topic.InThread()
		for _, g := range s.Groups {
			if g == group {
				return topic, err
			}
		}
	}
	group, least := s.Groups[0], -1
	for _, g := range s.Groups {
		n, err := t.Records.OpenAt(g.Thread("").String())
		if err != nil {
			return bot.Conversation{}, err
		}
		if least < 0 || n < least {
			group, least = g, n
		}
	}
	topic := group.Thread(c.Code())
	return topic, t.Records.SetTopic(c.ID, topic.String())
}

// deskFor is where the colleague whose turn it is will have the talk: in the topic
// where they pressed, or where they are on its platform, and else here.
func (s Settings) deskFor(t *dialog.Turn, ref string) (bot.Conversation, error) {
	here := t.Event.From
	if inTopic(here) || len(s.Groups) == 0 {
		return here, nil
	}
	h, err := t.Records.Handoff(ref)
	if errors.Is(err, store.ErrNotFound) {
		return here, nil
	}
	if err != nil {
		return here, err
	}
	topic, err := s.topicOf(t, h.Client)
	if err != nil || topic.Channel != here.Channel {
		return here, err
	}
	return topic, nil
}

// talkInTopic is the client whom the topic is about, and their open talk; the zero
// Handoff where there is none.
func talkInTopic(t *dialog.Turn) (h store.Handoff, c store.Client, err error) {
	_, key := t.Event.From.InThread()
	if c, err = t.Records.ClientByCode(key); err != nil {
		return h, c, err
	}
	h, err = t.Records.HandoffOf(c.ID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Handoff{}, c, nil
	}
	return h, c, err
}

// topicView is what a topic tells who writes there.
type topicView struct {
	Client, Name string
	Elsewhere    bool // the talk is had in another place
}

// topicCard says that words were kept as a note, and lets a colleague take the
// talk. Its ref is the hand-off's number.
func topicCard(s Settings) dialog.Card[topicView] {
	return dialog.Card[topicView]{Text: topicText, Staff: who(TakeTalk), Hear: func(t *dialog.Turn, ref, _ string) error {
		return s.takeOver(t, ref)
	}}
}

// tellTopic tells those who read a client's topic by whom the client is looked after
// now, and what their own words are there.
func (s Settings) tellTopic(t *dialog.Turn, h store.Handoff) error {
	topic, err := s.topicOf(t, h.Client)
	if err != nil || topic.IsZero() {
		return err
	}
	t.Tell(topic, templates.Languages[0], sayWith.With(topicView{h.Client.Code(), h.Staff.Name, h.Desk != topic}))
	return nil
}

var sayWith = templates.New[topicView]("talk.with")

var topicText = templates.New[topicView]("talk.topic_note")

// hearTopic finds out what to do with what a colleague says in a topic.
func hearTopic(s Settings) func(*dialog.Turn) error {
	return func(t *dialog.Turn) error {
		me, ok := t.Staff()
		if !ok {
			return nil
		}
		h, c, err := talkInTopic(t)
		if errors.Is(err, store.ErrNotFound) {
			return nil // the group's general topic, or one of its own
		}
		if err != nil {
			return err
		}
		mine := h.Of(me) && h.Desk == t.Event.From
		search, canned := cannedSearch(t.Event.Text)
		switch {
		case canned && t.Event.Kind == bot.Wrote:
			return s.findCanned(t, search)
		case t.Event.Kind == bot.Wrote && asksFate(t.Event.Text):
			return tellLastLines(t)
		case mine && t.Event.Kind == bot.Wrote && (t.Wrote(openTakeBack) || asksTakeBack(t.Event.Text)):
			return takeBackByWord(t)
		case mine && t.Wrote(openFinish):
			return s.closeTalk(t, me, h)
		case mine:
			return s.fromClaimer(t, me, h)
		}
		return s.noteFromOther(t, me, h, c)
	}
}

// fromClaimer passes on what the colleague says who has the talk.
func (s Settings) fromClaimer(t *dialog.Turn, me store.Staff, h store.Handoff) error {
	talk := []store.Handoff{h}
	if held, choice, err := s.typedOnCard(t, me, talk); choice != "" || err != nil {
		return errors.Join(err, pressStopped(s)(t, held, choice))
	}
	w, ok, err := carry(t)
	switch {
	case !ok || err != nil:
		return err
	case isNote(t.Event.Text):
		return s.noteAbout(t, me, h, true, talk, w)
	case t.Event.Kind == bot.Edited:
		return s.correct(t, me, talk, w)
	case looksLikeNote(t.Event.Text):
		return s.askDesk(t, me, store.AskNote, talk, w)
	}
	return s.sayTo(t, me, h, w, false)
}

// noteFromOther keeps what a colleague says who has not the talk.
func (s Settings) noteFromOther(t *dialog.Turn, me store.Staff, h store.Handoff, c store.Client) error {
	w, ok, err := carry(t)
	if !ok || err != nil {
		return err
	}
	marked := isNote(t.Event.Text)
	if marked {
		w, _ = noteOf(w)
	}
	if w.Items() == 0 {
		return nil
	}
	if marked || h.ID == 0 {
		return keepTalkNote(t, me, c, h.ID, w)
	}
	if err := t.Records.KeepTalkNote(c, h.ID, me, w); err != nil {
		return err
	}
	t.Say(topicCard(s).For(h.Number(), topicView{Client: c.Code(), Name: h.Staff.Name}))
	return nil
}

var (
	sayTakenFrom = templates.New[handoffView]("talk.taken_from") // to who had the talk
	sayNowWith   = templates.New[handoffView]("human.now_with")  // to the client
	sayHaveIt    = templates.New[handoffView]("talk.have_it")
)

// takeOver gives an open talk to the colleague whose turn it is, whoever has it.
// What was said goes along.
func (s Settings) takeOver(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	before, err := t.Records.Handoff(ref)
	if err != nil {
		return gone(t, err)
	}
	if before.Waiting() {
		return s.come(t, ref)
	}
	desk, err := s.deskFor(t, ref)
	if err != nil {
		return err
	}
	h, moved, err := t.Records.TakeOverHandoff(ref, me, desk, me.Capacity)
	switch {
	case errors.Is(err, store.ErrBusy):
		t.Keep()
		return sayFullDesk(t, me)
	case err != nil:
		return err
	case !h.Open():
		t.Say(sayTalkOver.With(viewOfHandoff(h)))
		return nil
	case !moved:
		t.Say(sayHaveIt.With(viewOfHandoff(h)))
		return nil
	}
	if before.Desk != desk {
		t.Records.LaterFor(before.Desk, movedNews, ref, t.Now())
	} else {
		t.Inform(before.Staff.Conversation, before.Staff.Lang, sayTakenFrom.With(viewOfHandoff(h)))
	}
	t.Tell(h.Client.Conversation, h.Client.Lang, sayNowWith.With(viewOfHandoff(h)))
	return s.beginTalk(t, h, before.Desk == h.Desk)
}
