package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// linter is somebody else's program. It is run over every package, those behind
// a build tag included.
type linter struct {
	rule    string
	command []string
}

// linters runs them all. errcheck and ineffassign are part of this program: go
// vet runs it on each package and remembers what it said of those that have not
// changed.
func linters(files []string) ([]finding, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	all := []linter{
		{"vet", []string{"go", "vet", "-tags=browser", "./..."}},
		{"vet", []string{"go", "vet", "-vettool=" + self, "-tags=browser", "./..."}},
		{"staticcheck", []string{"staticcheck", "-tags=browser", "-checks=all", "./..."}},
	}
	found, err := unformatted(files)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		out, err := exec.Command(l.command[0], l.command[1:]...).CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			return nil, fmt.Errorf("%s: %w", l.rule, err)
		}
		these := parse(l.rule, string(out))
		if err != nil && len(these) == 0 {
			return nil, fmt.Errorf("%s: %w\n%s", l.rule, err, out)
		}
		quote(these)
		found = append(found, these...)
	}
	return found, nil
}

// quote adds to each unchecked error the line it stands in, so that exceptions
// can tell one from another.
func quote(found []finding) {
	for i, f := range found {
		if f.rule != "errcheck" {
			continue
		}
		src, err := os.ReadFile(f.file)
		if lines := strings.Split(string(src), "\n"); err == nil && f.line <= len(lines) {
			found[i].text += ": " + strings.TrimSpace(lines[f.line-1])
		}
	}
}

func unformatted(files []string) ([]finding, error) {
	args := []string{"-l", "-s"}
	for _, f := range files {
		if strings.HasSuffix(f, ".go") {
			args = append(args, f)
		}
	}
	out, err := exec.Command("gofmt", args...).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("gofmt: %w\n%s", err, out)
	}
	var found []finding
	for f := range strings.FieldsSeq(string(out)) {
		found = append(found, finding{"gofmt", f, 1, "not as gofmt -s writes it"})
	}
	return found, nil
}

var (
	complaint = regexp.MustCompile(`^(?:vet: )?(\S+?):(\d+)(?::\d+)?:?\s+(.+)$`)
	code      = regexp.MustCompile(`^(.+) \((\w+)\)$`) // staticcheck's, at the end
)

// parse reads what a linter printed, a finding a line. Other lines are headings.
func parse(rule, out string) []finding {
	var found []finding
	for line := range strings.Lines(out) {
		m := complaint.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil {
			continue
		}
		n, _ := strconv.Atoi(m[2]) // digits, by the pattern
		f := finding{rule, m[1], n, m[3]}
		if c := code.FindStringSubmatch(f.text); rule == "staticcheck" && c != nil {
			f.text, f.rule = c[1], c[2]
		}
		if rule == "vet" {
			f.rule = vetRule(f.text)
		}
		found = append(found, f)
	}
	return found
}

// vetRule tells who spoke through go vet by the words it uses.
func vetRule(text string) string {
	switch {
	case text == "unchecked error":
		return "errcheck"
	case strings.HasPrefix(text, "ineffectual assignment"):
		return "ineffassign"
	}
	return "vet"
}
