package templates

import (
	"fmt"

	"redthread/bot/folder"
)

// report collects what is found while texts are read and proved.
type report struct{ found folder.Report }

// wrong notes a problem that keeps the texts from being used.
func (r *report) wrong(p place, format string, args ...any) {
	r.found.Wrong(p.file, p.line, "%s", p.of(format, args))
}

// doubtful notes a problem that the copywriter should know of.
func (r *report) doubtful(p place, format string, args ...any) {
	r.found.Doubtful(p.file, p.line, "%s", p.of(format, args))
}

// place is where in the files something stands.
type place struct {
	file  string
	line  int
	block string // empty when no block is to blame
}

// of says what is wrong, and in which block.
func (p place) of(format string, args []any) string {
	what := fmt.Sprintf(format, args...)
	if p.block == "" {
		return what
	}
	return p.block + ": " + what
}
