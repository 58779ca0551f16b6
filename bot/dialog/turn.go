package dialog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// Turn is one event and everything we may do about it. Nothing on it touches
// the network: what is said is posted, what is written is in the transaction,
// and all of it takes effect when the turn commits, or not at all. A step may be
// played again on a newer state, so it must keep nothing outside its Turn.
//
// Methods that can fail remember the first failure; the turn is undone then as
// if the step had returned it.
type Turn struct {
	Event   bot.Event
	Records *store.Tx

	ctx     context.Context
	engine  *Engine
	session *bot.Session
	texts   *templates.Set
	log     *slog.Logger

	fold   *folded       // the event's words, once folded
	meant  *meant        // what they open, once read
	answer answer        // what the person said, as the step wants it
	paper  string        // what the pressed card is about
	photos []bot.MediaID // of the event, once noted
	noted  bool
	staff  *store.Staff // who the person is, once looked up
	looked bool

	out       []outgoing
	notes     []string     // the engine's own words before the next message
	edit      *bot.Message // settles the message whose button was pressed
	toast     string
	opening   []string // flows to be opened after this step
	anew      string   // the one of them that begins anew
	ended     map[string]bool
	handed    bool   // this turn left the talk to a colleague
	given     bool   // this turn took it back
	moved     bool   // the open question is not the one the person saw
	asked     bool   // the open question has been said
	missed    int    // misses in a row before this turn
	atLoss    bool   // this turn is one
	stray     bool   // nothing answers the turn's words
	refused   bool   // the person may not do what they wished
	unfit     bool   // the step could not take the answer
	answering string // the message that the next words quote
	keys      bool   // keys of an answered question are on the screen, in the place of the letters
	err       error
}

type folded struct{ of, text string }

type meant struct {
	of    string
	flows []*flow
}

type answer struct {
	choice string // the button's ID in the text
	label  string // its words in the person's language

	choices []string // of several
	others  []string // the person's own words among them
}

type outgoing struct {
	to   bot.Conversation
	lane store.Lane
	m    bot.Message

	carries *store.Carry // the words of the one whose turn it is
}

// Choice is the ID of the button that was chosen, as the text has it; empty when
// the answer is no choice. Of a button with "each" templates.Index reads it.
func (t *Turn) Choice() string { return t.answer.choice }

// Choices are the IDs of all buttons that were chosen, and the words that stood
// among them and are none, where Several is wanted.
func (t *Turn) Choices() (ids, others []string) {
	if t.answer.choice != "" {
		return []string{t.answer.choice}, nil
	}
	return t.answer.choices, t.answer.others
}

// Contact is the telephone number that was shared with us; own says that the
// platform vouches for its being the person's own. It is empty when none was.
func (t *Turn) Contact() (number string, own bool) {
	note := contactOf(t.Event)
	if number, own = strings.CutPrefix(note, bot.OwnContact); own {
		return number, true
	}
	return note[strings.LastIndex(note, " ")+1:], false
}

// Text is what the person wrote, without the spaces around it: the caption of a
// picture; empty when the answer is a choice.
func (t *Turn) Text() string {
	if t.answer.choice != "" {
		return ""
	}
	return strings.TrimSpace(t.Event.Text)
}

// Photos are the pictures of the event, noted in the records so that they will
// be fetched; nil when there are none.
func (t *Turn) Photos() []bot.MediaID {
	if t.noted {
		return t.photos
	}
	t.noted = true
	for _, m := range photosOf(t.Event) {
		id, err := t.Records.Want(m)
		if err != nil {
			t.fail(err)
			return nil
		}
		t.photos = append(t.photos, id)
	}
	return t.photos
}

// Paper is the ref of the card whose button was pressed, or that OpenAbout names,
// for the flow that is opened by it; empty when there is none.
func (t *Turn) Paper() string { return t.paper }

// Lang is the language we speak here.
func (t *Turn) Lang() string {
	if t.session.Lang == "" {
		return templates.Languages[0]
	}
	return t.session.Lang
}

// SetLang speaks lang from now on, one of templates.Languages.
func (t *Turn) SetLang(lang string) {
	if !slices.Contains(templates.Languages, lang) {
		t.fail(fmt.Errorf("dialog: we do not speak %q", lang))
		return
	}
	t.session.Lang = lang
}

// Now is the time of the turn.
func (t *Turn) Now() time.Time { return t.Records.Now() }

// Say answers the person, in the person's language. A text that is no card may
// have buttons too: their IDs are doors then, names of flows or of global words.
func (t *Turn) Say(l templates.Line) { t.Show(l) }

// Note says words before the next message of the turn to the person, in one with
// it where the platform counts messages. The text has no buttons.
func (t *Turn) Note(l templates.Line) { t.note(l) }

// Wrong says what is wrong with an answer that a step cannot take, before the
// question is asked again: the move is the step's. It counts as a miss.
func (t *Turn) Wrong(l templates.Line) Move {
	t.note(l)
	t.unfit = true
	return Again
}

// ChoiceIn reads words as a button of a text, whichever it is that is asked now:
// the button's ID, or empty.
func (t *Turn) ChoiceIn(l templates.Line, words string) string {
	a, _, err := t.chosenPart(l, words, false)
	t.fail(err)
	return a.choice
}

// Show says something with pictures after it.
func (t *Turn) Show(l templates.Line, photos ...bot.MediaID) {
	m := t.render(t.Lang(), l)
	m.Photos = photos
	t.post(m)
}

// Hand says something and gives the person a file with it, where the channel
// carries files.
func (t *Turn) Hand(l templates.Line, d bot.Document) {
	m := t.render(t.Lang(), l)
	m.Document = &d
	t.post(m)
}

// Gift is what a message brings besides its words.
type Gift struct {
	Document *bot.Document // nil: none
	Place    *bot.Place    // nil: none
}

// Bring says something in another conversation, with what comes with it where the
// channel carries that.
func (t *Turn) Bring(to bot.Conversation, lang string, l templates.Line, g Gift) {
	m := t.render(lang, l)
	m.Document, m.Place = g.Document, g.Place
	t.out = append(t.out, outgoing{to: to, lane: store.Replies, m: m})
}

// Texts are the words of the moment, for what is made of them besides messages.
func (t *Turn) Texts() *templates.Set { return t.texts }

// Toast shows the one who pressed a button a short note, where the channel can;
// nothing otherwise.
func (t *Turn) Toast(l templates.Line) {
	// The Bot API takes 200 characters (answerCallbackQuery).
	t.toast = cut(t.render(t.Lang(), l).Text, 200)
}

// Keep leaves the buttons of the pressed card where they are. Otherwise the card
// is settled: it shows the choice and loses its buttons.
func (t *Turn) Keep() { t.edit = nil }

// Words is what a line says in lang, without its buttons.
func (t *Turn) Words(lang string, l templates.Line) string {
	m, err := t.texts.Render(lang, l)
	t.fail(err)
	return m.Text
}

// Tell says something in another conversation, in lang, with pictures after it
// if there are any.
func (t *Turn) Tell(to bot.Conversation, lang string, l templates.Line, photos ...bot.MediaID) {
	m := t.render(lang, l)
	m.Photos = photos
	t.out = append(t.out, outgoing{to: to, lane: store.Replies, m: m})
}

// Pass says in another conversation, as it stands, a message of ours that did not
// reach the one it was for.
func (t *Turn) Pass(to bot.Conversation, m bot.Message) {
	t.out = append(t.out, outgoing{to: to, lane: store.Replies, m: m})
}

// Later has the notice of that name played in this conversation at the time
// given, once. One of the same name and ref is moved. ref holds at most 64 bytes
// of ASCII and no personal data.
func (t *Turn) Later(name, ref string, at time.Time) {
	if _, ok := t.engine.news[name]; !ok {
		t.fail(fmt.Errorf("dialog: there is no notice %q", name))
		return
	}
	t.Records.Later(name, ref, at)
}

// Cancel calls a notice off, if it is still to come.
func (t *Turn) Cancel(name, ref string) { t.Records.Cancel(name, ref) }

// Open opens another flow once the present step is done. The flow that is open
// is interrupted and resumed after it; one that is open already comes up.
func (t *Turn) Open(flow string) { t.opening = append(t.opening, flow) }

// OpenAbout opens another flow, as Open does, about the ref, which its Begin finds
// in Paper. Where it is open, or waits, it begins anew: it must keep nothing that
// could be lost by that.
func (t *Turn) OpenAbout(flow, ref string) {
	t.paper, t.anew = ref, flow
	t.Open(flow)
}

// Abandon drops all that waits to be gone on with, and the talk with a colleague:
// after this step nothing follows.
func (t *Turn) Abandon() { t.session.Stack, t.session.Human, t.handed = nil, false, false }

// Forget drops whatever is half done here in which the words stand: what is about
// somebody of whom nothing may be left. It is true when there was something.
func (t *Turn) Forget(words string) bool {
	s, about := t.session, func(fr bot.Frame) bool { return strings.Contains(string(fr.Data), words) }
	if strings.Contains(s.Pressed, words) {
		s.Pressed = ""
	}
	before := len(s.Stack)
	s.Stack = slices.DeleteFunc(s.Stack, about)
	dropped := len(s.Stack) < before
	if s.Open.Flow != "" && about(s.Open) {
		t.moved = s.Leave() // what was interrupted is asked again
		dropped = true
	}
	return dropped
}

// HandOff leaves the talk to a colleague: from now on what the person says is
// relayed, and only flows that are Always open. What was open waits.
func (t *Turn) HandOff() {
	t.handed = t.handed || !t.session.Human
	t.session.Human, t.given = true, false
}

// TakeBack ends a hand-off; what was open before it is resumed.
func (t *Turn) TakeBack() {
	t.given = t.given || t.session.Human && !t.handed
	t.session.Human, t.handed = false, false
}

// Attended says that a colleague has the talk.
func (t *Turn) Attended() bool { return t.session.Human }

// Wrote says that the person wrote one of the group's words and nothing else.
func (t *Turn) Wrote(w templates.Words) bool { return t.Event.Kind == bot.Wrote && t.says(w) }

// Stray says that nothing else answered what the person wrote, so that
// Config.Lost was asked: a flow that it opened begins with these words.
func (t *Turn) Stray() bool { return t.stray }

// First says that this is the first we hear of the conversation.
func (t *Turn) First() bool { return t.session.Seq == 1 }

// Staff is the member of staff who acted, in a group the one of them who did; false:
// a client, or nobody of ours.
func (t *Turn) Staff() (store.Staff, bool) {
	if !t.looked {
		t.looked = true
		s, err := t.Records.Staff(t.Event.Who())
		if err == nil && t.Event.Kind != bot.Noticed {
			err = t.Records.Prefer(s, t.Event.Who())
		}
		switch {
		case err == nil:
			t.staff = &s
			t.remember(isColleague)
		case errors.Is(err, store.ErrNotFound):
			t.remember(isNone)
		default:
			t.fail(err)
		}
	}
	if t.staff == nil {
		return store.Staff{}, false
	}
	return *t.staff, true
}

// remember keeps with the session whether the person is a colleague. A place of several
// people is nobody.
func (t *Turn) remember(works string) {
	if t.Event.By.IsZero() {
		t.session.Works = works
	}
}

// Refuse tells a colleague kindly that something is not for them, puts it on record,
// and has it counted. what names it, without personal data.
func (t *Turn) Refuse(what string) {
	t.RefuseWith(what, sayNotForYou.With(struct{}{}))
}

// RefuseWith is Refuse in other words.
func (t *Turn) RefuseWith(what string, l templates.Line) {
	me, _ := t.Staff()
	t.log.WarnContext(t.ctx, "a colleague was refused something", "event", t.Event.Key, "staff", me.ID, "role", me.Role, "what", what)
	if t.engine.cfg.Refused != nil {
		t.engine.cfg.Refused(what, true)
	}
	t.fail(t.Records.Audit(me.Actor(), store.Entry{Action: store.AuditRefused, Detail: what}))
	t.refused = true
	t.Say(l)
}

// Fail undoes the turn, as if its step had returned the error; nil does nothing.
func (t *Turn) Fail(err error) { t.fail(err) }

// fail remembers the first failure.
func (t *Turn) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}
