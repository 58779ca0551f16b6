package calendar

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mistake is an entry that cannot be read.
type Mistake struct {
	List  string // "hours", "breaks", "holidays", "workdays"
	Entry string // as it was written
	Why   string // what is wrong, and what was expected
}

func (m *Mistake) Error() string {
	if m.Entry == "" {
		return m.List + ": " + m.Why
	}
	return fmt.Sprintf("%s: %q: %s", m.List, m.Entry, m.Why)
}

// Mistakes are all that is wrong with a Config.
type Mistakes []*Mistake

func (all Mistakes) Error() string {
	var lines []string
	for _, m := range all {
		lines = append(lines, m.Error())
	}
	return "calendar: " + strings.Join(lines, "\n")
}

// span is a stretch of a day, in minutes since midnight.
type span struct{ from, to int }

const wholeDay = 24 * 60

// reader reads the lists of a Config into a calendar.
type reader struct {
	cal   *Calendar
	wrong Mistakes
}

func (r *reader) mistake(list, entry, why string, args ...any) {
	r.wrong = append(r.wrong, &Mistake{list, entry, fmt.Sprintf(why, args...)})
}

func (r *reader) hours(entries []string) {
	var named [7]bool
	for _, e := range entries {
		days, spans, why := readDays(e)
		if why == "" && len(days) == 0 {
			why = "no day is named; expected one like mon-sat 9:00-18:00 or 周一至周六 9:00-18:00"
		}
		if why != "" {
			r.mistake("hours", e, "%s", why)
			continue
		}
		for _, d := range days {
			if named[d] {
				r.mistake("hours", e, "%s has hours already; keep one", d)
			}
			named[d], r.cal.week[d] = true, spans
		}
	}
}

func (r *reader) breaks(entries []string) {
	for _, e := range entries {
		days, spans, why := readDays(e)
		if why != "" {
			r.mistake("breaks", e, "%s", why)
			continue
		}
		if len(days) == 0 {
			days = everyDay
		}
		for _, d := range days {
			r.cal.week[d] = without(r.cal.week[d], spans)
		}
	}
}

// mostDays bounds how many days an agency may name: some years of them.
const mostDays = 2000

func (r *reader) holidays(entries []string) {
	for _, e := range entries {
		first, last, rest, why := readDates(e)
		if why == "" && rest != "" {
			why = "nothing is expected after the date"
		}
		if why != "" {
			r.mistake("holidays", e, "%s", why)
			continue
		}
		r.keep("holidays", e, first, last, day{})
	}
}

func (r *reader) workdays(entries []string) {
	for _, e := range entries {
		first, last, rest, why := readDates(e)
		d := day{worked: true}
		if why == "" && rest != "" {
			d.worked = false
			d.spans, why = readSpans(strings.Fields(rest))
		}
		if why != "" {
			r.mistake("workdays", e, "%s", why)
			continue
		}
		r.keep("workdays", e, first, last, d)
	}
}

// keep notes the days from first to last.
func (r *reader) keep(list, entry string, first, last date, d day) {
	for at := first; ; at = at.plus(1) {
		if _, twice := r.cal.own[at]; twice {
			r.mistake(list, entry, "%s is named already; keep one", at)
			return
		}
		if len(r.cal.own) == mostDays {
			r.mistake(list, entry, "more than %d days are named", mostDays)
			return
		}
		r.cal.own[at] = d
		if at == last {
			return
		}
	}
}

var everyDay = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

// dayNames are the ways to write a weekday, by its place in everyDay.
var dayNames = [7][]string{
	{"mon", "monday", "周一", "星期一", "礼拜一"},
	{"tue", "tuesday", "周二", "星期二", "礼拜二"},
	{"wed", "wednesday", "周三", "星期三", "礼拜三"},
	{"thu", "thursday", "周四", "星期四", "礼拜四"},
	{"fri", "friday", "周五", "星期五", "礼拜五"},
	{"sat", "saturday", "周六", "星期六", "礼拜六"},
	{"sun", "sunday", "周日", "星期日", "礼拜日", "周天", "星期天"},
}

// spelling makes one of the ways in which people write ranges.
var spelling = strings.NewReplacer("–", "-", "—", "-", "－", "-", "~", "-", "～", "-", "至", "-", "到", "-", "：", ":", "，", " ", "、", ",")

// readDays reads "mon-fri 9:00-12:00 13:00-18:00"; days is empty where none is
// named. why says what is wrong.
func readDays(entry string) (days []time.Weekday, spans []span, why string) {
	words := strings.Fields(spelling.Replace(strings.ToLower(entry)))
	if len(words) > 0 && !strings.ContainsAny(words[0][:1], "0123456789") {
		if days = weekdays(words[0]); days == nil {
			return nil, nil, fmt.Sprintf("%q names no day; expected mon, mon-fri, daily, 周一 or 周一至周五", words[0])
		}
		words = words[1:]
	}
	spans, why = readSpans(words)
	return days, spans, why
}

func weekdays(s string) []time.Weekday {
	switch s {
	case "daily", "每天", "每日", "全周":
		return everyDay
	}
	var days []time.Weekday
	for _, part := range strings.Split(s, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		from, to := dayPlace(first), dayPlace(last)
		if from < 0 || to < 0 || to < from {
			return nil
		}
		days = append(days, everyDay[from:to+1]...)
	}
	return days
}

func dayPlace(s string) int {
	return slices.IndexFunc(dayNames[:], func(names []string) bool { return slices.Contains(names, s) })
}

// readSpans reads "9:00-12:00", "13:00-18:00" in any order; they may not overlap.
func readSpans(words []string) (spans []span, why string) {
	if len(words) == 0 {
		return nil, "no hours are named; expected them like 9:00-18:00"
	}
	for _, w := range words {
		from, to, _ := strings.Cut(spelling.Replace(w), "-")
		s := span{minuteOf(from), minuteOf(to)}
		switch {
		case s.from < 0 || s.to < 0:
			return nil, fmt.Sprintf("%q are no hours; expected them like 9:00-18:00", w)
		case s.to <= s.from:
			return nil, fmt.Sprintf("%q does not end after it begins; a night is written as two days, like 20:00-24:00", w)
		}
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for i := range spans[1:] {
		if spans[i+1].from < spans[i].to {
			return nil, "two of the hours overlap"
		}
	}
	return spans, ""
}

var clock = regexp.MustCompile(`^(\d{1,2})(?::(\d{2}))?$`)

// minuteOf reads "9", "9:00" or "24:00"; -1 when it is none.
func minuteOf(s string) int {
	m := clock.FindStringSubmatch(s)
	if m == nil {
		return -1
	}
	h, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi(m[2]) // empty is 0
	if n := h*60 + minute; n <= wholeDay && minute < 60 {
		return n
	}
	return -1
}

// readDates reads "2026-10-01" or "2026-10-01..2026-10-08", and what stands
// behind it.
func readDates(entry string) (first, last date, rest, why string) {
	words := strings.Fields(entry)
	if len(words) == 0 {
		return first, last, "", "it is empty; expected a date like 2026-10-01"
	}
	from, to, ranged := strings.Cut(words[0], "..")
	if !ranged {
		to = from
	}
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	switch {
	case err1 != nil || err2 != nil:
		return first, last, "", "it is no date; expected one like 2026-10-01, or 2026-10-01..2026-10-08"
	case b.Before(a):
		return first, last, "", "it ends before it begins"
	}
	return dateOf(a), dateOf(b), strings.Join(words[1:], " "), ""
}

// without takes breaks out of hours.
func without(hours, breaks []span) []span {
	for _, b := range breaks {
		var left []span
		for _, h := range hours {
			if before := (span{h.from, min(h.to, b.from)}); before.to > before.from {
				left = append(left, before)
			}
			if after := (span{max(h.from, b.to), h.to}); after.to > after.from {
				left = append(left, after)
			}
		}
		hours = left
	}
	return hours
}
