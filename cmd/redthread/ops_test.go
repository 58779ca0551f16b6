package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/server"
	"redthread/bot/wechat"
	"redthread/store"
	"redthread/store/seal"
)

const (
	wxAppID  = "wx0a1b2c3d4e5f6a7b"
	wxSecret = "0f3a9c1d5e7b2846a0c9d8e7f6b5a493"
	wxToken  = "kT9wQz3Lm7Xc5Vb1"
	wxAES    = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1eF3hJ5lM7nP9r"
)

// ready is a house whose keyset and tables are made.
func ready(t *testing.T) *house {
	h := newHouse(t)
	h.run("keys create", exitDone)
	h.run("migrate up", exitDone)
	return h
}

// open opens the house's store, as the running program has it.
func (h *house) open() *store.Store {
	h.t.Helper()
	keys, err := seal.Load(filepath.Join(h.dir, "keys.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := store.Open(h.t.Context(), store.Config{Database: os.Getenv("REDTHREAD_DATABASE"), Keys: keys, Media: filepath.Join(h.dir, "media")})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return s
}

// town has both platforms, and the program's WeChat door at listen.public_url.
type town struct {
	*house
	wechat   *emulator.WeChat
	telegram *emulator.Telegram
}

func newTown(t *testing.T) *town {
	n := &town{
		house:    newHouse(t),
		wechat:   emulator.NewWeChat(emulator.WeChatConfig{AppID: wxAppID, Secret: wxSecret, Token: wxToken, AESKey: wxAES, Mode: "safe"}),
		telegram: emulator.NewTelegram(emulator.TelegramConfig{Token: botToken}),
	}
	door, err := wechat.New(wechat.Config{AppID: wxAppID, AppSecret: wxSecret, Token: wxToken, AESKey: wxAES, Letters: noLetters{}})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle(server.WeChatPath, door.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, nil }))
	for name, h := range map[string]http.Handler{"LISTEN_PUBLIC_URL": mux, "WECHAT_BASE_URL": n.wechat, "TELEGRAM_BASE_URL": n.telegram} {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		t.Setenv("REDTHREAD_"+name, s.URL)
	}
	t.Cleanup(n.telegram.Close)
	t.Cleanup(n.wechat.Close)
	for name, value := range map[string]string{"ENABLED": "true", "APP_ID": wxAppID, "APP_SECRET": wxSecret, "TOKEN": wxToken, "AES_KEY": wxAES} {
		t.Setenv("REDTHREAD_WECHAT_"+name, value)
	}
	return n
}

func (n *town) run(args string, code int, words ...string) {
	n.t.Helper()
	said := n.house.run(args, code, words...)
	for _, secret := range []string{wxSecret, wxToken, wxAES} {
		if strings.Contains(said, secret) {
			n.t.Errorf("%s shows a secret", args)
		}
	}
}

func TestWebhook(t *testing.T) {
	n := newTown(t)
	n.run("webhook status", exitFailed, "it delivers to nobody", "Telegram delivers to nobody; run `redthread webhook set`")
	n.run("webhook set", exitDone, "✓ Telegram delivers to http", "/telegram", "服务器地址 (URL)", "/wechat", "安全模式", "✓ WeChat's address answers")
	n.run("webhook status", exitDone, "✓ Telegram knows us as @", "0 updates wait", "✓ WeChat takes our calls", "✓ WeChat's address answers")
	n.run("webhook delete", exitDone, "停用", "✓ Telegram delivers no more")
	n.run("webhook status", exitFailed, "it delivers to nobody")
	n.run("webhook set --connections 101", exitFailed, "101 connections, expected 1 to 100")

	n.wechat.Refuse("/cgi-bin/stable_token", 40164)
	n.run("webhook status", exitFailed, "✗ WeChat does not take our calls", "IP whitelist")
	t.Setenv("REDTHREAD_TELEGRAM_TOKEN", strings.Replace(botToken, "AAH", "AAX", 1))
	n.run("webhook set", exitFailed, "compare the setting Token with what @BotFather shows", "✓ WeChat's address answers")
	t.Setenv("REDTHREAD_WECHAT_TOKEN", "zP4uWs8Kn2Fd6Gh3")
	n.run("webhook status", exitFailed, "the program there has another Token")
	t.Setenv("REDTHREAD_LISTEN_PUBLIC_URL", "")
	n.run("webhook set", exitFailed, "listen.public_url is empty")
}

func TestWebhookRemedies(t *testing.T) {
	for reported, want := range map[string]string{
		"SSL error {error:0A000086:SSL routines::certificate verify failed}": "whole chain",
		"Wrong response from the webhook: 401 Unauthorized":                  "webhook set",
		"Wrong response from the webhook: 404 Not Found":                     "reverse proxy must pass",
		"Wrong response from the webhook: 502 Bad Gateway":                   "is it running",
		"Wrong response from the webhook: 503 Service Unavailable":           "the database first",
		"Connection timed out":                                               "nobody answers",
		"Failed to resolve host: Name or service not known":                  "DNS",
		"Something new": "",
	} {
		if got := webhookRemedy(reported); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%q: %q", reported, got)
		}
	}
}

func TestMenu(t *testing.T) {
	n := newTown(t)
	n.run("menu show", exitDone, "WeChat's menu bar:\n  none", "Telegram's commands for zh-CN:\n  none")
	n.run("menu push", exitDone, "✓ WeChat has the menu bar", "✓ Telegram has the commands")
	n.run("menu show", exitDone, "menu:complaint:", "Telegram's commands for every other language:\n  /", "/menu")
	n.wechat.Refuse("/cgi-bin/menu/create", 48001)
	n.run("menu push", exitFailed, "verified service account", "✓ Telegram has the commands")
}

// lose leaves messages for a conversation, each with its end.
func lose(t *testing.T, s *store.Store, to bot.Conversation, ends ...store.Settled) {
	t.Helper()
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint(to, time.Now().UnixNano())), From: to, Kind: bot.Wrote, At: time.Now()}
	if _, err := s.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		for range ends {
			tx.Post(to, store.Alerts, bot.Message{Text: "私密的话"})
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	cl, err := s.Claim(t.Context(), to, time.Minute)
	if err != nil || cl == nil {
		t.Fatal(cl, err)
	}
	for i, end := range ends {
		if end.State == store.Queued {
			continue
		}
		end.Seq, end.Lane = int64(i+1), store.Alerts
		if err := cl.Settle(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	if err := cl.Release(t.Context(), store.Rest{}); err != nil {
		t.Fatal(err)
	}
}

func TestOutbox(t *testing.T) {
	h := ready(t)
	h.run("outbox list", exitDone, "None.")
	s := h.open()
	lose(t, s, bot.Conversation{Channel: "telegram", Chat: "42"},
		store.Settled{State: store.Failed, Reason: "refused: 400"},
		store.Settled{State: store.Failed, Reason: "outcome unknown: it may have arrived"},
		store.Settled{State: store.Delivered},
		store.Settled{State: store.Queued})
	said := h.run("outbox list", exitDone, "telegram:42", "refused: 400", "queued")
	if strings.Contains(said, "私密") {
		t.Error("the list shows what was said")
	}
	h.run("outbox list --state sent --to telegram:42 -n 5", exitDone, "telegram:42   3")
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{"outbox list --state lost", exitMisused, "--state must be one of"},
		{"outbox list --to anna", exitFailed, `"anna" is no conversation`},
		{"outbox retry", exitFailed, "expected a conversation and a number"},
		{"outbox retry telegram:42", exitFailed, "expected a conversation and a number"},
		{"outbox retry telegram:42 1 --since 1h", exitFailed, "expected a conversation and a number"},
		{"outbox retry nobody 1", exitFailed, `"nobody" is no conversation`},
		{"outbox retry telegram:42 9", exitFailed, "has no message 9"},
		{"outbox retry telegram:42 3", exitFailed, "has arrived, or is on its way"},
		{"outbox retry --since 1h", exitDone, "1 messages go out again"},
		{"outbox retry --since 1h", exitDone, "0 messages go out again"},
		{"outbox retry telegram:42 2", exitDone, "as number 6"},
		{"outbox drop telegram:42 4", exitDone, "will not be sent"},
		{"outbox drop telegram:42 4", exitFailed, "has come to its end already"},
		{"outbox drop telegram:42 9", exitFailed, "has no message 9"},
		{"outbox drop nobody 1", exitFailed, "no conversation"},
	} {
		h.run(tt.args, tt.code, tt.want)
	}
	if all, err := s.OutboxFind(t.Context(), store.OutboxWish{State: store.Queued, Most: 9}); err != nil || len(all) != 2 {
		t.Errorf("%d on their way, %v", len(all), err)
	}
	cl, err := s.Claim(t.Context(), bot.Conversation{Channel: "telegram", Chat: "42"}, time.Minute)
	if err != nil || cl == nil {
		t.Fatal(cl, err)
	}
	h.run("outbox drop telegram:42 5", exitFailed, "is being sent to right now")
}

func TestLetters(t *testing.T) {
	h := ready(t)
	h.run("letters list", exitDone, "None.")
	h.run("letters show 1", exitFailed, "there is no dead letter 1")
	h.run("letters replay", exitFailed, "or --all")
	h.run("letters replay 1 --all", exitFailed, "or --all")
	h.run("letters replay 1", exitFailed, "✗ 1: there is no dead letter 1", "1 of 1 letters could not be played")
	s := h.open()
	good := fmt.Sprintf(`{"update_id":5,"message":{"message_id":1,"date":%d,"chat":{"id":42,"type":"private"},"from":{"id":42,"first_name":"D"},"text":"投诉"}}`, time.Now().Unix())
	for _, raw := range []string{good, "{\x1b[2J", `<xml/>`} {
		channel := "telegram"
		if raw == `<xml/>` {
			channel = "wechat" // not enabled here
		}
		if err := s.Bury(t.Context(), channel, []byte(raw), errors.New("a fault of ours")); err != nil {
			t.Fatal(err)
		}
	}
	h.run("letters list", exitDone, "a fault of ours", "telegram", "wechat")
	h.run("letters show 1", exitDone, "投诉", "played    no")
	if said := h.run("letters show 2", exitDone); strings.Contains(said, "\x1b") {
		t.Error("a letter steers the terminal")
	}
	h.run("letters replay --all", exitFailed, "✓ 1: played", "✗ 2:", "✗ 3: server: replay: wechat.enabled is not true", "2 of 3")
	h.run("letters replay 1", exitDone, "✓ 1: it had taken effect before")
	h.run("letters show 1", exitDone, "played    yes")
	turns, err := s.TurnLog(t.Context(), 9)
	if err != nil || len(turns) != 1 || !strings.HasPrefix(turns[0].After, "complaint") {
		t.Errorf("turns %+v, %v", turns, err)
	}
}

// A rotation from beginning to end, beside a program that runs.
func TestKeysRotate(t *testing.T) {
	untilTakenUp = time.Millisecond
	h := newHouse(t)
	keys := filepath.Join(h.dir, "keys.json")
	h.run("keys rotate", exitFailed, "`redthread keys create`")
	h.run("keys create", exitDone)
	h.run("keys rotate", exitFailed, "run `redthread migrate up`")
	h.run("migrate up", exitDone)
	s := h.open()
	lose(t, s, bot.Conversation{Channel: "telegram", Chat: "42"}, store.Settled{State: store.Queued})
	h.run("keys rotate", exitDone, "seals from now on", "outbox.body          1 of 1", "sessions.body        1 of 1", "Everything is under the new key")
	h.run("keys rotate --prepare", exitFailed, "a rotation is under way")
	h.run("keys list", exitDone, "seals and opens", "  opens\n")
	h.run("keys prune", exitFailed, "wait until 5m0s have passed")
	age(t, keys)

	// The program still seals under the old key: nothing may be removed.
	lose(t, s, bot.Conversation{Channel: "telegram", Chat: "43"}, store.Settled{State: store.Queued})
	h.run("keys prune", exitFailed, "are still sealed under key", "run `redthread keys rotate`")
	if _, err := s.Keys().Reload(); err != nil { // as serve does every few seconds
		t.Fatal(err)
	}
	h.run("keys rotate", exitDone, "A rotation is under way", "Everything is under the new key")
	t.Setenv("REDTHREAD_SPOOL", filepath.Join(h.dir, "spool"))
	h.write("spool/00000000000000000001.spool", "x")
	h.run("keys prune", exitFailed, "events that the old key sealed lie in")
	if err := os.Remove(filepath.Join(h.dir, "spool", "00000000000000000001.spool")); err != nil {
		t.Fatal(err)
	}
	h.run("keys prune", exitDone, "is removed", "Backups made before")
	h.run("keys prune", exitDone, "There is one key")
	h.run("keys reindex", exitDone, "0 phone numbers are found by a new secret")
	cl, err := s.Claim(t.Context(), bot.Conversation{Channel: "telegram", Chat: "42"}, time.Minute)
	if err != nil || cl == nil {
		t.Fatal(cl, err)
	}
	if all, err := cl.Pending(t.Context(), 9); err != nil || len(all) != 1 || all[0].Message.Text != "私密的话" {
		t.Errorf("%+v, %v", all, err)
	}
}

// Over several machines the file is carried round before the key seals.
func TestKeysPrepare(t *testing.T) {
	untilTakenUp = time.Millisecond
	h := ready(t)
	h.run("keys rotate --prepare", exitDone, "is added and does not seal yet")
	h.run("keys prune", exitFailed, "the newest key does not seal yet")
	said := h.run("keys list", exitDone)
	if !strings.Contains(strings.Split(said, "\n")[0], "seals and opens") {
		t.Errorf("the old key must seal still:\n%s", said)
	}
	h.run("keys rotate", exitDone, "seals from now on", "Everything is under the new key")
	age(t, filepath.Join(h.dir, "keys.json"))
	h.run("keys prune", exitDone, "is removed")
}

// age makes a file look as if it had lain there for long.
func age(t *testing.T, path string) {
	t.Helper()
	then := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, then, then); err != nil {
		t.Fatal(err)
	}
}
