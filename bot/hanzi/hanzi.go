// Package hanzi makes one of the two forms of a Chinese character, so that who
// reads words need not know in which of them they were written.
package hanzi

import (
	_ "embed"
	"strings"
)

// The pairs are those of the transform Hant-Hans of Unicode's CLDR (as in ICU 72),
// for the characters of Big5.
//
//go:embed traditional.txt
var traditional string

var simpler = func() map[rune]rune {
	all, pair := map[rune]rune{}, []rune(strings.TrimSpace(traditional))
	for i := 0; i+1 < len(pair); i += 2 {
		all[pair[i]] = pair[i+1]
	}
	return all
}()

// Simple is the simplified form of a traditional character, and any other
// character as it is.
func Simple(c rune) rune {
	if s, ok := simpler[c]; ok {
		return s
	}
	return c
}
