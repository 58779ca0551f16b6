package emulator

import (
	"context"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// TelegramConfig says which bot the server knows and how strict it is.
type TelegramConfig struct {
	Token    string       // "<bot id>:<secret>"
	BotID    int64        // 0: the number before the token's colon
	Username string       // without the @; empty: "redthread_bot"
	Name     string       // the bot's first name; empty: "Redthread"
	Clock    Clock        // nil: RealClock
	Seed     uint64       // of identifiers, retry delays and faults
	Limits   bool         // refuse what exceeds the sending limits, see telegram_limits.go
	Log      *slog.Logger // nil: silent; only ids are logged
}

// Telegram plays the Bot API server for one bot, and the phones of the people
// who talk to it. It is an http.Handler for /bot<token>/<method> and
// /file/bot<token>/<path>, and posts updates to the webhook the bot has set.
//
// Error texts, limits and the order of delivery follow the published server
// (github.com/tdlib/telegram-bot-api) and core.telegram.org/bots/api. What it
// plays is judged by one lock: calls take effect one after the other.
type Telegram struct {
	cfg     TelegramConfig
	bot     tgUser
	clock   Clock
	log     *slog.Logger
	client  *http.Client
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	methods map[string]tgMethod

	mu       sync.Mutex
	rand     *rand.Rand
	faults   Faults
	chats    map[int64]*tgChat
	phones   map[int64]*TelegramPhone
	files    map[string]*tgFile // by file ID
	paths    map[string]*tgFile // by download path
	queries  map[string]*tgQuery
	commands map[tgCommandKey][]TelegramCommand
	limits   tgLimits
	stats    TelegramStats
	lastID   int64 // message ID, shared by private chats and basic groups
	groups   int64

	hook       *tgHook
	hookSet    time.Time
	allowed    map[string]bool
	updateID   int64
	queues     map[int64]*tgQueue
	ready      []*tgQueue
	inflight   int
	pending    []*tgUpdate // all that are not confirmed, by update ID
	arrived    chan struct{}
	polling    chan struct{} // closed when another getUpdates takes over
	hookErr    string
	hookErrAt  int64
	closedDown bool
}

// NewTelegram returns a server that knows one bot and nobody else. Close it
// when done.
func NewTelegram(cfg TelegramConfig) *Telegram {
	if cfg.Clock == nil {
		cfg.Clock = RealClock
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.BotID == 0 {
		id, _, _ := strings.Cut(cfg.Token, ":")
		cfg.BotID, _ = strconv.ParseInt(id, 10, 64)
	}
	t := &Telegram{
		cfg: cfg, clock: cfg.Clock, log: cfg.Log, client: newTelegramClient(),
		bot: tgUser{
			ID: cfg.BotID, IsBot: true,
			First:    tgOr(cfg.Name, "Redthread"),
			Username: tgOr(cfg.Username, "redthread_bot"),
		},
		rand:     rand.New(rand.NewPCG(cfg.Seed, 0x7e1e)),
		chats:    map[int64]*tgChat{},
		phones:   map[int64]*TelegramPhone{},
		files:    map[string]*tgFile{},
		paths:    map[string]*tgFile{},
		queries:  map[string]*tgQuery{},
		commands: map[tgCommandKey][]TelegramCommand{},
		limits:   tgLimits{chats: map[int64]*tgWindow{}},
		stats:    newTelegramStats(),
		allowed:  tgDefaultUpdates(),
		queues:   map[int64]*tgQueue{},
		arrived:  make(chan struct{}),
	}
	t.updateID = 100_000_000 + t.rand.Int64N(800_000_000)
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.methods = t.methodTable()
	return t
}

// Close stops deliveries and waits for those that are under way. What was not
// delivered ends with ErrTelegramClosed.
func (t *Telegram) Close() {
	t.mu.Lock()
	t.closedDown = true
	t.mu.Unlock()
	t.cancel()
	t.running.Wait()
	t.client.CloseIdleConnections()

	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.pending) > 0 {
		t.settle(t.pending[0], ErrTelegramClosed)
	}
}

// SetFaults changes how unkind the platform is from now on. Slow refuses sends
// with 429 and a retry_after of 1 to 3 seconds; Closed has no meaning here.
func (t *Telegram) SetFaults(f Faults) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = f
}

// ServeHTTP answers the Bot API.
func (t *Telegram) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/file/bot"); ok {
		t.serveFile(w, r, rest)
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/bot")
	token, method, slash := strings.Cut(rest, "/")
	switch {
	case !ok || !slash:
		t.write(w, tgFailure(tgErr(404, "Not Found")))
	case token != t.cfg.Token:
		t.count("", 401)
		t.write(w, tgFailure(tgErr(401, "Unauthorized")))
	default:
		t.serveCall(w, r, method)
	}
}

// serveCall performs a method, with the faults that fall on it.
func (t *Telegram) serveCall(w http.ResponseWriter, r *http.Request, method string) {
	m, known := t.methods[strings.ToLower(method)]
	if !known {
		t.count("", 404)
		t.write(w, tgFailure(tgErr(404, "Not Found: method not found")))
		return
	}
	fate := t.fate(m)
	if !t.pause(r.Context(), fate.delay) {
		return
	}
	switch {
	case fate.cut:
		t.count(m.name, 0)
		panic(http.ErrAbortHandler) // net/http's way to cut a connection
	case fate.broken:
		t.count(m.name, 502)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>")
		return
	}
	call, err := readTelegramCall(w, r)
	if err != nil {
		t.count(m.name, 400)
		t.write(w, tgFailure(err))
		return
	}
	call.slow = fate.slow
	a := t.perform(r.Context(), m, call)
	if fate.lost && a.code == http.StatusOK {
		t.count(m.name, 0)
		panic(http.ErrAbortHandler)
	}
	t.count(m.name, a.code)
	t.write(w, a)
}

// perform lets a call take effect.
func (t *Telegram) perform(ctx context.Context, m tgMethod, c *tgCall) tgAnswer {
	if m.name == "getUpdates" {
		return t.getUpdates(ctx, c)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.slow > 0 {
		return tgFailure(tgTooMany(c.slow))
	}
	result, err := m.run(c)
	if err != nil {
		return tgFailure(err)
	}
	return tgSuccess(result, c.note) // encoded under the lock, messages change
}

// tgFate is what the faults do to one call.
type tgFate struct {
	delay             time.Duration
	cut, broken, lost bool
	slow              int // seconds to wait, 0 for none
}

func (t *Telegram) fate(m tgMethod) tgFate {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := tgFate{delay: t.faults.Delay, cut: t.faults.Away || t.chance(t.faults.Cut), broken: t.chance(t.faults.Broken)}
	if m.sends {
		f.lost = t.chance(t.faults.Lost)
		if t.chance(t.faults.Slow) {
			f.slow = 1 + t.rand.IntN(3)
		}
	}
	return f
}

func (t *Telegram) chance(share float64) bool { return share > 0 && t.rand.Float64() < share }

// pause waits on the clock; it reports whether the wait came to its end.
func (t *Telegram) pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	select {
	case <-t.clock.After(d):
		return true
	case <-ctx.Done():
		return false
	case <-t.ctx.Done():
		return false
	}
}

func tgOr(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
