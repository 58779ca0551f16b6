package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// Clients correct what they told us themselves, at once, where they told it. What
// a colleague has seen a paper of, and what is a record of the past, a colleague
// has to correct: that becomes a question, with its number and its promised time.

// chooseCorrection leads to the wanted answer.
func chooseCorrection(t *dialog.Turn, d *myData) (dialog.Move, error) {
	switch id := t.Choice(); id {
	case "profile", "criteria", "photos":
		return openInstead(id)(t, d)
	case "other":
		return openInstead(correctionFlow)(t, d)
	case "back":
		return dialog.GoTo("menu"), nil
	}
	words := withoutVerb(t.Text())
	if id := t.ChoiceIn(fieldNames.With(none{}), words); id != "" {
		return correctField(t, dialog.StepName(id))
	}
	if id := t.ChoiceIn(wishNames.With(none{}), words); id != "" {
		t.OpenAbout("criteria", id)
		return dialog.End, nil
	}
	return t.Wrong(sayWhichUnclear.With(none{})), nil
}

func correctField(t *dialog.Turn, name dialog.StepName) (dialog.Move, error) {
	seen, err := wasSeen(t, name)
	if err != nil {
		return dialog.End, err
	}
	switch _, err := t.Records.MyProfile(); {
	case seen:
		t.OpenAbout(correctionFlow, string(name))
	case err == nil:
		t.OpenAbout("profile", string(name))
	case errors.Is(err, store.ErrNotFound): // what they have answered so far is in the flow itself
		t.Open("profile")
	default:
		return dialog.End, err
	}
	return dialog.End, nil
}

// papersOf are the papers that prove an answer.
var papersOf = map[dialog.StepName][]store.Paper{
	"name": {store.PaperIdentity}, "gender": {store.PaperIdentity}, "birth": {store.PaperIdentity},
	"registered": {store.PaperHousehold},
	"marital":    {store.PaperSingle, store.PaperDivorce, store.PaperBereavement},
	"education":  {store.PaperEducation}, "school": {store.PaperEducation},
	"income": {store.PaperIncome}, "housing": {store.PaperHousing},
}

// wasSeen says that a colleague has seen a paper of the client that proves the
// answer, and that it still counts.
func wasSeen(t *dialog.Turn, name dialog.StepName) (bool, error) {
	papers := papersOf[name]
	if len(papers) == 0 {
		return false, nil
	}
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return false, err
	}
	for _, p := range papers {
		if seen, err := t.Records.Verified(me.ID, p); seen || err != nil {
			return seen, err
		}
	}
	return false, nil
}

// correctionFlow takes down what a colleague is to correct.
const correctionFlow = "correction"

func correction(s Settings) dialog.Flow[correcting] {
	return dialog.Flow[correcting]{
		Name:   correctionFlow,
		Title:  titleCorrection,
		Idle:   24 * time.Hour,
		Always: true,
		Fresh:  true,
		Begin: func(t *dialog.Turn, c *correcting) (dialog.Move, error) {
			c.Field = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[correcting]{
			{Name: "words", Ask: askWhatIsWrong, Want: dialog.Button.Or(dialog.Text(2, 500)), Hear: askForCorrection(s)},
		},
	}
}

// correcting is what is to be corrected: an answer of the registration, or
// anything else.
type correcting struct {
	Field string
	Words string
}

// mostCorrections is how many corrections may be asked for in a day.
const mostCorrections = 5

var (
	titleCorrection = templates.New[none]("title.correction")
	askWhatIsWrong  = templates.New[correcting]("correction.words")

	requestCorrection    = templates.New[correcting]("correction.request") // as colleagues read it, and the client under their questions
	sayCorrectionAsked   = templates.New[questionView]("correction.asked")
	sayCorrectionsEnough = templates.New[int]("correction.enough")
	sayNoCorrection      = templates.New[none]("correction.none")
)

func askForCorrection(s Settings) func(*dialog.Turn, *correcting) (dialog.Move, error) {
	return func(t *dialog.Turn, c *correcting) (dialog.Move, error) {
		if t.Choice() != "" {
			t.Say(sayNoCorrection.With(none{}))
			return dialog.End, nil
		}
		ok, err := t.Records.Try("correction", mostCorrections, 24*time.Hour)
		if err != nil {
			return dialog.End, err
		}
		if !ok {
			t.Say(sayCorrectionsEnough.With(mostCorrections))
			return dialog.End, nil
		}
		c.Words = t.Text()
		v, err := s.passOn(t, t.Words(t.Lang(), requestCorrection.With(*c)))
		if err == nil {
			t.Say(sayCorrectionAsked.With(v))
		}
		return dialog.End, err
	}
}
