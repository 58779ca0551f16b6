package flows

import (
	"time"

	"redthread/bot/birth"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Eligibility says whom the agency registers. Zero ages mean the age of marriage
// (Civil Code 1047): the agency may ask for more, or less.
type Eligibility struct {
	Men, Women int            // the youngest ages: 22 and 20
	NotSingle  bool           // who is not single is registered too
	Zone       *time.Location // where birthdays begin; nil: China
}

func (e Eligibility) filledIn() Eligibility {
	if e.Men <= 0 {
		e.Men = 22
	}
	if e.Women <= 0 {
		e.Women = 20
	}
	if e.Zone == nil {
		e.Zone = time.FixedZone("CST", 8*60*60)
	}
	return e
}

// The reasons for which nobody is registered.
const (
	tooYoung  = "too_young"
	notSingle = "not_single"
)

// age is "" for who is old enough on the day of now, and the reason otherwise.
func (e Eligibility) age(woman bool, born birth.Day, now time.Time) (reason string) {
	least := e.Men
	if woman {
		least = e.Women
	}
	if born.Age(now.In(e.Zone)) < least {
		return tooYoung
	}
	return ""
}

// status is "" for who may be registered being single or not, and the reason
// otherwise.
func (e Eligibility) status(single bool) (reason string) {
	if !single && !e.NotSingle {
		return notSingle
	}
	return ""
}

// turnedAway is what the texts tell of a refusal.
type turnedAway struct {
	Reason     string
	Men, Women int
}

var sayTurnedAway = templates.New[turnedAway]("eligible.refused")

// turnAway ends the flow for who cannot be registered, kindly. Of the refusal
// only its reason is kept: what they told us goes with the flow, so it must not
// have been kept elsewhere.
func turnAway(t *dialog.Turn, s Settings, reason string) (dialog.Move, error) {
	if err := t.Records.NoteRefusal(reason); err != nil {
		return dialog.End, err
	}
	t.Say(sayTurnedAway.With(turnedAway{reason, s.Eligible.Men, s.Eligible.Women}))
	return dialog.End, nil
}

// declare has the client confirm a statement after the present step, unless they
// have confirmed its present text.
func declare(t *dialog.Turn, k store.ConsentKind) error {
	done, err := consented(t, k)
	if err == nil && !done {
		t.Open(consentTexts[k].flow)
	}
	return err
}

// needsRegistration is what the registration needs: the consents, and no refusal
// to declare that one is single. Who wishes to register once more may declare it
// after all.
func needsRegistration(t *dialog.Turn, wished bool) (dialog.Need, error) {
	if need, err := needsProfile(t, wished); need != dialog.Nothing || err != nil {
		return need, err
	}
	c, _, err := consentOf(t, store.StatementSingle)
	switch {
	case err != nil || !c.Declined():
		return dialog.Nothing, err
	case wished:
		return dialog.First(consentTexts[store.StatementSingle].flow), nil
	}
	return dialog.Refused, nil
}
