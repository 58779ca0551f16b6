package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// readCommitted opens connections to MySQL whose transactions see what has been
// committed when each statement begins.
//
// MySQL's own choice, REPEATABLE READ, has a look for a row that is not there lock
// the gap in which it would be. Two turns may hold the same gap; then each waits for
// the other to add its row, and one is undone and played again. Papers are made at
// the end of an index, where all look for the same gap: with sixty clients who file at
// once most turns were played several times. What must not change between two looks
// is held by its own row, or its client's, and what must be there once has a unique
// key; neither rests on gaps.
type readCommitted struct{ driver.Connector }

func (r readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	// As a statement, because the variable's name is not the same on MySQL and MariaDB.
	if _, err := c.(driver.ExecerContext).ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, fmt.Errorf("store: choose how transactions see each other: %w", errors.Join(err, c.Close()))
	}
	return c, nil
}
