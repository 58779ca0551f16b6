package dialog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
)

// Sessions as older releases saved them. Each must be answerable: the next words
// finish the quiz, or what could not be read is said to the person and to staff.
func TestSessionsOfOlderReleases(t *testing.T) {
	t.Parallel()
	for file, c := range map[string]struct {
		words, want string
		alerts      int
	}{
		"v0_list.json":      {"乙", "听到：甲+乙", 0},
		"v1_string.json":    {"乙", "听到：甲+乙", 0},
		"v2.json":           {"乙", "听到：甲+乙", 0},
		"v2_more.json":      {"乙", "听到：甲+乙", 0}, // with fields we do not know any more
		"step_gone.json":    {"乙", "我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n第一题？", 0},
		"data_odd.json":     {"乙", "我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n第一题？", 1},
		"v9_newer.json":     {"乙", "我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n第一题？", 1},
		"flow_gone.json":    {"第一题？", "我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n抱歉，我没有看懂。", 1},
		"below_gone.json":   {"乙", "听到：甲+乙", 1}, // what it interrupted is gone
		"flow_gone_on.json": {"乙", "我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n第二题？", 1},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.enrol(t, "supervisor")
			restore(t, s, file)
			wants(t, s.line(t, anna, c.words), c.want)
			if got := len(s.said[li]); got != c.alerts {
				t.Errorf("%d alerts, want %d: %s", got, c.alerts, heard(s.said[li]))
			}
			s.line(t, anna, "查数") // goes on
			s.mustBeAnswerable(t, anna)
		})
	}
}

// A button of the question that is gone is told to be old.
func TestButtonOfAGoneQuestion(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	restore(t, s, "step_gone.json")
	ev := s.event(anna, bot.Pressed)
	ev.Button, ev.On = "quiz/zero:x:3", &bot.Shown{Ref: "1", Text: "旧题"}
	same(t, s.play(t, ev), "~ 旧题\n---\n我们刚更新了系统，刚才的问题有变动。给您添麻烦了，请看看下面。\n第一题？")
}

// restore puts a saved session in anna's place.
func restore(t *testing.T, s *stage, file string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata/sessions", file))
	if err != nil {
		t.Fatal(err)
	}
	var saved bot.Session
	if err := json.Unmarshal(raw, &saved); err != nil {
		t.Fatal(err)
	}
	_, err = s.store.Turn(t.Context(), s.wrote(anna, "x"), func(_ *store.Tx, ses *bot.Session) error {
		seq := ses.Seq
		*ses = saved
		ses.Conversation, ses.Seq = anna, seq
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// mustBeAnswerable fails unless what waits in a session can be asked and
// answered.
func (s *stage) mustBeAnswerable(t rapid.TB, c bot.Conversation) {
	t.Helper()
	ses := s.session(t, c)
	frames := ses.Stack
	if ses.Open.Flow != "" {
		frames = append(frames[:len(frames):len(frames)], ses.Open)
	} else if ses.Asking != "" || len(ses.Stack) > 0 && !ses.Human {
		t.Fatalf("something waits, but nothing is open: %+v", ses)
	}
	seen := map[string]bool{}
	for _, fr := range frames {
		step := known[fr.Flow+"/"+fr.Step]
		if !step || seen[fr.Flow] || fr.Visit == 0 || fr.Back != "" && !known[fr.Flow+"/"+fr.Back] || len(fr.Trail) > 10 {
			t.Fatalf("frame %+v cannot be answered", fr)
		}
		seen[fr.Flow] = true
	}
	if len(ses.Stack) > 5 {
		t.Fatalf("%d flows wait", len(ses.Stack))
	}
}

var known = map[string]bool{
	"complaint/kind": true, "complaint/story": true, "complaint/proof": true, "complaint/wish": true, "complaint/confirm": true,
	"language/which": true, "desk/say": true, "quiz/one": true, "quiz/two": true, "broken/ask": true,
}
