package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// town is the people of one run, and who is who on the platform.
type town struct {
	talk    *talk
	channel string
	first   int64 // number of the first person
	excused func(hearing) bool

	last    atomic.Int64
	people  sync.Map // number → *person, while they talk
	tally   tally
	mu      sync.Mutex
	stories []*history // of everybody who ever talked
}

// person is somebody with a phone.
type person struct {
	*history
	complete chan struct{} // a signal when nothing is missing after a step

	mu      sync.Mutex
	buttons string // what was drawn for the newest buttons, as the platform writes it
	onto    int64  // the message they stand under
	shown   string
	first   time.Time // when the first answer to the last step came
}

// tally counts what everybody heard.
type tally struct {
	mu       sync.Mutex
	count    map[sounding]int
	edits    atomic.Int64
	unknown  atomic.Int64 // for people who are not there
	examples []string
}

func newTown(t *talk, channel string, first int64, excused func(hearing) bool) *town {
	w := &town{talk: t, channel: channel, first: first, excused: excused}
	w.tally.count = map[sounding]int{}
	w.last.Store(first - 1)
	return w
}

// born brings somebody new into the town.
func (w *town) born() *person {
	n := w.last.Add(1)
	p := &person{history: newHistory(n, w.talk), complete: make(chan struct{}, 1)}
	w.people.Store(n, p)
	w.mu.Lock()
	w.stories = append(w.stories, p.history)
	w.mu.Unlock()
	return p
}

// size is how many people have come so far.
func (w *town) size() int { return int(w.last.Load()-w.first) + 1 }

// find returns the person of a number, nil when there is none.
func (w *town) find(n int64) *person {
	p, ok := w.people.Load(n)
	if !ok {
		return nil
	}
	return p.(*person)
}

// conversation is how the bot's records name person n.
func (w *town) conversation(n int64) string { return w.channel + ":" + chat(w.channel, n) }

// chat is person n's name on the platform.
func chat(channel string, n int64) string {
	if channel == "wechat" {
		return fmt.Sprintf("oLoad%016d", n)
	}
	return fmt.Sprint(n)
}

// number reads what chat wrote; 0 when it is nobody of ours.
func number(name string) (n int64) {
	_, err := fmt.Sscanf(name, "oLoad%d", &n)
	if err != nil {
		_, err = fmt.Sscan(name, &n)
	}
	if err != nil {
		return 0
	}
	return n
}

// message is something the bot says, as it reaches a person.
type message struct {
	to      int64
	text    string
	buttons string
	id      int64
	from    int // the process that sent it
	hidden  bool
}

// hear lets the message arrive.
func (w *town) hear(m message) {
	p := w.find(m.to)
	if p == nil {
		w.tally.unknown.Add(1)
		return
	}
	at := time.Now()
	p.mu.Lock()
	if p.first.IsZero() {
		p.first = at
	}
	if m.buttons != "" {
		p.buttons, p.onto, p.shown = m.buttons, m.id, m.text
	}
	p.mu.Unlock()
	s, answered := p.history.hear(m.text, hearing{at: at, from: m.from, hidden: m.hidden}, w.excused)
	w.tally.add(s, m)
	if answered {
		select {
		case p.complete <- struct{}{}:
		default:
		}
	}
}

// most is how many examples of each kind of fault are shown.
const most = 5

func (t *tally) add(s sounding, m message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count[s]++
	if s != expected && s != repeated && s != holding && t.count[s] <= most {
		t.examples = append(t.examples, fmt.Sprintf("%s: person %d heard %.80q", s, m.to, m.text))
	}
}

func (s sounding) String() string {
	return [...]string{"expected", "overtaken", "doubled", "repeated", "wrong", "holding"}[s]
}
