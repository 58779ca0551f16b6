package main

import (
	"slices"
	"sync"
	"time"
)

// history is what one person said and heard: the model of what must be. Every
// message of the bot is held against it as it arrives.
type history struct {
	n    int64 // the person's number
	talk *talk

	mu      sync.Mutex
	said    []saying
	heard   []hearing // by phrase
	records []int64   // complaint numbers the bot named
}

// saying is one message of the person.
type saying struct {
	key   string // the event's, as the bot records it; empty: not known
	state sayingState
}

type sayingState int

const (
	underWay  sayingState = iota
	confirmed             // the bot told the platform that it has it
	givenUp               // the platform brought it as often as it does, in vain
)

// hearing is one phrase as it reached the person.
type hearing struct {
	at     time.Time // zero: not yet
	from   int       // the process that sent it
	hidden bool      // it arrived, but the platform told the sender otherwise
}

// sounding is what a heard text turned out to be.
type sounding int

const (
	expected  sounding = iota
	overtaken          // one that comes before it is missing
	doubled            // heard before, and the sender knew that
	repeated           // heard before, and the sender could not know: the one allowed case
	wrong              // nothing that had to be said
	holding            // a word that the answer comes later: the database is away
)

func newHistory(n int64, t *talk) *history {
	return &history{n: n, talk: t, heard: make([]hearing, len(t.phrases))}
}

// says notes that the person does the next step.
func (h *history) says(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said = append(h.said, saying{key: key})
}

// ends notes what became of the last step on the platform's side.
func (h *history) ends(s sayingState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.said[len(h.said)-1].state = s
}

// due is how many phrases have to be heard by now; h.mu is held.
func (h *history) due() int {
	if len(h.said) == 0 {
		return 0
	}
	return h.talk.steps[len(h.said)-1].due
}

// hear holds a text against what had to be said. answered says that nothing is
// missing any more after the last step. excused says whether something befell
// the process after it had sent what it now repeats.
func (h *history) hear(text string, now hearing, excused func(hearing) bool) (s sounding, answered bool) {
	words := fold(text)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range recordsIn(text) {
		if !slices.Contains(h.records, n) {
			h.records = append(h.records, n)
		}
	}
	due := h.due()
	for i := range due {
		if !h.heard[i].at.IsZero() || !h.talk.phrases[i].is(words, text, h.n) {
			continue
		}
		h.heard[i] = now
		if h.heardAfter(i) {
			return overtaken, h.complete(due)
		}
		return expected, h.complete(due)
	}
	return h.again(words, text, now, excused), false
}

func (h *history) complete(due int) bool {
	return !slices.ContainsFunc(h.heard[:due], func(x hearing) bool { return x.at.IsZero() })
}

// heardAfter says that something was heard that belongs behind phrase i.
func (h *history) heardAfter(i int) bool {
	return slices.ContainsFunc(h.heard[i+1:], func(x hearing) bool { return !x.at.IsZero() })
}

// again judges a text that nothing waits for. A repetition is allowed only right
// behind what it repeats.
func (h *history) again(words, text string, now hearing, excused func(hearing) bool) sounding {
	for i := h.due() - 1; i >= 0; i-- {
		was := h.heard[i]
		if was.at.IsZero() || !h.talk.phrases[i].is(words, text, h.n) {
			continue
		}
		h.heard[i] = now // a second repetition is excused by what befell the first
		switch {
		case !was.hidden && !excused(was):
			return doubled
		case h.heardAfter(i):
			return overtaken
		}
		return repeated
	}
	if slices.Contains(holdingWords, words) && (excused(now) || excused(hearing{at: now.at.Add(-recovery), from: now.from})) {
		return holding
	}
	return wrong
}

// holdingWords are what the bot says in place of an answer while the database is
// away (the text common.spooled), and recovery is how long after that it may.
var holdingWords = []string{fold("已收到，稍后回复您。"), fold("Received. We will answer you a little later.")}

const recovery = 10 * time.Second

// missing counts the phrases that the bot owes: those of steps that it has
// confirmed. open says that a step's fate is not known.
func (h *history) missing() (n int, open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from := 0
	for i, s := range h.said {
		due := h.talk.steps[i].due
		for ; from < due; from++ {
			if h.heard[from].at.IsZero() && s.state == confirmed {
				n++
			}
		}
		open = open || s.state != confirmed
	}
	return n, open
}

// finished says that the person has said all and heard all.
func (h *history) finished() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.said) == len(h.talk.steps) && h.complete(len(h.heard))
}
