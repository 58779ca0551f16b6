package flows_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"redthread/flows"
	"redthread/store"
	"redthread/store/storetest"
)

// recorded are the entries of the audit log whose action begins so.
func (s *stage) recorded(action string) []store.AuditRow {
	s.t.Helper()
	all, err := s.store.AuditList(s.t.Context(), store.AuditQuery{Action: action})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// ofOthers are the sealed columns that tell nothing of clients which a door could show:
// everything else that is opened behind one counts, so that a new column is noticed.
var ofOthers = []string{
	"sessions.body", "outbox.body", "staff.name", "clients.name", "media.source", "media.file", "index_keys.secret", "audit_reasons.reason",
	"canned_replies.body", "desk_questions.words", "held_words.words", "tasks.words", "tasks.report", "spot_checks.finding", "spot_checks.rectified",
	"promoted_answers.asked", "promoted_answers.answer", "sources.name", "link.photo", "link.file",
}

// notShown says of doors behind which something of a client is opened, and which
// leave no look on record, why not.
var notShown = map[string]string{
	"flow:paper":             "the card of a complaint tells its number, its matter and how it stands",
	"staff.complaint/take":   "the same card",
	"staff.case/contacted":   "the same card",
	"staff.case/proposed":    "the same card",
	"staff.case/working":     "the same card",
	"staff.case/closed":      "the same card",
	"staff.answered/promote": "the question's number is told",
	"staff.candidate/choose": "who was shown before is put on the list",
	"staff.seeker/contact":   "the reason is asked; what comes after it stands in TestReasonIsOnRecord",
}

// TestEveryLookIsOnRecord goes through every door there is for colleagues, and holds
// against the audit log which sealed values of clients were opened behind it: a new
// door needs its entry, or a reason in notShown.
func TestEveryLookIsOnRecord(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleOwner)
	var mu sync.Mutex
	opened := map[string]bool{}
	s.home.Keys.Watch(func(column string) {
		if !s.byHand.Load() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if !slices.Contains(ofOthers, column) {
			opened[column] = true
		}
	})
	used := map[string]bool{}
	for _, door := range s.doors() {
		s.leaves(who) // so that nothing is open, whose buttons the next words could be
		before := len(s.recorded("read."))
		mu.Lock()
		clear(opened)
		mu.Unlock()
		s.through(who, door)
		looks := s.recorded("read.")[before:]
		mu.Lock()
		read := slices.Sorted(maps.Keys(opened))
		mu.Unlock()
		switch {
		case len(read) == 0 || len(looks) > 0:
		case notShown[door] == "":
			t.Errorf("%s opens %s, and nothing is on record", door, strings.Join(read, ", "))
		default:
			used[door] = true
		}
	}
	for door := range notShown {
		if !used[door] {
			t.Errorf("%s needs no excuse", door)
		}
	}
}

// leaves gives up whatever is open.
func (s *stage) leaves(p *person) {
	s.t.Helper()
	for range 9 {
		s.act(p, "取消")
		switch heard := s.heardBy(p); {
		case strings.Contains(heard, "不办了"):
			s.act(p, "不办了")
		case !strings.Contains(heard, "已经取消"):
			return
		}
	}
}

// TestRefusalsAreCounted: whoever is refused something is counted by what it was,
// and a colleague stands in the log with it; who is none of us writes nothing there.
func TestRefusalsAreCounted(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleService)
	action := flows.New(stageSettings(t)).Action
	s.pressForged(who, "staff.seeker", "contact", "K-000001")
	s.act(who, "现场")
	s.pressForged(s.person("carl"), "staff.seeker", "contact", "K-000001")
	if got, want := fmt.Sprint(s.refused), "[staff.seeker/contact true live true staff.seeker/contact false]"; got != want {
		t.Errorf("counted %s, want %s", got, want)
	}
	for what, want := range map[string]string{"staff.seeker/contact": "uncover_contact", "live": "watch_floor", "staff.team/one3": "lead_team", "another's client": "own_clients"} {
		if got := action(what); got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	var on []string
	for _, e := range s.recorded(store.AuditRefused) {
		on = append(on, e.By.Name+" "+string(e.By.Role)+" "+e.Detail)
	}
	if got, want := strings.Join(on, ", "), "S-000001 service staff.seeker/contact, S-000001 service live"; got != want {
		t.Errorf("on record %s, want %s", got, want)
	}
}

// TestReasonIsOnRecord: name, employer and number are shown for a reason, pressed or
// typed, which stands sealed beside the look; who thinks better of it sees nothing.
func TestReasonIsOnRecord(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleMatchmaker)
	const why = "她要改周六见面的时间"
	for _, answer := range []string{"[不看了]", "[打电话联系本人]", why} {
		s.pressForged(who, "staff.seeker", "contact", "K-000001")
		s.act(who, answer)
		if shown := strings.Contains(s.heardBy(who), "这次查看已经记录"); shown == (answer == "[不看了]") {
			t.Errorf("%s: shown is %v", answer, shown)
		}
	}
	var on []string
	for _, e := range s.recorded("read." + store.RevealContact) {
		on = append(on, e.By.Name+" "+e.Subject+" "+e.Reason)
	}
	if got, want := strings.Join(on, ", "), "S-000001 K-000001 call, S-000001 K-000001 "+why; got != want {
		t.Errorf("on record %q, want %q", got, want)
	}
	storetest.InClear(t, s.home, s.store, why)
}
