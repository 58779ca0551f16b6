package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
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

// WeChatBanner is what people read when a bot does not answer or answers
// nonsense.
const WeChatBanner = "该公众号提供的服务出现故障，请稍后再试"

// Why a push reached nobody.
var (
	ErrWeChatCut      = errors.New("emulator: WeChat: no answer within five seconds")
	ErrWeChatAway     = errors.New("emulator: WeChat: the network is cut")
	ErrWeChatMarkFail = errors.New("emulator: WeChat: pushes are stopped for a minute after repeated failures")
	ErrWeChatClosed   = errors.New("emulator: WeChat: closed")
)

// WeChatDelivery is one request to the callback.
type WeChatDelivery struct {
	At     time.Time
	Query  string
	Body   []byte
	Status int    // 0 when no answer came
	Answer []byte // the body of the answer
	Err    error  // what went wrong on the way
}

// WeChatPush is a message or event on its way to the bot. It is safe for
// concurrent use.
type WeChatPush struct {
	ID int64 // MsgId; 0 of events, which have none

	openid string
	query  wxQuery
	body   []byte
	loud   bool // a person waits: its reply and its failure are shown
	few    bool // its reply may carry one article only
	done   chan struct{}
	answer *wxAnswered

	mu         sync.Mutex
	deliveries []WeChatDelivery
	err        error
}

// wxAnswered is shared by a push and its repetitions: one reply is shown.
type wxAnswered struct {
	mu     sync.Mutex
	once   bool
	bubble *Bubble
}

// Done is closed when the last delivery has ended and its reply, or the fault
// banner, is on the screen.
func (p *WeChatPush) Done() <-chan struct{} { return p.done }

// Deliveries are the requests so far, in the order of their start.
func (p *WeChatPush) Deliveries() []WeChatDelivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.deliveries)
}

// Reply is the first bubble of the reply that the phone shows; nil for silence.
func (p *WeChatPush) Reply() *Bubble {
	p.answer.mu.Lock()
	defer p.answer.mu.Unlock()
	return p.answer.bubble
}

// Err says, after Done, why the push failed: the bot did not answer in three
// deliveries, its answer was faulty, or nothing was delivered at all.
func (p *WeChatPush) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// note keeps a delivery.
func (p *WeChatPush) note(d WeChatDelivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deliveries = append(p.deliveries, d)
}

func (p *WeChatPush) end(err error) {
	p.mu.Lock()
	p.err = err
	p.mu.Unlock()
	close(p.done)
}

// newPush writes a push about a person; w.mu is held.
func (w *WeChat) newPush(openid string, fields ...wxField) *WeChatPush {
	p := &WeChatPush{openid: openid, done: make(chan struct{}), answer: &wxAnswered{}, loud: true}
	p.query, p.body = w.wrap(w.cipher, openid, w.cfg.Clock.Now(), fields)
	return p
}

// wrap signs a push and puts it into the form of the account's mode; w.mu is held.
func (w *WeChat) wrap(c *wxCipher, openid string, at time.Time, fields []wxField) (wxQuery, []byte) {
	q, head := w.signedAt(openid, at), w.head(openid)
	fields = append(slices.Clone(head), fields...)
	if w.cfg.Mode == "plain" {
		return q, wxXML(fields...)
	}
	sealed := c.seal([]byte(w.letters(hexDigits, 16)), wxXML(fields...))
	q = append(q, [2]string{"encrypt_type", "aes"},
		[2]string{"msg_signature", wxSign(w.cfg.Token, q.get("timestamp"), q.get("nonce"), sealed)})
	if w.cfg.Mode == "safe" {
		fields = head[:1]
	}
	return q, wxXML(append(fields, cdata("Encrypt", sealed))...)
}

// head is how every push begins; w.mu is held.
func (w *WeChat) head(openid string) []wxField {
	return []wxField{
		cdata("ToUserName", w.cfg.OriginalID),
		cdata("FromUserName", openid),
		number("CreateTime", w.cfg.Clock.Now().Unix()),
	}
}

// idleWxPush is a push that is over before it began.
func idleWxPush(err error) *WeChatPush {
	p := &WeChatPush{done: make(chan struct{}), answer: &wxAnswered{}}
	p.end(err)
	return p
}

// launch delivers the push in the background; w.mu is held.
func (w *WeChat) launch(phone *WeChatPhone, p *WeChatPush) *WeChatPush {
	if w.ctx.Err() != nil {
		p.end(ErrWeChatClosed)
		return p
	}
	w.stats.Pushes++
	before := phone.last
	phone.last = p.done
	w.running.Go(func() {
		if w.cfg.Ordered && before != nil {
			<-before
		}
		p.end(w.deliver(phone, p))
	})
	return p
}

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
