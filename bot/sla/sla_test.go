package sla_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot/calendar"
	"redthread/bot/sla"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func office(t interface{ Fatal(...any) }) *calendar.Calendar {
	c, err := calendar.New(calendar.Config{Zone: shanghai, Hours: []string{"mon-sat 9:00-18:00"}, Breaks: []string{"12:00-13:00"}, China: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func moment(s string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		panic(err)
	}
	return at
}

// What a client would work out with a wall calendar in their hand.
func TestDue(t *testing.T) {
	t.Parallel()
	cal := office(t)
	for _, c := range []struct {
		name, from string
		target     time.Duration
		warn, due  string
	}{
		{"in the morning", "2026-03-06 09:00", 2 * time.Hour, "2026-03-06 10:36", "2026-03-06 11:00"},
		{"over lunch", "2026-03-06 11:00", 2 * time.Hour, "2026-03-06 13:36", "2026-03-06 14:00"},
		{"over midnight", "2026-03-06 23:59", time.Hour, "2026-03-07 09:48", "2026-03-07 10:00"},
		{"over Sunday", "2026-03-07 17:00", 2 * time.Hour, "2026-03-09 09:36", "2026-03-09 10:00"},
		{"over National Day", "2026-09-30 17:00", 4 * time.Hour, "2026-10-08 11:12", "2026-10-08 12:00"},
		{"on the Sunday worked for it", "2026-09-19 17:00", 4 * time.Hour, "2026-09-20 11:12", "2026-09-20 12:00"},
	} {
		clock := sla.Start(c.target, moment(c.from))
		if got := clock.Due(cal); !got.Equal(moment(c.due)) {
			t.Errorf("%s: due %s, want %s", c.name, got.In(shanghai), c.due)
		}
		if got := clock.NextMark(cal, 0); !got.Equal(moment(c.warn)) {
			t.Errorf("%s: warns %s, want %s", c.name, got.In(shanghai), c.warn)
		}
		if clock.Late(cal, moment(c.due)) || !clock.Late(cal, cal.Add(moment(c.due), time.Minute)) {
			t.Errorf("%s: it is late at the wrong moment", c.name)
		}
	}
}

func TestMarks(t *testing.T) {
	t.Parallel()
	cal, from := calendar.Always(), moment("2026-03-06 09:00")
	clock := sla.Start(time.Hour, from)
	for minutes, want := range map[int]int{0: 0, 47: 0, 48: 1, 59: 1, 60: 2, 89: 2, 90: 3, 120: 4, 150: 5, 180: 6, 600: 6} {
		if got := clock.Passed(cal, from.Add(time.Duration(minutes)*time.Minute)); got != want {
			t.Errorf("after %d minutes mark %d is passed, want %d", minutes, got, want)
		}
	}
	if at := clock.NextMark(cal, sla.MostMarks); !at.IsZero() {
		t.Errorf("there is a mark after the last: %s", at)
	}
}

func TestReopened(t *testing.T) {
	t.Parallel()
	cal, from := calendar.Always(), moment("2026-03-06 09:00")
	clock := sla.Start(time.Hour, from).Stop(cal, from.Add(20*time.Minute))
	if clock = clock.Resume(from.Add(30 * time.Minute)); clock.Runs() {
		t.Error("what is over goes on by itself")
	}
	clock = clock.Reopen(from.Add(5 * time.Hour))
	if got, want := clock.Due(cal), from.Add(5*time.Hour+40*time.Minute); !got.Equal(want) {
		t.Errorf("reopened it is due %s, want %s", got, want)
	}
}

// However often a clock is paused, what it has counted and what it still counts
// is the working time in which it ran, to the millisecond; and none that is over
// is ever late who was not before.
func TestNothingIsLostOrGained(t *testing.T) {
	t.Parallel()
	cal := office(t)
	rapid.Check(t, func(t *rapid.T) {
		now := time.Unix(0, rapid.Int64Range(1735689600e9, 1830000000e9).Draw(t, "start"))
		target := time.Duration(rapid.Int64Range(1, int64(100*time.Hour/time.Millisecond)).Draw(t, "target")) * time.Millisecond
		clock := sla.Start(target, now)
		ran, runs := time.Duration(0), true
		for range rapid.IntRange(0, 12).Draw(t, "deeds") {
			later := now.Add(time.Duration(rapid.Int64Range(0, int64(60*time.Hour)).Draw(t, "later")))
			if runs {
				ran += cal.Between(now.Truncate(time.Millisecond), later.Truncate(time.Millisecond))
			}
			now = later
			switch rapid.SampledFrom([]string{"pause", "resume", "stop", "reopen", "look"}).Draw(t, "deed") {
			case "pause":
				clock, runs = clock.Pause(cal, now), false
			case "resume":
				runs = runs || !clock.Over
				clock = clock.Resume(now)
			case "stop":
				clock, runs = clock.Stop(cal, now), false
			case "reopen":
				clock, runs = clock.Reopen(now), true
			}
			if got := clock.Used(cal, now); got != ran {
				t.Fatalf("it has counted %v, it ran for %v", got, ran)
			}
		}
		due := clock.Due(cal)
		switch {
		case !runs && (!due.IsZero() || clock.Late(cal, now) != clock.Late(cal, now.Add(1000*time.Hour))):
			t.Fatal("a clock that stands still goes on")
		case runs && ran < target && clock.Used(cal, due) != target:
			t.Fatalf("when it is due %v of %v have gone", clock.Used(cal, due), target)
		}
		if mark := clock.Passed(cal, now); runs && mark < sla.MostMarks {
			at := clock.NextMark(cal, mark)
			if clock.Passed(cal, at) <= mark || at.After(now) && clock.Passed(cal, at.Add(-time.Millisecond)) > mark {
				t.Fatalf("mark %d is not passed at %s", mark+1, at)
			}
		}
	})
}
