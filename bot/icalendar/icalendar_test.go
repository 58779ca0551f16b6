package icalendar_test

import (
	"strings"
	"testing"
	"time"

	"redthread/bot/icalendar"
)

func event(t *testing.T) icalendar.Event {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return icalendar.Event{
		UID: "M-000012@redthread", Sequence: 2, Start: time.Date(2026, 3, 29, 15, 0, 0, 0, berlin), For: 2 * time.Hour, // the day the clocks change
		Summary: "见面; 咖啡, 散步", Words: "在门口见\n带伞", Place: "公园, 湖边 1 号", Lat: 30.25, Lng: 120.15, Remind: []time.Duration{3 * time.Hour},
		Made: time.Date(2026, 3, 20, 8, 0, 0, 0, time.UTC),
	}
}

func lines(file []byte) []string {
	return strings.Split(strings.ReplaceAll(string(file), "\r\n ", ""), "\r\n") // unfolded
}

func TestFile(t *testing.T) {
	t.Parallel()
	got := lines(event(t).File())
	for _, want := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:PUBLISH", "UID:M-000012@redthread", "SEQUENCE:2", "DTSTAMP:20260320T080000Z", "DTSTART:20260329T130000Z", "DTEND:20260329T150000Z",
		`SUMMARY:见面\; 咖啡\, 散步`, `DESCRIPTION:在门口见\n带伞`, `LOCATION:公园\, 湖边 1 号`, "GEO:30.250000;120.150000", "STATUS:CONFIRMED", "TRIGGER:-PT180M", "CLASS:PRIVATE", "END:VCALENDAR",
	} {
		found := false
		for _, l := range got {
			found = found || l == want
		}
		if !found {
			t.Errorf("there is no line %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	for _, l := range strings.Split(string(event(t).File()), "\r\n") {
		if len(l) > 75 {
			t.Errorf("a line of %d bytes: %s", len(l), l)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	e := event(t)
	e.Cancelled, e.Sequence = true, 3
	file := string(e.File())
	for _, want := range []string{"METHOD:CANCEL\r\n", "STATUS:CANCELLED\r\n", "SEQUENCE:3\r\n", "UID:M-000012@redthread\r\n"} {
		if !strings.Contains(file, want) {
			t.Errorf("there is no %q in\n%s", want, file)
		}
	}
	if strings.Contains(file, "VALARM") || strings.Contains(file, "METHOD:PUBLISH") {
		t.Errorf("a cancelled one still rings:\n%s", file)
	}
}
