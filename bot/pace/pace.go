// Package pace counts how often somebody does something, in this process: a
// bucket of tokens for each key, for a bounded number of keys.
package pace

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxKeys is how many keys are remembered; one whose bucket is full again is
// forgotten without loss.
const maxKeys = 16384

// Buckets hold one bucket a key. They are safe for concurrent use.
type Buckets struct {
	limit rate.Limit
	burst int

	mu sync.Mutex
	by map[string]*rate.Limiter
}

// New gives each key n in every per, and burst at once when it was quiet.
func New(n int, per time.Duration, burst int) *Buckets {
	return &Buckets{limit: rate.Limit(float64(n) / per.Seconds()), burst: burst, by: map[string]*rate.Limiter{}}
}

// Take takes a token. ok says that there was one, left how many there are now.
func (b *Buckets) Take(key string, now time.Time) (ok bool, left float64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.by[key]
	if one == nil {
		if len(b.by) >= maxKeys {
			b.forget(now)
		}
		one = rate.NewLimiter(b.limit, b.burst)
		b.by[key] = one
	}
	ok = one.AllowN(now, 1)
	return ok, one.TokensAt(now)
}

// Empty says that a key has no token left. It takes none.
func (b *Buckets) Empty(key string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.by[key]
	return one != nil && one.TokensAt(now) < 1
}

// forget drops the buckets that are full again; if that makes no room, half of
// the others: they start over.
func (b *Buckets) forget(now time.Time) {
	for key, one := range b.by {
		if one.TokensAt(now) >= float64(b.burst) {
			delete(b.by, key)
		}
	}
	for key := range b.by {
		if len(b.by) <= maxKeys/2 {
			return
		}
		delete(b.by, key)
	}
}
