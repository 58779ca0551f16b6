package guard_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"redthread/bot/guard"
)

func load(t testing.TB, o guard.Options) *guard.Guard {
	t.Helper()
	o.Own = append(o.Own, guard.SetPhone)
	g, err := guard.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestLines holds the built-in rules to what they have reached: a rule that is
// added must not cost more than it brings.
func TestLines(t *testing.T) {
	t.Parallel()
	g := load(t, guard.Options{})
	for _, set := range []struct {
		name                string
		lines, misses, fals int // at the most
	}{{"lines", 320, 2, 1}, {"heldout", 60, 1, 2}, {"fresh", 60, 15, 1}} {
		lines, err := guard.Lines(set.name)
		if err != nil || len(lines) < set.lines {
			t.Fatal(set.name, len(lines), err)
		}
		by, wrong := g.Evaluate(lines)
		misses, fals := 0, 0
		for _, s := range by {
			misses, fals = misses+s.Misses, fals+s.False
		}
		if misses > set.misses || fals > set.fals {
			t.Errorf("%s: %d missed, %d false alarms", set.name, misses, fals)
			for _, w := range wrong {
				t.Logf("wanted %v, got %+v: %s", w.Want, w.Got, w.Text)
			}
		}
	}
}

func TestThePlaceIsInTheOriginal(t *testing.T) {
	t.Parallel()
	g := load(t, guard.Options{})
	for text, want := range map[string]string{
		"您好，包 成 功 的，放心":              "包 成 功",
		"我们包\u200b成\u200b功。":         "包\u200b成\u200b功",
		"请打１３８－００１３－８０００吧":           "１３８－００１３－８０００",
		"1️⃣3️⃣8️⃣00138000":          "1️⃣3️⃣8️⃣00138000",
		"保證成功":                       "保證成功",
		"this is guarаnteed success": "guarаnteed success",
		"call +44 7700 900123 now":   "44 7700 900123",
		"写信 li.hong＠gmail．com 即可":    "li.hong＠gmail．com",
	} {
		found := g.Check(text)
		if len(found) != 1 || text[found[0].From:found[0].To] != want {
			t.Errorf("%q: found %+v, not %q", text, found, want)
		}
	}
}

func TestTheAgencysOwnMayBeTold(t *testing.T) {
	t.Parallel()
	folder := fstest.MapFS{"own.txt": {Data: []byte("== own\n服务号 hongxian2020\ncare@red.example\n")}}
	g := load(t, guard.Options{Override: folder})
	for _, text := range []string{"请打 021-5555 0100", "电话０２１５５５５０１００", "写信到 care@red.example", "微信服务号 hongxian2020"} {
		if found := g.Check(text); len(found) > 0 {
			t.Errorf("%s: %+v", text, found)
		}
	}
	if found := g.Check("请打 021-5555 0101"); len(found) != 1 {
		t.Errorf("a number that is not ours: %+v", found)
	}
}

func TestAnAgencysRules(t *testing.T) {
	t.Parallel()
	g := load(t, guard.Options{Folder: "ours", Override: fstest.MapFS{
		"ours.txt":    {Data: []byte("# ours\n== promise flag\n天作之合\nunless 不是…\n")},
		"payment.txt": {Data: []byte("== payment stop\n金条\n")},
		"README.md":   {Data: []byte("notes")},
	}})
	if f := g.Check("这是天作之合"); len(f) != 1 || f[0].Severity != guard.Flag || f[0].Rule != "天作之合" {
		t.Errorf("a rule of ours: %+v", f)
	}
	if f := g.Check("这不是天作之合"); len(f) != 0 {
		t.Errorf("an exception of ours: %+v", f)
	}
	if f := g.Check("给两根金条，发个收款码"); len(f) != 1 || f[0].Kind != guard.Payment || f[0].Rule != "金条" {
		t.Errorf("a file of the same name replaces the built-in one: %+v", f)
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"包成功\n":                                      "ours/a.txt:1: \"包成功\" stands before the first heading",
		"== promiss stop\n包成功\n":                     "ours/a.txt:1: there is no kind \"promiss\"",
		"== promise halt\n包成功\n":                     "ours/a.txt:1: \"halt\" is neither stop nor flag",
		"== promise\n":                               "ours/a.txt:1: a heading is a kind",
		"== contact stop\n\n{fone}\n":                "ours/a.txt:3: nothing reads {fone}",
		"== contact stop\n滚\n":                       "ours/a.txt:2: \"滚\" is in every second sentence",
		"== contact stop\n。。\n":                      "ours/a.txt:2: \"。。\" holds no letter",
		"== contact stop\nunless …\n":                "ours/a.txt:2: the exception says nothing",
		"== own\n12\n":                               "ours/a.txt:2: \"12\" is too short",
		"== contact stop\n\xff\n":                    "ours/a.txt: the file is not UTF-8",
		"== insult stop\n" + strings.Repeat("长", 61): "ours/a.txt:2: the line is longer than 60",
	} {
		_, err := guard.Load(guard.Options{Folder: "ours", Override: fstest.MapFS{"a.txt": {Data: []byte(src)}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, not %q", src, err, want)
		}
	}
	if _, err := guard.Load(guard.Options{Folder: "ours", Override: fstest.MapFS{"a.md": {}}}); err == nil || !strings.Contains(err.Error(), "nobody reads this") {
		t.Errorf("a file that nobody reads: %v", err)
	}
}

func TestLive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(src string) {
		if err := os.WriteFile(filepath.Join(dir, "ours.txt"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := guard.Open(guard.Options{Override: os.DirFS(dir), Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	hears := func(words string) bool {
		l.Look(t.Context(), slog.New(slog.DiscardHandler))
		return len(l.Current().Check(words)) > 0
	}
	if hears("金玉良缘") {
		t.Error("heard before it is a rule")
	}
	if write("== promise stop\n金玉良缘\n"); !hears("金玉良缘") {
		t.Error("a new rule is not heard")
	}
	if write("== promise\n"); !hears("金玉良缘") {
		t.Error("rules that are not in order took the place of those that were")
	}
}

func TestCopyTo(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "guard")
	n, err := guard.CopyTo(dir)
	if err != nil || n != 5 {
		t.Fatal(n, err)
	}
	if n, err := guard.CopyTo(dir); n != 0 || err != nil {
		t.Errorf("written over: %d, %v", n, err)
	}
	g, err := guard.Load(guard.Options{Override: os.DirFS(dir)})
	if err != nil || g.Len() != load(t, guard.Options{}).Len() {
		t.Errorf("the copy reads otherwise: %v", err)
	}
}

// FuzzCheck proves that nothing a colleague can type breaks the guard, and that
// what it finds lies within the text, on whole characters, in order.
func FuzzCheck(f *testing.F) {
	for _, name := range []string{"lines", "heldout"} {
		lines, err := guard.Lines(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, l := range lines {
			f.Add(l.Text)
		}
	}
	f.Add("@\x00a@.b点点@1.\xff138")
	g := load(f, guard.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, found := range g.Check(text) {
			if found.From < last || found.To <= found.From || found.To > len(text) {
				t.Fatalf("%q: %+v", text, found)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[found.From:found.To]) {
				t.Fatalf("%q: %+v cuts a character", text, found)
			}
			if !slices.Contains(guard.Kinds, found.Kind) {
				t.Fatalf("%q: %+v", text, found)
			}
			last = found.From
		}
	})
}

// TestTimeIsLinear writes the texts that could make the matching slow, short and
// forty times as long: what is twice as long may not take more than a few times
// what it should.
func TestTimeIsLinear(t *testing.T) {
	t.Parallel()
	g := load(t, guard.Options{})
	for _, piece := range []string{"保证", "加我", "1 3 8 ", "微信a1", "a@b.", "包成功", "一", "v1x"} {
		took := func(n int) time.Duration {
			text, best := strings.Repeat(piece, n), time.Hour
			for range 5 {
				start := time.Now()
				g.Check(text)
				best = min(best, time.Since(start))
			}
			return best
		}
		if short, long := took(200), took(8000); long > 40*8*short {
			t.Errorf("%q: %v for 200, %v for 8000", piece, short, long)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	g := load(b, guard.Options{})
	lines, err := guard.Lines("lines")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.Check(lines[i%len(lines)].Text)
	}
}
