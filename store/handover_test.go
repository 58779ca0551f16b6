package store_test

import (
	"errors"
	"fmt"
	"testing"

	"redthread/bot"
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
				err = tx.Assign(c.ID, leaver)
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
	if err != nil || told[store.NewsNewOwner] != len(clients) || told[store.NewsNewHandler] != 1 || told[store.NewsHandover] != 3 || told[store.HandoffUntaken] != 1 {
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
