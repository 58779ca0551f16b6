package guard

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the rules, said so that whoever wrote
// them can put it right.
type Problem struct {
	File string
	Line int // from 1; 0 when no line is to blame
	What string
}

// String is the problem in one line: "promise.txt:3: …".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.What
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What)
}

// Problems is the error of rules that cannot be used: everything that is wrong
// with them.
type Problems []Problem

func (ps Problems) Error() string {
	lines := []string{fmt.Sprintf("guard: %d problem(s) in the rules", len(ps))}
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

func (ps *Problems) wrong(file string, line int, format string, args ...any) {
	*ps = append(*ps, Problem{file, line, fmt.Sprintf(format, args...)})
}
