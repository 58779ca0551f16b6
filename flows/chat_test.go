package flows_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
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
			s := newStage(t)
			s.metered, s.template = metered(file), template(file)
			got := play(t, s, string(want), strings.HasPrefix(filepath.Base(file), "enrol."))
			compare(t, file, gapless(got), gapless(string(want)))
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
			s.metered, s.template = metered(file), template(file)
			s.twice, s.spoil = true, func() {
				if err := s.store.ForgetSessions(t.Context()); err != nil {
					t.Error(err)
				}
			}
			got := play(t, s, string(want), strings.HasPrefix(filepath.Base(file), "enrol."))
			compare(t, file, gapless(got), gapless(string(want)))
		})
	}
}

// metered says that WeChat counts, in a talk about that, what may be said.
func metered(file string) bool { return strings.HasPrefix(filepath.Base(file), "delivery.") }

// template says that WeChat has approved a template message, in a talk about that.
func template(file string) bool { return strings.HasPrefix(filepath.Base(file), "delivery.template") }

// onMySQL says that there may be gaps between papers' numbers: a turn that met a
// deadlock, and was played again, has taken one that is not given out again.
// Which numbers are gaps depends on who else was writing. In all else the talks
// must be the same.
var onMySQL = os.Getenv("REDTHREAD_TEST_MYSQL") != ""

// gapless writes the papers' numbers as they are without gaps: as the order in
// which they are first told. Elsewhere than on MySQL they must be right as they are.
func gapless(chat string) string {
	if !onMySQL {
		return chat
	}
	told := numbers{}
	return paperNumber.ReplaceAllStringFunc(chat, func(number string) string {
		return fmt.Sprintf("%c-#%d", inFull(number)[0], told.rank(inFull(number)))
	})
}

// paperNumber is one as we write it, or a client's as a colleague in a hurry does.
var paperNumber = regexp.MustCompile(`(?m)\b[A-Z]-\d{6}|客户 \d{1,6}$`)

func inFull(number string) string {
	if n, err := strconv.Atoi(strings.TrimPrefix(number, "客户 ")); err == nil {
		return fmt.Sprintf("K-%06d", n)
	}
	return number
}

// numbers are those that were told in a talk, by their letter, in their order.
type numbers map[byte][]string

// rank is which number of its letter it is, from 1. It counts as told from now on.
func (n numbers) rank(number string) int {
	all := n[number[0]]
	if i := slices.Index(all, number); i >= 0 {
		return i + 1
	}
	n[number[0]] = append(all, number)
	return len(all) + 1
}

func (n numbers) hear(text string) {
	for _, number := range paperNumber.FindAllString(text, -1) {
		n.rank(inFull(number))
	}
}

// say writes what somebody types in a transcript with the numbers that we were
// told where the transcript has its own.
func (n numbers) say(line string, written numbers) string {
	if !onMySQL {
		return line
	}
	return paperNumber.ReplaceAllStringFunc(line, func(number string) string {
		letter := inFull(number)[0]
		if i := slices.Index(written[letter], inFull(number)); i >= 0 && i < len(n[letter]) {
			return n[letter][i]
		}
		return number // which nobody has been told
	})
}

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
	deed  = regexp.MustCompile(`^(\w+)(?:@(K-\d+))?> (.+)$`)
	pause = regexp.MustCompile(`^\+(\w+)$`)
)

// play keeps the remarks and what people do, and writes down what they hear.
// Staff who take part work here already, unless newcomers is set.
func play(t *testing.T, s *stage, script string, newcomers bool) string {
	for _, p := range s.people {
		if p.role != "" && !newcomers && regexp.MustCompile(`(?m)^`+p.name+`[<>@]`).MatchString(script) {
			s.hire(p)
		}
	}
	if strings.Contains(script, "@K-") {
		s.useGroups()
	}
	var b strings.Builder
	written, told := numbers{}, numbers{}
	hear := func(line, heard string) {
		told.hear(heard)
		b.WriteString("\n" + line + "\n" + heard)
	}
	for _, line := range strings.Split(script, "\n") {
		if strings.HasPrefix(line, "#") {
			hear(line, "")
		} else if m := deed.FindStringSubmatch(line); m != nil {
			who, topic, words := m[1], told.say(m[2], written), told.say(m[3], written)
			if s.topic = nil; topic != "" {
				s.topic = s.inTopic(topic)
			}
			s.act(s.person(who), words)
			if topic != "" {
				who += "@" + topic
			}
			hear(who+"> "+words, s.said(m[1]))
		} else if m := pause.FindStringSubmatch(line); m != nil {
			d, err := time.ParseDuration(m[1])
			if err != nil {
				t.Fatal(err)
			}
			s.wait(d)
			hear(line, s.said(""))
		}
		written.hear(line)
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
