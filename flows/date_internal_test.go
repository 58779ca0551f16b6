package flows

import (
	"testing"
	"time"

	"redthread/store"
)

func at(t *testing.T, zone, when string) time.Time {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	moment, err := time.ParseInLocation("2006-01-02 15:04", when, l)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// The day before is the same time on the clock, whatever the clocks did in the night,
// and a morning after is ten o'clock.
func TestClocksThatChange(t *testing.T) {
	t.Parallel()
	s := Settings{Dates: Dates{}.filledIn()}
	for _, c := range []struct{ zone, when, day, hours, morning string }{
		{"Europe/Berlin", "2026-03-29 15:00", "2026-03-28 15:00", "2026-03-29 11:00", "2026-03-30 10:00"},    // an hour is missing
		{"Europe/Berlin", "2026-10-25 15:00", "2026-10-24 15:00", "2026-10-25 11:00", "2026-10-26 10:00"},    // an hour comes twice
		{"America/New_York", "2026-03-08 09:00", "2026-03-07 09:00", "2026-03-08 08:00", "2026-03-09 10:00"}, // nobody is woken
		{"Asia/Shanghai", "2026-03-08 10:00", "2026-03-07 10:00", "2026-03-08 08:00", "2026-03-09 10:00"},
	} {
		begins := at(t, c.zone, c.when)
		d := store.Date{At: begins.UTC(), Zone: begins.Location(), For: 2 * time.Hour}
		if got, want := begins.AddDate(0, 0, -1), at(t, c.zone, c.day); !got.Equal(want) {
			t.Errorf("%s %s: the day before is %v", c.zone, c.when, got)
		}
		if got, want := s.awake(d.At.Add(-s.Dates.Remind), d), at(t, c.zone, c.hours); !got.Equal(want) {
			t.Errorf("%s %s: hours before is %v, want %v", c.zone, c.when, got.In(begins.Location()), want)
		}
		if got, want := morningAfter(d), at(t, c.zone, c.morning); !got.Equal(want) {
			t.Errorf("%s %s: the morning after is %v", c.zone, c.when, got)
		}
	}
}

// A reader abroad sees their own clock beside the place's, by the day of the date and
// not by today; who lives by the same clock sees one.
func TestSeenFrom(t *testing.T) {
	t.Parallel()
	shanghai, berlin := zoneOf("Asia/Shanghai"), zoneOf("Europe/Berlin")
	for when, theirs := range map[string]string{"2026-03-28 15:00": "08:00", "2026-03-29 15:00": "09:00"} {
		here, there := seenFrom(at(t, "Asia/Shanghai", when).UTC(), shanghai, berlin)
		if here.Format("15:04") != "15:00" || there.Format("15:04") != theirs {
			t.Errorf("%s is %v here and %v there", when, here, there)
		}
	}
	if _, there := seenFrom(at(t, "Asia/Shanghai", "2026-03-28 15:00"), shanghai, zoneOf("Asia/Taipei")); !there.IsZero() {
		t.Errorf("the same clock is shown twice: %v", there)
	}
}

func TestReadTimes(t *testing.T) {
	t.Parallel()
	zone := zoneOf("Asia/Shanghai")
	now := at(t, "Asia/Shanghai", "2026-03-06 12:00")
	for text, want := range map[string][]string{
		"周六下午三点":                        {"03-07 15:00"},
		"周六三点":                          {"03-07 15:00"},
		"周日 10:00、周六下午3点半":              {"03-07 15:30", "03-08 10:00"},
		"11-28 15:00\n11-29 10:00":      {"11-28 15:00", "11-29 10:00"},
		"Saturday 3 pm or Sunday 10 am": {"03-07 15:00", "03-08 10:00"},
		"28 March 3 pm, 29 March 3 pm":  {"03-28 15:00", "03-29 15:00"},
		"周六下午三点；周六15:00":                {"03-07 15:00"},
		"周六":                            nil,
		"有空的时候":                         nil,
		"周六下午三点，或者再说":                   nil,
		"周六下午三点 或者 周日下午四点":              {"03-07 15:00", "03-08 16:00"},
	} {
		times, odd := readTimes(text, now, zone)
		if len(odd) > 0 != (want == nil) || len(odd) == 0 && len(times) != len(want) {
			t.Errorf("%q: %v, odd %q", text, times, odd)
			continue
		}
		for i, w := range want {
			if got := times[i].Format("01-02 15:04"); got != w {
				t.Errorf("%q: %s, want %s", text, got, w)
			}
		}
	}
}

func TestHomely(t *testing.T) {
	t.Parallel()
	for _, home := range []string{"我家", "在她家里", "阳光小区", "滨江花园 3 栋 2 单元", "1203室", "my place", "his apartment", "Apartment 12B, 5 Lake Rd", "如家宾馆"} {
		if !homely.MatchString(home) {
			t.Errorf("%q passes", home)
		}
	}
	for _, public := range []string{"西湖音乐喷泉", "国家图书馆", "星巴克湖滨店", "Fuxing Park", "上海当代艺术博物馆", "杭州动物园，虎跑路 40 号"} {
		if homely.MatchString(public) {
			t.Errorf("%q is taken for a home", public)
		}
	}
}

func TestReadMinutes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"20": 20, "二十分钟": 20, "半小时": 30, "大概15分钟吧": 15, "一个小时": 60, "half an hour": 30, "2 hours": 120, "很久": 0, "": 0} {
		if got := readMinutes(text); got != want {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}

func TestEmergency(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{"Asia/Shanghai": "110", "Europe/Berlin": "112", "America/New_York": "911", "Asia/Hong_Kong": "999", "Australia/Sydney": "000"} {
		if got := emergency(zoneOf(zone)); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}
