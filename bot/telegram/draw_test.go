package telegram

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redthread/bot"
)

// length is a text's length as Telegram counts it, by another road than fit.
func length(s string) int { return len(utf16.Encode([]rune(s))) }

// blank is a text without its white space: what a cut may swallow.
func blank(s string) string { return strings.Join(strings.Fields(s), "") }

func TestSplitLosesNothing(t *testing.T) {
	words := rapid.StringOfN(rapid.RuneFrom([]rune("爱a。.！? \n\n，😀👩\u200d👧é\u0301🏽\u202e\x00")), 0, 400, -1)
	rapid.Check(t, func(t *rapid.T) {
		text, limit := words.Draw(t, "text"), rapid.IntRange(2, 60).Draw(t, "limit")
		pieces := split(text, limit)
		for _, p := range pieces {
			if n := length(p); n > limit || strings.TrimSpace(p) != p || p == "" || !utf8.ValidString(p) {
				t.Fatalf("piece %q of length %d, limit %d", p, n, limit)
			}
		}
		if got, want := blank(strings.Join(pieces, "")), blank(text); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

func TestSplitPrefersBorders(t *testing.T) {
	tests := []struct {
		name, text string
		limit      int
		want       []string
	}{
		{"short", " 你好 ", 10, []string{"你好"}},
		{"paragraph", "aaaa\n\nbb\ncc dd", 10, []string{"aaaa", "bb\ncc dd"}},
		{"line", "aaaa bb\ncc dd", 10, []string{"aaaa bb", "cc dd"}},
		{"sentence", "我们见面吧。你什么时候有空呢", 10, []string{"我们见面吧。", "你什么时候有空呢"}},
		{"word", "aaaa bbbb cccc", 10, []string{"aaaa bbbb", "cccc"}},
		{"rune", "😀😀😀", 5, []string{"😀😀", "😀"}},
		{"family stays together", "abc👩\u200d👧", 6, []string{"abc", "👩\u200d👧"}},
		{"early line is no border", "a\nbbbbbbbbbbbbb", 10, []string{"a\nbbbbbbbb", "bbbbb"}},
		{"only blanks", " \n\t ", 10, nil},
		{"broken UTF-8", "a\xffb", 10, []string{"a\ufffdb"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, split(tt.text, tt.limit)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDraw(t *testing.T) {
	yes := bot.Button{ID: "f/s:yes:1", Label: "是"}
	long := strings.Repeat("甲", 5000)
	pieces, err := draw(bot.Message{Text: long, Buttons: []bot.Button{yes}, Photos: make12(), Menu: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(pieces) != 4 || pieces[0].text+pieces[1].text != long || len(pieces[2].photos) != 10 || len(pieces[3].photos) != 2 {
		t.Fatalf("%d pieces", len(pieces))
	}
	if _, ok := pieces[0].markup.(*models.ReplyKeyboardRemove); !ok {
		t.Errorf("the reply keyboard stays: %T", pieces[0].markup)
	}
	keys, ok := pieces[1].markup.(*models.InlineKeyboardMarkup)
	if !ok || keys.InlineKeyboard[0][0].CallbackData != yes.ID {
		t.Errorf("the buttons do not stand under the last of the text: %+v", pieces[1].markup)
	}
	if pieces[2].markup != nil {
		t.Error("a photo has a keyboard")
	}
	only, err := draw(bot.Message{Text: "q", Buttons: []bot.Button{yes}, Menu: true})
	if err != nil || len(only) != 1 {
		t.Fatal(only, err)
	}
	if _, ok := only[0].markup.(*models.InlineKeyboardMarkup); !ok {
		t.Error("the answers gave way to the menu")
	}
}

func make12() (ids []bot.MediaID) {
	for i := range 12 {
		ids = append(ids, bot.MediaID(rune('a'+i)))
	}
	return ids
}

func TestDrawRefusesBeforeAnythingIsSent(t *testing.T) {
	with := func(b ...bot.Button) bot.Message { return bot.Message{Text: "q", Buttons: b} }
	for name, m := range map[string]bot.Message{
		"nothing":            {},
		"only blanks":        {Text: " \n"},
		"buttons, no text":   {Buttons: []bot.Button{{ID: "a", Label: "A"}}, Photos: []bot.MediaID{"p"}},
		"no label":           with(bot.Button{ID: "a", Label: " "}),
		"no ID":              with(bot.Button{Label: "A"}),
		"ID of 65 bytes":     with(bot.Button{ID: strings.Repeat("x", 65), Label: "A"}),
		"22 Chinese letters": with(bot.Button{ID: strings.Repeat("爱", 22), Label: "A"}),
		"ID not UTF-8":       with(bot.Button{ID: "a\xff", Label: "A"}),
		"ID of control":      with(bot.Button{ID: "a\n", Label: "A"}),
		"script":             with(bot.Button{Label: "A", URL: "javascript:alert(1)"}),
		"no host":            with(bot.Button{Label: "A", URL: "https://"}),
		"too many":           with(make([]bot.Button, maxButtons+1)...),
		"photo without ID":   {Photos: []bot.MediaID{""}},
		"edit of nothing":    {Edits: "x", Text: "a"},
		"edit of zero":       {Edits: "0", Text: "a"},
		"edit with buttons":  {Edits: "4", Text: "a", Buttons: []bot.Button{{ID: "a", Label: "A"}}},
	} {
		var refused *bot.Refused
		if pieces, err := draw(m); !errors.As(err, &refused) || pieces != nil {
			t.Errorf("%s: %d pieces, error %v", name, len(pieces), err)
		}
	}
	if _, err := draw(with(bot.Button{ID: strings.Repeat("x", 64), Label: "A"}, bot.Button{Label: "B", URL: "https://example.org/?a=1"})); err != nil {
		t.Errorf("fair buttons: %v", err)
	}
}

func TestDrawEdit(t *testing.T) {
	for _, tt := range []struct {
		ref   string
		limit int
	}{{"42", maxText}, {"42c", maxCaption}} {
		pieces, err := draw(bot.Message{Edits: tt.ref, Text: strings.Repeat("😀", 4000)})
		if err != nil || len(pieces) != 1 {
			t.Fatal(len(pieces), err)
		}
		if n := length(pieces[0].text); n > tt.limit || n < tt.limit-2 || !strings.HasSuffix(pieces[0].text, "…") {
			t.Errorf("%s: length %d", tt.ref, n)
		}
		if got := pieces[0].edits.String(); got != tt.ref {
			t.Errorf("ref %q, want %q", got, tt.ref)
		}
	}
}

func TestRows(t *testing.T) {
	for _, tt := range []struct {
		name   string
		labels []string
		want   []int
	}{
		{"one", []string{"好"}, []int{1}},
		{"three short", []string{"是", "否", "跳过"}, []int{3}},
		{"four short, evenly", []string{"a", "b", "c", "d"}, []int{2, 2}},
		{"seven short", strings.Split("1234567", ""), []int{3, 2, 2}},
		{"six Chinese letters", []string{"下周六上午吧", "下周日", "都不行"}, []int{2, 1}},
		{"one long label", []string{"是", "我想先和红娘谈一谈再说"}, []int{1, 1}},
	} {
		var keys []models.InlineKeyboardButton
		for _, l := range tt.labels {
			keys = append(keys, models.InlineKeyboardButton{Text: l})
		}
		var sizes []int
		var order []string
		for _, r := range rows(keys) {
			sizes = append(sizes, len(r))
			for _, k := range r {
				order = append(order, k.Text)
			}
		}
		if diff := cmp.Diff(tt.want, sizes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if diff := cmp.Diff(tt.labels, order); diff != "" {
			t.Errorf("%s: order (-want +got):\n%s", tt.name, diff)
		}
	}
}

// A button that shares the number makes keys in the place of the letters of all
// of them.
func TestDrawContact(t *testing.T) {
	pieces, err := draw(bot.Message{Text: "电话？", Buttons: []bot.Button{{ID: "form/phone:contact:3", Label: "分享", Contact: true}, {ID: "form/phone:skip:3", Label: "跳过"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := &models.ReplyKeyboardMarkup{
		Keyboard:       [][]models.KeyboardButton{{{Text: "分享", RequestContact: true}}, {{Text: "跳过"}}},
		ResizeKeyboard: true, OneTimeKeyboard: true,
	}
	if diff := cmp.Diff(want, pieces[0].markup); len(pieces) != 1 || diff != "" {
		t.Error(diff)
	}
}
