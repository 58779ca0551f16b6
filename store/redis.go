package store

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// errRedis says what the setting may be; it does not repeat what it is.
var errRedis = errors.New(`store: redis: cannot read the setting, expected "redis://:PASSWORD@HOST:6379/0", ` +
	`"redis+sentinel://HOST:26379,HOST2:26379/MASTER?db=0" or "redis+cluster://HOST:6379,HOST2:6379"; with TLS "rediss…"`)

const (
	redisPatience = 500 * time.Millisecond // of one call: Redis is a help, not to be waited for
	redisPool     = 32
	redisBuffer   = 4 << 10 // of a connection, each way: a session is smaller
	redisProtocol = 2       // RESP3 would have every answer searched for push messages, of which we want none
)

// openRedis makes a client of the Redis that the setting names: one server, one
// that Sentinels watch over, or a Cluster. It does not call it.
func openRedis(setting string) (redis.UniversalClient, error) {
	scheme, rest, _ := strings.Cut(setting, "://")
	switch scheme {
	case "redis", "rediss":
		return openOneRedis(setting)
	case "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster":
	default:
		return nil, errRedis
	}
	several, err := readSeveral(rest)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(scheme, "rediss") {
		several.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if strings.HasSuffix(scheme, "sentinel") {
		return several.sentinel()
	}
	return several.cluster()
}

func openOneRedis(setting string) (redis.UniversalClient, error) {
	opt, err := redis.ParseURL(setting)
	if err != nil {
		return nil, errRedis
	}
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = redisPatience, redisPatience, redisPatience
	opt.MaxRetries, opt.DialerRetries, opt.PoolSize, opt.Protocol = 1, 1, redisPool, redisProtocol
	opt.ReadBufferSize, opt.WriteBufferSize = redisBuffer, redisBuffer
	return redis.NewClient(opt), nil
}

// several is a setting that names several servers.
type several struct {
	hosts          []string
	user, password string
	path           string
	query          url.Values
	tls            *tls.Config
}

// readSeveral reads USER:PASSWORD@HOST:PORT,HOST:PORT/PATH?QUERY, which is no
// URL: those have one host.
func readSeveral(rest string) (several, error) {
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndex(rest[:end], "@") + 1
	var s several
	for _, host := range strings.Split(rest[at:end], ",") {
		name, port, err := net.SplitHostPort(host)
		if n, e := strconv.Atoi(port); err != nil || e != nil || name == "" || n < 1 || n > 65535 {
			return s, errRedis
		}
		s.hosts = append(s.hosts, host)
	}
	u, err := url.Parse("redis://" + rest[:at] + "host" + rest[end:])
	if err != nil || u.Fragment != "" {
		return s, errRedis
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	s.path = strings.Trim(u.Path, "/")
	if s.query, err = url.ParseQuery(u.RawQuery); err != nil {
		return s, errRedis
	}
	return s, nil
}

// only says whether the query has no other options than those.
func (s several) only(options ...string) bool {
	for name := range s.query {
		if !slices.Contains(options, name) {
			return false
		}
	}
	return true
}

func (s several) sentinel() (redis.UniversalClient, error) {
	db, err := 0, error(nil)
	if s.query.Has("db") {
		db, err = strconv.Atoi(s.query.Get("db"))
	}
	if err != nil || db < 0 || s.path == "" || strings.Contains(s.path, "/") || !s.only("db", "sentinel_username", "sentinel_password") {
		return nil, errRedis
	}
	return redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: s.path, SentinelAddrs: s.hosts, DB: db, Username: s.user, Password: s.password,
		SentinelUsername: s.query.Get("sentinel_username"), SentinelPassword: s.query.Get("sentinel_password"), TLSConfig: s.tls,
		DialTimeout: redisPatience, ReadTimeout: redisPatience, WriteTimeout: redisPatience, MaxRetries: 1, DialerRetries: 1, PoolSize: redisPool, Protocol: redisProtocol,
		ReadBufferSize: redisBuffer, WriteBufferSize: redisBuffer,
	}), nil
}

// cluster has no numbered databases: a Redis Cluster knows one.
func (s several) cluster() (redis.UniversalClient, error) {
	if s.path != "" || !s.only() {
		return nil, errRedis
	}
	return redis.NewClusterClient(&redis.ClusterOptions{
		Addrs: s.hosts, Username: s.user, Password: s.password, TLSConfig: s.tls,
		DialTimeout: redisPatience, ReadTimeout: redisPatience, WriteTimeout: redisPatience, MaxRetries: 1, DialerRetries: 1, PoolSize: redisPool, Protocol: redisProtocol,
		ReadBufferSize: redisBuffer, WriteBufferSize: redisBuffer,
	}), nil
}

// flush empties Redis, on every server of a cluster.
func flush(ctx context.Context, client redis.UniversalClient) error {
	if c, ok := client.(*redis.ClusterClient); ok {
		return c.ForEachMaster(ctx, func(ctx context.Context, one *redis.Client) error { return one.FlushDB(ctx).Err() })
	}
	return client.FlushDB(ctx).Err()
}

// Alone says that Redis is one of our own, inside this process: nobody else
// counts there.
func (s *Store) Alone() bool { return s.alone }

// redisLog takes what the Redis client has to say, of connections that come and
// go. That Redis is away is said once, by the cache.
type redisLog struct{}

func (redisLog) Printf(ctx context.Context, format string, v ...any) {
	slog.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, v...))
}

func init() { redis.SetLogger(redisLog{}) }
