package flows

import (
	"fmt"
	"strconv"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/templates"
)

// What a template message on WeChat says when we may not write to somebody: that
// something waits, and nothing of what. Its words go through the platform's own
// fields, so they are short and hold nothing personal.

// The fixed sentences, by purpose.
var knockNotes = map[bot.Purpose]templates.Of[none]{
	bot.StaffWaiting: templates.New[none]("knock.staff_waiting"),
	bot.ReplyKept:    templates.New[none]("knock.reply_kept"),
}

// What the last message says that the platform lets through before somebody writes, by
// who reads it.
var lastWords = map[store.Reader]templates.Of[none]{
	store.ReaderStaff:  templates.New[none]("duty.last"),
	store.ReaderClient: templates.New[none]("human.last"),
}

// LastWords are what somebody reads under the last message that the platform lets
// through before they write.
func LastWords(set *templates.Set, who store.Reader, lang string) (string, error) {
	if lang == "" {
		lang = templates.Languages[0]
	}
	m, err := set.Render(lang, lastWords[who].With(none{}))
	if err != nil {
		return "", fmt.Errorf("flows: words for the last message: %w", err)
	}
	return m.Text, nil
}

// KnockWords are what the fields of a template can tell (bot.KnockWords), in the
// agency's first language: the template has been approved in one.
func KnockWords(set *templates.Set, agency string, zone *time.Location, w store.Waits) (map[string]string, error) {
	note, ok := knockNotes[w.Purpose]
	if !ok {
		return nil, fmt.Errorf("flows: no words for a template message about %q", w.Purpose)
	}
	m, err := set.Render(templates.Languages[0], note.With(none{}))
	if err != nil {
		return nil, fmt.Errorf("flows: words for a template message: %w", err)
	}
	return map[string]string{
		"note": m.Text, "agency": agency, "time": w.Since.In(zone).Format("2006年01月02日 15:04"), "count": strconv.Itoa(w.Count),
	}, nil
}
