package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// house is the bot under load, in processes of its own: built, set up in a
// folder of its own, started.
type house struct {
	dir     string
	account account
	home    *home
	desks   []*desk // the platform's API, one for each process
	servers []*server
	road    *road
	call    atomic.Pointer[func(from int, path, kind string, body []byte) reply] // the platform behind the desks
}

// letters makes a secret of n letters and digits.
func letters(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(strings.ToLower(rand.Text()))
	}
	return b.String()[:n]
}

func newAccount(mode string) account {
	return account{
		botID: "8100000009", botToken: "8100000009:" + letters(35), hookSecret: letters(48),
		appID: "wx" + letters(16), appSecret: letters(32), signToken: letters(24),
		// The last of the 43 letters carries 4 bits only.
		encodeKey: letters(42) + "A", safe: mode == "safe",
	}
}

// buildBot builds the bot's program unless the options name one.
func buildBot(ctx context.Context, o *options, dir string) (string, error) {
	if o.binary != "" {
		return filepath.Abs(o.binary)
	}
	file := filepath.Join(dir, "redthread")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", file, "redthread/cmd/redthread").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("load: build the bot: %w\n%s", err, out)
	}
	return file, nil
}

// openHouse sets the bot up in dir and starts it. seen is the home as the bot
// sees it.
func openHouse(ctx context.Context, o *options, dir, program string, seen *home) (_ *house, err error) {
	h := &house{dir: dir, account: newAccount(o.mode), home: seen}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	if err := h.openDesks(o.servers); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "redthread.yaml")
	if err := os.WriteFile(config, []byte(h.settings(o)), 0o600); err != nil {
		return nil, fmt.Errorf("load: write the bot's settings: %w", err)
	}
	for _, args := range [][]string{{"keys", "create"}, {"migrate", "up"}} {
		cmd := exec.CommandContext(ctx, program, append([]string{"-c", config}, args...)...)
		cmd.Env = cleanEnv()
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("load: redthread %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	for i, d := range h.desks {
		s, err := newServer(i, dir, []string{program, "-c", config, "serve"}, nil)
		if err != nil {
			return nil, err
		}
		if s.metrics, err = freeAddr(); err != nil {
			return nil, err
		}
		s.env = []string{
			"REDTHREAD_ADMIN_ADDRESS=" + s.metrics, "REDTHREAD_LISTEN_ADDRESS=" + s.addr, "REDTHREAD_LISTEN_PUBLIC_URL=http://" + s.addr,
			"REDTHREAD_TELEGRAM_BASE_URL=" + d.url(), "REDTHREAD_WECHAT_BASE_URL=" + d.url(),
			"REDTHREAD_SPOOL=" + filepath.Join(dir, fmt.Sprint("spool", i)),
		}
		h.servers = append(h.servers, s)
	}
	if err := h.startAll(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// openDesks opens an API for each process, so that one sees which of them calls.
func (h *house) openDesks(n int) error {
	for i := range n {
		d, err := openDesk("127.0.0.1:0", func(path, kind string, body []byte) reply {
			if call := h.call.Load(); call != nil {
				return (*call)(i, path, kind, body)
			}
			return reply{status: 503, body: []byte("{}")}
		})
		if err != nil {
			return err
		}
		h.desks = append(h.desks, d)
	}
	return nil
}

// startAll starts every process and waits until they answer.
func (h *house) startAll(ctx context.Context) error {
	var addrs []string
	for _, s := range h.servers {
		if err := s.start(); err != nil {
			return err
		}
		addrs = append(addrs, s.addr)
	}
	h.road = newRoad(addrs)
	for _, s := range h.servers {
		if err := s.ready(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settings is the bot's configuration file. Its limits are lifted: what is
// measured is the bot and not its politeness.
func (h *house) settings(o *options) string {
	a := h.account
	platform := fmt.Sprintf("telegram:\n  enabled: true\n  token: %q\n  webhook_secret: %q\n  limits: {per_second: 100000, per_chat: 1000, chat_burst: 1000}\n", a.botToken, a.hookSecret)
	if o.channel == "wechat" {
		platform = fmt.Sprintf("wechat:\n  enabled: true\n  app_id: %q\n  app_secret: %q\n  token: %q\n  aes_key: %q\n  mode: %s\n  allowances: {message_count: 100, action_count: 100, action_for: 48h}\n",
			a.appID, a.appSecret, a.signToken, a.encodeKey, o.mode)
	}
	return fmt.Sprintf("agency: {name_zh: 红线婚介, name_en: Redthread, hours_zh: 每天 9:00–18:00, hours_en: daily 9:00–18:00}\n"+
		"limits: {messages_per_minute: 0, media_per_minute: 0, complaints_per_day: 0}\n"+
		"database: %q\nredis: %q\nkeys: %q\nblobs: %q\n%s", h.home.database, h.home.redisURL,
		filepath.Join(h.dir, "keys.json"), filepath.Join(h.dir, "media"), platform)
}

// vitals is how all processes stand together.
func (h *house) vitals() (sum vitals) {
	for _, s := range h.servers {
		v, err := s.vitals()
		if err != nil {
			continue // it is being killed
		}
		sum.CPU += v.CPU
		sum.RSS += v.RSS
		sum.Peak += v.Peak
		sum.Files += v.Files
		sum.Sockets += v.Sockets
	}
	return sum
}

// close stops the processes, then what they talked to.
func (h *house) close() error {
	var errs []error
	for _, s := range h.servers {
		errs = append(errs, s.stop())
	}
	for _, d := range h.desks {
		d.close()
	}
	if h.road != nil {
		h.road.close()
	}
	return errors.Join(errs...)
}

// settle is how long the bot has to send what is left when everybody is silent.
const settle = 45 * time.Second
