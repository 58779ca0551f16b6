package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"redthread/bot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testToken  = "4242:AAF-plantedSecretOfTheBotToken_0001"
	testSecret = "abcdefghijklmnopqrstuvwxyz0123456789"
	nextSecret = "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_9876543210"
)

// clock is a time of the test's own making.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// graveyard keeps dead letters; err makes it refuse them.
type graveyard struct {
	mu      sync.Mutex
	letters []string
	err     error
}

func (g *graveyard) Bury(_ context.Context, channel string, raw []byte, why error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return g.err
	}
	if channel != Name || why == nil {
		return errors.New("a letter without channel or reason")
	}
	g.letters = append(g.letters, string(raw))
	return nil
}

func (g *graveyard) count() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.letters)
}

// call is one call the API got.
type call struct {
	method string
	fields map[string]string // uploads by their file's bytes
}

// api is a Bot API that answers what the test wants and keeps the calls.
type api struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	calls  []call
	answer func(w http.ResponseWriter, c call) // nil: success
}

func newAPI(t *testing.T) *api {
	a := &api{t: t}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := call{path.Base(r.URL.Path), fields(r)}
	a.mu.Lock()
	a.calls = append(a.calls, c)
	answer := a.answer
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if answer == nil {
		succeed(w, c)
		return
	}
	answer(w, c)
}

func (a *api) answers(f func(w http.ResponseWriter, c call)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

// got lists the calls of the methods, of all methods if none is named.
func (a *api) got(methods ...string) (calls []call) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.calls {
		if len(methods) == 0 || strings.Contains(" "+strings.Join(methods, " ")+" ", " "+c.method+" ") {
			calls = append(calls, c)
		}
	}
	return calls
}

func succeed(w http.ResponseWriter, c call) {
	result := `true`
	switch {
	case c.method == "sendMediaGroup":
		result = `[{"message_id":900,"date":1,"chat":{"id":1}},{"message_id":901,"date":1,"chat":{"id":1}}]`
	case strings.HasPrefix(c.method, "send") && c.method != "sendChatAction", strings.HasPrefix(c.method, "edit"):
		result = `{"message_id":900,"date":1,"chat":{"id":1}}`
	case c.method == "getMe":
		result = `{"id":4242,"is_bot":true,"username":"redthread_bot"}`
	case c.method == "getUpdates":
		result = `[]`
	}
	io.WriteString(w, `{"ok":true,"result":`+result+`}`)
}

// fail answers with a Bot API error.
func fail(w http.ResponseWriter, code int, description, parameters string) {
	w.WriteHeader(code)
	if parameters == "" {
		parameters = "{}"
	}
	body, _ := json.Marshal(map[string]any{"ok": false, "error_code": code, "description": description, "parameters": json.RawMessage(parameters)})
	w.Write(body)
}

func fields(r *http.Request) map[string]string {
	out := map[string]string{}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	raw, _ := io.ReadAll(r.Body)
	if kind == "application/json" {
		var m map[string]any
		json.Unmarshal(raw, &m)
		for k, v := range m {
			b, _ := json.Marshal(v)
			out[k] = string(b)
		}
		return out
	}
	form := multipart.NewReader(strings.NewReader(string(raw)), params["boundary"])
	for {
		p, err := form.NextPart()
		if err != nil {
			return out
		}
		b, _ := io.ReadAll(p)
		out[p.FormName()] = string(b)
	}
}

// house is a channel with everything around it.
type house struct {
	*Channel
	api   *api
	dead  *graveyard
	clock *clock
	log   *logBook
}

// logBook keeps what was logged.
type logBook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func newHouse(t *testing.T, change ...func(*Config)) *house {
	t.Helper()
	h := &house{api: newAPI(t), dead: &graveyard{}, clock: newClock(), log: &logBook{}}
	cfg := Config{
		Token: testToken, Secrets: []string{testSecret, nextSecret}, BaseURL: h.api.URL,
		Letters: h.dead, Now: h.clock.now, Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.sleep = func(ctx context.Context, d time.Duration) error {
		h.clock.pass(d)
		return ctx.Err()
	}
	c.hint = time.Hour
	h.Channel = c
	t.Cleanup(func() {
		h.settle(t)
		if text := h.log.String(); strings.Contains(text, "plantedSecret") {
			t.Errorf("the log holds the token: %s", text)
		}
	})
	return h
}

// settle waits for the errands and closes the channel.
func (h *house) settle(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
}

// deliver posts an update as Telegram does and returns the status.
func (h *house) deliver(accept bot.Accept, update string) int {
	return h.post(accept, http.MethodPost, testSecret, update).Code
}

func (h *house) post(accept bot.Accept, method, secret, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/telegram", strings.NewReader(body))
	if secret != "" {
		r.Header.Set(secretHeader, secret)
	}
	w := httptest.NewRecorder()
	h.Webhook(accept).ServeHTTP(w, r)
	return w
}

// forbidden is an accept that must not be called.
func forbidden(t *testing.T) bot.Accept {
	return func(_ context.Context, ev bot.Event) (bot.Outcome, error) {
		t.Errorf("accept was called with %+v", ev)
		return bot.Outcome{}, nil
	}
}

// taking keeps the events it is given.
func taking(events *[]bot.Event) bot.Accept {
	var mu sync.Mutex
	return func(_ context.Context, ev bot.Event) (bot.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		*events = append(*events, ev)
		return bot.Outcome{}, nil
	}
}
