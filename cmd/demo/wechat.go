package main

import (
	"sync/atomic"

	"redthread/bot/emulator"
)

// weChatHandset is a phone with WeChat.
type weChatHandset struct {
	*emulator.WeChatPhone
	platform *emulator.WeChat
	before   atomic.Bool
}

func newWeChatHandset(w *emulator.WeChat, openID string) *weChatHandset {
	return &weChatHandset{WeChatPhone: w.Phone(openID), platform: w}
}

func (h *weChatHandset) State() state {
	s := state{Present: h.Following(), Before: h.before.Load()}
	if s.Present {
		s.Menu = menuItems(h.Menu())
	}
	return s
}

// menuItems keeps the buttons the page can press: those with a key, and links.
func menuItems(buttons []emulator.WeChatMenuButton) []menuItem {
	var items []menuItem
	for _, b := range buttons {
		items = append(items, menuItem{Name: b.Name, Key: b.Key, URL: b.URL, Items: menuItems(b.Sub)})
	}
	return items
}

func (h *weChatHandset) Picture(name string) ([]byte, string) { return h.platform.Picture(name) }

func (h *weChatHandset) Follow() error {
	h.before.Store(true)
	return weChatTaken(h.WeChatPhone.Follow(""))
}

func (h *weChatHandset) Unfollow() error { return weChatTaken(h.WeChatPhone.Unfollow()) }

func (h *weChatHandset) Write(text string) error { return weChatTaken(h.WeChatPhone.Write(text)) }

// Edit: what is said in WeChat stays said.
func (h *weChatHandset) Edit(int64, string) error { return errCannot }

// Press takes an entry of a menu message: one a row, behind the bubble's words.
func (h *weChatHandset) Press(bubble int64, row, _ int) error {
	for _, b := range h.Screen().Bubbles() {
		if b.ID == bubble {
			return h.Tap(bubble, len(b.Words)+row)
		}
	}
	return errCannot
}

func (h *weChatHandset) Tap(bubble int64, word int) error {
	return weChatTaken(h.WeChatPhone.Tap(bubble, word))
}

func (h *weChatHandset) Click(key string) error { return weChatTaken(h.WeChatPhone.Click(key)) }

// SendPictures sends one message a picture and the caption, if any, behind them:
// WeChat has no captions.
func (h *weChatHandset) SendPictures(pictures [][]byte, caption string) error {
	for _, data := range pictures {
		if err := weChatTaken(h.SendPicture(data)); err != nil {
			return err
		}
	}
	if caption == "" {
		return nil
	}
	return h.Write(caption)
}

func (h *weChatHandset) SendThing(t thing) error {
	switch t.Kind {
	case "voice":
		return weChatTaken(h.SendVoice(t.Data, ""))
	case "file":
		return weChatTaken(h.SendFile(t.Name, t.Data))
	case "place":
		return weChatTaken(h.SendLocation(t.At[0], t.At[1], t.Name))
	}
	return errCannot
}

// Resume lets the account write to them, as to somebody who has just written.
func (h *weChatHandset) Resume() {
	h.before.Store(true)
	h.WeChatPhone.Resume()
}

// ShareContact: WeChat has no such key.
func (h *weChatHandset) ShareContact() error { return errCannot }

// weChatTaken returns why an action had no effect, if it had none. One that is
// still under way has been taken.
func weChatTaken(p *emulator.WeChatPush) error {
	select {
	case <-p.Done():
		return p.Err()
	default:
		return nil
	}
}
