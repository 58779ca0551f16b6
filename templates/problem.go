package templates

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the texts, said so that the
// copywriter can put it right.
type Problem struct {
	File  string
	Line  int    // from 1; 0 when no line is to blame
	Block string // empty when no block is to blame
	What  string
}

// String is the problem in one line: "en/fees.txt:12: fees.all: …".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Block != "" {
		fmt.Fprintf(&b, ": %s", p.Block)
	}
	return b.String() + ": " + p.What
}

// Problems is the error of texts that cannot be used: everything that is wrong
// with them, in the order of the files.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps)+1)
	lines = append(lines, fmt.Sprintf("templates: %d problem(s) in the texts", len(ps)))
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// report collects what is found while texts are read and proved.
type report struct {
	errors   Problems
	warnings Problems
}

// wrong notes a problem that keeps the texts from being used.
func (r *report) wrong(p place, format string, args ...any) {
	r.errors = append(r.errors, p.problem(format, args...))
}

// doubtful notes a problem that the copywriter should know of.
func (r *report) doubtful(p place, format string, args ...any) {
	r.warnings = append(r.warnings, p.problem(format, args...))
}

// err is all errors in the order of the files, each once, or nil.
func (r *report) err() error {
	if len(r.errors) == 0 {
		return nil
	}
	return r.errors.sorted()
}

func (ps Problems) sorted() Problems {
	sorted := slices.SortedFunc(slices.Values(ps), func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(sorted)
}

// place is where in the files something stands.
type place struct {
	file  string
	line  int
	block string
}

func (p place) problem(format string, args ...any) Problem {
	return Problem{File: p.file, Line: p.line, Block: p.block, What: fmt.Sprintf(format, args...)}
}
