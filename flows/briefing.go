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

// Before the first word a colleague reads who the client is: how far they have
// come, what they have agreed to, what there has been, what to be careful of, and
// what colleagues have noted. Names, numbers and answers are not among it: for
// those there is the client's card, by role. It is played in
// testdata/briefing.zh-CN.chat.

// graveMatters are the matters of complaints that a colleague must know of.
var graveMatters = []string{"privacy", "date"}

// briefing is what is told of a client.
type briefing struct {
	Client, Source, Owner string
	Stage                 string // new, registering, registered, or a standing
	Lang                  string // that they speak
	Abroad                bool   // Telegram, and processing abroad is not agreed to
	Reach                 reachView
	Agreed                []string // to what they have
	store.History
	Last  []lastTalk
	Notes []briefNote
}

type lastTalk struct {
	At time.Time
	By string
}

type briefNote struct {
	At        time.Time
	By, Words string
}

// briefingCard tells who a client is. Its ref is the client's code.
func briefingCard() dialog.Card[briefing] {
	return dialog.Card[briefing]{Text: briefingText, Staff: who(WriteNotes), Hear: func(t *dialog.Turn, ref, _ string) error {
		t.Keep()
		if inTopic(t.Event.From) { // a question there would catch what others say
			t.Say(sayHowToNote.With(none{}))
			return nil
		}
		t.OpenAbout(noteFlow, ref)
		return nil
	}}
}

var briefingText = templates.New[briefing]("talk.briefing")

// How much of the past is shown.
const (
	lastTalks = 3
	lastNotes = 5
)

// showBriefing tells who the client is, where the talk is had.
func (s Settings) showBriefing(t *dialog.Turn, h store.Handoff) error {
	b, err := briefingOf(t, h.Client)
	if err != nil {
		return err
	}
	sayAt(t, h, briefingCard().For(b.Client, b))
	return t.Records.NoteReveal(h.Staff, h.Client.ID, store.RevealCard+":"+h.Number())
}

func briefingOf(t *dialog.Turn, c store.Client) (b briefing, err error) {
	b = briefing{Client: c.Code(), Source: c.SourceName, Lang: c.Lang}
	if b.Reach, err = reachOf(t, c); err != nil {
		return b, err
	}
	if b.Stage, err = stageOf(t, c); err != nil {
		return b, err
	}
	if b.Agreed, err = agreedTo(t, c); err != nil {
		return b, err
	}
	b.Abroad = c.Conversation.Channel == "telegram" && !slices.Contains(b.Agreed, string(store.ConsentAbroad))
	if c.OwnerID != 0 {
		owner, err := t.Records.StaffByID(c.OwnerID)
		if err == nil {
			b.Owner = owner.Name
		}
	}
	if b.History, err = t.Records.History(c.ID, graveMatters...); err != nil {
		return b, err
	}
	talks, err := t.Records.LastTalks(c.ID, lastTalks)
	if err != nil {
		return b, err
	}
	for _, h := range talks {
		b.Last = append(b.Last, lastTalk{h.OpenedAt, h.Staff.Name})
	}
	notes, err := t.Records.TalkNotes(c.ID, lastNotes)
	for _, n := range notes {
		b.Notes = append(b.Notes, briefNote{n.At, n.By.Name, firstRunes(strings.Join(n.Lines, " "), 200)})
	}
	return b, err
}

// stageOf is how far a client has come.
func stageOf(t *dialog.Turn, c store.Client) (string, error) {
	if c.Standing != store.Searching {
		return c.Standing.String(), nil
	}
	p, err := t.Records.Profile(c.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "new", nil
	case err != nil:
		return "", err
	case p.FiledAt.IsZero():
		return "registering", nil
	}
	return "registered", nil
}

// agreedTo lists what a client has agreed to.
func agreedTo(t *dialog.Turn, c store.Client) (all []string, err error) {
	for _, kind := range []store.ConsentKind{store.ConsentNotice, store.ConsentSensitive, store.ConsentShow, store.ConsentAbroad} {
		consent, err := t.Records.Consent(c.ID, kind)
		if err != nil {
			return nil, err
		}
		if consent.Given() {
			all = append(all, string(kind))
		}
	}
	return all, nil
}
