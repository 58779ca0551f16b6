package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/go-redis/redis_rate/v10"
)

// Rate is how often something may be done: N times in Per, and Burst times at
// once by who was quiet.
type Rate struct {
	N     int
	Per   time.Duration
	Burst int
}

// interval is the time that one of them takes up.
func (r Rate) interval() time.Duration { return r.Per / time.Duration(r.N) }

// Rates counts in Redis, for all processes together, on Redis' clock. Every
// method fails at once while Redis is away; its caller then counts for itself.
type Rates struct{ c *cache }

// Rates opens the counters.
func (s *Store) Rates() Rates { return Rates{s.cache} }

// Allow counts one more and reports whether that is within the rate; one too
// many is not counted. The key holds no personal data.
func (h Rates) Allow(ctx context.Context, key string, r Rate) (ok bool, err error) {
	res, err := h.take(ctx, key, r, r.Burst, 1)
	return err == nil && res.Allowed > 0, err
}

// reserve takes n places and says how long to wait for them; when that is longer
// than patience none was taken.
//
// GCRA knows only now and later. But a burst that is larger by what flows in
// during the patience lets exactly those through who need not wait longer, and
// how far that runs ahead of the true burst is their wait.
func (h Rates) reserve(ctx context.Context, key string, r Rate, n int, patience time.Duration) (wait time.Duration, taken bool, err error) {
	extra := int(patience / r.interval())
	res, err := h.take(ctx, key, r, r.Burst+extra, n)
	if err != nil {
		return 0, false, err
	}
	if res.Allowed == 0 {
		return max(res.RetryAfter+time.Duration(extra)*r.interval(), patience+time.Millisecond), false, nil
	}
	return max(0, res.ResetAfter-time.Duration(r.Burst)*r.interval()), true, nil
}

// charge counts n more, whatever the rate.
func (h Rates) charge(ctx context.Context, key string, r Rate, n int) error {
	_, err := h.take(ctx, key, r, math.MaxInt32, n)
	return err
}

// giveBack uncounts one.
func (h Rates) giveBack(ctx context.Context, key string, r Rate) error {
	res, err := h.take(ctx, key, r, math.MaxInt32, -1)
	if err != nil || res.ResetAfter > 0 {
		return err
	}
	// It was the only one, and the script leaves an empty count as it was.
	return h.c.do(ctx, "uncount", func(ctx context.Context) error {
		return redis_rate.NewLimiter(h.c.client).Reset(ctx, rateKey(key))
	})
}

// rateKey keeps a count on one server of a cluster, whatever the key holds.
func rateKey(key string) string { return "{" + key + "}" }

func (h Rates) take(ctx context.Context, key string, r Rate, burst, n int) (res *redis_rate.Result, err error) {
	if r.N <= 0 || r.Per <= 0 || r.Burst <= 0 {
		return nil, fmt.Errorf("store: no rate: %+v", r)
	}
	err = h.c.do(ctx, "count", func(ctx context.Context) error {
		res, err = redis_rate.NewLimiter(h.c.client).AllowN(ctx, rateKey(key), redis_rate.Limit{Rate: r.N, Period: r.Per, Burst: burst}, n)
		return err
	})
	return res, err
}
