// Package store keeps what must not be lost. The database is the record of
// everything: turns, sessions, the agency's papers, the messages still to be
// delivered, timers. Redis holds a fast copy of the sessions and what several
// processes share; it may be emptied at any moment. Personal data is sealed in
// both.
//
// Turn is the heart: one event, one turn, one transaction.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"redthread/bot"
	"redthread/store/seal"
)

// Config says where things are kept.
type Config struct {
	Database string    // "sqlite:bot.db" or "mysql:user:password@tcp(host:3306)/redthread"
	Redis    string    // "redis://host:6379/0"; empty: one of our own, in this process
	Keys     *seal.Box // seals personal data
	Media    string    // the folder that holds pictures, sealed

	// Migrate brings the tables up to date at Open. Without it Open refuses a
	// database of another version.
	Migrate bool

	// AnyVersion opens a database of another version too, for a look at its
	// migrations and nothing else.
	AnyVersion bool

	// Actor is in whose name this store writes the audit log where no colleague acts;
	// the zero Actor: the program's own.
	Actor Actor

	// Capacity is how many clients a colleague talks with at once, for whom nothing
	// else was set; 0: DefaultCapacity.
	Capacity int

	// Now is the clock. Left nil, the machine's tells the time of records, and
	// the database's own decides leases and what is due, so that processes whose
	// clocks differ agree. Tests set it, and then it decides everything.
	Now func() time.Time

	Log *slog.Logger // nil: slog.Default()
}

// Store is the open store. It is safe for concurrent use.
type Store struct {
	sql     *sql.DB  // writes; on SQLite one connection, so that writers queue here
	read    *sql.DB  // reads outside turns
	probe   *sql.DB  // looks for the database
	orm     *gorm.DB // over sql
	dialect dialect
	file    string // of SQLite
	cache   *cache
	alone   bool // Redis is one of our own
	box     *seal.Box
	media   string
	lanes   lanes
	wake    chan struct{}
	fetch   chan struct{}
	ready   atomic.Pointer[func(*Claim, []Outgoing)]
	pending batcher[leaving]
	late    late
	note    atomic.Pointer[func(TurnNote)]
	counts  counts

	capacity int   // of a colleague
	actor    Actor // who stands in the audit log where no colleague acts

	missedMu sync.Mutex
	missed   map[bot.Conversation]struct{}

	unscrubbed atomic.Bool // erased data may still stand in SQLite's log

	now   func() time.Time
	fixed bool // the clock was injected: it decides, not the database's

	bump, moveOn atomic.Pointer[string] // parts of the statements about heads
	log          *slog.Logger
	closes       []func() error
}

// Open connects to both sides. This is the only place that knows which database
// and which Redis we have. Errors name the setting that is wrong.
func Open(ctx context.Context, c Config) (_ *Store, err error) {
	s := &Store{box: c.Keys, media: c.Media, now: c.Now, fixed: c.Now != nil, log: c.Log, wake: make(chan struct{}, 1), fetch: make(chan struct{}, 1), missed: map[bot.Conversation]struct{}{}, capacity: c.Capacity, actor: c.Actor}
	s.pending = batcher[leaving]{do: s.commitAll, max: 64, runners: 4, patience: 100 * time.Millisecond}
	if s.box == nil {
		return nil, errors.New("store: no keys to seal with")
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.capacity <= 0 {
		s.capacity = DefaultCapacity
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.actor.Name == "" {
		s.actor.Name = actorSystem
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.openDatabase(ctx, c.Database); err != nil {
		return nil, err
	}
	if c.Migrate {
		if _, err := s.MigrateUp(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.checkVersion(ctx); err != nil && !c.AnyVersion {
		return nil, err
	}
	return s, s.openCache(ctx, c.Redis)
}

// Close lets go of everything Open took. What is in progress must have ended.
func (s *Store) Close() error {
	var errs []error
	for i := len(s.closes) - 1; i >= 0; i-- {
		errs = append(errs, s.closes[i]())
	}
	s.closes = nil
	return errors.Join(errs...)
}

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Woken delivers a signal when there may be something new to send: a turn of
// this process, or of another one, has left a message.
func (s *Store) Woken() <-chan struct{} { return s.wake }

// Ring wakes who waits at Woken, in this process.
func (s *Store) Ring() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// MediaWoken delivers a signal when a turn of this process has noted media that
// are to be fetched.
func (s *Store) MediaWoken() <-chan struct{} { return s.fetch }

// dbnow is the present in milliseconds, in SQL: the database's own clock, or the
// injected one.
func (s *Store) dbnow() string {
	if s.fixed {
		return strconv.FormatInt(millis(s.now()), 10)
	}
	return s.dialect.now
}

// phrase is a part of a statement that is always the same but for the clock of a
// test; it is put together once.
func (s *Store) phrase(kept *atomic.Pointer[string], say func() string) string {
	if s.fixed {
		return say()
	}
	if p := kept.Load(); p != nil {
		return *p
	}
	said := say()
	kept.Store(&said)
	return said
}

// far is a due date that never comes.
const far = int64(1) << 52

var never = strconv.FormatInt(far, 10)

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// ascii keeps what may stand in an ASCII column of n bytes.
func ascii(s string, n int) string {
	b := make([]byte, 0, min(len(s), n))
	for i := 0; i < len(s) && len(b) < n; i++ {
		if s[i] >= ' ' && s[i] < 0x7f {
			b = append(b, s[i])
		}
	}
	return string(b)
}

// ErrNotFound says that there is no such record.
var ErrNotFound = errors.New("store: not found")

func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int64, error) {
	r, err := s.sql.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, fmt.Errorf("store: %s: %w", what, err)
	}
	n, err := r.RowsAffected()
	return n, err
}
