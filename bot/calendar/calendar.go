// Package calendar knows when the agency is at work, so that what clients are
// promised can be kept: weekly hours with breaks, the public holidays of China
// with the weekends that are worked for them (调休), and the days that the
// agency itself keeps otherwise.
//
// A promise is a length of working time. Add finds its end on the clock, Between
// measures what has gone of it, and nobody's lunch, night or Spring Festival
// counts.
package calendar

import (
	"fmt"
	"time"
)

// Config says when the agency works. The words are those of the settings:
//
//	hours     mon-fri 9:00-12:00 13:00-18:00   周六 10:00-16:00   daily 9:00-18:00
//	breaks    12:00-13:00                      sat 12:00-12:30
//	holidays  2026-10-08                       2026-12-24..2026-12-26
//	workdays  2026-10-03                       2026-10-03 10:00-16:00
type Config struct {
	Zone     *time.Location // nil: UTC
	Hours    []string       // every weekday at most once; one that is not named is off
	Breaks   []string       // taken out of the hours; of every day, or of the days named
	Holidays []string       // the agency is closed, whatever else holds
	Workdays []string       // the agency works, holiday or not: at these hours, or at the usual ones
	China    bool           // public holidays are kept and the weekends worked for them are
}

// Calendar tells working time from the rest. It is safe for concurrent use.
type Calendar struct {
	zone  *time.Location
	week  [7][]span // by time.Weekday
	own   map[date]day
	china bool
}

// day is what one date is, where it is not like its weekday.
type day struct {
	spans  []span // none: closed
	why    Festival
	worked bool // at the hours of a working day
}

// date is a day of the agency's zone.
type date struct {
	year  int
	month time.Month
	day   int
}

func (d date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day) }

func dateOf(t time.Time) date {
	y, m, d := t.Date()
	return date{y, m, d}
}

// at is a minute of the date's wall clock; minute 1440 is the next midnight.
func (d date) at(minute int, zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, minute, 0, 0, zone)
}

// plus is the date n days later.
func (d date) plus(n int) date {
	return dateOf(time.Date(d.year, d.month, d.day+n, 12, 0, 0, 0, time.UTC))
}

func (d date) weekday() time.Weekday { return d.at(12*60, time.UTC).Weekday() }

// New reads a calendar. Its error is Mistakes.
func New(c Config) (*Calendar, error) {
	cal := &Calendar{zone: c.Zone, own: map[date]day{}, china: c.China}
	if cal.zone == nil {
		cal.zone = time.UTC
	}
	r := &reader{cal: cal}
	r.hours(c.Hours)
	r.breaks(c.Breaks)
	r.holidays(c.Holidays)
	r.workdays(c.Workdays)
	if len(r.wrong) == 0 && cal.Workday() == 0 {
		r.mistake("hours", "", "no day has hours; expected at least one, like mon-sat 9:00-18:00")
	}
	if len(r.wrong) > 0 {
		return nil, r.wrong
	}
	return cal, nil
}

// Zone is the time zone of the calendar's days.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Always is the calendar of who never closes.
func Always() *Calendar {
	cal := &Calendar{zone: time.UTC}
	for i := range cal.week {
		cal.week[i] = []span{{0, wholeDay}}
	}
	return cal
}

// shift is a stretch of working time on the clock.
type shift struct{ from, to time.Time }

// shifts are the working times of a date, in their order and apart from each
// other. On a day on which the clocks change they are as long as they really are.
func (c *Calendar) shifts(d date) []shift {
	var all []shift
	last := d.at(0, c.zone)
	for _, s := range c.spans(d) {
		w := shift{d.at(s.from, c.zone), d.at(s.to, c.zone)}
		if w.from.Before(last) {
			w.from = last
		}
		if w.to.After(w.from) {
			all = append(all, w)
			last = w.to
		}
	}
	return all
}

// spans are the hours of a date: the agency's own word first, then the public
// holidays, then the week.
func (c *Calendar) spans(d date) []span {
	if own, ok := c.own[d]; ok {
		if own.worked {
			return c.usual(d)
		}
		return own.spans
	}
	if c.china {
		if h, ok := publicDay(d); ok {
			if h.worked {
				return c.usual(d)
			}
			return nil
		}
	}
	return c.week[d.weekday()]
}

// usual are the hours of a working day: those of its weekday or, where that is
// off, of the first day of the week that has any.
func (c *Calendar) usual(d date) []span {
	if own := c.week[d.weekday()]; len(own) > 0 {
		return own
	}
	for i := range 7 {
		if s := c.week[(int(time.Monday)+i)%7]; len(s) > 0 {
			return s
		}
	}
	return nil
}

// farthest is how many days ahead working time is looked for. With some hours in
// every week it is met much earlier, unless the agency has closed for years.
const farthest = 4000

// Open says that the agency is at work.
func (c *Calendar) Open(at time.Time) bool {
	for _, s := range c.shifts(dateOf(at.In(c.zone))) {
		if !at.Before(s.from) && at.Before(s.to) {
			return true
		}
	}
	return false
}

// NextOpen is when the agency is at work next: at itself while it is.
func (c *Calendar) NextOpen(at time.Time) time.Time {
	found := at
	c.from(at, func(s shift) bool {
		found = s.from
		return false
	})
	return found
}

// Add is when d of working time, counted from the time given, is over: the
// earliest such moment, so that a promise of the last hour ends as the agency
// closes. Of nothing, or less, it is from itself.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	end := from
	if d <= 0 {
		return end
	}
	c.from(from, func(s shift) bool {
		length := s.to.Sub(s.from)
		if d <= length {
			end = s.from.Add(d)
			return false
		}
		d -= length
		end = s.to
		return true
	})
	return end
}

// Between is the working time from one moment to another; negative when b is
// before a.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	var sum time.Duration
	c.from(a, func(s shift) bool {
		if !s.from.Before(b) {
			return false
		}
		if s.to.After(b) {
			s.to = b
		}
		sum += s.to.Sub(s.from)
		return true
	})
	return sum
}

// from visits the working time after a moment, in its order, until visit has had
// enough.
func (c *Calendar) from(at time.Time, visit func(shift) bool) {
	at = at.In(c.zone)
	d := dateOf(at)
	for n := range farthest {
		for _, s := range c.shifts(d.plus(n)) {
			if !s.to.After(at) {
				continue
			}
			if s.from.Before(at) {
				s.from = at
			}
			if !visit(s) {
				return
			}
		}
	}
}

// Workday is the longest that a day of the week is worked.
func (c *Calendar) Workday() time.Duration {
	longest := 0
	for _, day := range c.week {
		n := 0
		for _, s := range day {
			n += s.to - s.from
		}
		longest = max(longest, n)
	}
	return time.Duration(longest) * time.Minute
}

// Holiday is the first public holiday for which the agency stays closed from at
// until it opens next; the zero Festival when it is open, or closed for another
// reason.
func (c *Calendar) Holiday(at time.Time) Festival {
	if !c.china {
		return Festival{}
	}
	opens := dateOf(c.NextOpen(at).In(c.zone))
	for d := dateOf(at.In(c.zone)); d != opens; d = d.plus(1) {
		if h, ok := publicDay(d); ok && !h.worked && len(c.spans(d)) == 0 {
			return h.why
		}
	}
	return Festival{}
}
