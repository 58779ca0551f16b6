package emulator

import (
	"errors"
	"slices"
	"sync"
	"time"
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
