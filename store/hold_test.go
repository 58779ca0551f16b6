package store

import (
	"sync"
	"testing"

	"redthread/bot"
)

// GatherCommits lets the next n turns that only talk commit as one batch.
func GatherCommits(s *Store, n int) {
	var mu sync.Mutex
	var held []leaving
	do := s.pending.do
	s.pending.do = func(batch []leaving) {
		mu.Lock()
		defer mu.Unlock()
		if n -= len(batch); n < 0 { // those after them
			do(batch)
			return
		}
		if held = append(held, batch...); n == 0 {
			do(held)
		}
	}
}

// RefuseCommits lets no turn that only talks commit any more.
func RefuseCommits(s *Store, why error) {
	s.pending.do = func(batch []leaving) {
		for _, c := range batch {
			c.done <- why
		}
	}
}

// ForgetTurns clears the log of turns, as is done with what is old.
func ForgetTurns(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.sql.ExecContext(t.Context(), "DELETE FROM turns"); err != nil {
		t.Fatal(err)
	}
}

// PublishCopy does to Redis what a turn does that has just committed.
func PublishCopy(t *testing.T, s *Store, c bot.Conversation, seq int64, body string) {
	t.Helper()
	if err := s.cache.putSession(t.Context(), c.String(), seq, []byte(body), false); err != nil {
		t.Fatal(err)
	}
}

// CopyOf is what Redis holds of a conversation: the turn's number, a colon, the
// sealed session.
func CopyOf(t *testing.T, s *Store, c bot.Conversation) string {
	t.Helper()
	raw, err := s.cache.client.Get(t.Context(), sessionKey(c.String())).Result()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// SwapBodies gives every two rows of the table each other's sealed column.
func SwapBodies(t *testing.T, s *Store, table string) {
	t.Helper()
	rows, err := s.sql.QueryContext(t.Context(), "SELECT conversation, seq, body FROM "+table+" ORDER BY conversation, seq")
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		of   string
		seq  int64
		body []byte
	}
	var all []row
	for rows.Next() {
		var r row
		if err := rows.Scan(&r.of, &r.seq, &r.body); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	if err := rows.Close(); err != nil || len(all) != 2 {
		t.Fatalf("%d rows, want 2: %v", len(all), err)
	}
	for i, r := range all {
		if _, err := s.sql.ExecContext(t.Context(), "UPDATE "+table+" SET body = ? WHERE conversation = ? AND seq = ?", all[1-i].body, r.of, r.seq); err != nil {
			t.Fatal(err)
		}
	}
}
