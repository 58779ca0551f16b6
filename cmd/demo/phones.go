package main

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"redthread/bot/emulator"
)

// handset is a phone in its owner's hand, on whichever platform. A deed returns
// when the platform has taken it; what comes of it appears on the Screen.
// errCannot says that the platform, or the phone as it stands, has no such deed.
type handset interface {
	Screen() *emulator.Screen
	State() state
	Picture(name string) (data []byte, mime string)

	Follow() error
	Unfollow() error
	Write(text string) error
	Edit(bubble int64, text string) error
	Press(bubble int64, row, col int) error // a key under a bubble
	Tap(bubble int64, word int) error       // a tappable stretch of a bubble's words
	Click(menuKey string) error             // the menu bar
	SendPictures(pictures [][]byte, caption string) error
	SendThing(thing) error
	ShareContact() error // one's own, as a key in the place of the letters does
	Resume()             // be where one was before the platforms were opened: with the account, unheard
}

// forum is a handset whose talk has topics.
type forum interface {
	In(thread int64) handset
	About(word string) handset
}

// errCannot is the error of a deed that this phone does not offer.
var errCannot = errors.New("demo: this phone cannot do that")

// state is what a phone shows around the talk.
type state struct {
	Present  bool       `json:"present"`            // follows the account, or has started the bot and not blocked it
	Before   bool       `json:"before"`             // was present once
	Menu     []menuItem `json:"menu,omitempty"`     // WeChat's menu bar
	Commands []command  `json:"commands,omitempty"` // Telegram's list
	Keyboard [][]key    `json:"keyboard,omitempty"` // Telegram's keys in the place of the letters
	Topics   []topic    `json:"topics,omitempty"`   // of a group
	Self     string     `json:"self,omitempty"`     // what the owner is called there
}

// menuItem is a button of the menu bar; one with Items opens a sub-menu.
type menuItem struct {
	Name  string     `json:"name"`
	Key   string     `json:"key,omitempty"`
	URL   string     `json:"url,omitempty"`
	Items []menuItem `json:"items,omitempty"`
}

// key is one of the keys in the place of the letters. It writes its label, or
// shares the owner's number.
type key struct {
	Label   string `json:"label"`
	Contact bool   `json:"contact,omitempty"`
}

// command is an entry of a Telegram bot's command list.
type command struct {
	Name string `json:"name"`
	Help string `json:"help"`
}

// phone is one person's phone on the page.
type phone struct {
	person
	handset
	seeker *seeker // what the owner told the agency before; nil: nothing
}

// before keeps of a screen's bubbles those that stand before the owner: in a group
// the talk of the topic they have open.
func (p phone) before(shown []emulator.Bubble) []emulator.Bubble {
	g, ok := p.handset.(*groupHandset)
	if !ok {
		return shown
	}
	return slices.DeleteFunc(slices.Clone(shown), func(b emulator.Bubble) bool { return !g.shows(b) })
}

func (p phone) read() []emulator.Bubble { return p.before(p.Screen().Bubbles()) }

// wrote says that the phone's owner did, and not the bot or somebody else.
func (p phone) wrote(b emulator.Bubble) bool {
	g, ok := p.handset.(*groupHandset)
	return b.Mine || ok && b.From == g.name
}

// thread is the topic that the owner has open; 0: none.
func (p phone) thread() int64 {
	if g, ok := p.handset.(*groupHandset); ok {
		return g.topic()
	}
	return 0
}

// deed is one thing done on a phone, as the page sends it.
type deed struct {
	Text     string   `json:"text"`
	Thread   int64    `json:"thread"` // the topic in which it is done, of a group
	Bubble   int64    `json:"bubble"`
	Word     int      `json:"word"`
	Row      int      `json:"row"`
	Col      int      `json:"col"`
	Key      string   `json:"key"`
	Samples  []string `json:"samples"`
	Pictures [][]byte `json:"-"` // the visitor's own
}

// maxWords is the longest text the page sends, in bytes: more than either
// platform lets a person write.
const maxWords = 16 << 10

// do performs the deed of that name.
func (p phone) do(name string, d deed) error {
	if len(d.Text) > maxWords || !utf8.ValidString(d.Text) {
		return fmt.Errorf("demo: text is longer than %d bytes or not UTF-8", maxWords)
	}
	if d.Thread != 0 {
		f, ok := p.handset.(forum)
		if !ok {
			return errCannot
		}
		p.handset = f.In(d.Thread)
	}
	if t, ok := thingFor(name, p.Platform); ok {
		return p.SendThing(t)
	}
	if do, ok := deeds[name]; ok {
		return do(p, d)
	}
	return fmt.Errorf("demo: no deed named %q", name)
}

// deeds are what the page can do on a phone, besides sending things.
var deeds = map[string]func(phone, deed) error{
	"follow":   func(p phone, _ deed) error { return p.Follow() },
	"unfollow": func(p phone, _ deed) error { return p.Unfollow() },
	"write":    func(p phone, d deed) error { return p.write(d.Text) },
	"edit":     func(p phone, d deed) error { return p.Edit(d.Bubble, d.Text) },
	"press":    func(p phone, d deed) error { return p.Press(d.Bubble, d.Row, d.Col) },
	"tap":      func(p phone, d deed) error { return p.Tap(d.Bubble, d.Word) },
	"click":    func(p phone, d deed) error { return p.Click(d.Key) },
	"picture":  phone.showPictures,
	"contact":  func(p phone, _ deed) error { return p.ShareContact() },
}

func (p phone) write(text string) error {
	if text == "" {
		return errors.New("demo: there is nothing to send")
	}
	return p.Write(text)
}

// showPictures sends the visitor's own pictures and the named samples.
func (p phone) showPictures(d deed) error {
	pictures := d.Pictures
	for _, name := range d.Samples {
		data, ok := sample(name)
		if !ok {
			return fmt.Errorf("demo: no sample picture named %q", name)
		}
		pictures = append(pictures, data)
	}
	if len(pictures) == 0 || len(pictures) > 10 {
		return errors.New("demo: send one to ten pictures")
	}
	return p.SendPictures(pictures, d.Text)
}
