package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Updates wait in queues: one for a chat's messages and edits, one for a
// person's pressed keys, one for their blocking and unblocking. A queue has one
// request in flight, in order; different queues go side by side, as many as
// max_connections (WebhookActor.cpp of the published server).

const (
	tgAnswerTime    = 60 * time.Second // the bot's time to answer
	tgRetryCap      = 60 * time.Second // retries are at most once or twice this apart
	tgMaxRetryAfter = time.Hour
	tgMaxReply      = 1 << 20
)

type tgQueue struct {
	key     int64
	waiting []*tgUpdate
	busy    bool // in flight, waiting for a retry, or ready
}

// tgUpdate is news on its way to the bot.
type tgUpdate struct {
	id      int64
	queue   int64
	body    []byte
	expires time.Time
	fails   int
	delay   time.Duration // before the newest retry
	push    *TelegramPush
}

func newTelegramClient() *http.Client {
	return &http.Client{
		Timeout:       tgAnswerTime,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// enqueue makes an update of the kind, unless the bot does not want it.
func (t *Telegram) enqueue(kind string, queue int64, life time.Duration, what any, push *TelegramPush) {
	push.carries(t.updateID + 1)
	if t.closedDown {
		push.settle(ErrTelegramClosed)
		return
	}
	if !t.allowed[kind] {
		push.settle(ErrTelegramUnwanted)
		return
	}
	t.updateID++
	t.stats.Updates++
	u := &tgUpdate{
		id: t.updateID, queue: queue, push: push, delay: time.Second,
		expires: t.clock.Now().Add(life),
		body:    tgJSON(map[string]any{"update_id": t.updateID, kind: what}),
	}
	t.pending = append(t.pending, u)
	q := t.queues[queue]
	if q == nil {
		q = &tgQueue{key: queue}
		t.queues[queue] = q
	}
	q.waiting = append(q.waiting, u)
	close(t.arrived)
	t.arrived = make(chan struct{})
	t.offer(q)
}

// settle takes an update out of the world: confirmed, or ended by err.
func (t *Telegram) settle(u *tgUpdate, err error) {
	t.pending = slices.DeleteFunc(t.pending, func(p *tgUpdate) bool { return p == u })
	if q := t.queues[u.queue]; q != nil {
		q.waiting = slices.DeleteFunc(q.waiting, func(p *tgUpdate) bool { return p == u })
		if len(q.waiting) == 0 && !q.busy {
			delete(t.queues, u.queue)
		}
	}
	switch err {
	case nil:
		t.stats.Delivers++
	case ErrTelegramExpired:
		t.stats.GaveUp++
		t.log.Info("telegram gave an update up", "update", u.id)
	}
	u.push.settle(err)
}

// offer lets a queue have its turn, if it has something to deliver.
func (t *Telegram) offer(q *tgQueue) {
	if !q.busy && len(q.waiting) > 0 && t.hook != nil && !t.closedDown {
		q.busy = true
		t.ready = append(t.ready, q)
	}
	for t.hook != nil && t.inflight < t.hook.connections && len(t.ready) > 0 && !t.closedDown {
		next := t.ready[0]
		t.ready = t.ready[1:]
		t.inflight++
		t.running.Go(func() { t.deliver(next) })
	}
}

// release ends a queue's turn and gives it the next one.
func (t *Telegram) release(q *tgQueue) {
	q.busy = false
	if len(q.waiting) == 0 && t.queues[q.key] == q {
		delete(t.queues, q.key)
	}
	t.offer(q)
}

// deliver makes one attempt at the head of a queue and, if it failed, waits for
// the time of the next.
func (t *Telegram) deliver(q *tgQueue) {
	t.mu.Lock()
	hook := t.hook
	for len(q.waiting) > 0 && !t.clock.Now().Before(q.waiting[0].expires) {
		t.settle(q.waiting[0], ErrTelegramExpired)
	}
	if hook == nil || len(q.waiting) == 0 {
		t.inflight--
		t.release(q)
		t.mu.Unlock()
		return
	}
	u := q.waiting[0]
	if u.fails > 0 {
		t.stats.Retries++
	}
	t.mu.Unlock()

	answer, err := t.attempt(hook, u)
	if err == nil {
		t.callback(answer)
	}

	t.mu.Lock()
	t.inflight--
	if err == nil {
		t.settle(u, nil)
		t.release(q)
		t.mu.Unlock()
		return
	}
	wait := t.failed(u, answer, err)
	t.offer(q) // another queue may have the connection
	t.mu.Unlock()

	if wait > 0 {
		select {
		case <-t.clock.After(wait):
		case <-hook.gone:
		case <-t.ctx.Done():
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release(q)
}

// failed says how long to wait before the next attempt: nothing at first, then
// 2, 4, 8 … seconds, at most a random 60 to 120; or what the bot asked for. The
// wait ends early when the update's time is over.
func (t *Telegram) failed(u *tgUpdate, a tgReply, err error) time.Duration {
	u.fails++
	t.hookErr, t.hookErrAt = err.Error(), t.now()
	var wait time.Duration
	switch {
	case a.retryAfter > 0:
		wait = a.retryAfter
	case u.fails > 1:
		u.delay = min(2*u.delay, tgRetryCap+time.Duration(t.rand.Int64N(int64(tgRetryCap))))
		wait = u.delay
	}
	return min(wait, u.expires.Sub(t.clock.Now()))
}

// tgReply is what the bot's webhook answered.
type tgReply struct {
	status     int
	retryAfter time.Duration
	kind       string
	body       []byte
}

// attempt posts an update to the webhook, twice at once if the faults say so.
func (t *Telegram) attempt(hook *tgHook, u *tgUpdate) (tgReply, error) {
	t.mu.Lock()
	delay, away, twice := t.faults.Delay, t.faults.Away, t.chance(t.faults.Repeat)
	times := 1
	if twice && !away {
		times = 2
	}
	t.stats.Attempts += times
	t.mu.Unlock()

	if !t.pause(t.ctx, delay) {
		return tgReply{}, ErrTelegramClosed
	}
	if away {
		u.push.tried(0, 1)
		return tgReply{}, errors.New("Connection timed out")
	}
	var twin sync.WaitGroup
	if twice {
		twin.Go(func() { _, _ = t.post(hook, u) }) // the other one's answer counts
	}
	answer, err := t.post(hook, u)
	twin.Wait()
	u.push.tried(answer.status, times)
	return answer, err
}

// post makes one webhook request. Only a 2xx is a success.
func (t *Telegram) post(hook *tgHook, u *tgUpdate) (tgReply, error) {
	req, err := http.NewRequestWithContext(t.ctx, http.MethodPost, hook.url, bytes.NewReader(u.body))
	if err != nil {
		return tgReply{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	if hook.secret != "" {
		req.Header.Set("X-Telegram-Bot-Api-Secret-Token", hook.secret)
	}
	res, err := t.client.Do(req)
	if err != nil {
		t.log.Debug("telegram webhook: no answer", "update", u.id)
		return tgReply{}, errors.New("Connection refused or closed")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, tgMaxReply))
	a := tgReply{status: res.StatusCode, kind: res.Header.Get("Content-Type"), body: body}
	if s, convErr := strconv.Atoi(res.Header.Get("Retry-After")); convErr == nil && s > 0 {
		a.retryAfter = min(time.Duration(s)*time.Second, tgMaxRetryAfter)
	}
	if err != nil {
		return a, errors.New("Connection closed")
	}
	if a.status < 200 || a.status > 299 {
		t.log.Debug("telegram webhook: refused", "update", u.id, "status", a.status)
		return a, errors.New("Wrong response from the webhook: " + strconv.Itoa(a.status) + " " + http.StatusText(a.status))
	}
	return a, nil
}

// callback performs the method that a webhook's answer may name. Its result is
// lost, errors too; methods that read or that set the webhook are not performed.
func (t *Telegram) callback(a tgReply) {
	if !strings.HasPrefix(a.kind, "application/json") || !json.Valid(a.body) {
		return
	}
	c := &tgCall{args: map[string]string{}, files: map[string]tgUpload{}}
	if err := c.readJSON(bytes.NewReader(a.body)); err != nil {
		return
	}
	name := strings.ToLower(c.str("method"))
	m, known := t.methods[name]
	if !known || strings.HasPrefix(name, "get") || name == "setwebhook" || name == "deletewebhook" {
		return
	}
	answer := t.perform(context.WithoutCancel(t.ctx), m, c)
	t.count(m.name, answer.code)
}
