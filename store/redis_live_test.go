package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// redisServer starts one of the test's own and returns its address.
func redisServer(t *testing.T, args ...string) string {
	t.Helper()
	if os.Getenv("REDTHREAD_TEST_REDIS") == "" {
		t.Skip("needs redis-server: run .ci/servers go test ./store")
	}
	address := ""
	for address == "" { // below 45536, so that the cluster's own port, 10000 above, fits
		a := fmt.Sprint("127.0.0.1:", 20000+rand.IntN(20000))
		if l, err := net.Listen("tcp", a); err == nil {
			_ = l.Close()
			address = a
		}
	}
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.Command("redis-server", append(args, "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", t.TempDir())...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	c := redis.NewClient(&redis.Options{Addr: address})
	defer c.Close() //nolint:errcheck // a look
	awaited(t, "redis-server listens", func() bool { return c.Ping(t.Context()).Err() == nil })
	return address
}

func awaited(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still waiting until %s", what)
		}
	}
}

// Everything the store asks of Redis works on a Cluster.
func TestRedisCluster(t *testing.T) {
	address := redisServer(t, "--cluster-enabled", "yes")
	c := redis.NewClient(&redis.Options{Addr: address})
	defer c.Close() //nolint:errcheck // it prepares the cluster
	if err := c.ClusterAddSlotsRange(t.Context(), 0, 16383).Err(); err != nil {
		t.Fatal(err)
	}
	awaited(t, "the cluster is formed", func() bool {
		return c.Set(t.Context(), "x", "", time.Second).Err() == nil
	})
	useRedis(t, "redis+cluster://"+address)
}

// And behind Sentinels.
func TestRedisSentinel(t *testing.T) {
	address := redisServer(t)
	host, port, _ := net.SplitHostPort(address)
	conf := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(conf, []byte("sentinel monitor main "+host+" "+port+" 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	useRedis(t, "redis+sentinel://"+redisServer(t, conf, "--sentinel")+"/main?db=1")
}

// useRedis does with the Redis what two processes do.
func useRedis(t *testing.T, setting string) {
	t.Helper()
	home := storetest.Home(t)
	home.Redis = setting
	one, two := storetest.Open(t, home), storetest.Open(t, home)
	awaited(t, "redis answers", func() bool { return one.PingRedis(t.Context()) == nil })
	anna := bot.Conversation{Channel: "telegram", Chat: "42"}
	say := func(key string, s *store.Store) {
		t.Helper()
		ev := bot.Event{Key: bot.EventKey(key), From: anna, Kind: bot.Wrote, At: time.Now()}
		if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, ses *bot.Session) error {
			ses.Lang = "en"
			tx.Post(anna, store.Replies, bot.Message{Text: key})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	awaited(t, "the other process hears of the turn", func() bool {
		say(fmt.Sprint("turn:", time.Now().UnixNano()), one)
		select {
		case <-two.Woken():
			return true
		case <-time.After(100 * time.Millisecond):
			return false
		}
	})
	if lang := two.CachedLang(t.Context(), anna); lang != "en" {
		t.Errorf("the copy of the session says %q", lang)
	}
	sharedIsShared(t, one, two)
	if err := one.ForgetSessions(t.Context()); err != nil {
		t.Error(err)
	}
	if lang := two.CachedLang(t.Context(), anna); lang != "" {
		t.Errorf("%q remembered after Redis was emptied", lang)
	}
	say("turn:last", two)
}

func sharedIsShared(t *testing.T, one, two *store.Store) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	first, err1 := one.Shared().SetNX(ctx, "lock", "a", time.Minute)
	second, err2 := two.Shared().SetNX(ctx, "lock", "b", time.Minute)
	if !first || second || err1 != nil || err2 != nil {
		t.Errorf("both set it: %v %v %v %v", first, second, err1, err2)
	}
	if err := two.Shared().CompareAndDelete(ctx, "lock", "a"); err != nil {
		t.Error(err)
	}
	if v, err := one.Shared().Get(ctx, "lock"); v != "" || err != nil {
		t.Errorf("%q, %v after it was deleted", v, err)
	}
}
