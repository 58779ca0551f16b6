package store_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// What guards a turn guards it twice: the log of turns knows each number once,
// and a session is written over the one before it only. Here one guard is looked
// at while the other cannot help.

var boris = bot.Conversation{Channel: "wechat", Chat: "o-boris"}

// lag lets Redis show both people an old session, and clears the log, so that
// only the session's own number tells.
func lag(t *testing.T, s *store.Store) {
	t.Helper()
	for _, who := range []bot.Conversation{anna, boris} {
		var old bot.Session
		for i, text := range []string{"0", "1", "2"} {
			ev := wrote(who.Chat+text, text)
			ev.From = who
			take(t, s, ev)
			if i > 0 {
				continue
			}
			var err error
			if old, err = s.SessionOf(t.Context(), who); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.CopySession(t.Context(), old); err != nil {
			t.Fatal(err)
		}
	}
	store.ForgetTurns(t, s)
}

func TestSessionIsWrittenOverTheOneBefore(t *testing.T) {
	t.Parallel()
	for _, together := range []bool{false, true} {
		s := storetest.New(t)
		lag(t, s)
		if together {
			store.GatherCommits(s, 2)
		}
		var turns sync.WaitGroup
		for _, who := range []bot.Conversation{anna, boris} {
			turns.Go(func() {
				ev := wrote(who.Chat+"3", "3")
				ev.From = who
				if _, err := s.Turn(t.Context(), ev, note(ev)); err != nil {
					t.Error(err)
				}
			})
		}
		turns.Wait()
		for _, who := range []bot.Conversation{anna, boris} {
			ses, err := s.SessionOf(t.Context(), who)
			if got := ses.Open.Trail; err != nil || !slices.Equal(got, []string{"0", "1", "2", "3"}) {
				t.Errorf("together %v: %s stands at %v, %v", together, who.Channel, got, err)
			}
		}
	}
}

// A turn on an old session ends at its first record: its number is taken.
func TestOldSessionEndsAtTheFirstRecord(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	take(t, s, wrote("e0", "0"))
	old, err := s.SessionOf(t.Context(), anna)
	if err != nil {
		t.Fatal(err)
	}
	take(t, s, wrote("e1", "1"))
	if err := s.CopySession(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	ev, plays := wrote("e2", "2"), 0
	if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, ses *bot.Session) error {
		plays++
		if _, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "p"}); err != nil {
			return err
		}
		if len(ses.Open.Trail) < 2 {
			t.Error("a record was written on an old session")
		}
		return note(ev)(tx, ses)
	}); err != nil || plays != 2 {
		t.Errorf("played %d times, %v", plays, err)
	}
	if got := trail(t, s); !slices.Equal(got, []string{"0", "1", "2"}) {
		t.Errorf("session %v", got)
	}
}

// A repeated event is known by its key alone, also when nothing was said to it.
func TestRepeatedSilence(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ev := wrote("e1", "a")
	for i := range 3 {
		taken, err := s.Turn(t.Context(), ev, func(_ *store.Tx, ses *bot.Session) error {
			ses.Open.Trail = append(ses.Open.Trail, ev.Text)
			return nil
		})
		if err != nil || taken.Repeated != (i > 0) {
			t.Errorf("delivery %d: %+v, %v", i+1, taken, err)
		}
	}
	if got := trail(t, s); !slices.Equal(got, []string{"a"}) {
		t.Errorf("session %v", got)
	}
}

// What did not commit is not confirmed, and Redis has never heard of it.
func TestRefusedCommit(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	take(t, s, wrote("e0", "0"))
	before := store.CopyOf(t, s, anna)
	full := errors.New("the disk is full")
	store.RefuseCommits(s, full)
	ev := wrote("e1", "1")
	if _, err := s.Turn(t.Context(), ev, note(ev)); !errors.Is(err, full) {
		t.Errorf("confirmed: %v", err)
	}
	if got := trail(t, s); !slices.Equal(got, []string{"0"}) {
		t.Errorf("session %v", got)
	}
	if store.CopyOf(t, s, anna) != before {
		t.Error("the copy in Redis is of a turn that never was")
	}
}

// Turns are published in any order: the newer copy stays, in a Redis of our own
// and in one behind a wire.
func TestCopyNeverGoesBack(t *testing.T) {
	t.Parallel()
	own, behindWire := storetest.Home(t), storetest.Home(t)
	if behindWire.Redis == "" {
		behindWire.Redis = "redis://" + miniredis.RunT(t).Addr()
	}
	for name, home := range map[string]store.Config{"own": own, "behind a wire": behindWire} {
		s := storetest.Open(t, home)
		for _, c := range []struct {
			seq        int64
			body, want string
		}{{9, "nine", "9:nine"}, {8, "eight", "9:nine"}, {9, "again", "9:nine"}, {10, "ten", "10:ten"}, {2, "two", "10:ten"}} {
			store.PublishCopy(t, s, anna, c.seq, c.body)
			if got := store.CopyOf(t, s, anna); got != c.want {
				t.Errorf("%s: after turn %d: %q, want %q", name, c.seq, got, c.want)
			}
		}
	}
}

// A commit takes no claim that somebody holds, though nothing waits any more.
func TestCommitTakesNoHeldClaim(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	take(t, s, wrote("e0", "0"))
	held, err := s.Claim(t.Context(), anna, time.Minute)
	if err != nil || held == nil {
		t.Fatal(held, err)
	}
	if err := held.Settle(t.Context(), store.Settled{Seq: 1, State: store.Delivered, Pieces: 1, Tried: true}); err != nil {
		t.Fatal(err)
	}
	taken := 0
	s.OnReady(func(*store.Claim, []store.Outgoing) { taken++ })
	take(t, s, wrote("e1", "1"))
	if err := held.Renew(t.Context(), time.Minute); err != nil || taken > 0 {
		t.Errorf("%d claims taken from under their holder: %v", taken, err)
	}
	if err := held.Release(t.Context(), store.Rest{}); err != nil {
		t.Error(err)
	}
	s.OnReady(nil)
	if got, err := s.Claim(t.Context(), anna, time.Minute); err != nil || got == nil {
		t.Errorf("what was said meanwhile is not due: %v", err)
	}
}

// Sealed words that somebody moved to another row do not open there.
func TestMovedWordsDoNotOpen(t *testing.T) {
	t.Parallel()
	for _, table := range []string{"sessions", "outbox"} {
		s := storetest.New(t)
		take(t, s, wrote("e0", "0"))
		ev := wrote("e1", "1")
		if table == "sessions" {
			ev.From = boris
		}
		if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
			if table == "outbox" { // of one conversation even
				tx.Post(anna, store.Replies, bot.Message{Text: "heard 1"})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		store.SwapBodies(t, s, table)
		_, err := s.SessionOf(t.Context(), anna)
		if table == "outbox" {
			cl, e := s.Claim(t.Context(), anna, time.Minute)
			if e != nil || cl == nil {
				t.Fatal(cl, e)
			}
			_, err = cl.Pending(t.Context(), 9)
		}
		if err == nil || !strings.Contains(err.Error(), "seal: open "+table+".body") {
			t.Errorf("%s: read in another row: %v", table, err)
		}
	}
}

// A timer that was called off or moved after it was found to be due is not due.
func TestTimerCalledOffInTheLastMoment(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*store.Tx){
		"cancelled": func(tx *store.Tx) { tx.Cancel("remind", "C-1") },
		"moved":     func(tx *store.Tx) { tx.Later("remind", "C-1", tx.Now().Add(time.Hour)) },
	} {
		s := storetest.New(t)
		turn := func(ev bot.Event, play func(*store.Tx) error) {
			t.Helper()
			if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error { return play(tx) }); err != nil {
				t.Fatal(err)
			}
		}
		turn(wrote("e0", "0"), func(tx *store.Tx) error { tx.Later("remind", "C-1", tx.Now().Add(-time.Second)); return nil })
		due, err := s.DueTimers(t.Context(), 9)
		if err != nil || len(due) != 1 {
			t.Fatalf("%d due, %v", len(due), err)
		}
		turn(wrote("e1", "1"), func(tx *store.Tx) error { change(tx); return nil })
		turn(due[0], func(tx *store.Tx) error {
			if ok, err := tx.Fire(); ok || err != nil {
				t.Errorf("%s: fired all the same: %v", name, err)
			}
			return nil
		})
	}
}
