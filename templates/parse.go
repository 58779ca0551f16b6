package templates

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFile bounds a file of texts, in bytes. All of ours together are smaller.
const maxFile = 1 << 20

// block is a "== name" block as it stands in a file.
type block struct {
	place
	raw     string       // as written, the header too
	words   []sourceLine // until it is compiled
	buttons []buttonLine
}

type sourceLine struct {
	line int
	text string
}

// buttonLine is "[id url if pipe] label", not yet understood further.
type buttonLine struct {
	line  int
	id    string
	url   string // empty for an answer button
	when  string // "if", "each" or empty
	pipe  string // what follows when
	label string
	also  []string // other words that mean the button, as written
}

var (
	blockName  = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
	buttonForm = regexp.MustCompile(`^\[([a-z][a-z0-9_]*)(?:\s+(https?://(?:\{\{[^{}]*\}\}|[^\s\]{}])*))?(?:\s+(if|each)\s+(.*?\S))?\s*\]\s+(\S.*)$`)
)

const buttonHelp = `a button is written "[id] label", "[id if .Condition] label", "[id each .List] label" or "[id https://…] label", ` +
	`with a lower-case id; a sentence that begins with "[" is written "\["`

// parseFile reads a file's blocks. What cannot be read is reported and left out.
func parseFile(file, src string, r *report) []*block {
	at := place{file: file}
	if len(src) > maxFile {
		r.wrong(at, "the file is larger than %d bytes; split it", maxFile)
		return nil
	}
	if !utf8.ValidString(src) {
		r.wrong(at, "the file is not in UTF-8; save it as UTF-8 in your editor")
		return nil
	}
	src = strings.TrimPrefix(src, "\ufeff")
	src = strings.ReplaceAll(src, "\r\n", "\n")
	var blocks []*block
	var open *block
	begun, read := 0, 0 // where the open block and the next line begin
	for i, text := range strings.Split(src, "\n") {
		start := read
		read += len(text) + 1
		text = strings.TrimRightFunc(text, unicode.IsSpace)
		at := place{file: file, line: i + 1}
		if open != nil {
			at.block = open.block
		}
		vetCharacters(text, at, r)
		if strings.HasPrefix(text, "==") || strings.HasPrefix(text, "＝＝") {
			open.end(src[begun:start])
			open, begun = header(text, at, r), start
			blocks = append(blocks, open)
			continue
		}
		open.take(text, at, r)
	}
	open.end(src[begun:])
	return blocks
}

// header opens a block. One with an unreadable name is opened as well, so that
// its lines are not blamed for it; it keeps the empty name.
func header(text string, at place, r *report) *block {
	at.block = ""
	name := strings.TrimSpace(strings.TrimPrefix(text, "=="))
	if !strings.HasPrefix(text, "== ") || !blockName.MatchString(name) {
		r.wrong(at, `%q should be "== name", the name in lower-case letters, digits, "_" and "."`, text)
		return &block{place: at}
	}
	at.block = name
	return &block{place: at}
}

// end closes the block, which is nil before the first one.
func (b *block) end(raw string) {
	if b != nil {
		b.raw = raw
	}
}

// take adds a line to the block, which is nil before the first one.
func (b *block) take(text string, at place, r *report) {
	switch {
	case strings.HasPrefix(text, "#"):
	case b == nil:
		if text != "" {
			r.wrong(at, `words before the first block; begin with a line "== name"`)
		}
	case strings.HasPrefix(text, "[") || strings.HasPrefix(text, "［"):
		b.takeButton(text, at, r)
	case len(b.buttons) > 0 && text != "":
		r.wrong(at, `words after a button; write all words first, then the buttons (a button for some cases only is "[id if .Condition] label")`)
	default:
		b.words = append(b.words, sourceLine{at.line, unescape(text)})
	}
}

func (b *block) takeButton(text string, at place, r *report) {
	m := buttonForm.FindStringSubmatch(text)
	if m == nil {
		r.wrong(at, "%q cannot be read: %s", text, buttonHelp)
		return
	}
	label, also := synonyms(m[5])
	b.buttons = append(b.buttons, buttonLine{line: at.line, id: m[1], url: m[2], when: m[3], pipe: m[4], label: label, also: also})
}

// synonyms takes a label and the other words for it apart: "本科 | 大学 | 学士". A
// bar within {{ and }} is the template's own.
func synonyms(label string) (string, []string) {
	var parts []string
	inside, start := 0, 0
	for i := range label {
		switch {
		case strings.HasPrefix(label[i:], "{{"):
			inside++
		case strings.HasPrefix(label[i:], "}}"):
			inside--
		case label[i] == '|' && inside == 0:
			parts = append(parts, strings.TrimSpace(label[start:i]))
			start = i + 1
		}
	}
	parts = append(parts, strings.TrimSpace(label[start:]))
	return parts[0], parts[1:]
}

// unescape takes the backslash off a line that begins like a note, a button or
// a header but is none.
func unescape(text string) string {
	for _, sign := range []string{"#", "[", "==", "\\"} {
		if strings.HasPrefix(text, `\`+sign) {
			return text[1:]
		}
	}
	return text
}

var singleBrace = regexp.MustCompile(`(^|[^{])\{\s*\.[A-Za-z]\w*\s*\}([^}]|$)`)

// vetCharacters reports characters that nobody means to write: those that
// cannot be seen, and those that only look like a template's.
func vetCharacters(text string, at place, r *report) {
	for _, c := range text {
		if unseen(c) {
			r.wrong(at, "the invisible character U+%04X stands here; delete it", c)
			break
		}
	}
	if strings.HasPrefix(text, "#") {
		return
	}
	if strings.Contains(text, "｛｛") || strings.Contains(text, "｝｝") {
		r.wrong(at, "full-width braces ｛｛ ｝｝; use {{ and }}")
	}
	if singleBrace.MatchString(text) {
		r.wrong(at, "single braces around a field; use {{ and }}")
	}
}

// unseen says that c leaves no mark and is no part of an emoji: control
// characters, byte order marks, and signs that turn the direction of writing.
func unseen(c rune) bool {
	switch {
	case c == '\u200d', c == '\ufe0f': // these join and colour emoji
		return false
	case 0xE0020 <= c && c <= 0xE007F: // these spell flags
		return false
	}
	return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '\u2028' || c == '\u2029'
}
