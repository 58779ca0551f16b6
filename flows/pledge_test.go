package flows_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"redthread/bot"
	"redthread/store"
)

// newPledge are an agency's own texts, with another version of the pledge.
func newPledge(version string) fs.FS {
	own := fstest.MapFS{}
	for _, lang := range []string{"zh-CN", "en"} {
		own[lang+"/own.txt"] = &fstest.MapFile{Data: []byte("== pledge.version\n" + version + "\n")}
	}
	return own
}

// What a colleague does while the pledge is to be confirmed has no effect before, and
// all of it afterwards, in its order: words, buttons, and words to a client.
func TestNothingIsLostOverThePledge(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleService)
	s.acts("anna", "人工")
	s.pressForged(who, "staff.handoff", "take", "H-000001")
	s.said("")
	s.engine = engineWith(t, s.store, newPledge("2027-01"))
	s.act(who, "您好，我是小李")
	s.act(who, "请稍等")
	s.pressForged(who, "staff.complaint", "take", "C-000001")
	if heard := s.said("anna"); strings.Contains(heard, "小李") || strings.Contains(heard, "稍等") {
		t.Errorf("the client has heard %q before", heard)
	}
	s.act(who, "[我承诺]")
	s.settle()
	heard := s.said("anna")
	const one, two = "anna< 同事：您好，我是小李", "anna< 同事：请稍等"
	if first, second := strings.Index(heard, one), strings.Index(heard, two); first < 0 || second < first || strings.Count(heard, two) != 1 {
		t.Errorf("the client heard %q", heard)
	}
	if !strings.Contains(heard, "C-000001") {
		t.Errorf("the complaint was not taken: %q", heard)
	}
	on := s.recorded(store.AuditPledge)
	if last := on[len(on)-1]; last.By.Name != "S-000001" || !strings.HasPrefix(last.Detail, "2027-01 ") {
		t.Errorf("on record is %+v", last)
	}
}

// Whose access ends before they confirm leaves nothing that is done later.
func TestWithheldGoesWithAccess(t *testing.T) {
	t.Parallel()
	s, who := rightsWorld(t, store.RoleService)
	s.engine = engineWith(t, s.store, newPledge("2027-01"))
	s.act(who, "//K1 不该留下的话")
	if err := s.store.RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.act(who, "[我承诺]")
	s.act(who, "你好")
	_, err := s.store.Turn(t.Context(), bot.Event{Key: "look", From: who.at, Kind: bot.Wrote, At: s.clock.Now()}, func(tx *store.Tx, ses *bot.Session) error {
		if len(ses.Withheld) > 0 {
			t.Errorf("%d still wait", len(ses.Withheld))
		}
		notes, err := tx.TalkNotes(1, 5)
		if len(notes) > 0 {
			t.Errorf("it was noted: %+v", notes)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
