// Package icalendar writes an appointment as a file that calendars on telephones
// take (RFC 5545, 5546). A change of the appointment has the same UID and a higher
// sequence, so that it takes the place of the first; a cancelled one goes.
package icalendar

import (
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Type is the file's MIME type.
const Type = "text/calendar; charset=utf-8"

// Event is one appointment.
type Event struct {
	UID       string // the same for ever: "M-000012@redthread"
	Sequence  int    // higher at every change
	Start     time.Time
	For       time.Duration
	Summary   string // one line
	Words     string // what stands below it
	Place     string
	Lat, Lng  float64 // WGS-84; both 0: not told
	Remind    []time.Duration
	Cancelled bool
	Made      time.Time // when this file was made
}

// File is the appointment as a file. Times stand in it in UTC, which every calendar
// shows in the zone of whoever looks: right wherever they are, and whatever clocks do.
func (e Event) File() []byte {
	c := ics.NewCalendarFor("Redthread")
	c.SetMethod(ics.MethodPublish)
	c.SetCalscale("GREGORIAN")
	ev := c.AddEvent(e.UID)
	ev.SetDtStampTime(e.Made)
	ev.SetSequence(e.Sequence)
	ev.SetStartAt(e.Start)
	ev.SetEndAt(e.Start.Add(e.For))
	ev.SetSummary(e.Summary)
	ev.SetDescription(e.Words)
	ev.SetLocation(e.Place)
	ev.SetClass(ics.ClassificationPrivate)
	if e.Lat != 0 || e.Lng != 0 {
		ev.SetGeo(fmt.Sprintf("%.6f", e.Lat), fmt.Sprintf("%.6f", e.Lng))
	}
	if e.Cancelled {
		c.SetMethod(ics.MethodCancel)
		ev.SetStatus(ics.ObjectStatusCancelled)
		return []byte(c.Serialize(ics.WithNewLineWindows))
	}
	ev.SetStatus(ics.ObjectStatusConfirmed)
	for _, before := range e.Remind {
		a := ev.AddAlarm()
		a.SetAction(ics.ActionDisplay)
		a.SetProperty(ics.ComponentPropertyDescription, e.Summary)
		a.SetTrigger(fmt.Sprintf("-PT%dM", int(before.Minutes())))
	}
	return []byte(c.Serialize(ics.WithNewLineWindows))
}
