package wechat

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
)

// sendAll sends n messages at once and returns the errors.
func sendAll(c *Channel, n int) []error {
	var all sync.WaitGroup
	errs := make(chan error, n)
	for range n {
		all.Go(func() {
			if _, err := c.Send(ctx, to(bot.Message{Text: "hi"})); err != nil {
				errs <- err
			}
		})
	}
	all.Wait()
	close(errs)
	var got []error
	for err := range errs {
		got = append(got, err)
	}
	return got
}

func TestTokenIsAskedForOnce(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	if errs := sendAll(c, 20); len(errs) > 0 {
		t.Error(errs)
	}
	if p.tokens != 1 || p.count("/cgi-bin/token") != 0 {
		t.Errorf("asked %d times", p.tokens)
	}
}

func TestRefusedTokenIsHealedOnce(t *testing.T) {
	for name, shared := range map[string]Shared{"alone": nil, "shared": &memory{}, "cache away": &memory{away: true}} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			c, _ := open(t, func(c *Config) { p.at(c); c.Shared = shared })
			sendAll(c, 1)
			p.setToken("TOKEN-1")
			if errs := sendAll(c, 20); len(errs) > 0 {
				t.Error(errs)
			}
			if p.tokens != 2 {
				t.Errorf("asked %d times", p.tokens)
			}
		})
	}
}

// Two processes: the second finds the first one's token, and neither drops a
// newer one.
func TestTokenIsShared(t *testing.T) {
	p := newPlatform(t)
	cache := new(memory)
	share := func(c *Config) { p.at(c); c.Shared = cache }
	a, _ := open(t, share)
	b, _ := open(t, share)
	if errs := append(sendAll(a, 1), sendAll(b, 1)...); len(errs) > 0 || p.tokens != 1 {
		t.Errorf("asked %d times, %v", p.tokens, errs)
	}
	p.setToken("TOKEN-1")
	if errs := append(sendAll(a, 3), sendAll(b, 3)...); len(errs) > 0 || p.tokens != 2 {
		t.Errorf("healed %d times, %v", p.tokens-1, errs)
	}
}

func TestTokenIsForcedRarely(t *testing.T) {
	p := newPlatform(t)
	p.stuck = true
	now, cache := start, new(memory)
	c, _ := open(t, func(c *Config) { p.at(c); c.Now = func() time.Time { return now }; c.Shared = cache })
	if errs := sendAll(c, 5); len(errs) > 0 {
		t.Fatal(errs)
	}
	forced := func() int { return strings.Count(strings.Join(p.posted(tokenPath), ""), `"force_refresh":true`) }
	if forced() != 1 {
		t.Errorf("forced %d times", forced())
	}
	p.setToken("TOKEN-1")
	p.mu.Lock()
	p.stuck = false
	p.mu.Unlock()
	if errs := sendAll(c, 1); len(errs) > 0 { // no need of force
		t.Error(errs)
	}
	p.mu.Lock()
	p.stuck, p.good = true, "TOKEN-2"
	p.mu.Unlock()
	_ = cache.Set(ctx, c.tokens.key, "TOKEN-STUCK", time.Hour)
	c.tokens.keep("TOKEN-STUCK", time.Hour)
	errs := sendAll(c, 1)
	if len(errs) != 1 || forced() != 1 || !strings.Contains(errs[0].Error(), "try again") {
		t.Errorf("forced %d times, %v", forced(), errs)
	}
}

func TestTokenExpires(t *testing.T) {
	p := newPlatform(t)
	now := start
	c, _ := open(t, func(c *Config) { p.at(c); c.Now = func() time.Time { return now } })
	for _, d := range []time.Duration{0, time.Hour, 55 * time.Minute} { // 7200 s less 5 minutes
		now = now.Add(d)
		if errs := sendAll(c, 1); len(errs) > 0 {
			t.Fatal(errs)
		}
	}
	if p.tokens != 2 {
		t.Errorf("asked %d times", p.tokens)
	}
}

func TestTokenErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		answer func(http.ResponseWriter, *http.Request)
		want   string
	}{
		"IP": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist %s"}`, secret)
		}, "add the address 203.0.113.7"},
		"secret": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"errcode":40125,"errmsg":"invalid appsecret"}`)
		}, "AppSecret is wrong"},
		"502":   {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }, "not the platform's"},
		"page":  {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }, "not the platform's"},
		"empty": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") }, "not the platform's"},
		"moved": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 307) }, "not the platform's"},
		"cut":   {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.handle(tokenPath, tc.answer)
			var told struct {
				forced bool
				err    error
			}
			c, _ := open(t, func(cfg *Config) {
				p.at(cfg)
				cfg.Asked = func(forced bool, err error) { told.forced, told.err = forced, err }
			})
			err := c.Check(ctx)
			if err == nil || !strings.Contains(err.Error(), tc.want) || leaks(err.Error()) != "" {
				t.Errorf("%v", err)
			}
			if told.forced || told.err == nil {
				t.Errorf("told of %+v", told)
			}
		})
	}
}

// One who leaves does not take the token from those who asked with them.
func TestTokenSearchOutlivesItsFirstCaller(t *testing.T) {
	p := newPlatform(t)
	begun, leave := make(chan struct{}), make(chan struct{})
	p.handle(tokenPath, func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-leave
		fmt.Fprint(w, `{"access_token":"TOKEN-0","expires_in":7200}`)
	})
	c, _ := open(t, p.at)
	first, cancel := context.WithCancel(ctx)
	gone := make(chan error)
	go func() { _, err := c.tokens.current(first); gone <- err }()
	<-begun
	second := make(chan error)
	go func() { _, err := c.tokens.current(ctx); second <- err }()
	cancel()
	if err := <-gone; err == nil {
		t.Error("the first caller stayed")
	}
	close(leave)
	if err := <-second; err != nil {
		t.Error(err)
	}
}
