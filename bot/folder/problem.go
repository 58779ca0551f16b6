package folder

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file, said so that whoever wrote it can
// put it right.
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

// Problems is the error of files that cannot be used: everything that is wrong with
// them, in the order of files and lines, each once.
type Problems struct {
	Of  string // what cannot be used: "the texts"
	All []Problem
}

func (ps Problems) Error() string {
	lines := []string{fmt.Sprintf("%d problem(s) in %s", len(ps.All), ps.Of)}
	for _, p := range ps.All {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Report collects what is found while files are read. The zero Report has found
// nothing.
type Report struct{ errors, warnings []Problem }

// Wrong notes what keeps the files from being used.
func (r *Report) Wrong(file string, line int, format string, args ...any) {
	r.errors = append(r.errors, Problem{file, line, fmt.Sprintf(format, args...)})
}

// Doubtful notes what whoever wrote the file should know.
func (r *Report) Doubtful(file string, line int, format string, args ...any) {
	r.warnings = append(r.warnings, Problem{file, line, fmt.Sprintf(format, args...)})
}

// Errors is how much is wrong so far.
func (r *Report) Errors() int { return len(r.errors) }

// Err is Problems with all that is wrong; nil when nothing is.
func (r *Report) Err(of string) error {
	if len(r.errors) == 0 {
		return nil
	}
	return Problems{of, sorted(r.errors)}
}

// Warnings is all that is doubtful, in the order of files and lines.
func (r *Report) Warnings() []Problem { return sorted(r.warnings) }

func sorted(all []Problem) []Problem {
	return slices.Compact(slices.SortedStableFunc(slices.Values(all), func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	}))
}
