package telegram

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"redthread/bot"
)

// Limits says how fast messages may go out. A zero field is the default, the
// figure of https://core.telegram.org/bots/faq#my-bot-is-hitting-limits.
type Limits struct {
	PerSecond      int // by the whole bot: 30
	PerChat        int // in one chat a second: 1
	ChatBurst      int // at once in a chat that was quiet: 3
	PerGroupMinute int // in one group a minute: 20
}

// WithDefaults fills in the fields that are zero.
func (l Limits) WithDefaults() Limits {
	for _, f := range []struct {
		n     *int
		usual int
	}{{&l.PerSecond, 30}, {&l.PerChat, 1}, {&l.ChatBurst, 3}, {&l.PerGroupMinute, 20}} {
		if *f.n == 0 {
			*f.n = f.usual
		}
	}
	return l
}

func (l Limits) valid() bool {
	return l.PerSecond > 0 && l.PerChat > 0 && l.ChatBurst > 0 && l.PerGroupMinute > 0
}

// Limiter keeps the platform's limits, for one process or for all of them.
type Limiter interface {
	// Take asks leave for one call that is n messages to the chat, 0 if it changes
	// one. It returns how long to wait first; when that is longer than patience,
	// no leave was given. All says that the wait is not for this chat but for the
	// whole bot.
	Take(ctx context.Context, chat int64, n int, patience time.Duration) (wait time.Duration, all bool, err error)
}

// sendPatience is how long Send itself waits for leave. A longer wait is the
// outbox's: it has other conversations to serve meanwhile.
const sendPatience = time.Second

// leave waits for leave to send, or returns a *bot.SlowDown.
func (c *Channel) leave(ctx context.Context, chat int64, n int) error {
	wait, all, err := c.limiter.Take(ctx, chat, n, sendPatience)
	if err != nil && ctx.Err() == nil && c.limiter != c.local {
		// What the processes share is away. Each keeps the whole limit for itself
		// meanwhile: Telegram's own stands behind ours.
		wait, all, err = c.local.Take(ctx, chat, n, sendPatience)
	}
	switch {
	case err != nil:
		return fmt.Errorf("telegram: limits: %w", err)
	case wait > sendPatience:
		return &bot.SlowDown{For: wait, All: all}
	case wait > 0:
		return c.sleep(ctx, wait)
	}
	return nil
}

// maxBuckets bounds how many chats are remembered; one that is quiet is
// forgotten without loss.
const maxBuckets = 8192

// localLimiter keeps Limits for this process, in token buckets.
type localLimiter struct {
	limits Limits
	now    func() time.Time

	mu     sync.Mutex
	all    *rate.Limiter
	chats  map[int64]*rate.Limiter
	groups map[int64]*rate.Limiter
}

func newLocalLimiter(l Limits, now func() time.Time) *localLimiter {
	return &localLimiter{
		limits: l, now: now, all: window(l.PerSecond, time.Second),
		chats: map[int64]*rate.Limiter{}, groups: map[int64]*rate.Limiter{},
	}
}

// window is a bucket that never lets more than n through in any stretch of
// length per: what it holds at once and what flows in meanwhile make n together.
func window(n int, per time.Duration) *rate.Limiter {
	burst := max(1, n/10)
	return rate.NewLimiter(rate.Limit(float64(max(1, n-burst))/per.Seconds()), burst)
}

func (l *localLimiter) Take(_ context.Context, chat int64, n int, patience time.Duration) (time.Duration, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	buckets := []*rate.Limiter{l.all}
	if n > 0 {
		buckets = append(buckets, l.buckets(chat, now)...)
	}
	var (
		wait  time.Duration
		all   bool
		taken []*rate.Reservation
	)
	for _, b := range buckets {
		r := b.ReserveN(now, 1)
		taken = append(taken, r)
		if d := r.DelayFrom(now); d > wait {
			wait, all = d, b == l.all
		}
	}
	if wait > patience {
		for _, r := range taken {
			r.CancelAt(now)
		}
		return wait, all, nil
	}
	// An album is as many messages as it has pictures. It need not wait for all
	// of them, or a large one could never go; those after it wait the longer.
	for i := 1; i < n; i++ {
		for _, b := range buckets {
			b.ReserveN(now, 1)
		}
	}
	return wait, all, nil
}

// buckets are the chat's own: every chat has one, a group a second one.
func (l *localLimiter) buckets(chat int64, now time.Time) []*rate.Limiter {
	own := []*rate.Limiter{bucket(l.chats, chat, now, func() *rate.Limiter {
		return rate.NewLimiter(rate.Limit(l.limits.PerChat), l.limits.ChatBurst)
	})}
	if chat < 0 {
		own = append(own, bucket(l.groups, chat, now, func() *rate.Limiter {
			return window(l.limits.PerGroupMinute, time.Minute)
		}))
	}
	return own
}

func bucket(of map[int64]*rate.Limiter, chat int64, now time.Time, fresh func() *rate.Limiter) *rate.Limiter {
	b := of[chat]
	if b == nil {
		if len(of) >= maxBuckets {
			forgetQuiet(of, now)
		}
		b = fresh()
		of[chat] = b
	}
	return b
}

// forgetQuiet drops the buckets that are full again, and if every chat is busy,
// all of them: Telegram's own limit still stands behind ours.
func forgetQuiet(of map[int64]*rate.Limiter, now time.Time) {
	for id, b := range of {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(of, id)
		}
	}
	if len(of) >= maxBuckets {
		clear(of)
	}
}
