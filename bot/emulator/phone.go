package emulator

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Bubble is one thing on a phone's screen.
type Bubble struct {
	ID     int64     `json:"id"`   // the platform's message ID, rising on one phone
	Mine   bool      `json:"mine"` // the phone's owner sent it
	Kind   string    `json:"kind"` // "text", "photo", "voice", "video", "file", "location", "contact", "sticker", "notice" (a grey line)
	Text   string    `json:"text"` // words or caption; WeChat's tappable words are Words of it
	Words  []Word    `json:"words,omitempty"`
	Photo  string    `json:"photo,omitempty"`  // name of the picture, for the platform's Picture
	Keys   [][]Key   `json:"keys,omitempty"`   // Telegram's inline keyboard, WeChat's msgmenu (one a row)
	Reply  int64     `json:"reply,omitempty"`  // the bubble it quotes
	From   string    `json:"from,omitempty"`   // who sent it, in a group
	Thread int64     `json:"thread,omitempty"` // the topic it stands in, in a forum
	Edited bool      `json:"edited,omitempty"`
	Mark   string    `json:"mark,omitempty"` // the bot's reaction to it
	At     time.Time `json:"at"`
}

// Word is a tappable stretch of a Bubble's Text, in runes from Start to before
// End: a weixin://bizmsgmenu link or an ordinary one (URL).
type Word struct {
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Content string `json:"content,omitempty"` // what a tap writes
	ID      string `json:"id,omitempty"`      // its bizmsgmenuid
	URL     string `json:"url,omitempty"`
}

// Key is a button under a Bubble.
type Key struct {
	Label string `json:"label"`
	Data  string `json:"data,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Change is something that happened on a phone.
type Change struct {
	Kind   string  `json:"kind"` // "new", "edit", "delete", "typing", "toast", "banner", "menu", "keyboard", "state"
	Bubble *Bubble `json:"bubble,omitempty"`
	Text   string  `json:"text,omitempty"` // of a toast (Telegram) or a fault banner (WeChat)
	Alert  bool    `json:"alert,omitempty"`
}

// Screen is what one phone shows: its bubbles, and a stream of changes for who
// looks at it. It is safe for concurrent use.
type Screen struct {
	mu      sync.Mutex
	bubbles []Bubble
	lookers map[chan Change]struct{}
	changed chan struct{} // closed and renewed at each change
}

// NewScreen returns an empty screen.
func NewScreen() *Screen {
	return &Screen{lookers: map[chan Change]struct{}{}, changed: make(chan struct{})}
}

// Bubbles copies what the screen shows, the oldest first.
func (s *Screen) Bubbles() []Bubble {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.bubbles)
}

// Watch streams the changes from now on. A looker who does not keep up loses
// changes, never blocks the platform; call stop when done.
func (s *Screen) Watch() (changes <-chan Change, stop func()) {
	ch := make(chan Change, 256)
	s.mu.Lock()
	s.lookers[ch] = struct{}{}
	s.mu.Unlock()
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.lookers, ch)
	}
}

// Wait returns the bubbles as soon as ok accepts them, or ctx's error.
func (s *Screen) Wait(ctx context.Context, ok func([]Bubble) bool) ([]Bubble, error) {
	for {
		s.mu.Lock()
		shown, changed := slices.Clone(s.bubbles), s.changed
		s.mu.Unlock()
		if ok(shown) {
			return shown, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return shown, ctx.Err()
		}
	}
}

// add puts a bubble on the screen.
func (s *Screen) add(b Bubble) {
	s.change(Change{Kind: "new", Bubble: &b}, func() { s.bubbles = append(s.bubbles, b) })
}

// edit lets f change the bubble with the ID; it reports whether there is one.
func (s *Screen) edit(id int64, f func(*Bubble)) bool {
	s.mu.Lock()
	i := slices.IndexFunc(s.bubbles, func(b Bubble) bool { return b.ID == id })
	if i < 0 {
		s.mu.Unlock()
		return false
	}
	f(&s.bubbles[i])
	b := s.bubbles[i]
	s.mu.Unlock()
	s.change(Change{Kind: "edit", Bubble: &b}, func() {})
	return true
}

// remove takes the bubble away; it reports whether it was there.
func (s *Screen) remove(id int64) bool {
	found := false
	s.change(Change{Kind: "delete", Bubble: &Bubble{ID: id}}, func() {
		n := len(s.bubbles)
		s.bubbles = slices.DeleteFunc(s.bubbles, func(b Bubble) bool { return b.ID == id })
		found = len(s.bubbles) < n
	})
	return found
}

// show tells the lookers of something that leaves no bubble: typing, a toast.
func (s *Screen) show(c Change) { s.change(c, func() {}) }

func (s *Screen) change(c Change, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	close(s.changed)
	s.changed = make(chan struct{})
	for ch := range s.lookers {
		select {
		case ch <- c:
		default:
		}
	}
}
