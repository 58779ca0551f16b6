package server_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/emulator"
	"redthread/bot/knowledge"
	"redthread/bot/logging"
	"redthread/bot/server"
	"redthread/bot/telegram"
	"redthread/bot/wechat"
	"redthread/flows"
	"redthread/store"
	"redthread/store/storetest"
	"redthread/templates"
)

const (
	aesKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	appID    = "wx0123456789abcdef"
	secret   = "0123456789abcdef0123456789abcdef"
	wxToken  = "wechatsignaturetoken"
	tgToken  = "8100000009:AAtokenoftheemulatedbotabcdefghijkl"
	tgSecret = "telegram-webhook-secret-0123456789abcdef"
)

// planted are the secrets that no log may hold.
var planted = []string{aesKey, secret, wxToken, tgToken, tgSecret}

// world is the whole: both platforms, and the bot in one or several processes'
// worth of servers behind one address.
type world struct {
	t        *testing.T
	home     store.Config
	stores   []*store.Store
	servers  []*server.Server
	limits   server.Limits
	groups   []int64           // of the staff
	folder   string            // of approved answers, the agency's
	answers  []*knowledge.Live // of each replica
	wechat   *emulator.WeChat
	telegram *emulator.Telegram
	front    *httptest.Server
	log      *lockedBuffer
	backends []*httputil.ReverseProxy
	next     atomic.Int64
	sees     func(method string, body []byte) // each call to Telegram's API, if it is set before the start
	stop     []func()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// builtInTexts are read and proved once: every text with every sample costs more
// than most tests.
var builtInTexts = sync.OnceValues(func() (*templates.Live, error) { return templates.Open(templates.Options{}) })

// newWorld starts n replicas on a home of their own. Callbacks go to them in
// turn.
func newWorld(t *testing.T, n int) *world {
	t.Helper()
	return newWorldAt(t, n, storetest.Home(t), server.Limits{})
}

func newWorldAt(t *testing.T, n int, home store.Config, limits server.Limits) *world {
	t.Helper()
	return newWorldWith(t, n, home, limits, func(*world) {})
}

// newWorldWith lets something be done on the platforms before the bot starts.
func newWorldWith(t *testing.T, n int, home store.Config, limits server.Limits, before func(*world)) *world {
	t.Helper()
	w := &world{t: t, home: home, limits: limits, folder: t.TempDir(), log: &lockedBuffer{}}
	quiet := slog.New(slog.DiscardHandler)
	w.wechat = emulator.NewWeChat(emulator.WeChatConfig{
		AppID: appID, Secret: secret, Token: wxToken, AESKey: aesKey, Mode: "safe", Log: quiet,
		MarkFailAfter: -1, // a slow machine is no bot that has given up
	})
	w.telegram = emulator.NewTelegram(emulator.TelegramConfig{Token: tgToken, Log: quiet})
	wx, tg := httptest.NewServer(w.wechat), httptest.NewServer(http.HandlerFunc(w.callTelegram))
	w.front = httptest.NewServer(http.HandlerFunc(w.forward))
	before(w)
	for range n {
		w.start(wx.URL, tg.URL)
	}
	w.wechat.SetCallback(w.front.URL + server.WeChatPath)
	w.stop = append(w.stop, func() {
		w.wechat.Close()
		w.telegram.Close()
		w.front.Close()
		wx.Close()
		tg.Close()
	})
	t.Cleanup(w.close)
	w.until("the webhook is set", func() bool { return w.telegram.Stats().Calls["setWebhook"][200] > 0 })
	return w
}

// callTelegram is Telegram's API, as the bot calls it.
func (w *world) callTelegram(rw http.ResponseWriter, r *http.Request) {
	if w.sees != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.t.Error(err)
		}
		w.sees(path.Base(r.URL.Path), body)
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	w.telegram.ServeHTTP(rw, r)
}

func (w *world) forward(rw http.ResponseWriter, r *http.Request) {
	w.backends[int(w.next.Add(1))%len(w.backends)].ServeHTTP(rw, r)
}

// start opens one replica.
func (w *world) start(wxURL, tgURL string) {
	w.t.Helper()
	s, err := store.Open(w.t.Context(), w.home)
	if err != nil {
		w.t.Fatal(err)
	}
	texts, err := builtInTexts()
	if err != nil {
		w.t.Fatal(err)
	}
	answers, err := knowledge.Open(knowledge.Options{Override: os.DirFS(w.folder), Folder: w.folder})
	if err != nil {
		w.t.Fatal(err)
	}
	w.answers = append(w.answers, answers)
	srv, err := server.New(server.Config{
		Store: s, Texts: texts, Answers: answers, Listen: "127.0.0.1:0", PublicURL: w.front.URL, Spool: w.t.TempDir(), Limits: w.limits,
		Agency:   func(string) dialog.Agency { return dialog.Agency{Name: "红线婚介"} },
		WeChat:   &wechat.Config{AppID: appID, AppSecret: secret, Token: wxToken, AESKey: aesKey, BaseURL: wxURL, MenuLinks: true},
		Telegram: &telegram.Config{Token: tgToken, Secrets: []string{tgSecret}, BaseURL: tgURL, Groups: w.groups},
		Promises: flows.Settings{Groups: w.staffGroups()},
		Log:      logging.New(w.log, "debug", "json"),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	to, err := url.Parse("http://" + srv.Addr())
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx) }()
	w.stores, w.servers = append(w.stores, s), append(w.servers, srv)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	w.backends = append(w.backends, proxy)
	w.stop = append(w.stop, func() {
		cancel()
		if err := <-done; err != nil {
			w.t.Error(err)
		}
		if err := s.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) staffGroups() (all []bot.Conversation) {
	for _, id := range w.groups {
		all = append(all, bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(id)})
	}
	return all
}

// close ends everything, and proves that no log has told a secret.
func (w *world) close() {
	for _, stop := range w.stop {
		stop()
	}
	log := w.log.String()
	for _, s := range planted {
		if strings.Contains(log, s) {
			w.t.Errorf("the log holds a secret: %.12s…", s)
		}
	}
}

// until waits for ok, two minutes at most.
func (w *world) until(what string, ok func() bool) {
	w.t.Helper()
	for end := time.Now().Add(2 * time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("still waiting until %s\n%s", what, w.log.String())
		}
	}
}

// person is somebody with a phone of either platform.
type person struct {
	w    *world
	wx   *emulator.WeChatPhone
	tg   *emulator.TelegramPhone
	seen int64 // bubbles before it were there when the last thing was done
}

func (w *world) onWeChat(openid string) *person { return &person{w: w, wx: w.wechat.Phone(openid)} }

func (w *world) onTelegram(id int64, lang string) *person {
	return &person{w: w, tg: w.telegram.Phone(id, emulator.TelegramUser{First: fmt.Sprint("T", id), Lang: lang})}
}

func (p *person) screen() *emulator.Screen {
	if p.wx != nil {
		return p.wx.Screen()
	}
	return p.tg.Screen()
}

// mark remembers what the screen shows, so that hear looks at what is new.
func (p *person) mark() {
	for _, b := range p.screen().Bubbles() {
		p.seen = max(p.seen, b.ID)
	}
}

func (p *person) arrive() *person {
	p.w.t.Helper()
	p.mark()
	if p.wx != nil {
		p.wx.Follow("")
	} else {
		p.tg.Start("")
	}
	return p
}

func (p *person) write(text string) *person {
	p.mark()
	if p.wx != nil {
		p.wx.Write(text)
	} else {
		p.tg.Write(text)
	}
	return p
}

func (p *person) show(pictures ...[]byte) *person {
	p.mark()
	if p.wx != nil {
		for _, b := range pictures {
			p.wx.SendPicture(b)
		}
	} else if len(pictures) > 1 {
		p.tg.SendAlbum(pictures)
	} else {
		p.tg.SendPicture(pictures[0], "")
	}
	return p
}

// press waits for a button or tappable word and presses the newest.
func (p *person) press(label string) *person {
	p.w.t.Helper()
	var do func()
	p.wait("can press "+label, func(all []emulator.Bubble) bool {
		for i := len(all) - 1; i >= 0; i-- {
			if do = p.button(all[i], label); do != nil {
				return true
			}
		}
		return false
	})
	p.mark()
	do()
	return p
}

// button is what presses the label on the bubble; nil when it has none.
func (p *person) button(b emulator.Bubble, label string) func() {
	for i, word := range b.Words {
		if string([]rune(b.Text)[word.Start:word.End]) == label {
			return func() { p.wx.Tap(b.ID, i) }
		}
	}
	for row, keys := range b.Keys {
		for col, k := range keys {
			if k.Label == label && p.tg != nil {
				return func() { p.tg.Press(b.ID, row, col) }
			}
		}
	}
	return nil
}

// hear waits until a bubble that is new since the last deed holds the words.
func (p *person) hear(words string) emulator.Bubble {
	p.w.t.Helper()
	var found emulator.Bubble
	p.wait("hears "+words, func(all []emulator.Bubble) bool {
		for _, b := range all {
			if b.ID > p.seen && !b.Mine && strings.Contains(b.Text, words) {
				found = b
				return true
			}
		}
		return false
	})
	return found
}

func (p *person) wait(what string, ok func([]emulator.Bubble) bool) {
	p.w.t.Helper()
	ctx, cancel := context.WithTimeout(p.w.t.Context(), 2*time.Minute)
	defer cancel()
	if all, err := p.screen().Wait(ctx, ok); err != nil {
		var b strings.Builder
		for _, x := range all {
			fmt.Fprintf(&b, "%d mine=%v %s %v\n", x.ID, x.Mine, x.Text, x.Keys)
		}
		p.w.t.Fatalf("still waiting until she %s; her screen:\n%s\n%s", what, &b, p.w.log.String())
	}
}

// picture is a small JPEG of its own.
func picture(n int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 * 40 {
		m.Set(i%40, i/40, color.RGBA{byte(n * 25), byte(i), 80, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}
