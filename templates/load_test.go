package templates

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"redthread/bot/folder"
)

// visitor is what the texts of these tests are about.
type visitor struct {
	Name   string
	Tags   []string
	Since  time.Time
	Wait   time.Duration
	Kind   kind
	Count  int
	More   bool
	Friend *visitor
	Cases  []paper
}

type kind string

type paper struct{ Number, Title string }

func (v visitor) Loud() string         { return strings.ToUpper(v.Name) }
func (v visitor) Times(n int) string   { return strings.Repeat(v.Name, n) }
func (v visitor) Save() (bool, error)  { return true, nil }
func (v *visitor) Rename() string      { v.Name = "renamed"; return v.Name }
func (v visitor) Both() (string, bool) { return v.Name, true }

var visitors = catalog{"hello": reflect.TypeFor[visitor](), "words.back": nil}

const (
	hello = "== hello\n你好，{{.Name}}\n[yes] 好\n[more if .More] 更多\n"
	back  = "\n== words.back\n返回\n上一步\n"
)

// files builds a folder of texts; zh is the Chinese file, en the English.
func files(zh, en string) fstest.MapFS {
	return fstest.MapFS{"zh-CN/a.txt": {Data: []byte(zh)}, "en/a.txt": {Data: []byte(en)}}
}

func inEnglish(extra string) string {
	return "== hello\nHello {{.Name}}" + extra + "\n[yes] Yes\n[more if .More] More\n\n== words.back\nback\n"
}

// TestLoadRefuses lists the mistakes a copywriter can make.
func TestLoadRefuses(t *testing.T) {
	good := inEnglish("")
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%q is not in the good file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, tt := range []struct{ name, en, want string }{
		{"good", good, ""},
		{"windows line ends and a mark", "\ufeff" + strings.ReplaceAll(good, "\n", "\r\n"), ""},
		{"a note", "# note\n" + swap("== hello", "== hello\n# another"), ""},
		{"other order of buttons", swap("[yes] Yes\n[more if .More] More", "[more if .More] More\n[yes] Yes"), ""},
		{"a quoted bracket", swap("Hello", `\[Hi]`), ""},
		{"other words for a button", swap("Yes", "Yes | sure | why not"), ""},
		{"other words that mean two buttons", swap("Yes\n[more if .More] More", "Yes | sure\n[more if .More] More | Sure!"), `"sure" means the button [yes] already`},
		{"a number for a button", swap("Yes", "Yes | 2"), `"2" is a number`},
		{"an empty word for a button", swap("Yes", "Yes | | sure"), "nothing stands between two bars"},
		{"a field among other words", swap("Yes", "Yes | {{.Name}}"), "cannot be filled in"},
		{"a getter", swap("{{.Name}}", "{{.Loud}}"), ""},

		{"unknown field", swap(".Name", ".Nane"), `en/a.txt:2: hello: there is no .Nane here, only .Name, .Tags, .Since, .Wait, .Kind, .Count, .More, .Friend, .Cases; did you mean "Name"?`},
		{"unknown field on the third line", swap("Hello", "Hi\n\n{{if .More}}\n{{.X}}\n{{end}}\n"), "en/a.txt:5: hello: there is no .X"},
		{"unknown field in a branch not taken", inEnglish("{{if .More}}{{if not .More}}{{.X}}{{end}}{{end}}"), "there is no .X here"},
		{"unknown field in an else", inEnglish("{{if .Name}}{{else if .More}}{{else}}{{.X}}{{end}}"), "there is no .X here"},
		{"unknown field in a case", inEnglish(`{{if eq .Kind "fee"}}{{.X}}{{end}}`), "there is no .X here"},
		{"unknown field behind or", inEnglish(`{{if or .Name .X}}!{{end}}`), "there is no .X here"},
		{"unknown field behind or, further in", inEnglish(`{{with .Friend}}{{if or .Name .X}}!{{end}}{{end}}`), "there is no .X here"},
		{"unknown field in a list", inEnglish(`{{range .Cases}}{{.X}}{{end}}`), "there is no .X here, only .Number, .Title"},
		{"unknown field in a label", swap("More\n\n", "More {{.X}}\n\n"), "en/a.txt:4: hello: there is no .X"},
		{"a field without dot", swap("{{.Name}}", "{{Name}}"), "there is no function Name; a field begins with a dot: {{.Name}}"},
		{"not known in all cases", swap("{{.Name}}", "{{.Friend.Name}}"), ".Name is not known in all cases; put it between {{with …}}"},
		{"nothing to say", swap("Hello {{.Name}}", "{{if .More}}Hello{{end}}"), "there are cases in which nothing is left to say"},
		{"nothing to say in one case of many", swap("Hello {{.Name}}", "{{if and .More .Count}}{{if .Name}}Hi{{end}}{{else}}Hello{{end}}"), "nothing is left to say"},
		{"nothing to say when little is known", swap("Hello {{.Name}}", "{{if and .More (not .Name) (not .Count)}}{{else}}Hello{{end}}"), "nothing is left to say"},
		{"nothing to say about many", swap("Hello {{.Name}}", "{{if lt (len .Cases) 3}}Hello{{end}}"), "nothing is left to say"},
		{"nothing to say about one kind", swap("Hello {{.Name}}", `{{if ne .Kind "fee"}}Hello{{end}}`), "nothing is left to say"},
		{"nothing to say at all", swap("Hello {{.Name}}\n", ""), "nothing is left to say"},
		{"no end", inEnglish("{{if .More}}"), "has no {{end}}"},
		{"an end too many", inEnglish("{{end}}"), "an {{end}} without"},
		{"unclosed", inEnglish("{{.Name"), "a {{ without its }}"},
		{"single braces", inEnglish("{.Name}"), "single braces"},
		{"wide braces", inEnglish("｛｛.Name｝｝"), "full-width braces"},
		{"braces left over", inEnglish(" }}"), "an unfilled {{ }} is left"},
		{"a method that wants something", inEnglish("{{.Times 3}}"), ".Times does something"},
		{"a method that can fail", inEnglish("{{.Save}}"), ".Save does something"},
		{"a method that changes", inEnglish("{{with .Friend}}{{.Rename}}{{end}}"), ".Rename does something"},
		{"a time by Go's layout", inEnglish(`{{.Since.Format "2006"}}`), "write {{date .X}}"},
		{"a forbidden function", inEnglish(`{{printf "%999999999d" 1}}`), "the function printf cannot be used"},
		{"a template in a template", inEnglish(`{{define "x"}}{{end}}`), "{{define}}"},
		{"a template's use", inEnglish(`{{template "hello"}}`), "{{template}}"},
		{"counting for ever", inEnglish(`{{range 1000000000}}{{end}}`), "wants a list, not a number"},
		{"a label of an unknown text", inEnglish(`{{label "helo" .Kind}}`), `there is no text "helo"`},
		{"too long", inEnglish(strings.Repeat("x", 4096)), "a message holds 4096"},
		{"an invisible character", inEnglish("\u202e"), "invisible character U+202E"},
		{"a control character", inEnglish("\x07"), "invisible character U+0007"},
		{"not UTF-8", inEnglish("\xff"), "not in UTF-8"},

		{"not translated", "== words.back\nback\n", `en: no file has "hello"; add a block "== hello"`},
		{"left over", good + "\n== helo\nHi\n", `nobody says "helo"; did you mean "hello"?`},
		{"written twice", good + good, `"hello" is written twice; it stands at en/a.txt:1 already`},
		{"a header without space", "==hello\n" + good, `should be "== name"`},
		{"a wide header", "＝＝ hello\n" + good, `should be "== name"`},
		{"a header with capitals", "== Hello\n" + good, `should be "== name"`},
		{"words before a block", "Hi\n" + good, "words before the first block"},

		{"other button", swap("[yes]", "[no]"), "en/a.txt:3: hello: the button [no] is not in zh-CN"},
		{"missing button", swap("[yes] Yes\n", ""), "en/a.txt:1: hello: the button [yes] is missing; zh-CN has it"},
		{"other condition", swap("if .More", "if .Name"), "the button is [more if .More] in zh-CN"},
		{"other purpose", swap("[yes]", "[yes https://example.com]"), "opens a page in one place and answers in the other"},
		{"bad address", swap("[yes]", "[yes https://]"), "write https://… in full"},
		{"button twice", swap("[yes] Yes\n", "[yes] Yes\n[yes] Yep\n"), "the button [yes] is written twice"},
		{"button with a long id", swap("[yes]", "["+strings.Repeat("y", 25)+"]"), "longer than 24 letters"},
		{"button without a label", swap("[yes] Yes", "[yes]"), "cannot be read: a button is written"},
		{"button with capitals", swap("[yes]", "[Yes]"), "cannot be read: a button is written"},
		{"button in wide brackets", swap("[yes]", "［yes］"), "cannot be read: a button is written"},
		{"button with a broken condition", swap("if .More", "if .More)"), "button [more]"},
		{"same labels", swap("] More", "] yes!"), `two buttons have the label "yes!"`},
		{"wide label", swap("] Yes", "] "+strings.Repeat("好", 21)), "too wide for a phone"},
		{"label WeChat cannot show", swap("] Yes", "] <yes>"), "holds < or >"},
		{"empty label", swap("] Yes", "] {{if .More}}Yes{{end}}"), "the label of [yes] is empty in some cases"},
		{"words after buttons", swap("[yes] Yes\n", "[yes] Yes\nreally\n"), "words after a button"},

		{"word claimed twice", swap("\nback\n", "\n返回\n"), ""},
		{"number as a word", swap("\nback\n", "\n2\n"), "clients answer questions by number"},
		{"letter as a word", swap("\nback\n", "\nB\n"), "clients answer cards by letter"},
		{"sentence as a word", swap("\nback\n", "\n"+strings.Repeat("back", 8)+"\n"), "30 at most"},
		{"template as a word", swap("\nback\n", "\n{{.Name}}\n"), "cannot be filled in"},
		{"button as a word", swap("\nback\n", "\n[back] Back\n"), "a button among words"},
		{"no words", swap("\nback\n", "\n"), "it has no words"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(Options{Texts: files(hello+back, tt.en)}, visitors)
			expect(t, err, tt.want)
		})
	}
}

// expect wants an error that contains the words, or none.
func expect(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v\nwant %q", err, want)
	}
}

func TestOverride(t *testing.T) {
	base := files(hello+back, inEnglish(""))
	for _, tt := range []struct {
		name  string
		files fstest.MapFS
		want  string
	}{
		{"nothing", fstest.MapFS{}, ""},
		{"one block", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== hello\n欢迎！{{.Name}}\n[more if  .More] 还有\n[yes] 行\n")}}, ""},
		{"words", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== words.back\n回去\n")}}, ""},
		{"a note beside", fstest.MapFS{"README.md": {}, ".git/config": {}, "zh-CN/.swp": {}}, ""},
		{"unknown block", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== helo\n欢迎\n")}}, `own texts/zh-CN/own.txt:1: helo: there is no text "helo" to replace; did you mean "hello"?`},
		{"unknown folder", fstest.MapFS{"zh/own.txt": {}}, "own texts/zh: unknown folder; texts stand in zh-CN/ and en/"},
		{"unread file", fstest.MapFS{"zh-CN/own.md": {}}, "own texts/zh-CN/own.md: nobody reads this file"},
		{"file in the wrong place", fstest.MapFS{"own.txt": {}}, "own texts/own.txt: nobody reads this file"},
		{"lost button", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== hello\n欢迎\n[yes] 行\n")}}, "the button [more] is missing; the text it replaces has it"},
		{"lost condition", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== hello\n欢迎\n[yes] 行\n[more] 还有\n")}}, "the button is [more if .More] in the text it replaces"},
		{"mistake", fstest.MapFS{"zh-CN/own.txt": {Data: []byte("\n== hello\n{{.Nane}}\n[yes] 行\n[more if .More] 还有\n")}}, "own texts/zh-CN/own.txt:3: hello: there is no .Nane"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(Options{Texts: base, Override: tt.files, Folder: "own texts"}, visitors)
			expect(t, err, tt.want)
		})
	}
}

func TestOverrideSpeaks(t *testing.T) {
	own := fstest.MapFS{"zh-CN/own.txt": {Data: []byte("== hello\n欢迎！{{.Name}}\n[more if .More] 还有\n[yes] 行\n")}}
	s, err := load(Options{Texts: files(hello+back, inEnglish("")), Override: own}, visitors)
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"zh-CN": "欢迎！安", "en": "Hello 安", "fr": "欢迎！安"} {
		m, err := s.Render(lang, Line{Name: "hello", Data: visitor{Name: "安"}})
		if err != nil || m.Text != want {
			t.Errorf("%s: %q, %v; want %q", lang, m.Text, err, want)
		}
	}
}

// TestAllProblems: one round with the copywriter, not ten.
func TestAllProblems(t *testing.T) {
	bad := "== hello\n{{.Nane}}\n[yes] Yes\n[more if .More] More\n[no] No\n\n== bye\nBye\n"
	_, err := load(Options{Texts: files(hello+back, bad)}, visitors)
	var found folder.Problems
	if !errors.As(err, &found) || len(found.All) != 4 {
		t.Fatalf("want 4 problems, got %v", err)
	}
	for i, ps := 1, found.All; i < len(ps); i++ {
		if ps[i-1].File == ps[i].File && ps[i-1].Line > ps[i].Line {
			t.Errorf("not in the order of the file: %v", err)
		}
	}
}

func TestWarnings(t *testing.T) {
	long := inEnglish(strings.Repeat("x", 2048))
	s, err := load(Options{Texts: files(hello+back, strings.Replace(long, "] Yes", "] 2", 1))}, visitors)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, w := range s.Warnings() {
		all = append(all, w.String())
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{"longer than one WeChat message", `the label "2" stands at number 1`} {
		if strings.Count(got, want) != 1 {
			t.Errorf("want one %q in:\n%s", want, got)
		}
	}
}

func TestWordsMeanOneThing(t *testing.T) {
	c := catalog{"words.back": nil, "words.menu": nil}
	_, err := load(Options{Texts: files("== words.back\n返回\n== words.menu\n菜单\n", "== words.back\nback\n== words.menu\nBack!\n")}, c)
	expect(t, err, `"back" means words.back already (en/a.txt:2)`)
}

func TestDeclaredTwice(t *testing.T) {
	c := catalog{}
	c.add("a.b", reflect.TypeFor[string]())
	for _, name := range []string{"a.b", "A", "a b", "", "a."} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was taken", name)
				}
			}()
			c.add(name, nil)
		}()
	}
}

// FuzzParse: whatever stands in a file, it is read or refused.
func FuzzParse(f *testing.F) {
	f.Add(hello + back)
	f.Add(inEnglish("{{range $i, $x := .Cases}}{{if $i}}, {{end}}{{$x.Title}}{{else}}{{break}}{{end}}"))
	f.Add("== hello\n{{with .Friend}}{{.Name}}{{else}}-{{end}}\n[c each .Cases] {{.Title}}\n[u https://x.y/{{.Name|urlquery}} if .More] u")
	f.Fuzz(func(t *testing.T, src string) {
		s, err := load(Options{Texts: files(src, src)}, visitors)
		if err != nil {
			return
		}
		for _, lang := range Languages {
			if _, err := s.Render(lang, Line{Name: "hello", Data: visitor{Name: "x"}}); err != nil {
				t.Errorf("proved, but cannot be said: %v", err)
			}
		}
	})
}
