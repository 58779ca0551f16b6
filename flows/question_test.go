package flows_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// openQuestions are those of a person, as the records have them.
func (s *stage) openQuestions(name string) (all []store.Question) {
	s.t.Helper()
	_, err := s.store.Turn(s.t.Context(), s.event(s.person(name)), func(tx *store.Tx, _ *bot.Session) (err error) {
		all, err = tx.OpenQuestions(10)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// Two colleagues quote the card at the same moment, on two processes: the client
// hears one answer, and the other colleague hears whose.
func TestOneAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	li, chen := s.person("li"), s.person("chen")
	s.hire(li)
	s.hire(chen)
	s.acts("anna", "问：可以带狗吗")
	s.together(append(s.read(li, "(quote 带狗: 可以。)"), s.read(chen, "(quote 带狗: 不可以。)")...), s.engine, s.replica())
	heard := s.said("")
	if n := strings.Count(heard, "anna< 您问的“可以带狗吗”"); n != 1 {
		t.Errorf("anna heard %d answers:\n%s", n, heard)
	}
	if n := strings.Count(heard, "已由小李答复：") + strings.Count(heard, "已由陈店长答复："); n != 1 {
		t.Errorf("%d colleagues heard that it was answered:\n%s", n, heard)
	}
}

// Who is dismissed while writing answers nobody, and the question is offered to
// the others.
func TestDismissedWhileAnswering(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.hire(s.person("chen"))
	s.acts("anna", "问：可以带狗吗")
	s.acts("li", "[我来答复]")
	if err := s.store.RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.wait(time.Second)
	if heard := s.said(""); !strings.Contains(heard, "chen< ❓ 客户提问 Q-000001") {
		t.Errorf("after the dismissal:\n%s", heard)
	}
	s.act(s.person("li"), "加我微信")
	s.act(s.person("li"), "(quote Q-000001: 加我微信)")
	if heard := s.said(""); strings.Contains(heard, "anna<") || len(s.openQuestions("anna")) != 1 {
		t.Errorf("words reached the client:\n%s", heard)
	}
}

// A question cannot be answered by a client who quotes something like a card.
func TestClientsAnswerNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.acts("anna", "问：可以带狗吗")
	ev := s.event(s.person("carl"))
	ev.Quoted, ev.Text = "Q-000001", "No dogs."
	s.handle(ev)
	s.settle()
	if heard := s.said(""); strings.Contains(heard, "anna<") || len(s.openQuestions("anna")) != 1 {
		t.Errorf("a client answered:\n%s", heard)
	}
}

// Whenever a question is asked, the client hears something before each time that
// was promised, as long as nobody answers; and no promise ends out of hours.
func TestEveryPromiseIsKept(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("chen"))
	cal := office(t)
	begins := s.clock.Now()
	rapid.Check(t, func(rt *rapid.T) {
		s.wait(time.Duration(rapid.IntRange(0, 400*60).Draw(rt, "minutes")) * time.Minute)
		if s.clock.Now().Sub(begins) > 5*365*24*time.Hour {
			return
		}
		s.act(s.person("anna"), fmt.Sprintf("问：可以吗%d", s.events))
		s.said("")
		for range 3 {
			q := s.openQuestions("anna")[0]
			if !cal.Open(q.PromisedAt.Add(-time.Millisecond)) {
				rt.Fatalf("promised %s, when nobody works", q.PromisedAt)
			}
			s.wait(q.PromisedAt.Add(-time.Second).Sub(s.clock.Now()))
			if heard := s.said(""); strings.Count(heard, "anna< 抱歉") != 1 || !strings.Contains(heard, "chen< ⏰ "+q.Number()) {
				rt.Fatalf("a second before %s:\n%s", q.PromisedAt, heard)
			}
		}
		s.act(s.person("chen"), "(quote Q-: 可以。)")
		s.said("")
		if left := len(s.openQuestions("anna")); left != 0 {
			rt.Fatalf("%d questions are left", left)
		}
	})
}

// The questions of a house stand nowhere in clear.
func TestQuestionsAreSealed(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("chen"))
	s.acts("anna", "问：离过婚的张晓梅可以登记吗")
	s.acts("chen", "(quote 张晓梅: 当然可以，请带离婚证来找陈店长。)")
	if found := storetest.DumpOf(t, s.home, s.store).Find("张晓梅", "离过婚", "离婚证"); len(found) > 0 {
		t.Errorf("found in clear: %v", found)
	}
}
