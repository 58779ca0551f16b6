package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

var anna = bot.Conversation{Channel: "telegram", Chat: "1001"}

func wrote(key, text string) bot.Event {
	return bot.Event{Key: bot.EventKey(key), From: anna, Kind: bot.Wrote, Text: text, At: time.Now()}
}

// note appends the event's text to the session, and says it.
func note(ev bot.Event) func(*store.Tx, *bot.Session) error {
	return func(tx *store.Tx, s *bot.Session) error {
		s.Open.Trail = append(s.Open.Trail, ev.Text)
		tx.Post(ev.From, store.Replies, bot.Message{Text: "heard " + ev.Text})
		return nil
	}
}

func take(t *testing.T, s *store.Store, ev bot.Event) store.Taken {
	t.Helper()
	taken, err := s.Turn(t.Context(), ev, note(ev))
	if err != nil {
		t.Fatal(err)
	}
	return taken
}

func trail(t *testing.T, s *store.Store) []string {
	t.Helper()
	ses, err := s.SessionOf(t.Context(), anna)
	if err != nil {
		t.Fatal(err)
	}
	return ses.Open.Trail
}

// outgoing reads everything that waits for anna.
func outgoing(t *testing.T, s *store.Store) []string {
	t.Helper()
	cl, err := s.Claim(t.Context(), anna, time.Second)
	if err != nil || cl == nil {
		t.Fatalf("claim: %v, %v", cl, err)
	}
	all, err := cl.Pending(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := cl.Release(t.Context(), store.Rest{}); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for i, o := range all {
		if o.Seq != int64(i)+1 {
			t.Errorf("message %d has number %d", i, o.Seq)
		}
		texts = append(texts, o.Message.Text)
	}
	return texts
}

func TestRepeatedEventIsHandledOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ev := wrote("e1", "a")
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := s.Turn(context.Background(), ev, note(ev)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken := take(t, s, ev); !taken.Repeated {
		t.Error("a later delivery was handled again")
	}
	if got := trail(t, s); !slices.Equal(got, []string{"a"}) {
		t.Errorf("session %v", got)
	}
	if got := outgoing(t, s); !slices.Equal(got, []string{"heard a"}) {
		t.Errorf("outbox %v", got)
	}
}

// Thirty events of one conversation meet at three replicas.
func TestConcurrentTurnsLoseNothing(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	replicas := []*store.Store{storetest.Open(t, home), storetest.Open(t, home), storetest.Open(t, home)}
	var wg sync.WaitGroup
	for i := range 30 {
		ev := wrote(fmt.Sprint("e", i), fmt.Sprint(i))
		wg.Go(func() {
			for {
				_, err := replicas[i%3].Turn(context.Background(), ev, note(ev))
				if err == nil {
					return
				}
				if !store.IsAway(err) { // too busy: the platform would deliver again
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	got := trail(t, replicas[0])
	said := outgoing(t, replicas[1])
	if len(got) != 30 || len(said) != 30 {
		t.Fatalf("%d noted, %d said, want 30", len(got), len(said))
	}
	for i, text := range got { // what is said follows the order of the turns
		if said[i] != "heard "+text {
			t.Errorf("message %d is %q after turn %q", i, said[i], text)
		}
	}
}

func TestRedisMayForgetOrLag(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*store.Store, bot.Session) error{
		"forget": func(s *store.Store, _ bot.Session) error { return s.ForgetSessions(context.Background()) },
		"lag":    func(s *store.Store, old bot.Session) error { return s.CopySession(context.Background(), old) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := storetest.New(t)
			take(t, s, wrote("e0", "0"))
			old, err := s.SessionOf(t.Context(), anna)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"0"}
			for i := 1; i < 6; i++ {
				if err := spoil(s, old); err != nil {
					t.Fatal(err)
				}
				take(t, s, wrote(fmt.Sprint("e", i), fmt.Sprint(i)))
				want = append(want, fmt.Sprint(i))
			}
			if got := trail(t, s); !slices.Equal(got, want) {
				t.Errorf("session %v, want %v", got, want)
			}
		})
	}
}

// A flow that stumbles over an old copy of the session is played again on the
// true one; its failure on the true one stands.
func TestFailureOnAnOldSessionIsNotBelieved(t *testing.T) {
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
	broken := errors.New("no such step")
	ev := wrote("e2", "2")
	_, err = s.Turn(t.Context(), ev, func(tx *store.Tx, ses *bot.Session) error {
		if len(ses.Open.Trail) < 2 {
			return broken
		}
		return note(ev)(tx, ses)
	})
	if err != nil {
		t.Errorf("the true session was not tried: %v", err)
	}
	if _, err := s.Turn(t.Context(), wrote("e3", "3"), func(*store.Tx, *bot.Session) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("got %v, want the flow's own error", err)
	}
}

func TestFailedTurnLeavesNothing(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	fail := errors.New("disk full")
	for name, end := range map[string]func(){"error": func() {}, "panic": func() { panic("nil map") }} {
		func() {
			defer func() { _ = recover() }()
			_, err := s.Turn(t.Context(), wrote("e-"+name, "x"), func(tx *store.Tx, ses *bot.Session) error {
				tx.Post(anna, store.Replies, bot.Message{Text: "half"})
				tx.Later("t", "r", time.Now())
				if _, err := tx.Want(bot.Media{Kind: bot.Photo, Ref: "p"}); err != nil {
					t.Error(err)
				}
				end()
				return fail
			})
			if !errors.Is(err, fail) {
				t.Errorf("%s: got %v", name, err)
			}
		}()
	}
	take(t, s, wrote("e1", "a"))
	if got := outgoing(t, s); !slices.Equal(got, []string{"heard a"}) {
		t.Errorf("outbox %v", got)
	}
	if due, err := s.DueTimers(t.Context(), 9); err != nil || len(due) != 0 {
		t.Errorf("timers %v, %v", due, err)
	}
	if wanted, err := s.Wanted(t.Context(), 9, time.Second); err != nil || len(wanted) != 0 {
		t.Errorf("media %v, %v", wanted, err)
	}
}

// Nothing a person wrote, and nothing we said, stands readable in the database
// or in Redis.
func TestSessionsAndMessagesAreSealed(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	const secret = "我的手机号是13800138000"
	take(t, s, wrote("e1", secret))
	storetest.InClear(t, home, s, "13800138000", "手机")
	if !storetest.DumpOf(t, home, s).Has(anna.String()) {
		t.Error("the dump shows nothing; the test proves nothing")
	}
	if got := trail(t, s); !slices.Equal(got, []string{secret}) {
		t.Errorf("session %v", got)
	}
}

func TestTimersFireOnceOverReplicas(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	replicas := []*store.Store{storetest.Open(t, home), storetest.Open(t, home), storetest.Open(t, home)}
	set := func(key string, change func(*store.Tx)) {
		t.Helper()
		if _, err := replicas[0].Turn(t.Context(), wrote(key, "x"), func(tx *store.Tx, _ *bot.Session) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	set("e1", func(tx *store.Tx) {
		tx.Later("remind", "D-1", clock.Now().Add(time.Hour))
		tx.Later("moved", "D-1", clock.Now().Add(time.Hour))
		tx.Later("cancelled", "D-1", clock.Now().Add(time.Hour))
	})
	set("e2", func(tx *store.Tx) {
		tx.Later("moved", "D-1", clock.Now().Add(3*time.Hour))
		tx.Cancel("cancelled", "D-1")
	})
	fire := func() (fired []string) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, r := range replicas {
			due, err := r.DueTimers(t.Context(), 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, ev := range due {
				wg.Go(func() {
					if _, err := r.Turn(context.Background(), ev, func(tx *store.Tx, _ *bot.Session) error {
						ok, err := tx.Fire()
						if ok {
							mu.Lock()
							fired = append(fired, ev.Text)
							mu.Unlock()
						}
						return err
					}); err != nil {
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		slices.Sort(fired)
		return slices.Compact(fired) // a play that lost its commit is not a firing
	}
	if got := fire(); len(got) != 0 {
		t.Errorf("fired early: %v", got)
	}
	clock.Advance(2 * time.Hour)
	if got := fire(); !slices.Equal(got, []string{"remind:D-1"}) {
		t.Errorf("fired %v, want the reminder", got)
	}
	clock.Advance(2 * time.Hour)
	if got := fire(); !slices.Equal(got, []string{"moved:D-1"}) {
		t.Errorf("fired %v, want the moved one", got)
	}
	if got := fire(); len(got) != 0 {
		t.Errorf("fired again: %v", got)
	}
	if due, err := replicas[0].DueTimers(t.Context(), 9); err != nil || len(due) != 0 {
		t.Errorf("what was played is still there: %v, %v", due, err)
	}
	// Each firing is one turn: two of the platform's, two of the clock's.
	if ses, err := replicas[0].SessionOf(t.Context(), anna); err != nil || ses.Seq != 4 {
		t.Errorf("%d turns, %v; want 4", ses.Seq, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, want string
		change     func(*store.Config)
	}{
		{"no keys", "no keys", func(c *store.Config) { c.Keys = nil }},
		{"unknown database", `expected "sqlite:FILE"`, func(c *store.Config) { c.Database = "oracle:x" }},
		{"bad redis", `expected "redis://`, func(c *store.Config) { c.Redis = "::" }},
		{"not migrated", "redthread migrate up", func(c *store.Config) { c.Migrate = false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := storetest.Site(t)
			tt.change(&c)
			s, err := store.Open(t.Context(), c)
			if err == nil {
				_ = s.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestMigrationsMeet(t *testing.T) {
	t.Parallel()
	home := storetest.Site(t)
	var wg sync.WaitGroup
	for range 3 { // three processes start at the same moment
		wg.Go(func() {
			s, err := store.Open(context.Background(), home)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := storetest.Open(t, home).Migrations(t.Context())
	if err != nil || len(all) == 0 {
		t.Fatalf("%d migrations, %v", len(all), err)
	}
	for _, m := range all {
		if m.AppliedAt.IsZero() {
			t.Errorf("%s is not applied", m.Name)
		}
	}
}

func TestMediaIsSealedAndFound(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	var id bot.MediaID
	if _, err := s.Turn(t.Context(), wrote("e1", "x"), func(tx *store.Tx, _ *bot.Session) (err error) {
		id, err = tx.Want(bot.Media{Kind: bot.Photo, Ref: "file-1"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.OpenMedia(t.Context(), id); !errors.Is(err, store.ErrNotYet) {
		t.Errorf("before it is fetched: %v", err)
	}
	wanted, err := s.Wanted(t.Context(), 9, time.Minute)
	if err != nil || len(wanted) != 1 || wanted[0].Media().Ref != "file-1" {
		t.Fatalf("wanted %+v, %v", wanted, err)
	}
	if again, err := s.Wanted(t.Context(), 9, time.Minute); err != nil || len(again) != 0 {
		t.Errorf("handed out twice: %+v, %v", again, err)
	}
	if err := s.KeepMedia(t.Context(), id, "image/jpeg", []byte("picture")); err != nil {
		t.Fatal(err)
	}
	got, mime, err := s.OpenMedia(t.Context(), id)
	if err != nil || string(got) != "picture" || mime != "image/jpeg" {
		t.Errorf("%q, %q, %v", got, mime, err)
	}
	if _, _, err := s.OpenMedia(t.Context(), "../../etc/passwd"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a foreign name: %v", err)
	}
}
