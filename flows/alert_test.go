package flows_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
)

// alertsOf reads the open alerts about a paper with whom they have called.
func (s *stage) alertsOf(paper string) (open []store.Alert, calls []store.Call) {
	s.t.Helper()
	_, err := s.store.Turn(s.t.Context(), s.event(s.person("dana")), func(tx *store.Tx, _ *bot.Session) (err error) {
		if open, err = tx.OpenAlerts(paper); err != nil {
			return err
		}
		calls, err = tx.CallsAbout(paper)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return open, calls
}

// Whoever works, whatever they do, and however often Redis forgets and messages
// come twice: an alert that nobody acknowledges climbs to the top and is repeated
// there in working time, nobody is called twice in the same place, and once it is
// acknowledged, or its paper is closed, all is quiet.
func TestEveryAlertIsHeardOrClimbs(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) { // each takes days of the stage's time
		r := rand.New(rand.NewPCG(seed, 7))
		yes := func() bool { return r.IntN(2) == 0 }
		s := newStage(t)
		if s.twice = yes(); yes() {
			s.spoil = func() {
				if err := s.store.ForgetSessions(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		for _, name := range []string{"li", "fang", "mei", "chen", "gao"} {
			if yes() {
				s.hire(s.person(name))
			}
		}
		s.hire(s.person("qin"))
		s.acts("anna", "问：可以带狗吗")
		for range r.IntN(7) {
			p := s.person([]string{"li", "fang", "mei", "chen", "gao", "qin"}[r.IntN(6)])
			switch r.IntN(4) {
			case 0:
				s.wait(time.Duration(1+r.IntN(200)) * time.Minute)
			case 1:
				s.act(p, "在")
			default:
				p.away = true
			}
			s.settle()
		}
		s.mustClimb(seed)
		if yes() {
			s.acts("qin", "(quote Q-000001: 可以。)")
			if open, _ := s.alertsOf("Q-000001"); len(open) > 0 {
				t.Fatalf("%d: it is answered, and alerts go on: %+v", seed, open)
			}
			s.said("")
			s.wait(30 * time.Hour)
			if heard := s.said(""); alarming.MatchString(heard) {
				t.Fatalf("%d: it is answered, and somebody hears of it:\n%s", seed, heard)
			}
		}
	}
}

// alarming is an alert about the question, and not the spot check of its answer.
var alarming = regexp.MustCompile(`(?m)(⏰|🔴|🟡|❓).*Q-000001`)

// mustClimb lets three working days pass without a word: at the end the alert
// stands where nobody is above it, and has been repeated there.
func (s *stage) mustClimb(seed uint64) {
	s.t.Helper()
	for range 60 {
		s.wait(time.Hour)
	}
	open, calls := s.alertsOf("Q-000001")
	if len(open) == 0 {
		s.t.Fatalf("%d: nobody has heard it, and no alert is open", seed)
	}
	seen := map[[4]int64]bool{}
	for _, c := range calls {
		key := [4]int64{c.AlertID, c.StaffID, int64(c.Rung), int64(c.Round)}
		if seen[key] {
			s.t.Fatalf("%d: called twice in the same place: %+v", seed, c)
		}
		seen[key] = true
	}
	last := calls[len(calls)-1]
	if quiet := s.clock.Now().Sub(last.At); quiet > 20*time.Hour {
		s.t.Fatalf("%d: nobody has been called for %v", seed, quiet)
	}
	if above := s.person("chen").hired || s.person("gao").hired; above && last.Rung < store.RungSupervisor {
		s.t.Fatalf("%d: whoever has the say has not heard of it: %+v", seed, last)
	}
}

// A question is raised again for whoever comes to work when nobody was there.
func TestAlertWaitsForTheMorning(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.wait(8 * time.Hour) // it is eight in the evening
	s.acts("anna", "问：可以带狗吗")
	if heard := s.said(""); strings.Contains(heard, "li<") {
		t.Errorf("somebody was woken:\n%s", heard)
	}
	s.wait(14 * time.Hour)
	if heard := s.said(""); !strings.Contains(heard, "li< ❓ 客户提问 Q-000001") {
		t.Errorf("nobody was alerted in the morning:\n%s", heard)
	}
}
