package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

var (
	mei = bot.Conversation{Channel: "wechat", Chat: "o-mei-secret"}
	li  = bot.Conversation{Channel: "telegram", Chat: "810000003"}
)

var turns atomic.Int64

// from is that somebody wrote there.
func from(c bot.Conversation) bot.Event { return bot.Event{From: c, Kind: bot.Wrote} }

// turn plays one turn of the conversation.
func turn(t *testing.T, s *store.Store, c bot.Conversation, play func(*store.Tx) error) {
	t.Helper()
	if err := tryTurn(t.Context(), s, bot.Event{From: c, Kind: bot.Wrote}, play); err != nil {
		t.Fatal(err)
	}
}

func tryTurn(ctx context.Context, s *store.Store, ev bot.Event, play func(*store.Tx) error) error {
	ev.Key = bot.EventKey(fmt.Sprint("paper:", turns.Add(1)))
	ev.At = time.Now()
	_, err := s.Turn(ctx, ev, func(tx *store.Tx, _ *bot.Session) error { return play(tx) })
	return err
}

func enrol(t *testing.T, s *store.Store, c bot.Conversation, role store.Role, name string) (st store.Staff) {
	t.Helper()
	code, err := s.Invite(t.Context(), role, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	turn(t, s, c, func(tx *store.Tx) error {
		invite, err := tx.CheckInvite(code)
		if err != nil {
			return err
		}
		st, err = tx.Enrol(invite, name, "zh-CN")
		return err
	})
	return st
}

func file(t *testing.T, s *store.Store, c bot.Conversation) (filed store.Complaint) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) (err error) {
		filed, err = tx.FileComplaint(store.NewComplaint{
			Lang: "zh-CN", Matter: "date", Evidence: []bot.MediaID{"m1", "m2"}, Promised: tx.Now().Add(24 * time.Hour),
			Facts: store.Facts{People: "张先生", When: "上周六", Story: "对方迟到一个小时", Wish: "道歉"},
		})
		return err
	})
	return filed
}

func TestClientsComeGoAndReturn(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	arrive := bot.Event{From: anna, Kind: bot.Arrived, Name: "安娜", Lang: "zh-CN", Source: "缘分 13800138000"}
	var c store.Client
	self := func(tx *store.Tx) (err error) { c, err = tx.Self(""); return err }
	if err := tryTurn(t.Context(), s, arrive, (*store.Tx).Meet); err != nil {
		t.Fatal(err)
	}
	turn(t, s, anna, self)
	if c.Name != "安娜" || c.Lang != "zh-CN" || c.Source != "" || c.Code() != "K-000001" {
		t.Errorf("met %+v", c)
	}
	turn(t, s, anna, (*store.Tx).Part)
	turn(t, s, anna, self)
	if c.LeftAt.IsZero() {
		t.Error("nobody noticed that she left")
	}
	arrive.Source, arrive.Name = "other", "Anna"
	if err := tryTurn(t.Context(), s, arrive, (*store.Tx).Meet); err != nil {
		t.Fatal(err)
	}
	turn(t, s, anna, func(tx *store.Tx) error { return tx.Speak("en") })
	turn(t, s, anna, self)
	if !c.LeftAt.IsZero() || c.Name != "Anna" || c.Lang != "en" || c.Source != "" || c.ID != 1 {
		t.Errorf("met again %+v", c)
	}
}

func TestInvitesAreGoodOnce(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	code, err := s.Invite(t.Context(), store.RoleService, time.Hour)
	if err != nil || !store.IsInvite(code) {
		t.Fatalf("code %q, %v", code, err)
	}
	check := func(text string) (i store.Invite, err error) {
		turn(t, s, anna, func(tx *store.Tx) error { i, err = tx.CheckInvite(text); return nil })
		return i, err
	}
	invite, err := check(" " + strings.ToLower(strings.ReplaceAll(code, "-", "")) + " ")
	if err != nil || invite.Role != store.RoleService {
		t.Fatalf("forgiving reading: %+v, %v", invite, err)
	}
	if _, err := check("RT-0000-0000-0000-0000-0000-0000-00"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("wrong code: %v", err)
	}
	enrol := func(c bot.Conversation) error {
		return tryTurn(t.Context(), s, bot.Event{From: c, Kind: bot.Wrote}, func(tx *store.Tx) error {
			_, err := tx.Enrol(invite, "小李", "zh-CN")
			return err
		})
	}
	var wg sync.WaitGroup
	var won atomic.Int64
	for i := range 8 {
		wg.Go(func() {
			switch err := enrol(bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(i)}); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, store.ErrNotFound):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d enrolled with one code", won.Load())
	}
	if _, err := check(code); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("used code: %v", err)
	}
	code, _ = s.Invite(t.Context(), store.RoleOwner, time.Hour)
	clock.Advance(time.Hour)
	if _, err := check(code); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("expired code: %v", err)
	}
	if _, err := s.Invite(t.Context(), "king", time.Hour); err == nil {
		t.Error("a role that is none was invited")
	}
}

func TestTryCountsAnHour(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	try := func(c bot.Conversation) (ok bool) {
		turn(t, s, c, func(tx *store.Tx) (err error) { ok, err = tx.Try("invite", 5, time.Hour); return err })
		return ok
	}
	for i := range 7 {
		if got, want := try(anna), i < 5; got != want {
			t.Errorf("try %d: %v", i, got)
		}
	}
	if !try(li) {
		t.Error("one chat's tries count against another")
	}
	clock.Advance(time.Hour)
	if !try(anna) {
		t.Error("tries are counted for longer than an hour")
	}
}

func TestComplaintIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	staff := []store.Staff{enrol(t, s, mei, store.RoleSupervisor, "王店长"), enrol(t, s, li, store.RoleService, "小李")}
	c := file(t, s, anna)
	if c.Number() != "C-000001" || c.Taken() || len(c.Evidence) != 2 || c.Facts.Wish != "道歉" || c.PromisedAt.Sub(c.FiledAt) != 24*time.Hour {
		t.Fatalf("filed %+v", c)
	}
	var wg sync.WaitGroup
	var firsts atomic.Int64
	for _, st := range staff {
		wg.Go(func() {
			err := tryTurn(t.Context(), s, bot.Event{From: st.Conversation, Kind: bot.Pressed}, func(tx *store.Tx) error {
				got, first, err := tx.TakeComplaint("C-000001", st)
				if err != nil {
					return err
				}
				if !got.Taken() || first && got.Owner.ID != st.ID {
					t.Errorf("first %v, but it is with %q", first, got.Owner.Name)
				}
				if first {
					firsts.Add(1)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if firsts.Load() != 1 {
		t.Errorf("%d were first", firsts.Load())
	}
}

func TestStepsOfAComplaint(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	st := enrol(t, s, li, store.RoleService, "小李")
	file(t, s, anna)
	step := func(to store.CaseState) (c store.Complaint, added bool) {
		turn(t, s, li, func(tx *store.Tx) (err error) { c, added, err = tx.AddStep("C-000001", to, st); return err })
		return c, added
	}
	if _, added := step(store.CaseWorking); added {
		t.Error("a step before anybody took it")
	}
	turn(t, s, li, func(tx *store.Tx) error { _, _, err := tx.TakeComplaint("C-000001", st); return err })
	for i, to := range []store.CaseState{store.CaseWorking, store.CaseWorking, store.CaseContacted} {
		if _, added := step(to); added != []bool{true, false, true}[i] {
			t.Errorf("step %d to %s: added %v", i, to, added)
		}
	}
	turn(t, s, mei, func(tx *store.Tx) error {
		c, first, err := tx.TakeComplaint("C-000001", store.Staff{ID: st.ID + 1})
		if first || c.Owner.ID != st.ID {
			t.Errorf("a case at work was taken away: %v, %+v", first, c.Owner)
		}
		return err
	})
	if _, added := step(store.CaseClosed); !added {
		t.Error("cannot be closed")
	}
	if _, added := step(store.CaseProposed); added {
		t.Error("a step after the end")
	}
	var mine []store.Complaint
	turn(t, s, anna, func(tx *store.Tx) (err error) { mine, err = tx.Complaints(5); return err })
	if len(mine) != 1 || mine[0].State != store.CaseClosed || mine[0].ClosedAt.IsZero() || len(mine[0].Steps) != 5 {
		t.Errorf("client sees %+v", mine)
	}
	turn(t, s, mei, func(tx *store.Tx) error {
		if others, err := tx.Complaints(5); err != nil || len(others) != 0 {
			t.Errorf("another client sees %d complaints, %v", len(others), err)
		}
		for _, ref := range []string{"", "C-2", "C-000002", "K-000001", "C--00001", "C-00001", "C-0000001", "C-99999999999999999999"} {
			if _, err := tx.Complaint(ref); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("complaint %q: %v", ref, err)
			}
		}
		return nil
	})
}

func TestHandoffHasOneColleagueAndOneClient(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	st, other := enrol(t, s, li, store.RoleService, "小李"), enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	bo := bot.Conversation{Channel: "wechat", Chat: "bo"}
	open := func(c bot.Conversation) (h store.Handoff, opened bool, ahead int) {
		turn(t, s, c, func(tx *store.Tx) (err error) { h, opened, ahead, err = tx.OpenHandoff("zh-CN"); return err })
		return h, opened, ahead
	}
	h, opened, ahead := open(anna)
	if !opened || ahead != 0 || !h.Waiting() {
		t.Errorf("opened %v, %d ahead, %+v", opened, ahead, h)
	}
	if again, opened, _ := open(anna); opened || again.ID != h.ID {
		t.Error("the client waits twice")
	}
	second, _, ahead := open(bo)
	if ahead != 1 {
		t.Errorf("%d ahead of the second", ahead)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		for i := range 2 {
			if n, err := tx.KeepWords(h, store.Words{Lines: []string{"在吗"}, Photos: []bot.MediaID{"m1"}}, 2); n != i+1 || err != nil {
				t.Errorf("kept %d, %v", n, err)
			}
		}
		if _, err := tx.KeepWords(h, store.Words{}, 2); !errors.Is(err, store.ErrFull) {
			t.Errorf("kept too many: %v", err)
		}
		return nil
	})
	take := func(h store.Handoff, by store.Staff) (first bool, err error) {
		turn(t, s, by.Conversation, func(tx *store.Tx) error {
			_, first, err = tx.TakeHandoff(h.Number(), by, by.Conversation, 1)
			return nil
		})
		return first, err
	}
	if first, err := take(h, st); !first || err != nil {
		t.Fatalf("take: %v, %v", first, err)
	}
	if first, err := take(h, other); first || err != nil {
		t.Errorf("taken twice: %v", err)
	}
	if _, err := take(second, st); !errors.Is(err, store.ErrBusy) {
		t.Errorf("two clients at once: %v", err)
	}
	turn(t, s, li, func(tx *store.Tx) error {
		words, err := tx.KeptWords(h, 9)
		if err != nil || len(words) != 2 || words[1].Lines[0] != "在吗" || len(words[1].Photos) != 1 {
			t.Errorf("kept words %+v, %v", words, err)
		}
		for i := range 2 {
			if closed, err := tx.CloseHandoff(h, st); closed != (i == 0) || err != nil {
				t.Errorf("close %d: %v, %v", i, closed, err)
			}
		}
		queue, err := tx.Queue()
		if err != nil || len(queue) != 1 || queue[0].ID != second.ID {
			t.Errorf("queue %+v, %v", queue, err)
		}
		return nil
	})
	if first, err := take(second, st); !first || err != nil {
		t.Errorf("after the first client: %v, %v", first, err)
	}
}

func TestRevokedStaffLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	st := enrol(t, s, li, store.RoleService, "小李")
	c := file(t, s, anna)
	var h store.Handoff
	turn(t, s, anna, func(tx *store.Tx) (err error) { h, _, _, err = tx.OpenHandoff("zh-CN"); return err })
	turn(t, s, li, func(tx *store.Tx) error {
		_, _, err1 := tx.TakeComplaint(c.Number(), st)
		_, _, err2 := tx.TakeHandoff(h.Number(), st, li, 1)
		return errors.Join(err1, err2)
	})
	if err := s.RevokeStaff(t.Context(), st.ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RevokeStaff(t.Context(), st.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	turn(t, s, li, func(tx *store.Tx) error {
		if _, err := tx.Staff(li); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("still staff: %v", err)
		}
		c, err1 := tx.Complaint(c.Number())
		h, err2 := tx.Handoff(h.Number())
		if c.Taken() || !h.Waiting() {
			t.Errorf("complaint with %q, hand-off with %q", c.Owner.Name, h.Staff.Name)
		}
		return errors.Join(err1, err2)
	})
	due, err := s.DueTimers(t.Context(), 10)
	if err != nil || len(due) != 2 || due[0].From != anna || due[1].From != anna {
		t.Errorf("due: %+v, %v", due, err)
	}
	if again := enrol(t, s, li, store.RoleSupervisor, "李店长"); again.ID != st.ID || again.Role != store.RoleSupervisor {
		t.Errorf("enrolled again as %+v", again)
	}
	all, err := s.StaffList(t.Context())
	if err != nil || len(all) != 1 || all[0].Name != "李店长" || !all[0].RevokedAt.IsZero() {
		t.Errorf("staff %+v, %v", all, err)
	}
}

func TestTimersReachOtherConversations(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	turn(t, s, li, func(tx *store.Tx) error {
		tx.LaterFor(anna, "a", "1", clock.Now())
		tx.LaterFor(anna, "b", "1", clock.Now())
		return nil
	})
	turn(t, s, li, func(tx *store.Tx) error { tx.CancelFor(anna, "b", "1"); tx.Cancel("a", "1"); return nil })
	due, err := s.DueTimers(t.Context(), 10)
	if err != nil || len(due) != 1 || due[0].From != anna || due[0].Text != "a:1" {
		t.Errorf("due %+v, %v", due, err)
	}
}

func TestPapersAreSealed(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	if err := tryTurn(t.Context(), s, bot.Event{From: anna, Kind: bot.Arrived, Name: "安娜秘密"}, (*store.Tx).Meet); err != nil {
		t.Fatal(err)
	}
	enrol(t, s, li, store.RoleService, "小李秘密")
	code, err := s.Invite(t.Context(), store.RoleService, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	file(t, s, anna)
	turn(t, s, anna, func(tx *store.Tx) error {
		h, _, _, err := tx.OpenHandoff("zh-CN")
		if err != nil {
			return err
		}
		_, err = tx.KeepWords(h, store.Words{Lines: []string{"我的秘密"}}, 9)
		return err
	})
	storetest.InClear(t, home, s, "秘密", "张先生", "上周六", "迟到", "道歉", code, strings.ReplaceAll(code, "-", "")[2:])
	if !storetest.DumpOf(t, home, s).Has("filed") {
		t.Error("the dump shows nothing")
	}
}

func FuzzIsInvite(f *testing.F) {
	for _, seed := range []string{"RT-0000-0000-0000-0000-0000-0000-00", "rt 0", "ＲＴ－Ｏ", "投诉", strings.Repeat("RT-", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !store.IsInvite(text) {
			return
		}
		if len(text) < len("RT")+26 || len(text) > 200 || !store.IsInvite(" "+text+"-") {
			t.Errorf("%q is taken for a code", text)
		}
	})
}
