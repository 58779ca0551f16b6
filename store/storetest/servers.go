package storetest

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
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
// numbers begin at one again.
func empty(server, name string) error {
	db, err := sql.Open("mysql", server+name+"?multiStatements=true")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // what matters was answered
	rows, err := db.Query("SELECT table_name, auto_increment IS NOT NULL FROM information_schema.tables WHERE table_schema = ? AND table_name <> 'goose_db_version'", name)
	if err != nil {
		return err
	}
	defer rows.Close()
	all := ""
	for rows.Next() {
		var table string
		var numbered bool
		if err := rows.Scan(&table, &numbered); err != nil {
			return err
		}
		all += fmt.Sprintf("DELETE FROM `%s`; ", table)
		if numbered {
			all += fmt.Sprintf("ALTER TABLE `%s` AUTO_INCREMENT = 1; ", table)
		}
	}
	if err := rows.Err(); err != nil || all == "" {
		return err
	}
	_, err = db.Exec(all)
	return err
}
