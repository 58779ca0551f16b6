package knowledge_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"redthread/bot/knowledge"
)

// A running program takes up what is changed, and keeps what it has when the
// change is not in order.
func TestLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, src string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const mine = "---\ntitle: 停车\ndate: 2026-04-02\nversion: 1\nask:\n- 有没有停车位\n---\n"
	write("zh-CN/parking.md", mine+"有。")
	l, err := knowledge.Open(knowledge.Options{Override: os.DirFS(dir), Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, nil))
	answer := func(id string) string {
		e, _ := l.Current().Entry(id, "zh-CN")
		return e.Answer
	}
	before := l.Current()
	if l.Look(t.Context(), log); l.Current() != before || said.Len() > 0 {
		t.Error("read again for nothing")
	}
	write("zh-CN/parking.md", mine+"没有。")
	if l.Look(t.Context(), log); answer("parking") != "没有。" {
		t.Errorf("it still says %q", answer("parking"))
	}
	write("zh-CN/parking.md", mine+"{nope}")
	l.Look(t.Context(), log)
	l.Look(t.Context(), log)
	if answer("parking") != "没有。" || strings.Count(said.String(), "parking.md:8") != 1 {
		t.Errorf("says %q; log:\n%s", answer("parking"), said.String())
	}
	write("zh-CN/parking.md", mine+"有。")
	l.Look(t.Context(), log)

	// What supervisors promote is there at once, and filed; the file may be
	// changed, and counts more then.
	e := knowledge.FromChat("Q-000007", "zh-CN", "店里有微波炉吗", "有，在茶水间。", time.Date(2026, 4, 3, 0, 0, 0, 0, time.UTC))
	l.Promote(t.Context(), []knowledge.Entry{e}, log)
	if m := l.Current().Ask("店里有没有微波炉"); m.Sureness == knowledge.Far || m.IDs[0] != "q-000007" {
		t.Errorf("found %v", m)
	}
	for range 2 { // by two processes
		if err := e.File(dir); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "promoted/zh-CN/q-000007.md")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	write("promoted/zh-CN/q-000007.md", strings.Replace(string(src), "茶水间", "二楼茶水间", 1))
	if err := e.File(dir); err != nil {
		t.Fatal(err)
	}
	if l.Look(t.Context(), log); answer("q-000007") != "有，在二楼茶水间。" {
		t.Errorf("it says %q", answer("q-000007"))
	}
	if l.Folder() != dir {
		t.Error(l.Folder())
	}
}

// Whatever is said in a chat and promoted makes a file that is in order and reads
// back the same.
func TestPromotedFilesAreInOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := 0
	words := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"---", "title: x", "- a\n- b", "{x}", "<b>", "```", "![a](b)", "|a|b|", "怎么退款：分几次？", "# h", "\xff", "**x**", strings.Repeat("长", 200)}))
	rapid.Check(t, func(t *rapid.T) {
		n++
		folder := filepath.Join(dir, string(rune('a'+n%26)), time.Duration(n).String())
		asked := "q " + words.Draw(t, "asked")
		e := knowledge.FromChat("Q-000001", rapid.SampledFrom([]string{"en", "zh-CN", "fr"}).Draw(t, "lang"), asked, "a "+words.Draw(t, "answer"), time.Date(2026, 4, 3, 12, 0, 0, 0, time.UTC))
		if err := e.File(folder); err != nil {
			t.Fatal(err)
		}
		b, err := knowledge.Load(knowledge.Options{Content: fstest.MapFS{}, Override: os.DirFS(folder), Folder: folder})
		if err != nil {
			t.Fatal(err)
		}
		back, ok := b.Entry("q-000001", e.Lang)
		if !ok || back.Title != e.Title || back.Answer != e.Answer || len(back.Ask) != 1 || back.Ask[0] != e.Ask[0] || !back.Date.Equal(e.Date) {
			t.Fatalf("%+v\nread back as\n%+v", e, back)
		}
	})
}

// Words that tell who somebody is are not for everybody.
func TestPrivate(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]bool{
		"我电话13800138000": true, "call 021-5555 0100": true, "anna@example.com": true, "微信号：anna_1990": true, "wx: anna1990": true,
		"我叫王丽": true, "My name is Anna": true, "@anna_w": true,
		"怎么退款": false, "有 3 种套餐吗": false, "do you have a wechat account": false, "我叫不出名字": true, "2026 年的价格": false, "a@b": false,
	} {
		if got := knowledge.Private(words); got != want {
			t.Errorf("%q: %v, want %v", words, got, want)
		}
	}
}

func TestCopyTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n, err := knowledge.CopyTo(dir)
	if err != nil || n < 80 {
		t.Fatalf("%d files, %v", n, err)
	}
	if again, err := knowledge.CopyTo(dir); err != nil || again != 0 {
		t.Errorf("%d files again, %v", again, err)
	}
	b, err := knowledge.Load(knowledge.Options{Override: os.DirFS(dir), Folder: dir})
	if err != nil || len(b.Warnings()) > 0 {
		t.Error(err, b.Warnings())
	}
}
