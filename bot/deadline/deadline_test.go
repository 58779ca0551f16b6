package deadline_test

import (
	"testing"
	"time"

	"redthread/bot/calendar"
	"redthread/bot/deadline"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func office(t testing.TB) *calendar.Calendar {
	t.Helper()
	c, err := calendar.New(calendar.Config{Zone: shanghai, Hours: []string{"mon-sat 9:00-18:00"}, Breaks: []string{"12:00-13:00"}, China: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// It is Friday, 6 March 2026, 11:20.
var now = time.Date(2026, 3, 6, 11, 20, 0, 0, shanghai)

func TestRead(t *testing.T) {
	t.Parallel()
	cal := office(t)
	for text, want := range map[string]string{
		"今天下班前":        "2026-03-06 18:00",
		"下班前":          "2026-03-06 18:00",
		"今天":           "2026-03-06 18:00",
		"明天":           "2026-03-07 18:00",
		"后天":           "2026-03-09 18:00", // Sunday is off
		"明天下午三点":       "2026-03-07 15:00",
		"明天下午3点半之前":    "2026-03-07 15:30",
		"明天上午十点":       "2026-03-07 10:00",
		"三点":           "2026-03-06 15:00",
		"16:30":        "2026-03-06 16:30",
		"下午 4:05":      "2026-03-06 16:05",
		"两小时后":         "2026-03-06 13:20",
		"半小时内":         "2026-03-06 11:50",
		"90分钟":         "2026-03-06 12:50",
		"三天后":          "2026-03-09 18:00",
		"2个工作日内":       "2026-03-09 11:20",
		"周五":           "2026-03-13 18:00",
		"周一":           "2026-03-09 18:00",
		"下周三上午":        "",
		"下周三":          "2026-03-11 18:00",
		"下周一10点":       "2026-03-09 10:00",
		"3月9日16:00":    "2026-03-09 16:00",
		"9号":           "2026-03-09 18:00",
		"5号":           "2026-04-07 18:00", // the fifth of March has passed, and Qingming is in the way
		"2026-03-20":   "2026-03-20 18:00",
		"今天 17:00 前":   "2026-03-06 17:00",
		"tomorrow 3pm": "2026-03-07 15:00",
		"Tomorrow":     "2026-03-07 18:00",
		"by Monday":    "2026-03-09 18:00",
		"next Friday":  "2026-03-13 18:00",
		"in 2 hours":   "2026-03-06 13:20",
		"9 March 4 pm": "2026-03-09 16:00",
		"end of day":   "2026-03-06 18:00",
		"昨天":           "",
		"11:00":        "",
		"尽快":           "",
		"3月32日":        "",
		"25:00":        "",
		"":             "",
	} {
		got, ok := deadline.Read(text, now, cal)
		switch written := got.In(shanghai).Format("2006-01-02 15:04"); {
		case ok != (want != ""):
			t.Errorf("%q: %v, %s", text, ok, written)
		case ok && written != want:
			t.Errorf("%q is read as %s, want %s", text, written, want)
		}
	}
}

func TestAlwaysOpen(t *testing.T) {
	t.Parallel()
	got, ok := deadline.Read("明天", now, calendar.Always())
	if want := time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC); !ok || got.Before(want) {
		t.Errorf("who never closes has until %s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("明天下午三点")
	f.Add("in 2 days, 3月9日")
	cal := office(f)
	f.Fuzz(func(t *testing.T, text string) {
		if at, ok := deadline.Read(text, now, cal); ok && (!at.After(now) || at.After(now.AddDate(1, 0, 1))) {
			t.Errorf("%q is due %s", text, at)
		}
	})
}
