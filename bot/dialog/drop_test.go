package dialog_test

import (
	"testing"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

var askAbout = templates.New[about]("about.ask")

// about is a flow about one paper.
type about struct{ Ref string }

// dropping is a stage on which the house can have things dropped, and a flow
// opened about something.
func dropping(t *testing.T) (s *stage, news func(text string) string) {
	t.Helper()
	s = newStage(t)
	c := config(s.store)
	c.Flows = append(c.Flows, dialog.Flow[about]{
		Name: "about", Title: titleMany,
		Begin: func(t *dialog.Turn, a *about) (dialog.Move, error) {
			a.Ref = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[about]{{Name: "ask", Ask: askAbout, Want: dialog.Text(1, 9), Hear: func(*dialog.Turn, *about) (dialog.Move, error) { return dialog.End, nil }}},
	})
	c.News = append(c.News,
		dialog.Notice{Name: "about", Play: func(t *dialog.Turn, ref string) error { t.OpenAbout("about", ref); return nil }},
		dialog.Notice{Name: "forget", Play: func(t *dialog.Turn, ref string) error {
			t.Say(sayNotice.With(map[bool]string{true: "dropped", false: "nothing"}[t.Forget(ref)]))
			return nil
		}},
		dialog.Notice{Name: "abandon", Play: func(t *dialog.Turn, _ string) error { t.Abandon(); return nil }},
	)
	s.engine = s.with(t, c)
	return s, func(text string) string {
		ev := s.event(anna, bot.Noticed)
		ev.Text = text
		return s.play(t, ev)
	}
}

// What a flow is opened about is what it is about, even if it waits with another.
func TestOpenAbout(t *testing.T) {
	t.Parallel()
	s, news := dropping(t)
	same(t, news("about:K-000001"), "K-000001?")
	s.line(t, anna, "投诉")
	same(t, news("about:K-000002"), "K-000002?")
	if got := s.session(t, anna); got.Open.Flow != "about" || len(got.Stack) != 1 || got.Stack[0].Flow != "complaint" {
		t.Errorf("%+v", got)
	}
}

// What is about somebody is dropped wherever it waits; what was interrupted by it
// is asked again.
func TestForget(t *testing.T) {
	t.Parallel()
	s, news := dropping(t)
	wants(t, news("forget:K-000001"), "nothing")
	s.line(t, anna, "投诉")
	news("about:K-000001")
	wants(t, news("forget:K-000002"), "nothing")
	wants(t, news("forget:K-000001"), "dropped", kindAsked)
	if got := s.session(t, anna); got.Open.Flow != "complaint" || len(got.Stack) != 0 {
		t.Errorf("%+v", got)
	}
	news("about:K-000001")
	s.line(t, anna, "接待")
	lacks(t, news("forget:K-000001"), "K-000001?")
	if got := s.session(t, anna); got.Open.Flow != "desk" || len(got.Stack) != 1 {
		t.Errorf("%+v", got)
	}
}

// After Abandon nothing is gone on with, and nobody has the talk.
func TestAbandon(t *testing.T) {
	t.Parallel()
	s, news := dropping(t)
	s.enrol(t, store.RoleService)
	s.line(t, anna, "投诉")
	s.line(t, anna, "接待")
	s.line(t, anna, "人工")
	news("abandon:")
	if got := s.session(t, anna); got.Human || len(got.Stack) != 0 {
		t.Errorf("%+v", got)
	}
}
