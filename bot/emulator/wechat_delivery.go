package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// How WeChat delivers: a request is cut after five seconds without an answer and
// repeated, with the same query and body, three deliveries in all
// (developers.weixin.qq.com/doc/service/en/guide/product/message/Passive_user_reply_message.html).
const (
	wxPatience   = 5 * time.Second
	wxDeliveries = 3
	wxPause      = time.Minute // of MarkFail
	wxMaxReply   = 64 << 10
)

// deliver carries a push to the bot, in up to three deliveries.
func (w *WeChat) deliver(phone *WeChatPhone, p *WeChatPush) error {
	if w.stopped() {
		w.tally(func(s *WeChatStats) { s.Skipped++; s.Lost++ })
		w.banner(phone, p, ErrWeChatMarkFail)
		return ErrWeChatMarkFail
	}
	var err error
	for n := 1; n <= wxDeliveries; n++ {
		f, twice := w.weather()
		if !w.sleep(f.Delay) {
			return ErrWeChatClosed
		}
		begun, again := w.cfg.Clock.Now(), false
		again, err = w.attempt(phone, p, n, twice, f.Away)
		if w.ctx.Err() != nil {
			return ErrWeChatClosed
		}
		w.mark(err)
		if err == nil || !again {
			break
		}
		if n < wxDeliveries && !w.sleep(begun.Add(wxPatience).Sub(w.cfg.Clock.Now())) {
			return ErrWeChatClosed
		}
	}
	if err != nil {
		w.tally(func(s *WeChatStats) { s.Lost++ })
		w.banner(phone, p, err)
	}
	return err
}

// weather is the faults of one delivery, and whether it is made twice.
func (w *WeChat) weather() (f Faults, twice bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.faults, w.chance(w.faults.Repeat)
}

// attempt makes the n-th delivery and judges its answer; again says that the
// lack of one calls for another delivery.
func (w *WeChat) attempt(phone *WeChatPhone, p *WeChatPush, n int, twice, away bool) (again bool, err error) {
	w.tally(func(s *WeChatStats) {
		s.Deliveries++
		if twice && !away {
			s.Deliveries++
		}
		if n > 1 {
			s.Retries++
		}
	})
	if away {
		w.sleep(wxPatience) // nobody answers a connection that does not come about
		p.note(WeChatDelivery{At: w.cfg.Clock.Now(), Query: p.query.String(), Body: p.body, Err: ErrWeChatAway})
		return true, ErrWeChatAway
	}
	if !twice {
		return w.try(phone, p)
	}
	var other sync.WaitGroup
	var otherAgain bool
	var otherErr error
	other.Go(func() { otherAgain, otherErr = w.try(phone, p) })
	again, err = w.try(phone, p)
	other.Wait()
	if err == nil {
		return again, nil
	}
	return otherAgain, otherErr
}

// try makes one request and judges the answer.
func (w *WeChat) try(phone *WeChatPhone, p *WeChatPush) (again bool, err error) {
	a := w.send(p)
	switch {
	case errors.Is(a.err, ErrWeChatCut):
		w.tally(func(s *WeChatStats) { s.Cuts++ })
		return true, a.err
	case a.err != nil:
		return true, a.err
	case a.status != http.StatusOK:
		return w.cfg.RetryStatus, fmt.Errorf("emulator: WeChat: the callback answered with status %d", a.status)
	}
	if err := w.show(phone, p, a.body); err != nil {
		return false, fmt.Errorf("emulator: WeChat: faulty answer: %w", err)
	}
	return false, nil
}

// send makes one request and notes it in the push.
func (w *WeChat) send(p *WeChatPush) wxAnswer {
	w.mu.Lock()
	callback := w.callback
	w.mu.Unlock()
	d := WeChatDelivery{At: w.cfg.Clock.Now(), Query: p.query.String(), Body: p.body}
	a := w.exchange(w.ctx, wxRequest{http.MethodPost, wxURL(callback, p.query), p.body})
	d.Status, d.Answer, d.Err = a.status, a.body, a.err
	p.note(d)
	return a
}

type wxRequest struct {
	method, url string
	body        []byte
}

type wxAnswer struct {
	status int
	body   []byte
	err    error
}

// exchange makes a request and cuts it when WeChat's patience ends.
func (w *WeChat) exchange(ctx context.Context, req wxRequest) wxAnswer {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := w.cfg.Clock.After(wxPatience)
	defer forget(w.cfg.Clock, patience)
	answer := make(chan wxAnswer, 1)
	go func() { answer <- w.request(ctx, req) }()
	select {
	case a := <-answer:
		return a
	case <-patience:
		cancel()
		if a := <-answer; a.err == nil {
			return a // it had come in the very moment
		}
		return wxAnswer{err: ErrWeChatCut}
	}
}

func (w *WeChat) request(ctx context.Context, req wxRequest) wxAnswer {
	r, err := http.NewRequestWithContext(ctx, req.method, req.url, bytes.NewReader(req.body))
	if err != nil {
		return wxAnswer{err: err}
	}
	r.Header.Set("User-Agent", "Mozilla/4.0")
	if req.body != nil {
		r.Header.Set("Content-Type", "text/xml")
	}
	res, err := w.client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL: it names the person and holds a signature
		}
		return wxAnswer{err: err}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, wxMaxReply+1))
	if err != nil {
		return wxAnswer{err: err}
	}
	return wxAnswer{res.StatusCode, body, nil}
}

// stopped says that MarkFail holds.
func (w *WeChat) stopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cfg.Clock.Now().Before(w.markFail)
}

// mark counts deliveries that fail in a row, towards MarkFail.
func (w *WeChat) mark(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil || w.cfg.MarkFailAfter < 0 {
		w.failed = 0
		return
	}
	if w.failed++; w.failed >= w.cfg.MarkFailAfter {
		w.failed, w.markFail = 0, w.cfg.Clock.Now().Add(wxPause)
		w.cfg.Log.Warn("wechat: MarkFail, no pushes for a minute")
	}
}

// sleep waits for d to pass; it reports false when the platform was closed.
func (w *WeChat) sleep(d time.Duration) bool {
	if d <= 0 {
		return w.ctx.Err() == nil
	}
	passed := w.cfg.Clock.After(d)
	defer forget(w.cfg.Clock, passed)
	select {
	case <-passed:
		return true
	case <-w.ctx.Done():
		return false
	}
}

func (w *WeChat) tally(f func(*WeChatStats)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.stats)
}
