package emulator

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	windows   weChatWindows
	contacted time.Time       // wrote or tapped last
	typing    time.Time       // until when the account is typing
	last      <-chan struct{} // the end of the newest push
}

// Phone is the phone of the person with that openid, new if there is none.
func (w *WeChat) Phone(openid string) *WeChatPhone {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.phones[openid]
	if p == nil {
		p = &WeChatPhone{w: w, openid: openid, screen: NewScreen(), windows: weChatWindows{}}
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
		return idleWeChatPush(ErrWeChatFollows)
	}
	key, ticket := "", weChatField{}
	if scene != "" {
		t, err := p.w.ticket(scene)
		if err != nil {
			return idleWeChatPush(err)
		}
		key, ticket = "qrscene_"+scene, cdata("Ticket", t)
	}
	p.follows, p.met, p.since, p.scene = true, true, p.w.cfg.Clock.Now(), scene
	p.open("follow", p.w.cfg.Allowances.Follow)
	p.screen.show(Change{Kind: "state"})
	return p.event("subscribe", cdata("EventKey", key), ticket)
}

// Unfollow stops following: nothing reaches the person any more.
func (p *WeChatPhone) Unfollow() *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.follows {
		return idleWeChatPush(ErrWeChatStranger)
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
		return idleWeChatPush(err)
	}
	p.open("scan", p.w.cfg.Allowances.Scan)
	return p.event("SCAN", cdata("EventKey", scene), cdata("Ticket", ticket))
}

// Write sends a text.
func (p *WeChatPhone) Write(text string) *WeChatPush {
	return p.message("text", Bubble{Kind: "text", Text: text}, cdata("Content", text))
}

// Tap taps a word of a text or, counted on behind its words, a key of a msgmenu.
// A word of a menu writes its content; a link opens a page and tells the bot
// nothing.
func (p *WeChatPhone) Tap(bubble int64, index int) *WeChatPush {
	word, ok := p.tappable(bubble, index)
	switch {
	case !ok:
		return idleWeChatPush(ErrWeChatNothing)
	case word.Content == "":
		return idleWeChatPush(nil)
	}
	fields := []weChatField{cdata("Content", word.Content)}
	if word.ID != "" && !p.w.cfg.TestAccount {
		fields = append(fields, weChatField{})
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.messageLocked("menu", p.w.cfg.Allowances.Menu, "text",
		Bubble{Kind: "text", Text: word.Content}, fields, word.ID)
}
