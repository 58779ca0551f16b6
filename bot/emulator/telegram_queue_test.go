package emulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestTelegramDeliversWithSecretInOrder(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, map[string]any{"secret_token": "s-3_c"})
	p := b.tg.Phone(5, TelegramUser{First: "文", Last: "李", Username: "wenli", Lang: "zh-hans"})
	pushes := []*TelegramPush{p.Start("src_42")}
	for i := range 9 {
		pushes = append(pushes, p.Write(fmt.Sprint("line ", i)))
	}
	for _, push := range pushes {
		if err := b.wait(push); err != nil || push.Attempts() != 1 || push.Status() != 200 {
			t.Fatalf("err %v, %d attempts, status %d", err, push.Attempts(), push.Status())
		}
	}
	all := h.all()
	for i, n := range all {
		if n.header.Get("X-Telegram-Bot-Api-Secret-Token") != "s-3_c" || n.header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", n.header)
		}
		if i > 0 && (n.ID != all[i-1].ID+1 || n.Message.ID <= all[i-1].Message.ID) {
			t.Errorf("update %d follows %d", n.ID, all[i-1].ID)
		}
	}
	first := all[0].Message
	if first.Text != "/start src_42" || len(first.Entities) != 1 || first.Entities[0] != (tgEntity{Type: "bot_command", Length: 6}) {
		t.Errorf("start is %+v", first)
	}
	if u := first.From; u.Lang != "zh-hans" || u.IsBot || u.First != "文" || first.Chat.Type != "private" || first.Date != tgDawn.Unix() {
		t.Errorf("from %+v in %+v", u, first.Chat)
	}
}

// One queue never has two requests in flight; a message and a pressed key of
// the same person do.
func TestTelegramQueuesGoSideBySide(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	asked := b.sent(5, "choose", keyboard("yes"))
	gate := make(chan struct{})
	h := b.hook(func(tgNews, http.ResponseWriter) { <-gate }, nil)
	first := b.next(h) // Start
	p.Write("second")
	press := p.Press(asked, 0, 0)
	if n := b.next(h); n.Query == nil || n.Query.Data != "yes" || n.Query.Message.Markup == nil || first.Message == nil {
		t.Errorf("%+v came beside the message", n)
	}
	if n := b.inFlight(); n != 2 {
		t.Errorf("%d in flight before the first was confirmed", n)
	}
	close(gate)
	if n := b.next(h); n.Message == nil || n.Message.Text != "second" {
		t.Errorf("then %+v", n)
	}
	b.wait(press)
}

// inFlight counts the webhook requests that have their turn.
func (b *tgBench) inFlight() int {
	b.tg.mu.Lock()
	defer b.tg.mu.Unlock()
	return b.tg.inflight
}

func TestTelegramMaxConnections(t *testing.T) {
	b := newBench(t)
	gate := make(chan struct{})
	h := b.hook(func(tgNews, http.ResponseWriter) { <-gate }, map[string]any{"max_connections": 2})
	var pushes []*TelegramPush
	for id := range int64(3) {
		pushes = append(pushes, b.tg.Phone(id+1, TelegramUser{}).Start(""))
	}
	b.next(h)
	b.next(h)
	if n := b.inFlight(); n != 2 {
		t.Errorf("%d in flight", n)
	}
	close(gate)
	for _, push := range pushes {
		b.wait(push)
	}
}

// At once, then 2, 4, 8 … seconds, then a random 60 to 120.
func TestTelegramRetrySchedule(t *testing.T) {
	b := newBench(t)
	h := b.hook(func(_ tgNews, w http.ResponseWriter) { w.WriteHeader(503) }, nil)
	push := b.tg.Phone(5, TelegramUser{}).Start("")
	first := b.next(h)
	b.next(h) // the second attempt needs no clock
	for _, wait := range []time.Duration{2, 4, 8, 16, 32} {
		b.clock.Waiters(1)
		b.clock.Advance(wait*time.Second - time.Millisecond)
		b.clock.Waiters(1)
		if len(h.came) != 0 {
			t.Fatalf("retried before %d s", wait)
		}
		b.clock.Advance(time.Millisecond)
		if n := b.next(h); n.ID != first.ID {
			t.Fatalf("retried %d, not %d", n.ID, first.ID)
		}
	}
	b.clock.Waiters(1)
	b.clock.Advance(60*time.Second - time.Millisecond)
	b.clock.Waiters(1)
	b.clock.Advance(60*time.Second + time.Millisecond)
	b.next(h)
	b.clock.Waiters(1)
	if push.Attempts() != 8 || push.Status() != 503 || push.Err() != nil {
		t.Errorf("%d attempts, status %d, err %v", push.Attempts(), push.Status(), push.Err())
	}
	b.clock.Advance(24 * time.Hour)
	if err := b.wait(push); err != ErrTelegramExpired {
		t.Errorf("after a day: %v", err)
	}
	if s := b.tg.Stats(); s.GaveUp != 1 || s.Retries != 7 || s.Attempts != 8 || s.Delivers != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestTelegramObeysRetryAfter(t *testing.T) {
	b := newBench(t)
	fail := true
	h := b.hook(func(_ tgNews, w http.ResponseWriter) {
		if fail {
			fail = false
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(503)
		}
	}, nil)
	push := b.tg.Phone(5, TelegramUser{}).Start("")
	b.next(h)
	b.clock.Waiters(1)
	b.clock.Advance(7*time.Second - time.Millisecond)
	b.clock.Waiters(1)
	b.clock.Advance(time.Millisecond)
	if err := b.wait(push); err != nil || push.Attempts() != 2 {
		t.Errorf("%v after %d attempts", err, push.Attempts())
	}
}

func TestTelegramPressExpires(t *testing.T) {
	b := newBench(t)
	p := b.tg.Phone(5, TelegramUser{})
	h := b.hook(nil, nil)
	b.wait(p.Start(""))
	asked := b.sent(5, "choose", keyboard("yes"))
	b.tg.SetFaults(Faults{Away: true})
	press, line := p.Press(asked, 0, 0), p.Write("still here")
	for b.clock.Now().Before(tgDawn.Add(150 * time.Second)) {
		b.clock.Waiters(2)
		b.clock.Advance(time.Second)
	}
	if err := b.wait(press); err != ErrTelegramExpired {
		t.Errorf("the press: %v", err)
	}
	b.tg.SetFaults(Faults{})
	b.clock.Waiters(1)
	b.clock.Advance(2 * time.Minute)
	if err := b.wait(line); err != nil {
		t.Errorf("the message: %v", err)
	}
	for _, n := range h.all() {
		if n.Query != nil {
			t.Error("the press came after all")
		}
	}
	b.refused("answerCallbackQuery", map[string]any{"callback_query_id": press.Query()}, 400,
		"Bad Request: query is too old and response timeout expired or query ID is invalid")
}

func TestTelegramAnswersAPressOnce(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	b.hook(nil, nil)
	changes, stop := p.Screen().Watch()
	defer stop()
	push := p.PressData(b.sent(5, "choose", keyboard("yes")), "forged")
	b.wait(push)
	args := map[string]any{"callback_query_id": push.Query(), "text": "好", "show_alert": true}
	b.must("answerCallbackQuery", args, nil)
	b.refused("answerCallbackQuery", args, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
	if n := b.tg.Stats().Answers[push.Query()]; n != 2 {
		t.Errorf("%d answers counted", n)
	}
	for _, want := range []string{"new", "state", "toast"} {
		if c := <-changes; c.Kind != want || want == "toast" && (c.Text != "好" || !c.Alert) {
			t.Errorf("%+v, want %s", c, want)
		}
	}
	if err := b.wait(p.Press(999, 0, 0)); err != ErrTelegramNoKey {
		t.Errorf("a key that is not there: %v", err)
	}
}

func TestTelegramRepeats(t *testing.T) {
	b := newBench(t)
	gate := make(chan struct{})
	h := b.hook(func(tgNews, http.ResponseWriter) { <-gate }, nil)
	b.tg.SetFaults(Faults{Repeat: 1})
	push := b.tg.Phone(5, TelegramUser{}).Start("")
	if first, second := b.next(h), b.next(h); first.ID != second.ID { // both in flight
		t.Errorf("%d and %d", first.ID, second.ID)
	}
	close(gate)
	if err := b.wait(push); err != nil || push.Attempts() != 2 {
		t.Errorf("%v after %d attempts", err, push.Attempts())
	}
}

func TestTelegramAnotherWebhookTakesOver(t *testing.T) {
	b := newBench(t)
	broken := b.hook(func(_ tgNews, w http.ResponseWriter) { w.WriteHeader(500) }, nil)
	push := b.tg.Phone(5, TelegramUser{}).Start("")
	b.next(broken)
	b.next(broken)
	b.clock.Waiters(1)
	b.hook(nil, nil)
	if err := b.wait(push); err != nil {
		t.Error(err)
	}
}

func TestTelegramMethodInAnswer(t *testing.T) {
	b := newBench(t)
	b.hook(func(n tgNews, w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		method := "sendMessage"
		if n.Message.Text == "drop" {
			method = "deleteWebhook"
		}
		json.NewEncoder(w).Encode(map[string]any{"method": method, "chat_id": n.Message.Chat.ID, "text": "echo " + n.Message.Text})
	}, nil)
	p := b.tg.Phone(5, TelegramUser{})
	b.wait(p.Write("hi"))
	if shown := p.Screen().Bubbles(); len(shown) != 2 || shown[1].Text != "echo hi" || shown[1].Mine {
		t.Errorf("shown %+v", shown)
	}
	b.wait(p.Write("drop"))
	if err := b.wait(p.Write("again")); err != nil {
		t.Error(err)
	}
}

func TestTelegramPolling(t *testing.T) {
	b := newBench(t)
	p := b.tg.Phone(5, TelegramUser{})
	push := p.Start("")
	p.Write("two")
	p.Write("three")
	ids := func(args map[string]any) (ids []int64) {
		t.Helper()
		var news []tgNews
		b.must("getUpdates", args, &news)
		for _, n := range news {
			ids = append(ids, n.ID)
		}
		return ids
	}
	all := ids(nil)
	if len(all) != 3 || !slices.Equal(ids(nil), all) || len(ids(map[string]any{"limit": 2})) != 2 {
		t.Fatalf("handed out %v", all)
	}
	if got := ids(map[string]any{"offset": all[1]}); !slices.Equal(got, all[1:]) {
		t.Errorf("from %d: %v", all[1], got)
	}
	if err := b.wait(push); err != nil || push.Attempts() != 3 {
		t.Errorf("confirmed: %v after %d", err, push.Attempts())
	}
	if got := ids(map[string]any{"offset": -1}); !slices.Equal(got, all[2:]) {
		t.Errorf("the newest: %v", got)
	}

	poll := func() chan tgResult {
		done := make(chan tgResult, 1)
		go func() { done <- b.call("getUpdates", map[string]any{"offset": all[2] + 1, "timeout": 30}) }()
		return done
	}
	first := poll()
	b.clock.Waiters(1)
	second := poll()
	if r := <-first; r.status != 409 || r.Description != "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running" {
		t.Errorf("the older poll: %s", r.raw)
	}
	p.Write("four")
	if r := <-second; !r.OK || string(r.Result) == "[]" {
		t.Errorf("the long poll: %s", r.raw)
	}
	third := make(chan tgResult, 1)
	go func() { third <- b.call("getUpdates", map[string]any{"offset": all[2] + 2, "timeout": 30}) }()
	b.clock.Waiters(3)
	b.clock.Advance(30 * time.Second)
	if r := <-third; string(r.Result) != "[]" {
		t.Errorf("after 30 s: %s", r.raw)
	}
	b.hook(nil, nil)
	b.refused("getUpdates", nil, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
}

func TestTelegramCloseEndsPushes(t *testing.T) {
	b := newBench(t)
	b.hook(func(_ tgNews, w http.ResponseWriter) { w.WriteHeader(500) }, nil)
	push := b.tg.Phone(5, TelegramUser{}).Start("")
	b.clock.Waiters(1)
	b.tg.Close()
	if err := b.wait(push); err != ErrTelegramClosed {
		t.Errorf("%v", err)
	}
	if err := b.wait(b.tg.Phone(5, TelegramUser{}).Write("late")); err != ErrTelegramClosed {
		t.Errorf("after: %v", err)
	}
}
