package guard

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed testdata/lines.tsv testdata/heldout.tsv testdata/fresh.tsv
var sets embed.FS

// Sets are the names of the built-in sets.
var Sets = []string{"lines", "heldout", "fresh"}

// SetPhone is the number of the agency whose colleagues write the lines.
const SetPhone = "021-5555 0100"

// Line is one of an evaluation set: what a colleague writes, and what is wrong
// with it; nothing when Want is nil.
type Line struct {
	Text string
	Want []Kind
}

// Lines is a built-in set: "lines", on which the rules were tuned; "heldout", which
// was written before there were rules; or "fresh", written after them.
func Lines(name string) ([]Line, error) {
	src, err := sets.ReadFile("testdata/" + name + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("guard: there is no set %q, only lines, heldout and fresh", name)
	}
	return ReadLines(string(src))
}

// ReadLines reads a set: on each line the kind ("promise|contact", "-" for none),
// a tab, the words.
func ReadLines(src string) (all []Line, err error) {
	for i, l := range strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		kinds, text, ok := strings.Cut(l, "\t")
		if !ok {
			return nil, fmt.Errorf("guard: line %d: expected a kind, a tab and words", i+1)
		}
		line := Line{Text: text}
		for _, k := range strings.Split(kinds, "|") {
			if k == "-" {
				continue
			}
			if !slices.Contains(Kinds, Kind(k)) {
				return nil, fmt.Errorf("guard: line %d: there is no kind %q", i+1, cut(k))
			}
			line.Want = append(line.Want, Kind(k))
		}
		all = append(all, line)
	}
	return all, nil
}

// Score is what came of a set, for one kind.
type Score struct {
	Lines  int // that are of this kind
	Hits   int // of them found
	Misses int
	False  int // lines that are not of this kind, and were found to be
}

// Wrong is a line that went wrong.
type Wrong struct {
	Line
	Got []Finding
}

// Evaluate holds what is found against what is wanted.
func (g *Guard) Evaluate(set []Line) (by map[Kind]Score, wrong []Wrong) {
	by = map[Kind]Score{}
	for _, l := range set {
		got := g.Check(l.Text)
		right := true
		for _, k := range Kinds {
			found := slices.ContainsFunc(got, func(f Finding) bool { return f.Kind == k })
			wanted, s := slices.Contains(l.Want, k), by[k]
			switch {
			case wanted && found:
				s.Hits++
			case wanted:
				s.Misses++
			case found:
				s.False++
			}
			if wanted {
				s.Lines++
			}
			by[k], right = s, right && wanted == found
		}
		if !right {
			wrong = append(wrong, Wrong{l, got})
		}
	}
	return by, wrong
}
