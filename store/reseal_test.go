package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/seal"
	"redthread/store/storetest"
)

// keyedHome is a home whose keys stand in a file, as a real one's do.
func keyedHome(t *testing.T) (home store.Config, keys string) {
	t.Helper()
	home, keys = storetest.Home(t), filepath.Join(t.TempDir(), "keys.json")
	if err := seal.Create(keys); err != nil {
		t.Fatal(err)
	}
	home.Keys = loadKeys(t, keys)
	return home, keys
}

func loadKeys(t *testing.T, path string) *seal.Box {
	t.Helper()
	b, err := seal.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fillHouse puts something sealed everywhere.
func fillHouse(t *testing.T, s *store.Store) bot.MediaID {
	t.Helper()
	code, err := s.Invite(t.Context(), store.RoleService, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.NewSource(t.Context(), store.Source{Name: "小李的名片"}); err != nil {
		t.Fatal(err)
	}
	turn(t, s, li, func(tx *store.Tx) error {
		i, err := tx.CheckInvite(code)
		if err != nil {
			return err
		}
		_, err = tx.Enrol(i, "小李", "zh-CN")
		return err
	})
	var picture bot.MediaID
	named := bot.Event{Key: "named", From: mei, Kind: bot.Arrived, Name: "安娜", At: time.Now()}
	if err := tryTurn(t.Context(), s, named, func(tx *store.Tx) (err error) {
		if err := tx.Meet(); err != nil {
			return err
		}
		if picture, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: "AgACAgQAAx"}); err != nil {
			return err
		}
		if _, err := tx.FileComplaint(store.NewComplaint{Lang: "zh-CN", Matter: "fee", Facts: store.Facts{Story: "他迟到了"}}); err != nil {
			return err
		}
		h, _, _, err := tx.OpenHandoff("zh-CN")
		if err != nil {
			return err
		}
		if _, err := tx.KeepWords(h, store.Words{Lines: []string{"在吗"}}, 9); err != nil {
			return err
		}
		if _, err := tx.ClaimPhone("+8613800138000", true); err != nil {
			return err
		}
		staff, err := tx.StaffOf()
		if err != nil {
			return err
		}
		if _, err := tx.HoldWords(store.Held{By: staff[0], Client: h.Client, Outlet: "talk", Ref: h.Number(), State: store.HeldBack, Words: store.Words{Lines: []string{"包成功"}}}); err != nil {
			return err
		}
		if err := tx.KeepTalkNote(h.Client, h.ID, staff[0], store.Words{Lines: []string{"周末不方便"}}); err != nil {
			return err
		}
		if _, err := tx.AskDesk(store.DeskQuestion{Kind: store.AskWhom, Staff: staff[0].ID, Words: store.Words{Lines: []string{"您好"}}, Choices: []store.Handoff{h}}); err != nil {
			return err
		}
		if _, err := tx.SaveCanned(store.Canned{Title: "退费", Words: "{client}您好"}, staff[0]); err != nil {
			return err
		}
		if _, err := tx.NoteVerification(h.Client.ID, store.PaperDivorce, store.PaperSeen, staff[0], time.Time{}); err != nil {
			return err
		}
		if err := fillProfile(tx); err != nil {
			return err
		}
		if _, err := tx.Promote(store.Promotion{Ref: "Q-000001", Lang: "zh-CN", Asked: "店里有停车位吗", Answer: "楼下可以停车。"}); err != nil {
			return err
		}
		q, err := tx.AskQuestion("zh-CN", "要带哪些材料", tx.Now())
		if err != nil {
			return err
		}
		if _, _, err := tx.AnswerQuestion(q.Number(), store.Staff{ID: 1}, "身份证和户口本", false); err != nil {
			return err
		}
		if _, err := tx.AskCopy("zh-CN"); err != nil {
			return err
		}
		if err := errors.Join(fillDesk(tx, staff[0]), fillDate(tx, h.Client, staff[0])); err != nil {
			return err
		}
		for range 250 { // more than a batch
			tx.Post(mei, store.Replies, bot.Message{Text: "您好"})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	fillIntroduction(t, s)
	if err := s.KeepMedia(t.Context(), picture, "image/jpeg", []byte("a picture")); err != nil {
		t.Fatal(err)
	}
	if err := s.Bury(t.Context(), "wechat", []byte("<xml>"), context.Canceled); err != nil {
		t.Fatal(err)
	}
	return picture
}

// fillIntroduction leaves two clients who were brought together, one of whom has said
// by what they may be reached; and a colleague's reason for a look.
func fillIntroduction(t *testing.T, s *store.Store) {
	t.Helper()
	her, him := bot.Conversation{Channel: "telegram", Chat: "her"}, bot.Conversation{Channel: "telegram", Chat: "him"}
	for at, p := range map[bot.Conversation]store.Profile{
		her: {Gender: "female", Born: "1992-05-06", Height: 165, Home: store.Place{Code: 330106}},
		him: {Gender: "male", Born: "1990-05-06", Height: 178, Home: store.Place{Code: 330106}},
	} {
		turn(t, s, at, func(tx *store.Tx) error { return registers(tx, p, store.Criteria{}) })
	}
	a, b := personAt(t, s, her), personAt(t, s, him)
	var ref string
	turn(t, s, li, func(tx *store.Tx) error {
		by, err := tx.Staff(li)
		if err != nil {
			return err
		}
		i, o, err := tx.Introduce(store.NewIntroduction{A: a, B: b, Words: store.IntroWords{ToA: "他很踏实", ToB: "她爱笑"}, By: by, For: week})
		if err == nil && !o.None() {
			t.Errorf("they cannot be introduced: %+v", o)
		}
		ref = i.Number()
		return errors.Join(err, tx.NoteRevealBecause(by, a, store.RevealMatch, "客户来电"))
	})
	turn(t, s, her, func(tx *store.Tx) error {
		_, err := tx.SayYes(ref, store.IntroContact{Call: "小安", Kind: store.ContactWeChat, Value: "wx_anna"}, contactConsent, week)
		return err
	})
}

// fillDate leaves a date: where it was, and what was said about it.
func fillDate(tx *store.Tx, c store.Client, by store.Staff) error {
	d, err := tx.ProposeDate(store.NewDate{Introduction: 1, A: c, B: c, By: by, Place: store.DatePlace{Name: "湖畔茶室"}, Zone: time.UTC})
	if err != nil {
		return err
	}
	_, err = tx.GiveFeedback(d, 0, store.Feedback{Rating: 4})
	return errors.Join(err, tx.NoteDate(d, store.DateStep{Kind: "cancelled", Words: "临时有事"}))
}

// fillDesk leaves what colleagues say to each other: a task that was refused, and a
// spot check that was answered.
func fillDesk(tx *store.Tx, by store.Staff) error {
	k, err := tx.AskTask(store.Task{Asker: by, Doer: by, Words: store.TaskWords{What: "给客户回电话"}, DueAt: tx.Now()})
	if err != nil {
		return err
	}
	if _, _, err := tx.MoveTask(k.Number(), store.TaskRefused, "今天请假", store.TaskAsked); err != nil {
		return err
	}
	c, err := tx.DrawCheck("2026-10", store.ClosedPaper{Paper: "Q-000001", ClientID: 1, StaffID: by.ID})
	if err != nil {
		return err
	}
	if _, _, err := tx.ScoreCheck(c.Number(), by, store.Scores{Politeness: 3, Promptness: 2, Truth: 5, Secrecy: 5}, "回复太慢"); err != nil {
		return err
	}
	_, _, err = tx.AnswerCheck(c.Number(), "以后先说一声")
	return err
}

// Everything can be sealed anew while two processes work, one of which has not
// heard of the new key, and nothing is under the old key afterwards.
func TestReseal(t *testing.T) {
	t.Parallel()
	home, keys := keyedHome(t)
	s := storetest.Open(t, home)
	picture := fillHouse(t, s)
	old := home.Keys.Primary()
	before, err := s.SealedUnder(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, k := range before {
		kinds = append(kinds, k.What)
	}
	for _, kind := range store.SealedKinds() {
		if !slices.Contains(kinds, kind) {
			t.Errorf("nothing is sealed in %s: this test must put something there", kind)
		}
	}

	fresh, err := seal.AddKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.UseKey(keys, fresh); err != nil {
		t.Fatal(err)
	}
	other := home
	other.Keys = loadKeys(t, keys)
	rotating := storetest.Open(t, other)
	if err := rotating.Reseal(t.Context(), func(store.Sealed) {}); err != nil {
		t.Fatal(err)
	}
	if left, err := rotating.SealedUnder(t.Context(), old); err != nil || len(left) > 0 {
		t.Fatalf("still under the old key: %+v, %v", left, err)
	}
	if err := seal.RemoveKey(keys, old); err != nil {
		t.Fatal(err)
	}
	readAll(t, s, picture) // the process that was never told
	late := home
	late.Keys = loadKeys(t, keys)
	readAll(t, storetest.Open(t, late), picture)
}

// readAll opens something of every kind.
func readAll(t *testing.T, s *store.Store, picture bot.MediaID) {
	t.Helper()
	if b, _, err := s.OpenMedia(t.Context(), picture); err != nil || string(b) != "a picture" {
		t.Errorf("picture: %q, %v", b, err)
	}
	if b, err := s.LetterRaw(t.Context(), 1); err != nil || string(b) != "<xml>" {
		t.Errorf("letter: %q, %v", b, err)
	}
	if all, err := s.StaffList(t.Context()); err != nil || len(all) != 1 || all[0].Name != "小李" {
		t.Errorf("staff: %+v, %v", all, err)
	}
	cl, err := s.Claim(t.Context(), mei, time.Second)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	if next, err := cl.Pending(t.Context(), 1000); err != nil || len(next) != 250 || next[249].Message.Text != "您好" {
		t.Errorf("%d messages, %v", len(next), err)
	}
	if err := cl.Release(t.Context(), store.Rest{}); err != nil {
		t.Error(err)
	}
	turn(t, s, mei, func(tx *store.Tx) error {
		c, err := tx.Self("zh-CN")
		if err != nil || c.Name != "安娜" {
			t.Errorf("client: %+v, %v", c, err)
		}
		all, err := tx.Complaints(10)
		if err != nil || len(all) != 1 || all[0].Facts.Story != "他迟到了" {
			t.Errorf("complaints: %+v, %v", all, err)
		}
		h, err := tx.MyHandoff()
		if err != nil {
			return err
		}
		words, err := tx.KeptWords(h, 9)
		if err != nil || len(words) != 1 || words[0].Lines[0] != "在吗" {
			t.Errorf("words: %+v, %v", words, err)
		}
		if ok, err := tx.Verified(c.ID, store.PaperDivorce); err != nil || !ok {
			t.Errorf("ledger: %v, %v", ok, err)
		}
		if found, err := tx.FindByPhone("+8613800138000"); err != nil || found.ID != c.ID {
			t.Errorf("by phone: %+v, %v", found, err)
		}
		if number, proven, err := tx.Phone(c.ID); err != nil || number != "+8613800138000" || !proven {
			t.Errorf("phone: %q %v, %v", number, proven, err)
		}
		return nil
	})
}

// Turns go on meanwhile: none is lost, none is played on an old session.
func TestResealBesideTurns(t *testing.T) {
	t.Parallel()
	home, keys := keyedHome(t)
	s := storetest.Open(t, home)
	const people, times = 3, 15
	say := func(who int) {
		for n := range times {
			c := bot.Conversation{Channel: "telegram", Chat: string(rune('a' + who))}
			ev := bot.Event{Key: bot.EventKey(c.Chat + string(rune('a'+n))), From: c, Kind: bot.Wrote, Text: string(rune('a' + n)), At: time.Now()}
			if _, err := s.Turn(t.Context(), ev, note(ev)); err != nil {
				t.Error(err)
				return
			}
		}
	}
	for who := range people {
		say(who + people) // some who are there already
	}
	fresh, err := seal.AddKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.UseKey(keys, fresh); err != nil {
		t.Fatal(err)
	}
	other := home
	other.Keys = loadKeys(t, keys)
	rotating := storetest.Open(t, other)
	var all sync.WaitGroup
	for who := range people {
		all.Go(func() { say(who) })
	}
	for range 3 {
		if err := rotating.Reseal(t.Context(), func(store.Sealed) {}); err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if _, err := home.Keys.Reload(); err != nil {
		t.Fatal(err)
	}
	if err := rotating.Reseal(t.Context(), func(store.Sealed) {}); err != nil {
		t.Error(err)
	}
	for who := range 2 * people {
		ses, err := s.SessionOf(t.Context(), bot.Conversation{Channel: "telegram", Chat: string(rune('a' + who))})
		if got := strings.Join(ses.Open.Trail, ""); err != nil || got != "abcdefghijklmno" {
			t.Errorf("%d said %q, %v", who, got, err)
		}
	}
}

// What cannot be opened is counted and left; a stopped run is taken up again.
func TestResealBroken(t *testing.T) {
	t.Parallel()
	home, keys := keyedHome(t)
	s := storetest.Open(t, home)
	picture := fillHouse(t, s)
	path := filepath.Join(home.Media, string(picture)[:2], string(picture))
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sealed[len(sealed)-1] ^= 1
	if err := os.WriteFile(path, sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	old := home.Keys.Primary()
	fresh, err := seal.AddKey(keys)
	if err != nil {
		t.Fatal(err)
	}
	if err := seal.UseKey(keys, fresh); err != nil {
		t.Fatal(err)
	}
	if _, err := home.Keys.Reload(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	err = s.Reseal(ctx, func(r store.Sealed) {
		if r.What == "outbox.body" && r.Done > 0 {
			stop()
		}
	})
	if err == nil {
		t.Fatal("it was not stopped")
	}
	done := map[string]store.Sealed{}
	if err := s.Reseal(t.Context(), func(r store.Sealed) { done[r.What] = r }); err != nil {
		t.Fatal(err)
	}
	if r := done["outbox.body"]; r.Done != r.Other || r.Done == 0 || r.Done == 250 {
		t.Errorf("taken up again: %+v", r)
	}
	if r := done["media files"]; r.Broken != 1 || r.Done != 0 {
		t.Errorf("broken file: %+v", r)
	}
	left, err := s.SealedUnder(t.Context(), old)
	if err != nil || len(left) != 1 || left[0].Broken != 1 || left[0].Other != 1 {
		t.Errorf("left: %+v, %v", left, err)
	}
}

// How many rows a second are sealed anew: `go test ./store -run - -bench Reseal`.
func BenchmarkReseal(b *testing.B) {
	const rows = 2000
	keys := filepath.Join(b.TempDir(), "keys.json")
	if err := seal.Create(keys); err != nil {
		b.Fatal(err)
	}
	box, err := seal.Load(keys)
	if err != nil {
		b.Fatal(err)
	}
	home := storetest.Home(b)
	home.Keys = box
	s := storetest.Open(b, home)
	ev := bot.Event{Key: "many", From: mei, Kind: bot.Wrote, At: time.Now()}
	if _, err := s.Turn(b.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		for range rows {
			tx.Post(mei, store.Replies, bot.Message{Text: "您好，您的红娘今天下午三点和您联系。"})
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		fresh, err := seal.AddKey(keys)
		if err == nil {
			err = seal.UseKey(keys, fresh)
		}
		if err == nil {
			_, err = box.Reload()
		}
		if err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.Reseal(b.Context(), func(store.Sealed) {}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows*b.N)/b.Elapsed().Seconds(), "rows/s")
}
