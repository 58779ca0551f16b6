package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

// Numbered, append-only. On MySQL a definition commits by itself, so a file
// there holds one statement: what failed half-way is one file, not many.
//
//go:embed migrations
var migrations embed.FS

// Migration is one numbered change of the tables.
type Migration struct {
	Version   int64
	Name      string
	AppliedAt time.Time // zero: not yet
}

func (s *Store) provider() (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/"+s.dialect.name)
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	dialect := goose.DialectSQLite3
	if s.dialect.name == "mysql" {
		dialect = goose.DialectMySQL
	}
	p, err := goose.NewProvider(dialect, s.sql, dir, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("store: migrations: %w", err)
	}
	return p, nil
}

// MigrateUp brings the tables up to date and says what it applied. Two that
// start at the same time wait for each other.
func (s *Store) MigrateUp(ctx context.Context) ([]Migration, error) {
	unlock, err := s.lockMigrations(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	var done []Migration
	for _, r := range results {
		done = append(done, Migration{Version: r.Source.Version, Name: r.Source.Path, AppliedAt: s.now().UTC()})
	}
	if err != nil {
		return done, wrap("migrate", orTriggers(err))
	}
	return done, s.takeOverReveals(ctx)
}

// orTriggers says what to do when the database refuses the account the triggers that
// keep the audit log from being changed: the right is missing (1142), or the binary
// log is on and the account is no administrator's (1419).
func orTriggers(err error) error {
	switch code := mysqlCode(err); {
	case code == 1142 && strings.Contains(strings.ToUpper(err.Error()), "TRIGGER"):
		return fmt.Errorf("the database's account may not make the triggers that keep the audit log from being changed: as an administrator, GRANT TRIGGER on the database to it: %w", err)
	case code == 1419:
		return fmt.Errorf("the database's account may not make the triggers that keep the audit log from being changed, because the binary log is on: as an administrator, SET GLOBAL log_bin_trust_function_creators = 1, migrate, and set it back: %w", err)
	}
	return err
}

// lockMigrations keeps two starters apart.
func (s *Store) lockMigrations(ctx context.Context) (unlock func(), err error) {
	if s.dialect.name == "sqlite" {
		return lockFile(ctx, s.file+".migrating")
	}
	conn, err := s.sql.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: lock migrations: %w", err)
	}
	var got sql.NullInt64
	err = conn.QueryRowContext(ctx, "SELECT GET_LOCK(CONCAT('redthread.migrate.', DATABASE()), 60)").Scan(&got)
	if err == nil && got.Int64 != 1 {
		err = errors.New("another process has been migrating for a minute")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: lock migrations: %w", err), conn.Close())
	}
	return func() {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK(CONCAT('redthread.migrate.', DATABASE()))")
		_ = conn.Close() // closing releases the lock as well
	}, nil
}

// lockFile holds an exclusive transaction on a small database beside ours, for
// SQLite has no lock that outlives a transaction.
func lockFile(ctx context.Context, file string) (unlock func(), err error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		return nil, wrap("lock migrations", err)
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return nil, errors.Join(wrap("lock migrations", err), db.Close())
	}
	return func() {
		_ = tx.Rollback()
		_ = db.Close() // closing releases the lock as well
	}, nil
}

// Migrations lists every change this release knows, and when it was applied.
func (s *Store) Migrations(ctx context.Context) ([]Migration, error) {
	p, err := s.provider()
	if err != nil {
		return nil, err
	}
	states, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: migration status: %w", err)
	}
	var all []Migration
	for _, st := range states {
		all = append(all, Migration{Version: st.Source.Version, Name: st.Source.Path, AppliedAt: st.AppliedAt})
	}
	return all, nil
}

// checkVersion refuses a database that this release does not fit.
func (s *Store) checkVersion(ctx context.Context) error {
	p, err := s.provider()
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("store: read the database's version: %w", err)
	}
	if have != want {
		return &VersionError{Have: have, Want: want}
	}
	return nil
}

// VersionError says that the database and this release do not fit.
type VersionError struct{ Have, Want int64 }

func (e *VersionError) Error() string {
	if e.Have > e.Want {
		return fmt.Sprintf("store: the database is at version %d, newer than this release (%d): use the newer release", e.Have, e.Want)
	}
	return fmt.Sprintf("store: the database is at version %d, this release needs %d: run `redthread migrate up`", e.Have, e.Want)
}
