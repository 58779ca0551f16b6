package templates

import (
	"crypto/rand"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// maxID is the longest button ID in the files, in bytes. The engine adds the
// flow, the step and the turn to it, or the paper's number, and the whole must
// stay within bot.MaxButtonID.
const maxID = 24

// mark separates what a template says, so that parts can be told apart in what
// comes out. Nobody outside can write it, as it is new in each process.
var mark = "\x00" + rand.Text() + "\x00"

// strict has a text fail that asks for what is not there.
const strict = "missingkey=error"

// text is a block that can be said.
type text struct {
	*block
	body    saying
	lines   []int // of the file, by line of the body from 0; until it is proved
	buttons []button
}

// button is a button line that can be said. What it says is label, mark, URL, mark
// for every button that the line stands for; it says nothing when the line is the
// button, as it is written.
type button struct {
	*buttonLine
	saying
}

// compile turns a block into a text, or reports why it cannot be one.
func compile(b *block, funcs template.FuncMap, r *report) (*text, bool) {
	before := r.found.Errors()
	t := &text{block: b}
	t.body, t.lines = compileWords(b, funcs, r)
	seen := map[string]bool{}
	for i := range b.buttons {
		line := &b.buttons[i]
		at := b.at(line.line)
		if seen[line.id] {
			r.wrong(at, "the button [%s] is written twice; for two labels, write one button with {{if}} in its label", line.id)
		}
		seen[line.id] = true
		if most := maxID - line.room(); len(line.id) > most {
			r.wrong(at, "the button's id %q is longer than %d letters", line.id, most)
		}
		t.buttons = append(t.buttons, button{line, compileButton(b, *line, funcs, r)})
	}
	return t, r.found.Errors() == before
}

// room is what an "each" adds to the ID.
func (l buttonLine) room() int {
	if l.when == "each" {
		return len(".00")
	}
	return 0
}

// lone is a line that only chooses. It takes its line break with it.
var lone = regexp.MustCompile(`^\s*(\{\{-?\s*(if|else|end|with|range|break|continue)\b[^{}]*\}\})+\s*$`)

func compileWords(b *block, funcs template.FuncMap, r *report) (saying, []int) {
	words := b.words
	for len(words) > 0 && words[0].text == "" {
		words = words[1:]
	}
	for len(words) > 0 && words[len(words)-1].text == "" {
		words = words[:len(words)-1]
	}
	var src strings.Builder
	var lines []int // of the file, by line of src
	for i, w := range words {
		lines = append(lines, w.line)
		src.WriteString(w.text)
		switch {
		case i == len(words)-1:
		case lone.MatchString(w.text):
			src.WriteString("{{/*\n*/}}") // says nothing, and keeps count of the lines
		default:
			src.WriteByte('\n')
		}
	}
	t, err := template.New(b.block).Option(strict).Funcs(funcs).Parse(src.String())
	if err != nil {
		r.wrong(b.at(lineOf(err, lines, b.line)), "%s", plainSyntax(err))
		return saying{}, nil
	}
	vet(t, b.at(b.line), r)
	return saying{source: src.String(), made: know(t)}, lines
}

func compileButton(b *block, l buttonLine, funcs template.FuncMap, r *report) saying {
	say := l.label + mark + l.url + mark
	switch l.when {
	case "if":
		say = "{{if " + l.pipe + "}}" + say + "{{end}}"
	case "each":
		say = "{{range " + l.pipe + "}}" + say + "{{end}}"
	}
	t, err := template.New(b.block).Option(strict).Funcs(funcs).Parse(say)
	if err != nil {
		r.wrong(b.at(l.line), "button [%s]: %s", l.id, plainSyntax(err))
		return saying{}
	}
	vet(t, b.at(l.line), r)
	return saying{source: say, made: know(t)}
}

// at is a line of the block.
func (b *block) at(line int) place { return place{file: b.file, line: line, block: b.block} }

var syntaxError = regexp.MustCompile(`(?s)^template: [^:]*:(\d+)(?::\d+)?: (.*)$`)

// lineOf is the line of the file that a template's error speaks of.
func lineOf(err error, lines []int, otherwise int) int {
	m := syntaxError.FindStringSubmatch(err.Error())
	if m == nil {
		return otherwise
	}
	n, _ := strconv.Atoi(m[1])
	if n < 1 || n > len(lines) {
		return otherwise
	}
	return lines[n-1]
}

// plainSyntax says a template's syntax error without the template's own name
// and in words for the commonest ones.
func plainSyntax(err error) string {
	what := strings.ReplaceAll(err.Error(), mark, "")
	if m := syntaxError.FindStringSubmatch(what); m != nil {
		what = m[2]
	}
	for _, known := range []struct{ sign, say string }{
		{"unexpected EOF", "an {{if}}, {{with}} or {{range}} has no {{end}}"},
		{"unexpected {{end}}", "an {{end}} without {{if}}, {{with}} or {{range}}"},
		{"unexpected {{else}}", "an {{else}} without {{if}}, {{with}} or {{range}}"},
		{"unclosed action", "a {{ without its }} on the same line"},
	} {
		if strings.Contains(what, known.sign) {
			return known.say
		}
	}
	if _, name, ok := strings.Cut(what, "function "); ok && strings.HasSuffix(what, "not defined") {
		name, _, _ = strings.Cut(strings.Trim(name, `"`), `"`)
		return "there is no function " + name + "; a field begins with a dot: {{." + name + "}}"
	}
	return what
}
