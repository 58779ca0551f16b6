package guard

import (
	"slices"
	"strings"
)

// number is a row of digits, in groups: what stands between two of them leaves it
// one number. Digits may be Chinese numerals, words, or letters that look like one.
type number struct {
	groups []group
	plus   bool // a "+" stands before it, or 00
	sum    bool // a unit of money stands behind it
}

type group struct {
	place
	digits string
	before gap // what stands before it
}

var numerals = map[rune]byte{
	'〇': '0', '零': '0', '洞': '0', '一': '1', '壹': '1', '幺': '1', '二': '2', '两': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '柒': '7', '拐': '7', '八': '8', '捌': '8', '九': '9', '玖': '9', '勾': '9',
}

// digitWords are digits as they are called, in English and in pinyin.
var digitWords = map[string]byte{
	"zero": '0', "oh": '0', "one": '1', "two": '2', "three": '3', "four": '4', "five": '5', "six": '6', "seven": '7', "eight": '8', "nine": '9',
	"ling": '0', "dong": '0', "yi": '1', "yao": '1', "er": '2', "liang": '2', "san": '3', "si": '4', "wu": '5', "liu": '6', "qi": '7', "guai": '7', "ba": '8', "jiu": '9',
}

// fillers are what people say between the groups of a number that they spell out.
var fillers = [][]rune{
	[]rune("然后"), []rune("接着"), []rune("后面"), []rune("中间"), []rune("再"), []rune("最后"), []rune("后四位"), []rune("前三位"), []rune("横杠"), []rune("杠"), []rune("空格"), []rune("then"), []rune("dash"),
}

// money are the units that make a sum of a number.
var money = []string{"元", "万", "块", "rmb", "yuan", "cny"}

// numbersIn finds all numbers of a text.
func numbersIn(f *folded) (all []number) {
	var n number
	flush := func(i int) {
		if len(n.groups) > 0 {
			n.sum = slices.ContainsFunc(money, func(unit string) bool { u := []rune(unit); return i+len(u) <= len(f.runes) && f.is(i, u) })
			all = append(all, n)
		}
		n = number{}
	}
	for i := 0; i < len(f.runes); {
		g, ok := f.group(i)
		if !ok {
			if skip := f.filler(i); skip > 0 && len(n.groups) > 0 {
				i += skip
				continue
			}
			flush(i)
			i = max(i+1, g.to)
			continue
		}
		if len(n.groups) > 0 && !goesOn(n.groups[len(n.groups)-1], g) {
			flush(i)
		}
		if len(n.groups) == 0 {
			n.plus = g.before&plus != 0 || strings.HasPrefix(g.digits, "00")
		}
		n.groups = append(n.groups, g)
		i = g.to
	}
	flush(len(f.runes))
	return all
}

// goesOn says that two groups may be of one number.
func goesOn(a, b group) bool {
	switch {
	case b.before&(stop|colon|plus) != 0:
		return false
	case b.before&comma != 0: // 13,800 and lists of prices are no numbers of a telephone
		return len(b.digits) == 4
	case b.before&line != 0: // written downwards
		return len(a.digits) == 1 && len(b.digits) == 1
	}
	return true
}

func (f *folded) filler(i int) int {
	for _, w := range fillers {
		if i+len(w) < len(f.runes) && f.is(i, w) {
			return len(w)
		}
	}
	return 0
}

// group reads the digits that begin at i without anything between them. When there
// are none, the place is that of the word which begins there.
func (f *folded) group(i int) (g group, ok bool) {
	g = group{place: place{i, i}, before: f.gaps[i]}
	var digits []byte
	for ; g.to < len(f.runes) && (g.to == i || f.gaps[g.to] == 0); g.to++ {
		d, ok := numerals[f.runes[g.to]]
		if !ok {
			break
		}
		digits = append(digits, d)
	}
	if len(digits) > 0 {
		g.digits = string(digits)
		return g, true
	}
	for g.to < len(f.runes) && (f.latin(g.to) || f.digit(g.to)) && (g.to == i || f.gaps[g.to] == 0) {
		g.to++
	}
	g.digits, ok = asDigits(string(f.runes[i:g.to]))
	if !ok && f.digit(i) { // 80kg: the number ends where the letters begin
		for g.to = i; f.digit(g.to); g.to++ {
			if g.to > i && f.gaps[g.to] != 0 {
				break
			}
		}
		return group{place: g.place, before: g.before, digits: string(f.runes[i:g.to])}, true
	}
	return g, ok
}

// asDigits reads a word as digits: 138, l38OO, eight.
func asDigits(word string) (string, bool) {
	if d, ok := digitWords[word]; ok {
		return string(d), true
	}
	if !strings.ContainsFunc(word, isDigit) || strings.ContainsFunc(word, func(c rune) bool { return !isDigit(c) && !strings.ContainsRune("oil", c) }) {
		return "", false
	}
	return strings.NewReplacer("o", "0", "i", "1", "l", "1").Replace(word), true
}

// longestNumber bounds how many digits of a number are put together.
const longestNumber = 19

// runs calls found for each row of whole groups that has at least fewest digits.
func (n number) runs(fewest int, found func(digits string, groups []group)) {
	for i := range n.groups {
		digits := ""
		for j := i; j < len(n.groups) && len(digits)+len(n.groups[j].digits) <= longestNumber; j++ {
			if digits += n.groups[j].digits; len(digits) >= fewest {
				found(digits, n.groups[i:j+1])
			}
		}
	}
}

func span(groups []group) place { return place{groups[0].from, groups[len(groups)-1].to} }

// phones are telephone numbers: Chinese mobile ones, landlines with their area,
// hotlines, and those with a country's code.
func phones(f *folded, numbers []number) (all []place) {
	paid := cards(f, numbers)
	for _, n := range numbers {
		if n.sum {
			continue
		}
		n.runs(9, func(digits string, groups []group) {
			first := len(groups) == len(n.groups) || groups[0].from == n.groups[0].from
			if !dateLike(groups) && (isMobile(digits) || isLandline(digits, groups) || isHotline(digits, groups) || n.plus && first && len(digits) <= 15 && len(groups) == len(n.groups)) {
				all = append(all, span(groups))
			}
		})
	}
	return sorted(slices.DeleteFunc(all, func(p place) bool { return within(p, paid) }))
}

func sorted(all []place) []place {
	slices.SortFunc(all, func(a, b place) int { return a.from - b.from })
	return all
}

// isMobile knows the numbers of the plan of 2017: 13 to 19, eleven digits.
func isMobile(digits string) bool {
	digits = strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "86")
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

func isLandline(digits string, groups []group) bool {
	area := len(groups[0].digits)
	return digits[0] == '0' && digits[1] != '0' && len(digits) >= 10 && len(digits) <= 12 && (area == 3 || area == 4 || len(groups) == 1)
}

// isHotline knows 400-820-8820 and 415-555-2671, which are not written with spaces
// alone: those may be a man's height and the like.
func isHotline(digits string, groups []group) bool {
	if len(digits) != 10 || len(groups) != 3 || len(groups[0].digits) != 3 || len(groups[1].digits) != 3 || digits[0] < '2' {
		return false
	}
	return groups[1].before&(join|dot|mark) != 0 || groups[2].before&(join|dot|mark) != 0
}

// dateLike knows 1990 05 12.
func dateLike(groups []group) bool {
	if len(groups) < 2 {
		return false
	}
	year, month := groups[0].digits, groups[1].digits
	return len(year) == 4 && (year[:2] == "19" || year[:2] == "20") && len(month) <= 2 && month <= "31"
}

// cards are numbers of payment cards: ISO/IEC 7812, with its check digit, as the
// card schemes give them out. A Chinese identity number (GB 11643) is none.
func cards(_ *folded, numbers []number) (all []place) {
	for _, n := range numbers {
		n.runs(15, func(digits string, groups []group) {
			if digits[0] >= '3' && digits[0] <= '6' && evenGroups(groups) && luhn(digits) && !isIdentity(digits) {
				all = append(all, span(groups))
			}
		})
	}
	return sorted(all)
}

func evenGroups(groups []group) bool {
	for i, g := range groups {
		if len(groups) > 1 && i < len(groups)-1 && len(g.digits) != len(groups[0].digits) {
			return false
		}
	}
	return true
}

func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// isIdentity holds an 18-digit number against the check of GB 11643.
func isIdentity(digits string) bool {
	if len(digits) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := 17; i >= 0; i-- {
		sum += int(digits[i]-'0') * weight
		weight = weight * 2 % 11
	}
	return sum%11 == 1
}

// accounts are numbers that may be an account's, for rules whose words say so.
func accounts(_ *folded, numbers []number) (all []place) {
	for _, n := range numbers {
		if n.sum || dateLike(n.groups) {
			continue
		}
		n.runs(5, func(_ string, groups []group) { all = append(all, span(groups)) })
	}
	return sorted(all)
}
