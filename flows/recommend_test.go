package flows_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// sees says that a button with the label is on the person's screen.
func (s *stage) sees(p *person, label string) bool {
	return slices.ContainsFunc(p.shown, func(on shown) bool {
		return slices.ContainsFunc(on.m.Buttons, func(b bot.Button) bool { return b.Label == label })
	})
}

// tries does a line, where there is such a button; false: there is none.
func (s *stage) tries(p *person, line string) bool {
	if label, ok := within(line, "[", "]"); ok && !s.sees(p, label) {
		return false
	}
	s.act(p, line)
	return true
}

func (s *stage) does(p *person, lines ...string) {
	for _, line := range lines {
		if !s.tries(p, line) {
			return
		}
	}
}

// brought lets mei bring one client to another.
func (s *stage) brought(whom, to int) {
	s.does(s.person("mei"), fmt.Sprintf("推荐 %d 给 %d", whom, to), "这位待人真诚，很可靠。", "这位细心，也很可靠。", "[发送]")
}

// introductionOf reads the introduction of two clients.
func (s *stage) introductionOf(a, b int64) (i store.Introduction, yeses int, found bool) {
	s.t.Helper()
	ev := s.event(s.person("mei"))
	_, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) (err error) {
		if i, err = tx.IntroductionBetween(a, b); errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		steps, err := tx.IntroSteps(i)
		for _, step := range steps {
			if step.Kind == store.IntroSaidYes {
				yeses++
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return i, yeses, found
}

// Over random presses and words of four clients and a matchmaker, everything
// delivered twice and Redis emptied before each, nobody reads how to reach another
// without two yeses on record, nobody is brought to the same one twice, and no package
// gives more than it holds.
func TestNoContactLeavesWithoutTwoYeses(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 6))
			s := newStage(t)
			s.twice = true
			s.spoil = func() {
				if err := s.store.ForgetSessions(t.Context()); err != nil {
					t.Error(err)
				}
			}
			clients := []*person{s.person("bo"), s.person("carl"), s.person("anna"), s.person("dana")}
			for i, p := range clients {
				p.lang = "zh-CN"
				s.register(p.at, map[bool]string{true: "man", false: "woman"}[i < 2]+" 1990-05-02 170 bachelor 330106")
			}
			s.hire(s.person("mei"))
			s.hire(s.person("chen"))
			s.act(s.person("chen"), "套餐 1 1 2026-12-31")
			contact := func(p *person) string { return p.name + "_contact" }
			passes := 0
			for range 40 {
				n := r.IntN(4)
				p := clients[n]
				switch r.IntN(8) {
				case 0, 1:
					s.brought(3+r.IntN(2), 1+r.IntN(2))
				case 2, 3, 4:
					s.does(p, "[想认识]", "小"+p.name, contact(p), "[同意，想认识]")
				case 5:
					s.does(p, "[暂不]", "[年龄]")
				case 6:
					s.does(p, "[撤回]", "[撤回]")
				case 7:
					s.wait([]time.Duration{time.Hour, 8 * 24 * time.Hour}[r.IntN(2)])
				}
				passes += s.noneLeaks(clients, contact)
			}
			if n := s.used(t); n > 1 {
				t.Errorf("a package of one gave %d", n)
			}
			if passes == 0 {
				t.Log("nothing has passed: this seed proves little")
			}
		})
	}
}

// noneLeaks reads all screens, and counts what has passed rightly.
func (s *stage) noneLeaks(clients []*person, contact func(*person) string) (passed int) {
	s.t.Helper()
	for i, reader := range clients {
		for j, other := range clients {
			told := slices.ContainsFunc(reader.shown, func(on shown) bool { return strings.Contains(on.m.Text, contact(other)) })
			if i == j || !told {
				continue
			}
			in, yeses, found := s.introductionOf(int64(i+1), int64(j+1))
			if !found || yeses != 2 || in.Passed.IsZero() {
				s.t.Fatalf("%s reads how to reach %s after %d yeses: %+v", reader.name, other.name, yeses, in)
			}
			passed++
		}
	}
	return passed
}

func (s *stage) used(t *testing.T) int {
	t.Helper()
	p, err := s.store.PackageOf(t.Context(), "K-000001")
	if err != nil {
		t.Fatal(err)
	}
	return p.Used
}

// What a client is sent of another before both have said yes has nothing that tells
// who it is, whatever stands in the profile: names, school, employer, number, place,
// birthday, what they wrote of themselves; and the photos are marked with the reader's
// number and not to be passed on.
func TestRecommendationsAreMasked(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, name := range []string{"mei"} {
		s.hire(s.person(name))
	}
	bo, dana := s.person("bo"), s.person("dana")
	dana.lang = "zh-CN"
	s.register(bo.at, "man 1990-05-02 178 bachelor 330106 job=某某公司会计 hobby=reading,某某公司合唱团")
	s.register(dana.at, "woman 1992-05-02 165 master 330106 job=某某大学老师 hobby=reading")
	s.claims("bo", "+8613800138000", false)
	for _, p := range []*person{bo, dana} {
		s.act(p, "照片")
		s.act(p, "(photo)")
		s.act(p, map[string]string{"bo": "[好了]", "dana": "[好了]"}[p.name])
	}
	s.said("")
	before := map[*person]int{bo: len(bo.shown), dana: len(dana.shown)}
	s.brought(1, 2)
	s.does(dana, "[想认识]", "小丹", "dana_contact", "[同意，想认识]")
	for p, from := range before {
		cards := 0
		for _, on := range p.shown[from:] {
			for _, secret := range []string{"欧阳", "隐名", "某某", "8 号", "西湖", "1990", "1992", "5月2", "13800138000", "0013 8000", "_contact"} {
				if strings.Contains(on.m.Text, secret) && !(p == dana && secret == "_contact") {
					t.Errorf("%s reads %q: %s", p.name, secret, on.m.Text)
				}
			}
			if strings.Contains(on.m.Text, "为您介绍") {
				cards++
				if !on.m.Protected {
					t.Errorf("%s may pass it on: %s", p.name, on.m.Text)
				}
			}
			for _, id := range on.m.Photos {
				if _, viewer := id.Viewer(); viewer != map[*person]string{bo: "K-000001", dana: "K-000002"}[p] {
					t.Errorf("%s sees a photo marked for %q", p.name, viewer)
				}
			}
		}
		if cards == 0 {
			t.Errorf("%s was brought nobody", p.name)
		}
	}
	storetest.InClear(t, s.home, s.store, "dana_contact", "这位待人真诚")
}

// What only a newer text of a consent names is not shown of who agreed to an older
// one.
func TestCardsKeepToWhatWasAgreed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		newer   string
		yes, no []string
	}{
		"today's":                               {"", []string{"属猴", "未婚"}, nil},
		"a newer text on showing":               {"show", []string{"未婚"}, []string{"属猴", "金牛"}},
		"a newer text on sensitive particulars": {"sensitive", []string{"属猴"}, []string{"未婚"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.hire(s.person("mei"))
			bo, dana := s.person("bo"), s.person("dana")
			s.register(bo.at, "man 1990-05-02 178 bachelor 330106")
			s.register(dana.at, "woman 1992-05-02 165 master 330106 sensitive=yes")
			s.said("")
			if tt.newer != "" {
				own := &fstest.MapFile{Data: []byte("== consent." + tt.newer + "_version\n2027-01\n")}
				s.engine = engineWith(t, s.store, fstest.MapFS{"zh-CN/own.txt": own, "en/own.txt": own})
			}
			s.brought(2, 1)
			card := ""
			for _, on := range bo.shown {
				if strings.Contains(on.m.Text, "为您介绍") {
					card = on.m.Text
				}
			}
			if card == "" {
				t.Fatal("bo was brought nobody")
			}
			for _, word := range tt.yes {
				if !strings.Contains(card, word) {
					t.Errorf("%q is missing: %s", word, card)
				}
			}
			for _, word := range tt.no {
				if strings.Contains(card, word) {
					t.Errorf("%q was not agreed to: %s", word, card)
				}
			}
		})
	}
}
