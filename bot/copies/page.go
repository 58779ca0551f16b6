package copies

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"
	"unicode"
)

// page is the copy for people: one file, no scripts, nothing from elsewhere. What
// the client wrote stands in isolation, so that a word that runs from right to
// left does not carry its neighbours along.
var page = template.Must(template.New("").Funcs(template.FuncMap{"plain": plain}).Parse(`<!doctype html>
<html lang="{{.Language}}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<title>{{plain .Page.Title}}</title>
<style>
body { font: 16px/1.6 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.2em; border-bottom: 1px solid #ccc; margin-top: 2em; } h3 { font-size: 1em; margin: 1.2em 0 0.2em; }
dl { display: grid; grid-template-columns: minmax(7em, 25%) 1fr; gap: 0.1em 1em; margin: 0.4em 0 1em; }
dt { color: #666; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
img { max-width: 100%; max-height: 28em; } .quiet { color: #666; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } h2, h3 { break-after: avoid; } dl { break-inside: auto; } img { max-height: 12cm; break-inside: avoid; } }
</style>
</head>
<body>
<h1>{{plain .Page.Title}}</h1>
<p class="quiet">{{plain .Page.Intro}}</p>
{{range .Chapters}}<section>
<h2>{{plain .Name}}</h2>
{{range .Records}}{{with .Name}}<h3 dir="auto">{{plain .}}</h3>
{{end}}<dl>
{{range .Fields}}<dt>{{plain .Name}}</dt><dd dir="auto">{{if and .File .Shown}}<img src="{{.File}}" alt="">{{else if .File}}<a href="{{.File}}">{{.File}}</a>{{end}}{{plain .Text}}</dd>
{{end}}</dl>
{{else}}<p class="quiet">{{plain $.Page.Nothing}}</p>
{{end}}</section>
{{end}}<section>
<h2>{{plain .Page.Notes}}</h2>
<ul>
{{range .Notes}}<li>{{plain .}}</li>
{{end}}</ul>
</section>
</body>
</html>
`))

// HTML writes the document for people.
func (d Document) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, d); err != nil {
		return nil, fmt.Errorf("copies: write the page: %w", err)
	}
	return b.Bytes(), nil
}

// plain leaves out what no page can hold, and marks that would turn the order of
// the letters around them.
func plain(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t':
			return c
		case unicode.IsControl(c), c == unicode.ReplacementChar, '\u202a' <= c && c <= '\u202e', '\u2066' <= c && c <= '\u2069':
			return -1
		}
		return c
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
