package main

import (
	"strings"
	"testing"
)

func TestBuiltInTalk(t *testing.T) {
	t.Parallel()
	k, err := openTalk("")
	if err != nil {
		t.Fatal(err)
	}
	if len(k.steps) != 8 || len(k.phrases) != 8 || k.records != 1 || k.steps[1].kind != "press" {
		t.Errorf("%d steps, %d phrases, %d records, second step %q", len(k.steps), len(k.phrases), k.records, k.steps[1].kind)
	}
	for i, s := range k.steps {
		if s.due != i+1 {
			t.Errorf("step %d is answered by %d phrases, want %d", i, s.due, i+1)
		}
	}
}

func TestParseTalk(t *testing.T) {
	t.Parallel()
	k, err := parseTalk("x.en.chat", "# remark\n\nanna> (follow)\nanna< Hello\nanna<\nanna< How can we help?\nanna< [Menu]\n\nanna< Twice C-000001\n\nanna> [Menu]\nanna~ a note\nanna< ✓ Menu\n")
	if err != nil {
		t.Fatal(err)
	}
	if k.lang != "en" || k.steps[0].kind != "follow" || k.steps[0].due != 2 || k.phrases[0].words != "Hello\nHow can we help?" {
		t.Errorf("%+v", k)
	}
	if k.steps[1].due != 2 || k.records != 1 {
		t.Errorf("a tick is no message of its own: %+v", k.steps[1])
	}
	for _, bad := range []string{"", "# only a remark", "anna says hello", "a> x\nb> y", "> (photo)", "+24h", "> x\n>"} {
		if _, err := parseTalk("bad.chat", bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"编号 C-000123。\n在 3月7日 周六 12:02 之前", "编号 C-000001。\n在 11月17日 周一 9:00 之前"},
		{"请问？\n[红娘服务]\n[费用]", "请问？\n1. <a href=\"weixin://bizmsgmenu?msgmenucontent=a&msgmenuid=101\">红娘服务</a>\n2. 费用"},
		{"taken since Fri 6 Mar 12:02", "taken since Mon 17 Nov 9:30"},
		{"看\n\n证据\nA. 我来处理", "看\n证据"},
	} {
		if a, b := fold(c[0]), fold(c[1]); a != b {
			t.Errorf("%q and %q", a, b)
		}
	}
	if fold("一") == fold("二") || fold("费用") == fold("红娘") {
		t.Error("different words look the same")
	}
	if n := recordsIn("C-000012 和 C-000345"); len(n) != 2 || n[1] != 345 {
		t.Errorf("numbers %v", n)
	}
	if p := newPhrase("涉及：{n}"); !p.is(fold("涉及：77"), "涉及：77", 77) || p.is(fold("涉及：78"), "涉及：78", 77) {
		t.Error("another person's number passes for one's own")
	}
}

func FuzzFold(f *testing.F) {
	f.Add("请问？\n1. <a href=\"x\">y</a>")
	f.Fuzz(func(t *testing.T, text string) {
		if once := fold(text); strings.Contains(once, "\n\n") {
			t.Errorf("%q", once)
		}
	})
}
