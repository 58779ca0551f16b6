package flows

import (
	"regexp"
	"strings"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A colleague who writes a paper's number gets its card, with its clocks and who
// has been alerted: a digest and a list name papers by their numbers.

// paperNumber is what we write for a paper that has a card.
var paperNumber = regexp.MustCompile(`^[CQHTYMU]-[0-9]{6,}$`)

var titlePaper = templates.New[none]("title.paper")

func isPaper(text string) bool {
	return paperNumber.MatchString(strings.ToUpper(strings.TrimSpace(text)))
}

func openPaper(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:   "paper",
		Title:  titlePaper,
		Reads:  isPaper,
		Staff:  who(HearAlerts),
		Always: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			if t.Event.Kind != bot.Wrote {
				return dialog.End, nil
			}
			return dialog.End, s.openPaper(t, strings.ToUpper(strings.TrimSpace(t.Event.Text)))
		},
	}
}

// openPaper shows a paper to a colleague who may see it.
func (s Settings) openPaper(t *dialog.Turn, ref string) error {
	me, _ := t.Staff()
	switch {
	case strings.HasPrefix(ref, "T-"):
		return s.openTask(t, ref)
	case strings.HasPrefix(ref, "Y-"):
		return s.openIntroduction(t, ref)
	case isDate(ref) && may(me.Role, ArrangeDates):
		d, ok, err := myDate(t, ref)
		if ok {
			err = s.sayDate(t, d)
		}
		return err
	case strings.HasPrefix(ref, "U-"):
		return s.takeSOS(t, ref, "")
	case strings.HasPrefix(ref, "H-") && may(me.Role, WatchFloor):
		return s.showLiveTalk(t, ref)
	case !mayWork(me, ref), strings.HasPrefix(ref, "H-"), isDate(ref):
		return gone(t, store.ErrNotFound)
	case strings.HasPrefix(ref, "C-"):
		return s.openCase(t, ref)
	}
	l, q, err := questionLine(t, s, ref, false)
	if err != nil {
		return err
	}
	switch {
	case q.ID == 0:
		return gone(t, store.ErrNotFound)
	case !q.Open():
		return notToAnswer(t, q)
	}
	if ok, err := mayTake(t, q.Client, ref); !ok {
		return err
	}
	if err := t.Records.NoteReveal(me, q.Client.ID, store.RevealQuestion+":"+ref); err != nil {
		return err
	}
	return s.sayPaper(t, ref, l)
}

func (s Settings) openCase(t *dialog.Turn, ref string) error {
	c, err := t.Records.Complaint(ref)
	if err == nil && !c.Taken() && c.ClosedAt.IsZero() && c.Client.ErasedAt.IsZero() {
		return s.sayPaper(t, ref, complaintAlert(s).For(ref, viewOf(c)))
	}
	switch c, _, ok, err := mine(t, ref); {
	case !ok:
		return err
	case !c.ClosedAt.IsZero():
		t.Say(sayStepBefore.With(viewOf(c)))
		return nil
	}
	return s.sayCase(t, c)
}

// sayPaper shows a card with the paper's clocks, and who has been alerted.
func (s Settings) sayPaper(t *dialog.Turn, ref string, l templates.Line) error {
	under, err := s.clocksOf(t, ref)
	if err != nil {
		return err
	}
	open, err := t.Records.OpenAlerts(ref)
	if err != nil {
		return err
	}
	for _, a := range open {
		who, err := alerted(t, a)
		if err != nil {
			return err
		}
		under = append(under, who...)
	}
	t.SayOver(l, under...)
	return nil
}
