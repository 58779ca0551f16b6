// Package storetest gives each test a home of its own: SQLite in the test's
// folder and an in-process Redis, or, where the environment names servers, a
// fresh database and a Redis of those:
//
//	REDTHREAD_TEST_MYSQL=user:password@tcp(127.0.0.1:3306)/
//	REDTHREAD_TEST_REDIS=redis://127.0.0.1:6379
package storetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // the driver of the servers' home

	"redthread/store"
	"redthread/store/seal"
)

var homes atomic.Int32

// Home is the configuration of a new home with empty tables. Several stores
// opened with it are replicas: they share everything but their clocks. On the
// embedded home each has a Redis of its own, which is the harder case.
func Home(t testing.TB) store.Config {
	t.Helper()
	if server := os.Getenv("REDTHREAD_TEST_MYSQL"); server != "" {
		return beside(t, "mysql:"+server+lend(t, server))
	}
	tables, err := emptyTables()
	if err != nil {
		t.Fatal(err)
	}
	c := Site(t)
	if err := os.WriteFile(strings.TrimPrefix(c.Database, "sqlite:"), tables, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// Site is the configuration of a home that is not built: there are no tables
// yet.
func Site(t testing.TB) store.Config {
	t.Helper()
	server := os.Getenv("REDTHREAD_TEST_MYSQL")
	if server == "" {
		return beside(t, "")
	}
	name := newDatabase(t, server)
	t.Cleanup(func() { dropDatabase(server, name) })
	return beside(t, "mysql:"+server+name)
}

// beside is the configuration of a home around a database; without one, around
// a new file.
func beside(t testing.TB, database string) store.Config {
	c := embedded(t.TempDir())
	if database != "" {
		c.Database = database
	}
	if server := os.Getenv("REDTHREAD_TEST_REDIS"); server != "" {
		// A database of Redis each; packages tested side by side are kept apart
		// by starting at different places.
		c.Redis = fmt.Sprintf("%s/%d", server, (int32(os.Getpid())*31+homes.Add(1))%512)
	}
	return c
}

func embedded(dir string) store.Config {
	return store.Config{
		Database: "sqlite:" + filepath.Join(dir, "bot.db"),
		Keys:     seal.Throwaway(),
		Media:    filepath.Join(dir, "media"),
		Migrate:  true,
	}
}

// emptyTables is SQLite's file after all migrations. They are played once a
// test program and then copied: playing them costs more than most tests.
var emptyTables = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "storetest")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := store.Open(context.Background(), embedded(dir))
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil { // folds SQLite's journal into the file
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "bot.db"))
})

// Open opens a home until the test ends.
func Open(t testing.TB, c store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// New opens a new home until the test ends.
func New(t testing.TB) *store.Store {
	t.Helper()
	return Open(t, Home(t))
}

// Clock is a clock that stands still until it is moved. It is safe for
// concurrent use.
type Clock struct{ ms atomic.Int64 }

// NewClock shows noon in Shanghai, 6 March 2026, a Friday.
func NewClock() *Clock {
	c := &Clock{}
	c.ms.Store(time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

// Now is the time the clock shows.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

// Advance lets d pass.
func (c *Clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }
