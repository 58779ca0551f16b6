package day

import (
	"regexp"
	"slices"
	"strings"

	"redthread/bot/emulator"
)

// handset is a person's phone, on either platform. What is done on it goes into
// the day's facts until it has reached the bot.
type handset struct {
	d    *day
	wx   *emulator.WeChatPhone
	tg   *emulator.TelegramPhone
	seen int64 // the newest bubble that its owner has looked at
}

// onWeChat and onTelegram hand out phones.
func (d *day) onWeChat(id string) *handset { return &handset{d: d, wx: d.wechat.Phone(id)} }

func (d *day) onTelegram(id int64, name string) *handset {
	return &handset{d: d, tg: d.telegram.Phone(id, emulator.TelegramUser{First: name, Lang: "zh-hans"})}
}

func (h *handset) screen() *emulator.Screen {
	if h.wx != nil {
		return h.wx.Screen()
	}
	return h.tg.Screen()
}

// did keeps a deed until it has reached the bot.
func (h *handset) did(done <-chan struct{}) { h.d.facts.deeds = append(h.d.facts.deeds, done) }

func (h *handset) arrive() {
	if h.wx != nil {
		h.did(h.wx.Follow("").Done())
		return
	}
	h.did(h.tg.Start("").Done())
}

func (h *handset) leave() {
	if h.wx != nil {
		h.did(h.wx.Unfollow().Done())
		return
	}
	h.did(h.tg.Block().Done())
}

func (h *handset) write(text string) {
	if h.wx != nil {
		h.did(h.wx.Write(text).Done())
		return
	}
	h.did(h.tg.Write(text).Done())
}

// press presses the button of the label on the bubble; false: it has none.
func (h *handset) press(b emulator.Bubble, label string) bool {
	for i, w := range b.Words {
		if h.wx != nil && w.URL == "" && string([]rune(b.Text)[w.Start:w.End]) == label {
			h.did(h.wx.Tap(b.ID, i).Done())
			return true
		}
	}
	for row, keys := range b.Keys {
		for col, k := range keys {
			if h.tg != nil && k.Label == label {
				h.did(h.tg.Press(b.ID, row, col).Done())
				return true
			}
		}
	}
	return false
}

// labels are the buttons of a bubble, on either platform.
func labels(b emulator.Bubble) (all []string) {
	for _, w := range b.Words {
		if w.URL == "" {
			all = append(all, string([]rune(b.Text)[w.Start:w.End]))
		}
	}
	for _, keys := range b.Keys {
		for _, k := range keys {
			all = append(all, k.Label)
		}
	}
	return all
}

// offers says that a bubble has the button.
func offers(b emulator.Bubble, label string) bool { return slices.Contains(labels(b), label) }

// news is what has come onto the screen since its owner last looked.
func (h *handset) news() (all []emulator.Bubble) {
	for _, b := range h.screen().Bubbles() {
		if b.ID > h.seen {
			h.seen = b.ID
			if !b.Mine {
				all = append(all, b)
			}
		}
	}
	return all
}

// Everything that people say carries a mark of its own, by which it is known
// wherever it turns up: c12-3 is the third thing that client 12 said, a12-3 a
// colleague's answer to it, f12-3 the third word to them after they fell silent, n7
// the seventh internal note.
var (
	clientMark = regexp.MustCompile(`\bc(\d+)-(\d+)\b`)
	answerMark = regexp.MustCompile(`\ba(\d+)-(\d+)\b`)
	followMark = regexp.MustCompile(`\bf(\d+)-(\d+)\b`)
	noteMark   = regexp.MustCompile(`\bn(\d+)\b`)
)

// marks are all marks of a kind in a text.
func marks(kind *regexp.Regexp, text string) []string {
	return slices.Compact(slices.Sorted(slices.Values(kind.FindAllString(text, -1))))
}

// owner is the number of the client in a mark.
func owner(mark string) string {
	number, _, _ := strings.Cut(mark[1:], "-")
	return number
}
