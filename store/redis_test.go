package store

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"
)

// shape is what of a client's options the setting decides.
type shape struct {
	Kind           string
	Hosts          []string
	Master         string
	User, Password string
	DB             int
	TLS            bool
}

func shapeOf(t *testing.T, setting string) shape {
	t.Helper()
	c, err := openRedis(setting)
	if err != nil {
		t.Fatalf("%s: %v", setting, err)
	}
	defer c.Close() //nolint:errcheck // nothing was sent
	switch c := c.(type) {
	case *redis.ClusterClient:
		o := c.Options()
		return shape{"cluster", o.Addrs, "", o.Username, o.Password, 0, o.TLSConfig != nil}
	case *redis.Client:
		o := c.Options()
		kind := "one"
		if o.Addr == "FailoverClient" {
			kind = "sentinel"
		}
		return shape{kind, []string{o.Addr}, "", o.Username, o.Password, o.DB, o.TLSConfig != nil}
	}
	t.Fatalf("%s: a %T", setting, c)
	return shape{}
}

func TestRedisForms(t *testing.T) {
	for setting, want := range map[string]shape{
		"redis://localhost:6379":                                      {Kind: "one", Hosts: []string{"localhost:6379"}},
		"redis://:p%40ss@localhost:7/3":                               {Kind: "one", Hosts: []string{"localhost:7"}, Password: "p@ss", DB: 3},
		"rediss://app:secret@r.example":                               {Kind: "one", Hosts: []string{"r.example:6379"}, User: "app", Password: "secret", TLS: true},
		"redis+cluster://a:1,b:2,[::1]:3":                             {Kind: "cluster", Hosts: []string{"a:1", "b:2", "[::1]:3"}},
		"rediss+cluster://app:p@a:1":                                  {Kind: "cluster", Hosts: []string{"a:1"}, User: "app", Password: "p", TLS: true},
		"redis+sentinel://a:26379,b:26379/main?db=2":                  {Kind: "sentinel", Hosts: []string{"FailoverClient"}, DB: 2},
		"rediss+sentinel://:p@a:26379/main?sentinel_password=q%26r":   {Kind: "sentinel", Hosts: []string{"FailoverClient"}, Password: "p", TLS: true},
		"redis+sentinel://u:p%3A1@a:26379/main?sentinel_username=who": {Kind: "sentinel", Hosts: []string{"FailoverClient"}, User: "u", Password: "p:1"},
	} {
		if d := cmp.Diff(shapeOf(t, setting), want); d != "" {
			t.Errorf("%s: %s", setting, d)
		}
	}
}

func TestRedisFormsRefused(t *testing.T) {
	for _, setting := range []string{
		"localhost:6379", "http://secret@a:1", "redis://secret@a:1/x", "redis+sentinel://a:26379", "redis+sentinel://a:26379/",
		"redis+sentinel://a:26379/main?db=secret", "redis+sentinel://a:26379/main?db=-1", "redis+sentinel://a:26379/main?secret=1", "redis+sentinel://a:26379/main/secret",
		"redis+sentinel://a/main", "redis+cluster://", "redis+cluster://a:1,", "redis+cluster://a:1,secret", "redis+cluster://a:0", "redis+cluster://a:99999",
		"redis+cluster://a:1/secret", "redis+cluster://a:1?db=1", "redis+cluster://u:secret%zz@a:1", "redis+other://a:1", "redis+cluster://a:1#secret",
	} {
		c, err := openRedis(setting)
		if err == nil {
			_ = c.Close()
			t.Errorf("%s was taken", setting)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error repeats it: %v", setting, err)
		}
	}
}

func TestReadSeveral(t *testing.T) {
	s, err := readSeveral("u:p%2F@a:1,b:2/main?db=3")
	if err != nil || s.user != "u" || s.password != "p/" || s.path != "main" || s.query.Get("db") != "3" || len(s.hosts) != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}
