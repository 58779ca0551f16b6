package main

import (
	"testing"
	"time"
)

func TestReadOutages(t *testing.T) {
	all, err := readOutages("db-kill:60s,freeze:8s")
	if err != nil || len(all) != 2 || all[0].Name != "db-kill" || all[0].Length != time.Minute || all[1].Name != "freeze" {
		t.Errorf("read %+v, %v", all, err)
	}
	for _, wrong := range []string{"db-kill", "db-kill:0s", "db-kill:-1s", "moon:3s", "db-kill:60s,"} {
		if _, err := readOutages(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

// Whoever began before a moment waits until answered; who came after does not
// count.
func TestWaiting(t *testing.T) {
	var w waiting
	first := w.begin(1)
	then := time.Now()
	second := w.begin(2)
	if n := w.before(then.Add(-time.Hour)); n != 0 {
		t.Errorf("%d waited an hour ago", n)
	}
	if n := w.before(then); n != 1 {
		t.Errorf("%d waited, want the first alone", n)
	}
	first()
	if n := w.before(time.Now().Add(time.Second)); n != 1 {
		t.Errorf("%d wait, want the second alone", n)
	}
	second()
	if n := w.before(time.Now().Add(time.Second)); n != 0 {
		t.Errorf("%d still wait", n)
	}
}
