package store_test

import (
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// aDesk is where a colleague writes to anna.
var aDesk = bot.Conversation{Channel: "telegram", Chat: "-100"}.Thread("K-000001")

// carry has words from the desk carried to anna.
func carry(t *testing.T, s *store.Store, ref string) {
	t.Helper()
	turn(t, s, aDesk, func(tx *store.Tx) error {
		return tx.Carry(anna, store.Replies, bot.Message{Text: "您好"}, store.Carry{Sender: aDesk, Ref: ref, Tells: true})
	})
}

// carriedNews plays what is due for the desk and gives the messages it is about.
func carriedNews(t *testing.T, s *store.Store) (all []store.Carried) {
	t.Helper()
	due, err := s.DueTimers(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, ev := range due {
		if ev.From != aDesk {
			t.Errorf("news for %s", ev.From)
		}
		id := ev.Text[len(store.NewsCarried)+1:]
		_, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
			if ok, err := tx.Fire(); !ok || err != nil {
				t.Errorf("%v, %v", ok, err)
			}
			c, err := tx.Carried(id)
			all = append(all, c)
			if err == nil {
				err = tx.Told(id, c.Fate)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// settleNext ends the next message to anna.
func settleNext(t *testing.T, s *store.Store, end store.Settled, rest store.Rest) {
	t.Helper()
	cl, err := s.Claim(t.Context(), anna, time.Minute)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	next, err := cl.Pending(t.Context(), 1)
	if err != nil || len(next) == 0 || !next[0].Carried {
		t.Fatalf("pending: %+v, %v", next, err)
	}
	end.Seq, end.Carried, end.Lane, end.Tried = next[0].Seq, true, next[0].Lane, true
	if err := cl.Finish(t.Context(), end, rest); err != nil {
		t.Fatal(err)
	}
}

// Each end is told once, to who wrote the words, and nothing is told before it is so.
func TestNewsOfCarriedWords(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	home := storetest.Home(t)
	home.Now = clock.Now
	s := storetest.Open(t, home)
	for _, end := range []struct {
		settled store.Settled
		want    store.Fate
	}{
		{store.Settled{State: store.Delivered, Refs: []string{"41", "42"}}, store.Arrived},
		{store.Settled{State: store.Failed, Reason: "refused: 400 odd"}, store.WasRefused},
		{store.Settled{State: store.Failed, Reason: "outcome unknown: it may have arrived"}, store.Uncertain},
		{store.Settled{State: store.Failed, Reason: "could not be sent for a day"}, store.TooLate},
		{store.Settled{State: store.Failed, Reason: "its picture is not to be had"}, store.NoPicture},
		{store.Settled{State: store.Unreachable, Reason: "blocked or left"}, store.PersonGone},
	} {
		carry(t, s, "7")
		if all := carriedNews(t, s); len(all) != 0 {
			t.Fatalf("told before anything happened: %+v", all)
		}
		settleNext(t, s, end.settled, store.Rest{})
		all := carriedNews(t, s)
		if len(all) != 1 || all[0].Fate != end.want || all[0].To != anna || all[0].Carry.Ref != "7" || all[0].Told != "" {
			t.Errorf("%s: %+v", end.want, all)
		}
		clock.Advance(time.Hour)
		if all := carriedNews(t, s); len(all) != 0 {
			t.Errorf("told again: %+v", all)
		}
	}
	turn(t, s, aDesk, func(tx *store.Tx) error {
		to, seq, err := tx.CarriedAs("7")
		if err != nil || to != anna || seq != 6 {
			t.Errorf("%v %d, %v", to, seq, err)
		}
		if ref, err := tx.RefOf(anna, 1); ref != "41" || err != nil {
			t.Errorf("%q, %v", ref, err)
		}
		return nil
	})
	turn(t, s, anna, func(tx *store.Tx) error {
		sender, ref, err := tx.Shown("41")
		if err != nil || sender != aDesk || ref != "7" {
			t.Errorf("%v %q, %v", sender, ref, err)
		}
		return nil
	})
}

// What the platform does not take now is kept, told as such, and told again when it
// has gone out. What is long on its way is told after a minute.
func TestNewsOfWhatWaits(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	home := storetest.Home(t)
	home.Now = clock.Now
	s := storetest.Open(t, home)
	wrote := func() {
		ev := bot.Event{From: anna, Kind: bot.Wrote, At: clock.Now(), Opens: &bot.Allowance{Name: "message", Count: 1, For: 48 * time.Hour}}
		if err := tryTurn(t.Context(), s, ev, func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	tells := func(want ...store.Fate) {
		t.Helper()
		all := carriedNews(t, s)
		for i, c := range all {
			if i >= len(want) || c.Fate != want[i] {
				t.Fatalf("told %+v, want %v", all, want)
			}
		}
		if len(all) != len(want) {
			t.Fatalf("told %+v, want %v", all, want)
		}
	}
	wrote()
	carry(t, s, "1")
	clock.Advance(2 * time.Minute)
	tells(store.OnItsWay)
	settleNext(t, s, store.Settled{State: store.Delivered, Spent: 1}, store.Rest{})
	tells(store.Arrived)
	carry(t, s, "2")
	tells() // whoever sends finds out whether the person can be told otherwise
	clock.Advance(3 * time.Second)
	tells(store.WaitsFor) // there is nothing left
	settleNext(t, s, store.Settled{State: store.Waiting}, store.Rest{Closed: true})
	tells(store.WaitsFor) // who plays it sees that it has been told
	turn(t, s, aDesk, func(tx *store.Tx) error {
		if w, err := tx.Window(anna); err != nil || !w.Counted || !w.Closed(tx.Now()) || w.Left != 0 {
			t.Errorf("%+v, %v", w, err)
		}
		return nil
	})
	wrote()
	settleNext(t, s, store.Settled{State: store.Delivered, Spent: 1}, store.Rest{})
	tells(store.Arrived)
}

// What was lost can be sent again by who wrote it, and is followed anew.
func TestCarriedOnceMore(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t, storetest.Home(t))
	carry(t, s, "1")
	settleNext(t, s, store.Settled{State: store.Failed, Reason: "refused: 400 odd"}, store.Rest{})
	all := carriedNews(t, s)
	if len(all) != 1 {
		t.Fatal(all)
	}
	turn(t, s, aDesk, func(tx *store.Tx) error {
		c, err := tx.Again(all[0].ID)
		if err != nil || c.Fate != store.OnItsWay || c.Told != "" {
			t.Errorf("%+v, %v", c, err)
		}
		return nil
	})
	settleNext(t, s, store.Settled{State: store.Delivered}, store.Rest{})
	if all := carriedNews(t, s); len(all) != 1 || all[0].Fate != store.Arrived {
		t.Errorf("%+v", all)
	}
}
