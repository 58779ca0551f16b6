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
		Begin:  beginGrievance,
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

const (
	maxPictures = 9
	album       = 5 * time.Second // pictures that come so closely are one album
)

// grievance is what we know so far. People and Wish are a button's ID or the
// client's own words.
type grievance struct {
	Matter, People, When, Story, Wish string
	Captions                          []string // words that came with pictures
	Photos                            []bot.MediaID
	Shown                             time.Time // when the newest picture came
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
	sayEnough      = templates.New[int]("complaint.enough") // how many a day can be filed
	sayDropped     = templates.New[none]("complaint.dropped")
)

// beginGrievance takes over what a date's feedback has told already.
func beginGrievance(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	if !isDate(t.Paper()) {
		return dialog.Next, nil
	}
	g.Matter, g.People = "date", t.Paper()
	return dialog.GoTo("when"), nil
}

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
	switch first, all := g.add(t); {
	case !first:
	case all:
		t.Say(sayPictureKept.With(*g))
	default:
		t.Say(sayNoMore.With(*g))
	}
	return dialog.Stay, nil
}

// takeEvidence collects pictures until there are no more. An album comes as a
// row of messages: only the first one is answered, and the last there is room for.
func takeEvidence(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	switch t.Choice() {
	case "done":
		return dialog.Next, nil
	case "anew":
		g.Photos, g.Captions = nil, nil
		return dialog.Again, nil
	}
	had := g.Full()
	if first, _ := g.add(t); first || g.Full() && !had {
		return dialog.Again, nil
	}
	return dialog.Stay, nil
}

// Full says that no more pictures can be taken.
func (g grievance) Full() bool { return len(g.Photos) >= maxPictures }

// add keeps the pictures of the turn, with the words under them, as far as there
// is room; all says whether there was. first says that they are not more of an
// album that has been answered.
func (g *grievance) add(t *dialog.Turn) (first, all bool) {
	first = t.Now().Sub(g.Shown) > album
	g.Shown = t.Now()
	photos := t.Photos()
	room := min(maxPictures-len(g.Photos), len(photos))
	g.Photos = append(g.Photos, photos[:room]...)
	if words := t.Text(); words != "" && room > 0 {
		g.Captions = append(g.Captions, words)
	}
	return first, room == len(photos)
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
			if ok, err := mayFile(t, s); err != nil || !ok {
				return dialog.Again, err
			}
			return dialog.End, g.file(t, s)
		case "drop":
			t.Say(sayDropped.With(none{}))
			return dialog.End, nil
		}
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	}
}

// mayFile counts complaints, and says so when there are too many: what is written
// stays, to be submitted later.
func mayFile(t *dialog.Turn, s Settings) (ok bool, err error) {
	if s.FilePerDay <= 0 {
		return true, nil
	}
	ok, err = t.Records.Try("complaint", s.FilePerDay, 24*time.Hour)
	if err == nil && !ok {
		t.Say(sayEnough.With(s.FilePerDay))
	}
	return ok, err
}

func (g *grievance) file(t *dialog.Turn, s Settings) error {
	c, err := t.Records.FileComplaint(store.NewComplaint{
		Lang: t.Lang(), Matter: g.Matter, Evidence: g.Photos, Promised: s.Calendar.Add(t.Now(), s.FirstAnswer),
		Facts: store.Facts{People: g.People, When: g.When, Story: strings.Join(append([]string{g.Story}, g.Captions...), "\n"), Wish: g.Wish},
	})
	if err != nil {
		return err
	}
	t.Say(sayFiled.With(viewOf(c)))
	if err := s.startCase(t, c); err != nil {
		return err
	}
	return s.wake(t, alarmComplaint, c.Number(), concern{client: c.Client})
}
