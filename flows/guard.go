package flows

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/guard"
	"redthread/store"
	"redthread/templates"
)

// Before a colleague's own words reach a client, the guard reads them. What it
// stops is not sent: the colleague hears why, and writes it otherwise, or asks a
// supervisor, who lets it pass or says why not. A supervisor is warned, and may
// send. What it flags is sent, and noted. Every way to a client goes through
// utter; a test holds the list. It is played in testdata/guard.*.chat.

// utterance is what a colleague has to say to a client.
type utterance struct {
	By      store.Staff
	Client  store.Client
	Outlet  string // one of the outlets
	Ref     string // the paper it is about
	Words   store.Words
	Changed bool // it corrects an earlier message
	Sure    bool // the colleague has been asked whether it is a note, or it does not look like one
}

// The outlets: the ways by which a colleague's own words reach a client.
const (
	outletTalk   = "talk"   // Ref is the hand-off's number
	outletAnswer = "answer" // Ref is the question's
)

// outlets send words that may pass. sent is false when it is too late: there is
// nobody any more whom they would reach in that way.
var outlets = map[string]func(t *dialog.Turn, s Settings, u utterance) (sent bool, err error){
	outletTalk:   sayInTalk,
	outletAnswer: giveAnswer,
}

// uttered says what has become of words.
type uttered string

const (
	wordsSent    uttered = "sent"
	wordsStopped uttered = "stopped"
	wordsLate    uttered = "late" // the outlet would not take them
	wordsNote    uttered = "note" // they are a note, or look like one: nobody was told
)

// utter sends a colleague's words to a client, if they may go. Of what is stopped
// it gives what the colleague is to be told, who has not been told yet.
func (s Settings) utter(t *dialog.Turn, u utterance) (became uttered, stopped heldView, err error) {
	if text := readable(u.Words); isNote(text) || !u.Sure && looksLikeNote(text) {
		return wordsNote, stopped, nil
	}
	replaced, err := t.Records.ReplaceHeld(u.By, u.Ref, u.Changed || u.Outlet == outletAnswer)
	if err != nil {
		return "", stopped, err
	}
	// What is corrected before it was sent is new to the client.
	u.Changed = u.Changed && replaced == 0
	found := s.Guard().Check(readable(u.Words))
	if slices.ContainsFunc(found, func(f guard.Finding) bool { return f.Severity == guard.Stop }) {
		h, err := t.Records.HoldWords(u.held(store.HeldBack, found))
		return wordsStopped, viewOfHeld(h, found, u), err
	}
	sent, err := outlets[u.Outlet](t, s, u)
	if err != nil || !sent {
		return wordsLate, stopped, err
	}
	if len(found) > 0 {
		h, err := t.Records.HoldWords(u.held(store.HeldFlagged, found))
		if err != nil {
			return "", stopped, err
		}
		t.Say(sayFlagged.With(viewOfHeld(h, found, u)))
	}
	return wordsSent, stopped, nil
}

// readable is all that a client can read of words: the names of files too.
func readable(w store.Words) string {
	all := slices.Clone(w.Lines)
	for _, f := range w.Files {
		all = append(all, f.Name)
	}
	return strings.Join(all, "\n")
}

func (u utterance) held(state store.HeldState, found []guard.Finding) store.Held {
	h := store.Held{By: u.By, Client: u.Client, Outlet: u.Outlet, Ref: u.Ref, State: state, Words: u.Words}
	for _, k := range guard.Kinds {
		if slices.ContainsFunc(found, func(f guard.Finding) bool { return f.Kind == k }) {
			h.Kinds = append(h.Kinds, string(k))
		}
	}
	return h
}

// heldView is what texts may tell of words that were held back.
type heldView struct {
	Number, Client, By string
	Found              []fault
	Words              []string // whole; for supervisors
	Pictures           int
	Boss               bool // who wrote them may let them pass
	State              string
	Decider            string
	At                 time.Time
	Reason             string // why they may not go
}

// fault is one thing that was found, as the colleague wrote it.
type fault struct{ Kind, Words string }

func viewOfHeld(h store.Held, found []guard.Finding, u utterance) heldView {
	text := readable(u.Words)
	v := heldView{
		Number: h.Number(), Client: h.Client.Code(), By: h.By.Name, Words: u.Words.Lines, Pictures: len(u.Words.Photos), Boss: isBoss(h.By),
		State: string(h.State), Decider: h.Decider.Name, At: h.At,
	}
	const few = 5 // more need not be told to be believed
	for _, f := range found {
		one := fault{string(f.Kind), shorten(strings.ReplaceAll(text[f.From:f.To], "\n", " "))}
		if len(v.Found) < few && !slices.Contains(v.Found, one) {
			v.Found = append(v.Found, one)
		}
	}
	return v
}

// viewOfHeldNow reads what is wrong with held words as the rules stand today.
func (s Settings) viewOfHeldNow(h store.Held) heldView {
	return viewOfHeld(h, s.Guard().Check(readable(h.Words)), utterance{Words: h.Words})
}

var (
	sayFlagged     = templates.New[heldView]("guard.flagged")
	sayHeldDropped = templates.New[heldView]("guard.dropped")
	sayHeldBefore  = templates.New[heldView]("guard.before") // it has been decided, or asked
	sayNoBoss      = templates.New[none]("guard.no_boss")
	sayLetPass     = templates.New[heldView]("guard.let_pass") // to who wrote them
	sayNotPassed   = templates.New[heldView]("guard.refused")
	sayTooLate     = templates.New[heldView]("guard.too_late")
	sayYouLetPass  = templates.New[heldView]("guard.you_let_pass") // to who decided
	sayYouRefused  = templates.New[heldView]("guard.you_refused")
)

// stoppedCard tells a colleague what was found. A supervisor may send it all the
// same.
func stoppedCard(s Settings) dialog.Card[heldView] {
	return dialog.Card[heldView]{Text: stoppedText, Hear: pressStopped(s), Staff: who(DecideOwnWords)}
}

// waitingCard is with the colleague while a supervisor is asked.
func waitingCard(s Settings) dialog.Card[heldView] {
	return dialog.Card[heldView]{Text: waitingText, Hear: pressStopped(s), Staff: who(DecideOwnWords)}
}

// appealCard asks supervisors to let words pass.
func appealCard(s Settings) dialog.Card[heldView] {
	return dialog.Card[heldView]{Text: appealText, Hear: pressAppeal(s), Staff: who(LetWordsPass)}
}

var (
	stoppedText = templates.New[heldView]("guard.stopped")
	waitingText = templates.New[heldView]("guard.asked")
	appealText  = templates.New[heldView]("guard.appeal")
)

// pressStopped plays what the one who wrote the words decides about them.
func pressStopped(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		me, _ := t.Staff()
		h, err := t.Records.Held(ref)
		if err = only(h.By.ID == me.ID, err); err != nil {
			return gone(t, err)
		}
		switch {
		case !h.Open() || choice == "ask" && h.State == store.HeldAsked:
			t.Say(sayHeldBefore.With(s.viewOfHeldNow(h)))
			return nil
		case choice == "send" && isBoss(me):
			return s.letPass(t, h, me)
		case choice == "ask":
			return s.appeal(t, h)
		case choice != "drop":
			return nil // a supervisor's button, pressed by who is none any more
		}
		if h, _, err = t.Records.DecideHeld(ref, store.HeldDropped, me); err == nil {
			t.Say(sayHeldDropped.With(s.viewOfHeldNow(h)))
		}
		return err
	}
}

// typedOnCard is what a colleague who talks with clients has typed for a button of
// the card about their stopped words: its letter, or its words. Otherwise the client
// would be sent the letter.
func (s Settings) typedOnCard(t *dialog.Turn, me store.Staff, talks []store.Handoff) (number, choice string, err error) {
	if t.Event.Kind != bot.Wrote {
		return "", "", nil
	}
	var h store.Held
	for _, talk := range talks {
		o, err := t.Records.OpenHeld(me, talk.Number())
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return "", "", err
		}
		if err == nil && o.ID > h.ID {
			h = o
		}
	}
	if h.ID == 0 {
		return "", "", nil
	}
	card, buttons := stoppedCard(s), []string{"ask", "drop"}
	switch {
	case h.State == store.HeldAsked:
		card, buttons = waitingCard(s), []string{"drop"}
	case isBoss(me):
		buttons[0] = "send"
	}
	typed := templates.Fold(t.Text())
	for i, b := range buttons {
		if typed == string(rune('a'+i)) {
			return h.Number(), b, nil
		}
	}
	return h.Number(), t.ChoiceIn(card.For(h.Number(), s.viewOfHeldNow(h)), t.Text()), nil
}

// appeal asks supervisors.
func (s Settings) appeal(t *dialog.Turn, h store.Held) error {
	all, err := t.Records.StaffOf(bosses...)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		t.Keep()
		t.Say(sayNoBoss.With(none{}))
		return nil
	}
	h, asked, err := t.Records.AskAboutHeld(h.Number())
	if err != nil || !asked {
		return err
	}
	v := s.viewOfHeldNow(h)
	t.Say(waitingCard(s).For(h.Number(), v))
	return s.wake(t, alarmAppeal, h.Number(), concern{client: h.Client, rung: store.RungSupervisor})
}

// showAppeal is the alert of a colleague who waits for a supervisor's word.
func showAppeal(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		h, err := t.Records.Held(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		return appealCard(s).For(ref, s.viewOfHeldNow(h)), h.State == store.HeldAsked, err
	}
}

// pressAppeal plays what a supervisor decides: the first press counts.
func pressAppeal(s Settings) func(t *dialog.Turn, ref, choice string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		me, _ := t.Staff()
		h, err := t.Records.Held(ref)
		if err != nil {
			return gone(t, err)
		}
		switch {
		case !h.Open():
			t.Say(sayHeldBefore.With(s.viewOfHeldNow(h)))
			return nil
		case choice == "refuse":
			t.OpenAbout(refuseFlow, ref)
			return nil
		}
		return s.letPass(t, h, me)
	}
}

// letPass sends held words, unless it is too late for them.
func (s Settings) letPass(t *dialog.Turn, h store.Held, by store.Staff) error {
	v := s.viewOfHeldNow(h)
	sent, err := false, error(nil)
	if h.By.RevokedAt.IsZero() {
		sent, err = outlets[h.Outlet](t, s, utterance{By: h.By, Client: h.Client, Outlet: h.Outlet, Ref: h.Ref, Words: h.Words, Sure: true})
	}
	if err != nil {
		return err
	}
	state, mine, theirs := store.HeldSent, sayYouLetPass, sayLetPass
	if !sent {
		state, mine, theirs = store.HeldGone, sayTooLate, sayTooLate
	}
	if _, _, err = t.Records.DecideHeld(h.Number(), state, by); err != nil {
		return err
	}
	v.State, v.Decider = string(state), by.Name
	t.Say(mine.With(v))
	if by.ID != h.By.ID && h.By.RevokedAt.IsZero() {
		t.Inform(h.By.Conversation, h.By.Lang, theirs.With(v))
	}
	return nil
}

// refusing asks a supervisor why words may not go, in a press or in words. It is
// about the words of the card that was pressed.
func refusing(s Settings) dialog.Flow[refusal] {
	return dialog.Flow[refusal]{
		Name:   refuseFlow,
		Title:  titleRefuse,
		Staff:  who(LetWordsPass),
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin: func(t *dialog.Turn, r *refusal) (dialog.Move, error) {
			h, err := t.Records.Held(t.Paper())
			r.Ref, r.By = h.Number(), h.By.Name
			return dialog.Next, err
		},
		Steps: []dialog.Step[refusal]{
			{Name: "why", Ask: askWhyNot, Want: dialog.Button.Or(dialog.Text(1, 200)), Hear: takeRefusal(s)},
		},
	}
}

// refuseFlow is opened by a card.
const refuseFlow = "refuse_words"

var (
	titleRefuse = templates.New[none]("title.refuse_words")
	askWhyNot   = templates.New[refusal]("guard.why_not")
)

// refusal is a "no" that is being given its reason.
type refusal struct{ Ref, By string }

func takeRefusal(s Settings) func(*dialog.Turn, *refusal) (dialog.Move, error) {
	return func(t *dialog.Turn, r *refusal) (dialog.Move, error) {
		me, ok := t.Staff()
		if !ok || !isBoss(me) { // dismissed meanwhile
			return dialog.End, nil
		}
		h, refused, err := t.Records.DecideHeld(r.Ref, store.HeldRefused, me)
		if err != nil {
			return dialog.End, gone(t, err)
		}
		v := s.viewOfHeldNow(h)
		if !refused {
			t.Say(sayHeldBefore.With(v))
			return dialog.End, nil
		}
		t.Say(sayYouRefused.With(v))
		v.Reason = t.Text()
		if t.Choice() != "" {
			v.Reason = t.Words(h.By.Lang, reasons.With(t.Choice()))
		}
		if h.By.RevokedAt.IsZero() {
			t.Tell(h.By.Conversation, h.By.Lang, sayNotPassed.With(v))
		}
		return dialog.End, nil
	}
}

// reasons are what the buttons of guard.why_not stand for, in the words of whoever
// hears them.
var reasons = templates.New[string]("guard.reason")

// ownRules are the built-in rules of an agency that tells clients its number.
func ownRules(agency func(lang string) dialog.Agency) func() *guard.Guard {
	load := sync.OnceValue(func() *guard.Guard {
		var own []string
		for _, lang := range templates.Languages {
			own = append(own, agency(lang).Phone)
		}
		g, err := guard.Load(guard.Options{Own: own})
		if err != nil {
			panic(err) // the built-in files, which a test loads
		}
		return g
	})
	return func() *guard.Guard { return load() }
}
