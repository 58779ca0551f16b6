package flows

import (
	"errors"
	"strings"

	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// The fifth chapter: how to reach them, and what they look like.

var yourContact = []dialog.Step[form]{
	{Name: "phone", Ask: templates.New[form]("profile.phone"), Want: dialog.Button.Or(dialog.Text(1, 300)).Or(dialog.Contact), Hear: takePhone},
	{Name: "photos", Ask: templates.New[form]("profile.photos"), Want: dialog.Button.Or(dialog.Photos(store.MostPhotos)), Hear: takePhotos},
}

// phoneTaken is a number that two clients have given, for staff.
type phoneTaken struct{ Client, Other string }

var (
	sayPhoneWrong  = templates.New[phone.Fault]("profile.phone_wrong")
	sayPhoneKept   = templates.New[form]("profile.phone_kept")
	sayPhoneProven = templates.New[form]("profile.phone_proven")
	sayPhoneMany   = templates.New[none]("profile.phone_many")
	sayNoPhoto     = templates.New[none]("profile.no_photo")

	alertPhoneTaken = templates.New[phoneTaken]("staff.phone_taken")
)

// The faults of a shared contact, and of a key that was typed instead of tapped,
// besides phone's own.
const (
	someoneElses phone.Fault = "not_own"
	onlyTyped    phone.Fault = "tap"
)

// takePhone takes the client's own number: as the platform vouches for it, or
// typed, to be confirmed by a colleague.
func takePhone(t *dialog.Turn, d *form) (dialog.Move, error) {
	number, own := t.Contact()
	switch {
	case t.Choice() == "contact":
		return t.Wrong(sayPhoneWrong.With(onlyTyped)), nil
	case number != "" && !own:
		return t.Wrong(sayPhoneWrong.With(someoneElses)), nil
	case number == "":
		number = t.Text()
	case !strings.HasPrefix(number, "+"):
		number = "+" + number // Telegram leaves it out
	}
	e164, err := phone.Parse(number)
	var fault phone.Fault
	if errors.As(err, &fault) {
		return d.unfit(t, sayPhoneWrong.With(fault))
	}
	return d.claimPhone(t, e164, own)
}

// claimPhone notes the number. Should another client have it, colleagues hear so
// and settle it; the client hears what everybody does.
func (d *form) claimPhone(t *dialog.Turn, e164 string, own bool) (dialog.Move, error) {
	claim, err := t.Records.ClaimPhone(e164, own)
	if err != nil {
		return dialog.Again, err
	}
	if !claim.Kept {
		return t.Wrong(sayPhoneMany.With(none{})), nil
	}
	if claim.Other.ID != 0 {
		me, err := t.Records.Self("")
		if err != nil {
			return dialog.Again, err
		}
		t.Alert(alertPhoneTaken.With(phoneTaken{me.Code(), claim.Other.Code()}))
	}
	if d.Phone = e164; own {
		t.Note(sayPhoneProven.With(*d))
	} else {
		t.Note(sayPhoneKept.With(*d))
	}
	return d.answered(t)
}

// takePhotos collects photos until there are no more. An album comes as a row of
// messages: only the first is answered, and the last there is room for.
func takePhotos(t *dialog.Turn, d *form) (dialog.Move, error) {
	if t.Choice() == "done" {
		if d.Pictures == 0 {
			return t.Wrong(sayNoPhoto.With(none{})), nil
		}
		d.P.PhotosDone = true
		return d.answered(t)
	}
	had, first := d.FullOfPhotos(), t.Now().Sub(d.Shown) > album
	d.Shown = t.Now()
	if _, err := d.addPhotos(t); err != nil {
		return dialog.Stay, err
	}
	if first || d.FullOfPhotos() && !had {
		return dialog.Again, d.keep(t)
	}
	return dialog.Stay, d.keep(t)
}

// FullOfPhotos says that no more photos can be taken.
func (d form) FullOfPhotos() bool { return d.Pictures >= store.MostPhotos }
