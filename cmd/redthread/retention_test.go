package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/seal"
)

// visit lets somebody come and go at the time given.
func visit(t *testing.T, h *house, who bot.Conversation, at time.Time) {
	t.Helper()
	keys, err := seal.Load(filepath.Join(h.dir, "keys.json"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Database: os.Getenv("REDTHREAD_DATABASE"), Keys: keys, Media: t.TempDir(), Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Turn(t.Context(), bot.Event{Key: bot.EventKey("test:" + who.Chat), From: who, Kind: bot.Wrote, Lang: "en"}, func(tx *store.Tx, _ *bot.Session) error {
		return tx.Meet()
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestRetention(t *testing.T) {
	h := ready(t)
	h.run("retention --dry-run", exitDone, "Nothing is due.")
	visit(t, h, bot.Conversation{Channel: "telegram", Chat: "42"}, time.Now().AddDate(-2, 0, 0))
	h.run("retention --dry-run", exitDone, "turns  1")
	h.run("retention", exitDone, "turns     1", "sessions  1")
	h.run("retention", exitDone, "Nothing was due.")
	out := h.run("retention --records 9", exitDone, "retention  turns     1")
	if strings.Contains(out, "42") && strings.Contains(out, "telegram") {
		t.Errorf("a record says whose it was: %s", out)
	}
	t.Setenv("REDTHREAD_RETENTION_CONSENTS_DAYS", "30")
	h.run("retention --dry-run", exitNotInOrder, "retention.consents_days", "1095")
}

func TestClient(t *testing.T) {
	h := ready(t)
	h.run("client hold K-000001", exitFailed, "no client K-000001")
	visit(t, h, bot.Conversation{Channel: "telegram", Chat: "42"}, time.Now().AddDate(-9, 0, 0))
	h.run("client hold K-000001", exitDone, "Nothing of K-000001 will be erased")
	h.run("client hold K-000001", exitDone, "held already")
	h.run("retention --dry-run", exitDone, "Nothing is due.")
	h.run("client unlink K-000001", exitFailed, "no client K-000001")
	h.run("client release K-000001", exitDone, "go by their age again")
	h.run("client standing K-000001 paused", exitDone, "K-000001 is paused.")
	h.run("client standing K-000001 asleep", exitMisused, "must be one of")
	h.run("client standing K-000009 barred", exitFailed, "no client K-000009")
	h.run("client release K-000001", exitDone, "No hold")
	h.run("client erased E-000001", exitFailed, "no record E-000001")
	h.run("retention", exitDone, "silence  1")
	out := h.run("client erased E-000001", exitDone, "wished for by the house, because of silence", "carried out at", "clients")
	if strings.Contains(out, "42") || strings.Contains(out, "K-") {
		t.Errorf("the record says whose it was: %s", out)
	}
}

func TestCandidates(t *testing.T) {
	h := ready(t)
	h.run("candidates rebuild", exitDone, "0 made")
	h.run("candidates rebuild --all", exitDone, "0 made")
}
