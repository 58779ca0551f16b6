package templates

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"golang.org/x/text/width"
	"redthread/bot"
	"redthread/bot/folder"
)

const (
	// maxSaid bounds what a text can grow to, in bytes. Channels cut it into
	// pieces; this stops a text that has run wild.
	maxSaid = 64 << 10

	// maxButtons is how many buttons a message can have: the days of a month, and
	// one more. More cannot be read.
	maxButtons = 32

	// maxLabel is how wide a button's label can be, in columns: 20 Chinese
	// characters or 40 Latin letters fill a phone's line.
	maxLabel = 40
)

// Set is all texts and words, proved.
type Set struct {
	texts    map[string]map[string]*text  // by language, by name
	words    map[string][]string          // by name, folded, all languages together
	also     map[string]map[string]string // by text, by folded word: the ID of the button it means
	shelf    shelf                        // as written
	warnings []folder.Problem
}

// Warnings are the problems that did not keep the texts from being used.
func (s *Set) Warnings() []folder.Problem { return s.warnings }

// Names are the names of all texts and groups of words, in alphabetical order.
func (s *Set) Names() []string { return slices.Sorted(maps.Keys(s.shelf[Languages[0]])) }

// Source is a text or a group of words as it is written: its file, and the
// block from its "==" to its last line. It reports whether there is one.
func (s *Set) Source(lang, name string) (file, written string, ok bool) {
	b, ok := s.shelf[lang][name]
	if !ok {
		return "", "", false
	}
	var lines []string
	for line := range strings.SplitSeq(b.raw, "\n") {
		lines = append(lines, strings.TrimRightFunc(line, unicode.IsSpace))
	}
	return b.file, strings.TrimSpace(strings.Join(lines, "\n")), true
}

// Buttons are the IDs that the text's buttons can have, as written in the
// files, so that whoever asks can hold them against what it answers. For a
// button with "each" it is the ID without the number.
func (s *Set) Buttons(name string) []string {
	var ids []string
	if t := s.texts[Languages[0]][name]; t != nil {
		for _, b := range t.buttons {
			ids = append(ids, b.id)
		}
	}
	return ids
}

// Label is what a button of a text is called in lang, as {{label}} names it; false
// when the text has no such button.
func (s *Set) Label(lang, name, id string) (string, bool) {
	if !slices.Contains(Languages, lang) {
		lang = Languages[0]
	}
	if !slices.Contains(s.Buttons(name), id) {
		return id, false
	}
	label, err := labels(s.texts[lang])(name, id)
	return label, err == nil
}

// Means is the ID of the button that a folded word, which is not its label, means
// in the text, in any language; empty when it means none.
func (s *Set) Means(name, word string) string { return s.also[name][word] }

// Index reads the ID of a button with "each": "case.2" is the button case of
// the third element, 2. It reports false for any other ID.
func Index(id string) (name string, i int, ok bool) {
	name, number, ok := strings.Cut(id, ".")
	if !ok {
		return "", 0, false
	}
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= maxButtons || strconv.Itoa(i) != number {
		return "", 0, false
	}
	return name, i, true
}

// Render says the line in lang, or in the default language when we do not speak
// lang. An error means that the line was not declared, or that its data makes
// it impossible to say: a text or label that comes out empty, too long or
// with more buttons than a message can have.
func (s *Set) Render(lang string, l Line) (bot.Message, error) {
	if !slices.Contains(Languages, lang) {
		lang = Languages[0]
	}
	t, ok := s.texts[lang][l.Name]
	if !ok {
		return bot.Message{}, fmt.Errorf("templates: no text %q in %s", l.Name, lang)
	}
	m, err := t.render(l.Data)
	if err != nil {
		return bot.Message{}, fmt.Errorf("templates: say %q in %s: %w", l.Name, lang, err)
	}
	return m, nil
}

var errEmpty = errors.New("it comes out empty")

func (t *text) render(data any) (bot.Message, error) {
	words, err := t.body.say(data)
	if err != nil {
		return bot.Message{}, err
	}
	if words == "" {
		return bot.Message{}, errEmpty
	}
	m := bot.Message{Text: words}
	for _, b := range t.buttons {
		drawn, err := b.draw(data)
		if err != nil {
			return bot.Message{}, fmt.Errorf("button [%s]: %w", b.id, err)
		}
		m.Buttons = append(m.Buttons, drawn...)
	}
	if len(m.Buttons) > maxButtons {
		return bot.Message{}, fmt.Errorf("it has %d buttons, %d at most can be shown", len(m.Buttons), maxButtons)
	}
	return m, nil
}

// draw gives the buttons that the line stands for: one, none, or one for each
// element.
func (b button) draw(data any) ([]bot.Button, error) {
	if b.in == nil {
		return []bot.Button{{ID: b.id, Label: fit(b.label), URL: b.url}}, nil
	}
	said, err := b.say(data)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(said, mark)
	var drawn []bot.Button
	for i := 0; i+2 < len(parts); i += 2 {
		d := bot.Button{ID: b.id, Label: fit(parts[i]), URL: parts[i+1]}
		if b.when == "each" {
			d.ID += "." + strconv.Itoa(len(drawn))
		}
		if d.Label == "" {
			return nil, errEmpty
		}
		if err := vetURL(d.URL); err != nil {
			return nil, err
		}
		drawn = append(drawn, d)
	}
	return drawn, nil
}

// vetURL takes a page's address, or none.
func vetURL(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("its address is none that a phone can open")
	}
	return nil
}

// fit makes one line of a label, no wider than a phone shows.
func fit(label string) string {
	label = strings.Join(strings.FieldsFunc(label, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	if columns(label) <= maxLabel {
		return label
	}
	room := maxLabel - 1
	for i, c := range label {
		if room -= columns(string(c)); room < 0 {
			return strings.TrimSpace(label[:i]) + "…"
		}
	}
	return label
}

// columns is how wide s is on a screen, in Latin letters.
func columns(s string) int {
	n := 0
	for _, c := range s {
		switch width.LookupRune(c).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// say executes a template within maxSaid.
func say(t *template.Template, data any) (string, error) {
	var w bounded
	if err := t.Execute(&w, data); err != nil {
		return "", err
	}
	return w.String(), nil
}

// bounded is a builder that takes maxSaid bytes.
type bounded struct{ strings.Builder }

func (w *bounded) Write(p []byte) (int, error) {
	if w.Len()+len(p) > maxSaid {
		return 0, fmt.Errorf("it grows beyond %d bytes", maxSaid)
	}
	return w.Builder.Write(p)
}
