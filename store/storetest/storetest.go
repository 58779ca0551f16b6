// Package storetest gives each test a home of its own: SQLite in the test's
// folder and an in-process Redis, or, where the environment names servers, a
// fresh database and a Redis of those:
//
//	REDTHREAD_TEST_MYSQL=user:password@tcp(127.0.0.1:3306)/
//	REDTHREAD_TEST_REDIS=redis://127.0.0.1:6379
package storetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
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
	c := Site(t)
	if file, ok := strings.CutPrefix(c.Database, "sqlite:"); ok {
		tables, err := emptyTables()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, tables, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// Site is the configuration of a home that is not built: there are no tables
// yet.
func Site(t testing.TB) store.Config {
	t.Helper()
	c := embedded(t.TempDir())
	if server := os.Getenv("REDTHREAD_TEST_MYSQL"); server != "" {
		c.Database = "mysql:" + server + newDatabase(t, server)
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

func newDatabase(t testing.TB, server string) string {
	t.Helper()
	db, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal(err)
	}
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	name := "redthread_test_" + hex.EncodeToString(b[:])
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = db.Exec("DROP DATABASE " + name)
		_ = db.Close()
	})
	return name
}

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
