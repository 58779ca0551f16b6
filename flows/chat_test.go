package flows_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"redthread/bot/dialog"
	"redthread/flows"
)

var update = flag.Bool("update", false, "rewrite the transcripts and the diagram")

// TestTranscripts plays what people do in every transcript and compares what
// everybody hears with what is written there.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.chat")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, newStage(t), string(want), strings.HasPrefix(filepath.Base(file), "enrol."))
			compare(t, file, got, string(want))
		})
	}
}

// TestTranscriptsOnABadDay plays them while Redis forgets everything before each
// event and the platforms deliver everything twice. Nobody notices.
func TestTranscriptsOnABadDay(t *testing.T) {
	t.Parallel()
	if *update {
		t.Skip("the transcripts are being rewritten")
	}
	files, err := filepath.Glob("testdata/*.chat")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := newStage(t)
			s.twice, s.spoil = true, func() {
				if err := s.store.ForgetSessions(t.Context()); err != nil {
					t.Error(err)
				}
			}
			got := play(t, s, string(want), strings.HasPrefix(filepath.Base(file), "enrol."))
			compare(t, file, unnumbered(got), unnumbered(string(want)))
		})
	}
}

// unnumbered hides papers' numbers where MySQL keeps them: what a refused turn had
// taken is not given out again, so a day of repetitions leaves gaps.
func unnumbered(chat string) string {
	if os.Getenv("REDTHREAD_TEST_MYSQL") == "" {
		return chat
	}
	return paperNumber.ReplaceAllString(chat, "$1-######")
}

var paperNumber = regexp.MustCompile(`\b([A-Z])-\d{6}`)

func compare(t *testing.T, file, got, want string) {
	t.Helper()
	switch {
	case got == want:
	case *update:
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s says otherwise (go test ./flows -update to accept):\n%s", file, got)
	}
}

var (
	deed  = regexp.MustCompile(`^(\w+)> (.+)$`)
	pause = regexp.MustCompile(`^\+(\w+)$`)
)

// play keeps the remarks and what people do, and writes down what they hear.
// Staff who take part work here already, unless newcomers is set.
func play(t *testing.T, s *stage, script string, newcomers bool) string {
	for _, p := range s.people {
		if p.role != "" && !newcomers && regexp.MustCompile(`(?m)^`+p.name+`[<>]`).MatchString(script) {
			s.hire(p)
		}
	}
	var b strings.Builder
	for _, line := range strings.Split(script, "\n") {
		if strings.HasPrefix(line, "#") {
			b.WriteString("\n" + line + "\n")
		} else if m := deed.FindStringSubmatch(line); m != nil {
			s.act(s.person(m[1]), m[2])
			b.WriteString("\n" + line + "\n" + s.said(m[1]))
		} else if m := pause.FindStringSubmatch(line); m != nil {
			d, err := time.ParseDuration(m[1])
			if err != nil {
				t.Fatal(err)
			}
			s.wait(d)
			b.WriteString("\n" + line + "\n" + s.said(""))
		}
	}
	return strings.TrimPrefix(b.String(), "\n")
}

// TestDiagram keeps docs/flows.md true.
func TestDiagram(t *testing.T) {
	t.Parallel()
	got := "# The conversations\n\nDrawn from their declarations; `go test ./flows -update` writes this page anew.\n\n```mermaid\n" +
		dialog.Diagram(flows.New(flows.Settings{}).Flows...) + "```\n"
	const file = "../docs/flows.md"
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, file, got, string(want))
}
