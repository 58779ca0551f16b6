package flows

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A colleague with several clients writes to one of them at a time, the current
// one. Nothing but the colleague changes who that is: a press under a client's
// line, or "/K7". Words that quote a client's line go to that client. Where it is
// not certain for whom words are, they wait, and the colleague is asked; after a
// talk has ended nobody is current. It is played in testdata/desk.zh-CN.chat and
// desk_wechat.zh-CN.chat.

// inTopic says that a desk is the topic of a group, which is about one client.
func inTopic(desk bot.Conversation) bool {
	_, key := desk.InThread()
	return key != ""
}

// deskTalks lists the talks that a colleague has in chats of their own.
func deskTalks(t *dialog.Turn, me store.Staff) ([]store.Handoff, error) {
	all, err := t.Records.HandoffsWith(me.ID)
	return slices.DeleteFunc(all, func(h store.Handoff) bool { return inTopic(h.Desk) }), err
}

// deskView is what a colleague is asked about words that wait, or about a talk.
type deskView struct {
	Kind     string
	Words    string // as they begin
	Pictures int
	Files    int
	To       []string // clients to whom the words may go
	NoteTo   []string // clients of whom they may be a note
	End      []string // clients whose talk may end
	Next     []string // clients to whom the colleague may turn
	Waits    bool     // words do
}

var (
	titleTalkTo = templates.New[none]("title.talk_to")

	whomText = templates.New[deskView]("talk.whom")

	sayGoesTo      = templates.New[string]("talk.goes_to")
	sayTurned      = templates.New[handoffView]("talk.turned")
	sayNotWithYou  = templates.New[string]("talk.not_with_you")
	sayDeskDropped = templates.New[none]("talk.dropped")
	sayDeskDone    = templates.New[none]("talk.done_before")
	sayDeskFull    = templates.New[none]("talk.waits_enough")
)

// whomCard asks for whom words are.
func whomCard(s Settings) dialog.Card[deskView] {
	return dialog.Card[deskView]{Text: whomText, Hear: s.answerDesk, Staff: who(HaveTalks)}
}

// hearColleague finds out what to do with what a colleague says in a chat of their
// own, where they have these talks.
func (s Settings) hearColleague(t *dialog.Turn, me store.Staff, talks []store.Handoff) error {
	if held, choice, err := s.typedOnCard(t, me, talks); choice != "" || err != nil {
		return errors.Join(err, pressStopped(s)(t, held, choice))
	}
	card, ref, choice, typed := t.TypedOnCard()
	if typed && card == whomText.Name() {
		q, err := t.Records.DeskQuestion(ref)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil && !q.Done {
			return s.answerDesk(t, ref, choice)
		}
	}
	if hear := fateCards[card]; typed && hear != nil {
		return hear(t, ref, choice)
	}
	w, ok, err := carry(t)
	if !ok || err != nil {
		return err
	}
	to, certain, err := aim(t, me, talks)
	only := talks
	if certain {
		only = []store.Handoff{to}
	}
	switch {
	case err != nil:
		return err
	case isNote(t.Event.Text):
		return s.noteAbout(t, me, to, certain, talks, w)
	case t.Event.Kind == bot.Edited:
		return s.correct(t, me, talks, w)
	case looksLikeNote(t.Event.Text):
		return s.askDesk(t, me, store.AskNote, only, w)
	case !certain:
		return s.askDesk(t, me, store.AskWhom, talks, w)
	case typed && utf8.RuneCountInString(t.Text()) == 1:
		return s.askDesk(t, me, store.AskLetter, only, w)
	}
	return s.sayTo(t, me, to, w, false)
}

var clientNumber = regexp.MustCompile(`\bK-\d{6,}\b`)

// aim finds whom a colleague's words are for: the client whose line they quote, or
// the current one. certain is false when neither is clear.
func aim(t *dialog.Turn, me store.Staff, talks []store.Handoff) (to store.Handoff, certain bool, err error) {
	codes := clientNumber.FindAllString(t.Event.Quoted, -1)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	if len(codes) > 0 {
		i := slices.IndexFunc(talks, func(h store.Handoff) bool { return h.Client.Code() == codes[0] })
		if len(codes) > 1 || i < 0 {
			return to, false, nil
		}
		return talks[i], true, nil
	}
	to, err = t.Records.Current(me)
	if errors.Is(err, store.ErrNotFound) || err == nil && inTopic(to.Desk) {
		return to, false, nil
	}
	return to, err == nil, err
}

// sayTo says a colleague's words to a client, unless the guard stops them, and
// shows to whom they went.
func (s Settings) sayTo(t *dialog.Turn, me store.Staff, to store.Handoff, w store.Words, changed bool) error {
	became, stopped, err := s.utter(t, utterance{By: me, Client: to.Client, Outlet: outletTalk, Ref: to.Number(), Words: w, Changed: changed, Sure: true})
	switch {
	case err != nil:
		return err
	case became == wordsStopped:
		t.Say(stoppedCard(s).For(stopped.Number, stopped))
	case became == wordsLate:
		t.Say(sayUnheard.With(none{}))
	case !inTopic(t.Event.From):
		t.Say(sayGoesTo.With(to.Client.Code()))
	}
	return nil
}

const (
	mostWait = 40               // lines and pictures that wait for one answer
	waitOn   = 10 * time.Minute // what is said within it waits together
)

// askDesk lets words wait and asks what is to become of them.
func (s Settings) askDesk(t *dialog.Turn, me store.Staff, kind store.DeskKind, talks []store.Handoff, w store.Words) error {
	q := store.DeskQuestion{Kind: kind, Staff: me.ID, Words: w, Changed: kind == store.AskEdit, Choices: talks}
	open, err := t.Records.OpenDeskQuestion(t.Now().Add(-waitOn))
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return err
	case err == nil && kind == store.AskWhom && open.Kind == kind && slices.Equal(clientCodes(open.Choices), clientCodes(talks)):
		q, err = t.Records.AddToDesk(open, w, mostWait)
		if errors.Is(err, store.ErrFull) {
			t.Say(sayDeskFull.With(none{}))
			return nil
		}
		if err == nil && len(w.Lines) == 0 {
			return nil // a picture of an album: they have been asked
		}
	default:
		q, err = t.Records.AskDesk(q)
	}
	if err == nil {
		t.Say(whomCard(s).For(q.Number(), viewOfDesk(q)))
	}
	return err
}

func viewOfDesk(q store.DeskQuestion) deskView {
	v := deskView{Kind: string(q.Kind), Words: shorten(strings.Join(q.Words.Lines, " ")), Pictures: len(q.Words.Photos), Files: len(q.Words.Files), Waits: q.Words.Items() > 0}
	codes := clientCodes(q.Choices)
	switch q.Kind {
	case store.AskEnd:
		v.End = codes
	case store.AskNext:
		v.Next = codes
	case store.AskNoteFor:
		v.NoteTo = codes
	case store.AskNote, store.AskEdit:
		v.To, v.NoteTo = codes, codes
	default:
		v.To = codes
	}
	return v
}

// answerDesk plays what a colleague has decided.
func (s Settings) answerDesk(t *dialog.Turn, ref, choice string) error {
	me, _ := t.Staff()
	q, err := t.Records.DeskQuestion(ref)
	if err = only(q.Staff == me.ID, err); err != nil {
		return gone(t, err)
	}
	what, i, _ := templates.Index(choice)
	if choice != "drop" && i >= len(q.Choices) {
		return gone(t, store.ErrNotFound)
	}
	if choice != "drop" {
		if h := q.Choices[i]; !h.Of(me) && what != "note" {
			t.Keep()
			t.Say(sayNotWithYou.With(h.Client.Code()))
			return nil
		}
	}
	settled, err := t.Records.SettleDesk(q)
	switch {
	case err != nil:
		return err
	case !settled && what != "turn":
		t.Say(sayDeskDone.With(none{}))
		return nil
	case choice == "drop":
		t.Say(sayDeskDropped.With(none{}))
		return nil
	}
	return s.decideDesk(t, me, q, what, q.Choices[i])
}

func (s Settings) decideDesk(t *dialog.Turn, me store.Staff, q store.DeskQuestion, what string, h store.Handoff) error {
	switch what {
	case "note":
		return keepTalkNote(t, me, h.Client, h.ID, q.Words)
	case "end":
		return s.closeTalk(t, me, h)
	case "turn":
		return s.turnTo(t, h.Number())
	}
	if !inTopic(t.Event.From) {
		if err := t.Records.TurnTo(h); err != nil {
			return err
		}
	}
	return s.sayTo(t, me, h, q.Words, q.Changed)
}

// turnTo turns the colleague's desk to a talk of theirs.
func (s Settings) turnTo(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	h, err := t.Records.Handoff(ref)
	if err != nil {
		return gone(t, err)
	}
	switch {
	case !h.Of(me) || inTopic(t.Event.From):
		t.Say(sayNotWithYou.With(h.Client.Code()))
		return nil
	}
	if h.Desk != t.Event.From {
		if err := t.Records.MoveDesk(h, t.Event.From); err != nil {
			return err
		}
	}
	if err := t.Records.TurnTo(h); err != nil {
		return err
	}
	all, err := t.Records.HandoffsWith(me.ID)
	if err != nil {
		return err
	}
	v := viewOfHandoff(h)
	v.Others = clientCodes(slices.DeleteFunc(all, func(o store.Handoff) bool { return o.ID == h.ID }))
	t.HandOff()
	t.Say(sayTurned.With(v))
	return nil
}

// talkTo is "/K7": the colleague turns to that client.
func talkTo(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "talk_to",
		Title:   titleTalkTo,
		Reads:   func(text string) bool { return turnCode(text) != "" },
		Staff:   who(HaveTalks),
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			return dialog.End, s.turnToCode(t, turnCode(t.Event.Text))
		},
	}
}

// turnCode reads "/K7" as people type it; empty: it is none.
func turnCode(text string) string {
	rest := strings.TrimLeft(strings.TrimSpace(text), "/／")
	if len(rest) == len(strings.TrimSpace(text)) || isNote(text) || !strings.HasPrefix(templates.Fold(rest), "k") {
		return ""
	}
	return clientCode(rest)
}

func (s Settings) turnToCode(t *dialog.Turn, code string) error {
	me, _ := t.Staff()
	all, err := t.Records.HandoffsWith(me.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(h store.Handoff) bool { return h.Client.Code() == code })
	if i < 0 {
		t.Say(sayNotWithYou.With(code))
		return nil
	}
	return s.turnTo(t, all[i].Number())
}

// endAtDesk ends the current talk, or asks which.
func (s Settings) endAtDesk(t *dialog.Turn, me store.Staff, talks []store.Handoff) error {
	h, certain, err := aim(t, me, talks)
	if err != nil {
		return err
	}
	if len(talks) == 1 {
		h, certain = talks[0], true
	}
	if !certain {
		return s.askDesk(t, me, store.AskEnd, talks, store.Words{})
	}
	return s.closeTalk(t, me, h)
}

// deskIsFree tells the colleague at whose desk a talk was that it is over, and
// that nobody is current; who waits may be offered to them then.
func (s Settings) deskIsFree(t *dialog.Turn, h store.Handoff, l templates.Of[handoffView]) error {
	me, ok := t.Staff()
	switch {
	case inTopic(t.Event.From):
		t.Say(l.With(viewOfHandoff(h)))
	case !ok:
		t.TakeBack()
	default:
		if err := s.showDesk(t, me, h, l); err != nil {
			return err
		}
	}
	if ok && h.Staff.ID == me.ID {
		return s.freeAgain(t, me.ID)
	}
	return s.deal(t)
}

// showDesk tells a colleague that a talk is over, and whom they have now.
func (s Settings) showDesk(t *dialog.Turn, me store.Staff, h store.Handoff, l templates.Of[handoffView]) error {
	talks, err := deskTalks(t, me)
	if err != nil {
		return err
	}
	v := viewOfHandoff(h)
	v.Others = clientCodes(talks)
	switch _, err := t.Records.Current(me); {
	case len(talks) == 0:
		t.TakeBack()
		t.News(l.With(v))
	case errors.Is(err, store.ErrNotFound):
		t.Note(l.With(v))
		return s.askDesk(t, me, store.AskNext, talks, store.Words{})
	case err != nil:
		return err
	default:
		t.News(l.With(v))
	}
	return nil
}
