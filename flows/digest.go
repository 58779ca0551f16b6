package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The morning's digest: when the working day begins, or when they come on duty
// later, a colleague reads on one screen what waits, what is due today, what is
// late, and what came in the night and could wait. Who has nothing to do hears
// nothing. It is played in testdata/digest.*.chat.

// digestView is a colleague's morning.
type digestView struct {
	Late, Today, Later []dueView // what they have in hand
	Waiting            []dueView // what nobody has, of their desk
	Held               []listedView
	Quiet              []string // own clients who have been brought nobody for long
	Days               int      // so many
	More               int      // papers that found no room
}

// dueView is a paper and when something must have come of it.
type dueView struct {
	Paper, Kind string
	Due         time.Time
	Late        bool
}

var sayDigest = templates.New[digestView]("digest.list")

// mostDue is how many papers of each kind fit a phone's screen.
const mostDue = 8

// digest is a colleague's morning. It plans the next one.
func digest(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.Digest, Play: func(t *dialog.Turn, ref string) error {
		me, ok := t.Staff()
		if !ok {
			return nil // they have left; who comes back is enrolled anew
		}
		t.Later(store.Digest, "", s.nextMorning(t.Now()))
		if ref == store.DigestNew || !s.Calendar.Open(t.Now()) || !me.Working() {
			return nil
		}
		return s.morning(t, me)
	}}
}

// nextMorning is when the next working day begins.
func (s Settings) nextMorning(now time.Time) time.Time {
	y, m, d := now.In(s.Calendar.Zone()).Date()
	return s.Calendar.NextOpen(time.Date(y, m, d+1, 0, 0, 0, 0, s.Calendar.Zone()))
}

// morning tells a colleague what the day holds, once a day.
func (s Settings) morning(t *dialog.Turn, me store.Staff) error {
	first, err := t.Records.NoteDigest(me.ID, t.Now().In(s.Calendar.Zone()))
	if err != nil || !first {
		return err
	}
	if err := s.drawChecks(t, me); err != nil {
		return err
	}
	v, err := s.dayOf(t, me)
	if err != nil {
		return err
	}
	if len(v.Late)+len(v.Today)+len(v.Later)+len(v.Waiting)+len(v.Held)+len(v.Quiet) > 0 {
		t.Wake(me, sayDigest.With(v))
	}
	return t.Records.ToldHeld(me.ID)
}

// dayOf gathers what a colleague has before them.
func (s Settings) dayOf(t *dialog.Turn, me store.Staff) (v digestView, err error) {
	mine, err := t.Records.OpenClocks(me.ID, 4*mostDue)
	if err != nil {
		return v, err
	}
	evening := s.evening(t.Now())
	for _, c := range mine {
		list := &v.Later
		switch {
		case !c.DueAt.After(t.Now()):
			list = &v.Late
		case !c.DueAt.After(evening):
			list = &v.Today
		}
		v.put(list, c, list == &v.Late)
	}
	free, err := t.Records.OpenClocks(0, 4*mostDue)
	if err != nil {
		return v, err
	}
	for _, c := range free {
		if mayWork(me, c.Paper) {
			v.put(&v.Waiting, c, !c.DueAt.After(t.Now()))
		}
	}
	held, err := t.Records.HeldFor(me.ID, mostDue)
	for _, a := range held {
		v.Held = append(v.Held, listedView{a.Paper, what(t, me.Lang, a.Paper)})
	}
	if err != nil || !may(me.Role, HaveClients) {
		return v, err
	}
	v.Days = int(s.Recommend.Pace / (24 * time.Hour))
	v.Quiet, err = t.Records.Quiet(me.ID, t.Now().Add(-s.Recommend.Pace), mostDue)
	return v, err
}

// put adds a paper to a list. Of several clocks of one paper the first due stands
// for it.
func (v *digestView) put(list *[]dueView, c store.PaperClock, late bool) {
	for _, l := range [][]dueView{v.Late, v.Today, v.Later, v.Waiting} {
		for _, d := range l {
			if d.Paper == c.Paper {
				return
			}
		}
	}
	if len(*list) == mostDue {
		v.More++
		return
	}
	*list = append(*list, dueView{c.Paper, string(c.Kind), c.DueAt, late})
}

// evening is the end of the day on which a moment lies.
func (s Settings) evening(now time.Time) time.Time {
	y, m, d := now.In(s.Calendar.Zone()).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, s.Calendar.Zone())
}

// mayWork says that papers of the kind are the colleague's work.
func mayWork(me store.Staff, paper string) bool {
	for _, r := range deskOf(paper) {
		if r == me.Role {
			return true
		}
	}
	return false
}
