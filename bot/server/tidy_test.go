package server

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// What is due goes once a day, and the next process finds that it has.
func TestTidy(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	st := storetest.Open(t, home)
	var log strings.Builder
	s := &Server{cfg: Config{Store: st}, log: slog.New(slog.NewTextHandler(&log, nil))}
	who := bot.Conversation{Channel: "telegram", Chat: "42"}
	if _, err := st.Turn(t.Context(), bot.Event{Key: "telegram:1", From: who, Kind: bot.Wrote}, func(tx *store.Tx, _ *bot.Session) error { return tx.Meet() }); err != nil {
		t.Fatal(err)
	}
	runs := func() (runs, kinds int) {
		s.tidyIfTime(t.Context())
		all, err := st.Erasures(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			if e.Kind == "run" {
				runs++
			} else {
				kinds++
			}
		}
		return runs, kinds
	}
	for _, want := range []int{1, 1} {
		if n, kinds := runs(); n != want || kinds != 0 {
			t.Errorf("%d runs, %d kinds", n, kinds)
		}
	}
	clock.Advance(400 * 24 * time.Hour)
	if n, kinds := runs(); n != 2 || kinds != 2 { // turns and sessions
		t.Errorf("a year later: %d runs, %d kinds", n, kinds)
	}
	head, err := st.AuditHead(t.Context())
	if err != nil || head.Seq == 0 {
		t.Errorf("the audit log ends at %v, %v", head, err)
	}
	if n := strings.Count(log.String(), "audit: anchor"); n != 2 || !strings.Contains(log.String(), head.String()) {
		t.Errorf("%d anchors, want 2, the last %v:\n%s", n, head, log.String())
	}
}

// Once a day at the hour that is set, in the agency's zone; in the morning when
// the house was shut then.
func TestTidyTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone).UTC() }
	for _, tt := range []struct {
		now, last time.Time
		want      bool
	}{
		{at(2, 4, 0), at(1, 4, 0), true},
		{at(2, 4, 59), at(1, 4, 59), true},
		{at(2, 4, 10), at(2, 4, 0), false},
		{at(2, 3, 59), at(1, 4, 0), false},
		{at(2, 5, 0), at(1, 4, 0), false},
		{at(2, 4, 0), at(1, 9, 0), true}, // it ran late yesterday
		{at(2, 7, 0), at(1, 4, 59), true},
		{at(2, 12, 0), time.Time{}, true},
	} {
		if got := tidyTime(tt.now, tt.last, 4, zone); got != tt.want {
			t.Errorf("at %v, last at %v: %v", tt.now.In(zone), tt.last.In(zone), got)
		}
	}
}
