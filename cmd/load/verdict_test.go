package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// three is a talk of three steps that files one complaint.
func three(t testing.TB) *talk {
	t.Helper()
	k, err := parseTalk("three.chat", "> a\n< one\n\n> b\n< two {n}\n\n< more\n\n> c\n< filed C-000001\n")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// life is one person's talk as it went, and what the bot's records say of it.
type life struct {
	town   *town
	person *person
	ledger *ledger
}

func newLife(t testing.TB, excused bool) *life {
	w := newTown(three(t), "telegram", 700, func(hearing) bool { return excused })
	p := w.born()
	c := w.conversation(p.n)
	return &life{w, p, &ledger{map[string][]string{c: nil}, map[string][]int64{}, map[string]int{}, 0}}
}

// go plays a script: "1" the person does step 1 and the bot has it, "1?" the
// platform gives it up, "1!" as 1 but without a turn; any other word is heard,
// with a "~" before it without the sender knowing.
func (l *life) play(script string) verdict {
	c := l.town.conversation(l.person.n)
	for word := range strings.FieldsSeq(script) {
		if word[0] >= '1' && word[0] <= '3' {
			l.person.says(word[:1])
			if strings.HasSuffix(word, "?") {
				l.person.ends(givenUp)
				continue
			}
			l.person.ends(confirmed)
			if !strings.HasSuffix(word, "!") {
				l.ledger.turns[c] = append(l.ledger.turns[c], word)
			}
			continue
		}
		text, hidden := strings.CutPrefix(word, "~")
		text = map[string]string{"two": "two 700", "filed": "filed C-000009"}[text] + ""
		if text == "" {
			text = strings.TrimPrefix(word, "~")
		}
		l.town.hear(message{to: l.person.n, text: text, hidden: hidden})
	}
	return judge(l.town, l.ledger)
}

const allGood = "1 one 2 two more 3 filed"

// The judge must find each fault, and nothing where there is none.
func TestJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script  string
		excused bool
		records []int64
		want    string // lost doubled overtaken wrong repeated given up
	}{
		"all good":                    {allGood, false, []int64{9}, "0 0 0 0 0 0"},
		"an answer is lost":           {"1 one 2 two 3 filed", false, []int64{9}, "1 0 0 0 0 0"},
		"the last answer is lost":     {"1 one 2 two more 3", false, []int64{9}, "1 0 0 0 0 0"},
		"doubled":                     {"1 one one 2 two more 3 filed", false, []int64{9}, "0 1 0 0 0 0"},
		"doubled, nobody knew":        {"1 ~one one 2 two more 3 filed", false, []int64{9}, "0 0 0 0 1 0"},
		"tripled, nobody knew once":   {"1 ~one one one 2 two more 3 filed", false, []int64{9}, "0 1 0 0 1 0"},
		"doubled, the sender died":    {"1 one one 2 two more 3 filed", true, []int64{9}, "0 0 0 0 1 0"},
		"repeated too late":           {"1 ~one 2 two one more 3 filed", false, []int64{9}, "0 0 1 0 0 0"},
		"overtaken":                   {"1 one 2 more two 3 filed", false, []int64{9}, "0 0 1 0 0 0"},
		"wrong":                       {"1 one sorry 2 two more 3 filed", false, []int64{9}, "0 0 0 1 0 0"},
		"before its time":             {"1 one filed 2 two more 3 filed", false, []int64{9}, "0 0 0 1 0 0"},
		"no effect":                   {"1 one 2! two more 3 filed", false, []int64{9}, "1 0 0 0 0 0"},
		"two records":                 {allGood, false, []int64{9, 10}, "0 1 0 0 0 0"},
		"no record":                   {allGood, false, nil, "2 0 0 0 0 0"}, // neither one nor the one that was named
		"another record":              {allGood, false, []int64{10}, "1 0 0 0 0 0"},
		"a record without a word":     {"1 one 2 two more 3?", false, []int64{9}, "0 0 0 0 0 1"},
		"given up":                    {"1 one 2?", false, nil, "0 0 0 0 0 1"},
		"given up, but taken":         {"1 one 2? two more 3 filed", false, []int64{9}, "0 0 0 0 0 1"},
		"silence after it was taken":  {"1", false, nil, "1 0 0 0 0 0"},
		"somebody else's number":      {"1 one 2 two: more 3 filed", false, []int64{9}, "1 0 0 1 0 0"},
		"told to wait for no reason":  {"1 已收到，稍后回复您。 one 2 two more 3 filed", false, []int64{9}, "0 0 0 1 0 0"},
		"told to wait":                {"1 已收到，稍后回复您。 one 2 two more 3 filed", true, []int64{9}, "0 0 0 0 0 0"},
		"broken off before the third": {"1 one 2 two more", false, nil, "0 0 0 0 0 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLife(t, c.excused)
			l.ledger.records[l.town.conversation(l.person.n)] = c.records
			v := l.play(c.script)
			if got := fmt.Sprint(v.Lost, v.Doubled, v.Overtaken, v.Wrong, v.Repeated, v.GivenUp); got != c.want {
				t.Errorf("lost doubled overtaken wrong repeated given up: %s, want %s %q", got, c.want, v.Examples)
			}
			if v.clean() != strings.HasPrefix(c.want, "0 0 0 0") {
				t.Error("clean:", v.clean())
			}
		})
	}
}

// The turns of a conversation must stand in the order in which things were said,
// and nothing may stand there that was not.
func TestJudgeTurns(t *testing.T) {
	t.Parallel()
	for turns, want := range map[string]string{"1 2 3": "0 0 0", "2 1 3": "0 1 0", "1 3": "1 0 0", "1 2 3 4": "0 0 1"} {
		l := newLife(t, false)
		c := l.town.conversation(l.person.n)
		l.ledger.records[c] = []int64{9}
		l.play(allGood)
		l.ledger.turns[c] = strings.Fields(turns)
		v := judge(l.town, l.ledger)
		if got := fmt.Sprint(v.Lost, v.Overtaken, v.Wrong); got != want {
			t.Errorf("turns %s: lost overtaken wrong %s, want %s", turns, got, want)
		}
	}
}

// What the bot gave up by its rule, and told staff of, is counted apart.
func TestJudgeUndelivered(t *testing.T) {
	t.Parallel()
	l := newLife(t, false)
	c := l.town.conversation(l.person.n)
	l.ledger.records[c], l.ledger.failed[c] = []int64{9}, 1
	if v := l.play("1 one 2 two 3 filed"); v.Lost != 0 || v.Undelivered != 1 {
		t.Errorf("lost %d, undelivered %d; want 0 and 1", v.Lost, v.Undelivered)
	}
}

func TestHearUnknown(t *testing.T) {
	t.Parallel()
	l := newLife(t, false)
	l.town.hear(message{to: 999, text: "one"})
	if v := judge(l.town, l.ledger); v.Wrong != 1 {
		t.Errorf("a message to nobody is wrong: %+v", v)
	}
}

// A repetition is excused by what befell its sender in time, or the database.
func TestTroubles(t *testing.T) {
	t.Parallel()
	var all troubles
	sent := time.Now()
	if all.excuse(hearing{at: sent, from: 1}) {
		t.Error("excused without a trouble")
	}
	all.begin(1)()
	for _, c := range []struct {
		h    hearing
		want bool
	}{
		{hearing{at: sent, from: 1}, true},
		{hearing{at: sent, from: 0}, false},
		{hearing{at: sent.Add(-2 * grace), from: 1}, false},
		{hearing{at: time.Now().Add(time.Hour), from: 1}, false},
	} {
		if got := all.excuse(c.h); got != c.want {
			t.Errorf("%+v: %v, want %v", c.h, got, c.want)
		}
	}
	all.begin(everybody)
	if !all.excuse(hearing{at: time.Now().Add(time.Hour), from: 7}) {
		t.Error("the database is still away")
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	h, err := openEmbedded(t.TempDir() + "/x.db")
	if err != nil {
		t.Fatal(err)
	}
	defer h.leave()
	w := newTown(three(t), "telegram", 700, nil)
	w.born()
	for _, q := range []string{
		"CREATE TABLE turns (conversation TEXT, seq INT, event_key TEXT, kind TEXT)",
		"CREATE TABLE clients (id INT, conversation TEXT)", "CREATE TABLE complaints (id INT, client_id INT)",
		"CREATE TABLE outbox (conversation TEXT, seq INT, state TEXT)", "CREATE TABLE letters (id INT)",
		"INSERT INTO turns VALUES ('telegram:700', 2, 'b', 'wrote'), ('telegram:700', 1, 'a', 'wrote'), ('telegram:700', 3, 'c', 'noticed'), ('telegram:701', 1, 'd', 'wrote')",
		"INSERT INTO clients VALUES (5, 'telegram:700'), (6, 'telegram:699')", "INSERT INTO complaints VALUES (9, 5), (10, 6)",
		"INSERT INTO outbox VALUES ('telegram:700', 1, 'failed'), ('telegram:700', 2, 'queued')", "INSERT INTO letters VALUES (1)",
	} {
		if _, err := h.db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	l, err := readLedger(t.Context(), h.db, w)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(l.turns, l.records, l.failed, l.letters); got != "map[telegram:700:[a b]] map[telegram:700:[9]] map[telegram:700:1] 1" {
		t.Error(got)
	}
	if left, err := h.quiet(context.Background(), 0); left != 1 || err != nil {
		t.Errorf("%d left to send, %v; want 1", left, err)
	}
}
