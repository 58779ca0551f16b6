package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// clockedStore has a clock that stands still.
func clockedStore(t *testing.T) (*store.Store, *storetest.Clock) {
	t.Helper()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	return storetest.Open(t, home), clock
}

// say leaves messages for anna.
func say(t *testing.T, s *store.Store, texts ...string) {
	t.Helper()
	turn(t, s, anna, func(tx *store.Tx) error {
		for _, text := range texts {
			tx.Post(anna, store.Replies, bot.Message{Text: text})
		}
		return nil
	})
}

// settle sends what waits for anna, each with the state given, and returns what
// was there.
func settle(t *testing.T, s *store.Store, reason string, states ...store.State) (texts []string) {
	t.Helper()
	cl, err := s.Claim(t.Context(), anna, time.Minute)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	next, err := cl.Pending(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	rest := store.Rest{}
	for i, o := range next {
		texts = append(texts, o.Message.Text)
		if i < len(states) {
			if err := cl.Settle(t.Context(), store.Settled{Seq: o.Seq, State: states[i], Pieces: 1, Tried: true, Reason: reason, Lane: o.Lane}); err != nil {
				t.Fatal(err)
			}
			rest.Closed = states[i] == store.Waiting
		}
	}
	if err := cl.Release(t.Context(), rest); err != nil {
		t.Fatal(err)
	}
	return texts
}

func due(t *testing.T, s *store.Store) int {
	t.Helper()
	all, err := s.Due(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func states(t *testing.T, s *store.Store) string {
	t.Helper()
	all, err := s.OutboxFind(t.Context(), store.OutboxWish{To: anna, Most: 100})
	if err != nil {
		t.Fatal(err)
	}
	sent, err := s.OutboxFind(t.Context(), store.OutboxWish{To: anna, State: store.Delivered, Most: 100})
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, l := range append(sent, all...) {
		words = append(words, string(l.State))
	}
	return strings.Join(words, " ")
}

// A lost message goes out again, after those that were sent meanwhile, once.
func TestResend(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	say(t, s, "one", "two", "three")
	settle(t, s, "refused: 400", store.Failed, store.Delivered, store.Unreachable)
	for seq, want := range map[int64]error{2: store.ErrNotLost, 9: store.ErrNotFound} {
		if _, err := s.Resend(t.Context(), anna, seq); !errors.Is(err, want) {
			t.Errorf("message %d: %v, want %v", seq, err, want)
		}
	}
	if n := due(t, s); n != 0 {
		t.Fatalf("%d due after refused wishes", n)
	}
	if seq, err := s.Resend(t.Context(), anna, 1); err != nil || seq != 4 {
		t.Fatalf("place %d, %v", seq, err)
	}
	if _, err := s.Resend(t.Context(), anna, 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("it was sent again twice: %v", err)
	}
	say(t, s, "four")
	if got := settle(t, s, "", store.Delivered, store.Delivered); strings.Join(got, " ") != "one four" {
		t.Errorf("sent %q", got)
	}
	if n := due(t, s); n != 0 {
		t.Errorf("%d conversations are due with nothing to send", n)
	}
	if got := states(t, s); got != "sent sent sent unreachable" {
		t.Errorf("states %q", got)
	}
}

// Sending all again leaves out what may have arrived and what was dropped.
func TestLost(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	say(t, s, "old")
	settle(t, s, "refused: 400", store.Failed)
	clock.Advance(time.Hour)
	since := clock.Now()
	say(t, s, "refused")
	settle(t, s, "refused: 400", store.Failed)
	say(t, s, "unsure")
	settle(t, s, "outcome unknown: it may have arrived", store.Failed)
	say(t, s, "unsure, then blocked")
	cl, err := s.Claim(t.Context(), anna, time.Minute)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	if err := cl.Settle(t.Context(), store.Settled{Seq: 4, State: store.Queued, Tried: true, Unsure: true}); err != nil {
		t.Fatal(err)
	}
	if err := cl.Finish(t.Context(), store.Settled{Seq: 4, State: store.Unreachable, Tried: true}, store.Rest{}); err != nil {
		t.Fatal(err)
	}
	say(t, s, "dropped")
	if err := s.Drop(t.Context(), anna, 5); err != nil {
		t.Fatal(err)
	}
	all, err := s.Lost(t.Context(), since, 10)
	if err != nil || len(all) != 1 || all[0].Seq != 2 {
		t.Errorf("lost: %+v, %v", all, err)
	}
}

// A dropped message makes way for those behind it, and leaves no conversation
// due for ever.
func TestDrop(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	say(t, s, "stuck", "next")
	cl, err := s.Claim(t.Context(), anna, time.Minute)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	if err := s.Drop(t.Context(), anna, 1); !errors.Is(err, store.ErrSending) {
		t.Errorf("dropped under the sender's hands: %v", err)
	}
	if err := cl.Release(t.Context(), store.Rest{}); err != nil {
		t.Fatal(err)
	}
	if err := s.Drop(t.Context(), anna, 1); err != nil {
		t.Fatal(err)
	}
	for seq, want := range map[int64]error{1: store.ErrNotPending, 7: store.ErrNotFound} {
		if err := s.Drop(t.Context(), anna, seq); !errors.Is(err, want) {
			t.Errorf("message %d: %v, want %v", seq, err, want)
		}
	}
	if got := settle(t, s, "", store.Delivered); strings.Join(got, " ") != "next" {
		t.Errorf("sent %q", got)
	}
	say(t, s, "waits")
	settle(t, s, "", store.Waiting)
	if err := s.Drop(t.Context(), anna, 3); err != nil {
		t.Fatal(err)
	}
	if n := due(t, s); n != 0 {
		t.Errorf("%d conversations are due with nothing to send", n)
	}
	say(t, s, "after")
	if got := settle(t, s, "", store.Delivered); strings.Join(got, " ") != "after" {
		t.Errorf("sent %q", got)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	s, clock := clockedStore(t)
	want := func(what string, f store.Figures) {
		t.Helper()
		if got, err := s.Figures(t.Context()); err != nil || got != f {
			t.Errorf("%s: %+v, %v; want %+v", what, got, err, f)
		}
	}
	want("empty house", store.Figures{})
	say(t, s, "waits", "behind it")
	clock.Advance(time.Minute)
	want("not sent for a minute", store.Figures{Queued: 2, OldestDue: time.Minute})
	settle(t, s, "", store.Waiting)
	clock.Advance(time.Minute)
	want("waiting for the person is no lag", store.Figures{Queued: 1, Waiting: 1})
	turn(t, s, li, func(tx *store.Tx) error {
		tx.Post(li, store.Replies, bot.Message{Text: "lost"})
		tx.Later("idle", "1", clock.Now().Add(time.Second))
		_, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "x"})
		return err
	})
	if err := s.Bury(t.Context(), "wechat", []byte("<xml"), errors.New("broken")); err != nil {
		t.Fatal(err)
	}
	clock.Advance(6 * time.Second)
	want("all kinds", store.Figures{Queued: 2, Waiting: 1, OldestDue: 6 * time.Second, TimerLate: 5 * time.Second, MediaWanted: 1, Letters: 1})
	l, err := s.Letter(t.Context(), 1)
	if err != nil || l.Channel != "wechat" || l.Played {
		t.Errorf("letter %+v, %v", l, err)
	}
	if err := s.LetterPlayed(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if l, err = s.Letter(t.Context(), 1); err != nil || !l.Played {
		t.Errorf("letter %+v, %v", l, err)
	}
	if _, err := s.Letter(t.Context(), 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	want("played letter", store.Figures{Queued: 2, Waiting: 1, OldestDue: 6 * time.Second, TimerLate: 5 * time.Second, MediaWanted: 1})
}

func TestLastEvent(t *testing.T) {
	t.Parallel()
	s, _ := clockedStore(t)
	if key, _, err := s.LastEvent(t.Context(), anna); key != "" || err != nil {
		t.Errorf("got %q, %v", key, err)
	}
	for _, key := range []string{"z", "a"} {
		take(t, s, wrote(key, "x"))
	}
	if key, at, err := s.LastEvent(t.Context(), anna); key != "a" || !at.Equal(s.Now()) || err != nil {
		t.Errorf("got %q at %v, %v", key, at, err)
	}
}

func TestPools(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	if err := errors.Join(s.Ping(t.Context()), s.PingRedis(t.Context())); err != nil {
		t.Error(err)
	}
	take(t, s, wrote("e", "x"))
	if p := s.Pools(); p["write"].Open == 0 || p["redis"].Open == 0 {
		t.Errorf("pools %+v", p)
	}
	for _, name := range []string{"queued", "waiting", "sent", "failed", "unreachable"} {
		if _, err := store.ParseState(name); err != nil {
			t.Error(err)
		}
	}
	if _, err := store.ParseState("gone"); err == nil {
		t.Error("there is no such state")
	}
}

// What turns come to is told, without a word of who or what.
func TestTurnsAreTold(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var told []store.TurnNote
	s.Observe(func(n store.TurnNote) { told = append(told, n) })
	take(t, s, wrote("e1", "x"))
	take(t, s, wrote("e1", "x"))
	if _, err := s.Turn(t.Context(), wrote("e2", "x"), func(_ *store.Tx, ses *bot.Session) error {
		ses.Open.Flow = "complaint"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	if _, err := s.Turn(t.Context(), wrote("e3", "x"), func(*store.Tx, *bot.Session) error { return boom }); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := s.Turn(gone, wrote("e4", "x"), func(*store.Tx, *bot.Session) error { return gone.Err() }); err == nil {
		t.Fatal("no error")
	}
	var got []string
	for _, n := range told {
		if n.Channel != "telegram" || n.Took <= 0 {
			t.Errorf("%+v", n)
		}
		got = append(got, n.Flow+"/"+n.Result)
	}
	if want := "/taken /repeated /taken complaint/failed /away"; strings.Join(got, " ") != want {
		t.Errorf("told %q, want %q", got, want)
	}
	s.Observe(nil)
	take(t, s, wrote("e5", "x"))
}
