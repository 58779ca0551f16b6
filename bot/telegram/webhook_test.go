package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
)

var hello = incoming("message", sent+`,"text":"hello"`)

func TestWebhookGuards(t *testing.T) {
	big := `{"update_id":11,"message":{"text":"` + strings.Repeat("x", maxUpdate) + `"}}`
	tests := []struct {
		name, method, secret, body string
		want                       int
	}{
		{"GET", http.MethodGet, testSecret, "", http.StatusMethodNotAllowed},
		{"no secret", http.MethodPost, "", hello, http.StatusUnauthorized},
		{"wrong secret", http.MethodPost, strings.Repeat("z", len(testSecret)), hello, http.StatusUnauthorized},
		{"beginning of the secret", http.MethodPost, testSecret[:35], hello, http.StatusUnauthorized},
		{"too large", http.MethodPost, testSecret, big, http.StatusRequestEntityTooLarge},
		{"too large and not ours", http.MethodPost, "", big, http.StatusUnauthorized},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			if got := h.post(forbidden(t), tt.method, tt.secret, tt.body).Code; got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
			if h.dead.count() != 0 {
				t.Error("it became a dead letter")
			}
		})
	}
}

func TestBothSecretsOpen(t *testing.T) {
	for _, secret := range []string{testSecret, nextSecret} {
		var got []bot.Event
		h := newHouse(t)
		if code := h.post(taking(&got), http.MethodPost, secret, hello).Code; code != 200 || len(got) != 1 {
			t.Errorf("status %d, events %d", code, len(got))
		}
	}
}

func TestUnreadableUpdatesAreBuried(t *testing.T) {
	for _, raw := range []string{``, `{`, `null`, `[]`, `{}`, `{"update_id":"x"}`, `{"update_id":-1}`, `{"update_id":1} x`, `{"update_id":1,"message":{"photo":"no list"}}`, "\xff\xfe"} {
		h := newHouse(t)
		if code := h.deliver(forbidden(t), raw); code != 200 || h.dead.count() != 1 || h.dead.letters[0] != raw {
			t.Errorf("%q: status %d, letters %q", raw, code, h.dead.letters)
		}
		h = newHouse(t)
		h.dead.err = errors.New("disk full")
		if code := h.deliver(forbidden(t), raw); code != 503 {
			t.Errorf("%q: status %d while letters cannot be kept, want 503", raw, code)
		}
	}
}

func TestAcceptDecides(t *testing.T) {
	tests := []struct {
		name   string
		accept bot.Accept
		status int
		buried int
	}{
		{"taken", func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, nil }, 200, 0},
		{"not kept", func(context.Context, bot.Event) (bot.Outcome, error) {
			return bot.Outcome{}, errors.New("database away")
		}, 503, 0},
		{"poison", func(context.Context, bot.Event) (bot.Outcome, error) {
			return bot.Outcome{}, &bot.Poison{Err: errors.New("never")}
		}, 200, 1},
		{"panic", func(context.Context, bot.Event) (bot.Outcome, error) { panic("words of a client") }, 503, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			w := h.post(tt.accept, http.MethodPost, testSecret, hello)
			if w.Code != tt.status || h.dead.count() != tt.buried {
				t.Errorf("status %d, buried %d", w.Code, h.dead.count())
			}
			if again := w.Header().Get("Retry-After"); (again == "2") != (tt.status == 503) {
				t.Errorf("Retry-After %q", again)
			}
			if strings.Contains(h.log.String(), "words of a client") {
				t.Error("the log holds what the panic said")
			}
		})
	}
}

func TestAPanicMayBeLoggedOnlyWhenItIsHarmless(t *testing.T) {
	panics := func(f func()) (p any) {
		defer func() { p = recover() }()
		f()
		return nil
	}
	var none *update
	if got := harmless(panics(func() { none.ID++ })); !strings.Contains(got, "nil pointer") {
		t.Errorf("a runtime error is logged as %q", got)
	}
	if got := harmless(panics(func() { panic("李娜 13800000000") })); got != "string" {
		t.Errorf("words are logged as %q", got)
	}
}

func TestHangingUpDoesNotStopATurn(t *testing.T) {
	h := newHouse(t)
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	err := h.take(gone, []byte(hello), func(ctx context.Context, _ bot.Event) (bot.Outcome, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("the turn has no deadline")
		}
		return bot.Outcome{}, ctx.Err()
	})
	if err != nil {
		t.Errorf("the turn was cancelled: %v", err)
	}
}

func TestFailingForeverEndsAmongTheDeadLetters(t *testing.T) {
	h := newHouse(t)
	broken := func(context.Context, bot.Event) (bot.Outcome, error) { panic(errors.New("always")) }
	for i := range defaultAttempts {
		if code := h.deliver(broken, hello); code != 503 {
			t.Fatalf("attempt %d: status %d", i, code)
		}
	}
	if code := h.deliver(broken, hello); code != 503 {
		t.Fatalf("given up after %d quick attempts: a short outage would bury clients' words", defaultAttempts)
	}
	h.clock.pass(patience)
	h.dead.err = errors.New("disk full")
	if code := h.deliver(broken, hello); code != 503 {
		t.Fatalf("status %d though the letter was not kept", code)
	}
	h.dead.err = nil
	if code := h.deliver(broken, hello); code != 200 || h.dead.count() != 1 {
		t.Fatalf("status %d, letters %d", code, h.dead.count())
	}
}

func TestRecoveryForgetsFailures(t *testing.T) {
	h := newHouse(t, func(cfg *Config) { cfg.Attempts = 1 })
	away := func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, errors.New("away") }
	h.deliver(away, hello)
	h.clock.pass(time.Hour)
	var got []bot.Event
	if code := h.deliver(taking(&got), hello); code != 200 || len(got) != 1 || h.dead.count() != 0 {
		t.Fatalf("status %d, events %d, letters %d", code, len(got), h.dead.count())
	}
	if len(h.attempts.count) != 0 {
		t.Error("the count was kept")
	}
}

func TestAttemptsAreBounded(t *testing.T) {
	a := newAttempts(3)
	for id := range int64(3 * rememberedAttempts) {
		a.failed(id, time.Time{})
	}
	if n := len(a.count); n > rememberedAttempts {
		t.Errorf("%d updates counted", n)
	}
}

const pressUpdate = `{"update_id":11,"callback_query":{"id":"q1","from":{"id":7},"data":"a"}}`

func TestOneAnswerUnderTenDeliveries(t *testing.T) {
	h := newHouse(t)
	var first atomic.Bool
	accept := func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{Repeated: !first.CompareAndSwap(false, true), Toast: strings.Repeat("好", 300)}, nil
	}
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if code := h.deliver(accept, pressUpdate); code != 200 {
				t.Errorf("status %d", code)
			}
		})
	}
	wg.Wait()
	h.settle(t)
	calls := h.api.got("answerCallbackQuery")
	if len(calls) != 1 {
		t.Fatalf("answered %d times", len(calls))
	}
	if f := calls[0].fields; f["callback_query_id"] != "q1" || len([]rune(f["text"])) != maxToast {
		t.Errorf("answer %q", f)
	}
}

func TestPressIsNotAnsweredBeforeItTookEffect(t *testing.T) {
	h := newHouse(t)
	fail := func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, errors.New("away") }
	if code := h.deliver(fail, pressUpdate); code != 503 {
		t.Errorf("status %d", code)
	}
	h.settle(t)
	if n := len(h.api.got()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAnAnswerTooLateIsNoMatter(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) {
		fail(w, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid", "")
	})
	var got []bot.Event
	if code := h.deliver(taking(&got), pressUpdate); code != 200 {
		t.Errorf("status %d", code)
	}
	h.settle(t)
	if strings.Contains(h.log.String(), "not answered") {
		t.Error("it was logged as a failure")
	}
}

func TestTheAnswerDoesNotHoldUpTheTurn(t *testing.T) {
	h := newHouse(t)
	release := make(chan struct{})
	h.api.answers(func(w http.ResponseWriter, c call) { <-release; succeed(w, c) })
	var got []bot.Event
	if code := h.deliver(taking(&got), pressUpdate); code != 200 { // returns though the answer hangs
		t.Errorf("status %d", code)
	}
	close(release)
	h.settle(t)
	if n := len(h.api.got("answerCallbackQuery")); n != 1 {
		t.Errorf("answered %d times", n)
	}
}

func TestAnswerGoesOutWhenErrandsAreFull(t *testing.T) {
	h := newHouse(t)
	for range maxErrands {
		h.errands.slots <- struct{}{}
	}
	var got []bot.Event
	h.deliver(taking(&got), pressUpdate)
	if n := len(h.api.got("answerCallbackQuery")); n != 1 {
		t.Errorf("answered %d times", n)
	}
	for range maxErrands {
		<-h.errands.slots
	}
}

func TestSlowTurnShowsTyping(t *testing.T) {
	h := newHouse(t)
	h.hint = time.Millisecond
	shown := make(chan call, 1)
	h.api.answers(func(w http.ResponseWriter, c call) { succeed(w, c); shown <- c })
	h.deliver(func(ctx context.Context, _ bot.Event) (bot.Outcome, error) {
		select {
		case c := <-shown:
			if c.method != "sendChatAction" || c.fields["action"] != "typing" || c.fields["chat_id"] != "7" {
				t.Errorf("call %+v", c)
			}
		case <-ctx.Done():
			t.Error("no typing was shown")
		}
		return bot.Outcome{}, nil
	}, hello)
}

func TestCloseWaitsNoLongerThanTold(t *testing.T) {
	h := newHouse(t)
	started := make(chan struct{})
	h.errands.run(func(ctx context.Context) { close(started); <-ctx.Done() })
	<-started
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	if h.errands.run(func(context.Context) {}) {
		t.Error("an errand was taken after Close")
	}
}

func TestGroupsThatMove(t *testing.T) {
	h := newHouse(t)
	moves := []struct {
		update   string
		from, to int64
	}{
		{incoming("message", `"message_id":1,"date":1,"chat":{"id":-5,"type":"group"},"migrate_to_chat_id":-1005`), -5, -1005},
		{incoming("message", `"message_id":1,"date":1,"chat":{"id":-1006,"type":"supergroup"},"migrate_from_chat_id":-6`), -6, -1006},
	}
	for _, m := range moves {
		if code := h.deliver(forbidden(t), m.update); code != 200 {
			t.Errorf("status %d", code)
		}
		if to, _ := h.aliases.Current(context.Background(), m.from); to != m.to {
			t.Errorf("chat %d lives at %d, want %d", m.from, to, m.to)
		}
	}
	h.Channel.aliases = brokenAliases{}
	if code := h.deliver(forbidden(t), moves[0].update); code != 503 {
		t.Errorf("status %d though the move was not kept", code)
	}
}

type brokenAliases struct{}

func (brokenAliases) Moved(context.Context, int64, int64) error { return errors.New("away") }
func (brokenAliases) Current(context.Context, int64) (int64, error) {
	return 0, errors.New("away")
}

func FuzzWebhook(f *testing.F) {
	f.Add(hello)
	f.Add(pressUpdate)
	f.Add(incoming("my_chat_member", `"date":1,`+from+`,"new_chat_member":{"status":"kicked"}`))
	f.Add(incoming("message", sent+`,"text":"/start@x y","entities":[{"type":"bot_command","offset":99,"length":-3}]`))
	f.Add(incoming("edited_message", sent+`,"caption":"\ud800","photo":[]`))
	f.Add(`{"update_id":1e3,"message":null}`)
	c, err := New(Config{Token: testToken, Secrets: []string{testSecret}, BaseURL: "http://127.0.0.1:1", Letters: &graveyard{}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u, err := decode([]byte(raw))
		var poison *bot.Poison
		if err != nil {
			if !errors.As(err, &poison) {
				t.Fatalf("an unreadable update is no poison: %v", err)
			}
			return
		}
		ev, ok, err := c.event(t.Context(), u)
		if !ok || err != nil {
			return
		}
		if ev.Key == "" || len(ev.Key) > 190 || ev.From.IsZero() || ev.Kind == "" || len(ev.Button) > bot.MaxButtonID {
			t.Fatalf("a broken event: %+v", ev)
		}
		if clean(ev.Text) != ev.Text || strings.ContainsAny(ev.Name, "\n\x00") {
			t.Fatalf("control characters: %q %q", ev.Text, ev.Name)
		}
		if _, err := json.Marshal(ev); err != nil {
			t.Fatal(err)
		}
	})
}
