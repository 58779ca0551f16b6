package templates

import (
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode/utf16"

	"redthread/bot/nearest"
)

const (
	// longest is how long a message may be on Telegram, in UTF-16 units
	// (Bot API, sendMessage).
	longest = 4096

	// onePiece is what WeChat takes in one message, in bytes. A longer text goes
	// out in pieces, and each counts against what WeChat allows.
	onePiece = 2048
)

// prove holds the texts against the declarations and against each other: every
// declared text exists in every language and can be said, whatever is known.
func prove(s *Set, c catalog, r *report) {
	first, cases := Languages[0], map[reflect.Type][]any{}
	for _, name := range slices.Sorted(maps.Keys(c)) {
		for _, lang := range Languages {
			b := s.shelf[lang][name]
			if b == nil {
				r.wrong(place{file: lang}, "no file has %q; add a block \"== %s\"", name, name)
				continue
			}
			if other := s.shelf[first][name]; lang != first && other != nil {
				sameButtons(b, other, first, r)
			}
			if t := s.texts[lang][name]; t != nil {
				proof{text: t, about: c[name], r: r, cases: cases}.run()
			}
		}
	}
	s.vetMeanings(r)
}

// proof says one text about many samples of what it is about.
type proof struct {
	*text
	about  reflect.Type
	r      *report
	cases  map[reflect.Type][]any                    // of the types that were met already
	marked map[*template.Template]*template.Template // copies that show what is filled in
}

func (p proof) run() {
	if !p.vetMethods() || !p.vetEverything() {
		return
	}
	p.marked = map[*template.Template]*template.Template{}
	for t := range p.templates() {
		p.marked[t] = marked(t)
	}
	for _, v := range p.samples() {
		if !p.vetSaid(v) {
			return // the other samples would say the same again
		}
	}
	p.vetLabels()
}

// templates are the words' and the buttons' templates, with their lines.
func (p proof) templates() map[*template.Template]int {
	all := map[*template.Template]int{p.body.made: p.line}
	for _, b := range p.buttons {
		all[b.made] = b.line
	}
	return all
}

// vetMethods lets a text call only what merely tells something: a method of a
// value (not of a pointer, which could change it) that takes nothing and
// returns one value.
func (p proof) vetMethods() bool {
	fine := true
	types := typesOf(p.about)
	for t, line := range p.templates() {
		for name := range names(t) {
			for _, typ := range types {
				m, ok := reflect.PointerTo(typ).MethodByName(name)
				if !ok {
					continue
				}
				_, onValue := typ.MethodByName(name)
				if !onValue || m.Type.NumIn() != 1 || m.Type.NumOut() != 1 {
					p.r.wrong(p.at(line), ".%s does something and cannot be used in a text%s", name, p.hint(typ, name))
					fine = false
				}
			}
		}
	}
	return fine
}

// hint names a function that does what the copywriter was after.
func (p proof) hint(typ reflect.Type, name string) string {
	if typ == timeType && name == "Format" {
		return "; write {{date .X}}, {{day .X}}, {{clock .X}} or {{moment .X}}"
	}
	return ""
}

// vetEverything says both sides of every choice once, about a full sample.
func (p proof) vetEverything() bool {
	v := full(p.about, 2, "x").Interface()
	fine := true
	if _, err := say(everything(p.body.made), v); err != nil {
		p.wrong(err, 0)
		fine = false
	}
	for _, b := range p.buttons {
		if _, err := say(everything(b.made), v); err != nil {
			p.wrong(err, b.line)
			fine = false
		}
	}
	return fine
}

// vetSaid says the text about v as a client would be told it.
func (p proof) vetSaid(v any) bool {
	said, err := say(p.marked[p.body.made], v)
	if err != nil {
		p.wrong(err, 0)
		return false
	}
	if strings.TrimSpace(said) == "" {
		p.r.wrong(p.place, "there are cases in which nothing is left to say; add an {{else}}, or words outside the {{if}}")
		return false
	}
	said = strings.ReplaceAll(said, filled, "")
	if unresolved(said) {
		p.r.wrong(p.place, "an unfilled {{ }} is left in what clients would see")
		return false
	}
	if n := len(utf16.Encode([]rune(said))); n > longest {
		p.r.wrong(p.place, "%d characters; a message holds %d", n, longest)
		return false
	} else if len(said) > onePiece {
		p.r.doubtful(p.place, "longer than one WeChat message (about %d Chinese characters); it goes out in pieces", onePiece/3)
	}
	return p.vetButtons(v)
}

func (p proof) vetButtons(v any) bool {
	for _, b := range p.buttons {
		said, err := say(p.marked[b.made], v)
		if err != nil {
			p.wrong(err, b.line)
			return false
		}
		parts := strings.Split(strings.ReplaceAll(said, filled, "x"), mark)
		for i := 0; i+2 < len(parts); i += 2 {
			if strings.TrimSpace(parts[i]) == "" {
				p.r.wrong(p.at(b.line), "the label of [%s] is empty in some cases", b.id)
				return false
			}
			if err := vetURL(parts[i+1]); err != nil {
				p.r.wrong(p.at(b.line), "button [%s]: %v; write https://… in full", b.id, err)
				return false
			}
		}
	}
	return true
}

// vetLabels looks at the labels as they are written.
func (p proof) vetLabels() {
	seen := map[string]bool{}
	for i, b := range p.buttons {
		at, plain := p.at(b.line), !strings.Contains(b.label, "{{")
		switch {
		case !plain:
		case columns(b.label) > maxLabel:
			p.r.wrong(at, "the label of [%s] is too wide for a phone; %d Chinese characters or %d Latin letters at most", b.id, maxLabel/2, maxLabel)
		case columns(b.label) > maxLabel*3/4:
			p.r.doubtful(at, "the label of [%s] is long; small phones may cut it", b.id)
		case seen[Fold(b.label)]:
			p.r.wrong(at, "two buttons have the label %q; clients may type it", b.label)
		case digits(b.label) && b.label != strconv.Itoa(i+1):
			p.r.doubtful(at, "the label %q stands at number %d; a client who types a number means the place", b.label, i+1)
		}
		if strings.ContainsAny(b.label, `<>`) {
			p.r.wrong(at, "the label of [%s] holds < or >, which WeChat cannot show in a button", b.id)
		}
		if plain {
			seen[Fold(b.label)] = true
		}
	}
}

// wrong reports a failed saying in the copywriter's words. line is the button's,
// or 0 when the words failed.
func (p proof) wrong(err error, line int) {
	at := p.at(line)
	if line == 0 {
		at.line = lineOf(err, p.lines, p.line)
	}
	p.r.wrong(at, "%s", p.plain(err))
}

var (
	unknownField = regexp.MustCompile(`can't evaluate field (\w+) in type (\S+)$`)
	nilPointer   = regexp.MustCompile(`nil pointer evaluating \S*\.(\w+)$`)
	wordsOfError = regexp.MustCompile(`(?s)^.*?executing .*? at <(.*?)>: (.*)$`)
)

// plain says in plain words why a text cannot be said.
func (p proof) plain(err error) string {
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
		for _, typ := range typesOf(p.about) {
			if typ.String() != m[2] && "*"+typ.String() != m[2] {
				continue
			}
			if has := fieldsOf(typ); len(has) > 0 {
				return "there is no ." + m[1] + " here, only ." + strings.Join(has, ", .") + nearest.Hint(m[1], has)
			}
		}
		return "there is no ." + m[1] + " here"
	}
	if m := nilPointer.FindStringSubmatch(err.Error()); m != nil {
		return "." + m[1] + " is not known in all cases; put it between {{with …}} and {{end}}"
	}
	if m := wordsOfError.FindStringSubmatch(err.Error()); m != nil {
		return "{{" + strings.ReplaceAll(m[1], mark, "") + "}}: " + m[2]
	}
	return err.Error()
}
