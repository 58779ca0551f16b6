package emulator

import (
	"errors"
	"time"
)

// Why an action had no effect.
var (
	ErrWeChatStranger = errors.New("emulator: WeChat: the person does not follow the account")
	ErrWeChatFollows  = errors.New("emulator: WeChat: the person follows the account already")
	ErrWeChatNothing  = errors.New("emulator: WeChat: there is nothing to tap")
	ErrWeChatExpired  = errors.New("emulator: WeChat: the QR code has expired")
)

// WeChatPhone is one person's WeChat. Every action shows the person's own bubble
// at once and returns the push that carries it to the bot; an action without
// effect returns a push that is done, with the reason as its Err.
type WeChatPhone struct {
	w      *WeChat
	openid string
	screen *Screen

	// The rest is guarded by w.mu.
	follows   bool
	met       bool // has followed, now or earlier
	since     time.Time
	scene     string // that led here
	windows   wxWindows
	contacted time.Time       // wrote or tapped last
	typing    time.Time       // until when the account is typing
	noNotices bool            // they do not take template messages
	last      <-chan struct{} // the end of the newest push
}

// Phone is the phone of the person with that openid, new if there is none.
func (w *WeChat) Phone(openid string) *WeChatPhone {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.phones[openid]
	if p == nil {
		p = &WeChatPhone{w: w, openid: openid, screen: NewScreen(), windows: wxWindows{}}
		w.phones[openid] = p
	}
	return p
}

// OpenID names the person towards the account.
func (p *WeChatPhone) OpenID() string { return p.openid }

// Screen is what the phone shows.
func (p *WeChatPhone) Screen() *Screen { return p.screen }

// Following says whether the person follows the account.
func (p *WeChatPhone) Following() bool {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.follows
}

// Menu is the menu bar under the chat, empty when there is none. Real phones
// learn of a new menu up to five minutes later.
func (p *WeChatPhone) Menu() []WeChatMenuButton {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.follows {
		return nil
	}
	return cloneMenu(p.w.menu)
}

// RefuseTemplates lets the person take no template messages from now on, or take them
// again (the page of the account, 通知消息).
func (p *WeChatPhone) RefuseTemplates(refuse bool) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.noNotices = refuse
}

// put shows a bubble, as the account's unless it is Mine; w.mu is held.
func (p *WeChatPhone) put(b *Bubble) {
	if b.ID == 0 {
		b.ID = p.w.nextID()
	}
	b.At = p.w.cfg.Clock.Now()
	if !b.Mine {
		p.typing = time.Time{}
	}
	p.screen.add(*b)
}

// Follow starts following the account, by the QR code of a scene or, if scene
// is empty, by searching for it.
func (p *WeChatPhone) Follow(scene string) *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.follows {
		return idleWxPush(ErrWeChatFollows)
	}
	key, ticket := "", wxField{}
	if scene != "" {
		t, err := p.w.ticket(scene)
		if err != nil {
			return idleWxPush(err)
		}
		key, ticket = "qrscene_"+scene, cdata("Ticket", t)
	}
	p.follows, p.met, p.since, p.scene = true, true, p.w.cfg.Clock.Now(), scene
	p.open("follow", p.w.cfg.Allowances.Follow)
	p.screen.show(Change{Kind: "state"})
	return p.event("subscribe", cdata("EventKey", key), ticket)
}

// Resume is the phone of somebody who has followed the account, and has just
// written to it, before this platform was opened. The account is told nothing.
func (p *WeChatPhone) Resume() {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.follows, p.met, p.since = true, true, p.w.cfg.Clock.Now()
	p.open("message", p.w.cfg.Allowances.Message)
	p.screen.show(Change{Kind: "state"})
}

// Unfollow stops following: nothing reaches the person any more.
func (p *WeChatPhone) Unfollow() *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.follows {
		return idleWxPush(ErrWeChatStranger)
	}
	p.follows = false
	clear(p.windows)
	p.screen.show(Change{Kind: "state"})
	return p.quietEvent("unsubscribe", cdata("EventKey", ""))
}

// Scan scans the QR code of a scene; somebody who does not follow the account
// does so by it.
func (p *WeChatPhone) Scan(scene string) *WeChatPush {
	if !p.Following() {
		return p.Follow(scene)
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	ticket, err := p.w.ticket(scene)
	if err != nil {
		return idleWxPush(err)
	}
	p.open("scan", p.w.cfg.Allowances.Scan)
	return p.event("SCAN", cdata("EventKey", scene), cdata("Ticket", ticket))
}

// open opens a window of the ledger and remembers the contact; w.mu is held.
func (p *WeChatPhone) open(action string, a WeChatAllowance) {
	now := p.w.cfg.Clock.Now()
	p.windows.open(action, a, now)
	p.contacted = now
}

// event pushes an event whose reply the person waits for; w.mu is held.
func (p *WeChatPhone) event(name string, fields ...wxField) *WeChatPush {
	return p.w.launch(p, p.newEvent(name, fields))
}

// quietEvent pushes an event that no reply can answer; w.mu is held.
func (p *WeChatPhone) quietEvent(name string, fields ...wxField) *WeChatPush {
	push := p.newEvent(name, fields)
	push.loud = false
	return p.w.launch(p, push)
}

func (p *WeChatPhone) newEvent(name string, fields []wxField) *WeChatPush {
	head := []wxField{cdata("MsgType", "event"), cdata("Event", name)}
	return p.w.newPush(p.openid, append(head, fields...)...)
}

// theMsgID stands among the fields of a message where its ID belongs.
var theMsgID = wxField{name: "MsgId", raw: true}

// say pushes a message and shows it as the person's own; w.mu is held.
func (p *WeChatPhone) say(kind string, b Bubble, fields ...wxField) *WeChatPush {
	if !p.follows {
		return idleWxPush(ErrWeChatStranger)
	}
	b.ID, b.Mine = p.w.nextID(), true
	p.put(&b)
	fields = append([]wxField{cdata("MsgType", kind)}, fields...)
	for i := range fields {
		if fields[i] == theMsgID {
			fields[i] = number("MsgId", b.ID)
		}
	}
	push := p.w.newPush(p.openid, fields...)
	push.ID, push.few = b.ID, true
	return p.w.launch(p, push)
}
