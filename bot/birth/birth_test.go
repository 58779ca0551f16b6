package birth_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot/birth"
)

var now = time.Date(2026, 3, 6, 12, 0, 0, 0, time.FixedZone("Asia/Shanghai", 8*60*60))

func TestParse(t *testing.T) {
	t.Parallel()
	march := birth.Day{Year: 1995, Month: 3, Day: 8}
	for text, want := range map[string]birth.Day{
		"1995-3-8": march, "1995.03.08": march, "1995/3/8": march, "1995 3 8": march, "19950308": march, "950308": march,
		"95.3.8": march, "95-03-08": march, "95年3月8日": march, "1995年3月8日": march, "１９９５年３月８号": march, "1995308": march, "199538": march,
		"一九九五年三月八日": march, "九五年三月八号": march, "民國84年3月8日": march, "公历1995年3月8日": march, "我是1995年3月8日出生的": march,
		"8 March 1995": march, "March 8, 1995": march, "Mar 8th 1995": march, "8-Mar-95": march, "1995 march 8": march,
		"born on 8 march 1995": march, "08.03.95": {}, // ambiguous, below
		"25/12/1988": {Year: 1988, Month: 12, Day: 25}, "12/25/1988": {Year: 1988, Month: 12, Day: 25},
		"2000-2-29": {Year: 2000, Month: 2, Day: 29}, "5/5/1990": {Year: 1990, Month: 5, Day: 5},
	} {
		if want == (birth.Day{}) {
			continue
		}
		r, err := birth.Parse(text, now)
		if err != nil || len(r.Days) != 1 || r.Days[0] != want || r.Lunar {
			t.Errorf("%q reads %v, %v; want %v", text, r, err, want)
		}
	}
}

func TestParseLunar(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"农历1995年八月十五":     "1995-09-09",
		"阴历95年8月15":       "1995-09-09",
		"1995年农历八月十五":     "1995-09-09",
		"農曆一九九五年八月十五":     "1995-09-09",
		"农历1995年闰八月十五":    "1995-10-09",
		"1995年正月初一":       "1995-01-31",
		"1995年腊月廿三":       "1996-02-11",
		"1995年冬月初八":       "1995-12-29",
		"lunar 1995-8-15": "1995-09-09",
		"农历19950815":      "1995-09-09",
	} {
		r, err := birth.Parse(text, now)
		if err != nil || len(r.Days) != 1 || r.Days[0].String() != want || !r.Lunar {
			t.Errorf("%q reads %v, %v; want %s", text, r, err, want)
		}
	}
}

func TestParseAsksBack(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"3/8/1995":   {"1995-03-08", "1995-08-03"},
		"08.03.1995": {"1995-08-03", "1995-03-08"},
		"03-08-95":   {"1995-03-08", "1995-08-03"},
		"1995111":    {"1995-01-11", "1995-11-01"},
	} {
		r, err := birth.Parse(text, now)
		var got []string
		for _, d := range r.Days {
			got = append(got, d.String())
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q reads %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]birth.Fault{
		"":               birth.Unread,
		"不告诉你":           birth.Unread,
		"30岁":            birth.Unread,
		"03.04.05":       birth.Unread,
		"1995":           birth.NoDay,
		"95年":            birth.NoDay,
		"95后":            birth.NoDay,
		"1995年3月":        birth.NoDay,
		"March 1995":     birth.NoDay,
		"3月8日":           birth.NoYear,
		"March 8":        birth.NoYear,
		"1995-2-30":      birth.NoSuchDay,
		"1995-13-1":      birth.NoSuchDay,
		"19951308":       birth.NoSuchDay,
		"农历1994年闰八月初一":   birth.NoSuchMoon,
		"农历1995年闰八月三十":   birth.NoSuchMoon,
		"2026-3-7":       birth.Future,
		"2031年1月1日":      birth.Future,
		"1895-3-8":       birth.TooLongAgo,
		"99999999999999": birth.Unread,
	} {
		_, err := birth.Parse(text, now)
		var f birth.Fault
		if !errors.As(err, &f) || f != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// TestAnimals holds the animals against known lunar new years: the eve still has
// the old year's.
func TestAnimals(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"1990-01-26": "snake", "1990-01-27": "horse",
		"1995-01-30": "dog", "1995-01-31": "pig",
		"1996-02-18": "pig", "1996-02-19": "rat",
		"2000-02-04": "rabbit", "2000-02-05": "dragon",
		"2024-02-09": "rabbit", "2024-02-10": "dragon",
		"1985-02-19": "rat", "1985-02-20": "ox",
		"1900-01-30": "pig", "1900-01-31": "rat",
	} {
		d, ok := birth.Read(day)
		if got := d.Animal(); !ok || got != want {
			t.Errorf("%s is of the %s, not the %s", day, got, want)
		}
	}
}

func TestSigns(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]string{
		"1995-03-20": "pisces", "1995-03-21": "aries", "1995-04-19": "aries", "1995-04-20": "taurus", "1995-08-22": "leo",
		"1995-08-23": "virgo", "1995-12-21": "sagittarius", "1995-12-22": "capricorn", "1995-01-19": "capricorn", "1995-01-20": "aquarius",
	} {
		d, _ := birth.Read(day)
		if got := d.Sign(); got != want {
			t.Errorf("%s is %s, not %s", day, got, want)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]int{"2004-03-06": 22, "2004-03-07": 21, "1996-02-29": 30, "2004-12-31": 21} {
		d, _ := birth.Read(day)
		if got := d.Age(now); got != want {
			t.Errorf("%s: %d, want %d", day, got, want)
		}
	}
}

func days() *rapid.Generator[birth.Day] {
	return rapid.Custom(func(t *rapid.T) birth.Day {
		y, m := rapid.IntRange(1920, 2015).Draw(t, "y"), rapid.IntRange(1, 12).Draw(t, "m")
		return birth.Day{Year: y, Month: m, Day: rapid.IntRange(1, birth.Days(y, m)).Draw(t, "d")}
	})
}

// TestThereAndBack: a day, said as one of the lunar calendar and read again, is
// the same day.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := days().Draw(t, "day")
		l := d.Lunar()
		if back, ok := l.Solar(); !ok || back != d {
			t.Fatalf("%v is %v is %v", d, l, back)
		}
		if r, err := birth.Parse("农历"+l.String(), now); err != nil || len(r.Days) != 1 || r.Days[0] != d {
			t.Fatalf("%v is said %s and read %v, %v", d, l, r, err)
		}
		if r, err := birth.Parse(d.String(), now); err != nil || len(r.Days) != 1 || r.Days[0] != d {
			t.Fatalf("%v is read %v, %v", d, r, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1995-3-8", "农历1995年闰八月十五", "8 March 95", "民国84年3月8日", "95后"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := birth.Parse(text, now)
		if err != nil {
			return
		}
		for _, d := range r.Days {
			if _, ok := birth.Read(d.String()); !ok || d.Age(now) < 0 || d.Age(now) > 111 || d.Animal() == "" || d.Sign() == "" {
				t.Errorf("%q reads %v", text, d)
			}
		}
	})
}
