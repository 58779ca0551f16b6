package emulator

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Lengths of texts, in UTF-16 units after the entities were parsed
// (sendMessage, sendPhoto, answerCallbackQuery).
const (
	tgMaxText    = 4096
	tgMaxCaption = 1024
	tgMaxToast   = 200
)

// tgUnits is the length of s in UTF-16 units.
func tgUnits(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// tgSplit cuts a long text as the apps do when a person pastes one.
func tgSplit(text string) []string {
	var parts []string
	start, units := 0, 0
	for i, r := range text {
		n := max(1, utf16.RuneLen(r))
		if units+n > tgMaxText {
			parts = append(parts, text[start:i])
			start, units = i, 0
		}
		units += n
	}
	return append(parts, text[start:])
}

// tgClean takes out what the platform does not carry in a text: control
// characters become spaces, and the ends are trimmed.
func tgClean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r != '\n' && unicode.IsControl(r):
			return ' '
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

var tgPatterns = []struct {
	kind    string
	pattern *regexp.Regexp // the first group is the entity
}{
	{"bot_command", regexp.MustCompile(`(?:^|[\s(])(/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)`)},
	{"mention", regexp.MustCompile(`(?:^|[\s(])(@[A-Za-z0-9_]{4,32})`)},
	{"url", regexp.MustCompile(`(https?://[^\s<>"]+)`)},
	{"email", regexp.MustCompile(`([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})`)},
	{"hashtag", regexp.MustCompile(`(?:^|\s)(#[\pL\d_]+)`)},
}

// tgFind finds what the platform recognises in a plain text.
func tgFind(text string) []tgEntity {
	var found []tgEntity
	for _, p := range tgPatterns {
		for _, at := range p.pattern.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, tgEntity{
				Type:   p.kind,
				Offset: tgUnits(text[:at[2]]),
				Length: tgUnits(text[at[2]:at[3]]),
			})
		}
	}
	slices.SortStableFunc(found, func(a, b tgEntity) int { return cmp.Compare(a.Offset, b.Offset) })
	return found
}

// format reads a text argument with its parse_mode or entities. Of the parse
// modes HTML is played; the Markdown ones are refused rather than half read.
func (c *tgCall) format(key, entitiesKey string) (string, []tgEntity, error) {
	var given []tgEntity
	if err := c.object(entitiesKey, &given); err != nil {
		return "", nil, err
	}
	return tgFormat(c.str(key), c.str("parse_mode"), given)
}

func tgFormat(text, mode string, given []tgEntity) (string, []tgEntity, error) {
	switch strings.ToLower(mode) {
	case "":
		for _, e := range given {
			if e.Offset < 0 || e.Length <= 0 || e.Offset+e.Length > tgUnits(text) {
				return "", nil, tgBad("entity beginning or end is out of the text")
			}
		}
		if len(given) > 0 {
			return text, given, nil // positions hold only in the text as given
		}
		text = tgClean(text)
		return text, tgFind(text), nil
	case "html":
		return tgParseHTML(text)
	case "markdown", "markdownv2":
		return "", nil, tgBad("the emulator does not play parse_mode " + mode)
	}
	return "", nil, tgBad("unsupported parse_mode")
}
