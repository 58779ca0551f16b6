package guard

import (
	"slices"
	"strings"
	"unicode/utf8"

	"redthread/bot/folder"
	"redthread/bot/nearest"
)

// Kind is what is wrong with words.
type Kind string

// The kinds, in the order in which they are told.
const (
	Promise Kind = "promise" // of success, which nobody can promise
	Insult  Kind = "insult"
	Contact Kind = "contact" // a private one, past the agency
	Payment Kind = "payment" // to a person, past the agency; a bribe
)

// Kinds lists all kinds.
var Kinds = []Kind{Promise, Insult, Contact, Payment}

// Severity is what becomes of words.
type Severity string

// Words that Stop are not sent; those that Flag are, and are noted.
const (
	Stop Severity = "stop"
	Flag Severity = "flag"
)

// ellipsis stands in a rule for a few characters, and in an exception for what
// the rule has found.
const ellipsis = "…"

// rule is one line of a rule file.
type rule struct {
	kind     Kind
	severity Severity
	words    string // as they were written
	parts    []part // which follow each other
	whole    bool   // they must be a clause of their own
	block    *block
}

// part is words, or the name of a reader.
type part struct {
	reader string // "phone", or empty
	runes  []rune
	inside []gap // what must stand inside the words, where "." is meant
	open   []bool
	apart  bool // a few characters may stand before it
}

// block is the lines under one heading, which share their exceptions.
type block struct {
	kind     Kind
	severity Severity
	unless   []exception
}

// exception is what makes words harmless that a rule has found. Before and after
// must stand around them in the same clause; within holds them.
type exception struct{ before, after, within []rune }

// ownHeading heads the agency's own numbers and addresses.
const ownHeading = "own"

// maxWords is how long a rule may be, in characters.
const maxWords = 60

// ruleFile reads one file.
type ruleFile struct {
	name     string
	problems *folder.Report
	line     int

	at    *block
	owned bool // under "== own"

	rules []rule
	own   []string
}

func (f *ruleFile) wrong(format string, args ...any) {
	f.problems.Wrong(f.name, f.line, format, args...)
}

func (f *ruleFile) read(src string) {
	if !utf8.ValidString(src) {
		f.wrong("the file is not UTF-8; save it as UTF-8")
		return
	}
	for i, l := range strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n") {
		f.line = i + 1
		l = strings.TrimSpace(l)
		heading, headed := strings.CutPrefix(l, "==")
		words, excused := strings.CutPrefix(l, "unless ")
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case headed:
			f.heading(strings.Fields(heading))
		case f.at == nil && !f.owned:
			f.wrong("%q stands before the first heading; write one like “== promise stop” above it", cut(l))
		case utf8.RuneCountInString(l) > maxWords:
			f.wrong("the line is longer than %d characters", maxWords)
		case f.owned:
			f.ours(l)
		case excused:
			f.exception(strings.TrimSpace(words))
		default:
			f.rule(l)
		}
	}
}

func (f *ruleFile) heading(words []string) {
	f.at, f.owned = &block{}, false // what follows a wrong heading is still looked at
	if len(words) == 1 && words[0] == ownHeading {
		f.at, f.owned = nil, true
		return
	}
	if len(words) != 2 {
		f.wrong("a heading is a kind and what becomes of the words, like “== promise stop”, or “== own”")
		return
	}
	f.at.kind, f.at.severity = Kind(words[0]), Severity(words[1])
	if !slices.Contains(Kinds, f.at.kind) {
		f.wrong("there is no kind %q, only promise, insult, contact and payment%s", cut(words[0]), nearest.Hint(words[0], names(Kinds)))
	}
	if f.at.severity != Stop && f.at.severity != Flag {
		f.wrong("%q is neither stop nor flag", cut(words[1]))
	}
}

func names(kinds []Kind) (all []string) {
	for _, k := range kinds {
		all = append(all, string(k))
	}
	return all
}

func (f *ruleFile) ours(words string) {
	if len(fold(words).runes) < 4 {
		f.wrong("%q is too short to be told from other words; write a whole number or address", cut(words))
		return
	}
	f.own = append(f.own, words)
}

func (f *ruleFile) exception(words string) {
	before, after, around := strings.Cut(words, ellipsis)
	e := exception{before: fold(before).runes, after: fold(after).runes}
	if !around {
		e = exception{within: fold(words).runes}
	}
	if len(e.before)+len(e.after)+len(e.within) == 0 {
		f.wrong("the exception says nothing; write like “unless 不能…”, where … is what the rules above find")
		return
	}
	f.at.unless = append(f.at.unless, e)
}

func (f *ruleFile) rule(words string) {
	r := rule{kind: f.at.kind, severity: f.at.severity, words: words, block: f.at}
	rest, whole := strings.CutPrefix(words, "=")
	r.whole = whole
	for i, p := range strings.Split(rest, ellipsis) {
		for j, q := range apart(p) {
			if part, ok := f.part(q); ok {
				part.apart = i > 0 && j == 0
				r.parts = append(r.parts, part)
			}
		}
	}
	if len(r.parts) == 0 {
		f.wrong("%q holds no letter or digit", cut(words))
		return
	}
	if p := r.parts[0]; len(r.parts) == 1 && p.reader == "" && len(p.runes) == 1 && !whole {
		f.wrong("%q is in every second sentence; add words, or write =%s for a message that says nothing else", cut(words), words)
		return
	}
	f.rules = append(f.rules, r)
}

// apart separates the readers from the words around them: "微信{id}".
func apart(words string) (all []string) {
	for words != "" {
		from, to := strings.Index(words, "{"), strings.Index(words, "}")
		if from < 0 || to < from {
			return append(all, words)
		}
		if from > 0 {
			all = append(all, words[:from])
		}
		all = append(all, words[from:to+1])
		words = words[to+1:]
	}
	return all
}

func (f *ruleFile) part(words string) (p part, ok bool) {
	if name, braced := strings.CutPrefix(words, "{"); braced {
		name = strings.TrimSuffix(name, "}")
		if _, known := readers[name]; !known {
			f.wrong("nothing reads {%s}, only {%s}", cut(name), strings.Join(readerNames(), "}, {"))
			return p, false
		}
		return part{reader: name}, true
	}
	w := fold(words)
	p = part{runes: w.runes, inside: make([]gap, len(w.runes)), open: make([]bool, len(w.runes))}
	for i := range w.runes {
		if i > 0 {
			p.inside[i], p.open[i] = w.gaps[i]&dot, w.gaps[i] != 0
		}
	}
	return p, len(w.runes) > 0
}

// cut shortens what is quoted in a problem.
func cut(words string) string {
	if r := []rune(words); len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return words
}
