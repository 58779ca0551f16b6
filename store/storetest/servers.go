package storetest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// To build all tables takes MariaDB a second, most tests much less. So a test
// that is done leaves its database behind, emptied, for the next one of the same
// program. Those that are left at the end go with the server.
var (
	spareMu sync.Mutex
	spare   = map[string][]string{} // by server
)

// lend gives a database without rows until the test ends; its tables are built
// by the first store that opens it.
func lend(t testing.TB, server string) (name string) {
	t.Helper()
	spareMu.Lock()
	if left := spare[server]; len(left) > 0 {
		name, spare[server] = left[len(left)-1], left[:len(left)-1]
	}
	spareMu.Unlock()
	if name == "" {
		name = newDatabase(t, server)
	}
	t.Cleanup(func() {
		if t.Failed() || empty(server, name) != nil {
			dropDatabase(server, name) // who knows what is wrong with it
			return
		}
		spareMu.Lock()
		defer spareMu.Unlock()
		spare[server] = append(spare[server], name)
	})
	return name
}

func newDatabase(t testing.TB, server string) string {
	t.Helper()
	db, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // what matters was answered
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	name := "redthread_test_" + hex.EncodeToString(b[:])
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return name
}

// dropDatabase does what it can: the test may have taken the server away.
func dropDatabase(server, name string) {
	if db, err := sql.Open("mysql", server); err == nil {
		_, _ = db.Exec("DROP DATABASE " + name)
		_ = db.Close()
	}
}

// empty takes every row out of every table but the list of migrations, and lets
// numbers begin at one again. Most tests touch few of the tables, and to touch one
// costs more than to look whether anybody did.
func empty(server, name string) error {
	db, err := sql.Open("mysql", server+name+"?multiStatements=true")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // what matters was answered
	tables, err := list(db, "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name <> 'goose_db_version'", name)
	if err != nil || len(tables) == 0 {
		return err
	}
	var ask []string
	for _, table := range tables {
		ask = append(ask, fmt.Sprintf("SELECT '%s' FROM DUAL WHERE EXISTS (SELECT 1 FROM `%[1]s`)", table))
	}
	used, err := list(db, strings.Join(ask, " UNION ALL "))
	if err != nil {
		return err
	}
	numbered, err := list(db, "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND auto_increment > 1", name)
	if err != nil {
		return err
	}
	all := ""
	for _, table := range used {
		emptied := "DELETE FROM `%s`; "
		if table == "audit" { // whose rows nobody may delete one by one
			emptied = "TRUNCATE TABLE `%s`; "
		}
		all += fmt.Sprintf(emptied, table)
	}
	for _, table := range numbered {
		all += fmt.Sprintf("ALTER TABLE `%s` AUTO_INCREMENT = 1; ", table)
	}
	if all == "" {
		return nil
	}
	_, err = db.Exec(all)
	return err
}

func list(db *sql.DB, query string, args ...any) (names []string, err error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
