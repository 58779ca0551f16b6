package store

import (
	"fmt"
	"strings"
	"testing"
)

// DumpDatabase is everything that stands in the tables, as a thief of the
// database would read it.
func DumpDatabase(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	for _, table := range []string{"turns", "sessions", "outbox", "outbox_heads", "media", "letters",
		"clients", "staff", "invites", "complaints", "complaint_evidence", "complaint_steps", "handoffs", "handoff_words"} {
		rows, err := s.sql.QueryContext(t.Context(), "SELECT * FROM "+table)
		if err != nil {
			t.Fatal(err)
		}
		names, _ := rows.Columns()
		for rows.Next() {
			values := make([]any, len(names))
			for i := range values {
				values[i] = new([]byte)
			}
			if err := rows.Scan(values...); err != nil {
				t.Fatal(err)
			}
			for _, v := range values {
				fmt.Fprintf(&b, "%s ", *v.(*[]byte))
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// DumpRedis is everything that stands in Redis.
func DumpRedis(t *testing.T, s *Store) string {
	t.Helper()
	var b strings.Builder
	keys, err := s.cache.client.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		v, err := s.cache.client.Get(t.Context(), k).Result()
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(k + " " + v + "\n")
	}
	return b.String()
}
