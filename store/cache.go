package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// cache is Redis as the store uses it: never the only copy of anything, and
// never waited for long. After a failure it is left alone for a moment, so that
// a Redis that hangs does not slow every turn.
type cache struct {
	client    redis.UniversalClient
	own       *miniredis.Miniredis // inside this process; nil: a server
	ownMu     sync.Mutex
	log       *slog.Logger
	restUntil atomic.Int64 // machine time in milliseconds
	failures  atomic.Int64
}

const (
	sessionTTL = 72 * time.Hour
	cacheRest  = time.Second
	wakeTopic  = "redthread:outbox"
)

// errResting says that Redis failed a moment ago and is not asked now.
var errResting = errors.New("store: redis is away")

// openCache connects to Redis, or starts one of our own. A Redis that does not
// answer is no reason not to start.
func (s *Store) openCache(ctx context.Context, url string) error {
	var own *miniredis.Miniredis
	if url == "" {
		own = miniredis.NewMiniRedis()
		if err := own.Start(); err != nil {
			return fmt.Errorf("store: start embedded redis: %w", err)
		}
		s.closes = append(s.closes, func() error { own.Close(); return nil }, age(own))
		url, s.alone = "redis://"+own.Addr(), true
	}
	client, err := openRedis(url)
	if err != nil {
		return err
	}
	s.cache = &cache{client: client, own: own, log: s.log}
	s.closes = append(s.closes, s.cache.client.Close)
	s.listen(ctx)
	return nil
}

// age lets what is in a Redis of our own expire: once a second, because each time
// costs a look at every key. stop ends it.
func age(own *miniredis.Miniredis) (stop func() error) {
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for last := time.Now(); ; {
			select {
			case now := <-tick.C:
				own.FastForward(now.Sub(last))
				last = now
			case <-end:
				return
			}
		}
	}()
	return func() error { close(end); <-ended; return nil }
}

// listen turns other processes' wake-ups into our own, until Close.
func (s *Store) listen(ctx context.Context) {
	sub := s.cache.client.Subscribe(context.WithoutCancel(ctx), wakeTopic)
	ended := make(chan struct{})
	messages := sub.Channel(redis.WithChannelSize(1)) // one waiting wake-up is enough
	go func() {
		defer close(ended)
		for range messages {
			s.Ring()
		}
	}()
	s.closes = append(s.closes, func() error { err := sub.Close(); <-ended; return err })
}

// do calls Redis unless it is resting, and lets it rest when it failed.
func (c *cache) do(ctx context.Context, what string, call func(context.Context) error) error {
	if time.Now().UnixMilli() < c.restUntil.Load() {
		return errResting
	}
	err := call(ctx)
	if err == nil || errors.Is(err, redis.Nil) || ctx.Err() != nil {
		return err
	}
	c.failures.Add(1)
	c.restUntil.Store(time.Now().Add(cacheRest).UnixMilli())
	c.log.WarnContext(ctx, "redis is away", "doing", what, "error", err)
	return err
}

// Keys carry the conversation in braces, so that on a cluster all of one
// conversation lives together.
func sessionKey(conversation string) string { return "rt:{" + conversation + "}:session" }

// copySession puts the session into Redis unless a newer one is there, and wakes
// the senders of other processes, in one round trip.
var copySession = redis.NewScript(`
local has = redis.call('GET', KEYS[1])
if not has or tonumber(string.match(has, '^%d+')) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1] .. ':' .. ARGV[2], 'PX', ARGV[3])
end
if ARGV[4] ~= '' then redis.call('PUBLISH', ARGV[4], '') end
return 1`)

// putOwn is putSession where Redis is inside this process: no script, no wire.
func (c *cache) putOwn(key string, seq int64, sealed []byte) error {
	c.ownMu.Lock()
	defer c.ownMu.Unlock()
	if has, err := c.own.Get(key); err == nil {
		before, _, _ := strings.Cut(has, ":")
		if n, err := strconv.ParseInt(before, 10, 64); err == nil && n >= seq {
			return nil
		}
	}
	if err := c.own.Set(key, strconv.FormatInt(seq, 10)+":"+string(sealed)); err != nil {
		return fmt.Errorf("store: copy a session: %w", err)
	}
	c.own.SetTTL(key, sessionTTL)
	return nil
}

func (c *cache) putSession(ctx context.Context, conversation string, seq int64, sealed []byte, wake bool) error {
	if c.own != nil {
		return c.putOwn(sessionKey(conversation), seq, sealed)
	}
	topic := ""
	if wake {
		topic = wakeTopic
	}
	return c.do(ctx, "copy a session", func(ctx context.Context) error {
		return copySession.Run(ctx, c.client, []string{sessionKey(conversation)}, seq, sealed, sessionTTL.Milliseconds(), topic).Err()
	})
}

// forget removes the copy of a session. When Redis is away it goes by itself, in
// sessionTTL.
func (c *cache) forget(ctx context.Context, conversation string) error {
	return c.do(ctx, "forget a session", func(ctx context.Context) error {
		return c.client.Del(ctx, sessionKey(conversation)).Err()
	})
}

// session returns the sealed copy; ok is false when there is none to be had.
func (c *cache) session(ctx context.Context, conversation string) (sealed []byte, ok bool) {
	var raw string
	if c.own != nil {
		raw, err := c.own.Get(sessionKey(conversation))
		if err != nil || ctx.Err() != nil {
			return nil, false
		}
		return sessionIn(raw)
	}
	err := c.do(ctx, "read a session", func(ctx context.Context) (err error) {
		raw, err = c.client.Get(ctx, sessionKey(conversation)).Result()
		return err
	})
	if err != nil {
		return nil, false
	}
	return sessionIn(raw)
}

// sessionIn takes the sealed session out of its copy.
func sessionIn(raw string) (sealed []byte, ok bool) {
	seq, body, found := strings.Cut(raw, ":")
	if _, err := strconv.ParseInt(seq, 10, 64); err != nil || !found {
		return nil, false
	}
	return []byte(body), true
}

// Shared is what several processes share through Redis and may lose: tokens,
// counters.
type Shared struct{ c *cache }

// Shared opens the shared values.
func (s *Store) Shared() Shared { return Shared{s.cache} }

// Get returns the value, "" when there is none.
func (h Shared) Get(ctx context.Context, key string) (value string, err error) {
	err = h.c.do(ctx, "get", func(ctx context.Context) error {
		value, err = h.c.client.Get(ctx, "rt:"+key).Result()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return value, err
}

// Set keeps the value for ttl.
func (h Shared) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	return h.c.do(ctx, "set", func(ctx context.Context) error {
		return h.c.client.Set(ctx, "rt:"+key, value, ttl).Err()
	})
}

// SetNX keeps the value for ttl unless there is one; it reports whether it did.
func (h Shared) SetNX(ctx context.Context, key, value string, ttl time.Duration) (set bool, err error) {
	err = h.c.do(ctx, "set if new", func(ctx context.Context) error {
		set, err = h.c.client.SetNX(ctx, "rt:"+key, value, ttl).Result()
		return err
	})
	return set, err
}

var compareAndDelete = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)

// CompareAndDelete forgets the value if it is still the one given.
func (h Shared) CompareAndDelete(ctx context.Context, key, value string) error {
	return h.c.do(ctx, "compare and delete", func(ctx context.Context) error {
		return compareAndDelete.Run(ctx, h.c.client, []string{"rt:" + key}, value).Err()
	})
}

// ForgetSessions empties Redis. Nothing is lost by it; tests do it at will.
func (s *Store) ForgetSessions(ctx context.Context) error {
	return flush(ctx, s.cache.client)
}

// EachCopy visits everything that stands in Redis; tests look through it for what
// must not be there.
func (s *Store) EachCopy(ctx context.Context, visit func(key, value string)) error {
	keys, err := s.cache.client.Keys(ctx, "*").Result()
	if err != nil {
		return fmt.Errorf("store: list what redis has: %w", err)
	}
	for _, k := range keys {
		v, err := readCopy(ctx, s.cache.client, k)
		if err != nil && !errors.Is(err, redis.Nil) { // it may have expired meanwhile
			return fmt.Errorf("store: read all of redis: %w", err)
		}
		visit(k, fmt.Sprint(v))
	}
	return nil
}

func readCopy(ctx context.Context, c redis.UniversalClient, key string) (any, error) {
	switch c.Type(ctx, key).Val() {
	case "hash":
		return c.HGetAll(ctx, key).Result()
	case "list":
		return c.LRange(ctx, key, 0, -1).Result()
	case "set":
		return c.SMembers(ctx, key).Result()
	case "zset":
		return c.ZRange(ctx, key, 0, -1).Result()
	}
	return c.Get(ctx, key).Result()
}
