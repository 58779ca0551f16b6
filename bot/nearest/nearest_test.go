package nearest

import "testing"

func TestHint(t *testing.T) {
	known := []string{"complaint.kind", "complaint.story", "menu", "date.b", "date.a"}
	for name, want := range map[string]string{
		"complaint.kin":  `; did you mean "complaint.kind"?`,
		"complant.story": `; did you mean "complaint.story"?`,
		"manu":           `; did you mean "menu"?`,
		"date.c":         `; did you mean "date.a"?`, // of two as near, the first by name
		"refund":         "",
		"":               "",
	} {
		if got := Hint(name, known); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"same", "same", 0}} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
