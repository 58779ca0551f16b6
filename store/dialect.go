package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/glebarez/sqlite"
	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// dialect is what the two databases say differently.
type dialect struct {
	name     string
	now      string                     // the present in milliseconds, on the database's clock
	upsert   string                     // begins the update part of an insert that meets its own key
	incoming func(column string) string // the value the refused insert carried
	by       func(index string) string  // after a table's name: read it over this index
	once     string                     // begins an insert that does nothing where its key is there already
}

var (
	onSQLite = dialect{
		name:     "sqlite",
		now:      "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
		upsert:   "ON CONFLICT (%s) DO UPDATE SET",
		incoming: func(c string) string { return "excluded." + c },
		by:       func(index string) string { return " INDEXED BY " + index },
		once:     "INSERT OR IGNORE INTO ",
	}
	onMySQL = dialect{
		name:     "mysql",
		now:      "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)",
		upsert:   "ON DUPLICATE KEY UPDATE",
		incoming: func(c string) string { return "VALUES(" + c + ")" },
		by:       func(index string) string { return " FORCE INDEX (" + index + ")" },
		once:     "INSERT IGNORE INTO ",
	}
)

// openDatabase connects to the database that the setting names.
func (s *Store) openDatabase(ctx context.Context, setting string) error {
	kind, rest, _ := strings.Cut(setting, ":")
	switch kind {
	case "sqlite":
		return s.openSQLite(ctx, rest)
	case "mysql":
		return s.openMySQL(ctx, rest)
	}
	return fmt.Errorf(`store: database is %q, expected "sqlite:FILE" or "mysql:USER:PASSWORD@tcp(HOST:3306)/NAME"`, kind)
}

// openSQLite keeps one connection for writers, who so queue in this process
// instead of colliding at the file's lock, and some for readers.
func (s *Store) openSQLite(ctx context.Context, file string) error {
	if file == "" {
		return errors.New(`store: database is "sqlite:" without a file name`)
	}
	const pragmas = "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=secure_delete(1)"
	s.dialect, s.file = onSQLite, file
	s.pending.runners = 1 // as many as there are writers
	if err := s.openORM(sqlite.Open("file:" + file + pragmas + "&_txlock=immediate")); err != nil {
		return err
	}
	s.sql.SetMaxOpenConns(1)
	if err := s.sql.PingContext(ctx); err != nil { // creates the file before a reader opens it
		return fmt.Errorf("store: open database: %w", err)
	}
	read, err := sql.Open("sqlite", "file:"+file+pragmas+"&_pragma=query_only(1)")
	if err != nil {
		return fmt.Errorf("store: open database to read: %w", err)
	}
	read.SetMaxOpenConns(4)
	s.read, s.probe = read, read
	s.closes = append(s.closes, read.Close)
	return nil
}

// mostConnections is how many connections to MySQL there are at most.
const mostConnections = 32

func (s *Store) openMySQL(ctx context.Context, dsn string) error {
	c, err := mysqldriver.ParseDSN(dsn)
	if err != nil {
		return errors.New(`store: database: cannot read what follows "mysql:", expected "USER:PASSWORD@tcp(HOST:3306)/NAME"`)
	}
	c.ParseTime, c.Loc, c.InterpolateParams, c.Collation = true, time.UTC, true, "utf8mb4_bin"
	c.ClientFoundRows = true // an update counts the rows it met, as on SQLite
	c.MultiStatements = true // script
	if c.Timeout == 0 {
		c.Timeout = 2 * time.Second
	}
	if c.ReadTimeout == 0 {
		c.ReadTimeout = 15 * time.Second
	}
	if c.WriteTimeout == 0 {
		c.WriteTimeout = 15 * time.Second
	}
	c.Logger = mysqldriver.Logger(&mysqldriver.NopLogger{})
	s.dialect = onMySQL
	// Not by its DSN, which would leave the logger out.
	plain, err := mysqldriver.NewConnector(c)
	if err != nil {
		return fmt.Errorf("store: open database: %w", err)
	}
	late := connector{plain}
	// MariaDB's INSERT … RETURNING makes the ORM count a refused duplicate as a
	// row; without the version it uses neither.
	if err := s.openORM(mysql.New(mysql.Config{Conn: sql.OpenDB(late), SkipInitializeWithVersion: true})); err != nil {
		return err
	}
	s.sql.SetMaxOpenConns(mostConnections)
	s.sql.SetMaxIdleConns(mostConnections)
	s.sql.SetConnMaxLifetime(30 * time.Minute)
	s.read = s.sql
	if err := s.sql.PingContext(ctx); err != nil {
		return fmt.Errorf("store: open database: %w", err)
	}
	s.probe = sql.OpenDB(late)
	s.probe.SetMaxOpenConns(2)
	s.probe.SetConnMaxIdleTime(time.Minute)
	s.closes = append(s.closes, s.probe.Close)
	return nil
}

func (s *Store) openORM(d gorm.Dialector) error {
	orm, err := gorm.Open(d, &gorm.Config{
		TranslateError:         true,
		SkipDefaultTransaction: true,
		Logger:                 logger.Discard, // its own log would print names and phones
		NowFunc:                func() time.Time { return s.now().UTC() },
	})
	if err != nil {
		return fmt.Errorf("store: open database: %w", err)
	}
	s.orm = orm
	if s.sql, err = orm.DB(); err != nil {
		return fmt.Errorf("store: open database: %w", err)
	}
	s.closes = append(s.closes, s.sql.Close)
	return nil
}
