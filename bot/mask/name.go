package mask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// name is a name, or a part of one, and how it gives itself away.
type name struct {
	words string
	alone bool // it does wherever it stands
}

// plain are characters that are surnames or given names, and as often plain words:
// they are looked for only where a name would stand.
var plain = []rune("高白金黄方马万石钱水文安常平成时明江林叶毛雷于和王李张何周向从关华同后齐田牛羊花车红云春夏秋冬阳雪月星海山川东西南北中国家美丽好静乐欢喜爱心思念想晴雨风光一双全能强健康宁新欣悦希望真善诚信义勇伟大小军民宝贝可可佳")

// names are the person's names as they are looked for.
func (p Person) names() (all []name) {
	full := []string{p.Surname + p.Given, p.Given + p.Surname}
	for _, w := range append(full, p.Surname, p.Given) {
		w = fold(w).tight
		r := []rune(w)
		if len(r) == 0 || slices.ContainsFunc(all, func(n name) bool { return n.words == w }) {
			continue
		}
		all = append(all, name{w, len(r) > 1 || !slices.Contains(plain, r[0])})
	}
	return all
}

// in is the piece of a text in which the name stands; empty: it does not.
func (n name) in(t folded) string {
	if isLatin(n.words) {
		return n.latinIn(t)
	}
	if n.alone {
		if strings.Contains(t.tight, n.words) {
			return n.words
		}
		return ""
	}
	q := regexp.QuoteMeta(n.words)
	return regexp.MustCompile(`(?:免贵姓|姓|叫|小|老|阿|名)` + q + `|` + q + `(?:先生|女士|小姐|太太|老师|医生|律师|同学|总|工|姐|哥|妹|弟|某|氏)|(?:我是|是)` + q + `(?:$|[^一-龥])|` + q + q).FindString(t.tight)
}

// latinIn looks for a name in letters, as a word of its own.
func (n name) latinIn(t folded) string {
	words := strings.FieldsFunc(t.loose, func(c rune) bool { return !unicode.IsLetter(c) })
	if slices.Contains(words, n.words) || len(n.words) > 5 && strings.Contains(t.tight, n.words) {
		return n.words
	}
	for i := 1; i < len(words); i++ {
		if words[i-1]+words[i] == n.words {
			return words[i-1] + " " + words[i]
		}
	}
	return ""
}

func isLatin(w string) bool {
	return !strings.ContainsFunc(w, func(c rune) bool { return c > unicode.MaxLatin1 && unicode.Is(unicode.Han, c) })
}
