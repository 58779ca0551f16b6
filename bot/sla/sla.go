// Package sla holds the clocks on what clients wait for: a first response, the
// next one, the end of the matter. A clock counts working time only, stands
// still while it is the client's turn, and stops for good when the paper is
// closed. It says beforehand when time gets short, and afterwards how late we
// are. It keeps nothing and knows no time but what it is told.
package sla

import "time"

// Kind says what is waited for.
type Kind string

// The kinds of clocks.
const (
	First      Kind = "first"      // the first response of a person
	Next       Kind = "next"       // the next one, after the client has said something
	Resolution Kind = "resolution" // the end of the matter
)

// Kinds are all kinds.
var Kinds = []Kind{First, Next, Resolution}

// Calendar measures working time, as calendar.Calendar does.
type Calendar interface {
	Add(from time.Time, d time.Duration) time.Time
	Between(a, b time.Time) time.Duration
}

// Clock is one wait. Its lengths are working time; its moments are whole
// milliseconds, as they are kept.
type Clock struct {
	Target time.Duration // how long it may take
	Spent  time.Duration // what had gone when it last began to run, or stood still
	Since  time.Time     // it runs from then on; zero: it stands still
	Over   bool          // it has stopped for good
}

// Start sets a clock going.
func Start(target time.Duration, at time.Time) Clock {
	return Clock{Target: target, Since: whole(at)}
}

func whole(t time.Time) time.Time { return t.Truncate(time.Millisecond) }

// Runs says that time is counted now.
func (c Clock) Runs() bool { return !c.Since.IsZero() }

// Used is the working time that has gone.
func (c Clock) Used(cal Calendar, now time.Time) time.Duration {
	if !c.Runs() || whole(now).Before(c.Since) {
		return c.Spent
	}
	return c.Spent + cal.Between(c.Since, whole(now))
}

// Left is the working time that is left; negative when it is too late.
func (c Clock) Left(cal Calendar, now time.Time) time.Duration { return c.Target - c.Used(cal, now) }

// Pause lets the clock stand still: it is the client's turn. One that does is
// left as it is.
func (c Clock) Pause(cal Calendar, now time.Time) Clock {
	c.Spent, c.Since = c.Used(cal, now), time.Time{}
	return c
}

// Resume lets a clock that stands still go on where it stood. One that runs, or
// is over, is left as it is.
func (c Clock) Resume(now time.Time) Clock {
	if !c.Runs() && !c.Over {
		c.Since = whole(now)
	}
	return c
}

// Stop ends the clock: what was waited for has come, or nobody waits any more.
func (c Clock) Stop(cal Calendar, now time.Time) Clock {
	c = c.Pause(cal, now)
	c.Over = true
	return c
}

// Reopen lets a clock that is over go on where it stopped.
func (c Clock) Reopen(now time.Time) Clock {
	c.Over = false
	return c.Resume(now)
}

// Due is the moment at which the target is reached; zero while the clock does not
// run.
func (c Clock) Due(cal Calendar) time.Time { return c.at(cal, 100) }

// at is when so many hundredths of the target will have gone. What had gone before
// the clock last began to run was reached then.
func (c Clock) at(cal Calendar, percent int) time.Time {
	if !c.Runs() {
		return time.Time{}
	}
	return cal.Add(c.Since, c.part(percent)-c.Spent)
}

// part is so many hundredths of the target, in whole milliseconds.
func (c Clock) part(percent int) time.Duration {
	return (c.Target * time.Duration(percent) / 100).Truncate(time.Millisecond)
}

// A mark is a moment at which somebody is told: the first before the target, the
// second at it, then each time that half as much again has gone. They are counted
// from 1.

// MostMarks is the last mark: three times the target. Who was told of that has
// been told.
const MostMarks = 6

// Percent is how many hundredths of the target a mark stands at.
func Percent(mark int) int {
	if mark <= 1 {
		return 80
	}
	return 100 + 50*(mark-2)
}

// Passed is the last mark that has been passed; 0: none.
func (c Clock) Passed(cal Calendar, now time.Time) (mark int) {
	used := c.Used(cal, now)
	for mark < MostMarks && used >= c.part(Percent(mark+1)) {
		mark++
	}
	return mark
}

// NextMark is when the mark after the one given will be passed; zero when the
// clock does not run, or there is no further one.
func (c Clock) NextMark(cal Calendar, mark int) time.Time {
	if mark >= MostMarks {
		return time.Time{}
	}
	return c.at(cal, Percent(mark+1))
}

// Late says that the target has been passed.
func (c Clock) Late(cal Calendar, now time.Time) bool { return c.Used(cal, now) > c.Target }
