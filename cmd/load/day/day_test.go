package day_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/glebarez/go-sqlite" // the driver of the embedded home

	"redthread/cmd/load/day"
)

// However a small day goes, nobody reads what is not for them, no alert is lost, and
// the bot comes to the evening with its people served. Whether all else was clean is
// the command's verdict: what falls between two colleagues hangs on the machine's pace.
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
	if r.Leaks > 0 || r.Alerts.Lost > 0 {
		t.Errorf("%d leaks, %d alerts lost", r.Leaks, r.Alerts.Lost)
	}
	if r.Answered < 5 || r.Alerts.All == 0 || r.Counts["topics deleted"] == 0 || r.Counts["restarts of the bot"] != 1 {
		t.Errorf("too little happened: %+v", r)
	}
}
