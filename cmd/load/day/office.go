package day

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"redthread/bot"
	"redthread/bot/calendar"
	"redthread/bot/dialog"
	"redthread/bot/logging"
	"redthread/bot/server"
	"redthread/bot/telegram"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/store"
	"redthread/store/seal"
	"redthread/templates"
)

// office is the bot of the day's agency, in this process, because its clock is
// ours.
type office struct {
	d      *day
	keys   *seal.Box
	log    *os.File
	store  *store.Store
	stop   context.CancelFunc
	ended  chan error
	starts int
}

// openOffice sets the bot up and starts it.
func openOffice(ctx context.Context, d *day) (*office, error) {
	o := &office{d: d}
	path := filepath.Join(d.Dir, "keys.json")
	err := seal.Create(path)
	if err == nil {
		o.keys, err = seal.Load(path)
	}
	if err == nil {
		o.log, err = os.Create(filepath.Join(d.Dir, "bot.log"))
	}
	if err != nil {
		return nil, fmt.Errorf("day: set up the bot: %w", err)
	}
	if err := o.start(ctx); err != nil {
		return nil, errors.Join(err, o.log.Close())
	}
	return o, nil
}

// start opens the store and the server, as the program does at its start.
func (o *office) start(ctx context.Context) (err error) {
	log := logging.New(o.log, "debug", "json")
	o.store, err = store.Open(ctx, store.Config{
		Database: o.d.Database, Redis: o.d.Redis, Keys: o.keys, Media: filepath.Join(o.d.Dir, "media"),
		Migrate: true, Now: o.d.clock.Now, Log: log,
	})
	if err != nil {
		return fmt.Errorf("day: open the store: %w", err)
	}
	s, err := o.server(log)
	if err != nil {
		return errors.Join(fmt.Errorf("day: open the bot: %w", err), o.store.Close())
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	o.stop, o.ended = stop, make(chan error, 1)
	o.starts++
	go func() { o.ended <- s.Run(running) }()
	return o.d.doors.leadTo(s.Addr())
}

func (o *office) server(log *slog.Logger) (*server.Server, error) {
	texts, err := templates.Open(templates.Options{Zone: shanghai})
	if err != nil {
		return nil, err
	}
	cal, err := calendar.New(calendar.Config{Zone: shanghai, Hours: []string{"mon-sun 9:00-18:00"}})
	if err != nil {
		return nil, err
	}
	d := o.d
	account := d.wechat.Config()
	return server.New(server.Config{
		Store: o.store, Texts: texts, Listen: "127.0.0.1:0", PublicURL: d.doors.bot(), Spool: filepath.Join(d.Dir, "spool"), Zone: shanghai, Log: log,
		Agency:   func(string) dialog.Agency { return dialog.Agency{Name: "红线婚介", Hours: "9:00–18:00"} },
		Promises: flows.Settings{Calendar: cal, Groups: []bot.Conversation{{Channel: telegram.Name, Chat: fmt.Sprint(d.group.ID())}}},
		WeChat: &wechat.Config{
			AppID: account.AppID, AppSecret: account.Secret, Token: account.Token, AESKey: account.AESKey, Mode: wechat.Mode(account.Mode),
			BaseURL: d.doors.wechat(), MenuLinks: true,
		},
		Telegram: &telegram.Config{Token: d.doors.token, Secrets: []string{d.doors.secret}, BaseURL: d.doors.telegram(), Groups: []int64{d.group.ID()}},
		After:    d.clock.After,
	})
}

// restart stops the bot, as an operator does, and starts it anew on what it kept.
func (o *office) restart(ctx context.Context) error {
	if err := o.end(); err != nil {
		return err
	}
	return o.start(ctx)
}

func (o *office) end() error {
	o.stop()
	return errors.Join(<-o.ended, o.store.Close())
}

func (o *office) close() error { return errors.Join(o.end(), o.log.Close()) }

// busy names what the bot is doing; empty: it waits for the clock or for somebody.
func (o *office) busy(ctx context.Context, now time.Time) (string, error) {
	var n int
	const query = "SELECT COUNT(*) FROM outbox_heads WHERE owner <> '' AND lease_until > ? AND sent_seq < max_seq"
	if err := o.d.DB.QueryRowContext(ctx, query, now.UnixMilli()).Scan(&n); err != nil {
		return "", fmt.Errorf("day: look what is being sent: %w", err)
	}
	if n > 0 {
		return fmt.Sprint(n, " conversations are being sent to"), nil
	}
	return "", nil
}

// looks is how often the bot looks around at least.
const looks = 500 * time.Millisecond

// next is when the bot has something to do again, at most a minute from now.
func (o *office) next(ctx context.Context, now time.Time) (time.Time, error) {
	next := now.Add(time.Minute)
	for _, query := range []string{"SELECT MIN(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END) FROM outbox_heads WHERE sent_seq < max_seq", "SELECT MIN(due_at) FROM timers"} {
		var due *int64
		if err := o.d.DB.QueryRowContext(ctx, query).Scan(&due); err != nil {
			return next, fmt.Errorf("day: look what is due next: %w", err)
		}
		if due != nil {
			next = min2(next, max2(time.UnixMilli(*due), now.Add(looks)))
		}
	}
	return next, nil
}

// watchers is how many parts of the bot wait for the clock when it has nothing to do.
const watchers = 5

// wake moves the clock, and returns when those whom it woke have looked around.
func (o *office) wake(d time.Duration) {
	o.d.clock.Advance(d)
	o.d.clock.Waiters(watchers)
}

// max2 is the later of two moments.
func max2(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// doors are the addresses by which bot and platforms know each other. The bot's
// stays the same over a restart.
type doors struct {
	secret  string // of Telegram's callbacks
	token   string // of the Telegram bot
	servers []*http.Server
	urls    [3]string // WeChat's, Telegram's, the bot's
	now     atomic.Pointer[httputil.ReverseProxy]
}

func (s *doors) open(wechat, telegram http.Handler) error {
	s.secret = rand.Text() + rand.Text()
	front := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := s.now.Load(); p != nil {
			p.ServeHTTP(w, r)
			return
		}
		http.Error(w, "nobody is in", http.StatusServiceUnavailable)
	})
	for i, h := range []http.Handler{wechat, telegram, front} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return fmt.Errorf("day: open a platform's door: %w", err)
		}
		server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
		s.servers, s.urls[i] = append(s.servers, server), "http://"+l.Addr().String()
		go server.Serve(l)
	}
	return nil
}

func (s *doors) wechat() string   { return s.urls[0] }
func (s *doors) telegram() string { return s.urls[1] }
func (s *doors) bot() string      { return s.urls[2] }

// leadTo has callbacks go to the bot's present address.
func (s *doors) leadTo(address string) error {
	u, err := url.Parse("http://" + address)
	if err != nil {
		return fmt.Errorf("day: the bot's address: %w", err)
	}
	p := httputil.NewSingleHostReverseProxy(u)
	p.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	s.now.Store(p)
	return nil
}

func (s *doors) close() error {
	var errs []error
	for _, server := range s.servers {
		errs = append(errs, server.Close())
	}
	return errors.Join(errs...)
}
