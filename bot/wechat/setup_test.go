package wechat

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"redthread/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSettings(t *testing.T) {
	good := Config{AppID: appID, AppSecret: secret, Token: signToken, AESKey: aesKey, Letters: new(letterBox)}
	for want, change := range map[string]func(*Config){
		"AppID":          func(c *Config) { c.AppID = "gh_97417a04a28d" },
		"AppSecret":      func(c *Config) { c.AppSecret = "hidden words" },
		"Token":          func(c *Config) { c.Token = "a b" },
		"AESKey":         func(c *Config) { c.AESKey = aesKey[1:] },
		"AESKey:":        func(c *Config) { c.AESKey, c.Mode = "", Compatible },
		"PreviousAESKey": func(c *Config) { c.PreviousAESKey = "x" },
		"Mode":           func(c *Config) { c.Mode = "secure" },
		"Timeout":        func(c *Config) { c.Timeout = -1 },
		"ReplyWithin":    func(c *Config) { c.ReplyWithin = 5 * time.Second },
		"Allowances":     func(c *Config) { c.Allowances.Action.Count = -1 },
		"Letters":        func(c *Config) { c.Letters = nil },
		"BaseURL":        func(c *Config) { c.BaseURL = "api.weixin.qq.com" },
	} {
		cfg := good
		change(&cfg)
		_, err := New(cfg)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: %v", want, err)
		} else if leaks(err.Error()[:strings.Index(err.Error(), "expected")]) != "" || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: the error repeats the setting: %v", want, err)
		}
	}
	c, err := New(good)
	if err != nil || c.cfg.Mode != Safe || c.cfg.Allowances.Message != (bot.Allowance{Name: "message", Count: 5, For: 48 * time.Hour}) ||
		c.cfg.Allowances.Action != (bot.Allowance{Name: "action", Count: 3, For: time.Minute}) || c.Name() != "wechat" || !c.Metered() {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := New(Config{}); err == nil || strings.Count(err.Error(), "expected") != 5 {
		t.Errorf("empty settings: %v", err)
	}
}

func TestMenu(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	items := []MenuItem{{Label: "找对象", Key: "menu:find"}, {Label: "更多", Items: []MenuItem{{Label: "官网", URL: "https://x.cn/?a=1&b=2"}, {Label: "投诉", Key: "menu:complain"}}}}
	if err := c.PushMenu(ctx, items); err != nil {
		t.Fatal(err)
	}
	sent := p.posted("/cgi-bin/menu/create")[0]
	want := `{"button":[{"type":"click","name":"找对象","key":"menu:find"},{"name":"更多","sub_button":[` +
		`{"type":"view","name":"官网","url":"https://x.cn/?a=1&b=2"},{"type":"click","name":"投诉","key":"menu:complain"}]}]}` + "\n"
	if sent != want {
		t.Errorf("%s\n%s", sent, want)
	}
	p.answer("/cgi-bin/menu/get", `{"menu":`+sent+`}`)
	got, err := c.Menu(ctx)
	if diff := cmp.Diff(items, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	p.answer("/cgi-bin/menu/get", `{"errcode":46003,"errmsg":"menu no exist"}`)
	if got, err := c.Menu(ctx); got != nil || err != nil {
		t.Error(got, err)
	}
}

func TestMenuLimits(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	item := MenuItem{Label: "a", Key: "k"}
	for want, items := range map[string][]MenuItem{
		"1 to 3":        nil,
		"4 entries":     {item, item, item, item},
		"6 entries":     {{Label: "a", Items: []MenuItem{item, item, item, item, item, item}}},
		"18 bytes":      {{Label: "六个汉字太多", Key: "k"}},
		"63 bytes":      {{Label: "a", Items: []MenuItem{{Label: strings.Repeat("字", 21), Key: "k"}}}},
		"one of them":   {{Label: "a", Key: "k", URL: "https://x.cn"}},
		"a key, an":     {{Label: "a"}},
		"129 bytes":     {{Label: "a", Key: strings.Repeat("k", 129)}},
		"1025 bytes":    {{Label: "a", URL: strings.Repeat("u", 1025)}},
		"under entries": {{Label: "a", Items: []MenuItem{{Label: "b", Items: []MenuItem{item}}}}},
		"0 bytes":       {{Key: "k"}},
	} {
		err := c.PushMenu(ctx, items)
		if !errors.As(err, new(*bot.Refused)) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if p.count("/cgi-bin/menu/create") != 0 {
		t.Error("a bad menu was sent")
	}
}

func TestCheck(t *testing.T) {
	for answer, want := range map[string]string{
		`{"errcode":40003,"errmsg":"invalid openid"}`:   "",
		`{"errcode":48001,"errmsg":"api unauthorized"}`: "verified service account",
		`{"errcode":48004,"errmsg":"api forbidden"}`:    "banned",
	} {
		p := newPlatform(t)
		p.answer(sendPath, answer)
		c, _ := open(t, p.at)
		if err := c.Check(ctx); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}
