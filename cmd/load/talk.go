package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// talk is what one person says and must hear, read from a transcript.
type talk struct {
	name    string
	lang    string // what the person's phone is set to
	steps   []step
	phrases []phrase // of all steps, in order
	records int      // complaints that it files
}

// step is one thing the person does. When it is done, the first due phrases of
// the talk are heard.
type step struct {
	kind string // "write", "press", "follow"
	text string // the words, or the button's label
	due  int
}

//go:embed complaint.chat
var builtIn string

// openTalk reads a transcript, or the built-in one when path is empty.
func openTalk(path string) (*talk, error) {
	if path == "" {
		return parseTalk("complaint.chat", builtIn)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load: read transcript: %w", err)
	}
	return parseTalk(filepath.Base(path), string(raw))
}

// echoTalk is the talk with every answer left open, for a bot that only echoes.
func (t *talk) echoTalk() *talk {
	echo := &talk{name: t.name, lang: t.lang}
	for i, s := range t.steps {
		s.due = i + 1
		s.kind = "write" // there is no button to press
		echo.steps = append(echo.steps, s)
		echo.phrases = append(echo.phrases, phrase{words: anything})
	}
	return echo
}

var spoken = regexp.MustCompile(`^([\p{L}\p{N}_.-]{0,32})([<>~])(?: (.*))?$`)

// reader reads a transcript of one person, line by line.
type reader struct {
	talk    *talk
	who     string
	said    []string // lines of the message that is being read
	records []int64
}

// parseTalk reads a transcript of one person who writes and presses.
func parseTalk(name, text string) (*talk, error) {
	r := &reader{talk: &talk{name: name, lang: "zh-hans"}}
	if strings.Contains(name, ".en.") {
		r.talk.lang = "en"
	}
	for i, line := range strings.Split(text, "\n") {
		if err := r.line(strings.TrimRight(line, " \t\r")); err != nil {
			return nil, fmt.Errorf("load: %s, line %d: %w", name, i+1, err)
		}
	}
	r.flush()
	if len(r.talk.steps) == 0 {
		return nil, fmt.Errorf("load: %s: nobody says anything", name)
	}
	r.talk.records = len(r.records)
	return r.talk, nil
}

func (r *reader) line(line string) error {
	if line == "" || strings.HasPrefix(line, "#") {
		r.flush()
		return nil
	}
	m := spoken.FindStringSubmatch(line)
	if m == nil {
		return errors.New("expected > what the person does, < what the bot says, or a # remark")
	}
	if len(r.talk.steps) > 0 && m[1] != r.who {
		return fmt.Errorf("%q takes part too; only talks of one person can be played", m[1])
	}
	r.who = m[1]
	switch m[2] {
	case "<":
		r.said = append(r.said, m[3])
	case ">":
		r.flush()
		return r.deed(m[3])
	}
	return nil // a passing note on a pressed button is not looked at
}

// flush ends the message that is being read. A tick on a pressed button changes
// an earlier message and is none of its own.
func (r *reader) flush() {
	text := strings.Join(r.said, "\n")
	r.said = nil
	if strings.TrimSpace(text) == "" || strings.HasPrefix(text, "✓") || len(r.talk.steps) == 0 {
		return
	}
	r.talk.phrases = append(r.talk.phrases, newPhrase(text))
	r.talk.steps[len(r.talk.steps)-1].due = len(r.talk.phrases)
	for _, n := range recordsIn(text) {
		if !slices.Contains(r.records, n) {
			r.records = append(r.records, n)
		}
	}
}

func (r *reader) deed(text string) error {
	s := step{kind: "write", text: text, due: len(r.talk.phrases)}
	switch {
	case text == "":
		return errors.New("nothing is said")
	case text == "(follow)" || text == "(start)":
		s.kind, s.text = "follow", ""
	case strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")"):
		return fmt.Errorf("%s cannot be played, only words and buttons", text)
	case strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
		s.kind, s.text = "press", text[1:len(text)-1]
	}
	r.talk.steps = append(r.talk.steps, s)
	return nil
}
