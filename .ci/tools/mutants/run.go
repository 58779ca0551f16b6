package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// fault is one thing that could be wrong with the program.
type fault struct {
	name   string
	breaks string // the promise that no longer holds
	edits  []edit
	pkg    string // whose test sees it
	test   string // for -run
}

// finding is what became of a seeded fault.
type finding struct {
	fault
	by   string // the test that failed
	why  string // it was not caught
	took time.Duration
}

// testTime bounds one test; a fault that makes it hang is not caught by it.
const testTime = 3 * time.Minute

type runner struct {
	top     string // of the project
	dir     string // for what is built
	rounds  int
	verbose bool
	whole   map[string]bool // the packages whose tests without any fault are built
}

// newRunner works on the project it is started in.
func newRunner(rounds int, verbose bool) (*runner, error) {
	top, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutants")
	return &runner{top, dir, rounds, verbose, map[string]bool{}}, err
}

func (r *runner) close() { _ = os.RemoveAll(r.dir) } // a folder of ours, in the machine's own for such

// all seeds one fault after the other, and tells how it goes.
func (r *runner) all(chosen []fault) (found []finding) {
	for _, f := range chosen {
		start := time.Now()
		by, err := r.seed(f)
		one := finding{fault: f, by: by, took: time.Since(start)}
		word := "caught"
		if err != nil {
			one.why, word = err.Error(), "NOT CAUGHT"
		}
		fmt.Fprintf(os.Stderr, "%-32s %s (%v)\n", f.name, word, one.took.Round(time.Second))
		found = append(found, one)
	}
	return found
}

// seed proves that the fault is caught, and names the test that does.
func (r *runner) seed(f fault) (by string, err error) {
	whole, err := r.build(f.pkg, "")
	if err != nil {
		return "", fmt.Errorf("without the fault: %w", err)
	}
	if o := r.run(whole, f); o.ended != passed {
		return "", fmt.Errorf("without the fault the test %s", o.ended)
	}
	overlay, err := r.overlay(f)
	if err != nil {
		return "", fmt.Errorf("it no longer applies: %w", err)
	}
	broken, err := r.build(f.pkg, overlay)
	if err != nil {
		return "", fmt.Errorf("with the fault: %w", err)
	}
	defer os.Remove(broken) //nolint:errcheck // the folder goes at the end
	for range r.rounds {
		o := r.run(broken, f)
		if r.verbose {
			fmt.Fprintln(os.Stderr, o.said)
		}
		if o.ended != failed {
			return "", fmt.Errorf("with the fault the test %s", o.ended)
		}
		by = o.by
	}
	return by, nil
}

// overlay writes the changed files, and the list of them that the go command
// takes.
func (r *runner) overlay(f fault) (string, error) {
	changed := map[string][]byte{}
	for _, e := range f.edits {
		path := filepath.Join(r.top, filepath.FromSlash(e.file))
		src := changed[path]
		if src == nil {
			var err error
			if src, err = os.ReadFile(path); err != nil {
				return "", err
			}
		}
		out, err := e.change(src)
		if err != nil {
			return "", fmt.Errorf("%s: %w", e.file, err)
		}
		changed[path] = out
	}
	replace := map[string]string{}
	for path, src := range changed {
		replace[path] = filepath.Join(r.dir, fmt.Sprintf("%s-%d%s", f.name, len(replace), filepath.Ext(path)))
		if err := os.WriteFile(replace[path], src, 0o600); err != nil {
			return "", err
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(r.dir, f.name+".json")
	return path, os.WriteFile(path, list, 0o600)
}

// build compiles a package's tests. Those without a fault are built once.
func (r *runner) build(pkg, overlay string) (binary string, err error) {
	binary = strings.TrimSuffix(overlay, ".json") + ".test"
	if overlay == "" {
		binary = filepath.Join(r.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
		if r.whole[pkg] {
			return binary, nil
		}
	}
	// Linking takes longest; nobody will look at these programs with a debugger.
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay="+overlay, "-o", binary, "./"+pkg)
	cmd.Dir = r.top
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not compile: %s", said)
	}
	r.whole[pkg] = r.whole[pkg] || overlay == ""
	return binary, nil
}

// end is how a test ended.
type end string

const (
	passed  end = "passes"
	failed  end = "fails"
	crashed end = "crashes"
	late    end = "runs out of time"
	absent  end = "is not there"
	unclear end = "ends without a word"
)

type outcome struct {
	ended end
	by    string
	said  string
}

var failure = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

// run runs the fault's test as the go command would, in its package's folder.
func (r *runner) run(binary string, f fault) outcome {
	cmd := exec.Command(binary, "-test.run", f.test, "-test.count=1", "-test.timeout", testTime.String(), "-test.paniconexit0")
	cmd.Dir = filepath.Join(r.top, filepath.FromSlash(f.pkg))
	cmd.Env = append(os.Environ(), "RAPID_NOFAILFILE=true") // what fails here is not to be kept
	said, err := cmd.CombinedOutput()
	return judge(string(said), err)
}

func judge(said string, err error) outcome {
	o := outcome{said: said, ended: unclear}
	exit := new(exec.ExitError)
	by := failure.FindStringSubmatch(said)
	switch {
	case strings.Contains(said, "no tests to run"):
		o.ended = absent
	case err == nil:
		o.ended = passed
	case !errors.As(err, &exit):
		o.said = err.Error()
	case strings.Contains(said, "panic: test timed out"):
		o.ended = late
	case strings.Contains(said, "\npanic: "), strings.HasPrefix(said, "panic: "), strings.Contains(said, "fatal error: "):
		o.ended = crashed
	case by != nil:
		o.ended, o.by = failed, by[1]
	}
	return o
}
