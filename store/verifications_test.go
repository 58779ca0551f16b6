package store_test

import (
	"slices"
	"testing"
	"time"

	"redthread/store"
	"redthread/store/storetest"
)

func TestLedger(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	enrol(t, s, li, store.RoleMatchmaker, "王红娘")
	me, _, _ := photosOf(t, s, anna)
	note := func(p store.Paper, f store.Finding, until time.Time) (v store.Verification) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) error {
			by, err := tx.Staff(li)
			if err != nil {
				return err
			}
			v, err = tx.NoteVerification(me.ID, p, f, by, until)
			return err
		})
		return v
	}
	verified := func(p store.Paper) (ok bool) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) (err error) { ok, err = tx.Verified(me.ID, p); return err })
		return ok
	}
	stands := func() (all []store.Paper) {
		t.Helper()
		turn(t, s, li, func(tx *store.Tx) error {
			found, err := tx.Verifications(me.ID)
			for _, v := range found {
				all = append(all, v.Paper)
			}
			return err
		})
		return all
	}
	if verified(store.PaperIdentity) || len(stands()) != 0 {
		t.Error("nobody has seen anything")
	}
	note(store.PaperSingle, store.PaperSeen, clock.Now().Add(30*24*time.Hour))
	first := note(store.PaperIdentity, store.PaperSeen, time.Time{})
	if !verified(store.PaperIdentity) || !verified(store.PaperSingle) || verified(store.PaperDivorce) {
		t.Error("two papers were seen")
	}
	if got := stands(); !slices.Equal(got, []store.Paper{store.PaperIdentity, store.PaperSingle}) {
		t.Errorf("stands %v", got)
	}
	clock.Advance(30 * 24 * time.Hour)
	if !verified(store.PaperIdentity) || verified(store.PaperSingle) {
		t.Error("one of them has lapsed")
	}
	note(store.PaperIdentity, store.PaperMismatch, time.Time{})
	if verified(store.PaperIdentity) || len(stands()) != 2 {
		t.Error("it was found not to agree")
	}
	note(store.PaperIdentity, store.PaperRevoked, time.Time{})
	if len(stands()) != 1 {
		t.Error("the entry was taken back")
	}
	turn(t, s, li, func(tx *store.Tx) error {
		all, err := tx.Ledger(me.ID)
		if err != nil || len(all) != 4 || all[1].By.Name != "王红娘" || all[1].At.IsZero() || all[1].Client.ID != me.ID {
			t.Errorf("ledger %+v, %v", all, err)
		}
		if v, err := tx.Verification(first.Number()); err != nil || v.Paper != store.PaperIdentity {
			t.Errorf("%+v, %v", v, err)
		}
		return nil
	})
	storetest.InClear(t, home, s, "identity", "mismatch", "single")
}
