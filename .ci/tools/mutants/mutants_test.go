package main

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

const sample = `package p

func f() int {
	if   a &&
		b {
		return 1
	}
	return 1
}

func (t *T) f() int { return 1 }

var script = New("x = 1")
`

func TestChange(t *testing.T) {
	for _, tt := range []struct {
		edit
		want string // in the result, or in the error
		err  bool
	}{
		{edit{in: "f", old: "a && b", with: "b"}, "if   b {", false},
		{edit{in: "T.f", old: "return 1", with: "return 2"}, "func (t *T) f() int { return 2 }", false},
		{edit{in: "script", old: "= 1", with: "= 2"}, `New("x = 2")`, false},
		{edit{in: "", old: "script", with: "other"}, "var other = New", false},
		{edit{in: "f", old: "return 1", with: ""}, "occurs 2 times", true},
		{edit{in: "f", old: "return 3", with: ""}, "occurs 0 times", true},
		{edit{in: "g", old: "return 1", with: ""}, "not declared", true},
	} {
		got, err := tt.change([]byte(sample))
		if said := string(got); (err != nil) != tt.err || err == nil && !strings.Contains(said, tt.want) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %q, %v", tt.edit, said, err)
		}
	}
}

func TestJudge(t *testing.T) {
	exit := &exec.ExitError{}
	for said, want := range map[string]end{
		"--- FAIL: TestX (0.01s)\n    x_test.go:1: got 2\nFAIL\n":                  failed,
		"testing: warning: no tests to run\nPASS\n":                                absent,
		"panic: test timed out after 3m0s\n":                                       late,
		"--- FAIL: TestX (0.01s)\npanic: nil map [recovered]\n":                    crashed,
		"goleak: Errors on successful test run: found unexpected goroutines:\n...": unclear,
	} {
		if o := judge(said, exit); o.ended != want {
			t.Errorf("%q: %s, want %s", said, o.ended, want)
		}
	}
	if o := judge("PASS\n", nil); o.ended != passed {
		t.Errorf("a test that passes %s", o.ended)
	}
	if o := judge("", errors.New("no such file")); o.ended != unclear {
		t.Errorf("a test that cannot start %s", o.ended)
	}
}

// Every fault still fits the source, so that whoever changes it sees to the
// fault as well.
func TestFaultsApply(t *testing.T) {
	r := &runner{top: "../../..", dir: t.TempDir()}
	seen := map[string]bool{}
	for _, f := range faults {
		if seen[f.name] {
			t.Errorf("two faults are called %s", f.name)
		}
		seen[f.name] = true
		if _, err := r.overlay(f); err != nil {
			t.Errorf("%s no longer applies: %v", f.name, err)
		}
	}
}
