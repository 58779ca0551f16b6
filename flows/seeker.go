package flows

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"redthread/bot/birth"
	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// A matchmaker reads a seeker on one screen: who they are, without name, employer
// and number, and what they wish of a partner. What is covered is uncovered for
// a reason that they give, and that is on record. client.go leads here. It is played in testdata/seeker.zh-CN.chat.

// profileCard tells that a profile has been submitted.
func profileCard(s Settings) dialog.Card[seekerView] {
	return dialog.Card[seekerView]{Text: profileText, Hear: workSeeker(s), Staff: who(ReadProfile)}
}

// seekerCard is the seeker on one screen.
func seekerCard(s Settings) dialog.Card[seekerView] {
	return dialog.Card[seekerView]{Text: seekerText, Hear: workSeeker(s), Staff: who(ReadProfile)}
}

var (
	profileText = templates.New[seekerView]("staff.profile")
	seekerText  = templates.New[seekerView]("staff.seeker")
	uncoverText = templates.New[uncovered]("staff.seeker_uncovered")

	sayPhoneConfirmed = templates.New[phoneTaken]("staff.phone_confirmed") // and who had given it as well
	sayPhoneOthers    = templates.New[phoneTaken]("staff.phone_others")
	sayPhoneChanged   = templates.New[string]("staff.phone_changed") // about the client's code
)

// uncoverCard is what the screen covers; who has called the client confirms the
// number on it. Its ref is the client's code and the number's mark.
var uncoverCard = dialog.Card[uncovered]{Text: uncoverText, Hear: confirmPhone, Staff: who(UncoverContact)}

// seekerView is what a matchmaker is shown.
type seekerView struct {
	Client       string
	P            store.Profile
	C            store.Criteria
	Lang         string
	Age          int
	Phone        string // masked
	Photos       int
	Showing      bool   // they may be shown to others
	Rival        string // another client to whom the number belongs
	Wishes       []wishView
	Notes        []noteView
	Filed, Moved time.Time
}

type noteView struct {
	Words string
	Voice bool
	At    time.Time
}

func viewOfNote(n store.Note) noteView {
	return noteView{Words: firstRunes(strings.Join(n.Lines, " "), 200), Voice: n.Voice, At: n.At}
}

// uncovered is what the card does not show.
type uncovered struct {
	Client, Name, Employer, Phone string
	Proven                        bool   // the number
	Rival                         string // another client to whom it belongs
}

// ToConfirm says that a colleague has still to find out whose number it is.
func (u uncovered) ToConfirm() bool { return u.Phone != "" && !u.Proven || u.Rival != "" }

// rivalOf is the code of another client to whom the client's number belongs;
// empty: there is none.
func rivalOf(t *dialog.Turn, client store.Client) (string, error) {
	rival, err := t.Records.PhoneRival(client.ID)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return rival.Code(), nil
}

// hasSeeker says that there is a profile of the client, and that who looks may
// read it.
func hasSeeker(t *dialog.Turn, client store.Client) (bool, error) {
	if !iMay(t, ReadProfile) {
		return false, nil
	}
	_, err := t.Records.Profile(client.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// showSeeker shows a seeker to a matchmaker, and keeps that it was shown.
func showSeeker(t *dialog.Turn, s Settings, client store.Client) error {
	me, _ := t.Staff()
	if ok, err := agreed(t, client); !ok || err != nil {
		return err
	}
	v, err := seekerOf(t, client)
	if err != nil {
		return gone(t, err)
	}
	t.Say(seekerCard(s).For(client.Code(), v))
	return t.Records.NoteReveal(me, client.ID, store.RevealProfile)
}

// agreed says that the client still agrees to our keeping a profile; who may not
// read it is told so.
func agreed(t *dialog.Turn, client store.Client) (bool, error) {
	notice, err := t.Records.Consent(client.ID, store.ConsentNotice)
	if err == nil && !notice.Given() {
		t.Say(sayNotAgreed.With(client.Code()))
	}
	return notice.Given(), err
}

// workSeeker answers the cards: the whole screen, what it covers, or the rest of
// what there is of the client.
func workSeeker(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		client, ok, err := known(t, ref)
		switch {
		case !ok:
			return err
		case choice == "contact":
			t.OpenAbout(uncoverFlow, client.Code())
			return nil
		case choice == "more":
			return showClient(t, s, ref)
		case choice == "match":
			return openMatch(t, client)
		}
		return showSeeker(t, s, client)
	}
}

// uncoverFlow is opened by the screen.
const uncoverFlow = "uncover"

// uncoverWish is a look at what the screen covers, for which the reason is asked.
type uncoverWish struct{ Client string }

var (
	titleUncover = templates.New[none]("title.uncover")
	askUncover   = templates.New[uncoverWish]("staff.uncover_why")

	sayNotUncovered = templates.New[none]("staff.not_uncovered")
)

// uncovering asks, in a press or in words, why name, employer and number are needed,
// and shows them. The reason is on record, sealed.
var uncovering = dialog.Flow[uncoverWish]{
	Name: uncoverFlow, Title: titleUncover, Staff: who(UncoverContact), Always: true, Fresh: true, Idle: time.Hour,
	Begin: func(t *dialog.Turn, w *uncoverWish) (dialog.Move, error) {
		client, ok, err := known(t, t.Paper())
		if !ok || err != nil {
			return dialog.End, err
		}
		w.Client = client.Code()
		ok, err = hasSeeker(t, client)
		if err == nil && !ok {
			return dialog.End, gone(t, store.ErrNotFound)
		}
		if ok, err = agreed(t, client); !ok || err != nil {
			return dialog.End, err
		}
		return dialog.Next, nil
	},
	Steps: []dialog.Step[uncoverWish]{
		{Name: "why", Ask: askUncover, Want: dialog.Button.Or(dialog.Text(2, 200)), Hear: takeUncoverReason},
	},
}

func takeUncoverReason(t *dialog.Turn, w *uncoverWish) (dialog.Move, error) {
	me, ok := t.Staff()
	if !ok || t.Choice() == "not" {
		t.Say(sayNotUncovered.With(none{}))
		return dialog.End, nil
	}
	client, ok, err := known(t, w.Client) // whose client it is may have changed meanwhile
	if !ok || err != nil {
		return dialog.End, err
	}
	reason := t.Text()
	if t.Choice() != "" {
		reason = t.Choice()
	}
	return dialog.End, gone(t, uncover(t, me, client, reason))
}

func uncover(t *dialog.Turn, me store.Staff, client store.Client, reason string) error {
	if ok, err := agreed(t, client); !ok || err != nil {
		return err
	}
	p, err := t.Records.Profile(client.ID)
	if err != nil {
		return err
	}
	u := uncovered{Client: client.Code(), Name: p.FullName(), Employer: p.Employer}
	mark := ""
	number, proven, err := t.Records.Phone(client.ID)
	if err == nil {
		u.Phone, u.Proven = phone.Spaced(number), proven
		mark, err = t.Records.PhoneMark(client.ID)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if u.Rival, err = rivalOf(t, client); err != nil {
		return err
	}
	t.Say(uncoverCard.For(client.Code()+"/"+mark, u))
	return t.Records.NoteRevealBecause(me, client.ID, store.RevealContact, reason)
}

// confirmPhone notes that the number is theirs, and who found so, if it still is
// the one that was shown.
func confirmPhone(t *dialog.Turn, ref, _ string) error {
	me, _ := t.Staff()
	code, mark, _ := strings.Cut(ref, "/")
	client, ok, err := known(t, code)
	if !ok {
		return err
	}
	if ok, err := agreed(t, client); !ok || err != nil {
		return err
	}
	claim, err := t.Records.ConfirmPhone(me, client.ID, mark)
	switch {
	case err != nil:
		return err
	case claim.Kept:
		t.Say(sayPhoneConfirmed.With(phoneTaken{Client: code, Other: codeOf(claim.Other)}))
	case claim.Other.ID != 0:
		t.Say(sayPhoneOthers.With(phoneTaken{code, claim.Other.Code()}))
	default:
		t.Say(sayPhoneChanged.With(code))
	}
	return nil
}

// codeOf is the client's code; empty for the zero Client.
func codeOf(c store.Client) string {
	if c.ID == 0 {
		return ""
	}
	return c.Code()
}

// mostNotesShown is how many notes fit the screen.
const mostNotesShown = 5

// seekerOf reads what a matchmaker is shown of a client. ErrNotFound: there is no
// profile.
func seekerOf(t *dialog.Turn, client store.Client) (v seekerView, err error) {
	v = seekerView{Client: client.Code(), Lang: t.Lang()}
	if v.P, err = t.Records.Profile(client.ID); err != nil {
		return v, err
	}
	v.Filed, v.Moved = v.P.FiledAt, v.P.UpdatedAt
	if born, ok := birth.Read(v.P.Born); ok {
		v.Age = born.Age(t.Now())
	}
	number, _, err := t.Records.Phone(client.ID)
	if err == nil {
		v.Phone = phone.Masked(number)
	} else if !errors.Is(err, store.ErrNotFound) {
		return v, err
	}
	photos, err := t.Records.Photos(client.ID)
	if err != nil {
		return v, err
	}
	v.Photos = len(photos)
	if err := v.fillWishes(t, client); err != nil {
		return v, err
	}
	if v.Rival, err = rivalOf(t, client); err != nil {
		return v, err
	}
	v.Showing, err = t.Records.MayShow(client.ID)
	return v, err
}

func (v *seekerView) fillWishes(t *dialog.Turn, client store.Client) (err error) {
	v.C, err = t.Records.Criteria(client.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	v.Wishes = wishesOf(v.C, v.Lang)
	notes, err := t.Records.Notes(client.ID, mostNotesShown)
	for _, n := range notes {
		v.Notes = append(v.Notes, viewOfNote(n))
	}
	return err
}

// Called is how they are spoken of without their name: the surname.
func (v seekerView) Called() string {
	if v.P.Surname == "" {
		return firstRunes(v.P.Given, 1)
	}
	return v.P.Surname
}

// Home, Registered and Animal are as the form tells them.
func (v seekerView) Home() string { return placeName(v.P.Home, v.Lang) }

// HomeCity is the city they live in.
func (v seekerView) HomeCity() string {
	return region.Code(v.P.Home.Code).City().Short(v.Lang)
}

// Registered is where they are registered.
func (v seekerView) Registered() string { return placeName(v.P.Registered, v.Lang) }

// Animal is the code of the zodiac animal.
func (v seekerView) Animal() string { born, _ := birth.Read(v.P.Born); return born.Animal() }

// Sign is the code of the constellation.
func (v seekerView) Sign() string { born, _ := birth.Read(v.P.Born); return born.Sign() }

// BornIn is the year they were born in.
func (v seekerView) BornIn() string {
	born, _ := birth.Read(v.P.Born)
	if born.Year == 0 {
		return ""
	}
	return strconv.Itoa(born.Year)
}
