package store_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"redthread/store"
	"redthread/store/storetest"
)

func staffIn(t *testing.T, s *store.Store, find func(*store.Tx) ([]store.Staff, error)) (names []string) {
	t.Helper()
	turn(t, s, anna, func(tx *store.Tx) error {
		all, err := find(tx)
		for _, st := range all {
			names = append(names, st.Name)
		}
		return err
	})
	return names
}

// Who is newly enrolled is at work; leave ends by itself; who has gone home or
// left us is not at work.
func TestDuty(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	one, two := enrol(t, s, mei, store.RoleMatchmaker, "王红娘"), enrol(t, s, li, store.RoleService, "小李")
	if !one.Working() || one.Duty != store.DutyOn || one.Capacity != store.DefaultCapacity || one.OwnCapacity {
		t.Errorf("newly enrolled: %+v", one)
	}
	working := func() []string {
		return staffIn(t, s, func(tx *store.Tx) ([]store.Staff, error) { return tx.OnDuty() })
	}
	set := func(st store.Staff, d store.Duty, until time.Time) {
		turn(t, s, li, func(tx *store.Tx) error { return tx.SetDuty(st.ID, d, until) })
	}
	if got := working(); !slices.Equal(got, []string{"王红娘", "小李"}) {
		t.Errorf("at work: %v", got)
	}
	set(two, store.DutyOff, clock.Now().Add(time.Hour))
	set(one, store.DutyLeave, clock.Now().Add(time.Hour))
	if got := working(); len(got) != 0 {
		t.Errorf("at work, though gone: %v", got)
	}
	clock.Advance(time.Hour)
	if got := working(); !slices.Equal(got, []string{"王红娘"}) {
		t.Errorf("after the leave: %v", got)
	}
	if got := staffIn(t, s, func(tx *store.Tx) ([]store.Staff, error) { return tx.OnDuty(store.RoleService) }); len(got) != 0 {
		t.Errorf("service at work: %v", got)
	}
	set(two, store.DutyOn, time.Time{})
	if err := s.RevokeStaff(t.Context(), one.ID); err != nil {
		t.Fatal(err)
	}
	if got := working(); !slices.Equal(got, []string{"小李"}) {
		t.Errorf("after one left us: %v", got)
	}
	err := tryTurn(t.Context(), s, from(li), func(tx *store.Tx) error { return tx.SetDuty(one.ID, store.DutyOn, time.Time{}) })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("duty of somebody who left: %v", err)
	}
}

// A colleague's own figures stand beside the agency's.
func TestCapacityAndLanguages(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	home.Capacity = 5
	s := storetest.Open(t, home)
	st := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	for _, n := range []int{7, 1, store.MostCapacity, 0} {
		turn(t, s, mei, func(tx *store.Tx) error {
			return errors.Join(tx.SetCapacity(st.ID, n), tx.SetLangs(st.ID, []string{"zh-CN", "en"}))
		})
		turn(t, s, mei, func(tx *store.Tx) (err error) { st, err = tx.Staff(mei); return err })
		want := n
		if n == 0 {
			want = 5
		}
		if st.Capacity != want || st.OwnCapacity != (n > 0) || !slices.Equal(st.Langs, []string{"zh-CN", "en"}) {
			t.Errorf("set to %d: %+v", n, st)
		}
	}
	for _, n := range []int{-1, store.MostCapacity + 1} {
		if err := tryTurn(t.Context(), s, from(mei), func(tx *store.Tx) error { return tx.SetCapacity(st.ID, n) }); err == nil {
			t.Errorf("%d was taken", n)
		}
	}
}

// Whose client somebody is, over all of their chats.
func TestAssign(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	st := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	var c store.Client
	turn(t, s, anna, func(tx *store.Tx) (err error) { c, err = tx.Self("zh-CN"); return err })
	owner := func() (got store.Staff, err error) {
		e := tryTurn(t.Context(), s, from(anna), func(tx *store.Tx) error {
			me, e := tx.Self("")
			got, err = tx.Owner(me)
			return e
		})
		return got, errors.Join(err, e)
	}
	if _, err := owner(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's client: %v", err)
	}
	turn(t, s, mei, func(tx *store.Tx) error { return tx.Assign(st, c.ID, st) })
	if got, err := owner(); err != nil || got.ID != st.ID {
		t.Errorf("assigned: %+v, %v", got, err)
	}
	if err := s.RevokeStaff(t.Context(), st.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := owner(); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("whose matchmaker has left: %v", err)
	}
	if err := s.AssignClient(t.Context(), c.Code(), st.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("assigned to somebody who has left: %v", err)
	}
	other := enrol(t, s, li, store.RoleSupervisor, "李店长")
	if err := s.AssignClient(t.Context(), c.Code(), other.ID); err != nil {
		t.Fatal(err)
	}
	if got, err := owner(); err != nil || got.ID != other.ID {
		t.Errorf("assigned by the operator: %+v, %v", got, err)
	}
	turn(t, s, mei, func(tx *store.Tx) error { return tx.Assign(st, c.ID, store.Staff{}) })
	turn(t, s, anna, func(tx *store.Tx) (err error) { c, err = tx.Self(""); return err })
	if c.OwnerID != 0 {
		t.Errorf("still the client of %d", c.OwnerID)
	}
}
