package main

import (
	"path/filepath"
	"regexp"
	"strings"
)

// transcript is a talk written down, one line each:
//
//	# 安娜投诉见面对象。          a remark
//	> 投诉                       the client writes
//	> [见面对象]                 presses a button or taps a word
//	> (photo)                    sends a picture; (follow), (unfollow)
//	< 请把事情的经过告诉我们     the bot said
//	! > [我来处理]               a member of staff does, ! < the bot said to them
//	anna> 投诉                   the same with names; li< …
type transcript struct {
	Name  string // of the file
	Lang  string // "zh" or "en"
	Lines []line
}

// line is one line of a transcript.
type line struct {
	Number int    // in the file, from 1
	Who    string // a name, "" the client, "!" a member of staff
	Said   bool   // the bot said it; otherwise a person does it
	Kind   string // "remark", "write", "press", "picture", "follow", "unfollow"
	Text   string // the words, or the label
}

// named is a line with a name, or with ! for staff, or with neither.
var named = regexp.MustCompile(`^(!|[\p{L}\p{N}_.-]{1,32})?\s*([<>])(?:\s(.*))?$`)

// parse reads a transcript. A line of no known form is not played; its number is
// among the skipped.
func parse(path, text string) (t transcript, skipped []int) {
	t = transcript{Name: filepath.Base(path), Lang: "zh"}
	if parts := strings.Split(t.Name, "."); len(parts) > 2 && strings.HasPrefix(parts[len(parts)-2], "en") {
		t.Lang = "en"
	}
	for i, raw := range strings.Split(text, "\n") {
		raw = strings.TrimRight(raw, " \t\r")
		if raw == "" {
			continue
		}
		l, ok := parseLine(raw)
		if !ok {
			skipped = append(skipped, i+1)
			continue
		}
		l.Number = i + 1
		t.Lines = append(t.Lines, l)
	}
	return t, skipped
}

func parseLine(raw string) (line, bool) {
	if remark, ok := strings.CutPrefix(raw, "#"); ok {
		return line{Kind: "remark", Text: strings.TrimSpace(remark)}, true
	}
	m := named.FindStringSubmatch(raw)
	if m == nil {
		return line{}, false
	}
	l := line{Who: m[1], Said: m[2] == "<", Text: m[3]}
	var ok bool
	l.Kind, l.Text, ok = deedOf(l.Text)
	if l.Said && !ok { // a bot may say words in brackets
		l.Kind, l.Text, ok = "write", m[3], true
	}
	return l, ok
}

// deedOf tells words from a [label] and from a (deed).
func deedOf(text string) (kind, words string, ok bool) {
	if in, is := within(text, "[", "]"); is && in != "" {
		return "press", in, true
	}
	in, is := within(text, "(", ")")
	if !is {
		return "write", text, true
	}
	verb, _, _ := strings.Cut(in, " ")
	switch verb {
	case "photo", "picture":
		return "picture", "", true
	case "follow", "start":
		return "follow", "", true
	case "unfollow", "block":
		return "unfollow", "", true
	}
	return "", "", false
}

func within(s, open, shut string) (string, bool) {
	s, ok := strings.CutPrefix(s, open)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, shut)
}

// staffNames are other words for the members of staff in the cast.
var staffNames = map[string]string{
	"!": "li", "staff": "li", "matchmaker": "li", "红娘": "li", "小李": "li",
	"agent": "chen", "service": "chen", "客服": "chen", "小陈": "chen",
}

// assign gives each name in the transcript a phone: the one of that name if it
// speaks the transcript's language, else the next free client's, those who speak
// it first.
func assign(t transcript, phones []phone) map[string]phone {
	byID := map[string]phone{}
	var free []phone
	for _, p := range phones {
		byID[p.ID] = p
		if !p.Staff && speaks(p, t.Lang) {
			free = append(free, p)
		}
	}
	for _, p := range phones {
		if !p.Staff && !speaks(p, t.Lang) {
			free = append(free, p)
		}
	}
	parts := map[string]phone{}
	taken := map[string]bool{}
	give := func(name string, p phone) { parts[name], taken[p.ID] = p, true }
	for _, l := range t.Lines {
		id := strings.ToLower(l.Who)
		if other, ok := staffNames[id]; ok {
			id = other
		}
		if p, ok := byID[id]; ok && (p.Staff || speaks(p, t.Lang)) {
			give(l.Who, p)
		}
	}
	for _, l := range t.Lines {
		if _, ok := parts[l.Who]; ok || l.Kind == "remark" {
			continue
		}
		for _, p := range free {
			if !taken[p.ID] {
				give(l.Who, p)
				break
			}
		}
	}
	return parts
}

func speaks(p phone, lang string) bool { return strings.HasPrefix(p.Lang, lang) }
