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
