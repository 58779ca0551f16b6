package calendar

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var shanghai = zone("Asia/Shanghai")

func zone(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return l
}

// office is open Monday to Saturday, with lunch.
func office(t testing.TB) *Calendar {
	t.Helper()
	return open(t, Config{Zone: shanghai, Hours: []string{"mon-sat 9:00-18:00"}, Breaks: []string{"12:00-13:00"}, China: true})
}

func open(t testing.TB, c Config) *Calendar {
	t.Helper()
	cal, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func moment(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return at
}

// The answers that a client would find out by looking at the wall.
func TestAdd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from string
		d          time.Duration
		want       string
	}{
		{"within the morning", "2026-03-06 09:30", 2 * time.Hour, "2026-03-06 11:30"},
		{"to the minute lunch begins", "2026-03-06 09:00", 3 * time.Hour, "2026-03-06 12:00"},
		{"over lunch", "2026-03-06 11:30", time.Hour, "2026-03-06 13:30"},
		{"asked at lunch", "2026-03-06 12:20", time.Hour, "2026-03-06 14:00"},
		{"over night", "2026-03-06 17:30", time.Hour, "2026-03-07 09:30"},
		{"asked at night", "2026-03-06 23:59", time.Hour, "2026-03-07 10:00"},
		{"over Sunday", "2026-03-07 17:00", 4 * time.Hour, "2026-03-09 12:00"},
		{"before National Day", "2026-09-30 17:00", 4 * time.Hour, "2026-10-08 12:00"},
		{"in National Day week", "2026-10-03 10:00", 4 * time.Hour, "2026-10-08 14:00"},
		{"the Sunday worked for National Day", "2026-09-19 17:00", 4 * time.Hour, "2026-09-20 12:00"},
		{"before Spring Festival", "2026-02-14 16:00", 4 * time.Hour, "2026-02-24 11:00"},
		{"nothing to wait for", "2026-03-06 23:00", 0, "2026-03-06 23:00"},
		{"Spring Festival of a year not yet arranged", "2027-02-04 17:00", 4 * time.Hour, "2027-02-09 12:00"},
	} {
		if got := office(t).Add(moment(c.from), c.d); !got.Equal(moment(c.want)) {
			t.Errorf("%s: %s and %v of work end %s, want %s", c.name, c.from, c.d, got.In(shanghai).Format("2006-01-02 15:04"), c.want)
		}
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	cal := open(t, Config{
		Zone: shanghai, China: true, Hours: []string{"周一至周五 9:00-18:00"}, Breaks: []string{"fri 12:00-13:00"},
		Holidays: []string{"2026-03-09..2026-03-10"}, Workdays: []string{"2026-10-02 10:00-12:00", "2026-10-03"},
	})
	for at, want := range map[string]bool{
		"2026-03-06 08:59": false,
		"2026-03-06 09:00": true,
		"2026-03-06 12:00": false, // Friday's break
		"2026-03-05 12:00": true,
		"2026-03-06 18:00": false,
		"2026-03-07 10:00": false, // Saturday
		"2026-03-10 10:00": false, // our own holiday
		"2026-10-01 10:00": false,
		"2026-10-02 10:00": true, // our own working day, at its hours
		"2026-10-02 13:00": false,
		"2026-10-03 13:00": true, // and at the usual ones
		"2026-10-10 10:00": true, // a Saturday worked for National Day
		"2026-10-11 10:00": false,
	} {
		if got := cal.Open(moment(at)); got != want {
			t.Errorf("open at %s: %v", at, got)
		}
	}
	if got := cal.NextOpen(moment("2026-03-06 18:00")); !got.Equal(moment("2026-03-11 09:00")) {
		t.Errorf("after a weekend and our own holidays we open %s", got)
	}
	if now := moment("2026-03-06 10:07"); !cal.NextOpen(now).Equal(now) {
		t.Error("an agency that is open opens now")
	}
}

// The library's table is read as the State Council arranged that year
// (国办发明电〔2024〕12号).
func TestPublicHolidays2025(t *testing.T) {
	t.Parallel()
	worked := map[string]bool{"2025-01-26": true, "2025-02-08": true, "2025-04-27": true, "2025-09-28": true, "2025-10-11": true}
	off := map[string]int{"01": 5, "02": 4, "04": 3, "05": 6, "06": 2, "10": 8}
	got := map[string]int{}
	for d := (date{2025, 1, 1}); d.year == 2025; d = d.plus(1) {
		h, ok := publicDay(d)
		if !ok {
			continue
		}
		if h.worked != worked[d.String()] || h.why == (Festival{}) {
			t.Errorf("%s: %+v", d, h)
		}
		if !h.worked {
			got[d.String()[5:7]]++
		}
	}
	for m, n := range off {
		if got[m] != n {
			t.Errorf("2025-%s has %d days off, want %d", m, got[m], n)
		}
	}
}

// 2026 as arranged agrees with what the law fixes for every year.
func TestArrangedKeepsTheLaw(t *testing.T) {
	t.Parallel()
	n := 0
	for d := (date{2026, 1, 1}); d.year == 2026; d = d.plus(1) {
		why := statutory(d)
		if why == (Festival{}) {
			continue
		}
		n++
		if h, ok := publicDay(d); !ok || h.worked || h.why != why {
			t.Errorf("%s is %s by law, arranged is %+v", d, why.ZH, h)
		}
	}
	if n != 13 {
		t.Errorf("the law gives 13 days a year, found %d", n)
	}
}

func TestFestivals(t *testing.T) {
	t.Parallel()
	cal := office(t)
	for day, want := range map[string]string{
		"2026-02-16": "除夕", "2026-02-17": "春节", "2026-03-03": "元宵节", "2026-04-05": "清明节", "2026-06-19": "端午节",
		"2026-08-19": "七夕节", "2026-09-25": "中秋节", "2026-10-18": "重阳节", "2027-01-15": "腊八节", "2027-02-05": "除夕",
		"2027-02-06": "春节", "2025-07-25": "", "2026-10-01": "国庆节", "2026-03-06": "",
	} {
		if got := cal.Festival(moment(day + " 10:00")).In("zh-CN"); got != want {
			t.Errorf("%s is %q, want %q", day, got, want)
		}
	}
	for at, want := range map[string]string{
		"2026-10-05 10:00": "National Day", "2026-09-30 20:00": "National Day", "2026-09-30 12:30": "", "2026-10-10 20:00": "", "2026-10-08 10:00": "",
	} {
		if got := cal.Holiday(moment(at)).In("en"); got != want {
			t.Errorf("at %s closed for %q, want %q", at, got, want)
		}
	}
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	cal := open(t, Config{Hours: []string{"daily 9-18"}, China: true, Holidays: []string{"2028-02-01"}})
	for year, want := range map[int]bool{2026: false, 2027: true, 2028: false} {
		if cal.Guesses(year) != want {
			t.Errorf("guesses %d: %v", year, !want)
		}
	}
}

// Each entry that is wrong is named, with what was expected.
func TestMistakes(t *testing.T) {
	t.Parallel()
	_, err := New(Config{
		Hours:    []string{"mon-fri 9:00-18:00", "fri 9:00-12:00", "9:00-18:00", "someday 9:00-10:00", "sat", "sun 18:00-9:00", "sat 9:00-12:00 11:00-13:00", "sat 25:00-26:00"},
		Breaks:   []string{"noon"},
		Holidays: []string{"2026-13-01", "2026-10-02..2026-10-01", "2026-10-01 9:00-10:00", ""},
		Workdays: []string{"2026-05-01", "2026-05-01", "2026-05-02 all", "1000-01-01..3000-01-01"},
	})
	for _, want := range []string{
		`"fri 9:00-12:00": Friday has hours already`, `"9:00-18:00": no day is named`, `"someday" names no day`, `"sat": no hours are named`,
		"does not end after it begins", "overlap", `"25:00-26:00" are no hours`, `breaks: "noon"`, `"2026-13-01": it is no date`,
		"ends before it begins", "nothing is expected after the date", "holidays: it is empty", "2026-05-01 is named already", `"all" are no hours`, "more than 2000 days",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if _, err := New(Config{}); !errors.As(err, new(Mistakes)) {
		t.Errorf("no hours at all: %v", err)
	}
}

// anyCalendar has hours on some day, and whatever else.
func anyCalendar(t *rapid.T) *Calendar {
	c := Config{
		Zone:  zone(rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"}).Draw(t, "zone")),
		China: rapid.Bool().Draw(t, "china"),
	}
	for _, d := range []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"} {
		if d == "wed" || rapid.Bool().Draw(t, d) {
			c.Hours = append(c.Hours, d+" "+rapid.SampledFrom([]string{"9:00-18:00", "0:00-24:00", "1:30-2:30 2:45-3:15", "8:00-12:00 13:30-20:00", "10-10:05"}).Draw(t, "hours"))
		}
	}
	if rapid.Bool().Draw(t, "lunch") {
		c.Breaks = []string{"12:00-13:00"}
	}
	c.Holidays = rapid.SampledFrom([][]string{nil, {"2026-03-09"}, {"2026-01-01..2026-06-30"}}).Draw(t, "holidays")
	cal, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func anyMoment(t *rapid.T, name string) time.Time {
	return time.Unix(rapid.Int64Range(1735689600, 1861920000).Draw(t, name), 0) // 2025 to 2028
}

// Add and Between undo each other, nothing runs backwards, and a promise never
// ends outside of working time.
func TestCalendarProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cal, from := anyCalendar(t), anyMoment(t, "from")
		d := time.Duration(rapid.Int64Range(0, int64(20*time.Hour/time.Second)).Draw(t, "work")) * time.Second
		end := cal.Add(from, d)
		if got := cal.Between(from, end); got != d {
			t.Fatalf("%v of work from %s end %s, but between them are %v", d, from, end, got)
		}
		if end.Before(from) || d > 0 && !cal.Open(end.Add(-time.Nanosecond)) {
			t.Fatalf("%v of work from %s end %s, when nobody works", d, from, end)
		}
		later := from.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")))
		if cal.Add(later, d).Before(end) || cal.Add(from, d+time.Second).Before(end) {
			t.Fatalf("asked later, or longer, it ends before %s", end)
		}
		opens := cal.NextOpen(from)
		if opens.Before(from) || !cal.Open(opens) || cal.Between(from, opens) != 0 {
			t.Fatalf("from %s it opens %s", from, opens)
		}
		if cal.Open(from) != opens.Equal(from) {
			t.Fatalf("open at %s, and opens %s", from, opens)
		}
		a, b := cal.Between(from, later), cal.Between(later, from)
		if a < 0 || a != -b || a > later.Sub(from) {
			t.Fatalf("between %s and %s are %v and %v", from, later, a, b)
		}
	})
}

// The night on which clocks change is as long as it really is.
func TestClocksChange(t *testing.T) {
	t.Parallel()
	berlin := zone("Europe/Berlin")
	cal := open(t, Config{Zone: berlin, Hours: []string{"daily 0:00-24:00"}})
	for day, want := range map[string]time.Duration{"2026-03-28": 24, "2026-03-29": 23, "2026-10-25": 25} {
		at, _ := time.ParseInLocation(time.DateOnly, day, berlin)
		if got := cal.Between(at, at.AddDate(0, 0, 1)); got != want*time.Hour {
			t.Errorf("%s has %v, want %d hours", day, got, want)
		}
	}
}

func TestAlways(t *testing.T) {
	t.Parallel()
	cal, at := Always(), moment("2026-10-01 03:00")
	if !cal.Open(at) || !cal.Add(at, 24*time.Hour).Equal(at.Add(24*time.Hour)) {
		t.Error("who never closes is closed")
	}
}

func FuzzNew(f *testing.F) {
	f.Add("mon-fri 9:00-18:00", "12:00-13:00", "2026-10-01", "2026-10-10 9:00-12:00")
	f.Add("周一、周三 9：00–18：00", "", "..", "9999-12-31..9999-12-31 0-24")
	f.Fuzz(func(t *testing.T, hours, breaks, holidays, workdays string) {
		cal, err := New(Config{Hours: []string{hours}, Breaks: strings.Split(breaks, ";"), Holidays: []string{holidays}, Workdays: []string{workdays}, China: true})
		if err != nil {
			return
		}
		from := moment("2026-03-06 12:00")
		for _, d := range []time.Duration{0, time.Minute, 9 * time.Hour} {
			if end := cal.Add(from, d); end.Before(from) {
				t.Errorf("%v of work end %s", d, end)
			}
		}
		if slices.ContainsFunc(cal.week[:], func(s []span) bool { return len(s) > 100 }) {
			t.Error("a day of many pieces")
		}
	})
}

func BenchmarkAddOverSpringFestival(b *testing.B) {
	cal, from := office(b), moment("2027-02-04 17:00")
	for b.Loop() {
		cal.Add(from, 4*time.Hour)
	}
}
