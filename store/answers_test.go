package store_test

import (
	"errors"
	"slices"
	"testing"

	"redthread/store"
	"redthread/store/storetest"
)

func TestAnswersGiven(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.Home(t))
	for _, entry := range []string{"fees", "refund"} {
		turn(t, s, mei, func(tx *store.Tx) error {
			return tx.NoteAnswer("zh-CN", store.AnswerGiven{Entry: entry, Version: 3, Lang: "zh-CN", Digest: "d", How: store.AnswerAsked})
		})
	}
	turn(t, s, mei, func(tx *store.Tx) error {
		all, err := tx.AnswersGiven(9)
		if err != nil || len(all) != 2 || all[0].Entry != "refund" || all[0].Version != 3 || all[0].At.IsZero() {
			t.Errorf("%+v, %v", all, err)
		}
		return nil
	})
	turn(t, s, li, func(tx *store.Tx) error {
		if all, err := tx.AnswersGiven(9); err != nil || len(all) != 0 {
			t.Errorf("another client has %+v, %v", all, err)
		}
		return nil
	})
}

// An answer is promoted once, is read by every process, and can be taken out of
// use; its words stand nowhere in clear.
func TestPromoted(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s, other := storetest.Open(t, home), storetest.Open(t, home)
	before := mark(t, other)
	p := store.Promotion{Ref: "Q-000007", Lang: "zh-CN", Asked: "店里有停车位吗", Answer: "楼下可以停车。", StaffID: 4}
	for _, want := range []bool{true, false} {
		turn(t, s, li, func(tx *store.Tx) error {
			first, err := tx.Promote(p)
			if err != nil || first != want {
				t.Errorf("promoted first %v, %v; want %v", first, err, want)
			}
			return nil
		})
	}
	promoted := mark(t, other)
	all, err := other.Promoted(t.Context())
	if err != nil || len(all) != 1 || all[0].Asked != p.Asked || all[0].Answer != p.Answer || all[0].StaffID != 4 || all[0].Filed {
		t.Fatalf("%+v, %v", all, err)
	}
	for _, want := range []bool{true, false} {
		if first, err := s.FilePromoted(t.Context(), p.Ref); err != nil || first != want {
			t.Errorf("filed first %v, %v; want %v", first, err, want)
		}
	}
	filed := mark(t, other)
	storetest.InClear(t, home, s, p.Asked, p.Answer)
	if err := s.RetirePromoted(t.Context(), p.Ref); err != nil {
		t.Error(err)
	}
	if err := s.RetirePromoted(t.Context(), p.Ref); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("retired twice: %v", err)
	}
	if all, err := other.Promoted(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	marks := []string{before, promoted, filed, mark(t, other)}
	if slices.Sort(marks); len(slices.Compact(marks)) != 4 {
		t.Error("a change goes unnoticed")
	}
}

func mark(t *testing.T, s *store.Store) string {
	t.Helper()
	m, err := s.PromotedMark(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}
