package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// What the start has run is not in memory any more, and all of it runs again.
func TestForgetCode(t *testing.T) {
	before := codeInMemory(t)
	forgetCode()
	if after := codeInMemory(t); after >= before {
		t.Errorf("%d KiB of code are in memory, %d were before", after, before)
	}
}

// codeInMemory is how much of the program's code is, in KiB.
func codeInMemory(t *testing.T) (n int) {
	t.Helper()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		t.Skip(err)
	}
	smaps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Skip(err)
	}
	m := regexp.MustCompile(`(?s) r-xp [^\n]* ` + regexp.QuoteMeta(self) + `\n.*?\nRss: +(\d+) kB`).FindSubmatch(smaps)
	if m == nil {
		t.Fatal("the program's code is not among its memory")
	}
	n, err = strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
