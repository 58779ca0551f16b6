package flows

import (
	"testing"
	"time"

	"redthread/bot/birth"
)

// Who comes of age today is old enough from midnight on, in China.
func TestEligible(t *testing.T) {
	t.Parallel()
	e := Eligibility{}.filledIn()
	midnight := time.Date(2026, 3, 5, 16, 0, 0, 0, time.UTC) // of 6 March in China
	for _, tt := range []struct {
		woman bool
		born  birth.Day
		now   time.Time
		want  string
	}{
		{false, birth.Day{Year: 2004, Month: 3, Day: 6}, midnight, ""},
		{false, birth.Day{Year: 2004, Month: 3, Day: 6}, midnight.Add(-time.Second), tooYoung},
		{true, birth.Day{Year: 2006, Month: 3, Day: 6}, midnight, ""},
		{true, birth.Day{Year: 2006, Month: 3, Day: 7}, midnight, tooYoung},
		{false, birth.Day{Year: 2006, Month: 3, Day: 6}, midnight, tooYoung},
	} {
		if got := e.age(tt.woman, tt.born, tt.now); got != tt.want {
			t.Errorf("woman %v, born %v, at %v: %q, want %q", tt.woman, tt.born, tt.now, got, tt.want)
		}
	}
	older := Eligibility{Men: 25, Women: 25, NotSingle: true}.filledIn()
	if older.age(true, birth.Day{Year: 2002, Month: 1, Day: 1}, midnight) != tooYoung || older.status(false) != "" || e.status(false) != notSingle || e.status(true) != "" {
		t.Error("the agency's own rules do not count")
	}
}
