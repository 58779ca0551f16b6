package flows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/flows"
	"redthread/store"
)

// leak asks whom a leak concerns, "K-000001 identity profile by S-000001".
func (s *stage) leak(scope store.IncidentScope) (found []store.Affected, told []string) {
	s.t.Helper()
	found, err := s.store.Incident(s.t.Context(), scope)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range found {
		told = append(told, fmt.Sprintf("%s %s by %s", a.Client.Code(), strings.Join(a.Kinds, " "), strings.Join(a.By, " ")))
	}
	return found, told
}

// A colleague has passed on what she saw one afternoon: the log says of whom, and the
// tables with whom she talked. What others saw, and what she saw before, is not in it.
func TestStagedLeak(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	mei, chen, anna, bo := s.person("mei"), s.person("chen"), s.person("anna"), s.person("bo")
	for _, p := range []*person{mei, chen} {
		s.hire(p)
	}
	s.act(anna, "(registers woman 1992-05-02 165 bachelor 330106)")
	s.act(bo, "(registers man 1990-05-02 178 bachelor 330106)")
	s.act(chen, "客户 2")
	s.act(mei, "客户 2")
	s.clock.Advance(30 * time.Minute)
	from := s.clock.Now()
	for _, line := range []string{"客户 1", "[看资料和择偶条件]", "[看姓名、单位和电话]", "[安排见面]"} {
		s.act(mei, line)
	}
	s.act(bo, "人工")
	s.act(mei, "[接待]")
	s.act(bo, "我住在西湖边，别告诉别人")
	s.act(chen, "客户 2")
	to := s.clock.Now().Add(time.Minute)
	s.act(chen, "客户 1")

	found, told := s.leak(store.IncidentScope{From: from, To: to, Staff: 1})
	if want := []string{"K-000001 identity profile papers standing by S-000001", "K-000002 talks papers standing by S-000001"}; !slices.Equal(told, want) {
		t.Errorf("found %q, want %q", told, want)
	}
	if at := found[0]; at.First.Before(from) || !at.Last.Before(to) || at.First.After(at.Last) {
		t.Errorf("from %v to %v", at.First, at.Last)
	}
	if _, told := s.leak(store.IncidentScope{From: from, To: to, Client: "K-000002"}); len(told) != 1 || told[0] != "K-000002 talks papers standing by S-000001 S-000002" {
		t.Errorf("of one client: %q", told)
	}
	if _, told := s.leak(store.IncidentScope{From: from.Add(-20 * time.Minute), To: from}); len(told) != 0 {
		t.Errorf("when nobody looked: %q", told)
	}
	if _, told := s.leak(store.IncidentScope{From: from, To: to, Database: true}); len(told) != 2 || !strings.HasPrefix(told[0], "K-000001 identity profile ") {
		t.Errorf("of a stolen database: %q", told)
	}
	s.holdDrafts(found, from, to)
}

// holdDrafts holds the drafts against what was found: in both languages, of the kinds
// that leaked and no others, with gaps, and without anything of a client's own.
func (s *stage) holdDrafts(found []store.Affected, from, to time.Time) {
	t := s.t
	t.Helper()
	drafts, err := flows.Drafts(loadTexts(t, nil), agency, found, from, to)
	if err != nil || len(drafts) != 6 {
		t.Fatalf("%d drafts, %v", len(drafts), err)
	}
	for _, d := range drafts {
		has := func(words string, want bool) {
			t.Helper()
			if strings.Contains(d.Text, words) != want {
				t.Errorf("%s %s: %q: %v\n%s", d.Client, d.Lang, words, !want, d.Text)
			}
		}
		gap, phone, complain := "【待填", "手机号", "投诉内容和证据"
		if d.Lang == "en" {
			gap, phone, complain = "[FILL IN", "phone number", "Complaints and their evidence"
		}
		has(gap, true)
		has("021-5555 0100", true)
		has(complain, false)
		has("西湖", false)
		has("欧阳", false)
		switch d.Client {
		case "K-000001":
			has(phone, true)
		case "K-000002":
			has("· "+map[string]string{"zh-CN": "姓名、工作单位", "en": "Name, employer"}[d.Lang], false)
		}
	}
}

// A colleague knows of whom she brings together, where they meet, what they say of it
// afterwards, and who called for help; so does whoever opens the papers.
func TestLeakOfDates(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	mei, chen, anna, bo := s.person("mei"), s.person("chen"), s.person("anna"), s.person("bo")
	for _, p := range []*person{mei, chen} {
		s.hire(p)
	}
	s.register(anna.at, "woman 1992-05-02 165 bachelor 330106")
	s.register(bo.at, "man 1990-05-02 178 bachelor 330106")
	before := s.clock.Now()
	s.clock.Advance(time.Minute)
	s.introduce(mei, "anna bo")
	plan := []string{"安排见面 Y-000001", "动物园，虎跑路 40 号", "周六 15:00", "发给两位"}
	for _, line := range plan {
		s.act(mei, line)
	}
	for _, label := range []string{"[3月7日 周六 15:00]", "[确认，我会去]"} {
		s.act(anna, label)
		s.act(bo, label)
	}
	s.wait(27 * time.Hour)
	s.act(anna, "SOS")
	s.act(mei, "[我来处理]")
	s.act(mei, "[联系上了，人平安]")
	s.wait(20 * time.Hour)
	for _, line := range []string{"[一般]", "[再想想]", "[聊不到一起]", "跳过", "[先不急]", "[交给红娘]"} {
		s.act(anna, line)
	}
	to := s.clock.Now().Add(time.Minute)
	scope := store.IncidentScope{From: before, To: to, Staff: 1}
	if _, told := s.leak(scope); !slices.Equal(told, []string{"K-000001 identity feedback safety dates introductions by S-000001", "K-000002 identity dates introductions by S-000001"}) {
		t.Errorf("of her work: %q", told)
	}
	if _, told := s.leak(store.IncidentScope{From: before.Add(-time.Hour), To: before, Staff: 1}); len(told) != 0 {
		t.Errorf("before: %q", told)
	}
	opened := s.clock.Now()
	s.act(chen, "M-000001")
	s.act(chen, "Y-000001")
	scope = store.IncidentScope{From: opened, To: s.clock.Now().Add(time.Minute), Staff: 2}
	if _, told := s.leak(scope); !slices.Equal(told, []string{"K-000001 feedback dates introductions by S-000002", "K-000002 dates introductions by S-000002"}) {
		t.Errorf("of what he opened: %q", told)
	}
	found, told := s.leak(store.IncidentScope{From: before, To: to, Database: true})
	if len(told) != 2 || !strings.Contains(told[0], " feedback safety dates introductions ") || strings.Contains(told[1], "feedback") || !strings.Contains(told[1], " dates introductions ") {
		t.Errorf("of a stolen database: %q", told)
	}
	drafts, err := flows.Drafts(loadTexts(t, nil), agency, found, before, to)
	if err != nil || !strings.Contains(drafts[0].Text, "约会的时间和地点") || !strings.Contains(drafts[0].Text, "请和红娘另约时间和地方") {
		t.Errorf("%v: %s", err, drafts[0].Text)
	}
}
