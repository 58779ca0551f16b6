package emulator

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// wxAnchor finds the one piece of markup a WeChat text may hold.
var wxAnchor = regexp.MustCompile(`(?is)<a\s[^<>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^<>]*>(.*?)</a>`)

// wxText is a text as a phone shows it: links become tappable words,
// everything else, entities included, stands as it is.
func wxText(raw string) (text string, words []Word) {
	var shown strings.Builder
	end, runes := 0, 0
	put := func(s string) {
		shown.WriteString(s)
		runes += utf8.RuneCountInString(s)
	}
	for _, m := range wxAnchor.FindAllStringSubmatchIndex(raw, -1) {
		href, label := raw[max(m[2], m[4]):max(m[3], m[5])], raw[m[6]:m[7]]
		put(raw[end:m[0]])
		w := wxWord(href)
		w.Start = runes
		put(label)
		w.End, end = runes, m[1]
		words = append(words, w)
	}
	put(raw[end:])
	return shown.String(), words
}

// wxWord reads the target of a link.
func wxWord(href string) Word {
	query, ok := strings.CutPrefix(href, "weixin://bizmsgmenu?")
	if !ok {
		return Word{URL: href}
	}
	var w Word
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		switch name {
		case "msgmenucontent":
			w.Content = value
		case "msgmenuid":
			w.ID = value
		}
	}
	return w
}
