package store

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"redthread/bot/pace"
)

// SendRates are a platform's limits on what a bot may send.
type SendRates struct {
	All   Rate // by the whole bot
	Chat  Rate // in one chat
	Group Rate // in one group, besides
}

// SendLimiter keeps SendRates for all processes of a bot together. It spares
// Redis what makes no difference: the first message to a chat that was quiet in
// this process is not counted there, so that a chat may get one message more at
// once for each further process; and places of the whole bot are taken some at a
// time, for a tenth of a second.
type SendLimiter struct {
	rates Rates
	limit SendRates
	bot   string
	quiet *pace.Buckets

	mu    sync.Mutex
	spare int // places of the whole bot that were taken and not used
	until time.Time
}

// SendLimiter limits the bot of that name, which holds no secret.
func (s *Store) SendLimiter(bot string, limit SendRates) *SendLimiter {
	return &SendLimiter{rates: s.Rates(), limit: limit, bot: bot, quiet: pace.New(limit.Chat.N, limit.Chat.Per, limit.Chat.Burst)}
}

// limited is one of the rates that a message must keep.
type limited struct {
	key  string
	rate Rate
}

// Take asks leave for one call that is n messages to the chat, 0 if it changes
// one. It returns how long to wait first; when that is longer than patience, no
// leave was given. all says that the wait is for the whole bot. An error means
// that Redis is away and nothing is known.
func (l *SendLimiter) Take(ctx context.Context, chat int64, n int, patience time.Duration) (wait time.Duration, all bool, err error) {
	own := l.chat(chat, n)
	for i, p := range own {
		d, taken, err := l.rates.reserve(ctx, p.key, p.rate, 1, patience)
		if err != nil {
			return 0, false, err
		}
		if !taken {
			l.giveBack(ctx, own[:i])
			return d, false, nil
		}
		wait = max(wait, d)
	}
	d, taken, err := l.takeAll(ctx, patience)
	if err != nil {
		return 0, false, err
	}
	if !taken {
		l.giveBack(ctx, own)
		return d, true, nil
	}
	l.chargeAlbum(ctx, own, n)
	return max(wait, d), d > wait, nil
}

// chat are the rates of the chat itself, the one most often exceeded first.
func (l *SendLimiter) chat(chat int64, n int) []limited {
	if n == 0 {
		return nil
	}
	key := fmt.Sprintf("%s:%d", l.bot, chat)
	first := limited{key, l.limit.Chat}
	if chat < 0 { // a group's
		return []limited{first, {key + ":group", l.limit.Group}}
	}
	burst := l.limit.Chat.Burst
	if _, left := l.quiet.Take(strconv.FormatInt(chat, 10), time.Now()); burst > 1 && n == 1 {
		if left > float64(burst)-1.01 {
			return nil
		}
		first.rate.Burst-- // for the one that Redis does not know of
	}
	return []limited{first}
}

// takeAll takes a place of the whole bot: one that is left from last time, or
// some, or, if there are not so many, one.
func (l *SendLimiter) takeAll(ctx context.Context, patience time.Duration) (wait time.Duration, taken bool, err error) {
	const together = time.Second / 10
	l.mu.Lock()
	spare := l.spare > 0 && time.Now().Before(l.until)
	if spare {
		l.spare--
	}
	l.mu.Unlock()
	if spare {
		return 0, true, nil
	}
	r, key := l.limit.All, l.bot+":all"
	if some := min(r.Burst, int(together/r.interval())); some > 1 {
		wait, taken, err = l.rates.reserve(ctx, key, r, some, 0)
		if err != nil {
			return 0, false, err
		}
		if taken {
			l.mu.Lock()
			l.spare, l.until = some-1, time.Now().Add(together)
			l.mu.Unlock()
			return wait, true, nil
		}
	}
	return l.rates.reserve(ctx, key, r, 1, patience)
}

// giveBack gives places back. One that is lost costs a moment, no more.
func (l *SendLimiter) giveBack(ctx context.Context, places []limited) {
	for _, p := range places {
		_ = l.rates.giveBack(ctx, p.key, p.rate)
	}
}

// chargeAlbum counts an album's further pictures: it is as many messages as it
// has. It need not wait for all of them, or a large one could never go; those
// after it wait the longer. If Redis fails meanwhile, the platform's own limit
// stands behind ours.
func (l *SendLimiter) chargeAlbum(ctx context.Context, own []limited, n int) {
	if n < 2 {
		return
	}
	for _, p := range append(own, limited{l.bot + ":all", l.limit.All}) {
		if l.rates.charge(ctx, p.key, p.rate, n-1) != nil {
			return
		}
	}
}
