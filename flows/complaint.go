package flows

import (
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// complaint takes down what went wrong, gives it a number and wakes the
// colleagues. It is played in testdata/complaint.zh-CN.chat; casework.go is what
// comes after it.
func complaint(s Settings) dialog.Flow[grievance] {
	return dialog.Flow[grievance]{
		Name:   "complaint",
		Title:  titleComplaint,
		Opens:  openComplaint,
		Idle:   24 * time.Hour,
		Always: true,
		Steps: []dialog.Step[grievance]{
			{Name: "matter", Ask: askMatter, Want: dialog.Button, Hear: takeMatter},
			{Name: "people", Ask: askPeople, Want: dialog.Button.Or(dialog.Text(1, 200)), Hear: takePeople},
			{Name: "when", Ask: askWhen, Want: dialog.Text(1, 100), Optional: true, Hear: takeWhen},
			{Name: "story", Ask: askStory, Want: dialog.Text(10, 2000).Or(dialog.Photos(maxPictures)), Hear: takeStory},
			{Name: "evidence", Ask: askEvidence, Want: dialog.Button.Or(dialog.Photos(maxPictures)), Hear: takeEvidence},
			{Name: "wish", Ask: askWish, Want: dialog.Button.Or(dialog.Text(1, 300)), Optional: true, Hear: takeWish},
			{Name: "check", Ask: askCheck, Want: dialog.Button, Hear: submit(s), To: []dialog.StepName{"matter", "people", "when", "story", "evidence", "wish"}},
		},
	}
}

const maxPictures = 9

// grievance is what we know so far. People and Wish are a button's ID or the
// client's own words.
type grievance struct {
	Matter, People, When, Story, Wish string
	Captions                          []string // words that came with pictures
	Photos                            []bot.MediaID
}

var (
	titleComplaint = templates.New[none]("title.complaint")
	openComplaint  = templates.NewWords("open.complaint")

	askMatter   = templates.New[grievance]("complaint.matter")
	askPeople   = templates.New[grievance]("complaint.people")
	askWhen     = templates.New[grievance]("complaint.when")
	askStory    = templates.New[grievance]("complaint.story")
	askEvidence = templates.New[grievance]("complaint.evidence")
	askWish     = templates.New[grievance]("complaint.wish")
	askCheck    = templates.New[grievance]("complaint.check")

	sayPictureKept = templates.New[grievance]("complaint.picture_kept")
	sayNoMore      = templates.New[grievance]("complaint.no_more_pictures")
	sayFiled       = templates.New[caseView]("complaint.filed")
	sayDropped     = templates.New[none]("complaint.dropped")
)

func takeMatter(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	g.Matter = t.Choice()
	return dialog.Next, nil
}

func takePeople(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	g.People = t.Choice() + t.Text()
	return dialog.Next, nil
}

func takeWhen(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	g.When = t.Text()
	return dialog.Next, nil
}

// takeStory keeps pictures that come before the words.
func takeStory(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	if len(t.Photos()) == 0 {
		g.Story = t.Text()
		return dialog.Next, nil
	}
	if first := len(g.Photos) == 0; g.add(t) && first {
		t.Say(sayPictureKept.With(*g))
	}
	return dialog.Stay, nil
}

// takeEvidence collects pictures until there are no more. An album comes as a
// row of messages: only the first one is answered.
func takeEvidence(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	switch t.Choice() {
	case "done":
		return dialog.Next, nil
	case "anew":
		g.Photos, g.Captions = nil, nil
		return dialog.Again, nil
	}
	first := len(g.Photos) == 0
	switch all := g.add(t); {
	case !all || len(g.Photos) == maxPictures:
		t.Say(sayNoMore.With(*g))
		return dialog.Next, nil
	case first:
		return dialog.Again, nil
	}
	return dialog.Stay, nil
}

// add keeps the pictures of the turn, as far as there is room. It reports
// whether there was.
func (g *grievance) add(t *dialog.Turn) (all bool) {
	photos := t.Photos()
	room := min(maxPictures-len(g.Photos), len(photos))
	g.Photos = append(g.Photos, photos[:room]...)
	if words := t.Text(); words != "" {
		g.Captions = append(g.Captions, words)
	}
	return room == len(photos)
}

func takeWish(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	g.Wish = t.Choice() + t.Text()
	return dialog.Next, nil
}

// submit files the complaint, or goes back to one answer.
func submit(s Settings) func(*dialog.Turn, *grievance) (dialog.Move, error) {
	return func(t *dialog.Turn, g *grievance) (dialog.Move, error) {
		switch t.Choice() {
		case "send":
			return dialog.End, g.file(t, s)
		case "drop":
			t.Say(sayDropped.With(none{}))
			return dialog.End, nil
		}
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	}
}

func (g *grievance) file(t *dialog.Turn, s Settings) error {
	c, err := t.Records.FileComplaint(store.NewComplaint{
		Lang: t.Lang(), Matter: g.Matter, Evidence: g.Photos, Promised: s.FirstAnswer,
		Facts: store.Facts{People: g.People, When: g.When, Story: strings.Join(append([]string{g.Story}, g.Captions...), "\n"), Wish: g.Wish},
	})
	if err != nil {
		return err
	}
	t.Say(sayFiled.With(viewOf(c)))
	t.Alert(complaintAlert.For(c.Number(), viewOf(c)), complaintDesk...)
	t.Later(store.ComplaintUntaken, c.Number(), t.Now().Add(s.TakeWithin))
	return nil
}
