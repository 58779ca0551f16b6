package emulator

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// WeChatConfig describes one Official Account. Everything may be left out; what
// was filled in instead can be read from WeChat.Config.
type WeChatConfig struct {
	AppID      string
	Secret     string
	Token      string // signs callbacks
	AESKey     string // EncodingAESKey, 43 characters
	Mode       string // "plain", "compatible" or "safe" (the default)
	OriginalID string // the account's own ID in messages, gh_…
	Callback   string // the bot's URL; SetCallback sets it later

	Clock Clock
	Seed  uint64 // of IDs, tokens and faults; 0 draws a new one
	Log   *slog.Logger

	Allowances WeChatAllowances
	Quotas     map[string]int            // calls a day by path, in place of WeChat's
	Templates  map[string]WeChatTemplate // by template ID; nil takes every ID

	// Ordered delivers one person's pushes one after the other. WeChat promises
	// no order, and without Ordered there is none here.
	Ordered bool

	// TestAccount makes it a sandbox account: no msgmenu (40200), and taps on
	// words come back without their bizmsgmenuid.
	TestAccount bool

	// RetryStatus repeats a delivery that was answered with another status than
	// 200. Whether WeChat does is not documented; the unkind reading is that it
	// shows the fault banner at once, and that is the default.
	RetryStatus bool

	// MarkFailAfter is how many deliveries in a row must fail before WeChat stops
	// pushing for a minute; what is pushed in that minute is lost. WeChat does
	// not publish its number. 0 is 10, below 0 is never.
	MarkFailAfter int
}

// WeChat is the platform of one Official Account: an http.Handler for the API
// host, the sender of callbacks, and the phones of the people who use it. It is
// safe for concurrent use. Close ends it.
type WeChat struct {
	cfg    WeChatConfig
	cipher *wxCipher
	client *http.Client

	running sync.WaitGroup // deliveries
	ctx     context.Context
	stop    context.CancelFunc

	mu       sync.Mutex
	rng      *rand.Rand
	lastID   int64
	callback string
	faults   Faults
	refused  map[string]int // by path: the errcode every call gets
	phones   map[string]*WeChatPhone
	tokens   wxTokens
	quotas   wxQuotas
	media    map[string]*wxMedia
	menu     []WeChatMenuButton
	codes    map[string]wxQR // by scene
	sent     map[string]wxTemplateSent
	failed   int       // deliveries that failed in a row
	markFail time.Time // until when nothing is pushed
	stats    WeChatStats
}

// NewWeChat opens the platform. A wrong AESKey or Mode is a mistake of the
// program, and it panics.
func NewWeChat(cfg WeChatConfig) *WeChat {
	if cfg.Seed == 0 {
		cfg.Seed = rand.Uint64()
	}
	w := &WeChat{
		rng:     rand.New(rand.NewPCG(cfg.Seed, 0x7765436861742121)),
		refused: map[string]int{},
		phones:  map[string]*WeChatPhone{},
		media:   map[string]*wxMedia{},
		codes:   map[string]wxQR{},
		sent:    map[string]wxTemplateSent{},
		stats:   WeChatStats{Calls: map[string]map[int]int{}},
	}
	w.cfg = w.fill(cfg)
	cipher, err := newWxCipher(w.cfg.AESKey, w.cfg.AppID)
	if err != nil {
		panic(fmt.Sprintf("emulator: WeChat: %v", err))
	}
	w.cipher, w.callback = cipher, w.cfg.Callback
	w.quotas = newWxQuotas(w.cfg.Quotas)
	// Message IDs go on where an earlier run, minutes ago, must have stopped: a
	// bot that remembers it would take a repeated ID for a repeated message.
	w.lastID = w.cfg.Clock.Now().UnixMilli() * 1000
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return w
}

// fill puts something usable where the configuration says nothing.
func (w *WeChat) fill(cfg WeChatConfig) WeChatConfig {
	or := func(s *string, made string) {
		if *s == "" {
			*s = made
		}
	}
	or(&cfg.AppID, "wx"+w.letters(hexDigits, 16))
	or(&cfg.Secret, w.letters(hexDigits, 32))
	or(&cfg.Token, w.letters(alphanumeric, 16))
	or(&cfg.AESKey, w.letters(alphanumeric, 43))
	or(&cfg.OriginalID, "gh_"+w.letters(hexDigits, 12))
	or(&cfg.Mode, "safe")
	if cfg.Mode != "plain" && cfg.Mode != "compatible" && cfg.Mode != "safe" {
		panic(fmt.Sprintf("emulator: WeChat: mode %q is not plain, compatible or safe", cfg.Mode))
	}
	if cfg.Clock == nil {
		cfg.Clock = RealClock
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.MarkFailAfter == 0 {
		cfg.MarkFailAfter = 10
	}
	cfg.Allowances = cfg.Allowances.orDefault()
	return cfg
}

// Close cuts the deliveries that are under way and waits for their end. Actions
// afterwards deliver nothing.
func (w *WeChat) Close() {
	w.mu.Lock()
	w.stop()
	w.mu.Unlock()
	w.running.Wait()
	w.client.CloseIdleConnections()
}

// Config is the account as it came out: the bot needs its AppID, Secret, Token
// and AESKey.
func (w *WeChat) Config() WeChatConfig { return w.cfg }

// SetCallback sets the bot's URL. Its own query, if any, is kept.
func (w *WeChat) SetCallback(url string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.callback = url
}

// SetFaults makes the platform as unkind as f from now on. What WeChat does when
// the network is Away is what it does when a bot is silent: three deliveries,
// then the message is lost and the person reads the fault banner.
func (w *WeChat) SetFaults(f Faults) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = f
}

// Refuse answers every call of an API path with an errcode, until code is 0:
// 48001 for an account without the permission, 40164 for a foreign IP, 43019 …
func (w *WeChat) Refuse(path string, code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if code == 0 {
		delete(w.refused, path)
		return
	}
	w.refused[path] = code
}

// Allowance is what the account may still send to the person.
func (w *WeChat) Allowance(openid string) WeChatLedger {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.phones[openid]; p != nil {
		return p.windows.view(w.cfg.Clock.Now())
	}
	return WeChatLedger{}
}

// Picture is a picture or file on some phone's screen (Bubble.Photo), byte for
// byte as it came, and its MIME type; nil if there is none of the name.
func (w *WeChat) Picture(name string) (data []byte, mime string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.media[name]; m != nil {
		return m.data, m.mime
	}
	return nil, ""
}

// Verify does what WeChat does when the callback URL is saved: it sends an
// echostr and expects it back, as it is, within five seconds.
func (w *WeChat) Verify(ctx context.Context) error {
	w.mu.Lock()
	callback, echo := w.callback, w.letters("123456789", 19)
	query := w.signed("")
	w.mu.Unlock()
	query = append(query, [2]string{"echostr", echo})
	a := w.exchange(ctx, wxRequest{http.MethodGet, wxURL(callback, query), nil})
	switch {
	case a.err != nil:
		return fmt.Errorf("emulator: WeChat: verify callback: %w", a.err)
	case a.status != http.StatusOK:
		return fmt.Errorf("emulator: WeChat: verify callback: answered with status %d", a.status)
	case string(a.body) != echo:
		return fmt.Errorf("emulator: WeChat: verify callback: echostr did not come back as it was")
	}
	return nil
}

const (
	hexDigits    = "0123456789abcdef"
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// letters draws n characters; w.mu is held, or nobody else knows w yet.
func (w *WeChat) letters(from string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = from[w.rng.IntN(len(from))]
	}
	return string(b)
}

// nextID is a message ID; w.mu is held.
func (w *WeChat) nextID() int64 {
	w.lastID++
	return w.lastID
}

// chance says whether something that happens to a share of calls happens now;
// w.mu is held.
func (w *WeChat) chance(share float64) bool { return share > 0 && w.rng.Float64() < share }
