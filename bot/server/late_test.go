package server_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/outbox"
	"redthread/bot/telegram"
	"redthread/store"
	"redthread/store/storetest"
)

// breaker is a channel that takes every message, and on whose first one the line
// to the database breaks.
type breaker struct {
	bot.Channel // nobody asks for more than Send and Metered
	line        *wire
	once        sync.Once
	took        chan bot.Delivery
}

func (b *breaker) Send(_ context.Context, d bot.Delivery) (bot.Receipt, error) {
	b.once.Do(b.line.snap)
	b.took <- d
	return bot.Receipt{Pieces: 1, Total: 1}, nil
}

func (*breaker) Metered() bool { return false }

// said is a log that tells what it is told.
type said chan string

func (said) Enabled(context.Context, slog.Level) bool { return true }
func (s said) WithAttrs([]slog.Attr) slog.Handler     { return s }
func (s said) WithGroup(string) slog.Handler          { return s }
func (s said) Handle(_ context.Context, r slog.Record) error {
	select {
	case s <- r.Message:
	default:
	}
	return nil
}

// A message that arrived while the database went away is noted when it is back,
// by whoever sent it, and not sent again.
func TestArrivedWhileAway(t *testing.T) {
	home, line := behindWire(t)
	s := storetest.Open(t, home)
	to := bot.Conversation{Channel: "telegram", Chat: "7"}
	say := func(key, text string) {
		t.Helper()
		ev := bot.Event{Key: bot.EventKey(key), From: to, Kind: bot.Wrote, At: time.Now()}
		if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
			tx.Post(to, store.Replies, bot.Message{Text: text})
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	b := &breaker{line: line, took: make(chan bot.Delivery, 10)}
	ctx, stop := context.WithCancel(t.Context())
	failed := make(said, 10)
	var run sync.WaitGroup
	run.Go(func() {
		(&outbox.Sender{Store: s, Channels: map[string]bot.Channel{"telegram": b}, Repeat: map[string]int{"telegram": telegram.Tries}, Log: slog.New(failed)}).Run(ctx)
	})
	defer run.Wait()
	defer stop()
	say("1", "first")
	if d := <-b.took; d.Message.Text != "first" {
		t.Fatalf("sent %q", d.Message.Text)
	}
	for words := range failed {
		if words == "outbox: delivery interrupted" { // the first could not be noted
			break
		}
	}
	line.mend()
	say("2", "second")
	if d := <-b.took; d.Message.Text != "second" {
		t.Errorf("sent %q again", d.Message.Text)
	}
}
