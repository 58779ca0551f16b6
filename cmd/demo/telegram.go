package main

import (
	"sync/atomic"

	"redthread/bot/emulator"
)

// telegramHandset is a phone with Telegram.
type telegramHandset struct {
	*emulator.TelegramPhone
	platform *emulator.Telegram
	present  atomic.Bool
	before   atomic.Bool
}

func newTelegramHandset(t *emulator.Telegram, id int64, user emulator.TelegramUser) *telegramHandset {
	return &telegramHandset{TelegramPhone: t.Phone(id, user), platform: t}
}

func (h *telegramHandset) State() state {
	s := state{Present: h.present.Load(), Before: h.before.Load()}
	if s.Present {
		for _, c := range h.TelegramPhone.Commands() {
			s.Commands = append(s.Commands, command{c.Command, c.Description})
		}
		for _, row := range h.TelegramPhone.Keyboard() {
			var keys []key
			for _, k := range row {
				keys = append(keys, key{k.Label, k.Data == "contact"})
			}
			s.Keyboard = append(s.Keyboard, keys)
		}
	}
	return s
}

func (h *telegramHandset) Picture(name string) ([]byte, string) { return h.platform.Picture(name) }

// Follow starts the bot; after a block that lets it in again.
func (h *telegramHandset) Follow() error {
	if h.present.Swap(true) {
		return errCannot
	}
	h.before.Store(true)
	return telegramTaken(h.Start(""))
}

func (h *telegramHandset) Unfollow() error {
	if !h.present.Swap(false) {
		return errCannot
	}
	return telegramTaken(h.Block())
}

func (h *telegramHandset) Write(text string) error { return telegramTaken(h.TelegramPhone.Write(text)) }

func (h *telegramHandset) Edit(bubble int64, text string) error {
	return telegramTaken(h.TelegramPhone.Edit(bubble, text))
}

func (h *telegramHandset) Press(bubble int64, row, col int) error {
	return telegramTaken(h.TelegramPhone.Press(bubble, row, col))
}

// Tap: Telegram's words are not buttons.
func (h *telegramHandset) Tap(int64, int) error { return errCannot }

// Click: Telegram has commands in place of a menu bar.
func (h *telegramHandset) Click(string) error { return errCannot }

func (h *telegramHandset) SendPictures(pictures [][]byte, caption string) error {
	if len(pictures) == 1 {
		return telegramTaken(h.SendPicture(pictures[0], caption))
	}
	return telegramTaken(h.SendAlbum(pictures))
}

func (h *telegramHandset) SendThing(t thing) error {
	switch t.Kind {
	case "voice":
		return telegramTaken(h.SendVoice(t.Data))
	case "file":
		return telegramTaken(h.SendDocument(t.Name, t.Data, ""))
	case "place":
		return telegramTaken(h.SendVenue(t.At[0], t.At[1], t.Name, t.Address))
	}
	return errCannot
}

// Resume lets the bot write to them, as it could before.
func (h *telegramHandset) Resume() {
	h.before.Store(true)
	h.present.Store(true)
	h.TelegramPhone.Resume()
}

func (h *telegramHandset) ShareContact() error { return telegramTaken(h.SendContact(true)) }

// telegramTaken returns why an action had no effect, if it had none. One that is
// still under way has been taken.
func telegramTaken(p *emulator.TelegramPush) error {
	select {
	case <-p.Done():
		return p.Err()
	default:
		return nil
	}
}
