package flows

import (
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// mydata is where clients see what we keep of them, and do with it what the law
// lets them: correct it, withdraw a consent, delete it (PIPL 44–50). It needs no
// consent, and is open while a colleague has the talk. What each choice does is in
// mydata_see.go, mydata_correct.go and mydata_delete.go. It is played in
// testdata/mydata.*.chat.
func mydata(s Settings) dialog.Flow[myData] {
	return dialog.Flow[myData]{
		Name:    mydataFlow,
		Title:   titleMyData,
		Opens:   openMyData,
		Always:  true,
		Passing: true,
		Begin:   beginMyData,
		Ready:   readyMyData(s),
		Steps: []dialog.Step[myData]{
			{Name: "menu", Ask: askAboutData, Want: dialog.Button, Hear: chooseAboutData(s), To: []dialog.StepName{"see", "correct", deleteStep}},
			{Name: "see", Ask: askChapter, Want: dialog.Button, Hear: showChapter, To: []dialog.StepName{"menu"}},
			{Name: "correct", Ask: askCorrection, Want: dialog.Button.Or(dialog.Text(1, 60)), Hear: chooseCorrection, To: []dialog.StepName{"menu"}},
			{Name: deleteStep, Ask: askDelete, Want: dialog.Button.Or(dialog.Text(1, 200)), Hear: hearDelete(s)},
		},
	}
}

// mydataFlow is opened by doors of other texts, too.
const mydataFlow = "mydata"

// myData is what the texts can tell. What is kept is read anew each time, so that
// the session holds no copy.
type myData struct {
	Chapters []string `json:"-"` // of what there is to see
	Withheld bool     `json:"-"` // the rest is not shown here: they have not agreed to its passing abroad

	Ordered string `json:"-"` // the number of a deletion that is still to be carried out; empty: none

	// What a deletion would do.
	Kinds      []store.ErasedKind `json:"-"` // what goes
	Remains    []store.Remain     `json:"-"` // what has to stay
	Unfinished []string           `json:"-"` // numbers of what is under way
	Chats      int                `json:"-"` // in how many
}

// dataChoice is one thing that can be done with one's data: a button of
// mydata.menu, and where it leads.
type dataChoice struct {
	button string
	open   func(*dialog.Turn, *myData) (dialog.Move, error)
}

func dataChoices(s Settings) []dataChoice {
	return []dataChoice{
		{"see", stepTo("see")},
		{"correct", stepTo("correct")},
		{"copy", openInstead(copyFlow)},
		{"withdraw", openInstead("consents")},
		{"delete", stepTo(deleteStep)},
		{"undo", undoDeletion(s)},
		{"done", func(t *dialog.Turn, _ *myData) (dialog.Move, error) {
			t.Say(sayDataDone.With(none{}))
			return dialog.End, nil
		}},
	}
}

var (
	titleMyData = templates.New[none]("title.mydata")
	openMyData  = templates.NewWords("open.mydata")

	askAboutData  = templates.New[myData]("mydata.menu")
	askChapter    = templates.New[myData]("mydata.see")
	askCorrection = templates.New[myData]("mydata.correct")

	sayDataDone  = templates.New[none]("mydata.done")
	sayDataStaff = templates.New[none]("mydata.staff")
)

// stepTo goes on at a question of this flow.
func stepTo(name dialog.StepName) func(*dialog.Turn, *myData) (dialog.Move, error) {
	return func(*dialog.Turn, *myData) (dialog.Move, error) { return dialog.GoTo(name), nil }
}

// openInstead leaves this flow for another.
func openInstead(flow string) func(*dialog.Turn, *myData) (dialog.Move, error) {
	return func(t *dialog.Turn, _ *myData) (dialog.Move, error) {
		t.Open(flow)
		return dialog.End, nil
	}
}

// beginMyData is for clients: what is kept of colleagues is the agency's business
// with them.
func beginMyData(t *dialog.Turn, _ *myData) (dialog.Move, error) {
	if _, ok := t.Staff(); ok {
		t.Say(sayDataStaff.With(none{}))
		return dialog.End, nil
	}
	if t.Paper() == deleteStep {
		return dialog.GoTo(deleteStep), nil
	}
	return dialog.Next, nil
}

func readyMyData(s Settings) func(*dialog.Turn, *myData, dialog.StepName) error {
	return func(t *dialog.Turn, d *myData, at dialog.StepName) error {
		switch at {
		case "menu":
			o, err := t.Records.MyErasure()
			if err == nil {
				d.Ordered = o.Number()
			}
			return ignoreNone(err)
		case "see":
			return d.list(t)
		case deleteStep:
			return d.prepareDeletion(t, s)
		}
		return nil
	}
}

func chooseAboutData(s Settings) func(*dialog.Turn, *myData) (dialog.Move, error) {
	return func(t *dialog.Turn, d *myData) (dialog.Move, error) {
		for _, c := range dataChoices(s) {
			if c.button == t.Choice() {
				return c.open(t, d)
			}
		}
		return dialog.Again, nil
	}
}

// mayShowHere says that the client agrees to their data passing through this
// platform: on Telegram it goes abroad.
func mayShowHere(t *dialog.Turn) (bool, error) {
	if !applies(t, store.ConsentAbroad) {
		return true, nil
	}
	c, _, err := consentOf(t, store.ConsentAbroad)
	return c.Given(), err
}
