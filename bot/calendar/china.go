package calendar

import (
	"sync"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
	"github.com/6tail/lunar-go/calendar"
)

// Festival is a day by its names; the zero one is none.
type Festival struct{ ZH, EN string }

// In is the festival's name in a language; empty for none.
func (f Festival) In(lang string) string {
	if lang == "en" {
		return f.EN
	}
	return f.ZH
}

var (
	newYear    = Festival{"元旦", "New Year's Day"}
	spring     = Festival{"春节", "Spring Festival"}
	lantern    = Festival{"元宵节", "Lantern Festival"}
	qingming   = Festival{"清明节", "Qingming Festival"}
	labour     = Festival{"劳动节", "Labour Day"}
	dragonBoat = Festival{"端午节", "Dragon Boat Festival"}
	qixi       = Festival{"七夕节", "Qixi Festival"}
	midAutumn  = Festival{"中秋节", "Mid-Autumn Festival"}
	chongyang  = Festival{"重阳节", "Double Ninth Festival"}
	national   = Festival{"国庆节", "National Day"}
	both       = Festival{"国庆节、中秋节", "National Day and Mid-Autumn Festival"}
	victory    = Festival{"抗战胜利纪念日", "Victory Day"}
	laba       = Festival{"腊八节", "Laba Festival"}
	newYearEve = Festival{"除夕", "New Year's Eve"}
)

// tabled are the names that the library's table uses.
var tabled = map[string]Festival{
	"元旦节": newYear, "春节": spring, "清明节": qingming, "劳动节": labour, "端午节": dragonBoat,
	"中秋节": midAutumn, "国庆节": national, "国庆中秋": both, "抗战胜利日": victory,
}

// KnownUntil is the last year whose public holidays and worked weekends are
// known as the State Council has arranged them. Of later years only the days that
// the law itself fixes are kept; nobody can know the worked weekends yet.
const KnownUntil = 2026

// arranged are the years after the library's table.
//
// 2026: 国务院办公厅关于2026年部分节假日安排的通知, 2025-11-04
// (politics.gmw.cn/2025-11/04/content_38391083.htm).
var arranged = []struct {
	why         Festival
	first, last date
	worked      []date
}{
	{newYear, date{2026, 1, 1}, date{2026, 1, 3}, []date{{2026, 1, 4}}},
	{spring, date{2026, 2, 15}, date{2026, 2, 23}, []date{{2026, 2, 14}, {2026, 2, 28}}},
	{qingming, date{2026, 4, 4}, date{2026, 4, 6}, nil},
	{labour, date{2026, 5, 1}, date{2026, 5, 5}, []date{{2026, 5, 9}}},
	{dragonBoat, date{2026, 6, 19}, date{2026, 6, 21}, nil},
	{midAutumn, date{2026, 9, 25}, date{2026, 9, 27}, nil},
	{national, date{2026, 10, 1}, date{2026, 10, 7}, []date{{2026, 9, 20}, {2026, 10, 10}}},
}

// publicDays are the public holidays, and the weekends worked for them, up to
// KnownUntil: the library's table, and what is arranged above.
var publicDays = sync.OnceValue(func() map[date]day {
	all := map[date]day{}
	for year := 2002; year < arranged[0].first.year; year++ {
		list := HolidayUtil.GetHolidaysByYear(year)
		for e := list.Front(); e != nil; e = e.Next() {
			h, ok := e.Value.(*HolidayUtil.Holiday)
			if !ok {
				continue
			}
			if at, err := time.Parse(time.DateOnly, h.GetDay()); err == nil {
				all[dateOf(at)] = day{why: tabled[h.GetName()], worked: h.IsWork()}
			}
		}
	}
	for _, a := range arranged {
		for d := a.first; d != a.last.plus(1); d = d.plus(1) {
			all[d] = day{why: a.why}
		}
		for _, d := range a.worked {
			all[d] = day{why: a.why, worked: true}
		}
	}
	return all
})

// publicDay says what the public calendar makes of a date; false: nothing.
func publicDay(d date) (day, bool) {
	if d.year <= KnownUntil {
		found, ok := publicDays()[d]
		return found, ok
	}
	why := statutory(d)
	return day{why: why}, why != Festival{}
}

// statutory is the holiday that the law gives everybody on a date, without the
// days that are moved to it each year: 全国年节及纪念日放假办法 (as of 2025-01-01),
// article 2.
func statutory(d date) Festival {
	switch {
	case d.month == time.January && d.day == 1:
		return newYear
	case d.month == time.May && d.day <= 2:
		return labour
	case d.month == time.October && d.day <= 3:
		return national
	}
	if !mayBeLunar(d.month) {
		return Festival{}
	}
	l := lunar(d)
	switch m, n := l.GetMonth(), l.GetDay(); {
	case m == 1 && n <= 3, isEve(l):
		return spring
	case m == 5 && n == 5:
		return dragonBoat
	case m == 8 && n == 15:
		return midAutumn
	case l.GetJieQi() == "清明":
		return qingming
	}
	return Festival{}
}

// mayBeLunar spares the lunar library in the months that hold none of its
// holidays.
func mayBeLunar(m time.Month) bool {
	return m != time.March && m != time.July && m != time.August && m < time.November
}

func lunar(d date) *calendar.Lunar {
	return calendar.NewSolarFromYmd(d.year, int(d.month), d.day).GetLunar()
}

// isEve says that a lunar year ends with the day.
func isEve(l *calendar.Lunar) bool {
	m := l.GetMonth()
	return (m == 12 || m == -12) && l.GetDay() >= 29 && l.Next(1).GetYear() != l.GetYear()
}

// lunarFestivals are the days that people keep, holiday or not.
var lunarFestivals = map[[2]int]Festival{
	{1, 1}: spring, {1, 15}: lantern, {5, 5}: dragonBoat, {7, 7}: qixi, {8, 15}: midAutumn, {9, 9}: chongyang, {12, 8}: laba,
}

// Festival is the festival that falls on the day of at; the zero one when there
// is none. Where two meet, the lunar one is named.
func (c *Calendar) Festival(at time.Time) Festival {
	d := dateOf(at.In(c.zone))
	l := lunar(d)
	if f, ok := lunarFestivals[[2]int{l.GetMonth(), l.GetDay()}]; ok {
		return f
	}
	switch {
	case isEve(l):
		return newYearEve
	case l.GetJieQi() == "清明":
		return qingming
	case d.month == time.January && d.day == 1:
		return newYear
	case d.month == time.May && d.day == 1:
		return labour
	case d.month == time.October && d.day == 1:
		return national
	}
	return Festival{}
}

// Guesses says that the calendar promises on days of that year whose public
// holidays it cannot know, because neither the table nor the agency names any.
func (c *Calendar) Guesses(year int) bool {
	if !c.china || year <= KnownUntil {
		return false
	}
	for d := range c.own {
		if d.year == year {
			return false
		}
	}
	return true
}
