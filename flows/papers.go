package flows

import (
	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// papers tells clients which of their papers were seen, and what to bring. A
// picture of a paper that is sent here is not kept: papers are shown in the shop.
// It is played in testdata/ledger.*.chat.
var papers = dialog.Flow[paperList]{
	Name:    "papers",
	Title:   templates.New[none]("title.papers"),
	Opens:   templates.NewWords("open.papers"),
	Always:  true,
	Passing: true,
	Begin:   listPapers,
	Steps: []dialog.Step[paperList]{
		{Name: "list", Ask: templates.New[paperList]("papers.list"), Want: dialog.Button.Or(dialog.Anything), Hear: hearAboutPapers},
	},
}

// paperList is how the client's papers stand, and which nobody has seen.
type paperList struct {
	Seen    []paperView
	Missing []string
}

var (
	sayPapersDone  = templates.New[none]("papers.done")
	sayBringPapers = templates.New[none]("papers.bring")

	// paperNamed names the papers, by its buttons; other texts quote them.
	_ = templates.New[none]("papers.names")
)

func listPapers(t *dialog.Turn, l *paperList) (dialog.Move, error) {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return dialog.End, err
	}
	if l.Seen, err = ledgerOf(t, me.ID); err != nil {
		return dialog.End, err
	}
	seen := map[string]bool{}
	for _, p := range l.Seen {
		seen[p.Paper] = p.Valid
	}
	for _, p := range []store.Paper{store.PaperIdentity, store.PaperHousehold, store.PaperEducation, store.PaperSingle} { // of everybody
		if !seen[string(p)] {
			l.Missing = append(l.Missing, string(p))
		}
	}
	return dialog.Next, nil
}

func hearAboutPapers(t *dialog.Turn, _ *paperList) (dialog.Move, error) {
	if t.Choice() == "" && t.Event.Kind != bot.Wrote {
		t.Say(sayBringPapers.With(none{})) // the picture was not noted, so nothing of it is kept
		return dialog.Stay, nil
	}
	t.Say(sayPapersDone.With(none{}))
	return dialog.End, nil
}
