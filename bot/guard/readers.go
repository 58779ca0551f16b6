package guard

import (
	"maps"
	"slices"
	"strings"
)

// readers find what no list of words can hold. A rule names one in braces; it may
// stand alone, or after words: "微信…{id}".
var readers = map[string]func(*folded, []number) []place{
	"phone":  phones,   // a telephone number, in China or with the code of a country
	"card":   cards,    // a payment card's number, by its check digit
	"digits": accounts, // any number of 5 to 19 digits, but no sum and no date
	"mail":   mails,
	"id":     idents,  // an account name with a digit in it
	"name":   tokens,  // any word of Latin letters and digits
	"handle": handles, // @somebody
}

func readerNames() []string { return slices.Sorted(maps.Keys(readers)) }

// readAllIn lets all readers read, and leaves out what is the agency's own.
func readAllIn(f *folded, own []place) map[string][]place {
	all, numbers := map[string][]place{}, numbersIn(f)
	for name, read := range readers {
		all[name] = slices.DeleteFunc(read(f, numbers), func(p place) bool { return within(p, own) })
	}
	return all
}

// Account names are 5 to 20 letters, digits, "_" and "-" (WeChat's rule is 6 to 20,
// with a letter first).
const (
	shortestName = 5
	longestName  = 20
)

// tokens are the words of Latin letters and digits.
func tokens(f *folded, _ []number) (all []place) {
	for i := 0; i < len(f.runes); {
		from := i
		for i < len(f.runes) && (f.latin(i) || f.digit(i)) && (i == from || f.gaps[i]&^join == 0) {
			i++
		}
		switch n := i - from; {
		case n == 0:
			i++
		case n >= shortestName && n <= longestName:
			all = append(all, place{from, i})
		}
	}
	return all
}

// idents are the words that only an account can be called: letters and digits in
// one, a letter first. Our own papers (K-000012) are called otherwise.
func idents(f *folded, numbers []number) (all []place) {
	for _, p := range tokens(f, numbers) {
		word := string(f.runes[p.from:p.to])
		first := strings.IndexFunc(word, isDigit)
		paper := first == 1 && len(word) == 7 && f.gaps[p.from+1]&join != 0
		if f.latin(p.from) && first > 0 && !paper {
			all = append(all, p)
		}
	}
	return all
}

// handles are names behind an "@" that is no mail's.
func handles(f *folded, numbers []number) (all []place) {
	for _, p := range tokens(f, numbers) {
		at := p.from - 1
		if at >= 0 && f.runes[at] == '@' && f.gaps[p.from] == 0 && (at == 0 || f.gaps[at] != 0 || !f.latin(at-1) && !f.digit(at-1)) {
			all = append(all, place{at, p.to})
		}
	}
	return all
}

// What people write for the signs of an address.
var (
	wordsForAt  = [][]rune{[]rune("@"), []rune("at"), []rune("艾特"), []rune("圈a"), []rune("小老鼠")}
	wordsForDot = [][]rune{[]rune("dot"), []rune("点")}
)

// mails are addresses of mail, whichever way their signs are written.
func mails(f *folded, _ []number) (all []place) {
	for i := range f.runes {
		for _, at := range wordsForAt {
			if i == 0 || i+len(at) >= len(f.runes) || !f.is(i, at) {
				continue
			}
			from, to := f.mailName(i), f.mailHost(i+len(at))
			if from < i && to > 0 {
				all = append(all, place{from, to})
			}
		}
	}
	return all
}

// mailName is where the name begins that ends before i.
func (f *folded) mailName(i int) int {
	const longest = 40
	from := i
	for from > 0 && i-from < longest && (f.latin(from-1) || f.digit(from-1)) && (from == i && f.gaps[i]&parts == 0 || from < i && f.gaps[from]&^(join|dot|plus) == 0) {
		from--
	}
	return from
}

// mailHost is where the host ends that begins at i: a word, a dot, a word; or 0.
func (f *folded) mailHost(i int) int {
	const longest = 30
	word := func(from int) int {
		to := from
		for to < len(f.runes) && to-from < longest && (f.latin(to) || f.digit(to)) && (to == from || f.gaps[to]&^join == 0) {
			to++
		}
		return to
	}
	if f.gaps[i]&parts != 0 {
		return 0
	}
	host := word(i)
	if host == i || host == len(f.runes) {
		return 0
	}
	end := host
	if f.gaps[host]&dot == 0 {
		for _, d := range wordsForDot {
			if host+len(d) < len(f.runes) && f.gaps[host]&parts == 0 && f.is(host, d) {
				end = host + len(d)
			}
		}
		if end == host {
			return 0
		}
	}
	if last := word(end); last-end >= 2 && f.latin(end) {
		return last
	}
	return 0
}
