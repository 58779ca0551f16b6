// Package measure reads how tall, how heavy and how well paid people say they
// are, in the units they think in.
package measure

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"redthread/bot/numeral"
)

// Fault says what is wrong with a measure as it was typed.
type Fault string

// The faults.
const (
	Unread Fault = "unread" // no number, or no unit that we know
	Small  Fault = "small"  // less than grown people have
	Large  Fault = "large"
)

func (f Fault) Error() string { return "measure: " + string(f) }

// The heights and weights that grown people have: a typed one beyond them is a
// slip.
const (
	minHeight, maxHeight = 120, 230 // centimetres
	minWeight, maxWeight = 30, 200  // kilograms
)

var (
	feet   = regexp.MustCompile(`^(\d)\s*(?:'|ft|feet|foot|英尺|尺)\s*(?:(\d{1,2}(?:\.5)?)\s*(?:"|''|in|inch|inches|英寸|寸)?)?$`)
	metres = regexp.MustCompile(`^([12])\s*(?:米|m)\s*(\d{1,2})?$`)
	plain  = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,2})?)\s*(厘米|公分|cm|centimeters|centimetres|米|m|meters|metres)?$`)
	heavy  = regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,2})?)\s*(公斤|千克|kg|kgs|kilos?|kilograms?|斤|市斤|磅|lbs?|pounds?)?$`)
)

// around are the words that people put around a measure.
var around = strings.NewReplacer("身高", "", "体重", "", "大概", "", "大约", "", "左右", "", "我", "", "净", "", "about", "", "。", "", "，", "", "’", "'", "”", `"`, "′", "'", "″", `"`, "i am", "", "i'm", "", "tall", "")

func tidy(text string) string { return strings.TrimSpace(around.Replace(numeral.Plain(text))) }

// Height reads a height in whole centimetres: "175", "1.75m", "一米七五",
// `5'9"`. Its error is a Fault.
func Height(text string) (cm int, err error) {
	text = tidy(text)
	var v float64
	if m := feet.FindStringSubmatch(text); m != nil {
		v = float(m[1])*30.48 + float(m[2])*2.54
	} else if m := metres.FindStringSubmatch(text); m != nil {
		v = float(m[1]) * 100
		if len(m[2]) == 1 {
			m[2] += "0" // 一米七 is 170
		}
		v += float(m[2])
	} else if m := plain.FindStringSubmatch(text); m != nil {
		if v = float(m[1]); v < 3 && (m[2] == "" || m[2][0] == 'm' || m[2] == "米") {
			v *= 100
		}
	} else {
		return 0, Unread
	}
	return within(v, minHeight, maxHeight)
}

// Weight reads a weight in whole kilograms: "62", "62公斤", "124斤", "137 lb".
// A number alone above what kilograms can be is taken for 斤. Its error is a
// Fault.
func Weight(text string) (kg int, err error) {
	m := heavy.FindStringSubmatch(tidy(text))
	if m == nil {
		return 0, Unread
	}
	v := float(m[1])
	switch {
	case strings.HasSuffix(m[2], "斤") && m[2] != "公斤", m[2] == "" && v > 110:
		v /= 2
	case m[2] == "磅", strings.HasPrefix(m[2], "lb"), strings.HasPrefix(m[2], "pound"):
		v *= 0.45359237
	}
	return within(v, minWeight, maxWeight)
}

func within(v float64, least, most int) (int, error) {
	n := int(math.Round(v))
	switch {
	case n < least:
		return 0, Small
	case n > most:
		return 0, Large
	}
	return n, nil
}

func float(s string) float64 {
	v, _ := strconv.ParseFloat(s, 64) // digits, by the patterns; empty is nothing
	return v
}

var income = regexp.MustCompile(`^(?:rmb|¥|￥)?\s*(\d{1,9}(?:\.\d{1,2})?)\s*(万|w|k|千|百万|million)?\s*(?:元|块|rmb|yuan|cny)?\s*(?:左右|多)?$`)

// trailing is a last digit that counts the next smaller unit: 1万5 is 1.5万.
var trailing = regexp.MustCompile(`(\d+)(万|w|千|k)(\d)($|[^\d千百])`)

// monthly says that the pay of a month was named.
var monthly = regexp.MustCompile(`月薪|每月|1个月|月入|月收入|/月|a month|per month|monthly|/month`)

var aroundIncome = regexp.MustCompile(`月薪|每月|1个月|月入|月收入|/月|a month|per month|monthly|/month|年薪|年收入|年入|每年|1年|/年|a year|per year|/year|yearly|税前|税后|大概|大约|about|around|我|[,，。]`)

// Income reads a yearly income in yuan: "15万", "20w", "月薪8千", "200k". A bare
// number below a thousand means ten thousands. Its error is a Fault.
func Income(text string) (yuan int, err error) {
	text = trailing.ReplaceAllString(numeral.Plain(text), "$1.$3$2$4")
	perMonth := monthly.MatchString(text)
	m := income.FindStringSubmatch(strings.TrimSpace(aroundIncome.ReplaceAllString(text, "")))
	if m == nil {
		return 0, Unread
	}
	v := float(m[1])
	switch m[2] {
	case "万", "w":
		v *= 1e4
	case "k", "千":
		v *= 1e3
	case "百万", "million":
		v *= 1e6
	default:
		if v < 1000 {
			v *= 1e4
		}
	}
	if perMonth {
		v *= 12
	}
	const most = 1e9
	if v > most {
		return 0, Large
	}
	return int(v), nil
}

var ageRange = regexp.MustCompile(`^(\d{1,3})\s*(?:cm|厘米|公分|岁|years?|米|m)?\s*(?:到|至|-|~|—|–|to|and|和)\s*(\d{1,3})\s*(?:岁|cm|厘米|公分|years?( old)?)?$`)

// Range reads two whole numbers, the smaller first: "28到35岁", "160-175". One
// with 以上 or 以下 is open on the other side, which is 0 then. It reports false
// for anything else.
func Range(text string) (from, to int, ok bool) {
	text = tidy(text)
	if m := ageRange.FindStringSubmatch(text); m != nil {
		from, to = int(float(m[1])), int(float(m[2]))
		return min(from, to), max(from, to), true
	}
	if m := openRange.FindStringSubmatch(text); m != nil {
		n := int(float(m[1] + m[4]))
		if up := m[2] + m[3]; up == "以上" || up == "起" || up == "+" || up == "at least" || up == "over" || up == "above" || up == "from" {
			return n, 0, true
		}
		return 0, n, true
	}
	return 0, 0, false
}

var openRange = regexp.MustCompile(`^(?:(\d{1,3})\s*(?:岁|cm|厘米|公分)?\s*(以上|以下|起|以内|\+)|(at least|over|above|from|at most|under|below|up to)\s*(\d{1,3})\s*(?:cm|years?( old)?)?)$`)
