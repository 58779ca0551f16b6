package wechat

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// layOut sets a text and the lines under it into texts of at most maxText bytes.
// A line that fits is never broken.
func layOut(text string, lines []string) []string {
	texts := split(text)
	fresh := true // no line yet: the first stands apart from the text
	for _, line := range lines {
		between := "\n"
		if fresh {
			between, fresh = "\n\n", false
		}
		if last := len(texts) - 1; last >= 0 && len(texts[last])+len(between)+len(line) <= maxText {
			texts[last] += between + line
		} else {
			texts = append(texts, split(line)...)
		}
	}
	return texts
}

// split breaks a text into parts of at most maxText bytes, none of them blank,
// and loses nothing but the space around the breaks.
func split(text string) []string {
	var parts []string
	text = strings.TrimSpace(text)
	for len(text) > maxText {
		at := breakAt(text)
		parts = append(parts, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		parts = append(parts, text)
	}
	return parts
}

var (
	sentence = regexp.MustCompile(`[。！？；…]+[”’」』）]*|[.!?;]+["')]*\s`)
	address  = regexp.MustCompile(`https?://[!-~]+`)
)

// breakAt finds the best place to break a text that is too long: after a line,
// a sentence or a word, if that leaves a part of some length; else at a rune's
// border. Never inside an address.
func breakAt(text string) int {
	room := len(cut(text, maxText))
	const short = maxText / 4
	if at := strings.LastIndexByte(text[:room], '\n'); at >= short {
		return at
	}
	for _, border := range []*regexp.Regexp{sentence, space} {
		ends := border.FindAllStringIndex(text[:room], -1)
		if len(ends) > 0 && ends[len(ends)-1][1] >= short {
			return outside(text, ends[len(ends)-1][1])
		}
	}
	return outside(text, room)
}

var space = regexp.MustCompile(`\s`)

// outside moves a break that falls into an address to the address's beginning,
// where there is something before it.
func outside(text string, at int) int {
	for _, span := range address.FindAllStringIndex(text, -1) {
		if span[0] > 0 && span[0] < at && at < span[1] && span[1]-span[0] <= maxText {
			return span[0]
		}
	}
	return at
}

// cut is the beginning of s that fits in n bytes, on a rune's border.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
