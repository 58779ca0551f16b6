package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// connector opens connections to MySQL whose transactions see what has been committed
// when each statement begins, and begin with their first statement, in one trip.
//
// MySQL's own choice, REPEATABLE READ, has a look for a row that is not there lock
// the gap in which it would be. Two turns may hold the same gap; then each waits for
// the other to add its row, and one is undone and played again. Papers are made at
// the end of an index, where all look for the same gap: with sixty clients who file at
// once most turns were played several times. What must not change between two looks
// is held by its own row, or its client's, and what must be there once has a unique
// key; neither rests on gaps.
type connector struct{ driver.Connector }

func (r connector) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	// As a statement, because the variable's name is not the same on MySQL and MariaDB.
	my := c.(mysqlConn)
	if _, err := my.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, fmt.Errorf("store: choose how transactions see each other: %w", errors.Join(err, c.Close()))
	}
	return &conn{mysqlConn: my}, nil
}

// mysqlConn is what the driver's connections can do.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection on which a transaction begins late. It belongs to one
// goroutine at a time, as database/sql promises.
type conn struct {
	mysqlConn
	due bool // a transaction is to begin with the next statement
}

const begin = "START TRANSACTION"

// BeginTx notes that a transaction is to begin. One that asks for another isolation
// (Store.snapshot) begins at once.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	if o.ReadOnly || o.Isolation != 0 {
		return c.mysqlConn.BeginTx(ctx, o)
	}
	c.due = true
	return lateTx{c}, nil
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	r, err := c.mysqlConn.ExecContext(ctx, c.with(query), args)
	c.sent(err)
	return r, err
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.mysqlConn.QueryContext(ctx, c.with(query), args)
	c.sent(err)
	return rows, err
}

// with is the statement, after the beginning of its transaction if that is due.
func (c *conn) with(query string) string {
	if c.due {
		return begin + ";\n" + query
	}
	return query
}

// sent notes that the transaction has begun. It has not when the statement failed by
// anything but the server's word: it was not sent, or the connection is broken.
func (c *conn) sent(err error) {
	var refused *mysqldriver.MySQLError
	c.due = c.due && err != nil && !errors.As(err, &refused)
}

// PrepareContext implements driver.ConnPrepareContext. A statement that is prepared
// goes alone.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.due {
		if _, err := c.mysqlConn.ExecContext(ctx, begin, nil); err != nil {
			return nil, err
		}
		c.due = false
	}
	return c.mysqlConn.PrepareContext(ctx, query)
}

// lateTx ends a transaction, if it has begun.
type lateTx struct{ c *conn }

func (t lateTx) Commit() error { return t.end("COMMIT") }

func (t lateTx) Rollback() error { return t.end("ROLLBACK") }

func (t lateTx) end(how string) error {
	if t.c.due {
		t.c.due = false
		return nil
	}
	_, err := t.c.mysqlConn.ExecContext(context.Background(), how, nil)
	return err
}
