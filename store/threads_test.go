package store_test

import (
	"testing"
	"time"

	"redthread/store/storetest"
)

// A thread is made by one process, and when that one dies by another.
func TestThreads(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	home := storetest.Home(t)
	home.Now = clock.Now
	s := storetest.Open(t, home)
	one, other := s.Threads("telegram"), storetest.Open(t, home).Threads("telegram")
	const group = -1001234
	begins := func(want bool) {
		t.Helper()
		if mine, err := other.Begin(t.Context(), group, "K-000007"); err != nil || mine != want {
			t.Fatalf("begins: %v, %v; want %v", mine, err, want)
		}
	}
	has := func(want int) {
		t.Helper()
		if thread, err := one.Thread(t.Context(), group, "K-000007"); err != nil || thread != want {
			t.Fatalf("thread %d, %v; want %d", thread, err, want)
		}
	}
	has(0)
	begins(true)
	begins(false)
	has(0)
	clock.Advance(31 * time.Second)
	begins(true)
	if err := one.Made(t.Context(), group, "K-000007", 42); err != nil {
		t.Fatal(err)
	}
	has(42)
	clock.Advance(time.Hour)
	begins(false)
	for thread, want := range map[int]string{42: "K-000007", 43: ""} {
		if key, err := other.Key(t.Context(), group, thread); err != nil || key != want {
			t.Errorf("thread %d is %q's, %v", thread, key, err)
		}
	}
	if key, err := s.Threads("elsewhere").Key(t.Context(), group, 42); err != nil || key != "" {
		t.Errorf("on another channel it is %q's, %v", key, err)
	}
	if err := one.Gone(t.Context(), group, "K-000007", 41); err != nil {
		t.Fatal(err)
	}
	has(42)
	if err := one.Gone(t.Context(), group, "K-000007", 42); err != nil {
		t.Fatal(err)
	}
	has(0)
	begins(true)
}
