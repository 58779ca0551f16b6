package wechat

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redthread/bot"
)

func TestDraw(t *testing.T) {
	yes, no := bot.Button{ID: "a", Label: "是"}, bot.Button{ID: "b", Label: `不 "&" <否>`}
	site := bot.Button{ID: "c", Label: "官网", URL: `https://x.cn/?a=1&b="2"`}
	cases := map[string]struct {
		message bot.Message
		links   bool
		want    []piece
	}{
		"words": {bot.Message{Text: " 您好\n"}, true, []piece{{text: "您好"}}},
		"question": {bot.Message{Text: "好吗？", Buttons: []bot.Button{yes, no, site}}, true, []piece{{text: "好吗？\n\n" +
			`1. <a href="weixin://bizmsgmenu?msgmenucontent=是&msgmenuid=4201">是</a>` + "\n" +
			`2. <a href="weixin://bizmsgmenu?msgmenucontent=不 ＂＆＂ ＜否＞&msgmenuid=4202">不 "&" <否></a>` + "\n" +
			`<a href="https://x.cn/?a=1&b=%222%22">官网</a>`}}},
		"without links": {bot.Message{Text: "好吗？", Buttons: []bot.Button{yes, no}}, false, []piece{{text: "好吗？\n\n1. 是\n2. 不 \"&\" <否>"}}},
		"card":          {bot.Message{Text: "推荐", Card: true, Buttons: []bot.Button{yes, yes}}, false, []piece{{text: "推荐\n\nA. 是\nB. 是"}}},
		"link of a client's": {bot.Message{Text: `<a href="http://evil">点我</a>`, Buttons: []bot.Button{{ID: "x", Label: "</a>x\ny"}}}, false,
			[]piece{{text: "＜a href=\"http://evil\">点我＜/a>\n\n1. ＜/a>x y"}}},
		"pictures": {bot.Message{Text: "看", Photos: []bot.MediaID{"p", "q"}}, true, []piece{{text: "看"}, {photo: "p"}, {photo: "q"}}},
		"place": {bot.Message{Text: "在这里见", Place: &bot.Place{Name: "公园;北门", Address: `湖边 "1" 号`, Lat: 31.1774276, Lng: 121.5272106, Label: "看地图"}}, true, []piece{{text: "在这里见\n\n" +
			`<a href="https://apis.map.qq.com/uri/v1/marker?marker=coord%3A31.175304%2C121.531542%3Btitle%3A%E5%85%AC%E5%9B%AD%EF%BC%9B%E5%8C%97%E9%97%A8%3Baddr%3A%E6%B9%96%E8%BE%B9+%221%22+%E5%8F%B7&referer=redthread">看地图 公园;北门</a>`}}},
		"edit":    {bot.Message{Text: "改", Edits: "1"}, true, nil},
		"nothing": {bot.Message{Text: " \n"}, true, nil},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			c, _ := open(t, func(c *Config) { c.MenuLinks = tc.links })
			got := c.draw(tc.message, 42)
			if diff := cmp.Diff(tc.want, got, cmp.AllowUnexported(piece{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLetters(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := letters(i); got != want {
			t.Errorf("%d: %s", i, got)
		}
	}
}

func TestSplitPrefersBorders(t *testing.T) {
	line := strings.Repeat("字", 300)
	address := "https://x.cn/" + strings.Repeat("a", 400)
	for name, tc := range map[string]struct{ text, first string }{
		"line":     {line + "\n" + line + "。" + line, line},
		"sentence": {line + "。" + line + "。" + line, line + "。" + line + "。"},
		"quote":    {line + line + "。”" + line, line + line + "。”"},
		"word":     {strings.Repeat("x", 1000) + " " + strings.Repeat("y", 2000), strings.Repeat("x", 1000)},
		"rune":     {"a" + strings.Repeat("字", 1000), "a" + strings.Repeat("字", 682)},
		"address":  {strings.Repeat("字", 600) + address + line, strings.Repeat("字", 600)},
		"early":    {"字\n" + strings.Repeat("x", 3000), "字\n" + strings.Repeat("x", 2044)},
	} {
		if got := split(tc.text); got[0] != tc.first {
			t.Errorf("%s: first part of %d bytes: %.30q … %q", name, len(got[0]), got[0], got[0][max(0, len(got[0])-20):])
		}
	}
}

var anchor = regexp.MustCompile(`^(?:(?:\d+|[A-Z]+)\. )?<a href="[^"]*">.*</a>$`)

// Whatever is said: nothing is lost, nothing is too long, no link is broken.
func TestPiecesLoseNothing(t *testing.T) {
	c, _ := open(t, nil)
	words := rapid.OneOf(
		rapid.StringOfN(rapid.RuneFrom([]rune("字a 。\n.!😀👩‍👩‍👧é<>&\"'/%]")), 0, 5000, -1),
		rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat(rapid.String().Draw(t, "part"), rapid.IntRange(0, 300).Draw(t, "times"))
		}))
	label := rapid.StringOfN(rapid.RuneFrom([]rune("字a <>&\"'</a>\n😀")), 1, 900, 3000)
	rapid.Check(t, func(t *rapid.T) {
		m := bot.Message{Text: words.Draw(t, "text")}
		for i := range rapid.IntRange(0, 12).Draw(t, "buttons") {
			m.Buttons = append(m.Buttons, bot.Button{ID: "x", Label: fmt.Sprint("B", i, label.Draw(t, "label"))})
		}
		var said strings.Builder
		for _, p := range c.draw(m, rapid.Int64Range(0, 1<<40).Draw(t, "seq")) {
			if len(p.text) > maxText || !utf8.ValidString(p.text) || strings.TrimSpace(p.text) == "" {
				t.Fatalf("a piece of %d bytes: %q", len(p.text), p.text)
			}
			for _, line := range strings.Split(p.text, "\n") {
				if strings.Contains(line, "<a") && !anchor.MatchString(line) {
					t.Fatalf("a broken link: %q", line)
				}
			}
			said.WriteString(p.text)
		}
		want := m.Text
		for i, b := range m.Buttons {
			want += fmt.Sprint(i+1, ".", b.Label)
		}
		got := regexp.MustCompile(`<a href="[^"]*">|</a>`).ReplaceAllString(said.String(), "")
		if bare, wanted := noSpace(got), noSpace(disarm(want)); bare != wanted {
			t.Fatalf("said %q\nwant %q", bare, wanted)
		}
	})
}

func noSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
