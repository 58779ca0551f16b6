package dialog_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The conversations of the tests. Their texts are in testdata.

type none = struct{}

type grievance struct {
	Kind, Story, Wish string
	Photos            []bot.MediaID
}

var complaintFlow = dialog.Flow[grievance]{
	Name:   "complaint",
	Title:  templates.New[none]("title.complaint"),
	Opens:  templates.NewWords("open.complaint"),
	Idle:   24 * time.Hour,
	Always: true,
	Steps: []dialog.Step[grievance]{
		{Name: "kind", Ask: templates.New[grievance]("complaint.kind"), Want: dialog.Button, Hear: func(t *dialog.Turn, g *grievance) (dialog.Move, error) {
			g.Kind = t.Choice()
			return dialog.Next, nil
		}},
		{Name: "story", Ask: templates.New[grievance]("complaint.story"), Want: dialog.Text(5, 100), Hear: func(t *dialog.Turn, g *grievance) (dialog.Move, error) {
			g.Story = t.Text()
			return dialog.Next, nil
		}},
		{Name: "proof", Ask: templates.New[grievance]("complaint.proof"), Want: dialog.Photos(9).Or(dialog.Button), Hear: func(t *dialog.Turn, g *grievance) (dialog.Move, error) {
			if t.Choice() == "done" {
				return dialog.Next, nil
			}
			g.Photos = append(g.Photos, t.Photos()...)
			return dialog.Again, nil
		}},
		{Name: "wish", Ask: templates.New[grievance]("complaint.wish"), Want: dialog.Text(1, 50), Optional: true, Hear: func(t *dialog.Turn, g *grievance) (dialog.Move, error) {
			g.Wish = t.Text()
			return dialog.Next, nil
		}},
		{Name: "confirm", Ask: templates.New[grievance]("complaint.confirm"), Want: dialog.Button, Hear: confirm, To: []dialog.StepName{"story", "kind"}},
	},
}

var (
	sayFiled   = templates.New[string]("complaint.filed")
	sayTally   = templates.New[dialog.Measure]("tally.said")
	sayHeard   = templates.New[string]("desk.heard")
	sayLooked  = templates.New[string]("staff.looked")
	sayTaken   = templates.New[string]("staff.taken")
	sayNotice  = templates.New[string]("notice.said")
	sayCalled  = templates.New[none]("human.called")
	sayBack    = templates.New[none]("human.back")
	sayRelayed = templates.New[string]("relayed")
)

func confirm(t *dialog.Turn, g *grievance) (dialog.Move, error) {
	switch t.Choice() {
	case "drop":
		return dialog.End, nil
	case "kind":
		return dialog.GoTo("kind"), nil
	case "story":
		return dialog.Visit("story"), nil
	}
	c, err := t.Records.FileComplaint(store.NewComplaint{Lang: t.Lang(), Matter: g.Kind, Facts: store.Facts{Story: g.Story, Wish: g.Wish}, Evidence: g.Photos})
	if err != nil {
		return dialog.End, err
	}
	t.Say(sayFiled.With(c.Number()))
	t.Alert(caseCard.For(c.Number(), c.Number()))
	t.Later("remind", c.Number(), t.Now().Add(time.Hour))
	return dialog.End, nil
}

// caseCard settles when it is taken and stays when it is looked at.
var caseCard = dialog.Card[string]{
	Text: templates.New[string]("staff.case"), Staff: []store.Role{store.RoleService},
	Hear: func(t *dialog.Turn, ref, choice string) error {
		if choice == "look" {
			t.Keep()
			t.Say(sayLooked.With(ref))
			return nil
		}
		t.Toast(sayTaken.With(ref))
		t.Say(sayTaken.With(ref))
		return nil
	},
}

var tallyFlow = dialog.Flow[none]{
	Name: "tally", Title: templates.New[none]("title.tally"), Opens: templates.NewWords("open.tally"),
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		all, err := t.Records.Complaints(50)
		m := dialog.Measure{N: len(all)}
		for _, c := range all {
			m.Max += len(c.Evidence)
		}
		t.Say(sayTally.With(m))
		return dialog.End, err
	},
}

var languageFlow = dialog.Flow[none]{
	Name: "language", Title: templates.New[none]("title.language"), Opens: templates.NewWords("open.language"),
	Steps: []dialog.Step[none]{{Name: "which", Ask: templates.New[none]("language.which"), Want: dialog.Button, Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		t.SetLang(map[string]string{"zh": "zh-CN", "en": "en"}[t.Choice()])
		return dialog.End, nil
	}}},
}

// deskFlow hears everything, changes too, and opens other flows by name.
var deskFlow = dialog.Flow[none]{
	Name: "desk", Title: templates.New[none]("title.desk"), Opens: templates.NewWords("open.desk"),
	Reads: func(text string) bool { return strings.HasPrefix(text, "RT-") },
	Steps: []dialog.Step[none]{{Name: "say", Ask: templates.New[none]("desk.say"), Want: dialog.Anything.Or(dialog.Edits), Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		if flow, ok := strings.CutPrefix(t.Text(), "open "); ok {
			t.Open(flow)
			return dialog.Again, nil
		}
		if t.Text() == "bye" {
			return dialog.End, nil
		}
		t.Say(sayHeard.With(t.Text()))
		return dialog.Stay, nil
	}}},
}

var errBroken = errors.New("a step of the test fails")

// brokenFlow writes, speaks and then fails, in the way it is told.
var brokenFlow = dialog.Flow[none]{
	Name: "broken", Title: templates.New[none]("title.broken"), Opens: templates.NewWords("open.broken"),
	Steps: []dialog.Step[none]{{Name: "ask", Ask: templates.New[none]("broken.ask"), Want: dialog.Anything, Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		if _, err := t.Records.FileComplaint(store.NewComplaint{Lang: t.Lang(), Matter: "x"}); err != nil {
			return dialog.End, err
		}
		t.Say(sayFiled.With("never"))
		switch t.Text() {
		case "panic":
			var m map[string]int
			m["x"]++
		case "speechless":
			t.SetLang("tlh")
		case "lost":
			return dialog.GoTo("nowhere"), nil
		case "away":
			return dialog.End, context.DeadlineExceeded
		case "stuck":
			return dialog.Move{}, nil
		}
		return dialog.End, errBroken
	}}},
}

// quizFlow has data of version 2: the two answers were one string once, and a
// list before that.
type quiz struct{ One, Two string }

var quizSteps = []dialog.Step[quiz]{
	{Name: "one", Ask: templates.New[quiz]("quiz.one"), Want: dialog.Text(1, 20), Hear: func(t *dialog.Turn, q *quiz) (dialog.Move, error) {
		q.One = t.Text()
		return dialog.Next, nil
	}},
	{Name: "two", Ask: templates.New[quiz]("quiz.two"), Want: dialog.Text(1, 20), Hear: func(t *dialog.Turn, q *quiz) (dialog.Move, error) {
		q.Two = t.Text()
		t.Say(sayHeard.With(q.One + "+" + q.Two))
		return dialog.End, nil
	}},
}

var (
	titleQuiz = templates.New[none]("title.quiz")
	openQuiz  = templates.NewWords("open.quiz")
)

func callHuman(t *dialog.Turn) error {
	t.HandOff()
	t.Say(sayCalled.With(none{}))
	return nil
}

func relay(t *dialog.Turn) error {
	if t.Text() == "bye" {
		t.TakeBack()
		t.Say(sayBack.With(none{}))
		return nil
	}
	t.Tell(desk, "en", sayRelayed.With(t.Text()), t.Photos()...)
	return nil
}

var notices = []dialog.Notice{
	{Name: "remind", Play: func(t *dialog.Turn, ref string) error {
		t.Say(sayNotice.With(ref))
		return nil
	}},
	{Name: "talk.over", Play: func(t *dialog.Turn, _ string) error {
		t.TakeBack()
		t.Say(sayBack.With(none{}))
		return nil
	}},
	{Name: "fails", Play: func(*dialog.Turn, string) error { return errBroken }},
}

func quizFlow(steps ...dialog.Step[quiz]) dialog.Flow[quiz] {
	return dialog.Flow[quiz]{Name: "quiz", Title: titleQuiz, Opens: openQuiz, Version: 2, Upgrade: quizUpgrades, Steps: steps}
}

var quizUpgrades = map[int]func(json.RawMessage) (json.RawMessage, error){
	0: func(old json.RawMessage) (json.RawMessage, error) { // a list → one string
		var list []string
		if err := json.Unmarshal(old, &list); err != nil {
			return nil, err
		}
		return json.Marshal(map[string]string{"Both": strings.Join(list, "|")})
	},
	1: func(old json.RawMessage) (json.RawMessage, error) { // one string → two
		var was struct{ Both string }
		if err := json.Unmarshal(old, &was); err != nil {
			return nil, err
		}
		one, two, _ := strings.Cut(was.Both, "|")
		return json.Marshal(quiz{one, two})
	},
}
