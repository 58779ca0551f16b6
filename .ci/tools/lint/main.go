// Command lint looks at the program's source with the linters that are pinned
// beside it and with a few rules of the house, and prints what they find. What
// may stay is listed in .ci/exceptions, each with its reason; an exception that
// excuses nothing is a finding too. It expects staticcheck beside it in PATH;
// .ci/lint sees to that.
package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gordonklaus/ineffassign/pkg/ineffassign"
	"github.com/kisielk/errcheck/errcheck"
	"golang.org/x/tools/go/analysis/unitchecker"
)

const exceptionsFile = ".ci/exceptions"

// finding is one complaint about one line.
type finding struct {
	rule string // the linter's own code, such as SA4000, or our word for it
	file string // from the top of the project, with slashes
	line int
	text string
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", f.file, f.line, f.text, f.rule)
}

func main() {
	if len(os.Args) > 1 { // started by go vet, for one package
		unitchecker.Main(errcheck.Analyzer, ineffassign.Analyzer)
	}
	found, err := lint()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lint:", err)
		os.Exit(2)
	}
	for _, f := range found {
		fmt.Println(f)
	}
	if len(found) > 0 {
		fmt.Printf("%d findings. Mend them; what must stay gets a line and a reason in %s.\n", len(found), exceptionsFile)
		os.Exit(1)
	}
}

// lint works from the top of the project, wherever it is started.
func lint() ([]finding, error) {
	top, err := exec.Command("git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return nil, fmt.Errorf("find the top of the project: %w", err)
	}
	if err := os.Chdir(strings.TrimSpace(string(top))); err != nil {
		return nil, err
	}
	allowed, err := readExceptions(exceptionsFile)
	if err != nil {
		return nil, err
	}
	files, err := sources()
	if err != nil {
		return nil, err
	}
	found, err := ownRules(files)
	if err != nil {
		return nil, err
	}
	others, err := linters(files)
	if err != nil {
		return nil, err
	}
	left := allowed.filter(append(found, others...))
	slices.SortFunc(left, func(a, b finding) int {
		return cmp.Or(strings.Compare(a.file, b.file), a.line-b.line, strings.Compare(a.rule, b.rule), strings.Compare(a.text, b.text))
	})
	return slices.Compact(left), nil
}

// sources lists the project's files, those not yet committed too.
func sources() ([]string, error) {
	out, err := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, fmt.Errorf("list the project's files: %w", err)
	}
	var files []string
	for f := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			files = append(files, filepath.ToSlash(f))
		}
	}
	slices.Sort(files)
	return slices.Compact(files), nil
}
