package store_test

import (
	"errors"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// A desk is turned to a client once its owner has seen it: before that the words on the
// screen are another client's.
func TestDeskIsTurnedOnceSeen(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	st := enrol(t, s, li, store.RoleService, "小李")
	var h store.Handoff
	turn(t, s, anna, func(tx *store.Tx) (err error) { h, _, _, err = tx.OpenHandoff("zh-CN"); return err })
	turn(t, s, li, func(tx *store.Tx) error {
		_, _, err := tx.TakeHandoff(h.Number(), st, li, 1)
		tx.Post(li, store.Alerts, bot.Message{Text: "现在是 K-000001"})
		return errors.Join(err, tx.TurnTo(h))
	})
	current := func() (ref string) {
		turn(t, s, li, func(tx *store.Tx) error {
			now, err := tx.Current(st)
			if errors.Is(err, store.ErrNotFound) {
				return nil
			}
			ref = now.Number()
			return err
		})
		return ref
	}
	if got := current(); got != "" {
		t.Errorf("turned to %s before anything was seen", got)
	}
	cl, err := s.Claim(t.Context(), li, time.Minute)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	next, err := cl.Pending(t.Context(), 9)
	if err != nil || len(next) != 1 {
		t.Fatalf("to be sent: %v, %v", next, err)
	}
	if err := cl.Finish(t.Context(), store.Settled{Seq: next[0].Seq, State: store.Delivered, Pieces: 1, Spent: 1, Tried: true}, store.Rest{}); err != nil {
		t.Fatal(err)
	}
	if got := current(); got != h.Number() {
		t.Errorf("turned to %q once it was seen, want %s", got, h.Number())
	}
}
