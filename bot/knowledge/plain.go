package knowledge

import (
	"regexp"
	"strings"
)

// fields are what an answer can have filled in.
var fields = []string{"{agency}", "{hours}", "{phone}"}

var (
	field   = regexp.MustCompile(`\{[^{}\n]*\}`)
	wall    = regexp.MustCompile("```|!\\[[^\\]]*\\]\\([^)]*\\)|<[a-zA-Z/][^>]*>")
	heading = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	bullet  = regexp.MustCompile(`^\s*[-*+]\s+`)
	rule    = regexp.MustCompile(`^\s*\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?\s*$`)
	strong  = regexp.MustCompile(`\*\*([^*\n]+)\*\*|__([^_\n]+)__`)
	link    = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^)\s]+)\)`)
	blanks  = regexp.MustCompile(`\n{3,}`)
)

// plain makes of Markdown what a chat can show: bullets become dots, a row of a
// table its cells with commas, a link its words and address, and the signs of
// headings and stress go.
func plain(markdown string) string {
	var lines []string
	for _, l := range strings.Split(markdown, "\n") {
		l = strings.TrimRight(l, " \t")
		if rule.MatchString(l) {
			continue
		}
		l = heading.ReplaceAllString(l, "$1")
		l = bullet.ReplaceAllString(l, "· ")
		l = strong.ReplaceAllString(l, "$1$2")
		l = link.ReplaceAllString(l, "$1 $2")
		lines = append(lines, row(l))
	}
	return strings.TrimSpace(blanks.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"))
}

// row makes a line of a table's row.
func row(l string) string {
	t := strings.TrimSpace(l)
	if len(t) < 3 || !strings.HasPrefix(t, "|") || !strings.HasSuffix(t, "|") {
		return l
	}
	var cells []string
	for _, c := range strings.Split(strings.Trim(t, "|"), "|") {
		if c = strings.TrimSpace(c); c != "" {
			cells = append(cells, c)
		}
	}
	return "· " + strings.Join(cells, " / ")
}
