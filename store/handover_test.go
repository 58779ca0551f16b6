package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/store/storetest"
)

// leaverWorld is a matchmaker with seven clients, a talk, a complaint and a question.
func leaverWorld(t *testing.T) (s *store.Store, leaver store.Staff, clients []store.Client) {
	t.Helper()
	s = storetest.New(t)
	at := func(n int) bot.Conversation {
		return bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(820000000 + n)}
	}
	leaver = enrol(t, s, mei, store.RoleSupervisor, "王店长")
	for i, role := range []store.Role{store.RoleMatchmaker, store.RoleMatchmaker, store.RoleService} {
		enrol(t, s, at(100+i), role, fmt.Sprintf("同事%d", i+1))
	}
	for i := range 7 {
		var c store.Client
		turn(t, s, at(i), func(tx *store.Tx) (err error) {
			if c, err = tx.Self("zh-CN"); err == nil {
				err = tx.Assign(leaver, c.ID, leaver)
			}
			return err
		})
		clients = append(clients, c)
	}
	filed := file(t, s, at(0))
	var h store.Handoff
	turn(t, s, at(0), func(tx *store.Tx) (err error) {
		if _, err = tx.AskQuestion("zh-CN", "要带什么", tx.Now()); err == nil {
			h, _, _, err = tx.OpenHandoff("zh-CN")
		}
		return err
	})
	turn(t, s, mei, func(tx *store.Tx) error {
		_, _, err1 := tx.TakeComplaint(filed.Number(), leaver)
		_, _, err2 := tx.TakeQuestion("Q-000001", leaver, false)
		_, _, err3 := tx.TakeHandoff(h.Number(), leaver, mei, 3)
		return errors.Join(err1, err2, err3)
	})
	return s, leaver, clients
}

// in counts what a colleague has.
func inHand(t *testing.T, s *store.Store, staff int64) (h store.InHand) {
	t.Helper()
	turn(t, s, anna, func(tx *store.Tx) (err error) { h, err = tx.InHand(staff); return err })
	return h
}

// By load everything finds somebody of the right role, and nobody has much more
// than another.
func TestHandOverByLoad(t *testing.T) {
	t.Parallel()
	s, leaver, clients := leaverWorld(t)
	if got := inHand(t, s, leaver.ID); got != (store.InHand{Clients: 7, Talks: 1, Complaints: 1, Questions: 1}) {
		t.Fatalf("before: %+v", got)
	}
	h, err := s.HandOver(t.Context(), leaver.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := inHand(t, s, 2), inHand(t, s, 3), inHand(t, s, 4)
	if one.Clients != 4 || two.Clients != 3 || three != (store.InHand{Complaints: 1, Questions: 1}) || inHand(t, s, leaver.ID) != (store.InHand{}) {
		t.Errorf("after: %+v, %+v, %+v", one, two, three)
	}
	if h.Count(store.HandedClient) != 7 || h.Count(store.HandedTalk) != 1 || len(h.For(4, store.HandedComplaint)) != 1 {
		t.Errorf("told: %+v", h)
	}
	told := map[string]int{}
	due, err := s.DueTimers(t.Context(), 100)
	for _, ev := range due {
		told[ev.Text[:len(ev.Text)-len(":K-000001")]]++
	}
	if err != nil || told[store.NewsNewOwner] != len(clients) || told[store.NewsNewHandler] != 1 || told[store.NewsHandover] != 3 || told[store.HandoffFreed] != 1 {
		t.Errorf("told %v, %v", told, err)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		read, err := tx.Handover(h.Number())
		if len(read.Items) != len(h.Items) || read.From.ID != leaver.ID {
			t.Errorf("read again: %+v", read)
		}
		return err
	})
	if _, err := s.HandOver(t.Context(), leaver.ID, 0); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("done twice: %v", err)
	}
}

// To one colleague goes what their role can take; the rest finds others.
func TestHandOverToOne(t *testing.T) {
	t.Parallel()
	s, leaver, _ := leaverWorld(t)
	if _, err := s.HandOver(t.Context(), leaver.ID, 3); err != nil {
		t.Fatal(err)
	}
	if got := inHand(t, s, 3); got != (store.InHand{Clients: 7}) {
		t.Errorf("the one has %+v", got)
	}
	if got := inHand(t, s, 4); got != (store.InHand{Complaints: 1, Questions: 1}) {
		t.Errorf("service has %+v", got)
	}
}

// What cannot be done whole is not done at all.
func TestHandOverWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s, leaver, _ := leaverWorld(t)
	if _, err := s.HandOver(t.Context(), leaver.ID, 99); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("to nobody: %v", err)
	}
	boom := errors.New("killed midway")
	err := tryTurn(t.Context(), s, from(anna), func(tx *store.Tx) error {
		if _, err := tx.HandOver(leaver, 3, leaver); err != nil {
			return err
		}
		return boom
	})
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if got := inHand(t, s, leaver.ID); got != (store.InHand{Clients: 7, Talks: 1, Complaints: 1, Questions: 1}) {
		t.Errorf("changed: %+v", got)
	}
	turn(t, s, mei, func(tx *store.Tx) error { _, err := tx.Staff(mei); return err })
}

// What runs and waits goes along: the clocks are charged to who takes over, an alert
// that had reached the leaver alone calls them, what the leaver was to judge goes to a
// supervisor, and what was found in their own work is closed.
func TestHandOverTakesClocksAndAlertsAlong(t *testing.T) {
	t.Parallel()
	s, leaver, clients := leaverWorld(t)
	boss := enrol(t, s, bot.Conversation{Channel: "telegram", Chat: "820000900"}, store.RoleSupervisor, "陈店长")
	c := clients[0]
	var asked store.Task
	turn(t, s, mei, func(tx *store.Tx) (err error) {
		for _, paper := range []string{"C-000001", "H-000001"} {
			clock := store.PaperClock{Clock: sla.Start(time.Hour, tx.Now()), Paper: paper, Kind: sla.Next, Conversation: c.Conversation, ClientID: c.Chat, StaffID: leaver.ID, StartedAt: tx.Now()}
			if err := tx.SetClock(clock, tx.Now().Add(time.Hour), time.Time{}); err != nil {
				return err
			}
		}
		a, _, err := tx.RaiseAlert(store.Alert{Kind: "late_next", Paper: "C-000001", Urgency: store.Soon, Conversation: c.Conversation, ClientID: c.Chat, FirstID: leaver.ID, Rung: store.RungOwner})
		if err != nil {
			return err
		}
		if err := tx.MoveAlert(a, true); err != nil {
			return err
		}
		asked, err = tx.AskTask(store.Task{Asker: leaver, Doer: boss, Words: store.TaskWords{What: "回电话"}, DueAt: tx.Now().Add(time.Hour)})
		return err
	})
	h, err := s.HandOver(t.Context(), leaver.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	taker := h.For(4, store.HandedComplaint)
	if len(taker) != 1 {
		t.Fatalf("the complaint went elsewhere: %+v", h.Items)
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		complaint, err := tx.Clock("C-000001", sla.Next)
		if err != nil || complaint.StaffID != 4 {
			t.Errorf("the complaint's clock is charged to %d, %v", complaint.StaffID, err)
		}
		if talk, err := tx.Clock("H-000001", sla.Next); err != nil || talk.StaffID != 0 {
			t.Errorf("the clock of a talk that nobody has is charged to %d, %v", talk.StaffID, err)
		}
		if a, err := tx.OpenAlert("late_next", "C-000001"); err != nil || a.FirstID != 4 || !a.CalledAt.IsZero() {
			t.Errorf("the alert is for %d, called at %v, %v", a.FirstID, a.CalledAt, err)
		}
		if k, err := tx.Task(asked.Number()); err != nil || k.Asker.ID != boss.ID {
			t.Errorf("the task is judged by %d, %v", k.Asker.ID, err)
		}
		return nil
	})
	due, err := s.DueTimers(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, ev := range due {
		if strings.HasPrefix(ev.Text, store.AlertStep) {
			calls++
		}
	}
	if calls != 1 {
		t.Errorf("%d alerts call anew", calls)
	}
}

// The topic about a client who is erased is to be deleted, and tried until it is.
func TestErasedClientsTopicEnds(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	var c store.Client
	turn(t, s, anna, func(tx *store.Tx) (err error) { c, err = tx.Self("zh-CN"); return err })
	threads := s.Threads("telegram")
	for _, key := range []string{c.Code(), "K-000777"} {
		if ok, err := threads.Begin(t.Context(), -100, key); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := threads.Made(t.Context(), -100, key, 42+len(key)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.EraseClient(t.Context(), c.ID, "wish"); err != nil {
		t.Fatal(err)
	}
	ending := func() []store.Ending {
		t.Helper()
		all, err := threads.Ending(t.Context(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if now := ending(); len(now) != 0 {
		t.Errorf("at once: %+v", now)
	}
	clock.Advance(time.Minute)
	due := ending()
	if len(due) != 1 || due[0].Key != c.Code() || due[0].Group != -100 {
		t.Fatalf("after a minute: %+v", due)
	}
	if err := threads.Later(t.Context(), due[0]); err != nil || len(ending()) != 0 {
		t.Error("one that could not be deleted is tried at once", err)
	}
	clock.Advance(10 * time.Minute)
	if due = ending(); len(due) != 1 {
		t.Fatalf("it is not tried again: %+v", due)
	}
	if err := threads.Gone(t.Context(), due[0].Group, due[0].Key, due[0].Thread); err != nil || len(ending()) != 0 {
		t.Error("it is deleted twice", err)
	}
}
