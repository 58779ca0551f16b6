package knowledge

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"redthread/bot/hanzi"
)

// maxRead is how much of a question is read, in characters. What is asked stands
// in its first sentences.
const maxRead = 300

// fold brings words into one form: simplified characters, narrow and small
// letters, and a single space for everything that is neither letter nor digit.
func fold(text string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, c := range norm.NFKC.String(head(text, 4*maxRead)) {
		if n++; n > maxRead {
			break
		}
		c = hanzi.Simple(c)
		switch {
		case c == '\'' || c == '’':
			continue // don't → dont
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteRune(unicode.ToLower(c))
			gap = false
		default:
			gap = true
		}
	}
	return b.String()
}

// head is the beginning of a text, at most n bytes, whole characters.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n]
}

// stem takes the endings off an English word that change nothing about what is
// asked.
func stem(w string) string {
	for _, end := range []string{"ings", "ing", "ed", "es", "s"} {
		if rest, ok := strings.CutSuffix(w, end); ok && len(rest) >= 3 && !strings.HasSuffix(w, "ss") {
			return strings.TrimSuffix(rest, "e")
		}
	}
	return strings.TrimSuffix(w, "e")
}
