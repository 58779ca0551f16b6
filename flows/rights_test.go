package flows_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/flows"
	"redthread/store"
)

const (
	notForYou = "这一项不在您的岗位权限里"
	sorry     = "抱歉，我们这边出了一点问题"
)

// openedBy are the words that open a colleagues' flow; empty: only a card does.
var openedBy = map[string]string{
	"client": "K-000001", "match": "匹配 1", "recommend": "推荐 2 给 1", "package": "套餐 1", "shortlist": "候选名单 1", "verify": "", "answer": "", "refuse_words": "", "capacity": "", "langs": "", "leaving": "", "note_about": "", "uncover": "", "pledge": "", "my_pledge": "我的承诺",
	"duty": "值班", "on_duty": "上班", "off_duty": "下班", "leave": "请假3天", "team": "同事",
	"paper": "C-000001", "backup": "替班人", "task": "交办", "tasks": "任务", "checks": "抽检", "live": "现场", "following": "送到了吗", "taking_back": "撤回", "correcting": "", "propose_date": "安排见面 Y-000001",
	"refuse_task": "", "report_task": "", "rectify": "", "score": "", "whisper": "",
	"talk_to": "/K1", "note": "//K1 喜欢爬山", "canned": "话术", "write_canned": "新增话术",
}

// papers are real ones of the world for each card's ref.
var papers = map[string]string{
	"staff.complaint": "C-000001", "staff.case": "C-000001", "staff.question": "Q-000001", "staff.answered": "Q-000001", "staff.handoff": "H-000001",
	"staff.introduction": "Y-000001", "staff.intro_agree": "Y-000001", "staff.intro_stop": "Y-000001",
	"staff.candidate": "000001/000002", "staff.kept_apart": "000001/000002", "staff.duty": "S-000001", "staff.colleague": "S-000001",
}

// world is a stage with a client of whom there is everything, and one colleague.
func rightsWorld(t *testing.T, role store.Role) (*stage, *person) {
	t.Helper()
	s := newStage(t)
	who := &person{name: "who", at: bot.Conversation{Channel: "telegram", Chat: "8100000077"}, lang: "zh-CN", role: role, call: "同事"}
	s.people = append(s.people, who)
	s.hire(who)
	s.register(s.person("anna").at, "woman 1990-05-02 165 bachelor 330106")
	s.register(s.person("bo").at, "man 1990-05-02 178 bachelor 330106")
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "问：可以带狗吗", "人工")...)
	s.settle()
	s.said("")
	return s, who
}

// pressForged presses a button as somebody who has its ID, on a card or not.
func (s *stage) pressForged(p *person, card, choice, ref string) string {
	s.t.Helper()
	s.clock.Advance(11 * time.Second)
	ev := s.event(p)
	ev.Kind, ev.Button, ev.On = bot.Pressed, card+":"+choice+":"+ref, &bot.Shown{Ref: "1", Text: "…"}
	s.handle(ev)
	s.settle()
	return s.heardBy(p)
}

// heardBy is what one person has heard since the last time; the others' is dropped.
func (s *stage) heardBy(p *person) string {
	heard := strings.Join(p.heard, "\n")
	s.said("")
	return heard
}

// doors are all ways by which colleagues do something, flows first: a talk that a
// card begins would take the words that open them.
func (s *stage) doors() []string {
	var typed, pressed []string
	for _, d := range s.engine.StaffDoors() {
		if strings.HasPrefix(d.Name, "flow:") {
			typed = append(typed, d.Name)
		} else {
			pressed = append(pressed, d.Name)
		}
	}
	return append(typed, pressed...)
}

// through goes through a door; tried is false where only a card leads.
func (s *stage) through(p *person, door string) (heard string, tried bool) {
	s.t.Helper()
	if flow, ok := strings.CutPrefix(door, "flow:"); ok {
		words, known := openedBy[flow]
		if !known {
			s.t.Errorf("no words are known that open %s: give it a line in openedBy", flow)
		}
		if words == "" {
			return "", false
		}
		s.act(p, words)
		return s.heardBy(p), true
	}
	card, choice, _ := strings.Cut(door, "/")
	ref := cmp.Or(papers[card], "K-000001")
	return s.pressForged(p, card, choice, ref), true
}

// TestEveryCell goes through every door as every role: who may is not refused, who
// may not gets a kind word and nothing else.
func TestEveryCell(t *testing.T) {
	t.Parallel()
	for _, role := range store.Roles {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			s, who := rightsWorld(t, role)
			for _, door := range s.doors() {
				action := flows.Behind(door)
				heard, tried := s.through(who, door)
				switch refused := strings.Contains(heard, notForYou); {
				case !tried:
				case strings.Contains(heard, sorry):
					t.Errorf("%s fails: %s", door, heard)
				case refused == flows.May(role, action):
					t.Errorf("%s (%s): refused is %v; heard %q", door, action, refused, heard)
				case refused && !strings.HasPrefix(heard, notForYou):
					t.Errorf("%s: more than a kind word first: %q", door, heard)
				}
			}
		})
	}
}

// TestNobodyElse: a client who presses colleagues' buttons, and a colleague whose
// access has ended, get nothing; what is not typed for them opens nothing.
func TestNobodyElse(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleOwner)
	if err := s.store.RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.settle()
	s.said("")
	for _, p := range []*person{who, s.person("carl")} {
		for _, door := range s.doors() {
			if strings.HasPrefix(door, "flow:") {
				continue
			}
			if heard, _ := s.through(p, door); heard != "" {
				t.Errorf("%s, %s: %q", p.name, door, heard)
			}
		}
	}
}

// TestForgedRefs: what stands on a button for a paper may be anything.
func TestForgedRefs(t *testing.T) {
	t.Parallel()
	for _, ref := range []string{"", "K-999999", "C-999999/zz", "S-000099", "000001/x", "'; --", "K-000001 C-1"} {
		t.Run(fmt.Sprintf("%q", ref), func(t *testing.T) {
			t.Parallel()
			s, who := rightsWorld(t, store.RoleOwner)
			for _, door := range s.doors() {
				card, choice, ok := strings.Cut(door, "/")
				if !ok {
					continue
				}
				if heard := s.pressForged(who, card, choice, ref); strings.Contains(heard, sorry) {
					t.Errorf("%s: %s", door, heard)
				}
			}
		})
	}
}

// Every flow that is named here is there.
func TestOpenedByKnowsFlows(t *testing.T) {
	t.Parallel()
	doors := newStage(t).doors()
	for flow := range maps.Keys(openedBy) {
		if !slices.Contains(doors, "flow:"+flow) {
			t.Errorf("there is no flow %s for colleagues", flow)
		}
	}
}
