package knowledge_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"redthread/bot/knowledge"
)

func load(t testing.TB, o knowledge.Options, promoted ...knowledge.Entry) *knowledge.Base {
	t.Helper()
	b, err := knowledge.Load(o, promoted...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// own is an agency's folder of the files given, name and text by turns.
func own(files ...string) knowledge.Options {
	all := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		all[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return knowledge.Options{Override: all, Folder: "ours"}
}

// The answers that come with the program are whole: in both languages, under
// topics that exist, each found by its own title.
func TestBuiltIn(t *testing.T) {
	t.Parallel()
	b := load(t, knowledge.Options{})
	if w := b.Warnings(); len(w) > 0 {
		t.Errorf("warnings: %v", w)
	}
	if n := b.Len(); n < 40 {
		t.Errorf("only %d answers", n)
	}
	for _, lang := range knowledge.Languages {
		under := 0
		for _, topic := range b.Topics(lang) {
			under += len(b.Under(topic, lang))
		}
		if under != b.Len() {
			t.Errorf("%s: %d of %d answers stand under a topic", lang, under, b.Len())
		}
	}
	for _, e := range b.All() {
		if m := b.Ask(e.Title); m.Sureness == knowledge.Far {
			t.Errorf("%s: nobody finds it by its title %q", e.ID, e.Title)
		}
		if e.ID == "stories" && e.Consent == "" {
			t.Error("stories without consent")
		}
	}
}

// Fees and papers are told at once: what E3 wants in one message, which on WeChat
// has 2048 bytes.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	b := load(t, knowledge.Options{})
	for lang, wants := range map[string][]string{
		"zh-CN": {"2980", "5980", "12800", "介绍 6 位", "个月", "退", "身份证", "户口簿", "学历", "离婚", "死亡证明"},
		"en":    {"2,980", "5,980", "12,800", "6 introductions", "months", "REFUND", "ID card", "household", "education", "divorced", "widowed"},
	} {
		e, _ := b.Entry("all-in-one", lang)
		for _, w := range wants {
			if !strings.Contains(e.Answer, w) {
				t.Errorf("%s: %q is not told", lang, w)
			}
		}
		if len(e.Answer) > 1600 {
			t.Errorf("%s: %d bytes", lang, len(e.Answer))
		}
	}
}

// The sets are what they should be, and the matching does on them what
// docs/knowledge.md says.
func TestEvaluation(t *testing.T) {
	t.Parallel()
	b := load(t, knowledge.Options{})
	for _, tt := range []struct {
		name                              string
		answerable, unanswerable          int
		precision, recall, helped, opened float64
	}{
		{"questions", 150, 40, 0.97, 0.80, 0.98, 0.55},
		{"heldout", 60, 20, 0.98, 0.75, 0.98, 0.55},
		{"strangers", 50, 20, 1, 0.24, 0.88, 0.50},
		{"newcomers", 40, 20, 0.94, 0.45, 0.92, 0.80},
	} {
		set, err := knowledge.Questions(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		han, latin := 0, 0
		for _, q := range set {
			for _, id := range q.Want {
				if _, ok := b.Entry(id, "en"); !ok {
					t.Errorf("%s: there is no answer %q", tt.name, id)
				}
			}
			if strings.ContainsFunc(q.Text, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
				han++
			} else {
				latin++
			}
		}
		s := knowledge.Evaluate(set, b.Ask)
		if s.Answerable < tt.answerable || s.Unanswerable < tt.unanswerable || han < 45 || latin < 8 {
			t.Errorf("%s: %d answerable, %d unanswerable, %d Chinese, %d English", tt.name, s.Answerable, s.Unanswerable, han, latin)
		}
		if s.Precision() < tt.precision || s.Recall() < tt.recall || s.Helped() < tt.helped || s.Opened() < tt.opened {
			t.Errorf("%s: precision %.3f, recall %.3f, helped %.3f, opened %.3f; wrong: %v", tt.name, s.Precision(), s.Recall(), s.Helped(), s.Opened(), s.Wrong)
		}
	}
}

// People write traditional characters, capitals, full-width letters, no spaces,
// typos, and both languages at once.
func TestWriting(t *testing.T) {
	t.Parallel()
	b := load(t, knowledge.Options{})
	for want, all := range map[string][]string{
		"refund":          {"怎么退款", "怎麼退款", "怎么 退款？？", "我要退钱", "REFUND POLICY", "ｒｅｆｕｎｄ", "我想refund", "退宽怎么弄"},
		"fees":            {"怎么收费", "怎麼收費", "你们怎么收废的", "How Much Does It Cost?", "会员price"},
		"suspend":         {"可以暂停吗", "可以暫停嗎"},
		"who-sees":        {"谁能看到我的资料", "誰能看到我的資料"},
		"telegram-wechat": {"可以用电报吗", "有tg吗"},
	} {
		for _, q := range all {
			if m := b.Ask(q); m.Sureness == knowledge.Far || m.IDs[0] != want {
				t.Errorf("%q finds %v, want %s", q, m, want)
			}
		}
	}
	for _, q := range []string{"", "？？", "😀", "的", strings.Repeat("a", 5000), strings.Repeat("你们", 3000)} {
		if m := b.Ask(q); m.Sureness == knowledge.Sure {
			t.Errorf("%.20q is answered with %v", q, m.IDs)
		}
	}
}

const parking = "---\ntitle: 停车\ntopic: 到店\ndate: 2026-04-02\nversion: 2\nask:\n- 有没有停车位\n- 车停哪里\n---\n楼下可以停车。\n"

// An agency's folder replaces, adds, and takes away; its words for things and its
// topics are its own.
func TestFolder(t *testing.T) {
	t.Parallel()
	b := load(t, own(
		"README.md", "for us",
		"zh-CN/topics.txt", "# ours\n到店\n费用与套餐\n服务介绍\n合同与退费\n登记与资料\n见面与相处\n隐私与安全\n红娘与机构\n使用帮助\n",
		"zh-CN/parking.md", parking,
		"zh-CN/fees.md", strings.ReplaceAll(parking, "停车\n", "收费\n"),
		"zh-CN/free.md", "---\noff: yes\n---\n", "en/free.md", "---\noff: yes\n---\n",
		"synonyms.txt", "停车 = 泊车\n- 老板\n",
		"off-topic.txt", "店里有猫吗\n",
	))
	if got := b.Topics("zh-CN"); got[0] != "到店" {
		t.Errorf("topics %v", got)
	}
	if e, ok := b.Entry("parking", "en"); !ok || e.Version != 2 || e.Answer != "楼下可以停车。" || e.Date.Format(time.DateOnly) != "2026-04-02" {
		t.Errorf("parking %+v", e)
	}
	if e, _ := b.Entry("fees", "zh-CN"); e.Title != "收费" {
		t.Errorf("fees is still %q", e.Title)
	}
	if _, ok := b.Entry("free", "zh-CN"); ok {
		t.Error("what is off is still there")
	}
	if m := b.Ask("老板，泊车有位吗"); m.Sureness == knowledge.Far || m.IDs[0] != "parking" {
		t.Errorf("found %v", m)
	}
	if w := b.Warnings(); len(w) != 1 || !strings.Contains(w[0].String(), "ours/zh-CN/parking.md: there is no en/parking.md") {
		t.Errorf("warnings %v", w)
	}
}

// Every mistake is named by its file, and by its line where there is one, with
// what to write instead.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, src, want string }{
		"no head":        {"en/a.md", "Hello", "ours/en/a.md:1: it must begin with a line ---"},
		"one line only":  {"en/a.md", "---\ntitle: A\n", "ours/en/a.md:1: it must begin"},
		"unknown key":    {"en/a.md", "---\ntitel: A\n---\nb", `ours/en/a.md:2: nobody reads "titel"; did you mean "title"?`},
		"twice":          {"en/a.md", "---\ntitle: A\ntitle: B\n---\nb", "ours/en/a.md:3: title stands in line 2 already"},
		"no colon":       {"en/a.md", "---\nhello\n---\nb", `ours/en/a.md:2: "hello" says nothing`},
		"date":           {"en/a.md", "---\ndate: 1.3.2026\n---\nb", `ours/en/a.md:2: "1.3.2026" is no date; write it like 2026-03-01`},
		"no date":        {"en/a.md", "---\ntitle: A\nversion: 1\n---\nb", "ours/en/a.md: it has no date"},
		"version":        {"en/a.md", "---\nversion: v2\n---\nb", "ours/en/a.md:2: version is \"v2\"; write a number"},
		"no answer":      {"en/a.md", "---\ntitle: A\ndate: 2026-03-01\nversion: 1\n---\n \n", "there is no answer"},
		"item outside":   {"en/a.md", "---\n- what\n---\nb", "ours/en/a.md:2: a list item outside ask:"},
		"ask in a row":   {"en/a.md", "---\nask: what\n---\nb", "ours/en/a.md:2: write the ways of asking below ask:"},
		"topic":          {"en/a.md", "---\ntitle: A\ntopic: Our servce\ndate: 2026-03-01\nversion: 1\n---\nb", `no topic "Our servce" in en/topics.txt; did you mean "Our service"?`},
		"field":          {"en/a.md", "---\ntitle: A\n---\nb\n{phne}", "ours/en/a.md:5: {phne} cannot be filled in, only {agency} {hours} {phone}"},
		"markup":         {"en/a.md", "---\ntitle: A\n---\n<b>b</b>", `ours/en/a.md:4: "<b>" stays as it is in a chat`},
		"real people":    {"en/a.md", "---\ntitle: A\ndate: 2026-03-01\nversion: 1\ncase: yes\n---\nb", "write who agreed"},
		"yes or no":      {"en/a.md", "---\noff: perhaps\n---\nb", `ours/en/a.md:2: off is "perhaps"; write yes or no`},
		"long title":     {"zh-CN/a.md", "---\ntitle: 一二三四五六七八九十一二三四五六七八九十一\n---\nb", "ours/zh-CN/a.md:2: the title is too long"},
		"name":           {"en/My Answer.md", parking, "small letters, digits and dashes"},
		"not UTF-8":      {"en/a.md", "---\ntitle: \xff\n---\nb", "save it as UTF-8"},
		"folder":         {"fr/a.md", parking, "ours/fr: unknown folder"},
		"file":           {"en/a.doc", "x", "ours/en/a.doc: nobody reads this file"},
		"group":          {"synonyms.txt", "# fine\nrefund money", "ours/synonyms.txt:2: expected a group"},
		"too large":      {"en/a.md", strings.Repeat("x", 70000), "it is larger than"},
		"too many words": {"en/a.md", "---\ntitle: A\ndate: 2026-03-01\nversion: 1\n---\n" + strings.Repeat("long ", 700), "3499 characters, 3000 at most"},
	} {
		_, err := knowledge.Load(own(c.file, c.src))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %q", name, err, c.want)
		}
	}
	if _, err := knowledge.Load(knowledge.Options{Override: fstest.MapFS{}, Folder: "ours"}); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}

// Markdown becomes what a chat can show.
func TestPlain(t *testing.T) {
	t.Parallel()
	const head = "---\ntitle: A\ndate: 2026-03-01\nversion: 1\n---\n"
	for markdown, want := range map[string]string{
		"## Fees ##\n\n\n\nText":             "Fees\n\nText",
		"- one\n* two\n+ three":              "· one\n· two\n· three",
		"**bold** and __strong__, 2*3*4":     "bold and strong, 2*3*4",
		"[rules](https://a.example/r)":       "rules https://a.example/r",
		"| a | b |\n|---|---|\n| 1 | 2 |":    "· a / b\n· 1 / 2",
		"one\n---\ntwo":                      "one\ntwo",
		"price: 5 | 6":                       "price: 5 | 6",
		"{agency}, {hours}\ncall {phone}\nx": "Red Thread, daily\nx",
	} {
		e, _ := load(t, own("en/a.md", head+markdown)).Entry("a", "en")
		if got := e.Filled("Red Thread", "daily", ""); got != want {
			t.Errorf("%q becomes %q, want %q", markdown, got, want)
		}
	}
}

// Two texts under one version can be told apart.
func TestDigest(t *testing.T) {
	t.Parallel()
	a, b := knowledge.Entry{Answer: "a", Version: 1}, knowledge.Entry{Answer: "b", Version: 1}
	same := a
	if a.Digest() == b.Digest() || a.Digest() != same.Digest() || len(a.Digest()) != 16 {
		t.Error(a.Digest(), b.Digest())
	}
}

// Whatever is asked is answered in the same way each time, with answers that
// exist, the same ones once.
func TestAskHolds(t *testing.T) {
	t.Parallel()
	b := load(t, knowledge.Options{})
	words := rapid.SampledFrom([]string{"退款", "红娘", "怎么", "how", "much", "refund", "猫", " ", "？", "微信", "合同", "the", "身份证", "\x00", "ＡＢ", "退費"})
	rapid.Check(t, func(t *rapid.T) {
		q := strings.Join(rapid.SliceOfN(words, 0, 12).Draw(t, "words"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		m := b.Ask(q)
		if again := b.Ask(q); !slices.Equal(m.IDs, again.IDs) || m.Sureness != again.Sureness {
			t.Fatalf("%v, then %v", m, again)
		}
		if n := len(m.IDs); m.Sureness == knowledge.Sure && n != 1 || m.Sureness == knowledge.Near && (n == 0 || n > knowledge.MostNear) || m.Sureness == knowledge.Far && n != 0 {
			t.Fatalf("%v", m)
		}
		for i, id := range m.IDs {
			if _, ok := b.Entry(id, "en"); !ok || slices.Contains(m.IDs[:i], id) {
				t.Fatalf("%v", m)
			}
		}
	})
}

func FuzzAsk(f *testing.F) {
	b := load(f, knowledge.Options{})
	for _, q := range []string{"怎么退款", "how much", "\xff\xfe", "''''", "ＡＢＣ１２３", "َ", "- ---"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		if m := b.Ask(q); len(m.IDs) > knowledge.MostNear {
			t.Errorf("%q: %v", q, m)
		}
	})
}

func FuzzFile(f *testing.F) {
	f.Add(parking)
	f.Add("---\nask:\n-\n---\n| a |\n[x](https://y)")
	f.Fuzz(func(t *testing.T, src string) {
		b, err := knowledge.Load(knowledge.Options{Content: fstest.MapFS{}, Override: fstest.MapFS{"en/a.md": &fstest.MapFile{Data: []byte(src)}}})
		if err != nil {
			return
		}
		for _, e := range b.All() {
			if e.Answer == "" || e.Title == "" {
				t.Errorf("%+v", e)
			}
		}
	})
}
