package emulator

import (
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestWeChatText(t *testing.T) {
	for _, c := range []struct {
		raw, text string
		words     []Word
	}{
		{"你好", "你好", nil},
		{"", "", nil},
		{
			`1. <a href="weixin://bizmsgmenu?msgmenucontent=是&msgmenuid=101">是</a>` + "\n" +
				`2. <a href='weixin://bizmsgmenu?msgmenuid=102&msgmenucontent=%E5%90%A6'>否😀</a>!`,
			"1. 是\n2. 否😀!",
			[]Word{{Start: 3, End: 4, Content: "是", ID: "101"}, {Start: 8, End: 10, Content: "否", ID: "102"}},
		},
		{`看<A class="x" HREF = "https://a.example/?q=1&r=2">这里</A>`, "看这里",
			[]Word{{Start: 1, End: 3, URL: "https://a.example/?q=1&r=2"}}},
		{`50% <a href="weixin://bizmsgmenu?msgmenucontent=50%&msgmenuid=1">50%</a>`, "50% 50%",
			[]Word{{Start: 4, End: 7, Content: "50%", ID: "1"}}},
		{`a &lt; b & <b>c</b> <a>d</a> <a href=x>e</a> <a href="y">`, `a &lt; b & <b>c</b> <a>d</a> <a href=x>e</a> <a href="y">`, nil},
	} {
		text, words := wxText(c.raw)
		if text != c.text {
			t.Errorf("%q is shown as %q, want %q", c.raw, text, c.text)
		}
		if d := cmp.Diff(c.words, words); d != "" {
			t.Errorf("%q: words (-want +got):\n%s", c.raw, d)
		}
	}
}

// FuzzWeChatText: words are in order and lie within the text.
func FuzzWeChatText(f *testing.F) {
	f.Add(`x<a href="weixin://bizmsgmenu?msgmenucontent=是&msgmenuid=101">是</a>y`)
	f.Add(`<a href='<a href="x">y</a>'>z</a>`)
	f.Fuzz(func(t *testing.T, raw string) {
		text, words := wxText(raw)
		end := 0
		for _, w := range words {
			if w.Start < end || w.End < w.Start || w.End > utf8.RuneCountInString(text) {
				t.Fatalf("word %+v in %q", w, text)
			}
			end = w.End
		}
	})
}

// FuzzWeChatReply gives the parser what a bot could answer.
func FuzzWeChatReply(f *testing.F) {
	f.Add([]byte(`<xml><MsgType>text</MsgType><Content><![CDATA[x]]></Content></xml>`))
	f.Add([]byte(`<xml><Articles><item><Title>x</Title></item></Articles></xml> tail`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := parseWxReply(body); (r == nil) == (err == nil) {
			t.Fatalf("reply %v, error %v", r, err)
		}
	})
}
