package store_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/sla"
	"redthread/store"
	"redthread/store/storetest"
)

// Two clients who file at the same moment have nothing to do with each other, though
// both look for what their new papers do not have yet.
func TestNewPapersDoNotCollide(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	var both sync.WaitGroup // have looked; SQLite lets one write after the other
	if strings.HasPrefix(home.Database, "mysql:") {
		both.Add(2)
	}
	var plays atomic.Int64
	var wg sync.WaitGroup
	for _, who := range []string{"1", "2"} {
		from := bot.Conversation{Channel: "telegram", Chat: who}
		paper := "C-00000" + who
		ev := bot.Event{Key: bot.EventKey("e" + who), From: from, Kind: bot.Wrote, Text: "x", At: time.Now()}
		wg.Go(func() {
			first := true
			_, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
				plays.Add(1)
				if _, err := tx.Clock(paper, sla.First); !errors.Is(err, store.ErrNotFound) {
					t.Errorf("a clock that is not there: %v", err)
				}
				if first && strings.HasPrefix(home.Database, "mysql:") {
					both.Done()
					both.Wait()
				}
				first = false
				return tx.SetClock(store.PaperClock{Clock: sla.Start(time.Hour, tx.Now()), Paper: paper, Kind: sla.First, Conversation: from, StartedAt: tx.Now()}, time.Time{}, time.Time{})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := plays.Load(); n != 2 {
		t.Errorf("two turns were played %d times", n)
	}
}

// What is read at one moment does not show what others commit meanwhile.
func TestSnapshotStandsStill(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	tx, err := s.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	turns := func() (n int) {
		if err := tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM turns").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := turns()
	take(t, s, wrote("e1", "x"))
	if after := turns(); after != before {
		t.Errorf("%d turns, a moment ago %d", after, before)
	}
}
