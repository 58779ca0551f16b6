// Package when reads the ways people name a coming day in a chat: 明天, 下周一,
// 3天, 10月8日, "next Monday", with or without an hour.
package when

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"redthread/bot/numeral"
)

// Moment is what a text names. Without an hour At is the beginning of the day.
type Moment struct {
	At   time.Time
	Hour bool // an hour was named
}

// mostDays bounds how far ahead a length of days or weeks may lead.
const mostDays = 1000

// Read reads the coming moment that a text names, in now's own zone. ok is false
// when it names none that we know. What it names may lie in the past: 今天, or a
// date with its year.
func Read(text string, now time.Time) (m Moment, ok bool) {
	r := reader{now: now, day: time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())}
	rest := strings.TrimSpace(idle.ReplaceAllString(numeral.Plain(text), " "))
	if rest == "" {
		return m, false
	}
	rest, minute, hour := r.hour(rest)
	day := r.day
	if rest != "" {
		if day, ok = r.read(rest); !ok {
			return m, false
		}
	}
	if !hour {
		return Moment{At: day}, true
	}
	return Moment{time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, day.Location()), true}, true
}

type reader struct{ now, day time.Time }

// idle is what stands around a day and says nothing about which it is.
var idle = regexp.MustCompile(`请假|請假|休假|休息|恢复|恢復|上班|回来|回來|回去|返岗|返崗|为止|為止|之前|以前|开始|開始|\b(?:leave|until|till|to|by|back|on|at|off|the|from|i am|i'm|i will be|work)\b|[，。,!！~到至]`)

var (
	clockForm = regexp.MustCompile(`(早上|上午|中午|下午|晚上|傍晚)?\s*([0-9]{1,2})\s*(?:[:：]\s*([0-9]{2})|[点點时時](?:\s*(半)|\s*([0-9]{1,2})\s*分?)?)\s*(am|pm)?$`)
	amPmForm  = regexp.MustCompile(`([0-9]{1,2})\s*(am|pm)$`)
)

// hour takes the hour off the end, as minutes since midnight.
func (r reader) hour(text string) (rest string, minute int, ok bool) {
	if m := clockForm.FindStringSubmatchIndex(text); m != nil {
		part := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return text[m[2*i]:m[2*i+1]]
		}
		h, min := num(part(2)), num(part(3)+part(5))
		if part(4) != "" {
			min = 30
		}
		late := part(6) == "pm" || slices.Contains([]string{"下午", "晚上", "傍晚"}, part(1))
		return r.clock(text, m[0], h, min, late, part(6) == "am")
	}
	if m := amPmForm.FindStringSubmatchIndex(text); m != nil {
		return r.clock(text, m[0], num(text[m[2]:m[3]]), 0, text[m[4]:m[5]] == "pm", text[m[4]:m[5]] == "am")
	}
	return text, 0, false
}

func (reader) clock(text string, at, h, min int, late, early bool) (string, int, bool) {
	switch {
	case late && h < 12:
		h += 12
	case early && h == 12:
		h = 0
	}
	if h > 23 || min > 59 {
		return text, 0, false
	}
	return strings.TrimSpace(text[:at]), h*60 + min, true
}

// read reads the day.
func (r reader) read(text string) (time.Time, bool) {
	for _, by := range []func(string) (time.Time, bool){r.named, r.after, r.weekday, r.date, r.english} {
		if day, ok := by(text); ok {
			return day, true
		}
	}
	return time.Time{}, false
}

var names = map[string]int{
	"今天": 0, "今日": 0, "今晚": 0, "today": 0,
	"明天": 1, "明日": 1, "明早": 1, "明": 1, "明儿": 1, "tomorrow": 1,
	"后天": 2, "後天": 2, "后日": 2, "day after tomorrow": 2, "大后天": 3, "大後天": 3,
}

func (r reader) named(text string) (time.Time, bool) {
	n, ok := names[text]
	return r.day.AddDate(0, 0, n), ok
}

var (
	lengthForm = regexp.MustCompile(`^(?:in |for )?(半|half an? |an? |[0-9]{1,3})\s*(?:个|個)?\s*(天|日|周|週|星期|礼拜|禮拜|月|days?|weeks?|months?)\s*(?:后|後|以后|以後|之后|之後|later)?$`)
	nextForm   = map[string]func(time.Time) time.Time{"下周": nextMonday, "下週": nextMonday, "下星期": nextMonday, "下礼拜": nextMonday, "next week": nextMonday, "下个月": nextMonth, "下個月": nextMonth, "下月": nextMonth, "next month": nextMonth}
)

func nextMonday(d time.Time) time.Time { return d.AddDate(0, 0, 7-(int(d.Weekday())+6)%7) }
func nextMonth(d time.Time) time.Time {
	return time.Date(d.Year(), d.Month()+1, 1, 0, 0, 0, 0, d.Location())
}

// after reads a length of time, and the week or month to come.
func (r reader) after(text string) (time.Time, bool) {
	if next, ok := nextForm[text]; ok {
		return next(r.day), true
	}
	m := lengthForm.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	n, half := num(m[1]), strings.HasPrefix(m[1], "半") || strings.HasPrefix(m[1], "half")
	if strings.HasPrefix(m[1], "a") {
		n = 1
	}
	switch unit := m[2]; {
	case unit == "月" || strings.HasPrefix(unit, "month"):
		if half {
			return r.day.AddDate(0, 0, 15), true
		}
		return r.day.AddDate(0, n, 0), n > 0 && n <= mostDays/30
	case half:
		return time.Time{}, false // half a day is an hour, half a week nothing
	case unit == "日" && !strings.ContainsAny(text, "后後"):
		return time.Time{}, false // the 8th, and not eight days
	case unit == "天", unit == "日", strings.HasPrefix(unit, "day"):
		return r.day.AddDate(0, 0, n), n > 0 && n <= mostDays
	}
	return r.day.AddDate(0, 0, 7*n), n > 0 && 7*n <= mostDays
}

var weekdayForm = regexp.MustCompile(`^(下下|下个|下個|下|本|这个|這個|这|這)?\s*(?:周|週|星期|礼拜|禮拜)\s*([1-7日天末])$`)

// weekday reads a day of the week: of this week when it is still to come, else of
// the next.
func (r reader) weekday(text string) (time.Time, bool) {
	m := weekdayForm.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	n := 7 // 周日
	switch m[2] {
	case "末":
		n = 6
	case "日", "天":
	default:
		n = num(m[2])
	}
	monday := nextMonday(r.day).AddDate(0, 0, -7)
	switch {
	case strings.HasPrefix(m[1], "下下"):
		monday = monday.AddDate(0, 0, 14)
	case strings.HasPrefix(m[1], "下"):
		monday = monday.AddDate(0, 0, 7)
	case m[1] == "" && !monday.AddDate(0, 0, n-1).After(r.day):
		monday = monday.AddDate(0, 0, 7)
	}
	return monday.AddDate(0, 0, n-1), true
}

var (
	fullForm = regexp.MustCompile(`^([0-9]{4})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})\s*[日号號]?$`)
	dayForm  = regexp.MustCompile(`^([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})\s*[日号號]?$`)
	ofMonth  = regexp.MustCompile(`^([0-9]{1,2})\s*[日号號]$`)
)

// date reads a date; one without its year, or month, is the next of that name.
func (r reader) date(text string) (time.Time, bool) {
	if m := fullForm.FindStringSubmatch(text); m != nil {
		return r.on(num(m[1]), num(m[2]), num(m[3]))
	}
	if m := dayForm.FindStringSubmatch(text); m != nil {
		return r.nextDate(num(m[1]), num(m[2]))
	}
	m := ofMonth.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	for ahead := range 3 { // a 31st is at most two months away
		month := time.Date(r.day.Year(), r.day.Month()+time.Month(ahead), 1, 0, 0, 0, 0, r.day.Location())
		if d, ok := r.on(month.Year(), int(month.Month()), num(m[1])); ok && d.After(r.day) {
			return d, true
		}
	}
	return time.Time{}, false
}

// nextDate is the next day of that name; 29 February may be years away, which
// nobody means.
func (r reader) nextDate(month, day int) (time.Time, bool) {
	for year := range 2 {
		if d, ok := r.on(r.day.Year()+year, month, day); ok && !d.Before(r.day) {
			return d, true
		}
	}
	return time.Time{}, false
}

func (r reader) on(year, month, day int) (time.Time, bool) {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, r.day.Location())
	return d, year >= 2000 && int(d.Month()) == month && d.Day() == day
}

var (
	months      = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	days        = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	weekdayName = regexp.MustCompile(`^(next |this )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*$`)
	monthFirst  = regexp.MustCompile(`^([a-z]{3})[a-z]*\.?\s*([0-9]{1,2})(?:st|nd|rd|th)?$`)
	monthLast   = regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th)?\s*([a-z]{3})[a-z]*$`)
	bareDay     = regexp.MustCompile(`^([0-9]{1,2})(?:st|nd|rd|th)$`)
)

func (r reader) english(text string) (time.Time, bool) {
	text = strings.Join(strings.Fields(text), " ")
	if m := weekdayName.FindStringSubmatch(text); m != nil {
		next := map[string]string{"next ": "下", "this ": "本"}[m[1]]
		return r.weekday(next + "周" + strconv.Itoa(slices.Index(days, m[2])+1))
	}
	if m := bareDay.FindStringSubmatch(text); m != nil {
		return r.date(m[1] + "日")
	}
	name, day := "", 0
	if m := monthFirst.FindStringSubmatch(text); m != nil {
		name, day = m[1], num(m[2])
	} else if m := monthLast.FindStringSubmatch(text); m != nil {
		name, day = m[2], num(m[1])
	}
	month := slices.Index(months, name) + 1
	if month == 0 {
		return time.Time{}, false
	}
	return r.nextDate(month, day)
}

// num reads at most four digits; anything else is 0.
func num(s string) int { n, _ := strconv.Atoi(s); return n }
