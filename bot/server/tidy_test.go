package server

import (
	"testing"
	"time"
)

// Once a day at the hour that is set, in the agency's zone; in the morning when
// the house was shut then.
func TestTidyTime(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, zone).UTC() }
	for _, tt := range []struct {
		now, last time.Time
		want      bool
	}{
		{at(2, 4, 0), at(1, 4, 0), true},
		{at(2, 4, 59), at(1, 4, 59), true},
		{at(2, 4, 10), at(2, 4, 0), false},
		{at(2, 3, 59), at(1, 4, 0), false},
		{at(2, 5, 0), at(1, 4, 0), false},
		{at(2, 4, 0), at(1, 9, 0), true}, // it ran late yesterday
		{at(2, 7, 0), at(1, 4, 59), true},
		{at(2, 12, 0), time.Time{}, true},
	} {
		if got := tidyTime(tt.now, tt.last, 4, zone); got != tt.want {
			t.Errorf("at %v, last at %v: %v", tt.now.In(zone), tt.last.In(zone), got)
		}
	}
}
