// Package birth knows birthdays: it reads them however people type them, turns
// those of the lunar calendar into ours and back, and derives what Chinese
// families ask next: the zodiac animal and the constellation.
package birth

import (
	"fmt"
	"time"

	"github.com/6tail/lunar-go/calendar"
)

// Day is a day of the Gregorian calendar. The zero Day is unknown.
type Day struct{ Year, Month, Day int }

// String writes the day as "1995-03-08"; the zero Day is empty.
func (d Day) String() string {
	if d == (Day{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Read reads what String wrote. It reports false for anything else.
func Read(s string) (Day, bool) {
	t, err := time.Parse(time.DateOnly, s)
	d := Day{t.Year(), int(t.Month()), t.Day()}
	return d, err == nil && d.String() == s
}

// exists says that the calendar has the day, within the years that people now
// alive were born in.
func (d Day) exists() bool {
	return d.Year >= oldest && d.Year <= newest && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= Days(d.Year, d.Month)
}

// Years the calendar is asked about. lunar-go knows many more.
const (
	oldest = 1900
	newest = 2100
)

// Days is how many days the month has.
func Days(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Age is how many years old who was born on d is at the time, in the time's own
// zone. Who was born on 29 February is a year older on 1 March of common years
// (Civil Code 1047 counts whole years).
func (d Day) Age(at time.Time) int {
	age := at.Year() - d.Year
	if int(at.Month()) < d.Month || int(at.Month()) == d.Month && at.Day() < d.Day {
		age--
	}
	return age
}

// Lunar is a day of the Chinese calendar. Year is the Gregorian year in which
// its new year falls.
type Lunar struct {
	Year, Month, Day int
	Leap             bool // the month is the second of its number (闰月)
}

// Solar is the same day in our calendar; false: there is no such lunar day.
func (l Lunar) Solar() (Day, bool) {
	if l.Year < oldest || l.Year > newest || l.Month < 1 || l.Month > 12 || l.Day < 1 {
		return Day{}, false
	}
	month := l.Month
	if l.Leap {
		month = -month // as lunar-go names it
	}
	m := calendar.NewLunarYear(l.Year).GetMonth(month)
	if m == nil || l.Day > m.GetDayCount() {
		return Day{}, false
	}
	s := calendar.NewLunarFromYmd(l.Year, month, l.Day).GetSolar()
	return Day{s.GetYear(), s.GetMonth(), s.GetDay()}, true
}

// Leap is the number of the lunar year's second month of one number, 0 when it
// has none.
func Leap(lunarYear int) int {
	if lunarYear < oldest || lunarYear > newest {
		return 0
	}
	return calendar.NewLunarYear(lunarYear).GetLeapMonth()
}

// Lunar is the day in the Chinese calendar.
func (d Day) Lunar() Lunar {
	if !d.exists() {
		return Lunar{}
	}
	l := calendar.NewSolarFromYmd(d.Year, d.Month, d.Day).GetLunar()
	month := l.GetMonth()
	return Lunar{Year: l.GetYear(), Month: max(month, -month), Day: l.GetDay(), Leap: month < 0}
}

// String writes the day as it is said: "一九九五年闰八月十五".
func (l Lunar) String() string {
	if l == (Lunar{}) {
		return ""
	}
	year := ""
	for _, c := range fmt.Sprint(l.Year) {
		year += string([]rune("〇一二三四五六七八九")[c-'0'])
	}
	leap := ""
	if l.Leap {
		leap = "闰"
	}
	return year + "年" + leap + monthNames[l.Month-1] + "月" + dayName(l.Day)
}

var monthNames = []string{"正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"}

func dayName(day int) string {
	ones := []rune("十一二三四五六七八九")
	switch {
	case day <= 10:
		return "初" + string([]rune("一二三四五六七八九十")[day-1])
	case day == 20:
		return "二十"
	case day == 30:
		return "三十"
	case day < 20:
		return "十" + string(ones[day%10])
	}
	return "廿" + string(ones[day%10])
}

// Animals are the zodiac animals in their order, as codes.
var Animals = []string{"rat", "ox", "tiger", "rabbit", "dragon", "snake", "horse", "goat", "monkey", "rooster", "dog", "pig"}

// Animal is the zodiac animal (生肖) of the lunar year the day lies in: it
// changes at the lunar new year, as families count, not at 立春.
func (d Day) Animal() string {
	l := d.Lunar()
	if l == (Lunar{}) {
		return ""
	}
	return Animals[(l.Year-4)%12] // the year 4 was one of the rat
}

// Signs are the constellations in the order of the year from March on, as codes.
var Signs = []string{"aries", "taurus", "gemini", "cancer", "leo", "virgo", "libra", "scorpio", "sagittarius", "capricorn", "aquarius", "pisces"}

// signNames are what lunar-go calls them.
var signNames = []string{"白羊", "金牛", "双子", "巨蟹", "狮子", "处女", "天秤", "天蝎", "射手", "摩羯", "水瓶", "双鱼"}

// Sign is the constellation (星座) of the day.
func (d Day) Sign() string {
	if !d.exists() {
		return ""
	}
	name := calendar.NewSolarFromYmd(d.Year, d.Month, d.Day).GetXingZuo()
	for i, n := range signNames {
		if n == name {
			return Signs[i]
		}
	}
	return ""
}
