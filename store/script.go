package store

import (
	"context"
	"database/sql"
	"strings"
)

// script gathers statements of a transaction that need no answer of their own. MySQL,
// which is asked over a network, is sent all of them in one trip.
type script struct {
	s          *Store
	statements []deed
}

func (b *script) add(what, query string, args ...any) {
	b.statements = append(b.statements, deed{what: what, query: query, args: args})
}

// joined is all in one, and what to say of it when it fails.
func (b *script) joined() (all deed) {
	n := 0
	for _, d := range b.statements {
		n += len(d.args)
	}
	all.args = make([]any, 0, n)
	what, queries := make([]string, 0, len(b.statements)), make([]string, 0, len(b.statements))
	for _, d := range b.statements {
		what, queries = append(what, d.what), append(queries, d.query)
		all.args = append(all.args, d.args...)
	}
	all.what, all.query = strings.Join(what, ", "), strings.Join(queries, ";\n")
	return all
}

// run runs the statements in their order up to the first that fails, and tells how
// many rows the last one met.
func (b *script) run(ctx context.Context, tx *sql.Tx) (n int64, err error) {
	statements := b.statements
	if len(statements) > 1 && b.s.dialect.name == "mysql" {
		statements = []deed{b.joined()}
	}
	for _, d := range statements {
		if n, err = affected(tx.ExecContext(ctx, d.query, d.args...)); err != nil {
			return 0, wrap(d.what, err)
		}
	}
	return n, nil
}

// rows is run when the last statement, and no other, asks for rows.
func (b *script) rows(ctx context.Context, tx *sql.Tx) (*sql.Rows, error) {
	last := b.statements[len(b.statements)-1]
	if b.s.dialect.name == "mysql" {
		last = b.joined()
	} else {
		before := script{s: b.s, statements: b.statements[:len(b.statements)-1]}
		if _, err := before.run(ctx, tx); err != nil {
			return nil, err
		}
	}
	found, err := tx.QueryContext(ctx, last.query, last.args...)
	return found, wrap(last.what, err)
}
