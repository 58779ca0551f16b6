package main

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"redthread/bot/emulator"
)

// player plays a transcript on the phones as people would: it types, presses and
// waits until the bot has said what is written there. A line that does not come
// is reported and the talk goes on.
type player struct {
	Transcript transcript
	Phones     []phone
	Pace       float64       // 1 is a calm person, 0 does not wait at all
	Patience   time.Duration // how long to wait for a line of the bot
	Log        *slog.Logger

	tell func(event string, v any) // to the page's viewers

	mu      sync.Mutex
	shown   playerView
	resumed chan struct{} // closed unless Held
}

// playerView is how the play stands.
type playerView struct {
	Title  string `json:"title"`
	Remark string `json:"remark"`
	Line   int    `json:"line"`
	Total  int    `json:"total"`
	Phone  string `json:"phone"` // whose turn it is
	State  string `json:"state"` // "waiting" for a viewer, "playing", "done"
	Held   bool   `json:"held"`
	Missed []int  `json:"missed"`
}

func newPlayer(t transcript, phones []phone, log *slog.Logger) *player {
	open := make(chan struct{})
	close(open)
	return &player{
		Transcript: t, Phones: phones, Pace: 1, Patience: 12 * time.Second, Log: log,
		tell: func(string, any) {}, resumed: open,
		shown: playerView{Title: t.Name, Total: len(t.Lines), State: "waiting", Missed: []int{}},
	}
}

// play plays the transcript once. It returns the numbers of the lines that the
// bot did not say in time.
func (p *player) play(ctx context.Context) []int {
	parts := assign(p.Transcript, p.Phones)
	seen := map[string]int64{} // the newest bubble of each phone before the last deed
	p.update(func(v *playerView) { v.State = "playing" })
	for i, l := range p.Transcript.Lines {
		if p.wait(ctx, 0) != nil {
			return p.view().Missed
		}
		if l.Kind == "remark" {
			p.update(func(v *playerView) { v.Line, v.Remark = i+1, l.Text })
			continue
		}
		if away[strings.ToLower(l.Who)] {
			continue
		}
		ph, ok := parts[l.Who]
		if !ok {
			p.miss(l, "nobody is left to play this part")
			continue
		}
		ph = p.stand(ph, l)
		parts[l.Who] = ph
		p.update(func(v *playerView) { v.Line, v.Phone = i+1, ph.ID })
		if l.Said {
			p.hear(ctx, ph, l, seen[ph.ID])
			continue
		}
		p.act(ctx, ph, l, seen)
	}
	p.update(func(v *playerView) { v.State = "done" })
	return p.view().Missed
}

// stand lets the colleague who has the button before them press it: which of the
// staff an alert goes to is the agency's to say, not the transcript's.
func (p *player) stand(ph phone, l line) phone {
	if !ph.Staff || l.Said || l.Kind != "press" {
		return ph
	}
	if _, ok := findButton(ph.read(), l.Text); ok || ph.With != "" {
		return ph
	}
	for _, other := range p.Phones {
		if _, ok := findButton(other.read(), l.Text); ok && other.Staff && other.With == "" {
			return other
		}
	}
	return ph
}

// politeness is how long a person waits for an answer that may not come before they
// go on: not all words are answered.
const politeness = 4 * time.Second

// act does a person's line at a person's pace: after the answer to their last
// words has begun to come.
func (p *player) act(ctx context.Context, ph phone, l line, seen map[string]int64) {
	limited, cancel := context.WithTimeout(ctx, politeness)
	ph.Screen().Wait(limited, func(shown []emulator.Bubble) bool {
		shown = ph.before(shown)
		return len(shown) == 0 || !ph.wrote(shown[len(shown)-1])
	})
	cancel()
	for _, other := range p.Phones {
		seen[other.ID] = newest(other)
	}
	if !ph.State().Present && l.Kind != "follow" {
		if err := ph.Follow(); err != nil {
			p.miss(l, err.Error())
			return
		}
		p.wait(ctx, 1500*time.Millisecond)
	}
	p.wait(ctx, 900*time.Millisecond)
	if err := p.deed(ctx, ph, l); err != nil {
		p.miss(l, err.Error())
	}
}

func (p *player) deed(ctx context.Context, ph phone, l line) error {
	switch l.Kind {
	case "follow":
		return ph.Follow()
	case "unfollow":
		err := ph.Unfollow()
		p.tell("change", stateOf(ph))
		return err
	case "picture":
		return ph.do("picture", deed{Samples: slices.Repeat(sampleNames[:1], l.Count), Text: l.Text})
	case "contact", "voice", "file", "place":
		return ph.do(l.Kind, deed{})
	case "edit":
		return ph.Edit(lastOwn(ph), l.Text)
	case "press":
		if b, ok := p.look(ctx, ph, l.Text); ok {
			p.tell("point", map[string]any{"phone": ph.ID, "bubble": b.bubble, "row": b.row, "col": b.col, "word": b.word})
			p.wait(ctx, 700*time.Millisecond)
			return b.press(ph)
		}
		// where no button shows the label, its words do as well
	}
	typing := min(time.Duration(utf8.RuneCountInString(l.Text))*110*time.Millisecond, 2500*time.Millisecond)
	p.tell("compose", map[string]any{"phone": ph.ID, "thread": ph.thread(), "text": l.Text, "ms": int(p.Pace * float64(typing.Milliseconds()))})
	p.wait(ctx, typing+300*time.Millisecond)
	return ph.write(l.Text)
}

// look finds the button to press. What another person's deed brings may still be on
// its way to this phone.
func (p *player) look(ctx context.Context, ph phone, label string) (b spot, ok bool) {
	limited, cancel := context.WithTimeout(ctx, p.Patience/3)
	defer cancel()
	ph.Screen().Wait(limited, func([]emulator.Bubble) bool {
		b, ok = findButton(ph.read(), label)
		return ok
	})
	return b, ok
}

// hear waits until the phone shows the line in a bubble newer than since, then
// gives a reader time to read it.
func (p *player) hear(ctx context.Context, ph phone, l line, since int64) {
	limited, cancel := context.WithTimeout(ctx, p.Patience)
	defer cancel()
	_, err := ph.Screen().Wait(limited, func(shown []emulator.Bubble) bool {
		return saidSince(slices.DeleteFunc(ph.before(shown), ph.wrote), l, since)
	})
	if err != nil {
		if ctx.Err() == nil {
			p.miss(l, "the bot has not said this in time")
		}
		return
	}
	p.wait(ctx, min(150*time.Millisecond+time.Duration(utf8.RuneCountInString(l.Text))*35*time.Millisecond, 1800*time.Millisecond))
}

// saidSince says that a bubble of the bot's newer than since, or edited, carries
// the line. Numbers and dates differ from one play to the next: they match any.
func saidSince(shown []emulator.Bubble, l line, since int64) bool {
	want := plain(l.Text)
	for _, b := range shown {
		if b.Mine || (b.ID <= since && !b.Edited) {
			continue
		}
		if kind, thing := bubbleKinds[l.Kind]; thing && b.Kind == kind || !thing && strings.Contains(plain(b.Text), want) {
			return true
		}
		for _, row := range b.Keys {
			for _, k := range row {
				if plain(k.Label) == want {
					return true
				}
			}
		}
	}
	return false
}

// bubbleKinds are the kinds of bubble that show what is not words.
var bubbleKinds = map[string]string{"picture": "photo", "voice": "voice", "file": "file", "place": "location"}

var (
	digits = regexp.MustCompile(`\d+`)
	days   = regexp.MustCompile(`周[一二三四五六日]|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b`)
	spaces = regexp.MustCompile(`\s+`)
)

// plain is text as far as two plays of one talk agree on it.
func plain(text string) string {
	text = days.ReplaceAllString(digits.ReplaceAllString(text, "0"), "0")
	return strings.TrimSpace(spaces.ReplaceAllString(text, " "))
}

// spot is a button on a screen: a key, or a tappable word when word is not
// negative.
type spot struct {
	bubble         int64
	row, col, word int
}

func (s spot) press(ph phone) error {
	if s.word >= 0 {
		return ph.Tap(s.bubble, s.word)
	}
	return ph.Press(s.bubble, s.row, s.col)
}

// findButton finds the newest button with the label, or else one that differs from
// it in numbers alone.
func findButton(shown []emulator.Bubble, label string) (spot, bool) {
	if s, ok := findLabel(shown, func(l string) bool { return l == label }); ok {
		return s, true
	}
	label = plain(label)
	return findLabel(shown, func(l string) bool { return plain(l) == label })
}

func findLabel(shown []emulator.Bubble, is func(string) bool) (spot, bool) {
	for i := len(shown) - 1; i >= 0; i-- {
		b := shown[i]
		if b.Mine {
			continue
		}
		for r, row := range b.Keys {
			for c, k := range row {
				if is(k.Label) {
					return spot{b.ID, r, c, -1}, true
				}
			}
		}
		text := []rune(b.Text)
		for w, word := range b.Words {
			if word.URL == "" && word.End <= len(text) && is(string(text[word.Start:word.End])) {
				return spot{b.ID, 0, 0, w}, true
			}
		}
	}
	return spot{}, false
}

func newest(ph phone) int64 {
	var id int64
	for _, b := range ph.Screen().Bubbles() {
		id = max(id, b.ID)
	}
	return id
}

// lastOwn is the newest bubble of the owner's own words.
func lastOwn(ph phone) int64 {
	var id int64
	for _, b := range ph.read() {
		if ph.wrote(b) && b.Kind == "text" {
			id = max(id, b.ID)
		}
	}
	return id
}

// wait lets d pass at the player's pace, and all the time it is held.
func (p *player) wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(time.Duration(float64(d) * p.Pace))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	resumed := p.resumed
	p.mu.Unlock()
	select {
	case <-resumed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// hold stops the play before the next thing it does, or lets it go on.
func (p *player) hold(held bool) {
	p.update(func(v *playerView) {
		switch {
		case held && !v.Held:
			p.resumed = make(chan struct{})
		case !held && v.Held:
			close(p.resumed)
		}
		v.Held = held
	})
}

func (p *player) miss(l line, why string) {
	p.Log.Warn("demo: transcript line not played", "line", l.Number, "why", why)
	p.update(func(v *playerView) { v.Missed = append(v.Missed, l.Number) })
}

// update changes how the play stands and tells the viewers.
func (p *player) update(f func(*playerView)) {
	p.mu.Lock()
	f(&p.shown)
	p.mu.Unlock()
	p.tell("player", p.view())
}

func (p *player) view() playerView {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.shown
	v.Missed = append([]int{}, v.Missed...)
	return v
}
