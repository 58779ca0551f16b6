package dialog

import (
	"strings"
	"testing"
	"unicode/utf8"

	"redthread/bot"
	"redthread/templates"
)

// A button's ID is read as what it says, or not at all.
func FuzzButtonID(f *testing.F) {
	for _, id := range []string{"complaint/kind:date:12", "staff.case:take:C-000001", "menu:complaint:", "menu::", "a/b:c:012", "a/:c:1", "::", "a:b:c:d", "a/b/c:d:9", "\xff:a:b"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		b, ok := readButton(id)
		if !ok {
			return
		}
		if b.String() != id {
			t.Errorf("%q is read as %+v, which is %q", id, b, b.String())
		}
		if len(id) > bot.MaxButtonID || b.choice == "" || b.isQuestion() == (b.card != "") {
			t.Errorf("%q is read as %+v", id, b)
		}
	})
}

// Whatever is sent, it fits what is wanted or we can say what is wrong.
func FuzzWant(f *testing.F) {
	f.Add("对方迟到", uint8(0), 1, 10, 0)
	f.Add("", uint8(2), 0, 0, 3)
	f.Add("１.", uint8(1), -5, 1<<40, 9)
	f.Fuzz(func(t *testing.T, text string, how uint8, low, high, photos int) {
		w := Text(low, high).Or(Photos(photos))
		if how&1 > 0 {
			w = w.Or(Button)
		}
		if how&2 > 0 {
			w = w.Or(Anything)
		}
		ev := bot.Event{Kind: []bot.Kind{bot.Wrote, bot.Showed, bot.Sent, bot.Edited}[how>>2&3], Text: text}
		if ev.Kind == bot.Showed {
			ev.Media = make([]bot.Media, how>>4)
			for i := range ev.Media {
				ev.Media[i].Kind = bot.Photo
			}
		}
		fits, wrong := w.read(ev)
		if fits == (wrong.Name != "") {
			t.Fatalf("%+v of %+v: %v, %q", w, ev, fits, wrong.Name)
		}
		n := utf8.RuneCountInString(strings.TrimSpace(text))
		if fits && ev.Kind == bot.Wrote && !w.anything && (n < low || n > high || n == 0) {
			t.Errorf("%d characters fit %+v", n, w)
		}
		if fits && ev.Kind == bot.Showed && !w.anything && len(ev.Media) > photos {
			t.Errorf("%d pictures fit %+v", len(ev.Media), w)
		}
		typed := templates.Fold(text)
		if n, ok := number(typed); ok && (n < 1 || n > 99) {
			t.Errorf("%q is the number %d", text, n)
		}
		if i, ok := lettered(make([]bot.Button, 30), typed); ok && (i < 0 || i > 29) {
			t.Errorf("%q is button %d of 30", text, i)
		}
	})
}
