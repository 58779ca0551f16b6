package telegram

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
)

func TestWindowNeverLetsMoreThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		per := rapid.SampledFrom([]time.Duration{time.Second, time.Minute}).Draw(t, "per")
		bucket, at := window(n, per), newClock().now()
		var went []time.Time
		for range 300 {
			at = at.Add(time.Duration(rapid.IntRange(0, int(per)/n).Draw(t, "gap")))
			if bucket.AllowN(at, 1) {
				went = append(went, at)
			}
		}
		for i := n; i < len(went); i++ {
			if went[i].Sub(went[i-n]) < per-time.Millisecond {
				t.Fatalf("%d in %v", n+1, went[i].Sub(went[i-n]))
			}
		}
	})
}

// drain sends to the chat until told to wait longer than we wait ourselves.
func drain(t *testing.T, l *localLimiter, chat int64) (n int, wait time.Duration, all bool) {
	t.Helper()
	for ; ; n++ {
		wait, all, err := l.Take(t.Context(), chat, 1, 0)
		if err != nil {
			t.Fatal(err)
		}
		if wait > 0 {
			return n, wait, all
		}
	}
}

func TestLocalLimiter(t *testing.T) {
	clock := newClock()
	l := newLocalLimiter(Limits{}.WithDefaults(), clock.now)
	if n, wait, all := drain(t, l, 7); n != 3 || wait != time.Second || all {
		t.Errorf("a quiet chat takes %d at once, then waits %v (all %v)", n, wait, all)
	}
	if n, _, all := drain(t, l, 8); n != 0 || !all {
		t.Errorf("the whole bot let %d more through (all %v)", n, all)
	}
	clock.pass(time.Second)
	if n, _, _ := drain(t, l, 7); n != 1 {
		t.Errorf("after a second %d went", n)
	}
	if wait, _, _ := l.Take(t.Context(), 7, 0, time.Second); wait != 0 {
		t.Errorf("an edit waited %v for the chat's place", wait)
	}
}

func TestAGroupGetsTwentyAMinute(t *testing.T) {
	clock := newClock()
	l := newLocalLimiter(Limits{}.WithDefaults(), clock.now)
	sent := 0
	for end := clock.now().Add(time.Minute); clock.now().Before(end); {
		n, wait, _ := drain(t, l, -5)
		sent += n
		clock.pass(wait)
	}
	if sent < 18 || sent > 20 {
		t.Errorf("%d in a minute", sent)
	}
}

func TestARefusedPlaceIsNotTaken(t *testing.T) {
	clock := newClock()
	l := newLocalLimiter(Limits{PerChat: 1, ChatBurst: 1}.WithDefaults(), clock.now)
	l.Take(t.Context(), 7, 1, 0)
	for range 50 {
		if wait, _, _ := l.Take(t.Context(), 7, 1, 0); wait > time.Second {
			t.Fatalf("asking in vain made the wait %v", wait)
		}
	}
}

func TestAnAlbumCountsAllItsPictures(t *testing.T) {
	clock := newClock()
	l := newLocalLimiter(Limits{}.WithDefaults(), clock.now)
	if wait, _, _ := l.Take(t.Context(), 7, 10, time.Second); wait != 0 {
		t.Errorf("the album waits %v", wait)
	}
	if wait, _, _ := l.Take(t.Context(), 7, 1, time.Second); wait != 8*time.Second {
		t.Errorf("what follows waits %v", wait)
	}
}

func TestLimitedSendsSlowDownOrWait(t *testing.T) {
	h := newHouse(t)
	start := h.clock.now()
	send := func(n int) error {
		for range n {
			if _, err := h.Send(t.Context(), to("7", bot.Message{Text: "a"})); err != nil {
				return err
			}
		}
		return nil
	}
	if err := send(4); err != nil { // the fourth waits a second itself
		t.Fatal(err)
	}
	if waited := h.clock.now().Sub(start); waited != time.Second {
		t.Errorf("waited %v", waited)
	}
	h.Channel.limiter = newLocalLimiter(Limits{}.WithDefaults(), h.clock.now)
	if err := send(3); err != nil {
		t.Fatal(err)
	}
	h.Channel.limiter.Take(t.Context(), 7, 1, time.Hour) // somebody before us
	var slow *bot.SlowDown
	if err := send(1); !errors.As(err, &slow) || slow.For != 2*time.Second || slow.All {
		t.Errorf("error %v", err)
	}
}

func TestSleepEndsWithItsContext(t *testing.T) {
	if err := sleep(t.Context(), time.Millisecond); err != nil {
		t.Error(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(over, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestBucketsAreBounded(t *testing.T) {
	clock := newClock()
	l := newLocalLimiter(Limits{PerSecond: 1 << 30}.WithDefaults(), clock.now)
	for chat := range int64(3 * maxBuckets) {
		l.Take(t.Context(), chat+1, 1, 0)
	}
	if n := len(l.chats); n > maxBuckets {
		t.Errorf("%d chats remembered", n)
	}
}

// failing is a shared limiter whose Redis is away.
type failing struct{ asked int }

func (f *failing) Take(context.Context, int64, int, time.Duration) (time.Duration, bool, error) {
	f.asked++
	return 0, false, errors.New("redis is away")
}

func TestLimitsHoldWhileTheSharedOnesAreAway(t *testing.T) {
	shared := &failing{}
	c := &Channel{limiter: shared, local: newLocalLimiter(Limits{PerSecond: 30, PerChat: 1, ChatBurst: 2, PerGroupMinute: 20}, newClock().now), sleep: func(context.Context, time.Duration) error { return nil }}
	var slow *bot.SlowDown
	for i := range 4 {
		err := c.leave(t.Context(), 7, 1)
		if got := errors.As(err, &slow); got != (i == 3) {
			t.Errorf("message %d: %v", i, err)
		}
	}
	if shared.asked != 4 {
		t.Errorf("asked %d times", shared.asked)
	}
}
