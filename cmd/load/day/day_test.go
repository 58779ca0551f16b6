package day_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/glebarez/go-sqlite" // the driver of the embedded home

	"redthread/cmd/load/day"
)

// A small day passes without anything lost, forgotten or told to the wrong person,
// and people have talked in it, fallen silent and been called for.
func TestDay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "redthread.db")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	r, err := day.Play(t.Context(), day.Options{Clients: 10, Seed: 3, Mode: "safe", Dir: dir, DB: db, Database: "sqlite:" + file, Notes: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Print(t.Output(), false); err != nil {
		t.Error(err)
	}
	if !r.Clean() {
		t.Error("the day is not clean")
	}
	if r.Answered < 10 || r.Alerts.All == 0 || r.Counts["topics deleted"] == 0 || r.Counts["restarts of the bot"] != 1 {
		t.Errorf("too little happened: %+v", r)
	}
}
