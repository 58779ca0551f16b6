package main

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// own stands in a transcript for the number of the person who plays it.
const own = "{n}"

// phrase is one thing the bot must say, as far as two plays of one talk agree on
// it.
type phrase struct {
	words string // folded
	own   bool   // it must hold the person's own number
}

func newPhrase(text string) phrase {
	return phrase{words: fold(strings.ReplaceAll(text, own, "0")), own: strings.Contains(text, own)}
}

// is says that the text, folded to words, is this phrase said to person n.
func (p phrase) is(words, text string, n int64) bool {
	return (words == p.words || p.words == anything) && (!p.own || strings.Contains(text, strconv.FormatInt(n, 10)))
}

// anything is the words of a phrase that every text is.
const anything = "*"

var (
	markup   = regexp.MustCompile(`<[^<>]*>`)
	lettered = regexp.MustCompile(`^[A-Z]{1,2}\. `)
	english  = regexp.MustCompile(`\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b`)
)

// fold takes out of a text what differs between two plays, and between the
// platforms: buttons, numbers, days. A run of digits becomes one 0.
func fold(text string) string {
	if strings.IndexByte(text, '<') >= 0 {
		text = markup.ReplaceAllString(text, "")
	}
	if strings.ContainsAny(text, "MTWFSJAOND") { // the days' and months' own letters
		text = english.ReplaceAllString(text, "0")
	}
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || isButton(line) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		foldLine(&b, line)
	}
	return b.String()
}

// foldLine writes the line with one 0 for each run of digits, and for the day of
// a Chinese week.
func foldLine(b *strings.Builder, line string) {
	var before rune
	for _, r := range line {
		if unicode.IsDigit(r) || before == '周' && strings.ContainsRune("一二三四五六日", r) {
			r = '0'
		}
		if r != '0' || before != '0' {
			b.WriteRune(r)
		}
		before = r
	}
}

// isButton knows the lines that are drawn for buttons: [label] in a transcript,
// a number or letter before it in WeChat.
func isButton(line string) bool {
	if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
		return true
	}
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	return digits > 0 && strings.HasPrefix(line[digits:], ". ") || lettered.MatchString(line)
}

var recordNumber = regexp.MustCompile(`C-(\d{6,})`)

// recordsIn lists the numbers of complaints that a text names.
func recordsIn(text string) (all []int64) {
	if !strings.Contains(text, "C-") {
		return nil
	}
	for _, m := range recordNumber.FindAllStringSubmatch(text, -1) {
		if n, err := strconv.ParseInt(m[1], 10, 64); err == nil {
			all = append(all, n)
		}
	}
	return all
}
