package flows

import (
	"crypto/sha256"
	"encoding/hex"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Nothing personal is asked before an informed yes. A flow that asks such things
// says which consents it Needs; the questions are here, one short flow for each
// kind. Each is asked on its own, with the text of the day, and what was answered
// is kept with the very words. Who refuses is not asked again until they want
// something that needs it. It is played in testdata/consent.*.chat; consents.go
// is where a client looks at all of them and withdraws.

// consentFlow asks for one kind of consent.
func consentFlow(s Settings, k store.ConsentKind) dialog.Flow[consentAsked] {
	about := consentTexts[k]
	return dialog.Flow[consentAsked]{
		Name:   about.flow,
		Title:  about.title,
		Always: true,
		Begin: func(t *dialog.Turn, c *consentAsked) (dialog.Move, error) {
			before, current, err := consentOf(t, k)
			c.Again = before.Given() && !current
			c.fill(t, s, k)
			return dialog.Next, err
		},
		Steps: []dialog.Step[consentAsked]{
			{Name: "agree", Ask: about.ask, Want: dialog.Button, Hear: takeConsent(s, k)},
		},
	}
}

// consentText is what is said about one kind.
type consentText struct {
	flow    string
	title   templates.Of[none]
	version templates.Of[none] // the text's own version, as its author dates it
	ask     templates.Of[consentAsked]
	yes, no templates.Of[none]
}

var consentTexts = map[store.ConsentKind]consentText{
	store.ConsentNotice:    consentTextOf("consent", "notice"),
	store.ConsentAbroad:    consentTextOf("consent", "abroad"),
	store.ConsentSensitive: consentTextOf("consent", "sensitive"),
	store.ConsentShow:      consentTextOf("consent", "show"),
	store.StatementSingle:  consentTextOf("statement", "single"),
	store.StatementTruth:   consentTextOf("statement", "truth"),
}

func consentTextOf(what, kind string) consentText {
	return consentText{
		flow:    what + "_" + kind,
		title:   templates.New[none]("title." + what + "_" + kind),
		version: templates.New[none](what + "." + kind + "_version"),
		ask:     templates.New[consentAsked](what + "." + kind),
		yes:     templates.New[none](what + "." + kind + "_yes"),
		no:      templates.New[none](what + "." + kind + "_no"),
	}
}

// consentAsked is what the texts can tell. Print is what is left of the words in
// all languages, to notice that they were changed before the answer came.
type consentAsked struct {
	ZH, EN  dialog.Agency // who asks, in the language of the text
	Version string
	Keep    store.Keep
	Again   bool // they agreed before, to another version
	Print   string
}

func (c *consentAsked) fill(t *dialog.Turn, s Settings, k store.ConsentKind) {
	c.ZH, c.EN, c.Keep = s.Agency("zh-CN"), s.Agency("en"), s.Keep
	c.Version, c.Print = consentVersion(t, k, t.Lang()), ""
	c.Print = c.print(t, k)
}

func (c consentAsked) print(t *dialog.Turn, k store.ConsentKind) string {
	c.Print = ""
	h := sha256.New()
	for _, lang := range templates.Languages {
		h.Write([]byte(consentVersion(t, k, lang) + "\n" + t.Words(lang, consentTexts[k].ask.With(c)) + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// consentVersion is the version of the text of the day.
func consentVersion(t *dialog.Turn, k store.ConsentKind, lang string) string {
	return t.Words(lang, consentTexts[k].version.With(none{}))
}

// agreesToday says that a client has agreed to a text as it reads today. What an
// earlier one did not name is not shown to others before they are asked anew.
func agreesToday(t *dialog.Turn, client int64, k store.ConsentKind) (bool, error) {
	c, err := t.Records.Consent(client, k)
	return c.Given() && c.Version == consentVersion(t, k, c.Lang), err
}

// sayConsentChanged is said when the text has been changed while it waited.
var sayConsentChanged = templates.New[none]("consent.changed")

func takeConsent(s Settings, k store.ConsentKind) func(*dialog.Turn, *consentAsked) (dialog.Move, error) {
	return func(t *dialog.Turn, c *consentAsked) (dialog.Move, error) {
		if c.print(t, k) != c.Print {
			c.fill(t, s, k)
			t.Note(sayConsentChanged.With(none{}))
			return dialog.Again, nil
		}
		said, reply := store.ConsentYes, consentTexts[k].yes
		if t.Choice() != "yes" {
			said, reply = store.ConsentNo, consentTexts[k].no
		}
		err := t.Records.NoteConsent(store.NewConsent{
			Kind: k, Answer: said, Version: consentVersion(t, k, t.Lang()), Lang: t.Lang(), Words: t.Words(t.Lang(), consentTexts[k].ask.With(*c)),
		})
		if err != nil {
			return dialog.End, err
		}
		t.Note(reply.With(none{}))
		return dialog.End, nil
	}
}

// consentOf is the client's last word on a kind, and whether it is about the text
// of the day.
func consentOf(t *dialog.Turn, k store.ConsentKind) (c store.Consent, current bool, err error) {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return c, false, err
	}
	c, err = t.Records.Consent(me.ID, k)
	if err != nil || c.Answer == "" {
		return c, false, err
	}
	return c, c.Version == consentVersion(t, k, c.Lang), nil
}

// applies says that the kind is asked here at all.
func applies(t *dialog.Turn, k store.ConsentKind) bool {
	return k != store.ConsentAbroad || t.Event.From.Channel == "telegram"
}

// needsConsent is for the Needs of a flow that cannot do without: it is not begun,
// and goes no further, before the client has agreed to all of these, in their
// present text.
func needsConsent(kinds ...store.ConsentKind) func(*dialog.Turn, bool) (dialog.Need, error) {
	return func(t *dialog.Turn, wished bool) (dialog.Need, error) {
		for _, k := range kinds {
			if !applies(t, k) {
				continue
			}
			c, current, err := consentOf(t, k)
			switch {
			case err != nil:
				return dialog.Need{}, err
			case c.Declined() && !wished:
				return dialog.Refused, nil
			case !c.Given() || !current:
				return dialog.First(consentTexts[k].flow), nil
			}
		}
		return dialog.Nothing, nil
	}
}

// needsProfile is what every flow needs that asks or shows personal data.
var needsProfile = needsConsent(store.ConsentNotice, store.ConsentAbroad)

// offerConsent asks, after the present step, for a consent that a flow can do
// without: once for each text, and never again after a no.
func offerConsent(t *dialog.Turn, k store.ConsentKind) error {
	c, current, err := consentOf(t, k)
	if err == nil && applies(t, k) && (c.Answer == "" || c.Given() && !current) {
		t.Open(consentTexts[k].flow)
	}
	return err
}

// consented says that the client agrees to the kind, in its present text.
func consented(t *dialog.Turn, k store.ConsentKind) (bool, error) {
	c, current, err := consentOf(t, k)
	return c.Given() && current, err
}
