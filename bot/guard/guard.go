package guard

import (
	"cmp"
	"slices"
)

// Guard is all rules, ready to be asked. It does not change.
type Guard struct {
	rules []rule
	own   []string

	words     automaton
	means     []meaning // of each word of the automaton
	readFirst []int     // the rules that begin with a reader
}

// meaning is what a word of the automaton is: a part of a rule, or the agency's
// own number.
type meaning struct {
	rule, part int // rule -1: the agency's own
	p          part
}

// Finding is one thing that is wrong with a text.
type Finding struct {
	Kind     Kind
	Severity Severity
	From, To int    // where it stands in the text, in bytes
	Rule     string // as the rule file has it
}

// most bounds what is told of one text.
const most = 20

// Len is how many rules there are.
func (g *Guard) Len() int { return len(g.rules) }

func (g *Guard) compile() {
	var words [][]rune
	add := func(m meaning) {
		if len(m.p.runes) > 0 {
			words, g.means = append(words, m.p.runes), append(g.means, m)
		}
	}
	for i, r := range g.rules {
		if r.parts[0].reader != "" {
			g.readFirst = append(g.readFirst, i)
		}
		for j, p := range r.parts {
			add(meaning{i, j, p})
		}
	}
	for _, own := range g.own {
		f := fold(own)
		open := make([]bool, len(f.runes))
		for i := range open {
			open[i] = true
		}
		add(meaning{-1, 0, part{runes: f.runes, inside: make([]gap, len(f.runes)), open: open}})
	}
	g.words = *newAutomaton(words)
}

// place is a part of the folded text.
type place struct{ from, to int }

// Check says what is wrong with words that are to go to a client, in the order in
// which it stands there. Of findings of one kind that lie over each other it tells
// one. The time it takes grows with the length of the text, and no faster.
func (g *Guard) Check(text string) []Finding {
	f := fold(text)
	found, began, own := g.wordsIn(f)
	read := readAllIn(f, own)
	var all []Finding
	for _, i := range began {
		r := &g.rules[i]
		for _, at := range r.places(f, func(part int) []place {
			if name := r.parts[part].reader; name != "" {
				return read[name]
			}
			return found[[2]int{i, part}]
		}) {
			if !within(at, own) && !r.block.excuses(f, at) {
				all = append(all, Finding{r.kind, r.severity, f.from[at.from], f.to[at.to-1], r.words})
			}
		}
	}
	return merged(all)
}

// wordsIn finds the words of all rules, by rule and part; the rules whose first
// part is there; and the agency's own numbers.
func (g *Guard) wordsIn(f *folded) (found map[[2]int][]place, began []int, own []place) {
	found, began = map[[2]int][]place{}, slices.Clone(g.readFirst)
	g.words.walk(f.runes, func(word, end int) {
		m := &g.means[word]
		at := place{end - len(m.p.runes), end}
		switch {
		case !f.stands(at, m.p):
		case m.rule < 0:
			own = append(own, at)
		default:
			k := [2]int{m.rule, m.part}
			if m.part == 0 && len(found[k]) == 0 {
				began = append(began, m.rule)
			}
			found[k] = append(found[k], at)
		}
	})
	return found, began, own
}

// stands says that words which are in the folded text are there in the original
// too: not made up of the end of one word and the beginning of the next.
func (f *folded) stands(at place, p part) bool {
	if !f.bounded(at.from, at.to) {
		return false
	}
	gaps, torn, letters, spaced := 0, false, 0, 0
	for i := 1; i < len(p.runes); i++ {
		g := f.gaps[at.from+i]
		if p.inside[i]&dot != 0 && g&dot == 0 {
			return false
		}
		if g != 0 {
			gaps++
		}
		torn = torn || g&parts != 0
		if isLatin(p.runes[i-1]) && isLatin(p.runes[i]) && !p.open[i] {
			letters++
			if g&space != 0 {
				spaced++
			}
		}
	}
	all := len(p.runes) - 1
	switch {
	case torn && (all < 2 || gaps < all): // unless every character stands alone
		return false
	case spaced > 0 && spaced < letters: // "we chat" is two words, "w e c h a t" is one
		return false
	}
	return true
}

// How far the parts of a rule may stand from each other, in characters.
const (
	nearHan   = 8
	nearLatin = 24
)

// places are where the rule holds: its parts one behind the other, in one clause.
func (r *rule) places(f *folded, of func(part int) []place) []place {
	all := of(0)
	for part := 1; part < len(r.parts) && len(all) > 0; part++ {
		next := of(part)
		var joined []place
		first := 0
		for _, p := range all {
			for first < len(next) && next[first].from < p.to {
				first++
			}
			if first < len(next) && (r.parts[part].apart || next[first].from == p.to) && f.near(p.to, next[first].from) {
				joined = append(joined, place{p.from, next[first].to})
			}
		}
		all = joined
	}
	if r.whole {
		all = slices.DeleteFunc(slices.Clone(all), func(p place) bool {
			from, to := f.clause(p.from, p.to, 1)
			return from != p.from || to != p.to
		})
	}
	return all
}

func (f *folded) near(from, to int) bool {
	reach := nearHan
	if f.latin(from-1) || f.latin(from) {
		reach = nearLatin
	}
	if to-from > reach {
		return false
	}
	for i := from; i <= to; i++ {
		if f.gaps[i]&parts != 0 {
			return false
		}
	}
	return true
}

func within(at place, all []place) bool {
	return slices.ContainsFunc(all, func(p place) bool { return p.from <= at.from && at.to <= p.to })
}

// How far an exception's words may stand from what the rule has found.
const (
	aroundHan   = 12
	aroundLatin = 40
)

func (b *block) excuses(f *folded, at place) bool {
	return slices.ContainsFunc(b.unless, func(e exception) bool { return e.holds(f, at) })
}

func (e exception) holds(f *folded, at place) bool {
	reach := aroundHan
	if w := slices.Concat(e.before, e.after, e.within); isLatin(w[0]) {
		reach = aroundLatin
	}
	from, to := f.clause(at.from, at.to, reach)
	if len(e.within) > 0 {
		for i := max(from, at.to-len(e.within)); i <= at.from && i+len(e.within) <= to; i++ {
			if f.is(i, e.within) {
				return true
			}
		}
		return false
	}
	// What stands before may reach into it: "不包…" excuses 不包成功.
	return (len(e.before) == 0 || f.has(from, at.from, at.to, e.before)) && (len(e.after) == 0 || f.has(at.to, to, to, e.after))
}

// has says that words begin in a part of the text, and end before end.
func (f *folded) has(from, to, end int, words []rune) bool {
	for i := from; i < to && i+len(words) <= end; i++ {
		if f.is(i, words) {
			return true
		}
	}
	return false
}

func (f *folded) is(at int, words []rune) bool {
	return slices.Equal(f.runes[at:at+len(words)], words) && f.bounded(at, at+len(words))
}

// merged puts findings in order and makes one of those of a kind that lie over
// each other; the more severe counts.
func merged(all []Finding) (few []Finding) {
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(slices.Index(Kinds, a.Kind), slices.Index(Kinds, b.Kind)), cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To))
	})
	for _, f := range all {
		if n := len(few) - 1; n >= 0 && few[n].Kind == f.Kind && f.From < few[n].To {
			few[n].To = max(few[n].To, f.To)
			if f.Severity == Stop && few[n].Severity == Flag {
				few[n].Severity, few[n].Rule = Stop, f.Rule
			}
			continue
		}
		few = append(few, f)
	}
	slices.SortStableFunc(few, func(a, b Finding) int { return cmp.Compare(a.From, b.From) })
	return few[:min(len(few), most)]
}
