package templates

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxPhrase is how long a phrase we listen for can be, in runes. Longer ones
// are sentences, which nobody writes the same twice.
const maxPhrase = 30

// Words lists what the group contains in all languages, folded, in the order of
// the files: the default language first.
func (s *Set) Words(w Words) []string { return slices.Clone(s.words[w.name]) }

// Hears says that the text is one of the group's words, in any language.
func (s *Set) Hears(w Words, text string) bool { return s.HearsFolded(w, Fold(text)) }

// HearsFolded says so of a text that has been folded.
func (s *Set) HearsFolded(w Words, folded string) bool {
	return slices.Contains(s.words[w.name], folded)
}

// Fold brings what people write for the same word into one form: full-width
// letters become narrow, capitals small, spaces single, and the punctuation
// around it goes ("返回。", "Back!"). A text of punctuation alone keeps it.
func Fold(text string) string {
	text = strings.ToLower(norm.NFKC.String(text))
	text = strings.Join(strings.Fields(text), " ")
	bare := strings.TrimLeftFunc(text, func(c rune) bool { return c != '/' && ornament(c) })
	if bare = strings.TrimRightFunc(bare, ornament); bare == "" {
		return text
	}
	return bare
}

func ornament(c rune) bool { return unicode.IsPunct(c) || unicode.IsSpace(c) || c == '~' }

// addWords takes a block of words, one a line.
func (s *Set) addWords(b *block, r *report) {
	for _, l := range b.buttons {
		r.wrong(b.at(l.line), "a button among words to listen for; write one word or phrase a line")
	}
	count := 0
	for _, l := range b.words {
		if l.text == "" {
			continue
		}
		count++
		word := Fold(l.text)
		vetWord(word, b.at(l.line), r)
		if strings.Contains(l.text, "{{") {
			r.wrong(b.at(l.line), "words to listen for cannot be filled in")
		}
		if !slices.Contains(s.words[b.block], word) {
			s.words[b.block] = append(s.words[b.block], word)
		}
	}
	if count == 0 {
		r.wrong(b.place, "it has no words; write one word or phrase a line")
	}
}

// addSynonyms takes the other words for a text's buttons.
func (s *Set) addSynonyms(b *block, r *report) {
	for _, l := range b.buttons {
		for _, written := range l.also {
			word, at := Fold(written), b.at(l.line)
			vetWord(word, at, r)
			switch {
			case word == "":
				r.wrong(at, "nothing stands between two bars; a button and other words for it are written \"[id] label | word | word\"")
			case strings.Contains(written, "{{"):
				r.wrong(at, "other words for a button cannot be filled in")
			case l.when == "each" || l.url != "":
				r.wrong(at, "only a button that is one answer can have other words")
			}
			if s.also[b.block] == nil {
				s.also[b.block] = map[string]string{}
			}
			if other, taken := s.also[b.block][word]; taken && other != l.id {
				r.wrong(at, "%q means the button [%s] already", word, other)
				continue
			}
			s.also[b.block][word] = l.id
		}
	}
}

// vetWord reports a word that would be mistaken for an answer.
func vetWord(word string, at place, r *report) {
	switch n := len([]rune(word)); {
	case n > maxPhrase:
		r.wrong(at, "a phrase of %d characters; clients write short ones, %d at most", n, maxPhrase)
	case digits(word):
		r.wrong(at, "%q is a number; clients answer questions by number", word)
	case n == 1 && 'a' <= word[0] && word[0] <= 'z':
		r.wrong(at, "%q is a single letter; clients answer cards by letter", word)
	}
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c < '0' || c > '9' }) < 0
}

// vetMeanings reports words that two groups claim.
func (s *Set) vetMeanings(r *report) {
	claims := map[string]place{} // by word; the place knows the group
	for _, lang := range Languages {
		for _, name := range slices.Sorted(maps.Keys(s.words)) {
			b := s.shelf[lang][name]
			if b == nil {
				continue
			}
			for _, l := range b.words {
				word := Fold(l.text)
				first, taken := claims[word]
				if taken && first.block != name && word != "" {
					r.wrong(b.at(l.line), "%q means %s already (%s:%d); a word can mean one thing only", word, first.block, first.file, first.line)
					continue
				}
				claims[word] = b.at(l.line)
			}
		}
	}
}
