package flows

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// From two hours before a date until six hours after its beginning one word calls for
// help, whatever the talk is about: a colleague is alerted with all that they need, and
// alerted again, higher and higher, day or night, until one of them answers. The client
// hears at once what happens, and whom to call meanwhile. At other times the same words
// bring a person. It is played in testdata/safety.*.chat.

const (
	helpBefore = 2 * time.Hour
	helpAfter  = 6 * time.Hour

	// helpWithin is how long whoever has answered has, until those above hear that
	// nobody has said how it went.
	helpWithin = 10 * time.Minute
)

var (
	textSafetyCard   = templates.New[sosView]("safety.card")
	textStaffSos     = templates.New[sosView]("staff.sos")
	textStaffSosHand = templates.New[sosView]("staff.sos_hand")
)

var (
	wordsSafety = templates.NewWords("words.safety")

	// danger is a word for help among others.
	danger = regexp.MustCompile(`救命|救我|(?i)\bsos\b|\bhelp me\b|\bin danger\b`)

	saySOSOutside = templates.New[sosView]("safety.outside")
	saySOSTaken   = templates.New[sosView]("safety.taken")
	saySOSClosed  = templates.New[sosView]("safety.closed")
	saySOSMistake = templates.New[sosView]("safety.mistake")

	sayStaffSOSTaken   = templates.New[sosView]("staff.sos_taken_by")
	sayStaffSOSMistake = templates.New[sosView]("staff.sos_mistake")
	sayStaffSOSClosed  = templates.New[sosView]("staff.sos_closed")
)

// sosView is what texts may tell of a call for help.
type sosView struct {
	Number, Client, With string
	About                string // the date
	At, Since            time.Time
	Place, Address       string // in Chinese
	PlaceEN, AddressEN   string
	Emergency            string // the number of the place's police
	Name, Phone          string // for who answers
	By, Outcome          string
	Mistake              bool
	Late                 bool
}

// emergency is the number to call for help where a zone is; 110 is the police of the
// mainland, of Taiwan and of Japan; 112 reaches help in the networks of most other
// countries (ITU-T E.161.1, ETSI).
func emergency(zone *time.Location) string {
	name := zone.String()
	switch {
	case strings.HasPrefix(name, "America/"), name == "Pacific/Honolulu", name == "Asia/Manila":
		return "911"
	case name == "Asia/Hong_Kong", name == "Asia/Macau", name == "Asia/Singapore", name == "Asia/Kuala_Lumpur", name == "Europe/London":
		return "999"
	case strings.HasPrefix(name, "Australia/"):
		return "000"
	case name == "Pacific/Auckland":
		return "111"
	case name == "Asia/Shanghai", name == "Asia/Urumqi", name == "Asia/Taipei", name == "Asia/Tokyo", name == "PRC":
		return "110"
	}
	return "112"
}

// hearDanger takes words for help before anything else does. It is false when they are
// none, or when somebody who has the talk is to hear them too.
func hearDanger(s Settings) func(*dialog.Turn) (bool, error) {
	return func(t *dialog.Turn) (bool, error) {
		if !callsForHelp(t) {
			return false, nil
		}
		if _, staff := t.Staff(); staff {
			return false, nil
		}
		me, err := t.Records.Self(t.Lang())
		if err != nil {
			return false, err
		}
		d, err := t.Records.DateNear(me.ID, t.Now().Add(-helpAfter), t.Now().Add(helpBefore))
		switch {
		case errors.Is(err, store.ErrNotFound):
			return s.helpOutside(t)
		case err != nil:
			return false, err
		}
		return !t.Attended(), s.callHelp(t, me, d)
	}
}

// callsForHelp says that what was written, or said in a voice note that the platform
// has put into words, is a word for help.
func callsForHelp(t *dialog.Turn) bool {
	if t.Wrote(wordsSafety) {
		return true
	}
	if t.Event.Kind != bot.Wrote && t.Event.Kind != bot.Sent {
		return false
	}
	words := t.Event.Text
	for _, m := range t.Event.Media {
		if m.Kind == bot.Voice {
			words += " " + m.Note
		}
	}
	return len([]rune(words)) <= 200 && danger.MatchString(words)
}

// helpOutside brings a person: no date of theirs is near.
func (s Settings) helpOutside(t *dialog.Turn) (bool, error) {
	v := sosView{Emergency: emergency(s.Calendar.Zone())}
	if t.Attended() {
		t.Note(saySOSOutside.With(v))
		return false, nil
	}
	t.Note(saySOSOutside.With(v))
	return true, callHuman(s)(t)
}

// callHelp alerts the colleagues. Called again, it says that they are being alerted.
func (s Settings) callHelp(t *dialog.Turn, me store.Client, d store.Date) error {
	call, first, err := t.Records.CallSOS(me, d)
	if err != nil {
		return err
	}
	v, err := s.sosView(t, call)
	if err != nil {
		return err
	}
	if !first {
		t.Say(sosCard(s).For(call.Number(), v))
		return nil
	}
	if err := t.Records.NoteDate(d, store.DateStep{Kind: "sos", Side: sideOr(d, me), Code: call.Number()}); err != nil {
		return err
	}
	t.Say(sosCard(s).For(call.Number(), v))
	return s.wake(t, alarmSOS, call.Number(), concern{client: me, first: d.By.ID})
}

func sideOr(d store.Date, c store.Client) store.Side {
	if side, ok := d.SideOf(c.ID); ok {
		return side
	}
	return store.Nobody
}

// sosCard is what the client sees of their call. Its ref is the call's number.
func sosCard(s Settings) dialog.Card[sosView] {
	return dialog.Card[sosView]{Text: textSafetyCard, Hear: s.pressSOS}
}

// pressSOS notes that the client calls it a mistake. A colleague looks all the same:
// whoever has the telephone may have pressed it.
func (s Settings) pressSOS(t *dialog.Turn, ref, _ string) error {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	call, err := t.Records.SOS(ref)
	if err != nil || call.Client.ID != me.ID {
		return ignoreNotFound(err)
	}
	if call.MistakeAt.IsZero() && call.State != store.SOSClosed {
		call.MistakeAt = t.Now()
		if err := t.Records.SaveSOS(call); err != nil {
			return err
		}
	}
	v, err := s.sosView(t, call)
	if err != nil {
		return err
	}
	t.Say(saySOSMistake.With(v))
	if call.By.ID != 0 {
		t.Wake(call.By, sayStaffSOSMistake.With(v))
	}
	return nil
}

// alarmSOS is the alert of a call for help.
const alarmSOS = "sos"

// showSOS is its card, as it stands.
func showSOS(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, late bool) (l templates.Line, ok bool, err error) {
		call, err := t.Records.SOS(ref)
		if errors.Is(err, store.ErrNotFound) {
			return l, false, nil
		}
		if err != nil {
			return l, false, err
		}
		v, err := s.sosView(t, call)
		v.Late = late
		return staffSOSCard(s).For(ref, v), call.State != store.SOSClosed, err
	}
}

// sosView makes out a call, without what would tell who they are but for their codes.
func (s Settings) sosView(t *dialog.Turn, call store.SOS) (v sosView, err error) {
	v = sosView{
		Number: call.Number(), Client: call.Client.Code(), Since: call.OpenedAt, By: call.By.Name, Outcome: call.Outcome, Mistake: !call.MistakeAt.IsZero(),
		Emergency: emergency(s.Calendar.Zone()),
	}
	if call.Date == 0 {
		return v, nil
	}
	d, err := t.Records.Date(store.Date{ID: call.Date}.Number())
	if err != nil {
		return v, ignoreNotFound(err)
	}
	v.About, v.At, v.Emergency = d.Number(), d.At.In(d.Zone), emergency(d.Zone)
	v.Place, v.Address, v.PlaceEN, v.AddressEN = d.Place.In("zh-CN"), d.Place.AddressIn("zh-CN"), d.Place.In("en"), d.Place.AddressIn("en")
	if side, ok := d.SideOf(call.Client.ID); ok {
		v.With = d.Sides[side.Other()].Client.Code()
	}
	return v, nil
}

// staffSOSCard alerts a colleague; seeSOSCard is for who has answered. Their ref is the
// call's number.
func staffSOSCard(s Settings) dialog.Card[sosView] {
	return dialog.Card[sosView]{Text: textStaffSos, Hear: s.takeSOS, Staff: who(AnswerSOS)}
}

func seeSOSCard(s Settings) dialog.Card[sosView] {
	return dialog.Card[sosView]{Text: textStaffSosHand, Hear: s.workSOS, Staff: who(AnswerSOS)}
}

// takeSOS is the answer of a colleague: they are shown whom to call, and that is kept.
func (s Settings) takeSOS(t *dialog.Turn, ref, _ string) error {
	call, err := t.Records.SOS(ref)
	if err != nil {
		return gone(t, err)
	}
	me, _ := t.Staff()
	if call.State != store.SOSOpen && (call.State == store.SOSClosed || call.By.ID != me.ID) {
		v, err := s.sosView(t, call)
		if err != nil {
			return err
		}
		t.Say(sayStaffSOSTaken.With(v))
		if call.State == store.SOSTaken && isBoss(me) { // who has it needs help
			return s.uncoverSOS(t, me, call, v)
		}
		return nil
	}
	call.State, call.By, call.TakenAt = store.SOSTaken, me, t.Now()
	if err := t.Records.SaveSOS(call); err != nil {
		return err
	}
	v, err := s.sosView(t, call)
	if err != nil {
		return err
	}
	t.Tell(call.Client.Conversation, langOf(call.Client), saySOSTaken.With(v))
	t.Records.LaterFor(call.Client.Conversation, sosOpen, ref, t.Now().Add(helpWithin))
	if err := tellOthers(t, me, sayStaffSOSTaken.With(v), bosses); err != nil {
		return err
	}
	return s.uncoverSOS(t, me, call, v)
}

// uncoverSOS shows who has answered the client's name and number.
func (s Settings) uncoverSOS(t *dialog.Turn, me store.Staff, call store.SOS, v sosView) error {
	p, err := t.Records.Profile(call.Client.ID)
	if ignoreNotFound(err) != nil {
		return err
	}
	v.Name = p.FullName()
	number, _, err := t.Records.Phone(call.Client.ID)
	if err == nil {
		v.Phone = phone.Spaced(number)
	}
	if ignoreNotFound(err) != nil {
		return err
	}
	t.Say(seeSOSCard(s).For(call.Number(), v))
	return t.Records.NoteReveal(me, call.Client.ID, store.RevealContact)
}

// workSOS notes how it went, or that those above are needed.
func (s Settings) workSOS(t *dialog.Turn, ref, choice string) error {
	call, err := t.Records.SOS(ref)
	if err != nil {
		return gone(t, err)
	}
	me, _ := t.Staff()
	if call.State == store.SOSClosed || call.By.ID != me.ID && !isBoss(me) {
		v, err := s.sosView(t, call)
		if err == nil {
			t.Say(sayStaffSOSTaken.With(v))
		}
		return err
	}
	if choice == "unreached" {
		t.Keep()
		t.Say(sayHelpComes.With(none{}))
		return s.callAbove(t, call)
	}
	call.State, call.Outcome, call.ClosedAt = store.SOSClosed, choice, t.Now()
	if err := t.Records.SaveSOS(call); err != nil {
		return err
	}
	t.Records.CancelFor(call.Client.Conversation, sosOpen, ref)
	v, err := s.sosView(t, call)
	if err != nil {
		return err
	}
	t.Say(sayStaffSOSClosed.With(v))
	t.Tell(call.Client.Conversation, langOf(call.Client), saySOSClosed.With(v))
	if _, err := t.Records.CloseAlerts(ref); err != nil {
		return err
	}
	return tellOthers(t, me, sayStaffSOSClosed.With(v), bosses)
}

// sosOpen is due when whoever has answered a call has not said how it went. Its alert
// goes to those above, whoever has it in hand.
const (
	sosOpen      = "sos_open"
	alarmSOSOpen = "sos_open"
)

func sosStillOpen(s Settings) dialog.Notice {
	return dialog.Notice{Name: sosOpen, Play: func(t *dialog.Turn, ref string) error {
		call, err := t.Records.SOS(ref)
		if err != nil || call.State != store.SOSTaken {
			return ignoreNotFound(err)
		}
		return s.callAbove(t, call)
	}}
}

// callAbove alerts those above whoever has a call in hand.
func (s Settings) callAbove(t *dialog.Turn, call store.SOS) error {
	rung := store.RungSupervisor
	if isBoss(call.By) {
		rung = store.RungTop
	}
	return s.wake(t, alarmSOSOpen, call.Number(), concern{client: call.Client, rung: rung})
}

var sayHelpComes = templates.New[none]("staff.sos_help")
