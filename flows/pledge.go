package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// 保密承诺: a colleague confirms it before they come in (enrol.go), and again, before
// anything else they do, when its version has changed; what they were doing goes on by
// itself after that. Which words they confirmed, and when, is kept, and they can read
// it again. It is played in testdata/pledge.*.chat.

// pledgeFlow asks for the pledge again.
const pledgeFlow = "pledge"

// pledged is a pledge as it is shown. Words and Version are of the text of the day.
type pledged struct {
	Version, Words string
	Again          bool // they confirmed another version before
}

// mineView is the pledge that a colleague has confirmed.
type mineView struct {
	Version, Words string
	At             time.Time
}

var (
	titlePledge   = templates.New[none]("title.pledge")
	titleMyPledge = templates.New[none]("title.my_pledge")
	openMyPledge  = templates.NewWords("open.my_pledge")

	pledgeWords   = templates.New[none]("pledge.words")
	pledgeVersion = templates.New[none]("pledge.version")

	askPledgeAgain   = templates.New[pledged]("pledge.again")
	sayPledged       = templates.New[none]("pledge.confirmed")
	sayUnpledged     = templates.New[none]("pledge.declined")
	sayPledgeChanged = templates.New[none]("pledge.changed")
	sayMyPledge      = templates.New[mineView]("pledge.mine")
	sayPledgeFirst   = templates.New[none]("pledge.first") // to who acts in a group
)

// pledgeOf is the pledge of the day, in a language.
func pledgeOf(t *dialog.Turn, lang string) pledged {
	return pledged{Version: t.Words(lang, pledgeVersion.With(none{})), Words: t.Words(lang, pledgeWords.With(none{}))}
}

// confirm keeps that the colleague has confirmed the pledge that they were shown.
func (p pledged) confirm(t *dialog.Turn, me store.Staff) error {
	return t.Records.NotePledge(me, p.Version, t.Lang(), p.Words)
}

// stillPledged says that the colleague has confirmed the version of the day; before is
// what they confirmed last, if anything.
func stillPledged(t *dialog.Turn, me store.Staff) (ok bool, before store.Pledge, err error) {
	before, err = t.Records.Pledge(me.ID)
	if errors.Is(err, store.ErrNotFound) {
		return false, before, nil
	}
	return err == nil && before.Version == pledgeOf(t, before.Lang).Version, before, err
}

// needsPledge names the flow in which a colleague has to confirm the pledge before they
// go on; empty: they have. In a group they are told in their own chat.
func needsPledge(t *dialog.Turn) (string, error) {
	me, colleague := t.Staff()
	if !colleague {
		return "", nil
	}
	ok, _, err := stillPledged(t, me)
	if ok || err != nil {
		return "", err
	}
	if !t.Event.By.IsZero() {
		t.Tell(me.Conversation, me.Lang, sayPledgeFirst.With(none{}))
	}
	return pledgeFlow, nil
}

// pledging asks a colleague to confirm the pledge of the day.
var pledging = dialog.Flow[pledged]{
	Name: pledgeFlow, Title: titlePledge, Staff: who(KeepPledge), Always: true, Fresh: true,
	Begin: func(t *dialog.Turn, p *pledged) (dialog.Move, error) {
		me, _ := t.Staff()
		_, before, err := stillPledged(t, me)
		*p = pledgeOf(t, t.Lang())
		p.Again = before.Version != ""
		return dialog.Next, err
	},
	Steps: []dialog.Step[pledged]{
		{Name: "agree", Ask: askPledgeAgain, Want: dialog.Button, Hear: takePledgeAgain},
	},
}

func takePledgeAgain(t *dialog.Turn, p *pledged) (dialog.Move, error) {
	me, ok := t.Staff()
	switch now := pledgeOf(t, t.Lang()); {
	case !ok: // dismissed meanwhile
		return dialog.End, nil
	case t.Choice() != "agree":
		t.Say(sayUnpledged.With(none{}))
		return dialog.Stay, nil
	case now.Version != p.Version || now.Words != p.Words:
		p.Version, p.Words = now.Version, now.Words
		t.Note(sayPledgeChanged.With(none{}))
		return dialog.Again, nil
	}
	t.Note(sayPledged.With(none{}))
	return dialog.End, p.confirm(t, me)
}

// myPledge shows a colleague what they have confirmed, and when.
var myPledge = dialog.Flow[none]{
	Name: "my_pledge", Title: titleMyPledge, Opens: openMyPledge, Staff: who(KeepPledge), Always: true, Passing: true,
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		me, _ := t.Staff()
		_, mine, err := stillPledged(t, me)
		if err != nil {
			return dialog.End, err
		}
		words, err := t.Records.ConsentWords(mine.Digest)
		if err == nil {
			t.Say(sayMyPledge.With(mineView{mine.Version, words, mine.At}))
		}
		return dialog.End, ignoreNotFound(err)
	},
}
