package knowledge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the folder, said so that whoever wrote
// it can put it right.
type Problem struct {
	File string
	Line int // from 1; 0 when no line is to blame
	What string
}

// String is the problem in one line: "en/fees.md:3: …".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.What
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
}

// Problems is the error of a folder that cannot be used: everything that is
// wrong with it.
type Problems []Problem

func (ps Problems) Error() string {
	lines := []string{fmt.Sprintf("knowledge: %d problem(s) in the folder", len(ps))}
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// report collects what is found while a folder is read.
type report struct{ errors, warnings Problems }

func (r *report) wrong(file string, line int, format string, args ...any) {
	r.errors = append(r.errors, Problem{file, line, fmt.Sprintf(format, args...)})
}

func (r *report) doubtful(file string, line int, format string, args ...any) {
	r.warnings = append(r.warnings, Problem{file, line, fmt.Sprintf(format, args...)})
}

func (ps Problems) sorted() Problems {
	return slices.SortedStableFunc(slices.Values(ps), func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}
