package storetest

import (
	"database/sql"
	"strings"
	"testing"

	"redthread/store"
)

// Size is how many bytes a house takes: of each table with its indexes, as the
// database counts its pages, and of Redis' keys and values together.
type Size struct {
	Tables map[string]int64
	Redis  int64
}

// All is the bytes of all tables.
func (z Size) All() (n int64) {
	for _, b := range z.Tables {
		n += b
	}
	return n
}

// SizeOf measures the house. s is a store that is open on it.
func SizeOf(t testing.TB, home store.Config, s *store.Store) Size {
	t.Helper()
	z := Size{Tables: map[string]int64{}}
	db := open(t, home)
	defer func() { _ = db.Close() }() // it was read only
	query := "SELECT m.tbl_name, SUM(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name GROUP BY m.tbl_name"
	if strings.HasPrefix(home.Database, "mysql:") {
		query = "SELECT table_name, data_length + index_length FROM information_schema.tables WHERE table_schema = DATABASE()"
		for _, table := range tables(t, db, home) {
			if _, err := db.ExecContext(t.Context(), "ANALYZE TABLE "+table); err != nil {
				t.Fatal(err)
			}
		}
	}
	z.read(t, db, query)
	if err := s.EachCopy(t.Context(), func(key, value string) { z.Redis += int64(len(key) + len(value)) }); err != nil {
		t.Fatal(err)
	}
	return z
}

func (z Size) read(t testing.TB, db *sql.DB, query string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var table string
		var n int64
		if err := rows.Scan(&table, &n); err != nil {
			t.Fatal(err)
		}
		z.Tables[table] = n
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
