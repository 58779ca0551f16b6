package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	sqlitelib "modernc.org/sqlite/lib"
)

// IsAway tells the errors of a database that cannot be reached, or has no room,
// from those of a request that it refused. After such an error it is not known
// whether a commit took effect; the turn's key answers that when the event
// comes again.
func IsAway(err error) bool {
	var netErr net.Error
	switch {
	case err == nil:
		return false
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysqldriver.ErrInvalidConn),
		errors.Is(err, sql.ErrConnDone), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.As(err, &netErr):
		return true
	}
	switch code := mysqlCode(err); code {
	case 1021, // disk full
		1040, 1203, // too many connections
		1053, 1077, 1079, // shutting down
		1290, 1836, // read-only: a failover is under way
		1114, // table full
		2006, 2013:
		return true
	}
	switch sqliteCode(err) & 0xff {
	case sqlitelib.SQLITE_FULL, sqlitelib.SQLITE_IOERR, sqlitelib.SQLITE_CANTOPEN, sqlitelib.SQLITE_READONLY:
		return true
	}
	return false
}

// isBusy says that the database asks us to try the transaction again: a
// deadlock, a lock waited for too long, at COMMIT too (Galera).
func isBusy(err error) bool {
	switch mysqlCode(err) {
	case 1213, 1205:
		return true
	}
	switch sqliteCode(err) & 0xff {
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return true
	}
	return false
}

func isDuplicate(err error) bool {
	if errors.Is(err, gorm.ErrDuplicatedKey) || mysqlCode(err) == 1062 {
		return true
	}
	switch sqliteCode(err) {
	case sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY, sqlitelib.SQLITE_CONSTRAINT_UNIQUE:
		return true
	}
	return false
}

func mysqlCode(err error) uint16 {
	var e *mysqldriver.MySQLError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

func sqliteCode(err error) int {
	var e interface {
		error
		Code() int
	}
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
