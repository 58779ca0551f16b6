package flows

import (
	"fmt"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/icalendar"
	"redthread/store"
	"redthread/templates"
)

// A date as an entry for the calendar on a telephone: a file in Telegram, a link in
// WeChat, which carries none. A change has the same UID and a higher sequence, so
// that it takes the first one's place; behind a link there is always the date as it
// stands.

// dateLinkFor is how long such a link opens.
const dateLinkFor = 7 * 24 * time.Hour

const dateFileName = "date.ics"

var (
	dateSummary = templates.New[dateView]("date.summary")
	dateWords   = templates.New[dateView]("date.entry")
	dateMap     = templates.New[none]("date.map")
	pageDate    = templates.New[none]("date.page")
	pageDateGet = templates.New[none]("date.page_button")
)

// DateFile is the entry for one side of a date as it stands, in lang.
func DateFile(set *templates.Set, d store.Date, lang string, now time.Time) ([]byte, error) {
	v := dateView{Number: d.Number(), State: string(d.State), At: d.At.In(d.Zone), Place: d.Place.In(lang), Address: d.Place.AddressIn(lang)}
	e := icalendar.Event{
		UID: d.UID(), Sequence: d.Sequence, Start: d.At, For: d.For, Lat: d.Place.Lat, Lng: d.Place.Lng, Remind: []time.Duration{2 * time.Hour},
		Cancelled: !d.State.Pinned() && d.State != store.DateOver && d.State != store.DateClosed, Made: now,
	}
	if e.Start.IsZero() { // it lost its time: calendars go by the UID
		e.Start = d.ChangedAt
	}
	for _, part := range []struct {
		line templates.Line
		to   *string
	}{{dateSummary.With(v), &e.Summary}, {dateWords.With(v), &e.Words}} {
		m, err := set.Render(lang, part.line)
		if err != nil {
			return nil, fmt.Errorf("flows: entry for a calendar: %w", err)
		}
		*part.to = m.Text
	}
	if e.Place = v.Place; v.Address != "" {
		e.Place += ", " + v.Address
	}
	return e.File(), nil
}

// DatePage is what the page of a link to such an entry says, and its button.
func DatePage(set *templates.Set, lang string) (words, button string, err error) {
	m, err := set.Render(lang, pageDate.With(none{}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a date: %w", err)
	}
	b, err := set.Render(lang, pageDateGet.With(none{}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a date: %w", err)
	}
	return m.Text, b.Text, nil
}

// calendarFile is the entry as a file, where the side's chat carries files.
func (s Settings) calendarFile(t *dialog.Turn, d store.Date, side store.Side) (*bot.Document, error) {
	c := d.Sides[side].Client
	if !carriesFiles(c.Conversation) {
		return nil, nil
	}
	content, err := DateFile(t.Texts(), d, langOf(c), t.Now())
	return &bot.Document{Name: dateFileName, Content: content}, err
}

// calendarLink is a link to it, where the chat does not.
func (s Settings) calendarLink(t *dialog.Turn, d store.Date, side store.Side) (link string, lasts time.Duration, err error) {
	c := d.Sides[side].Client
	if s.DateLink == nil || carriesFiles(c.Conversation) {
		return "", 0, nil
	}
	token, err := t.Records.DateLink(d, side, langOf(c), t.Now().Add(dateLinkFor))
	return s.DateLink(token), dateLinkFor, err
}

// onMap is the place on a map, if anybody knows the point.
func (s Settings) onMap(t *dialog.Turn, d store.Date, lang string) *bot.Place {
	p := d.Place
	if p.Lat == 0 && p.Lng == 0 || p.AddressIn(lang) == "" {
		return nil
	}
	return &bot.Place{Name: p.In(lang), Address: p.AddressIn(lang), Lat: p.Lat, Lng: p.Lng, Label: t.Words(lang, dateMap.With(none{}))}
}
