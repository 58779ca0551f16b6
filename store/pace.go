package store

import (
	"strings"
	"time"
)

// Quiet lists a matchmaker's clients who could be introduced to somebody, have been
// with us since a moment and since then have been brought nobody, at most n, the
// first who came first; of clients with a package, only while its term runs and it
// has room.
func (tx *Tx) Quiet(owner int64, since time.Time, n int) (codes []string, err error) {
	const (
		filed   = "EXISTS (SELECT 1 FROM profiles p WHERE p.client_id = c.profile_id AND p.filed_at <= ?)"
		brought = "EXISTS (SELECT 1 FROM introductions i WHERE i.{side} = c.client_id AND (i.asked_at > ? OR i." + introOpen + "))"
		spent   = "EXISTS (SELECT 1 FROM packages g WHERE g.client_id = c.client_id AND (g.used >= g.total OR g.until_at <= ?))"
	)
	if err := tx.begin(); err != nil {
		return nil, err
	}
	first, second := strings.ReplaceAll(brought, "{side}", "client_id"), strings.ReplaceAll(brought, "{side}", "other_id")
	rows, err := tx.sql.QueryContext(tx.ctx, "SELECT c.client_id FROM candidates c JOIN clients k ON k.id = c.client_id WHERE k.owner_id = ? AND c.findable = 1"+
		" AND "+filed+" AND NOT "+first+" AND NOT "+second+" AND NOT "+spent+" ORDER BY c.client_id LIMIT ?",
		owner, millis(since), millis(since), millis(since), millis(tx.now), n)
	if err != nil {
		return nil, wrap("look for who has been brought nobody", err)
	}
	ids, err := readIDs(rows)
	for _, id := range ids {
		codes = append(codes, number("K", id))
	}
	return codes, wrap("look for who has been brought nobody", err)
}
