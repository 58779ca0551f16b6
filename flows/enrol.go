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
var enrol = dialog.Flow[newcomer]{
	Name:  "enrol",
	Title: templates.New[none]("title.enrol"),
	Opens: templates.NewWords("open.enrol"),
	Reads: store.IsInvite,
	Idle:  time.Hour,
	Begin: readInvite,
	Steps: []dialog.Step[newcomer]{
		{Name: "code", Ask: templates.New[newcomer]("enrol.code"), Want: dialog.Text(4, 100), Hear: takeCode},
		{Name: "name", Ask: templates.New[newcomer]("enrol.name"), Want: dialog.Text(1, 20), Hear: takeName},
		{Name: "pledge", Ask: templates.New[newcomer]("enrol.pledge"), Want: dialog.Button, Hear: takePledge},
	},
}

// newcomer is who is being enrolled. The invite holds no code.
type newcomer struct {
	Invite store.Invite
	Name   string
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
	sayCodeRefused  = templates.New[none]("enrol.refused")
	sayTooManyCodes = templates.New[none]("enrol.too_many")
	sayOddName      = templates.New[none]("enrol.odd_name")
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

// takeName takes a name that clients can be told: one line, with a letter in it.
func takeName(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
	name := strings.Join(strings.Fields(t.Text()), " ")
	if !strings.ContainsFunc(name, unicode.IsLetter) {
		t.Say(sayOddName.With(none{}))
		return dialog.Stay, nil
	}
	n.Name = name
	return dialog.Next, nil
}

func takePledge(t *dialog.Turn, n *newcomer) (dialog.Move, error) {
	if t.Choice() != "agree" {
		t.Say(sayNoPledge.With(none{}))
		return dialog.End, nil
	}
	me, err := t.Records.Enrol(n.Invite, n.Name, t.Lang())
	if errors.Is(err, store.ErrNotFound) { // used in the meantime
		t.Say(sayCodeRefused.With(none{}))
		return dialog.End, nil
	}
	if err != nil {
		return dialog.End, err
	}
	t.Say(sayEnrolled.With(enrolled{me.Name, string(me.Role)}))
	return dialog.End, nil
}
