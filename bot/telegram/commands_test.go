package telegram

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNewNamesWhatIsWrong(t *testing.T) {
	good := Config{Token: testToken, Secrets: []string{testSecret}, Letters: &graveyard{}}
	c, err := New(good)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name() != "telegram" || c.Metered() {
		t.Errorf("%q, metered %v", c.Name(), c.Metered())
	}
	for setting, spoil := range map[string]func(*Config){
		"Token":      func(c *Config) { c.Token = "plantedSecret" },
		"Secrets:":   func(c *Config) { c.Secrets = nil },
		"Secrets: ":  func(c *Config) { c.Secrets = []string{testSecret, testSecret, testSecret} },
		"Secrets[0]": func(c *Config) { c.Secrets = []string{"plantedSecret"} },
		"Secrets[1]": func(c *Config) { c.Secrets = []string{testSecret, strings.Repeat("中plantedSecret", 9)} },
		"BaseURL":    func(c *Config) { c.BaseURL = "api.telegram.org" },
		"Timeout":    func(c *Config) { c.Timeout = time.Millisecond },
		"Attempts":   func(c *Config) { c.Attempts = -1 },
		"Letters":    func(c *Config) { c.Letters = nil },
		"Limits":     func(c *Config) { c.Limits.PerSecond = -1 },
	} {
		cfg := good
		spoil(&cfg)
		_, err := New(cfg)
		if err == nil || !strings.Contains(err.Error(), "telegram: "+strings.TrimSpace(setting)) || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", setting, err)
			continue
		}
		noSecrets(t, err)
	}
}

func TestSetCommands(t *testing.T) {
	h := newHouse(t)
	err := h.SetCommands(t.Context(), map[string][]Command{
		"zh-CN": {{"menu", "主菜单"}}, "en": {{"menu", "Main menu"}, {"help", "Help"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got [][2]string
	for _, c := range h.api.got("setMyCommands") {
		got = append(got, [2]string{c.fields["language_code"], c.fields["commands"]})
	}
	english := `[{"command":"menu","description":"Main menu"},{"command":"help","description":"Help"}]`
	want := [][2]string{{"", english}, {"en", english}, {"zh", `[{"command":"menu","description":"主菜单"}]`}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSetCommandsRefusesAllOrNothing(t *testing.T) {
	for name, bad := range map[string]map[string][]Command{
		"nothing":        {},
		"upper case":     {"en": {{"Menu", "x"}}},
		"slash":          {"en": {{"/menu", "x"}}},
		"no text":        {"zh-CN": {{"menu", ""}}, "en": {{"menu", "x"}}},
		"long text":      {"en": {{"menu", strings.Repeat("字", 257)}}},
		"no language":    {"Chinese": {{"menu", "x"}}},
		"a hundred more": {"en": make([]Command, 101)},
	} {
		h := newHouse(t)
		if err := h.SetCommands(t.Context(), bad); err == nil || len(h.api.got()) != 0 {
			t.Errorf("%s: %v, %d calls", name, err, len(h.api.got()))
		}
	}
}

func TestSetWebhook(t *testing.T) {
	h := newHouse(t)
	if err := h.SetWebhook(t.Context(), "https://bot.example/t", 0); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"url": "https://bot.example/t", "max_connections": "40", "secret_token": testSecret,
		"allowed_updates": `["message","edited_message","callback_query","my_chat_member"]`,
	}
	if diff := cmp.Diff(want, h.api.got("setWebhook")[0].fields); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := h.DeleteWebhook(t.Context()); err != nil {
		t.Error(err)
	}
	if f := h.api.got("deleteWebhook")[0].fields; len(f) != 0 {
		t.Errorf("deleteWebhook with %v", f)
	}
	if err := h.SetWebhook(t.Context(), "https://bot.example/t", 101); err == nil {
		t.Error("101 connections")
	}
}

func TestWebhookInfo(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) {
		w.Write([]byte(`{"ok":true,"result":{"url":"u","pending_update_count":3,"last_error_date":1700000000,"last_error_message":"503","max_connections":40}}`))
	})
	got, err := h.WebhookInfo(t.Context())
	want := WebhookInfo{URL: "u", Pending: 3, LastError: "503", LastErrorAt: time.Unix(1700000000, 0), MaxConnections: 40}
	if err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestErrorsOfCallsExplainTheToken(t *testing.T) {
	h := newHouse(t)
	if err := h.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.api.answers(func(w http.ResponseWriter, c call) { fail(w, 401, "Unauthorized", "") })
	_, infoErr := h.WebhookInfo(t.Context())
	for _, err := range []error{
		h.Check(t.Context()), infoErr, h.SetWebhook(t.Context(), "https://x", 1), h.DeleteWebhook(t.Context()),
		h.SetCommands(t.Context(), map[string][]Command{"en": nil}), h.Poll(t.Context(), forbidden(t)),
	} {
		if err == nil || !strings.Contains(err.Error(), "@BotFather") {
			t.Errorf("error %v", err)
		}
		noSecrets(t, err)
	}
	h.api.Close()
	err := h.Check(t.Context())
	var none *callError
	if err == nil || errors.As(err, &none) {
		t.Errorf("error %v", err)
	}
	noSecrets(t, err)
}

func TestCommands(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) {
		if c.method != "getMyCommands" || c.fields["language_code"] != "zh" {
			t.Errorf("call %+v", c)
		}
		io.WriteString(w, `{"ok":true,"result":[{"command":"menu","description":"主菜单"}]}`)
	})
	got, err := h.Commands(t.Context(), "zh-CN")
	if diff := cmp.Diff([]Command{{"menu", "主菜单"}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	h.api.answers(func(w http.ResponseWriter, _ call) { fail(w, 401, "Unauthorized", "") })
	if _, err := h.Commands(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "@BotFather") {
		t.Errorf("got %v", err)
	}
}
