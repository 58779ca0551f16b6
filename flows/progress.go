package flows

import (
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// progress tells clients how their complaints stand, at any time. It is played
// in testdata/progress.zh-CN.chat.
var progress = dialog.Flow[none]{
	Name:   "progress",
	Title:  templates.New[none]("title.progress"),
	Opens:  templates.NewWords("open.progress"),
	Always: true,
	Begin:  tellProgress,
}

// mostListed is how many complaints fit a phone's screen.
const mostListed = 5

var (
	sayProgress   = templates.New[[]caseView]("progress.list")
	sayNoProgress = templates.New[none]("progress.none")
)

func tellProgress(t *dialog.Turn, _ *none) (dialog.Move, error) {
	all, err := t.Records.Complaints(mostListed)
	if err != nil {
		return dialog.End, err
	}
	if len(all) == 0 {
		t.Say(sayNoProgress.With(none{}))
		return dialog.End, nil
	}
	t.Say(sayProgress.With(views(all)))
	return dialog.End, nil
}

func views(all []store.Complaint) []caseView {
	var vs []caseView
	for _, c := range all {
		vs = append(vs, viewOf(c))
	}
	return vs
}
