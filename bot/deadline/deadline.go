// Package deadline reads by when something should be done, as people type it:
// 明天下午三点, 周五, 3月9日 16:00, 两小时后, 今天下班前, tomorrow 3pm, in 2 days. Where no
// hour is named it is the end of that working day, and a day on which nobody works
// means the next one on which somebody does.
package deadline

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"redthread/bot/calendar"
	"redthread/bot/numeral"
	"redthread/bot/when"
)

// Read reads a deadline after now. It is false for what is none, or has passed, or
// lies further away than a year.
func Read(text string, now time.Time, cal *calendar.Calendar) (time.Time, bool) {
	const longest = 60 // letters; nobody needs more to say when
	if len([]rune(text)) > longest {
		return time.Time{}, false
	}
	now = now.In(cal.Zone())
	text = tail.ReplaceAllString(plain(text), "")
	at, ok := length(text, now, cal)
	if !ok {
		at, ok = moment(text, now, cal)
	}
	at = at.Truncate(time.Minute)
	return at, ok && at.After(now) && at.Before(now.AddDate(1, 0, 0))
}

// plain writes numbers in digits and letters small.
func plain(text string) string {
	text = strings.NewReplacer("半小时", "30分钟", "一刻", "15分", "三刻", "45分").Replace(text)
	return strings.TrimSpace(numeral.Plain(text))
}

var (
	tail    = regexp.MustCompile(`\s*(之前|以前|之内|以内|前|内|[。.!！])$`)
	evening = regexp.MustCompile(`下班|\b(?:the )?end of (?:the )?day\b|\bclose of business\b|\beod\b`)
	early   = regexp.MustCompile(`早|上午|凌晨|am`)
)

// lengths of time that are shorter than days, or of working days.
var lengths = []struct {
	re  *regexp.Regexp
	add func(now time.Time, n int, cal *calendar.Calendar) time.Time
}{
	{regexp.MustCompile(`^(?:in |within )?(\d{1,2})\s*个?(?:工作日|working days?)(?:后|之后|以后)?$`), func(now time.Time, n int, cal *calendar.Calendar) time.Time {
		return cal.Add(now, time.Duration(n)*cal.Workday())
	}},
	{regexp.MustCompile(`^(?:in |within )?(\d{1,3})\s*(?:分钟|minutes?|min)(?:后|之后|以后)?$`), func(now time.Time, n int, _ *calendar.Calendar) time.Time {
		return now.Add(time.Duration(n) * time.Minute)
	}},
	{regexp.MustCompile(`^(?:in |within )?(\d{1,3})\s*个?(?:小时|钟头|hours?|h)(?:后|之后|以后)?$`), func(now time.Time, n int, _ *calendar.Calendar) time.Time {
		return now.Add(time.Duration(n) * time.Hour)
	}},
}

// length reads how long it may take.
func length(text string, now time.Time, cal *calendar.Calendar) (time.Time, bool) {
	for _, l := range lengths {
		if m := l.re.FindStringSubmatch(text); m != nil {
			n, _ := strconv.Atoi(m[1])
			return l.add(now, n, cal), n > 0
		}
	}
	return time.Time{}, false
}

// moment reads a day, an hour, or both.
func moment(text string, now time.Time, cal *calendar.Calendar) (time.Time, bool) {
	rest := strings.TrimSpace(evening.ReplaceAllString(text, ""))
	if rest == "" {
		return closing(now, cal), text != ""
	}
	m, ok := when.Read(rest, now)
	switch {
	case !ok:
		return time.Time{}, false
	case !m.Hour:
		return closing(m.At, cal), true
	case m.At.Hour() < 8 && !early.MatchString(rest) && !strings.Contains(rest, ":"):
		return m.At.Add(12 * time.Hour), true // 三点 is in the afternoon: nobody works at three in the morning
	}
	return m.At, true
}

// closing is the end of a working day, or of the next one.
func closing(day time.Time, cal *calendar.Calendar) time.Time {
	y, m, d := day.Date()
	first := cal.NextOpen(time.Date(y, m, d, 0, 0, 0, 0, cal.Zone())).In(cal.Zone())
	y, m, d = first.Date()
	last := time.Date(y, m, d+1, 0, 0, 0, 0, cal.Zone())
	return cal.Add(first, cal.Between(first, last)).In(cal.Zone())
}
