package store_test

import (
	"errors"
	"testing"

	"redthread/store"
	"redthread/store/storetest"
)

func TestHeldWords(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	me, boss := enrol(t, s, mei, store.RoleMatchmaker, "王红娘"), enrol(t, s, li, store.RoleSupervisor, "陈店长")
	hold := func(tx *store.Tx, state store.HeldState) store.Held {
		client, err := tx.Self("zh-CN")
		if err != nil {
			t.Fatal(err)
		}
		h, err := tx.HoldWords(store.Held{
			By: me, Client: client, Outlet: "talk", Ref: "H-000001", Kinds: []string{"promise", "contact"}, State: state, Words: store.Words{Lines: []string{"包成功"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	turn(t, s, anna, func(tx *store.Tx) error {
		if h := hold(tx, store.HeldBack); h.Number() != "G-000001" || !h.Open() || h.By.ID != me.ID || h.Words.Lines[0] != "包成功" || len(h.Kinds) != 2 {
			t.Errorf("held %+v", h)
		}
		if _, asked, err := tx.AskAboutHeld("G-000001"); !asked || err != nil {
			t.Errorf("asked: %v, %v", asked, err)
		}
		if _, asked, err := tx.AskAboutHeld("G-000001"); asked || err != nil {
			t.Errorf("asked twice: %v, %v", asked, err)
		}
		if n, err := tx.ReplaceHeld(me, "H-000001", false); n != 0 || err != nil {
			t.Errorf("what a supervisor was asked about is replaced: %d, %v", n, err)
		}
		return nil
	})
	storetest.InClear(t, home, s, "包成功")
	turn(t, s, anna, func(tx *store.Tx) error {
		if h, decided, err := tx.DecideHeld("G-000001", store.HeldSent, boss); !decided || h.Decider.ID != boss.ID || len(h.Words.Lines) != 0 || h.DecidedAt.IsZero() || err != nil {
			t.Errorf("decided %+v, %v", h, err)
		}
		if h, decided, err := tx.DecideHeld("G-000001", store.HeldRefused, me); decided || h.State != store.HeldSent || err != nil {
			t.Errorf("decided twice: %+v, %v", h, err)
		}
		if h := hold(tx, store.HeldFlagged); h.Open() || len(h.Words.Lines) != 0 {
			t.Errorf("flagged %+v", h)
		}
		waits, undone := hold(tx, store.HeldBack), hold(tx, store.HeldBack)
		if _, _, err := tx.AskAboutHeld(waits.Number()); err != nil {
			t.Error(err)
		}
		if n, err := tx.ReplaceHeld(me, "H-000001", true); n != 1 || err != nil {
			t.Errorf("replaced %d, %v", n, err)
		}
		if h, err := tx.Held(undone.Number()); h.State != store.HeldChanged || err != nil {
			t.Errorf("%+v, %v", h, err)
		}
		for _, none := range []string{"G-000099", "H-000001", ""} {
			if _, err := tx.Held(none); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("held %q: %v", none, err)
			}
		}
		hold(tx, store.HeldBack)
		return nil
	})
	notes, err := s.HeldNotes(t.Context(), 3)
	if err != nil || len(notes) != 3 || notes[0].StaffID != me.ID || notes[0].State != store.HeldBack || notes[2].DecidedBy != me.ID {
		t.Errorf("%+v, %v", notes, err)
	}
	eraseHeld(t, s)
}

// eraseHeld takes the client out, and with them what was held.
func eraseHeld(t *testing.T, s *store.Store) {
	t.Helper()
	notes, err := s.HeldNotes(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.EraseClient(t.Context(), notes[0].ClientID, "wish"); err != nil {
		t.Fatal(err)
	}
	if notes, err = s.HeldNotes(t.Context(), 9); err != nil || len(notes) != 0 {
		t.Errorf("%+v, %v", notes, err)
	}
}
