package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redthread/bot/emulator"
)

// textUse finds the texts that a script says.
var textUse = regexp.MustCompile("[^\\w.]t\\(['`](\\w+)")

// textGroup finds the groups of texts in texts.js.
var textGroup = regexp.MustCompile(`(?s)\{.*?\}`)

// textKey finds the names of the texts in texts.js.
var textKey = regexp.MustCompile(`(?m)(?:^    |, )(\w+): `)

func TestParse(t *testing.T) {
	got, skipped := parse("dir/complaint.en.chat", strings.Join([]string{
		"# A customer changes her mind.", "", "> complaint", "< We are sorry.", "< [The fee]", "> [The fee]", "> (photo p1)",
		"! > [I take it]", "! < Taken.", "anna> 投诉", "mei< 您好", "李> [我来处理]", "> (dance)", "? what", "<", "> (follow)", "+1h", "> (photo 3)", "li< (photo)", "li< (？)", "> (edit 改)",
	}, "\r\n"))
	want := transcript{Name: "complaint.en.chat", Lang: "en", Lines: []line{
		{1, "", false, "remark", "A customer changes her mind.", 0},
		{3, "", false, "write", "complaint", 0},
		{4, "", true, "write", "We are sorry.", 0},
		{5, "", true, "press", "The fee", 0},
		{6, "", false, "press", "The fee", 0},
		{7, "", false, "picture", "p1", 1},
		{8, "!", false, "press", "I take it", 0},
		{9, "!", true, "write", "Taken.", 0},
		{10, "anna", false, "write", "投诉", 0},
		{11, "mei", true, "write", "您好", 0},
		{12, "李", false, "press", "我来处理", 0},
		{15, "", true, "write", "", 0},
		{16, "", false, "follow", "", 0},
		{17, "", false, "remark", "+1h", 0},
		{18, "", false, "picture", "", 3},
		{19, "li", true, "picture", "", 1},
		{20, "li", true, "write", "(？)", 0},
		{21, "", false, "edit", "改", 0},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{13, 14}, skipped); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"> a", "! > [b]", "anna< (photo", "#", "> []", "[x]\x00> \xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, skipped := parse("x.chat", text)
		if n := strings.Count(text, "\n") + 1; len(got.Lines)+len(skipped) > n {
			t.Errorf("%d lines out of %d", len(got.Lines)+len(skipped), n)
		}
	})
}

func TestAssign(t *testing.T) {
	var phones []phone
	for _, p := range cast {
		phones = append(phones, phone{person: p})
	}
	cases := []struct {
		file, text string
		want       map[string]string
	}{
		{"a.zh-CN.chat", "> 你好\n! > [好]", map[string]string{"": "anna", "!": "li"}},
		{"a.en.chat", "> hello\n! > [ok]", map[string]string{"": "carl", "!": "li"}},
		{"a.zh-CN.chat", "mei> a\nanna> b\n王先生> c\n客服> d\ndana> e", map[string]string{"mei": "mei", "anna": "anna", "王先生": "bo", "客服": "li", "dana": "dana"}},
		{"a.en.chat", "anna> a\nbob> b", map[string]string{"anna": "anna", "bob": "carl"}},
		{"a.zh-CN.chat", "a> 1\nb> 1\nc> 1\nd> 1\ne> 1", map[string]string{"a": "anna", "b": "bo", "c": "dana", "d": "carl"}},
	}
	for _, c := range cases {
		parsed, _ := parse(c.file, c.text)
		got := map[string]string{}
		for name, p := range assign(parsed, phones) {
			got[name] = p.ID
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %q: %s", c.file, c.text, diff)
		}
	}
}

func TestSaidSince(t *testing.T) {
	shown := []emulator.Bubble{
		{ID: 1, Text: "您好"},
		{ID: 2, Mine: true, Text: "投诉"},
		{ID: 3, Text: "您的编号是 C-000017，11月22日 周日起。\n1. 好", Keys: [][]emulator.Key{{{Label: "提交"}}}},
	}
	cases := []struct {
		l    line
		want bool
	}{
		{line{Text: "您的编号是 C-000001，3月6日 周五起。"}, true},
		{line{Text: "提交"}, true},
		{line{Text: "您好"}, false}, // said before
		{line{Text: "投诉"}, false}, // the person's own
	}
	for _, c := range cases {
		if got := saidSince(shown, c.l, 2); got != c.want {
			t.Errorf("%q said: %v", c.l.Text, got)
		}
	}
}

func TestPlay(t *testing.T) {
	p := newPlace(t, strings.Join([]string{
		"# 安娜投诉。", "> 投诉", "< " + question, "< [见面对象]", "> [见面对象]", "< 请把事情的经过告诉我们", "> (photo)",
		"dana> 投诉", "dana> [费用]", "dana< 请把事情的经过", "! > [没有这个按钮]", "! < 您说：没有这个按钮", "bo> (follow)", "bo< 您好", "bo> (unfollow)",
	}, "\n"))
	s := p.listen()
	s.next("player", has(`"remark":"安娜投诉。"`))
	s.next("compose", has("投诉"))
	s.next("point", has(`"phone":"anna"`))
	if end := s.next("player", has(`"state":"done"`)); !strings.Contains(end, `"missed":[]`) {
		t.Errorf("the play ended with %s", end)
	}
	p.see("anna", func(b emulator.Bubble) bool { return b.Mine && b.Photo != "" })
	if ph, _ := p.page.phone("bo"); ph.State().Present {
		t.Error("bo did not leave")
	}
}

func TestPlayGoesOnWithoutALine(t *testing.T) {
	p := newPlace(t, "> 投诉\n< 这句话没有人说\n> 再见\n< 您说：再见")
	p.page.Player.Patience = 300 * time.Millisecond
	s := p.listen()
	if end := s.next("player", has(`"state":"done"`)); !strings.Contains(end, `"missed":[2]`) {
		t.Errorf("the play ended with %s", end)
	}
}

func TestHold(t *testing.T) {
	p := newPlace(t, "> 一\n< 您说：一\n> 二\n< 您说：二")
	p.do("/api/player/pause", nil, 204)
	s := p.listen() // opens the play, which is held
	s.next("player", has(`"state":"playing","held":true`))
	p.do("/api/player/dance", nil, 404)
	p.do("/api/player/pause", nil, 204)
	if ph, _ := p.page.phone("anna"); len(ph.Screen().Bubbles()) != 0 {
		t.Error("a held play went on")
	}
	p.do("/api/player/resume", nil, 204)
	s.next("player", has(`"state":"done","held":false`))
}

func TestReadScript(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if got, err := readScript("", nil); got.Lines != nil || err != nil {
		t.Errorf("no script: %v, %v", got, err)
	}
	if _, err := readScript(filepath.Join(dir, "none"), nil); err == nil {
		t.Error("a file that is not there was read")
	}
	if _, err := readScript(write("bad.chat", "hello\n"), nil); err == nil {
		t.Error("a file without a line was played")
	}
}

func TestOptions(t *testing.T) {
	for _, bad := range [][]string{{"-lang", "fr"}, {"-mode", "open"}, {"extra"}, {"-open=perhaps"}, {"-hours", "late"}} {
		if _, err := readOptions(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	o, err := readOptions([]string{"-open=false", "--lang=en", "-mode", "plain", "-addr", "127.0.0.1:0", "-data", "d", "-script", "a.chat", "-hours", "mon 9:00-10:00"})
	if want := (options{"127.0.0.1:0", "d", "en", "plain", "a.chat", false, false, "mon 9:00-10:00"}); err != nil || o != want {
		t.Errorf("%+v, %v", o, err)
	}
}
