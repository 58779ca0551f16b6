package main

import (
	"fmt"
	"os"
	"path"
	"strings"
)

// exception lets findings of one rule stand where they are meant.
type exception struct {
	rule  string
	where string // a pattern of path.Match; without a slash, for the file's name
	word  string // occurs in the finding's text; "" for any
	line  int
	used  bool
}

type exceptions []*exception

// readExceptions reads lines such as
//
//	length  bot/draw.go:Draw   # a table reads better in one piece
//
// A line without a reason is refused.
func readExceptions(file string) (exceptions, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all exceptions
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rest, why, _ := strings.Cut(line, "#")
		fields := strings.Fields(rest)
		if len(fields) != 2 || strings.TrimSpace(why) == "" {
			return nil, fmt.Errorf("%s:%d: want: rule path[:word] # reason", file, n)
		}
		where, word, _ := strings.Cut(fields[1], ":")
		if _, err := path.Match(where, ""); err != nil {
			return nil, fmt.Errorf("%s:%d: %s: %w", file, n, where, err)
		}
		all = append(all, &exception{rule: fields[0], where: where, word: word, line: n})
	}
	return all, nil
}

// filter returns the findings that nothing excuses, and the exceptions that
// excuse nothing.
func (all exceptions) filter(found []finding) []finding {
	var left []finding
	for _, f := range found {
		excused := false
		for _, e := range all {
			if e.excuses(f) {
				e.used, excused = true, true
			}
		}
		if !excused {
			left = append(left, f)
		}
	}
	for _, e := range all {
		if !e.used {
			left = append(left, finding{"exception", exceptionsFile, e.line, "excuses nothing any more: take it out"})
		}
	}
	return left
}

func (e *exception) excuses(f finding) bool {
	if e.rule != f.rule || !strings.Contains(f.text, e.word) {
		return false
	}
	name := f.file
	if !strings.Contains(e.where, "/") {
		name = path.Base(name)
	}
	ok, _ := path.Match(e.where, name) // the pattern was tried when it was read
	return ok
}
