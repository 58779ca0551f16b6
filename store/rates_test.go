package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"redthread/store"
	"redthread/store/storetest"
)

// shared opens two processes on one Redis.
func shared(t *testing.T) (one, two *store.Store, redis *miniredis.Miniredis) {
	t.Helper()
	redis = miniredis.RunT(t)
	home := storetest.Home(t)
	if home.Redis == "" {
		home.Redis = "redis://" + redis.Addr()
	}
	return storetest.Open(t, home), storetest.Open(t, home), redis
}

var sendRates = store.SendRates{
	All:   store.Rate{N: 27, Per: time.Second, Burst: 3},
	Chat:  store.Rate{N: 1, Per: time.Second, Burst: 3},
	Group: store.Rate{N: 18, Per: time.Minute, Burst: 2},
}

func TestTwoSendersShareAChat(t *testing.T) {
	one, two, _ := shared(t)
	rates := sendRates
	rates.All = store.Rate{N: 1000, Per: time.Second, Burst: 1000}
	a, b := one.SendLimiter("telegram:1", rates), two.SendLimiter("telegram:1", rates)
	take := func(l *store.SendLimiter, chat int64, n int, patience time.Duration) time.Duration {
		t.Helper()
		wait, _, err := l.Take(t.Context(), chat, n, patience)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	for i, l := range []*store.SendLimiter{a, b, a, b} {
		if wait := take(l, 7, 1, 0); wait != 0 {
			t.Errorf("message %d to a quiet chat waits %v", i, wait)
		}
	}
	if wait := take(b, 7, 1, 0); wait < 500*time.Millisecond || wait > time.Second {
		t.Errorf("a fifth waits %v, want about a second", wait)
	}
	if wait := take(b, 7, 1, time.Second); wait < 500*time.Millisecond || wait > time.Second {
		t.Errorf("a patient one waits %v, want about a second", wait)
	}
	if wait := take(a, 7, 1, time.Second); wait < 1500*time.Millisecond {
		t.Errorf("the next behind it waits %v, want about two seconds", wait)
	}
	if wait := take(a, 7, 0, 0); wait != 0 {
		t.Errorf("an edit waits %v for the chat's place", wait)
	}
	if wait := take(a, 8, 9, 0); wait != 0 {
		t.Errorf("an album waits %v", wait)
	}
	if wait := take(a, 8, 1, time.Second); wait < 5*time.Second {
		t.Errorf("after an album of nine, %v", wait)
	}
	other := one.SendLimiter("telegram:2", rates)
	if wait := take(other, 7, 1, 0); wait != 0 {
		t.Errorf("another bot waits %v", wait)
	}
}

func TestTwoSendersShareAGroup(t *testing.T) {
	one, two, _ := shared(t)
	a, b := one.SendLimiter("telegram:1", sendRates), two.SendLimiter("telegram:1", sendRates)
	for i, l := range []*store.SendLimiter{a, b, a, b} {
		wait, all, err := l.Take(t.Context(), -5, 1, 0)
		if err != nil || all || (wait > 0) != (i >= 2) {
			t.Errorf("message %d to a group waits %v (all %v), %v", i, wait, all, err)
		}
	}
}

// Two processes together never send more in a second than the platform takes,
// and not much less.
func TestTwoSendersKeepTheWholeBotsLimit(t *testing.T) {
	one, two, _ := shared(t)
	var mu sync.Mutex
	var went []time.Time
	var all sync.WaitGroup
	end := time.Now().Add(2 * time.Second)
	for i, s := range []*store.Store{one, two, one, two} {
		l := s.SendLimiter("telegram:1", sendRates)
		all.Go(func() {
			for chat := int64(i*1000 + 1); time.Now().Before(end); chat++ {
				wait, whole, err := l.Take(t.Context(), chat, 1, 100*time.Millisecond)
				at := time.Now().Add(wait)
				if err != nil {
					t.Error(err)
					return
				}
				if wait <= 100*time.Millisecond {
					mu.Lock()
					went = append(went, at)
					mu.Unlock()
				} else if !whole {
					t.Errorf("a quiet chat waits %v for itself", wait)
				}
				time.Sleep(min(wait, 20*time.Millisecond))
			}
		})
	}
	all.Wait()
	slices.SortFunc(went, time.Time.Compare)
	for i := 30; i < len(went); i++ {
		if d := went[i].Sub(went[i-30]); d < 950*time.Millisecond { // our clock is not Redis'
			t.Fatalf("31 in %v", d)
		}
	}
	if len(went) < 30 {
		t.Errorf("only %d in two seconds", len(went))
	}
}

// Who is refused by the whole bot's limit has not used up the chat's.
func TestARefusedPlaceIsGivenBack(t *testing.T) {
	one, _, _ := shared(t)
	tight := store.SendRates{All: store.Rate{N: 1, Per: time.Hour, Burst: 1}, Chat: store.Rate{N: 1, Per: time.Hour, Burst: 1}, Group: sendRates.Group}
	l := one.SendLimiter("telegram:1", tight)
	if wait, _, err := l.Take(t.Context(), 1, 1, 0); wait != 0 || err != nil {
		t.Fatal(wait, err)
	}
	if wait, all, err := l.Take(t.Context(), 2, 1, 0); wait < time.Minute || !all || err != nil {
		t.Errorf("%v, all %v, %v", wait, all, err)
	}
	if ok, err := one.Rates().Allow(t.Context(), "telegram:1:2", tight.Chat); !ok || err != nil {
		t.Errorf("the chat's place is gone: %v", err)
	}
}

func TestRedisAwayIsSaidAtOnce(t *testing.T) {
	redis := miniredis.RunT(t)
	home := storetest.Home(t)
	home.Redis = "redis://" + redis.Addr()
	l := storetest.Open(t, home).SendLimiter("telegram:1", sendRates)
	redis.Close()
	start := time.Now()
	for range 20 {
		if _, _, err := l.Take(t.Context(), 7, 1, 0); err == nil {
			t.Fatal("leave without Redis")
		}
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("20 refusals took %v", took)
	}
}

func TestAllow(t *testing.T) {
	one, two, _ := shared(t)
	rate := store.Rate{N: 60, Per: time.Hour, Burst: 4}
	for i, s := range []*store.Store{one, two, one, two, one} {
		ok, err := s.Rates().Allow(t.Context(), "flood:telegram:7", rate)
		if err != nil || ok != (i < 4) {
			t.Errorf("number %d: %v, %v", i, ok, err)
		}
	}
	if _, err := one.Rates().Allow(t.Context(), "x", store.Rate{}); err == nil {
		t.Error("a rate of nothing was taken")
	}
}
