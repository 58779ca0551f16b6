package flows

import (
	"redthread/bot/dialog"
	"redthread/templates"
)

// progress tells clients how their complaints and questions stand, at any time. It is played
// in testdata/progress.zh-CN.chat.
var progress = dialog.Flow[none]{
	Name:   "progress",
	Title:  templates.New[none]("title.progress"),
	Opens:  templates.NewWords("open.progress"),
	Always: true,
	Begin:  tellProgress,
}

// standing is all that a client waits for.
type standing struct {
	Questions []questionView // that wait for an answer, the oldest first
	Cases     []caseView     // the newest first
}

// mostListed is how many complaints fit a phone's screen.
const mostListed = 5

var (
	sayProgress   = templates.New[standing]("progress.list")
	sayNoProgress = templates.New[none]("progress.none")
)

func tellProgress(t *dialog.Turn, _ *none) (dialog.Move, error) {
	cases, err := t.Records.Complaints(mostListed)
	if err != nil {
		return dialog.End, err
	}
	questions, err := t.Records.OpenQuestions(mostQuestions)
	if err != nil {
		return dialog.End, err
	}
	if len(cases)+len(questions) == 0 {
		t.Say(sayNoProgress.With(none{}))
		return dialog.End, nil
	}
	t.Say(sayProgress.With(standing{views(questions, viewOfQuestion), views(cases, viewOf)}))
	return dialog.End, nil
}

func views[P, V any](all []P, view func(P) V) []V {
	var vs []V
	for _, p := range all {
		vs = append(vs, view(p))
	}
	return vs
}
