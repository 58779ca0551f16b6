package day

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"redthread/bot/emulator"
)

// facts is what was said and done, as those know it who did, and what of it has
// turned up where.
type facts struct {
	deeds []<-chan struct{} // not yet known to have reached the bot
	said  []*remark         // by clients, in its order
	by    map[string]*remark
	again map[string]bool   // clients, by code, to whom a colleague has sent something again
	codes map[string]string // of clients, as colleagues call them, by the client's number
	notes int               // internal ones, written
	count map[string]int
	wrong []string // what must not be
	leaks int      // of it, words on the phone of somebody who must not read them
	heard map[string]bool
}

// remark is something that a client said.
type remark struct {
	mark     string
	client   *caller
	at       time.Time
	wants    bool       // a person's answer
	by       *colleague // who has written one last
	written  time.Time  // and when
	answered time.Time  // by a colleague; zero: not
	heard    time.Time  // when anything was said to the client after it
}

func (f *facts) deedsOpen() int {
	f.deeds = slices.DeleteFunc(f.deeds, func(done <-chan struct{}) bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
	return len(f.deeds)
}

func (f *facts) says(s *remark) {
	if f.by == nil {
		f.again, f.by, f.codes, f.heard = map[string]bool{}, map[string]*remark{}, map[string]string{}, map[string]bool{}
	}
	f.said = append(f.said, s)
	f.by[s.mark] = s
}

// open are the marks of what nobody has answered: what a colleague is shown of an
// earlier talk needs no second answer.
func (f *facts) open(all []string) []string {
	return slices.DeleteFunc(all, func(mark string) bool { s := f.by[mark]; return s != nil && !s.answered.IsZero() })
}

// writes says that a colleague may answer now: they have not done so a moment ago, when
// the words stood somewhere else as well.
func (f *facts) writes(c *colleague, mark string) bool {
	s, now := f.by[mark], c.d.clock.Now()
	if s == nil || s.by == c && now.Sub(s.written) < 5*time.Minute {
		return false
	}
	s.by, s.written = c, now
	return true
}

// counts notes that something happened once more.
func (f *facts) counts(what string) {
	if f.count == nil {
		f.count = map[string]int{}
	}
	f.count[what]++
}

// leak notes that words have come to somebody who must not read them.
func (f *facts) leak(format string, args ...any) {
	f.leaks++
	f.isWrong(format, args...)
}

func (f *facts) isWrong(format string, args ...any) {
	const most = 50
	if f.counts("wrong"); len(f.wrong) < most {
		f.wrong = append(f.wrong, fmt.Sprintf(format, args...))
	}
}

// clientCode is what colleagues call a client.
var clientCode = regexp.MustCompile(`K-\d{6,}`)

// codeOf is the code of the client of that number, once a colleague has seen it.
func (f *facts) codeOf(number string) string { return f.codes[number] }

// seenByStaff learns whose marks stand beside whose code.
func (f *facts) seenByStaff(b emulator.Bubble) {
	code := clientCode.FindString(b.Text)
	for _, mark := range marks(clientMark, b.Text) {
		if known := f.codes[owner(mark)]; code != "" && known == "" && f.codes != nil {
			f.codes[owner(mark)] = code
		}
	}
}

// reaches holds what has come onto a client's phone against what was said to them.
func (f *facts) reaches(c *caller, b emulator.Bubble) {
	now, number := c.d.clock.Now(), fmt.Sprint(c.n)
	for _, kind := range []*regexp.Regexp{clientMark, answerMark, followMark} {
		for _, mark := range marks(kind, b.Text) {
			if owner(mark) != number {
				f.leak("client %d has %s on the phone: %.60q", c.n, mark, b.Text)
			}
		}
	}
	for _, mark := range marks(followMark, b.Text) { // one may be missing, of unknown outcome; its sender was told
		var n int
		if _, err := fmt.Sscanf(mark, "f"+number+"-%d", &n); err != nil || n <= c.reached && !f.again[f.codes[number]] {
			f.isWrong("client %d reads %s after %d", c.n, mark, c.reached)
		}
		c.reached = max(c.reached, n)
	}
	for _, mark := range marks(noteMark, b.Text) {
		f.leak("client %d has the note %s on the phone", c.n, mark)
	}
	if code := clientCode.FindString(b.Text); code != "" {
		f.leak("client %d reads a code of the house: %.60q", c.n, b.Text)
	}
	for _, mark := range marks(answerMark, b.Text) {
		if s := f.by["c"+mark[1:]]; s != nil && s.answered.IsZero() {
			s.answered = now
		}
	}
	for _, mark := range marks(answerMark, b.Text) {
		if once := number + "|" + strings.TrimSpace(b.Text); f.heard[once] {
			f.counts("doubled")
			f.isWrong("client %d reads %s twice", c.n, mark)
		} else {
			f.heard[once] = true
		}
	}
	for _, s := range f.said {
		if s.client == c && s.heard.IsZero() {
			s.heard = now
		}
	}
}
