package wechat

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
)

// settled is a reply and what became of it.
type settled struct {
	*bot.Reply
	pieces chan int
}

func reply(words string) settled {
	s := settled{&bot.Reply{Message: bot.Message{Text: words}, Seq: 42}, make(chan int, 4)}
	s.Done = func(_ context.Context, pieces, _ int) { s.pieces <- pieces }
	return s
}

// became waits for the reply's end, which must come once.
func (s settled) became(t *testing.T) int {
	t.Helper()
	select {
	case n := <-s.pieces:
		return n
	case <-time.After(5 * time.Second):
		t.Fatal("the reply's Done was not called")
		return 0
	}
}

func TestRefusals(t *testing.T) {
	got := new(accepted)
	c, box := open(t, nil)
	h := c.Webhook(got.accept)
	safe, safeBody := sealed(t, text(1, "hi"), aesKey)
	old := query(start.Add(-time.Hour))
	cases := map[string]struct {
		r    *http.Request
		want int
	}{
		"method":               {httptest.NewRequest(http.MethodPut, "/?"+safe.Encode(), nil), 405},
		"nothing signed":       {httptest.NewRequest(http.MethodPost, "/", strings.NewReader(safeBody)), 403},
		"GET unsigned":         {httptest.NewRequest(http.MethodGet, "/?echostr=1", nil), 403},
		"replayed, plain body": {httptest.NewRequest(http.MethodPost, "/?"+query(start).Encode(), strings.NewReader(text(1, "hi"))), 403},
		"echostr on POST":      {httptest.NewRequest(http.MethodPost, "/?echostr=1&"+query(start).Encode(), strings.NewReader(text(1, "hi"))), 403},
		"old":                  {httptest.NewRequest(http.MethodPost, "/?"+old.Encode(), strings.NewReader(safeBody)), 403},
		"1 MiB":                {httptest.NewRequest(http.MethodPost, "/?"+safe.Encode(), bytes.NewReader(make([]byte, 1<<20))), 413},
		"other body":           {httptest.NewRequest(http.MethodPost, "/?"+safe.Encode(), strings.NewReader("<xml><Encrypt>AAAA</Encrypt></xml>")), 403},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, tc.r)
			if w.Code != tc.want || strings.Contains(w.Body.String(), "success") {
				t.Errorf("%d %q, want %d", w.Code, w.Body, tc.want)
			}
		})
	}
	if n := len(got.all()); n != 0 || len(box.kept()) != 0 {
		t.Errorf("%d forged events and %d letters were taken", n, len(box.kept()))
	}
}

func TestModes(t *testing.T) {
	safe, safeBody := sealed(t, text(1, "hi"), aesKey)
	both := strings.Replace(text(1, "forged"), "</xml>", safeBody[strings.Index(safeBody, "<Encrypt>"):], 1)
	cases := []struct {
		mode             Mode
		key              string
		plain, encrypted int
	}{{Plain, "", 200, 403}, {Plain, aesKey, 200, 200}, {Compatible, aesKey, 403, 200}, {Safe, aesKey, 403, 200}}
	for _, tc := range cases {
		got := new(accepted)
		c, _ := open(t, func(c *Config) { c.Mode, c.AESKey = tc.mode, tc.key })
		h := c.Webhook(got.accept)
		if w := deliver(h, query(start), text(1, "hi")); w.Code != tc.plain {
			t.Errorf("%s: plain %d, want %d", tc.mode, w.Code, tc.plain)
		}
		for _, body := range []string{safeBody, both} {
			if w := deliver(h, safe, body); w.Code != tc.encrypted {
				t.Errorf("%s: encrypted %d, want %d", tc.mode, w.Code, tc.encrypted)
			}
		}
		for _, ev := range got.all() {
			if ev.Text != "hi" {
				t.Errorf("%s: read %q, which is not signed", tc.mode, ev.Text)
			}
		}
	}
}

func TestSilence(t *testing.T) {
	got := new(accepted)
	c, _ := open(t, nil)
	w := deliverSealed(t, c.Webhook(got.accept), text(1, "hi"))
	if w.Code != 200 || w.Body.String() != "success" || len(got.all()) != 1 {
		t.Errorf("%d %q, %d events", w.Code, w.Body, len(got.all()))
	}
	w = deliverSealed(t, c.Webhook(nil), xmlOf("event", "<Event>VIEW</Event>"))
	if w.Code != 200 || w.Body.String() != "success" {
		t.Errorf("without an event: %d %q", w.Code, w.Body)
	}
}

func TestReplies(t *testing.T) {
	for _, key := range []string{aesKey, oldKey} {
		c, _ := open(t, func(c *Config) { c.PreviousAESKey = oldKey })
		r := reply("收到 ]]> & <b>")
		h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{Reply: r.Reply}, nil })
		q, body := sealed(t, text(1, "hi"), key)
		w := deliver(h, q, body)
		if got := unseal(t, w.Body.Bytes(), key); got != "收到 ]]> & <b>" {
			t.Errorf("%q", got)
		}
		if n := r.became(t); n != 1 {
			t.Errorf("handed %d pieces", n)
		}
	}
}

func TestRepliesInPlainMode(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.Mode = Plain })
	r := reply("收到\x08")
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{Reply: r.Reply}, nil })
	w := deliver(h, query(start), text(1, "hi"))
	if got := w.Body.String(); !strings.Contains(got, "<Content><![CDATA[收到]]></Content>") || !strings.Contains(got, "<ToUserName><![CDATA["+person) {
		t.Error(got)
	}
}

// A picture cannot stand in an answer, nor can what was already said.
func TestRepliesThatCannotBeAnswered(t *testing.T) {
	c, _ := open(t, nil)
	for name, change := range map[string]func(*bot.Reply){
		"picture": func(r *bot.Reply) { r.Message = bot.Message{Photos: []bot.MediaID{"p"}} },
		"edit":    func(r *bot.Reply) { r.Message.Edits = "1" },
		"said":    func(r *bot.Reply) { r.Skip = 1 },
	} {
		r := reply("hi")
		change(r.Reply)
		w := deliverSealed(t, c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{Reply: r.Reply}, nil }), text(1, "hi"))
		if w.Body.String() != "success" || r.became(t) != r.Skip {
			t.Errorf("%s: answered %q", name, w.Body)
		}
	}
}

func TestRepeatedDeliveryGetsTheSameReply(t *testing.T) {
	c, _ := open(t, nil)
	var played atomic.Int32
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{Reply: reply("收到").Reply, Repeated: played.Add(1) > 1}, nil
	})
	for range deliveries {
		if got := unseal(t, deliverSealed(t, h, text(1, "hi")).Body.Bytes(), aesKey); got != "收到" {
			t.Errorf("%q", got)
		}
	}
}

// The platform hangs up while a turn runs and delivers again: the turn is played
// once, the second delivery carries its reply.
func TestSlowTurnIsPlayedOnce(t *testing.T) {
	c, _ := open(t, nil)
	c.patience = time.Minute
	r, enter, leave := reply("慢"), make(chan struct{}), make(chan struct{})
	var played atomic.Int32
	h := c.Webhook(func(ctx context.Context, _ bot.Event) (bot.Outcome, error) {
		played.Add(1)
		close(enter)
		<-leave
		return bot.Outcome{Reply: r.Reply}, ctx.Err()
	})
	q, body := sealed(t, text(1, "hi"), aesKey)
	ctx, hangUp := context.WithCancel(context.Background())
	first := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		h.ServeHTTP(first, httptest.NewRequest(http.MethodPost, "/?"+q.Encode(), strings.NewReader(body)).WithContext(ctx))
		close(done)
	}()
	<-enter
	hangUp()
	<-done
	if first.Body.Len() != 0 {
		t.Errorf("the turn is not over, answered %q", first.Body)
	}
	go func() { waitForWaiting(c); close(leave) }()
	if got := unseal(t, deliver(h, q, body).Body.Bytes(), aesKey); got != "慢" {
		t.Errorf("second delivery: %q", got)
	}
	if r.became(t) != 1 || played.Load() != 1 {
		t.Errorf("played %d times", played.Load())
	}
}

// waitForWaiting returns when a delivery waits for a turn.
func waitForWaiting(c *Channel) {
	for waiting := false; !waiting; time.Sleep(time.Millisecond) {
		c.turns.mu.Lock()
		for _, t := range c.turns.running {
			waiting = waiting || t.waiting > 0
		}
		c.turns.mu.Unlock()
	}
}

// A turn that ends when nobody waits any more leaves its message to the outbox.
func TestReplyWithoutCallback(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.ReplyWithin = time.Millisecond })
	r, leave := reply("慢"), make(chan struct{})
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		<-leave
		return bot.Outcome{Reply: r.Reply}, nil
	})
	if w := deliverSealed(t, h, text(1, "hi")); w.Code != 503 {
		t.Errorf("%d %q before the turn has ended", w.Code, w.Body)
	}
	close(leave)
	if n := r.became(t); n != 0 {
		t.Errorf("handed %d pieces", n)
	}
}

// A turn too slow for a reply but in time for the platform is confirmed.
func TestLateTurnIsConfirmed(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.ReplyWithin = time.Millisecond })
	c.patience = time.Minute
	r := reply("慢")
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		time.Sleep(5 * time.Millisecond)
		return bot.Outcome{Reply: r.Reply}, nil
	})
	if w := deliverSealed(t, h, text(1, "hi")); w.Body.String() != "success" || r.became(t) != 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// Nothing comes after the third delivery: the person shall not see a fault while
// the turn is still being played.
func TestLastDeliveryOfARunningTurnIsConfirmed(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.ReplyWithin = time.Millisecond })
	leave := make(chan struct{})
	defer close(leave)
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { <-leave; return bot.Outcome{}, nil })
	var codes []int
	for range deliveries {
		codes = append(codes, deliverSealed(t, h, text(1, "hi")).Code)
	}
	if codes[0] != 503 || codes[1] != 503 || codes[2] != 200 {
		t.Error(codes)
	}
}

// A delivery that joined an earlier one's turn tries anew when that fails.
func TestDeliveryAfterAFailedTurnTriesAnew(t *testing.T) {
	c, _ := open(t, nil)
	enter, leave := make(chan struct{}), make(chan struct{})
	var played atomic.Int32
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		if played.Add(1) > 1 {
			return bot.Outcome{}, nil
		}
		close(enter)
		<-leave
		return bot.Outcome{}, errors.New("store away")
	})
	q, body := sealed(t, text(1, "hi"), aesKey)
	first := make(chan int)
	go func() { first <- deliver(h, q, body).Code }()
	<-enter
	second := make(chan int)
	go func() { second <- deliver(h, q, body).Code }()
	for waiting := 0; waiting < 2; time.Sleep(time.Millisecond) {
		c.turns.mu.Lock()
		waiting = c.turns.running[bot.EventKey("wechat:"+appID+":1")].waiting
		c.turns.mu.Unlock()
	}
	close(leave)
	if a, b := <-first, <-second; a != 503 || b != 200 || played.Load() != 2 {
		t.Errorf("first %d, second %d, played %d times", a, b, played.Load())
	}
}

// What could not be kept is not confirmed; the third time it is buried.
func TestFailuresAreDeliveredAgain(t *testing.T) {
	for _, fail := range []bot.Accept{
		func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, errors.New("store away") },
		func(context.Context, bot.Event) (bot.Outcome, error) { panic("client's words") },
	} {
		var log bytes.Buffer
		c, box := open(t, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		h := c.Webhook(fail)
		for n := 1; n <= deliveries; n++ {
			w := deliverSealed(t, h, text(1, "hi"))
			if last := n == deliveries; (w.Body.String() == "success") != last || (w.Code == 503) == last {
				t.Errorf("delivery %d: %d %q", n, w.Code, w.Body)
			}
		}
		if got := box.kept(); len(got) != 1 || got[0] != text(1, "hi") {
			t.Errorf("buried %q", got)
		}
		if strings.Contains(log.String(), "words") {
			t.Error("the log repeats a panic's value")
		}
	}
}

// An unanswered callback is kept open until the platform hangs up.
func TestFailureKeepsThePlatformWaiting(t *testing.T) {
	c, _ := open(t, nil)
	c.patience = time.Minute
	server := httptest.NewServer(c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{}, errors.New("store away")
	}))
	defer server.Close()
	q, body := sealed(t, text(1, "hi"), aesKey)
	client := &http.Client{Timeout: 50 * time.Millisecond}
	if resp, err := client.Post(server.URL+"?"+q.Encode(), "text/xml", strings.NewReader(body)); err == nil {
		resp.Body.Close()
		t.Errorf("answered %s", resp.Status)
	}
}

func TestDeadLetters(t *testing.T) {
	poison := func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{}, &bot.Poison{Err: errors.New("never")}
	}
	c, box := open(t, nil)
	unknownKey, unknownBody := sealed(t, text(1, "hi"), oldKey)
	for name, serve := range map[string]func() *httptest.ResponseRecorder{
		"broken XML":  func() *httptest.ResponseRecorder { return deliverSealed(t, c.Webhook(nil), "<xml>") },
		"poison":      func() *httptest.ResponseRecorder { return deliverSealed(t, c.Webhook(poison), text(2, "hi")) },
		"unknown key": func() *httptest.ResponseRecorder { return deliver(c.Webhook(nil), unknownKey, unknownBody) },
	} {
		before := len(box.kept())
		if w := serve(); w.Body.String() != "success" || len(box.kept()) != before+1 {
			t.Errorf("%s: %d %q, %d letters", name, w.Code, w.Body, len(box.kept())-before)
		}
		box.away = true
		if w := serve(); w.Code != 503 {
			t.Errorf("%s, no room: %d %q", name, w.Code, w.Body)
		}
		box.away = false
	}
}

// Two deliveries at once, as an impatient platform makes them, are one turn, and
// both get its reply.
func TestDeliveriesAtOnce(t *testing.T) {
	c, _ := open(t, nil)
	r, leave := reply("收到"), make(chan struct{})
	var played atomic.Int32
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) {
		played.Add(1)
		<-leave
		return bot.Outcome{Reply: r.Reply}, nil
	})
	q, body := sealed(t, text(1, "hi"), aesKey)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			if got := unseal(t, deliver(h, q, body).Body.Bytes(), aesKey); got != "收到" {
				t.Errorf("%q", got)
			}
		})
	}
	for n := 0; n < 2; time.Sleep(time.Millisecond) {
		c.turns.mu.Lock()
		n = c.turns.seen[bot.EventKey("wechat:"+appID+":1")].times
		c.turns.mu.Unlock()
	}
	close(leave)
	all.Wait()
	if r.became(t) != 1 || played.Load() != 1 || len(r.pieces) != 0 {
		t.Errorf("played %d times", played.Load())
	}
}

func TestSightingsAreForgotten(t *testing.T) {
	now := start
	ts := newTurns(func() time.Time { return now }, nil)
	for _, key := range []bot.EventKey{"a", "b", "c"} {
		ts.sight(key)
	}
	now = now.Add(remembered + time.Second)
	if n := ts.sight("a"); n != 1 || len(ts.seen) != 1 {
		t.Errorf("sighting %d, %d remembered", n, len(ts.seen))
	}
}

func BenchmarkWebhook(b *testing.B) {
	c, _ := open(b, nil)
	r := &bot.Reply{Message: bot.Message{Text: "收到"}, Done: func(context.Context, int, int) {}}
	h := c.Webhook(func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{Reply: r}, nil })
	q, body := sealed(b, text(1, "您好"), aesKey)
	b.ReportAllocs()
	for b.Loop() {
		if w := deliver(h, q, body); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
