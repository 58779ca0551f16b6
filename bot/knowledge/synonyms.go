package knowledge

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"redthread/bot/folder"
)

// synonyms knows words that mean the same, and words that mean nothing.
type synonyms struct {
	by map[rune][]synonym // by the first letter, the longest first
}

// synonym is a folded word and the group it belongs to; "": it means nothing.
type synonym struct{ word, group string }

func newSynonyms() *synonyms { return &synonyms{by: map[rune][]synonym{}} }

// parse takes a file of groups, one a line, "refund = money back, 退款", and of
// words that mean nothing, "- please, 请问".
func (s *synonyms) parse(file, src string, r *folder.Report) {
	for i, l := range strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		if list, ok := strings.CutPrefix(l, "-"); ok {
			s.add("", list)
			continue
		}
		group, list, ok := strings.Cut(strings.Replace(l, "＝", "=", 1), "=")
		if group = fold(group); !ok || group == "" || fold(list) == "" {
			r.Wrong(file, i+1, "expected a group like 退款 = 退费, refund, or words that say nothing after a dash: - 请问, please")
			continue
		}
		s.add(group, group+","+list)
	}
}

// add puts words into a group. A word belongs to the group that was read last:
// the agency's own.
func (s *synonyms) add(group, list string) {
	for _, w := range strings.FieldsFunc(list, func(c rune) bool { return c == ',' || c == '，' || c == '、' }) {
		if w = fold(w); w == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(w)
		all := append(slices.DeleteFunc(s.by[first], func(o synonym) bool { return o.word == w }), synonym{w, group})
		slices.SortStableFunc(all, func(a, b synonym) int { return cmp.Compare(len(b.word), len(a.word)) })
		s.by[first] = all
	}
}

// takeGroups tells the groups whose words stand in folded text, and gives what is
// left of it. Where words overlap, the longest that begins first counts.
func (s *synonyms) takeGroups(text string, found func(group string)) (rest string) {
	var b strings.Builder
	for i := 0; i < len(text); {
		y, ok := s.at(text, i)
		if !ok {
			_, n := utf8.DecodeRuneInString(text[i:])
			b.WriteString(text[i : i+n])
			i += n
			continue
		}
		if y.group != "" {
			found(y.group)
		}
		b.WriteByte(' ')
		i += len(y.word)
	}
	return b.String()
}

// at finds the longest word that stands at a place. English ones are whole words.
func (s *synonyms) at(text string, i int) (synonym, bool) {
	first, _ := utf8.DecodeRuneInString(text[i:])
	for _, y := range s.by[first] {
		end := i + len(y.word)
		if !strings.HasPrefix(text[i:], y.word) {
			continue
		}
		if isWord(y.word[0]) && i > 0 && isWord(text[i-1]) || isWord(y.word[len(y.word)-1]) && end < len(text) && isWord(text[end]) {
			continue
		}
		return y, true
	}
	return synonym{}, false
}

func isWord(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }
