package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"testing"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// wire is a connection that notes what it is sent, and fails as it is told.
type wire struct {
	mysqlConn
	sent []string
	fail error
}

func (w *wire) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	w.sent = append(w.sent, query)
	return driver.RowsAffected(1), w.fail
}

func (w *wire) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	_, err := w.ExecContext(ctx, query, args)
	return nil, err
}

func (w *wire) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	_, err := w.ExecContext(ctx, "prepared: "+query, nil)
	return nil, err
}

func TestTransactionsBeginWithTheirFirstStatement(t *testing.T) {
	t.Parallel()
	refused := &mysqldriver.MySQLError{Number: 1062}
	for name, c := range map[string]struct {
		play func(*conn, *wire, driver.Tx) error
		want []string
	}{
		"nothing is done": {
			func(_ *conn, _ *wire, tx driver.Tx) error { return tx.Commit() },
			nil,
		},
		"two statements": {
			func(c *conn, _ *wire, tx driver.Tx) error {
				_, err := c.QueryContext(t.Context(), "A", nil)
				_, err2 := c.ExecContext(t.Context(), "B", nil)
				return errors.Join(err, err2, tx.Commit())
			},
			[]string{"START TRANSACTION;\nA", "B", "COMMIT"},
		},
		"the first is refused": {
			func(c *conn, w *wire, tx driver.Tx) error {
				w.fail = refused
				_, _ = c.ExecContext(t.Context(), "A", nil)
				w.fail = nil
				return tx.Rollback()
			},
			[]string{"START TRANSACTION;\nA", "ROLLBACK"},
		},
		"the first is too large and goes prepared": {
			func(c *conn, w *wire, tx driver.Tx) error {
				w.fail = driver.ErrSkip // nothing is sent
				_, _ = c.ExecContext(t.Context(), "A", nil)
				w.fail, w.sent = nil, nil
				_, err := c.PrepareContext(t.Context(), "A")
				return errors.Join(err, tx.Commit())
			},
			[]string{"START TRANSACTION", "prepared: A", "COMMIT"},
		},
		"the first was given up before it was sent": {
			func(c *conn, w *wire, tx driver.Tx) error {
				w.fail = context.Canceled
				_, _ = c.ExecContext(t.Context(), "A", nil)
				w.fail, w.sent = nil, nil
				_, err := c.ExecContext(t.Context(), "B", nil)
				return errors.Join(err, tx.Rollback())
			},
			[]string{"START TRANSACTION;\nB", "ROLLBACK"},
		},
		"the next transaction": {
			func(c *conn, _ *wire, tx driver.Tx) error {
				err := tx.Rollback()
				_, err2 := c.ExecContext(t.Context(), "A", nil) // in none
				return errors.Join(err, err2)
			},
			[]string{"A"},
		},
	} {
		w := &wire{}
		c1 := &conn{mysqlConn: w}
		tx, err := c1.BeginTx(t.Context(), driver.TxOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.play(c1, w, tx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !slices.Equal(w.sent, c.want) {
			t.Errorf("%s: sent %q, want %q", name, w.sent, c.want)
		}
	}
}
