package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"redthread/bot/config"
	"redthread/store"
)

const (
	botToken = "7012345699:AAHkq8Zr-3vXw_9LmN2pQs5TuYbCdEfGhIj"
	hook     = "Zk8_qW3eR5tY7uI9oP1aS3dF5gH7jK9l"
)

// house is a folder in which the program is run.
type house struct {
	t      *testing.T
	dir    string
	config string
}

// newHouse has the example configuration, with Telegram's secrets filled in.
func newHouse(t *testing.T) *house {
	h := &house{t: t, dir: t.TempDir()}
	h.config = filepath.Join(h.dir, "redthread.yaml")
	h.write("redthread.yaml", config.Example)
	t.Setenv("REDTHREAD_TELEGRAM_ENABLED", "true")
	t.Setenv("REDTHREAD_TELEGRAM_TOKEN", botToken)
	t.Setenv("REDTHREAD_TELEGRAM_WEBHOOK_SECRET", hook)
	t.Setenv("REDTHREAD_DATABASE", "sqlite:"+filepath.Join(h.dir, "data", "bot.db"))
	t.Setenv("REDTHREAD_KEYS", filepath.Join(h.dir, "keys.json"))
	t.Setenv("REDTHREAD_BLOBS", filepath.Join(h.dir, "media"))
	t.Setenv("REDTHREAD_LOG_LEVEL", "error")
	return h
}

func (h *house) write(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// run wants the command to end with the code and to say the words, on either
// output; it returns all that was said.
func (h *house) run(args string, code int, words ...string) string {
	h.t.Helper()
	var out, errs strings.Builder
	all := append([]string{"-c", h.config}, strings.Fields(args)...)
	if got := run(h.t.Context(), all, &out, &errs); got != code {
		h.t.Errorf("%s: exit code %d, want %d\n%s%s", args, got, code, out.String(), errs.String())
	}
	said := out.String() + errs.String()
	for _, w := range words {
		if !strings.Contains(said, w) {
			h.t.Errorf("%s: %q is not in\n%s", args, w, said)
		}
	}
	for _, secret := range []string{botToken, hook} {
		if strings.Contains(said, secret) {
			h.t.Errorf("%s shows a secret", args)
		}
	}
	return said
}

// TestFirstDay sets a house up as a newcomer does.
func TestFirstDay(t *testing.T) {
	h := newHouse(t)
	h.run("check", exitNotInOrder, "✓ settings", "✗ keys", "`redthread keys create`", "✓ texts")
	h.run("staff list", exitFailed, "`redthread keys create`")
	h.run("keys create", exitDone, "keys.json is made")
	h.run("keys create", exitFailed, "exists")
	h.run("check", exitDone, "✓ keys")
	h.run("staff list", exitFailed, "run `redthread migrate up`")
	h.run("migrate status", exitDone, "    1  not yet")
	h.run("migrate up", exitDone, "    1  20")
	if said := h.run("migrate status", exitDone, "    1  20"); strings.Contains(said, "not yet") {
		t.Errorf("after migrate up:\n%s", said)
	}

	h.run("staff list", exitDone, "Nobody yet")
	for _, tt := range []struct{ lang, note string }{{"zh-CN", "请在我们的微信公众号"}, {"en", "Send this code"}} {
		said := h.run("staff invite --role service --lang "+tt.lang, exitDone, tt.note)
		lines := strings.Split(strings.TrimSpace(said), "\n")
		if code := lines[len(lines)-1]; !store.IsInvite(code) {
			t.Errorf("%q is no invite code", code)
		}
	}
	h.run("staff revoke 7", exitFailed, "nobody with the number 7 works here")
}

func TestCheckOwnTexts(t *testing.T) {
	h := newHouse(t)
	h.run("keys create", exitDone)
	t.Setenv("REDTHREAD_TEXTS", filepath.Join(h.dir, "own"))
	h.run("check", exitNotInOrder, "✗ texts", "the folder of texts cannot be read")
	h.write("own/en/mine.txt", "== no.such.text\nHello\n")
	h.run("check", exitNotInOrder, "own/en/mine.txt:1: no.such.text: there is no text")
	h.write("own/en/mine.txt", "# nothing yet\n")
	h.run("check", exitDone, "✓ texts")
}

func TestSettingsNotInOrder(t *testing.T) {
	h := newHouse(t)
	t.Setenv("REDTHREAD_TELEGRAM_WEBHOOK_SECRET", "short")
	t.Setenv("REDTHREAD_LOG_LEVEL", "loud")
	for _, command := range []string{"check", "config print", "staff list", "migrate up", "keys create"} {
		h.run(command, exitNotInOrder, "telegram.webhook_secret: it is too weak", "log.level:")
	}
}

func TestShow(t *testing.T) {
	h := newHouse(t)
	if got := h.run("config example", exitDone); got != config.Example {
		t.Error("the example is printed changed")
	}
	h.run("config print", exitDone, "token: •••", "invite_expires: 72h0m0s")
	h.run("version", exitDone, "redthread ")
	h.run("texts", exitDone)
	h.run("texts no.such", exitFailed, `there is no text "no.such"`)
}

func TestMisused(t *testing.T) {
	h := newHouse(t)
	h.run("", exitMisused, "Try `redthread --help`")
	h.run("dance", exitMisused, "Try `redthread --help`")
	h.run("staff invite --role king", exitMisused, "--role must be one of")
	h.run("staff revoke anna", exitMisused, "Try")
	h.run("--help", exitDone, "migrate up", "config example")
	h.run("staff --help", exitDone, "invite")
}

func TestConfigPath(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := configPath(""); got != "" {
		t.Errorf("reads %q, which is not there", got)
	}
	if err := os.WriteFile("redthread.yaml", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := configPath(""); got != "redthread.yaml" {
		t.Errorf("reads %q", got)
	}
	if got := configPath("other.yaml"); got != "other.yaml" {
		t.Errorf("reads %q", got)
	}
}

func TestKnowledge(t *testing.T) {
	h := newHouse(t)
	h.run("keys create", exitDone)
	h.run("migrate up", exitDone)
	h.run("knowledge check", exitDone, "✓ knowledge (")
	h.run("knowledge eval", exitDone, "PRECISION", "questions", "heldout")
	h.run("knowledge ask 怎么退款", exitDone, "answered at once", "refund")
	h.run("knowledge ask 今晚吃什么", exitDone, "a colleague's")
	h.run("knowledge list", exitDone, "refund", "2026-03-01")
	h.run("knowledge retire Q-000009", exitFailed, "no answer in use was promoted from Q-000009")

	own := filepath.Join(h.dir, "answers")
	h.run("knowledge copy "+own, exitDone, "files written")
	t.Setenv("REDTHREAD_KNOWLEDGE", own)
	h.run("check", exitDone, "✓ knowledge (")
	h.write("answers/zh-CN/fees.md", "---\ntitle: 收费\n---\n")
	h.run("check", exitNotInOrder, "✗ knowledge", "fees.md: it has no date")
	h.run("knowledge check", exitNotInOrder, "fees.md: it has no version")
	h.run("serve --poll", exitNotInOrder, "fees.md")
	h.write("mine.tsv", "nothing here\n")
	t.Setenv("REDTHREAD_KNOWLEDGE", "")
	h.run("knowledge eval "+filepath.Join(h.dir, "mine.tsv"), exitFailed, "line 1: expected an entry, a tab and a question")
	h.write("mine.tsv", "refund\t怎么退款\n-\t怎么退款\n")
	h.run("knowledge eval --wrong "+filepath.Join(h.dir, "mine.tsv"), exitDone, "50.0%", "怎么退款\twanted []\tgot [refund]")
}

func TestVenues(t *testing.T) {
	h := newHouse(t)
	h.run("keys create", exitDone)
	h.run("venues check", exitDone, "✓ venues (")
	own := filepath.Join(h.dir, "places")
	h.run("venues copy "+own, exitDone, "1 files written")
	t.Setenv("REDTHREAD_VENUES", own)
	h.run("check", exitDone, "✓ venues (")
	h.write("places/ours.txt", "== park\nname: 公园\n")
	h.run("check", exitNotInOrder, "✗ venues", "ours.txt:1: park has no line city:")
	h.run("venues check", exitNotInOrder, "park has no line map:")
}
