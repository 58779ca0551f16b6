package numeral_test

import (
	"strconv"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"redthread/bot/numeral"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"一九九五年八月十五":   "1995年8月15",
		"二〇〇三年十二月三十一": "2003年12月31",
		"廿三":          "23",
		"卅":           "30",
		"一百七十五":       "175",
		"一百七":         "170",
		"一百零五":        "105",
		"一米七五":        "1米75",
		"八千五":         "8500",
		"两万":          "2万",
		"１９９５－３－８":    "1995-3-8",
		"十":           "10",
		"  1.75M ":    "1.75m",
		"没有数字":        "没有数字",
		"":            "",
	} {
		if got := numeral.Plain(text); got != want {
			t.Errorf("%q reads %q, not %q", text, got, want)
		}
	}
}

// TestWritten reads every number as Chinese speakers write it.
func TestWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9999).Draw(t, "n")
		if got := numeral.Digits(write(n)); got != strconv.Itoa(n) {
			t.Fatalf("%s reads %s, not %d", write(n), got, n)
		}
	})
}

// write is the formal numeral of n, below ten thousand.
func write(n int) string {
	const digits = "零一二三四五六七八九"
	names := []rune(digits)
	out, gap := "", false
	for _, u := range []struct {
		size int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		d := n / u.size % 10
		switch {
		case d == 0:
			gap = out != ""
			continue
		case gap:
			out += "零"
		}
		gap = false
		out += string(names[d]) + u.name
	}
	return out
}

func FuzzPlain(f *testing.F) {
	f.Add("一百七")
	f.Add("千千千千")
	f.Fuzz(func(t *testing.T, text string) {
		if got := numeral.Plain(text); utf8.ValidString(text) && !utf8.ValidString(got) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
