package flows_test

import (
	"strings"
	"testing"
	"time"

	"redthread/store"
)

// The date of a client who is erased is off, however they were erased and although
// nothing of it is left: the other one is told at once, kindly and not why, and is
// reminded of nothing; the matchmaker sees it.
func TestDateOfWhoIsErased(t *testing.T) {
	t.Parallel()
	for name, erase := range map[string]func(*stage, *person) error{
		"by their wish": func(s *stage, p *person) error {
			s.act(p, "删除我的资料")
			s.act(p, "确认删除")
			return nil
		},
		"by retention": func(s *stage, p *person) error {
			s.act(p, "(unfollow)")
			s.clock.Advance(2 * time.Hour)
			_, err := s.store.Retain(t.Context(), store.Keep{Left: time.Hour})
			return err
		},
		"by the operator": func(s *stage, _ *person) error {
			_, err := s.store.EraseClient(t.Context(), 2, store.ErasedByWish)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			anna, bo, mei := s.person("anna"), s.person("bo"), s.person("mei")
			s.register(anna.at, "woman 1990-05-02 165 bachelor 330106")
			s.register(bo.at, "man 1988-05-02 178 bachelor 330106")
			s.hire(mei)
			s.introduce(mei, "anna bo")
			for _, line := range []string{"安排见面 Y-000001", "动物园，虎跑路 40 号", "周日 15:00", "发给两位"} {
				s.act(mei, line)
			}
			for _, label := range []string{"[3月8日 周日 15:00]", "[确认，我会去]"} {
				s.act(anna, label)
				s.act(bo, label)
			}
			s.said("")
			if err := erase(s, bo); err != nil {
				t.Fatal(err)
			}
			s.settle()
			toAnna, toMei := strings.Join(anna.heard, "\n"), strings.Join(mei.heard, "\n")
			if strings.Count(toAnna, "M-000001（3月8日 周日 15:00）取消了，请不要前往") != 1 || strings.Contains(toAnna, "资料") || strings.Contains(toAnna, "注销") {
				t.Errorf("she hears: %s", toAnna)
			}
			if strings.Count(toMei, "约会 M-000001") != 1 || !strings.Contains(toMei, "取消了") {
				t.Errorf("the matchmaker hears: %s", toMei)
			}
			s.said("")
			for range 4 {
				s.wait(20 * time.Hour)
			}
			if heard := strings.Join(anna.heard, "\n"); strings.Contains(heard, "约会") {
				t.Errorf("she is reminded: %s", heard)
			}
			s.said("")
			s.act(anna, "我的约会")
			if heard := strings.Join(anna.heard, "\n"); strings.Contains(heard, "M-000001") || heard == "" {
				t.Errorf("she finds: %s", heard)
			}
		})
	}
}
