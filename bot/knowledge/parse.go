package knowledge

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"redthread/bot/folder"
	"redthread/bot/nearest"
)

// The bounds of one file. An answer must be read on a phone.
const (
	maxFile   = 64 << 10
	maxAnswer = 3000 // characters; channels take 4096 with what stands around it
	fitsOne   = 1600 // bytes; with what stands around it, one message on WeChat (2048)
	maxTitle  = 40   // columns of a button
	maxAsk    = 100  // ways of asking, and characters of each
	maxID     = 48
)

var entryName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// keys are what stands above an answer, between the two lines of dashes.
var keys = []string{"title", "topic", "order", "date", "version", "ask", "case", "consent", "off"}

// parser reads one file of the form
//
//	---
//	title: Refunds
//	date: 2026-03-01
//	version: 2
//	ask:
//	- can I get a refund
//	---
//	The answer.
//
// It is a small part of YAML, read by ourselves so that a colon in a title or a
// "no" among the questions means what it says, and every mistake has its line.
type parser struct {
	file string
	r    *folder.Report
	e    Entry
	real bool // it tells of real people
	seen map[string]int
	list bool // the lines are ways of asking
}

// parseEntry reads the file of that name. ok is false when it cannot be used.
func parseEntry(file, lang, src string, r *folder.Report) (e Entry, ok bool) {
	before := r.Errors()
	p := &parser{file: file, r: r, seen: map[string]int{}}
	p.e = Entry{ID: strings.TrimSuffix(path.Base(file), ".md"), Lang: lang, Order: 50, file: file}
	if !entryName.MatchString(p.e.ID) || len(p.e.ID) > maxID {
		r.Wrong(file, 0, "the file's name must be small letters, digits and dashes, like refund.md: it is how the answer is called in records")
	}
	src = strings.TrimPrefix(strings.ReplaceAll(src, "\r\n", "\n"), "\ufeff")
	if !utf8.ValidString(src) {
		r.Wrong(file, 0, "it is not UTF-8; save it as UTF-8")
		return p.e, false
	}
	lines := strings.Split(src, "\n")
	end := -1
	if strings.TrimSpace(lines[0]) == "---" {
		end = slices.IndexFunc(lines[1:], func(l string) bool { return strings.TrimSpace(l) == "---" }) + 1
	}
	if end < 1 {
		r.Wrong(file, 1, "it must begin with a line ---, then title:, date: and the like, then a second line ---; copy one of the others")
		return p.e, false
	}
	for i, l := range lines[1:end] {
		p.head(i+2, strings.TrimSpace(l))
	}
	p.answer(lines[end+1:], end+2)
	p.complete()
	return p.e, r.Errors() == before
}

// head takes one line from above the answer.
func (p *parser) head(n int, l string) {
	if l == "" || strings.HasPrefix(l, "#") {
		return
	}
	if item, isItem := strings.CutPrefix(l, "-"); isItem {
		p.item(n, strings.TrimSpace(item))
		return
	}
	p.list = false
	at := strings.IndexAny(l, ":：")
	ok := at >= 0
	key, value := "", ""
	if ok {
		_, colon := utf8.DecodeRuneInString(l[at:])
		key, value = strings.ToLower(strings.TrimSpace(l[:at])), strings.TrimSpace(l[at+colon:])
	}
	switch {
	case !ok:
		p.r.Wrong(p.file, n, "%q says nothing; expected a line like title: Refunds", cut(l, 30))
	case !slices.Contains(keys, key):
		p.r.Wrong(p.file, n, "nobody reads %q%s", cut(key, 30), nearest.Hint(key, keys))
	case p.seen[key] > 0:
		p.r.Wrong(p.file, n, "%s stands in line %d already", key, p.seen[key])
	default:
		p.seen[key] = n
		p.value(n, key, value)
	}
}

func (p *parser) item(n int, item string) {
	switch {
	case !p.list:
		p.r.Wrong(p.file, n, "a list item outside ask:; put ask: on a line of its own above the ways of asking")
	case item == "":
	case utf8.RuneCountInString(item) > maxAsk:
		p.r.Wrong(p.file, n, "a way of asking has %d characters at most", maxAsk)
	case len(p.e.Ask) == maxAsk:
		p.r.Wrong(p.file, n, "more than %d ways of asking; split the answer", maxAsk)
	default:
		p.e.Ask = append(p.e.Ask, item)
	}
}

func (p *parser) value(n int, key, value string) {
	switch key {
	case "title":
		p.e.Title = value
		if columns(value) > maxTitle {
			p.r.Wrong(p.file, n, "the title is too long for a button: 20 Chinese characters or 40 letters at most")
		}
	case "topic":
		p.e.Topic = value
	case "consent":
		p.e.Consent = value
	case "case":
		p.real = p.yes(n, key, value)
	case "off":
		p.e.off = p.yes(n, key, value)
	case "ask":
		p.list = true
		if value != "" {
			p.r.Wrong(p.file, n, "write the ways of asking below ask:, one a line, each after a dash")
		}
	case "date":
		day, err := time.Parse(time.DateOnly, value)
		if p.e.Date = day.Add(12 * time.Hour); err != nil { // noon, so that it is that day in every zone
			p.r.Wrong(p.file, n, "%q is no date; write it like 2026-03-01", cut(value, 30))
		}
	case "version":
		p.e.Version = p.number(n, key, value)
	case "order":
		p.e.Order = p.number(n, key, value)
	}
}

func (p *parser) number(n int, key, value string) int {
	v, err := strconv.Atoi(value)
	if err != nil || v < 1 || v > 100000 {
		p.r.Wrong(p.file, n, "%s is %q; write a number from 1 on", key, cut(value, 30))
	}
	return v
}

func (p *parser) yes(n int, key, value string) bool {
	switch strings.ToLower(value) {
	case "yes", "true", "是":
		return true
	case "no", "false", "否", "":
		return false
	}
	p.r.Wrong(p.file, n, "%s is %q; write yes or no", key, cut(value, 30))
	return false
}

// answer takes what stands below the second line of dashes, which is line n.
func (p *parser) answer(lines []string, n int) {
	for i, l := range lines {
		for _, m := range field.FindAllString(l, -1) {
			if !slices.Contains(fields, m) {
				p.r.Wrong(p.file, n+i, "%s cannot be filled in, only %s", m, strings.Join(fields, " "))
			}
		}
		if w := wall.FindString(l); w != "" {
			p.r.Wrong(p.file, n+i, "%q stays as it is in a chat; write plain words", cut(w, 30))
		}
	}
	p.e.Answer = plain(strings.Join(lines, "\n"))
}

// complete says what is missing.
func (p *parser) complete() {
	if p.e.off {
		return
	}
	need := func(ok bool, what string) {
		if !ok {
			p.r.Wrong(p.file, 0, "%s", what)
		}
	}
	need(p.e.Title != "", "it has no title: write a line title: Refunds")
	need(p.seen["date"] > 0, "it has no date: write when the answer was approved, like date: 2026-03-01")
	need(p.seen["version"] > 0, "it has no version: write version: 1, and a higher one whenever the answer changes")
	need(p.e.Answer != "", "there is no answer below the second line ---")
	need(!p.real || p.e.Consent != "", "it tells of real people (case: yes): write who agreed, how and when, in a line consent:")
	if n := utf8.RuneCountInString(p.e.Answer); n > maxAnswer {
		p.r.Wrong(p.file, 0, "the answer has %d characters, %d at most; split it", n, maxAnswer)
	} else if len(p.e.Answer) > fitsOne {
		p.r.Doubtful(p.file, 0, "the answer is too long for one WeChat message and goes out in pieces; about %d Chinese characters fit", fitsOne/3)
	}
	if len(p.e.Ask) == 0 {
		p.r.Doubtful(p.file, 0, "it has no ways of asking (ask:), so that only its topic leads to it")
	}
}

// columns is how wide s is on a screen, in Latin letters.
func columns(s string) int {
	n := 0
	for _, c := range s {
		if n++; unicode.Is(unicode.Han, c) || c >= 0xff00 || c >= 0x3000 && c < 0x3040 {
			n++
		}
	}
	return n
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
