package flows_test

import (
	"fmt"
	"strings"
	"testing"

	"redthread/bot"
	"redthread/store"
)

// claims notes a number as somebody's.
func (s *stage) claims(name, number string, proven bool) {
	s.t.Helper()
	_, err := s.store.Turn(s.t.Context(), s.event(s.person(name)), func(tx *store.Tx, _ *bot.Session) error {
		_, err := tx.ClaimPhone(number, proven)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// registersWith lets somebody register while anna has a number, and gives back all
// that they hear.
func registersWith(t *testing.T, who, how, annas string, proven bool) (heard, staff string) {
	t.Helper()
	f := newFiller(t, who, how)
	f.hire(f.person("chen"))
	f.claims("anna", annas, proven)
	f.fill()
	f.correct()
	words := map[string][]string{"zh-CN": {"登记资料", "电话", "138 7654 3210", "电话", "%s"}, "en": {"register", "phone", "+86 138 7654 3210", "phone", "%s"}}[f.lang]
	for _, line := range words[:4] {
		f.do(line)
	}
	for i := range 6 { // as many as can be tried in a day, and one more
		f.do(fmt.Sprintf("+86 139 0000 000%d", i))
		f.do(words[3])
	}
	f.do("138 7654 3211")
	for _, line := range strings.Split(f.said(""), "\n") {
		if strings.HasPrefix(line, who) {
			heard += line + "\n"
		} else if strings.Contains(line, "也填过") {
			staff += line + "\n"
		}
	}
	return heard, staff
}

// Whoever registers with a number that another client has, typed or proven, hears
// to the letter what they hear when nobody has it: nobody finds out who is
// registered. Colleagues hear of it.
func TestNobodyLearnsWhoIsRegistered(t *testing.T) {
	t.Parallel()
	for _, play := range []struct{ who, how string }{{"bo", "type"}, {"dana", "type"}, {"dana", "tap"}} {
		t.Run(play.who+" "+play.how, func(t *testing.T) {
			t.Parallel()
			free, told := registersWith(t, play.who, play.how, "+8613912345678", true)
			if told != "" || !strings.Contains(free, map[string]string{"bo": "太多了", "dana": "as many numbers"}[play.who]) {
				t.Errorf("a number that nobody has: staff hear %q; and %s", told, free)
			}
			for _, proven := range []bool{true, false} {
				taken, told := registersWith(t, play.who, play.how, "+8613876543210", proven)
				if taken != free {
					t.Errorf("with a number that somebody has (proven %v) they hear\n%s", proven, firstDifference(taken, free))
				}
				if n := strings.Count(told, "K-000002"); n != 1 || strings.Count(told, "K-000001") != 1 {
					t.Errorf("staff hear %d times of it: %s", n, told)
				}
			}
		})
	}
}

// A colleague who is told of a contested number calls it and says whose it is.
func TestColleagueSettlesANumber(t *testing.T) {
	t.Parallel()
	f := newFiller(t, "bo", "type")
	f.hire(f.person("chen"))
	f.claims("anna", "+8613876543210", false)
	f.fill()
	f.correct()
	f.said("")
	const contested = "⚠️ 手机号在客户 K-000001 名下"
	for _, step := range []struct{ does, hears, not string }{
		{"K-000002", "不可以给候选人看", "没有找到"},
		{"[看资料和择偶条件]", contested, "没有同意展示"},
		{"[看姓名、单位和电话]", "为什么要看", "K-000001"},
		{"[打电话联系本人]", "⚠️ 这个号码在客户 K-000001 名下", "（已核实）"},
		{"[电话核实过了，是本人]", "客户 K-000002 的电话已记为核实过。客户 K-000001 也填过这个号码", "没有记"},
		{"[看资料和择偶条件]", "138****3210", contested},
		{"[看姓名、单位和电话]", "为什么要看", "K-000001"},
		{"[核实资料]", "（已核实）", "K-000001"},
	} {
		f.act(f.person("chen"), step.does)
		if heard := f.said("chen"); !strings.Contains(heard, step.hears) || strings.Contains(heard, step.not) {
			t.Errorf("%s:\n%s", step.does, heard)
		}
	}
	f.claims("anna", "+8613876543210", true) // by the platform
	f.act(f.person("chen"), "[看姓名、单位和电话]")
	f.act(f.person("chen"), "[核实资料]")
	if heard := f.said("chen"); !strings.Contains(heard, "（已核实）") || strings.Contains(heard, "K-000001") {
		t.Errorf("proof against proof:\n%s", heard)
	}
}

// firstDifference is the first line of a that differs from b's.
func firstDifference(a, b string) string {
	others := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(others) || line != others[i] {
			return fmt.Sprintf("line %d: %s", i+1, line)
		}
	}
	return "less"
}
