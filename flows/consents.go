package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// consents shows a client what they have agreed to, and takes it back at once. It
// is played in testdata/consents.*.chat.
var consents = dialog.Flow[consentList]{
	Name:    "consents",
	Title:   templates.New[none]("title.consents"),
	Opens:   templates.NewWords("open.consents"),
	Always:  true,
	Passing: true,
	Begin:   listConsents,
	Steps: []dialog.Step[consentList]{
		{Name: "which", Ask: templates.New[consentList]("consents.which"), Want: dialog.Button, Hear: changeConsent, To: []dialog.StepName{"confirm"}},
		{Name: "confirm", Ask: askWithdraw, Want: dialog.Button, Hear: confirmWithdrawal},
	},
}

// consentList is how all consents stand, and the one that is being withdrawn.
type consentList struct {
	All, Statements []consentState
	Withdraw        string
}

type consentState struct {
	Kind                    string
	Given, Withdrawn, Asked bool
	Version, Channel        string
	At                      time.Time
}

var (
	askWithdraw  = templates.New[consentList]("consents.confirm")
	sayWithdrawn = templates.New[string]("consents.withdrawn") // about the kind
	sayKeptAsIs  = templates.New[none]("consents.kept")

	sayNoticeWithdrawn = templates.New[none]("consents.notice_withdrawn")

	// consentKinds names the kinds, by its buttons; other texts quote them.
	_ = templates.New[none]("consents.kinds")
	_ = templates.New[none]("consents.statements")
)

func listConsents(t *dialog.Turn, l *consentList) (dialog.Move, error) {
	for _, k := range store.ConsentKinds {
		c, err := consentStateOf(t, k)
		if err != nil {
			return dialog.End, err
		}
		if applies(t, k) || c.Asked {
			l.All = append(l.All, c)
		}
	}
	for _, k := range store.StatementKinds {
		c, err := consentStateOf(t, k)
		if err != nil {
			return dialog.End, err
		}
		if c.Given {
			l.Statements = append(l.Statements, c)
		}
	}
	return dialog.Next, nil
}

func consentStateOf(t *dialog.Turn, k store.ConsentKind) (consentState, error) {
	c, _, err := consentOf(t, k)
	return consentState{
		Kind: string(k), Given: c.Given(), Withdrawn: c.Answer == store.ConsentWithdrawn, Asked: c.Answer != "", Version: c.Version, Channel: c.Channel, At: c.At,
	}, err
}

// changeConsent takes one back, or asks for it anew. What erases something is
// confirmed first.
func changeConsent(t *dialog.Turn, l *consentList) (dialog.Move, error) {
	_, i, ok := templates.Index(t.Choice())
	if !ok || i >= len(l.All) {
		t.Note(sayKeptAsIs.With(none{}))
		return dialog.End, nil
	}
	switch k := store.ConsentKind(l.All[i].Kind); {
	case !l.All[i].Given:
		t.Open(consentTexts[k].flow)
		return dialog.End, nil
	case k == store.ConsentNotice, k == store.ConsentSensitive:
		l.Withdraw = string(k)
		return dialog.GoTo("confirm"), nil
	default:
		return dialog.End, withdraw(t, k, "")
	}
}

func confirmWithdrawal(t *dialog.Turn, l *consentList) (dialog.Move, error) {
	if t.Choice() != "yes" {
		t.Note(sayKeptAsIs.With(none{}))
		return dialog.End, nil
	}
	return dialog.End, withdraw(t, store.ConsentKind(l.Withdraw), t.Words(t.Lang(), askWithdraw.With(*l)))
}

// withdraw takes a consent back, with the words that were confirmed, if any.
func withdraw(t *dialog.Turn, k store.ConsentKind, words string) error {
	c, _, err := consentOf(t, k)
	if err != nil || !c.Given() {
		return err
	}
	if words == "" {
		words = t.Words(t.Lang(), sayWithdrawn.With(string(k)))
	}
	err = t.Records.NoteConsent(store.NewConsent{Kind: k, Answer: store.ConsentWithdrawn, Version: c.Version, Lang: t.Lang(), Words: words})
	if err != nil {
		return err
	}
	if k == store.ConsentNotice {
		t.Say(sayNoticeWithdrawn.With(none{}))
		return nil
	}
	t.Note(sayWithdrawn.With(string(k)))
	if k != store.ConsentSensitive {
		return nil
	}
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	return t.Records.DropSensitive(me.ID)
}
