package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSyntax(t *testing.T) {
	long := "func long() {\n" + strings.Repeat("\tf()\n", longest-2) + "}\n"
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"a function that fits", long, nil},
		{"a line too many", strings.Replace(long, "f()", "f()\nf()", 1), []string{"length"}},
		{"a secret compared", `func f() { _ = given != c.WebhookSecret }`, []string{"secret"}},
		{"a signature of a request", `func f() { _ = sum == q.Get("signature") }`, []string{"secret"}},
		{"bytes of a secret", `func f() { bytes.Equal(token, x) }`, []string{"secret"}},
		{"whether there is a secret", `func f() { _ = c.Secret == "" || c.Token != nil }`, nil},
		{"a text logged", `func f() { log.Info("got", "message", ev.Text) }`, []string{"log"}},
		{"under a private key", `func f() { s.log().WarnContext(ctx, "got", "phone", x) }`, []string{"log"}},
		{"inside a call", `func f() { c.log.Error("got", slog.String("what", short(ev.Text, 9))) }`, []string{"log"}},
		{"ids logged", `func f() { c.Log.Info("sent the text", "to", phone.id, "bytes", len(ev.Text)) }`, nil},
		{"a person's name", `func f() { log.Info("got", "who", p.Name) }`, []string{"log"}},
		{"a channel's name", `func f() { log.Info("got", "channel", name) }`, nil},
		{"no log at all", `func f() { t.Say("text", ev.Text) }`, nil},
	} {
		found, err := syntax("x.go", []byte("package x\n"+c.src))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := rules(found); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	src := "fine\n// T" + "ODO later\npath := \"/ho" + "me/anna/x\"\nGET https://pro" + "xy.example.org/\n/homely /x/work/y deb.\n"
	found := words("a.txt", src)
	if got, want := rules(found), []string{"unfinished", "place", "host"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	for i, f := range found {
		if f.line != i+2 {
			t.Errorf("%v: want line %d", f, i+2)
		}
	}
}

func TestParse(t *testing.T) {
	out := "# redthread/store\nvet: a/b.go:92:5: version redeclared\na/b.go:3:2: unchecked error\na/b.go:4: ineffectual assignment to x\n"
	want := []finding{{"vet", "a/b.go", 92, "version redeclared"}, {"errcheck", "a/b.go", 3, "unchecked error"}, {"ineffassign", "a/b.go", 4, "ineffectual assignment to x"}}
	if got := parse("vet", out); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	want = []finding{{"SA4000", "a/b.go", 386, "identical (nearly) expressions"}}
	if got := parse("staticcheck", "a/b.go:386:5: identical (nearly) expressions (SA4000)\n"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestExceptions(t *testing.T) {
	all, err := exceptionsOf(t, "# a heading\n\nSA1 a/*:x # one\nSA1 *_test.go # two\nSA2 a/b.go # three\n")
	if err != nil {
		t.Fatal(err)
	}
	left := all.filter([]finding{
		{"SA1", "a/b.go", 1, "has x"},
		{"SA1", "c/d/e_test.go", 1, "any"},
		{"SA1", "a/b.go", 2, "has y"},
		{"SA1", "a/b/c.go", 3, "has x"},
		{"SA3", "a/b.go", 4, "has x"},
	})
	var got []string
	for _, f := range left {
		got = append(got, f.String())
	}
	want := []string{
		"a/b.go:2: has y (SA1)", "a/b/c.go:3: has x (SA1)", "a/b.go:4: has x (SA3)",
		".ci/exceptions:5: excuses nothing any more: take it out (exception)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("left %q\nwant %q", got, want)
	}
}

func TestExceptionsNeedAReason(t *testing.T) {
	for _, line := range []string{"SA1 a/*", "SA1 a/* #", "SA1 # why", "SA1 a b # why", "SA1 a[ # why"} {
		if _, err := exceptionsOf(t, line); err == nil {
			t.Errorf("%q was taken", line)
		}
	}
}

func exceptionsOf(t *testing.T, text string) (exceptions, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "exceptions")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return readExceptions(file)
}

func rules(found []finding) []string {
	var all []string
	for _, f := range found {
		all = append(all, f.rule)
	}
	return all
}
