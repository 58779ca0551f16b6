package templates

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"redthread/bot"
)

// one loads a set whose only text is "hello", the same in every language.
func one(t *testing.T, block string) *Set {
	t.Helper()
	s, err := load(Options{Texts: files("== hello\n"+block, "== hello\n"+block)}, catalog{"hello": reflect.TypeFor[visitor]()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRender(t *testing.T) {
	cases := []paper{{"7", "门票"}, {"9", "照片"}}
	for _, tt := range []struct {
		name, block string
		about       visitor
		want        bot.Message
	}{
		{"words", "Hi {{.Name}}", visitor{Name: "An"}, bot.Message{Text: "Hi An"}},
		{"what clients write is not read", "Hi {{.Name}}", visitor{Name: "{{.More}}"}, bot.Message{Text: "Hi {{.More}}"}},
		{"a choice alone on its line, not taken", "A\n{{if .More}}\nB\n{{else}}\nC\n{{end}}\nD", visitor{}, bot.Message{Text: "A\nC\nD"}},
		{"a choice alone on its line, taken", "A\n{{if .More}}\nB\n{{end}}\nD", visitor{More: true}, bot.Message{Text: "A\nB\nD"}},
		{"a choice on the last line", "A\n{{if .More}}\nB\n{{end}}", visitor{}, bot.Message{Text: "A"}},
		{"empty lines stay", "A\n\nB\n\n", visitor{}, bot.Message{Text: "A\n\nB"}},
		{"quoted signs", "\\[A]\n\\# B\n\\== C\n\\\\D", visitor{}, bot.Message{Text: "[A]\n# B\n== C\n\\D"}},
		{"a time not known", "A{{if .Since}} since {{date .Since}}{{end}}{{if not .Since}}!{{end}}", visitor{}, bot.Message{Text: "A!"}},
		{"a time known", "A{{with .Since}} since {{.Year}}{{end}}{{if not .Since}}!{{end}}", visitor{Since: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}, bot.Message{Text: "A since 2026"}},
		{"buttons", "A\n[yes] Yes\n[more if .More] More {{.Name}}", visitor{}, bot.Message{Text: "A", Buttons: []bot.Button{{ID: "yes", Label: "Yes"}}}},
		{"a button by condition", "A\n[yes] Yes\n[more if .More] More {{.Name}}", visitor{More: true, Name: "An"},
			bot.Message{Text: "A", Buttons: []bot.Button{{ID: "yes", Label: "Yes"}, {ID: "more", Label: "More An"}}}},
		{"a button each", "A\n[case each .Cases] {{.Number}} {{.Title}}\n[none] –", visitor{Cases: cases},
			bot.Message{Text: "A", Buttons: []bot.Button{{ID: "case.0", Label: "7 门票"}, {ID: "case.1", Label: "9 照片"}, {ID: "none", Label: "–"}}}},
		{"a button for a page", "A\n[page https://x.example/{{.Name | urlquery}} if .More] Page", visitor{More: true, Name: "a b"},
			bot.Message{Text: "A", Buttons: []bot.Button{{ID: "page", Label: "Page", URL: "https://x.example/a+b"}}}},
		{"a label's line breaks", "A\n[yes] {{.Name}}!", visitor{Name: " a\n b\x00"}, bot.Message{Text: "A", Buttons: []bot.Button{{ID: "yes", Label: "a b !"}}}},
		{"a wide label", "A\n[yes] {{.Name}}", visitor{Name: strings.Repeat("好", 21)},
			bot.Message{Text: "A", Buttons: []bot.Button{{ID: "yes", Label: strings.Repeat("好", 19) + "…"}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := one(t, tt.block).Render("en", Line{Name: "hello", Data: tt.about})
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, m); d != "" {
				t.Error(d)
			}
		})
	}
}

// A text is read when it is first said, by many at once perhaps, and what a
// condition knows is then what it knew when the text was proved.
func TestFirstSaidByMany(t *testing.T) {
	s := one(t, "{{if .Since}}{{date .Since}}{{else}}A{{end}}\n[yes] {{.Name}}\n[no if .Since] No\n[maybe] Maybe")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			m, err := s.Render("en", Line{Name: "hello", Data: visitor{Name: "Anna"}})
			want := []bot.Button{{ID: "yes", Label: "Anna"}, {ID: "maybe", Label: "Maybe"}}
			if err != nil || m.Text != "A" || !slices.Equal(m.Buttons, want) {
				t.Errorf("%q, %v, %v", m.Text, m.Buttons, err)
			}
		})
	}
	all.Wait()
}

func TestRenderRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, block string
		line        Line
		want        string
	}{
		{"undeclared", "A", Line{Name: "bye"}, `no text "bye"`},
		{"another type", "{{.Name}}", Line{Name: "hello", Data: 3}, "can't evaluate field Name"},
		{"empty", "{{.Name}}", Line{Name: "hello", Data: visitor{Name: " \n"}}, "comes out empty"},
		{"empty label", "A\n[yes] {{.Name}}", Line{Name: "hello", Data: visitor{}}, "button [yes]: it comes out empty"},
		{"too long", "{{range .Tags}}{{$.Name}}{{end}}", Line{Name: "hello", Data: visitor{Name: strings.Repeat("x", 1000), Tags: make([]string, 66)}}, "grows beyond 65536 bytes"},
		{"too many buttons", "A\n[case each .Cases] {{.Title}}x", Line{Name: "hello", Data: visitor{Cases: make([]paper, 33)}}, "33 buttons, 32 at most"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "too long" {
				tt.block += "!"
			}
			_, err := one(t, tt.block).Render("en", tt.line)
			expect(t, err, tt.want)
		})
	}
}

func TestFunctions(t *testing.T) {
	at := time.Date(2026, 9, 30, 20, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ say, zh, en string }{
		{"{{date .Since}}", "2026年10月1日", "1 October 2026"},
		{"{{day .Since}}", "10月1日 周四", "Thu 1 Oct"},
		{"{{clock .Since}}", "04:05", "04:05"},
		{"{{moment .Since}}", "10月1日 周四 04:05", "Thu 1 Oct 04:05"},
		{"{{span .Wait}}", "1 天 2 小时", "1 day 2 hours"},
		{"{{list .Tags}}", "甲、乙和丙", "甲, 乙 and 丙"},
		{`{{.Count}} {{plural .Count "day" "days"}}`, "1 day", "1 day"},
		{`{{len .Tags}} {{plural (len .Tags) "tag" "tags"}}`, "3 tags", "3 tags"},
		{`{{label "hello" "yes"}}`, "Yes", "Yes"},
		{`{{label "hello" .Kind}}`, "gone", "gone"},
	} {
		block := "== hello\n" + tt.say + "\n[yes] Yes\n"
		zone := time.FixedZone("CST", 8*60*60)
		s, err := load(Options{Texts: files(block, block), Zone: zone}, catalog{"hello": reflect.TypeFor[visitor]()})
		if err != nil {
			t.Fatalf("%s: %v", tt.say, err)
		}
		about := visitor{Since: at, Wait: 26*time.Hour + 3*time.Minute, Tags: []string{"甲", "乙", "丙"}, Count: 1, Kind: "gone"}
		for lang, want := range map[string]string{"zh-CN": tt.zh, "en": tt.en} {
			m, err := s.Render(lang, Line{Name: "hello", Data: about})
			if err != nil || m.Text != want {
				t.Errorf("%s in %s: %q, %v; want %q", tt.say, lang, m.Text, err, want)
			}
		}
	}
}

func TestSpan(t *testing.T) {
	for _, tt := range []struct {
		d      time.Duration
		zh, en string
	}{
		{0, "0 分钟", "0 minutes"},
		{time.Second, "1 分钟", "1 minute"},
		{30 * time.Minute, "30 分钟", "30 minutes"},
		{60 * time.Minute, "1 小时", "1 hour"},
		{48 * time.Hour, "2 天", "2 days"},
		{49*time.Hour + time.Minute, "2 天 1 小时", "2 days 1 hour"},
	} {
		if zh, en := chinese.span(tt.d), english.span(tt.d); zh != tt.zh || en != tt.en {
			t.Errorf("%v: %q, %q", tt.d, zh, en)
		}
	}
}

func TestWords(t *testing.T) {
	c := catalog{"words.back": nil}
	s, err := load(Options{Texts: files("== words.back\n返回\n上一步\n/back\n", "# note\n== words.back\nGo  Back\n\n/back\n")}, c)
	if err != nil {
		t.Fatal(err)
	}
	w := Words{"words.back"}
	if got, want := s.Words(w), []string{"返回", "上一步", "/back", "go back"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, text := range []string{"返回", " 返回。", "“返回”", "GO BACK!", "ｇｏ　ｂａｃｋ", "/BACK", "/back "} {
		if !s.Hears(w, text) {
			t.Errorf("does not hear %q", text)
		}
	}
	for _, text := range []string{"", "返回吗", "back", "。", "go back now"} {
		if s.Hears(w, text) {
			t.Errorf("hears %q", text)
		}
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		" Ｍenu！": "menu", "？": "?", "/Start": "/start", "...": "...", "谢谢~": "谢谢", "A-B": "a-b", "": "",
	} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestIndex(t *testing.T) {
	for id, want := range map[string]int{"case.0": 0, "case.12": 12, "case.31": 31} {
		if name, i, ok := Index(id); !ok || name != "case" || i != want {
			t.Errorf("%s: %s %d %v", id, name, i, ok)
		}
	}
	for _, id := range []string{"case", "case.", "case.-1", "case.01", "case.32", "case.x", "case.1.2"} {
		if _, _, ok := Index(id); ok {
			t.Errorf("%s was read", id)
		}
	}
}

func TestButtons(t *testing.T) {
	s := one(t, "A\n[yes] Yes\n[case each .Cases] x{{.Title}}")
	if got := s.Buttons("hello"); !slices.Equal(got, []string{"yes", "case"}) {
		t.Errorf("%q", got)
	}
}

func TestSynonyms(t *testing.T) {
	s := one(t, "A\n[yes] {{.Name | print}} 好 | 行 | ＯＫ！\n[more if .More] 更多")
	m, err := s.Render("zh-CN", Line{Name: "hello", Data: visitor{Name: "李"}})
	if err != nil || m.Buttons[0].Label != "李 好" {
		t.Errorf("%+v, %v", m.Buttons, err)
	}
	for word, want := range map[string]string{"行": "yes", "ok": "yes", "更多": "", "": ""} {
		if got := s.Means("hello", word); got != want {
			t.Errorf("%q means %q, not %q", word, got, want)
		}
	}
}

func TestSource(t *testing.T) {
	s, err := load(Options{Texts: files("# top\n"+hello+"# note\n"+back, inEnglish(""))}, visitors)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Names(); !slices.Equal(got, []string{"hello", "words.back"}) {
		t.Errorf("%q", got)
	}
	file, written, ok := s.Source("zh-CN", "hello")
	if want := strings.TrimSpace(hello) + "\n# note"; file != "zh-CN/a.txt" || written != want || !ok {
		t.Errorf("%s: %q, want %q", file, written, want)
	}
	if _, _, ok := s.Source("zh-CN", "bye"); ok {
		t.Error("an unknown text has a source")
	}
}

// TestBuiltIn: the files that are compiled in can be read.
func TestBuiltIn(t *testing.T) {
	r := &report{}
	readAll(builtIn, "", r)
	if err := r.found.Err("the texts"); err != nil {
		t.Error(err)
	}
}

func BenchmarkRender(b *testing.B) {
	s, err := load(Options{Texts: files(hello+back, inEnglish(""))}, visitors)
	if err != nil {
		b.Fatal(err)
	}
	l := Line{Name: "hello", Data: visitor{Name: "An", More: true}}
	for b.Loop() {
		if _, err := s.Render("en", l); err != nil {
			b.Fatal(err)
		}
	}
}
