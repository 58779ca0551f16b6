// Package numeral reads the ways people write numbers in a chat: full-width
// digits, Chinese numerals, and both mixed. What is no number stays as it is.
package numeral

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds what is read, in bytes: a number is never longer, and the rest
// of a story is not looked at.
const maxText = 512

// Plain brings text into the form the other readers expect: narrow and small
// letters, no spaces around, Chinese numerals as digits. Text that is too long
// to be a number is cut.
func Plain(text string) string {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	text = strings.ToLower(norm.NFKC.String(text))
	return Digits(strings.TrimSpace(text))
}

var digit = map[rune]int{
	'〇': 0, '○': 0, '零': 0, '一': 1, '壹': 1, '幺': 1, '二': 2, '两': 2, '兩': 2, '贰': 2, '三': 3, '叁': 3, '四': 4, '肆': 4,
	'五': 5, '伍': 5, '六': 6, '陆': 6, '七': 7, '柒': 7, '八': 8, '捌': 8, '九': 9, '玖': 9,
}

var unit = map[rune]int{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000}

// tens are the numerals of the old calendar: 廿三 is 23.
var tens = map[rune]int{'廿': 20, '卄': 20, '卅': 30}

// Digits writes the Chinese numerals in text as digits: "一九九五年" becomes
// "1995年", "一百七十五" "175", "一百七" "170", "廿三" "23". 万, and a unit after a digit
// (8千), are left to the reader of money.
func Digits(text string) string {
	var out strings.Builder
	var run []rune
	flush := func() {
		out.WriteString(value(run))
		run = run[:0]
	}
	last := ' '
	for _, c := range text {
		if isNumeral(c) && (unit[c] == 0 || len(run) > 0 || last < '0' || last > '9') {
			run = append(run, c)
			last = c
			continue
		}
		flush()
		out.WriteRune(c)
		last = c
	}
	flush()
	return out.String()
}

func isNumeral(c rune) bool {
	_, isDigit := digit[c]
	_, isTens := tens[c]
	return isDigit || isTens || unit[c] > 0
}

// value reads one run of numerals: digit by digit, or by its units.
func value(run []rune) string {
	if len(run) == 0 {
		return ""
	}
	counted := false
	for _, c := range run {
		counted = counted || unit[c] > 0 || tens[c] > 0
	}
	if !counted {
		var b strings.Builder
		for _, c := range run {
			b.WriteString(strconv.Itoa(digit[c]))
		}
		return b.String()
	}
	return strconv.Itoa(byUnits(run))
}

// byUnits adds 一百七十五 up. A last digit after 百 or 千 counts the next smaller
// unit (一百七 is 170), unless a 零 stands before it.
func byUnits(run []rune) int {
	const most = 1 << 30
	sum, last, open := 0, 1, -1 // open: a digit whose unit is still to come
	for i, c := range run {
		switch u := unit[c]; {
		case tens[c] > 0:
			sum, last, open = sum+tens[c], 10, -1
		case u > 0:
			if open < 0 {
				open = 1
			}
			sum, last, open = sum+open*u, u, -1
		default:
			open = digit[c]
			if i > 0 && digit[c] > 0 && isZero(run[i-1]) {
				last = 1
			}
		}
		if sum > most {
			return most
		}
	}
	if open > 0 {
		sum += open * max(last/10, 1)
	}
	return sum
}

func isZero(c rune) bool {
	n, ok := digit[c]
	return ok && n == 0
}
