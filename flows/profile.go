package flows

import (
	"errors"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// profile asks a seeker for everything a matchmaker needs to know, in five small
// chapters with a natural stop after each. Every answer is in the records as soon as it is
// given: who stops, for an hour or a month, goes on where they were, and nothing
// that is known is asked again. Whom the agency cannot register is told so before
// anything has been kept. The chapters are in profile_you.go, profile_work.go,
// profile_home.go, profile_life.go and profile_contact.go, the summary in
// profile_check.go. It is played in testdata/profile.*.chat.
func profile(s Settings) dialog.Flow[form] {
	return dialog.Flow[form]{
		Name:  "profile",
		Title: titleProfile,
		Opens: openProfile,
		Idle:  24 * time.Hour,
		Keeps: true,
		Needs: needsRegistration,
		Begin: beginProfile,
		Ready: readyProfile,
		Stray: strayIntoProfile,
		Steps: chapters(aboutYou(s), yourWork, yourHome, yourLife, yourContact, summary(s)),
	}
}

var (
	titleProfile = templates.New[none]("title.profile")
	openProfile  = templates.NewWords("open.profile")
)

// form is where the registration stands. What the client has told us is not in
// it, but for what comes before we know that we may keep it (Gate).
type form struct {
	Gate    *store.Profile `json:",omitempty"`
	Lines   []string       `json:",omitempty"` // said meanwhile, to be kept as notes
	Voice   bool           `json:",omitempty"` // so was a voice note
	Photos  []bot.MediaID  `json:",omitempty"` // shown meanwhile
	Stopped int            `json:",omitempty"` // the last chapter whose end was told
	Chapter int            `json:",omitempty"` // of which an answer is to be changed
	Picked  string         `json:",omitempty"` // how far a date or a place has been chosen by tapping
	Days    []string       `json:",omitempty"` // what a birthday can mean, to be confirmed
	Lunar   bool           `json:",omitempty"` // it was told as one of the lunar calendar
	Tapping bool           `json:",omitempty"` // hobbies are being tapped together
	Drafted bool           `json:",omitempty"` // a self-introduction was proposed
	Sending bool           `json:",omitempty"` // submitted, as soon as its truth is confirmed
	Shown   time.Time      `json:",omitzero"`  // when the newest photo came

	// What Ready fills in.
	P         store.Profile   `json:"-"`
	At        dialog.StepName `json:"-"`
	Lang      string          `json:"-"` // we speak
	Phone     string          `json:"-"` // in E.164; empty: not known
	Pictures  int             `json:"-"` // photos of the profile
	Sensitive bool            `json:"-"` // what is sensitive may be asked
	Truthful  bool            `json:"-"` // the truth of all has been declared
	Options   []option        `json:"-"` // what can be tapped
	Account   string          `json:"-"` // what they call themselves on the platform
	CanShare  bool            `json:"-"` // the platform can share the number
	Draft     string          `json:"-"` // a self-introduction that we propose
}

// option is one thing that can be tapped: its label is data, not a text.
type option struct{ ID, Label string }

// beginProfile goes to the first question that has no answer, or to the one that
// is to be answered anew.
func beginProfile(t *dialog.Turn, d *form) (dialog.Move, error) {
	if err := readyProfile(t, d, ""); err != nil {
		return dialog.End, err
	}
	for d.Stopped < lastChapter-1 && len(d.missingIn(d.Stopped+1)) == 0 {
		d.Stopped++
	}
	if f, ok := fieldOf(dialog.StepName(t.Paper())); ok && d.Gate == nil && f.concerns(*d) {
		return dialog.GoTo(f.name), nil
	}
	if d.Stopped > 0 {
		return dialog.Next, offerConsent(t, store.ConsentSensitive)
	}
	return dialog.Next, nil
}

// readyProfile completes the form with what is known.
func readyProfile(t *dialog.Turn, d *form, at dialog.StepName) error {
	d.At, d.Lang = at, t.Lang()
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	p, err := t.Records.Profile(me.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		if d.Gate == nil {
			d.Gate = &store.Profile{}
		}
		d.P = *d.Gate
	case err != nil:
		return err
	default:
		d.Gate, d.P = nil, p
	}
	if d.Phone, _, err = t.Records.Phone(me.ID); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	pictures, err := t.Records.Photos(me.ID)
	if err != nil {
		return err
	}
	d.Pictures = len(pictures) + len(d.Photos)
	if d.Sensitive, err = consented(t, store.ConsentSensitive); err != nil {
		return err
	}
	if d.Truthful, err = consented(t, store.StatementTruth); err != nil {
		return err
	}
	d.Account, d.CanShare = me.Name, t.Event.From.Channel == "telegram"
	d.offer(t)
	return nil
}

// keep puts the answers into the records, as soon as that may be done: the client
// can be registered and has declared to be single. Until then they stay with the
// form, and go with it.
func (d *form) keep(t *dialog.Turn) error {
	if d.Gate != nil {
		*d.Gate = d.P
		single, err := consented(t, store.StatementSingle)
		if err != nil || !single && d.P.Marital != notSingleStatus || len(d.missingAtGate()) > 0 {
			return err
		}
		d.Gate = nil
	}
	if err := t.Records.SaveProfile(d.P); err != nil {
		return err
	}
	return d.handOver(t)
}

// handOver keeps what was said and shown before the profile could be.
func (d *form) handOver(t *dialog.Turn) error {
	if len(d.Lines) > 0 || d.Voice {
		if err := keepNote(t, store.Note{Lines: d.Lines, Voice: d.Voice}); err != nil {
			return err
		}
	}
	if len(d.Photos) > 0 {
		if _, err := t.Records.AddPhotos(d.Photos...); err != nil {
			return err
		}
	}
	d.Lines, d.Voice, d.Photos = nil, false, nil
	return nil
}

// answered keeps the answer and goes on. As long as the statement that lets us
// keep it is missing, that is asked for first.
func (d *form) answered(t *dialog.Turn) (dialog.Move, error) {
	d.Picked, d.Drafted, d.Tapping = "", false, false
	if err := d.keep(t); err != nil {
		return dialog.Next, err
	}
	if d.mustDeclare() {
		return dialog.Next, declare(t, store.StatementSingle)
	}
	return dialog.Next, d.endChapter(t)
}

// mustDeclare says that nothing can be kept before the client has declared to be
// single.
func (d *form) mustDeclare() bool {
	return d.Gate != nil && len(d.missingAtGate()) == 0 && d.P.Marital != notSingleStatus
}

// PhoneSpaced is the number as its owner reads it.
func (d form) PhoneSpaced() string { return phone.Spaced(d.Phone) }

// Complete says that the profile has been submitted.
func (d form) Complete() bool { return d.P.State == store.ProfileComplete }
