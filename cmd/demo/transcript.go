package main

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// transcript is a talk written down, one line each:
//
//	# 安娜投诉见面对象。          a remark
//	> 投诉                       the client writes
//	> [见面对象]                 presses a button or taps a word
//	> (photo)                    sends a picture, (photo 3) three, (photo 合影) one
//	                             with words; (follow), (unfollow), (edit words),
//	                             (contact own …) shares the phone's own number;
//	                             (voice), (file), (place)
//	< 请把事情的经过告诉我们     the bot said, < (photo) showed
//	! > [我来处理]               a member of staff does, ! < the bot said to them
//	anna> 投诉                   the same with names; li< …
//	li@K-000001> 您好            in the client's topic of the staff's group
//	群 K-000001< 您好            what is shown there
//	+1h                          time passes, which it does not in the demo
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
	Kind   string // "remark", "write", "press", "picture", "follow", "unfollow", "contact", "edit", or of thingKinds
	Text   string // the words, or the label
	Count  int    // of pictures
}

// named is a line with a name, or with ! for staff, or with neither, or in a topic.
var named = regexp.MustCompile(`^(!|[\p{L}\p{N}_.-]{1,32}(?:@[\w-]{1,64})?|群 [\w-]{1,64})?\s*([<>])(?:\s(.*))?$`)

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
	if strings.HasPrefix(raw, "+") {
		return line{Kind: "remark", Text: raw}, true
	}
	m := named.FindStringSubmatch(raw)
	if m == nil {
		return line{}, false
	}
	l, ok := deedOf(m[3])
	if l.Who, l.Said = m[1], m[2] == "<"; l.Said && !ok { // a bot may say words in brackets
		l.Kind, l.Text, ok = "write", m[3], true
	}
	return l, ok
}

// deedOf tells words from a [label] and from a (deed).
func deedOf(text string) (line, bool) {
	if in, is := within(text, "[", "]"); is && in != "" {
		return line{Kind: "press", Text: in}, true
	}
	in, is := within(text, "(", ")")
	if !is {
		return line{Kind: "write", Text: text}, true
	}
	verb, rest, _ := strings.Cut(in, " ")
	switch verb {
	case "photo":
		if n, err := strconv.Atoi(rest); err == nil {
			return line{Kind: "picture", Count: min(max(n, 1), 10)}, true
		}
		return line{Kind: "picture", Text: rest, Count: 1}, true
	case "follow", "unfollow", "voice", "file", "place":
		return line{Kind: verb}, true
	case "contact":
		return line{Kind: verb}, strings.HasPrefix(rest, "own")
	case "edit":
		return line{Kind: "edit", Text: rest}, rest != ""
	}
	return line{}, false
}

func within(s, open, shut string) (string, bool) {
	s, ok := strings.CutPrefix(s, open)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(s, shut)
}

// staffNames are other words for the members of staff in the cast.
var staffNames = map[string]string{"!": "li", "staff": "li", "客服": "li", "小李": "li", "matchmaker": "mei", "红娘": "mei", "王红娘": "mei"}

// away are people of the transcripts who have no phone on the page; their lines
// are left out.
var away = map[string]bool{"chen": true}

// assign gives each name in the transcript a phone: the one of that name, else
// the next free client's, those who speak the transcript's language first.
func assign(t transcript, phones []phone) map[string]phone {
	byID := map[string]phone{}
	for _, p := range phones {
		byID[p.ID] = p
	}
	parts, taken := map[string]phone{}, map[string]bool{}
	for _, l := range t.Lines {
		if p, ok := inTopic(l.Who, phones); ok {
			parts[l.Who] = p
			continue
		}
		id := strings.ToLower(l.Who)
		if other, ok := staffNames[id]; ok {
			id = other
		}
		if p, ok := byID[id]; ok {
			parts[l.Who], taken[p.ID] = p, true
		}
	}
	free := slices.DeleteFunc(slices.Clone(phones), func(p phone) bool { return p.Staff || p.Aside || taken[p.ID] })
	slices.SortStableFunc(free, func(a, b phone) int { return cmp.Compare(foreign(a, t.Lang), foreign(b, t.Lang)) })
	for _, l := range t.Lines {
		if _, ok := parts[l.Who]; ok || l.Kind == "remark" || away[strings.ToLower(l.Who)] || len(free) == 0 {
			continue
		}
		parts[l.Who], free = free[0], free[1:]
	}
	return parts
}

// inTopic is the group's phone, open at the topic that a name stands for; false:
// it stands for none.
func inTopic(who string, phones []phone) (phone, bool) {
	_, key, ok := strings.Cut(who, "@")
	if !ok {
		key, ok = strings.CutPrefix(who, "群 ")
	}
	for _, p := range phones {
		if f, is := p.handset.(forum); ok && is {
			p.handset = f.About(key)
			return p, true
		}
	}
	return phone{}, false
}

// foreign is 1 when the phone does not speak the language.
func foreign(p phone, lang string) int {
	if strings.HasPrefix(p.Lang, lang) {
		return 0
	}
	return 1
}
