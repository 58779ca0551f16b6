package guard

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"redthread/bot/hanzi"
)

// gap says what stood before a folded character and was left out.
type gap uint16

const (
	space gap = 1 << iota // between words
	join                  // "-" or "_"
	dot                   // "." with nothing behind it
	comma                 // "," of any kind
	line                  // the end of a line
	colon                 // ":" of any kind
	plus                  // "+"
	mark                  // any other sign: a heart, a star, a bracket
	stop                  // the end of a sentence, or of one of its parts
)

// parts says that the characters on both sides belong to different clauses.
const parts = comma | line | stop

// folded is a text as rules see it: small simplified letters, digits, "%" and
// "@". What stood between them is in gaps.
type folded struct {
	runes []rune
	gaps  []gap // before each rune, and one more for the end
	from  []int // where in the original each begins, in bytes
	to    []int // and where it ends
}

func fold(text string) *folded {
	f := &folded{runes: make([]rune, 0, len(text)), gaps: make([]gap, 0, len(text)+1), from: make([]int, 0, len(text)), to: make([]int, 0, len(text))}
	var between gap
	for i, size := 0, 0; i < len(text); i += size {
		var c rune
		c, size = utf8.DecodeRuneInString(text[i:])
		if plain := c < utf8.RuneSelf || 0x4e00 <= c && c <= 0x9fff; plain {
			between = f.take(c, i, i+size, between)
			continue
		}
		for _, c := range spelled(c, text[i:i+size]) {
			between = f.take(c, i, i+size, between)
		}
	}
	f.gaps = append(f.gaps, between)
	return f
}

// spelled writes one unusual character in usual ones: １ as 1, ㏂ as am, é as e and
// its accent.
func spelled(c rune, itself string) string {
	if s, ok := lookalike[c]; ok {
		return s
	}
	switch {
	case c >= '🅐' && c <= '🅩':
		return string('a' + c - '🅐')
	case c >= '🅰' && c <= '🆉':
		return string('a' + c - '🅰')
	case c >= '🇦' && c <= '🇿':
		return string('a' + c - '🇦')
	case c >= '❶' && c <= '❾':
		return string('1' + c - '❶')
	case c >= '➀' && c <= '➈':
		return string('1' + c - '➀')
	case c >= '➊' && c <= '➒':
		return string('1' + c - '➊')
	case c >= '⓵' && c <= '⓽':
		return string('1' + c - '⓵')
	}
	return norm.NFKD.String(itself)
}

// lookalike are letters of other scripts, and signs, that are read as Latin ones.
var lookalike = map[rune]string{
	'а': "a", 'в': "b", 'с': "c", 'ԁ': "d", 'е': "e", 'ё': "e", 'һ': "h", 'н': "h", 'і': "i", 'ї': "i", 'ј': "j", 'к': "k", 'ӏ': "l", 'м': "m", 'о': "o", 'р': "p",
	'ԛ': "q", 'ѕ': "s", 'т': "t", 'у': "y", 'ѵ': "v", 'ԝ': "w", 'х': "x", 'А': "a", 'В': "b", 'С': "c", 'Е': "e", 'Н': "h", 'І': "i", 'Ј': "j", 'К': "k", 'М': "m",
	'О': "o", 'Р': "p", 'Ѕ': "s", 'Т': "t", 'У': "y", 'Х': "x", 'Ѵ': "v", 'Ԝ': "w", 'α': "a", 'ε': "e", 'η': "n", 'ι': "i", 'κ': "k", 'ν': "v", 'ο': "o", 'ρ': "p",
	'τ': "t", 'υ': "u", 'χ': "x", 'ω': "w", 'Α': "a", 'Β': "b", 'Ε': "e", 'Ζ': "z", 'Η': "h", 'Ι': "i", 'Κ': "k", 'Μ': "m", 'Ν': "n", 'Ο': "o", 'Ρ': "p", 'Τ': "t",
	'Υ': "y", 'Χ': "x", 'ɑ': "a", 'ɡ': "g", 'ı': "i", 'ɩ': "i", 'ø': "o", 'ß': "ss", '√': "v", '✓': "v", '✔': "v", '∨': "v", '╳': "x", '✕': "x", '✖': "x", '×': "x",
	'⓿': "0", '🔟': "10", '○': "0", '◯': "0", '…': "…",
}

// take adds a character, or what it leaves between two, and says what now stands
// before the next one.
func (f *folded) take(c rune, from, to int, between gap) gap {
	switch {
	case unicode.IsLetter(c) || unicode.IsDigit(c) || c == '%' || c == '@' || c == '〇':
		if between&dot != 0 && between&(space|line) != 0 {
			between |= stop // the point of a sentence, not of an address
		}
		f.runes, f.gaps = append(f.runes, hanzi.Simple(unicode.ToLower(c))), append(f.gaps, between)
		f.from, f.to = append(f.from, from), append(f.to, to)
		return 0
	case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc, unicode.Variation_Selector) && c != '\n' && c != '\t' && c != '\r':
		return between // nobody sees it
	}
	return between | gapOf(c)
}

func gapOf(c rune) gap {
	switch c {
	case '\n', '\r', '\u2028', '\u2029':
		return line
	case '-', '_', '‐', '‑', '–', '—', '−':
		return join
	case '.':
		return dot
	case ',', '、', '､', '，':
		return comma
	case ':', '：':
		return colon
	case '+':
		return plus
	case '。', '!', '?', ';', '！', '？', '；', '…', '｡':
		return stop
	}
	if unicode.IsSpace(c) {
		return space
	}
	return mark
}

// latin says that the character at i is a letter of English.
func (f *folded) latin(i int) bool { return i >= 0 && i < len(f.runes) && isLatin(f.runes[i]) }

// digit says that the character at i is a digit as we print it.
func (f *folded) digit(i int) bool { return i >= 0 && i < len(f.runes) && isDigit(f.runes[i]) }

func isLatin(c rune) bool { return c >= 'a' && c <= 'z' }
func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// bounded says that no word and no number goes on past either end of the part,
// and that who is meant by 我 is not 我们, the agency.
func (f *folded) bounded(from, to int) bool {
	if to > from && to < len(f.runes) && f.runes[to-1] == '我' && f.runes[to] == '们' {
		return false
	}
	runsOn := func(i int) bool { // from the character before i into it
		return i > 0 && i < len(f.runes) && f.gaps[i] == 0 && (f.latin(i-1) && f.latin(i) || f.digit(i-1) && f.digit(i))
	}
	return !runsOn(from) && !runsOn(to)
}

// clause is the part of the text around from and to within which words belong
// together, at most reach characters before and after.
func (f *folded) clause(from, to, reach int) (int, int) {
	begin, end := from, to
	for begin > 0 && from-begin < reach && f.gaps[begin]&parts == 0 {
		begin--
	}
	for end < len(f.runes) && end-to < reach && f.gaps[end]&parts == 0 {
		end++
	}
	return begin, end
}
