package region

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds what is looked through, in runes.
const maxText = 100

// Find finds the places that a text can mean, written as people do: with or
// without 省 and 市, in traditional characters, romanised, with words around. The
// widest comes first; there are several when a name is given to several places,
// none when no place is named.
func Find(text string) []Code {
	text = strings.ToLower(norm.NFKC.String(text))
	if r := []rune(text); len(r) > maxText {
		text = string(r[:maxText])
	}
	b := theBook()
	if hasHan(text) {
		return b.findHan(text)
	}
	return b.findLatin(text)
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Han, c) })
}

// findHan reads names from left to right, the longest first, and keeps what they
// agree on: 江苏, 昆山 is 昆山 in 江苏.
func (b *book) findHan(text string) []Code {
	var runes []rune
	for _, c := range text {
		if s, ok := b.simple[c]; ok {
			c = s
		}
		if unicode.Is(unicode.Han, c) {
			runes = append(runes, c)
		}
	}
	var found []Code
	for i := 0; i < len(runes); {
		n, named := b.longestAt(runes[i:])
		if n == 0 {
			if isAbroad(string(runes[i:])) && found == nil {
				return []Code{Abroad}
			}
			i++
			continue
		}
		found = agree(found, named)
		i += n
	}
	return settle(found)
}

// longestAt is the longest name that runes begin with, of two runes at least.
func (b *book) longestAt(runes []rune) (n int, named []Code) {
	for n := min(len(runes), b.longest); n >= 2; n-- {
		if named := b.called[string(runes[:n])]; named != nil {
			return n, named
		}
	}
	return 0, nil
}

// agree narrows what was found by the next name. A name that has nothing to do
// with it is passed over: it is the name of a street.
func agree(found, named []Code) []Code {
	if found == nil {
		return named
	}
	var both []Code
	for _, f := range found {
		for _, n := range named {
			switch {
			case n.within(f):
				both = append(both, n)
			case f.within(n):
				both = append(both, f)
			}
		}
	}
	if both == nil {
		return found
	}
	return both
}

// settle leaves out what lies within another of the found, and everything but
// the province where a province is called so: 吉林 is taken for the province.
func settle(found []Code) []Code {
	found = slices.Compact(slices.Sorted(slices.Values(found)))
	for _, c := range found {
		if c == c.Province() {
			return []Code{c}
		}
	}
	found = slices.DeleteFunc(found, func(c Code) bool {
		return slices.ContainsFunc(found, func(d Code) bool { return c != d && c.within(d) })
	})
	slices.SortStableFunc(found, func(x, y Code) int { return level(x) - level(y) })
	return found
}

// level is how far below the province a division stands.
func level(c Code) int {
	switch {
	case c == c.Province():
		return 0
	case c == c.City():
		return 1
	}
	return 2
}

// findLatin reads romanised names: of one word, or of several that belong
// together.
func (b *book) findLatin(text string) []Code {
	words := strings.FieldsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && c != '\'' && c != '’' })
	var found []Code
	for i := 0; i < len(words); {
		n := min(3, len(words)-i)
		var named []Code
		for ; n > 0; n-- {
			name := foldLatin(strings.Join(words[i:i+n], ""))
			if named = b.called[name]; named != nil {
				found = agree(found, named)
				break
			}
		}
		i += max(n, 1)
	}
	if found == nil && isAbroad(text) {
		return []Code{Abroad}
	}
	return settle(found)
}

// foldLatin brings a romanised name into one form: "Xi'an", "xi an" and "Xī'ān"
// are one.
func foldLatin(name string) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(strings.ToLower(name)) {
		if unicode.IsLetter(c) {
			b.WriteRune(c)
		}
	}
	return b.String()
}

// isAbroad says that the words name a place outside China.
func isAbroad(text string) bool { return abroad.MatchString(text) }

var abroad = regexp.MustCompile(`^(国外|海外|境外|美国|加拿大|英国|法国|德国|意大利|西班牙|荷兰|瑞士|瑞典|澳大利亚|澳洲|新西兰|日本|韩国|新加坡|马来西亚|泰国|越南|菲律宾|印尼|印度|俄罗斯|阿联酋|迪拜|东京|大阪|首尔|纽约|洛杉矶|旧金山|伦敦|巴黎|悉尼|墨尔本|温哥华|多伦多)` +
	`|\b(abroad|overseas|usa|u\.s\.a?|united states|america|canada|uk|united kingdom|england|britain|france|germany|italy|spain|netherlands|switzerland|sweden|australia|new zealand|japan|korea|singapore|malaysia|thailand|vietnam|philippines|indonesia|india|russia|uae|dubai|tokyo|osaka|seoul|new york|los angeles|san francisco|london|paris|berlin|sydney|melbourne|vancouver|toronto)\b`)

var (
	// peoples are the names of peoples that stand in those of autonomous places.
	peoples    = regexp.MustCompile(`(壮族|满族|回族|苗族|维吾尔族?|土家族|彝族|蒙古族|藏族|布依族|侗族|瑶族|朝鲜族|白族|哈尼族|哈萨克族?|黎族|傣族|畲族|傈僳族|仡佬族|东乡族|拉祜族|水族|佤族|纳西族|羌族|土族|仫佬族|锡伯族?|柯尔克孜族?|达斡尔族|景颇族|毛南族|撒拉族|布朗族|塔吉克族?|阿昌族|普米族|鄂温克族|怒族|保安族|裕固族|独龙族|鄂伦春族|各族|蒙古)+$`)
	autonomous = regexp.MustCompile(`^(.+)自治[区州县旗]$`)
	suffix     = regexp.MustCompile(`^(.{2,}?)(特别行政区|地区|林区|新区|省|市|盟|区|县|旗)$`)
)

// short is a name without what it is: 杭州市 is 杭州, 恩施土家族苗族自治州 is 恩施.
func short(name string) string {
	if m := autonomous.FindStringSubmatch(name); m != nil {
		if bare := peoples.ReplaceAllString(m[1], ""); len([]rune(bare)) >= 2 {
			return bare
		}
		return m[1]
	}
	if m := suffix.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return name
}
