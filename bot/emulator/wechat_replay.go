package emulator

import (
	"errors"
	"net/http"
	"time"
)

// Resend delivers an old push once more, with the query and body it had. Its
// reply is shown only if the push has had none.
func (w *WeChat) Resend(old *WeChatPush) *WeChatPush {
	p := &WeChatPush{ID: old.ID, openid: old.openid, query: old.query, body: old.body,
		loud: old.loud, few: old.few, answer: old.answer, done: make(chan struct{})}
	if old.body == nil {
		p.end(ErrWeChatNothing)
		return p
	}
	phone := w.Phone(old.openid)
	return w.alone(p, func() error { _, err := w.try(phone, p); return err })
}

// WeChatForgery is a request that WeChat did not send.
type WeChatForgery string

// The forgeries that a bot must see through.
const (
	ForgeSignature    WeChatForgery = "signature"     // signature drawn at random
	ForgeMsgSignature WeChatForgery = "msg_signature" // msg_signature drawn at random
	ForgePlain        WeChatForgery = "plain"         // a good signature, overheard, and a body of one's own in plaintext
	ForgeStale        WeChatForgery = "stale"         // all correct, an hour old
	ForgeAccount      WeChatForgery = "account"       // sealed with the right key for another account
)

// Forge sends the bot a text from the person that WeChat did not send. Nothing
// is shown on the phone; the push's only delivery has the bot's answer.
func (w *WeChat) Forge(kind WeChatForgery, openid, text string) *WeChatPush {
	w.mu.Lock()
	at, cipher := w.cfg.Clock.Now(), *w.cipher
	if kind == ForgeStale {
		at = at.Add(-time.Hour)
	}
	if kind == ForgeAccount {
		cipher.appID = "wx" + w.letters(hexDigits, 16)
	}
	id := w.nextID()
	fields := []wxField{cdata("MsgType", "text"), cdata("Content", text), number("MsgId", id)}
	p := &WeChatPush{ID: id, openid: openid, done: make(chan struct{}), answer: &wxAnswered{}}
	p.query, p.body = w.wrap(&cipher, openid, at, fields)
	switch kind {
	case ForgeSignature:
		p.query.set("signature", w.letters(hexDigits, 40))
	case ForgeMsgSignature:
		p.query.set("msg_signature", w.letters(hexDigits, 40))
	case ForgePlain:
		p.query, p.body = p.query[:4], wxXML(append(w.head(openid), fields...)...)
	}
	w.mu.Unlock()
	return w.alone(p, func() error {
		a := w.send(p)
		if a.err == nil && a.status == http.StatusOK {
			return nil
		}
		return errors.Join(errors.New("emulator: WeChat: the bot refused"), a.err)
	})
}

// alone makes one delivery in the background.
func (w *WeChat) alone(p *WeChatPush, deliver func() error) *WeChatPush {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ctx.Err() != nil {
		p.end(ErrWeChatClosed)
		return p
	}
	w.running.Go(func() { p.end(deliver()) })
	return p
}
