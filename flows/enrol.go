package flows

import (
	"errors"
	"strings"
	"time"
	"unicode"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// enrol makes a person with an invite code a member of staff. A wrong, a used
// and an expired code get the same answer, and few may be tried. It is played in
// testdata/enrol.zh-CN.chat.
func enrol(s Settings) dialog.Flow[newcomer] {
	return dialog.Flow[newcomer]{
		Name:  "enrol",
		Title: titleEnrol,
		Opens: openEnrol,
		Reads: store.IsInvite,
		Idle:  time.Hour,
		Begin: readInvite,
		Steps: []dialog.Step[newcomer]{
			{Name: "code", Ask: askCode, Want: dialog.Text(4, 100), Hear: takeCode},
			{Name: "name", Ask: askNameOfNewcomer, Want: dialog.Text(1, 20), Hear: takeName(s)},
			{Name: "pledge", Ask: askPledge, Want: dialog.Button, Hear: takePledge},
		},
	}
}

// newcomer is who is being enrolled. The invite holds no code.
type newcomer struct {
	Invite store.Invite
	Name   string
	pledged
}

// enrolled is what texts may tell of a colleague.
type enrolled struct{ Name, Role string }

// At most mostCodes codes may be tried in one chat within codesPer, right ones
// too.
const (
	mostCodes = 5
	codesPer  = time.Hour
)

var (
	titleEnrol = templates.New[none]("title.enrol")
	openEnrol  = templates.NewWords("open.enrol")

	askCode           = templates.New[newcomer]("enrol.code")
	askNameOfNewcomer = templates.New[newcomer]("enrol.name")
	askPledge         = templates.New[newcomer]("enrol.pledge")

	sayCodeRefused  = templates.New[none]("enrol.refused")
	sayTooManyCodes = templates.New[none]("enrol.too_many")
	sayOddName      = templates.New[none]("enrol.odd_name")
	sayUnfitName    = templates.New[none]("enrol.unfit_name")
	sayEnrolled     = templates.New[enrolled]("enrol.done")
	sayNoPledge     = templates.New[none]("enrol.no_pledge")
)

// readInvite takes a code that was sent without being asked for.
func readInvite(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
	if !store.IsInvite(t.Event.Text) {
		return dialog.Next, nil
	}
	switch move, err := takeCode(t, n); move {
	case dialog.Next:
		return dialog.GoTo("name"), err
	default:
		return dialog.End, err
	}
}

func takeCode(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
	ok, err := t.Records.Try("invite", mostCodes, codesPer)
	if err != nil {
		return dialog.End, err
	}
	if !ok {
		t.Say(sayTooManyCodes.With(none{}))
		return dialog.End, nil
	}
	n.Invite, err = t.Records.CheckInvite(t.Event.Text)
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayCodeRefused.With(none{}))
		return dialog.Stay, nil
	}
	return dialog.Next, err
}

// takeName takes a name that clients can be told: one line, with a letter in it,
// and nothing that the guard would stop in a message.
func takeName(s Settings) func(*dialog.Turn, *newcomer) (dialog.Move, error) {
	return func(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
		name := strings.Join(strings.Fields(t.Text()), " ")
		switch {
		case !strings.ContainsFunc(name, unicode.IsLetter):
			t.Say(sayOddName.With(none{}))
			return dialog.Stay, nil
		case len(s.Guard().Check(name)) > 0:
			t.Say(sayUnfitName.With(none{}))
			return dialog.Stay, nil
		}
		n.Name, n.pledged = name, pledgeOf(t, t.Lang())
		return dialog.Next, nil
	}
}

func takePledge(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
	if t.Choice() != "agree" {
		t.Say(sayNoPledge.With(none{}))
		return dialog.End, nil
	}
	if now := pledgeOf(t, t.Lang()); now != n.pledged {
		n.pledged = now
		t.Note(sayPledgeChanged.With(none{}))
		return dialog.Again, nil
	}
	me, err := t.Records.Enrol(n.Invite, n.Name, t.Lang())
	if errors.Is(err, store.ErrNotFound) { // used in the meantime
		t.Say(sayCodeRefused.With(none{}))
		return dialog.End, nil
	}
	if err == nil {
		err = n.confirm(t, me)
	}
	if err != nil {
		return dialog.End, err
	}
	t.Later(store.Digest, store.DigestNew, t.Now())
	t.Say(sayEnrolled.With(enrolled{me.Name, string(me.Role)}))
	return dialog.End, nil
}
