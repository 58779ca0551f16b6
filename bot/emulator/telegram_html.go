package emulator

import (
	"cmp"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// tgHTML reads the HTML style of the Bot API (#html-style).
type tgHTML struct {
	out      strings.Builder
	units    int // written so far
	open     []tgOpened
	entities []tgEntity
}

type tgOpened struct {
	tag    string
	entity tgEntity
}

var tgTags = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
	"a": "text_link", "tg-spoiler": "spoiler", "blockquote": "blockquote",
}

var (
	tgCharRef = regexp.MustCompile(`^&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);`)
	tgHref    = regexp.MustCompile(`(?i)\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))`)
)

// tgParseHTML gives the text without its tags, trimmed at the end, and what the
// tags said of it.
func tgParseHTML(s string) (string, []tgEntity, error) {
	var p tgHTML
	for i := 0; i < len(s); {
		n, err := p.step(s[i:], i)
		if err != nil {
			return "", nil, err
		}
		i += n
	}
	if len(p.open) > 0 {
		return "", nil, tgCannot(`Can't find end tag corresponding to start tag "%s"`, p.open[len(p.open)-1].tag)
	}
	text := strings.TrimRight(p.out.String(), " \n\t")
	end := tgUnits(text)
	for i := range p.entities {
		p.entities[i].Length = min(p.entities[i].Length, end-p.entities[i].Offset)
	}
	p.entities = slices.DeleteFunc(p.entities, func(e tgEntity) bool { return e.Length <= 0 })
	slices.SortStableFunc(p.entities, func(a, b tgEntity) int { return cmp.Compare(a.Offset, b.Offset) })
	return text, p.entities, nil
}

func tgCannot(format string, args ...any) error {
	return tgBad("can't parse entities: " + fmt.Sprintf(format, args...))
}

// step reads the next tag, reference or stretch of words at the byte offset, and
// says how many bytes it took.
func (p *tgHTML) step(s string, at int) (int, error) {
	if ref := tgCharRef.FindString(s); ref != "" {
		p.write(html.UnescapeString(ref))
		return len(ref), nil
	}
	if s[0] != '<' {
		n := 1 + strings.IndexAny(s[1:]+"<", "<&")
		p.write(s[:n])
		return n, nil
	}
	end := strings.IndexByte(s, '>')
	if end < 0 {
		return 0, tgCannot("Unclosed start tag at byte offset %d", at)
	}
	if name, closes := strings.CutPrefix(s[1:end], "/"); closes {
		return end + 1, p.closeTag(strings.ToLower(strings.TrimSpace(name)), at)
	}
	return end + 1, p.openTag(s[1:end], at)
}

func (p *tgHTML) write(s string) {
	p.out.WriteString(s)
	p.units += tgUnits(s)
}

func (p *tgHTML) openTag(tag string, at int) error {
	name, attributes, _ := strings.Cut(tag, " ")
	name = strings.ToLower(name)
	kind, known := tgTags[name]
	if !known {
		return tgCannot(`Unsupported start tag "%s" at byte offset %d`, name, at)
	}
	e := tgEntity{Type: kind, Offset: p.units}
	if m := tgHref.FindStringSubmatch(attributes); name == "a" && m != nil {
		e.URL = html.UnescapeString(m[1] + m[2] + m[3])
	}
	p.open = append(p.open, tgOpened{name, e})
	return nil
}

func (p *tgHTML) closeTag(name string, at int) error {
	if len(p.open) == 0 {
		return tgCannot("Unexpected end tag at byte offset %d", at)
	}
	last := p.open[len(p.open)-1]
	if name != "" && name != last.tag {
		return tgCannot(`Unmatched end tag at byte offset %d, expected "</%s>", found "</%s>"`, at, last.tag, name)
	}
	p.open = p.open[:len(p.open)-1]
	last.entity.Length = p.units - last.entity.Offset
	p.entities = append(p.entities, last.entity)
	return nil
}
