package flows_test

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
)

// Random talks are long; -rapid.checks asks for more.
func init() { _ = flag.Set("rapid.checks", "25") }

// officeDay is two colleagues and four clients, on both platforms, and what a reader
// of the colleagues' screens would believe about who is current.
type officeDay struct {
	*stage
	rt      *rapid.T
	current map[string]string // colleague → client's code; empty: nobody
	codes   map[string]string // client's name → code
	words   int
}

var (
	deskStaff   = []string{"li", "mei"}
	deskClients = []string{"anna", "bo", "carl", "dana"}

	goesTo   = regexp.MustCompile(`→ (K-\d+)`)
	begun    = regexp.MustCompile(`您正在接待 (K-\d+)。`)
	turned   = regexp.MustCompile(`现在您写的话发给 (K-\d+)。`)
	over     = regexp.MustCompile(`与 (K-\d+) 的对话结束了|(K-\d+) (?:等了很久没有回复|已由\S+接手)`)
	sendTo   = regexp.MustCompile(`^发给 (K-\d+)$`)
	lineFrom = regexp.MustCompile(`(?m)^(K-\d+)：`)
)

// token is words that nobody else says.
func (d *officeDay) token() string {
	d.words++
	return fmt.Sprintf("话头%04d号", d.words)
}

// plays lets somebody do something, and reads everybody's screens.
func (d *officeDay) plays(name, line string) {
	p := d.person(name)
	d.act(p, line)
	for _, staff := range deskStaff {
		d.believe(staff, d.person(staff).heard)
	}
}

// believe is what a colleague takes from their screen.
func (d *officeDay) believe(staff string, heard []string) {
	for _, text := range heard {
		for _, m := range over.FindAllStringSubmatch(text, -1) {
			if code := m[1] + m[2]; d.current[staff] == code {
				d.current[staff] = ""
			}
		}
		for _, r := range []*regexp.Regexp{begun, turned} {
			if m := r.FindStringSubmatch(text); m != nil {
				d.current[staff] = m[1]
			}
		}
	}
}

// opens lets the day begin with clients whom the colleagues have taken.
func (d *officeDay) opens() {
	for _, name := range deskClients {
		d.plays(name, "人工")
		for _, staff := range deskStaff {
			d.takes(staff)
		}
	}
}

// takes presses the newest [接待] if somebody may wait behind it.
func (d *officeDay) takes(staff string) {
	if screen := d.person(staff).shown; len(screen) > 0 && strings.Contains(screen[len(screen)-1].m.Text, "请求人工") {
		d.plays(staff, "[接待]")
	}
}

// hush forgets what was heard.
func (d *officeDay) hush() {
	for _, p := range d.people {
		p.heard = nil
	}
	d.toast = ""
}

// buttons are the labels on somebody's screen, the newest of each, bounded.
func (d *officeDay) buttons(name string) (all []string) {
	screen := d.person(name).shown
	for i := len(screen) - 1; i >= 0 && len(all) < 12; i-- {
		for _, b := range screen[i].m.Buttons {
			if !slices.Contains(all, b.Label) {
				all = append(all, b.Label)
			}
		}
	}
	return all
}

// heardBy is the clients who heard the words.
func (d *officeDay) heardBy(words string) (all []string) {
	for _, name := range deskClients {
		for _, text := range d.person(name).heard {
			if strings.Contains(text, words) {
				all = append(all, name)
			}
		}
	}
	return all
}

// expect checks that a colleague's words, or those that waited, went to nobody but
// the client meant.
func (d *officeDay) expect(staff, words, meant string) {
	heard := d.heardBy(words)
	if len(heard) > 1 {
		d.rt.Fatalf("%s's words reached %v", staff, heard)
	}
	if len(heard) == 1 {
		if code := d.codes[heard[0]]; code != meant {
			d.rt.Fatalf("%s's words, meant for %q, reached %s, who is %s", staff, meant, heard[0], code)
		}
		shown := strings.Join(d.person(staff).heard, "\n")
		if m := goesTo.FindStringSubmatch(shown); m == nil || m[1] != meant {
			d.rt.Fatalf("%s's words went to %s, and the screen says:\n%s", staff, meant, shown)
		}
	}
}

func (d *officeDay) clientDoes(name string) {
	switch deed := rapid.SampledFrom([]string{"人工", "words", "words", "words", "结束人工", "code"}).Draw(d.rt, "deed"); deed {
	case "words":
		words := d.token()
		d.plays(name, words)
		d.oneHears(name, words)
	case "code": // names another client, to lead astray who quotes it
		d.plays(name, d.token()+" K-00000"+fmt.Sprint(rapid.IntRange(1, 4).Draw(d.rt, "other")))
	default:
		d.plays(name, deed)
	}
}

// oneHears: what a client says stands on one colleague's screen at most, under the
// client's own code.
func (d *officeDay) oneHears(name, words string) {
	n := 0
	for _, staff := range deskStaff {
		for _, text := range d.person(staff).heard {
			m := lineFrom.FindStringSubmatch(text)
			if m == nil || !strings.Contains(text, words) {
				continue // it may have been taken for a question
			}
			n++
			if m[1] != d.codes[name] {
				d.rt.Fatalf("%s's words are shown as of somebody else: %s", name, text)
			}
		}
	}
	if n > 1 {
		d.rt.Fatalf("%d screens show what %s said", n, name)
	}
}

func (d *officeDay) staffDoes(name string) {
	switch rapid.SampledFrom([]string{"take", "take", "words", "words", "words", "note", "near", "press", "press", "turn", "quote", "end", "edit", "unseen"}).Draw(d.rt, "deed") {
	case "take":
		if slices.Contains(d.buttons(name), "接待") {
			d.plays(name, "[接待]")
		}
	case "words":
		words, meant := d.token(), d.current[name]
		d.plays(name, words)
		d.expect(name, words, meant)
	case "note":
		words := d.token()
		d.plays(name, rapid.SampledFrom([]string{"//", "／／ ", " // ", "／/"}).Draw(d.rt, "mark")+words)
		d.noClient(name, words)
	case "near":
		words := d.token()
		d.plays(name, rapid.SampledFrom([]string{"/ /", "\\\\", "、、", "/", "备注：", "您好\n//"}).Draw(d.rt, "mark")+words)
		d.noClient(name, words)
	case "press":
		d.pressesSomething(name)
	case "turn":
		d.plays(name, fmt.Sprintf("/K%d", rapid.IntRange(1, 5).Draw(d.rt, "to")))
	case "quote":
		d.quotesSomething(name)
	case "end":
		d.plays(name, "结束")
	case "edit":
		if name == "li" {
			d.editsSomething(name)
		}
	case "unseen":
		if name == "mei" {
			d.writesUnseeing(name)
		}
	}
}

// writesUnseeing turns to a client, or takes one, and goes on writing before anything
// of it has come onto the screen.
func (d *officeDay) writesUnseeing(name string) {
	p, meant, words := d.person(name), d.current[name], d.token()
	p.trouble = bot.ErrClosed
	if slices.Contains(d.buttons(name), "接待") && rapid.Bool().Draw(d.rt, "takes") {
		d.plays(name, "[接待]")
	} else {
		d.plays(name, fmt.Sprintf("/K%d", rapid.IntRange(1, 4).Draw(d.rt, "to")))
	}
	d.plays(name, words)
	for _, client := range d.heardBy(words) {
		if d.codes[client] != meant {
			d.rt.Fatalf("%s's words, meant for %q, reached %s before the screen said so", name, meant, client)
		}
	}
	p.trouble = nil
	d.plays(name, "?")
}

func (d *officeDay) noClient(staff, words string) {
	if heard := d.heardBy(words); len(heard) > 0 {
		d.rt.Fatalf("%s's note reached %v", staff, heard)
	}
}

// pressesSomething presses a button, old or new; "发给 K-…" means that client.
func (d *officeDay) pressesSomething(name string) {
	// Answers to questions are another way to a client, and another test's.
	all := slices.DeleteFunc(d.buttons(name), func(l string) bool { return strings.Contains(l, "答复") || strings.HasPrefix(l, "请别人") })
	if len(all) == 0 {
		return
	}
	label := rapid.SampledFrom(all).Draw(d.rt, "button")
	d.plays(name, "["+label+"]")
	m := sendTo.FindStringSubmatch(label)
	for _, client := range deskClients {
		for _, text := range d.person(client).heard {
			if strings.Contains(text, "话头") && (m == nil || d.codes[client] != m[1]) {
				d.rt.Fatalf("%s pressed %q, and %s (%s) heard %q", name, label, client, d.codes[client], text)
			}
		}
	}
	if shown := goesTo.FindStringSubmatch(strings.Join(d.person(name).heard, "\n")); shown != nil {
		d.current[name] = shown[1]
	}
}

// quotesSomething quotes what a client said: the words go to that client, or
// nowhere.
func (d *officeDay) quotesSomething(name string) {
	p := d.person(name)
	var lines []string
	for i := len(p.shown) - 1; i >= 0 && len(lines) < 6; i-- {
		if text := p.shown[i].m.Text; lineFrom.MatchString(text) && strings.Contains(text, "话头") {
			lines = append(lines, text)
		}
	}
	if len(lines) == 0 {
		return
	}
	text := rapid.SampledFrom(lines).Draw(d.rt, "line")
	quoted := regexp.MustCompile(`话头\d+号`).FindString(text)
	meant, words := lineFrom.FindStringSubmatch(text)[1], d.token()
	d.plays(name, "(quote "+quoted+": "+words+")")
	d.expect(name, words, meant)
}

// editsSomething changes what was written last: it goes where that went, or
// nowhere.
func (d *officeDay) editsSomething(name string) {
	words, meant := d.token(), d.current[name]
	d.plays(name, words)
	went := len(d.heardBy(words)) == 1
	d.expect(name, words, meant)
	d.hush()
	if rapid.Bool().Draw(d.rt, "turns between") {
		d.topicless(fmt.Sprintf("/K%d", rapid.IntRange(1, 4).Draw(d.rt, "to")), name)
	}
	changed := d.token()
	d.plays(name, "(edit "+changed+")")
	heard := d.heardBy(changed)
	if len(heard) > 0 && (!went || len(heard) > 1 || d.codes[heard[0]] != meant) {
		d.rt.Fatalf("%s's changed words, meant for %q, reached %v", name, meant, heard)
	}
}

// topicless turns without the platform's noting it as the last message.
func (d *officeDay) topicless(line, name string) {
	p := d.person(name)
	last := p.wrote
	d.plays(name, line)
	p.wrote = last
}

// holds what must be true of the house at any time.
func (d *officeDay) holds() {
	ev := bot.Event{Key: bot.EventKey(fmt.Sprintf("look:%d", d.words)), From: bot.Conversation{Channel: "test", Chat: fmt.Sprint(d.words)}, Kind: bot.Noticed, At: d.clock.Now()}
	d.words++
	_, err := d.store.Turn(d.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		all, err := tx.TalksNow()
		if err != nil {
			return err
		}
		has, with := map[string]int{}, map[string]int{}
		for _, h := range all {
			has[h.Staff.Name]++
			with[h.Client.Code()]++
		}
		for name, n := range has {
			if n > store.DefaultCapacity {
				d.rt.Fatalf("%s has %d clients", name, n)
			}
		}
		waiting, err := tx.Queue()
		for _, w := range waiting {
			if h, err := tx.Handoff(w.Number()); err == nil {
				with[h.Client.Code()]++
			}
		}
		for code, n := range with {
			if n > 1 {
				d.rt.Fatalf("%s is in %d talks", code, n)
			}
		}
		return err
	})
	if err != nil {
		d.rt.Fatal(err)
	}
}

// Nothing that colleagues write reaches anybody but the client whom they see on
// their screen, no note reaches a client, nobody has more clients than they can
// take, and nobody is in two talks: however they switch, quote, press old buttons,
// forget and end, with everything delivered twice.
func TestNoWordGoesToTheWrongClient(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := &officeDay{stage: newStage(t), rt: rt, current: map[string]string{}, codes: map[string]string{}}
		d.twice = rapid.Bool().Draw(rt, "twice")
		for _, name := range deskStaff {
			d.hire(d.person(name))
		}
		for i, name := range deskClients {
			d.plays(name, "菜单")
			d.codes[name] = fmt.Sprintf("K-%06d", i+1)
		}
		d.opens()
		for range rapid.IntRange(5, 40).Draw(rt, "deeds") {
			d.hush()
			switch who := rapid.IntRange(0, 9).Draw(rt, "who"); {
			case who < 3:
				d.clientDoes(deskClients[rapid.IntRange(0, 3).Draw(rt, "client")])
			case who < 9:
				d.staffDoes(deskStaff[rapid.IntRange(0, 1).Draw(rt, "colleague")])
			default:
				d.wait(time.Duration(rapid.IntRange(20, 400).Draw(rt, "seconds")) * time.Second)
				for _, staff := range deskStaff {
					d.believe(staff, d.person(staff).heard)
				}
			}
			d.holds()
		}
		if err := d.store.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

// Who waits is told how long it takes when enough talks tell it, and nothing else.
func TestHonestEstimate(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	for i := range 5 {
		s.act(s.person("anna"), "人工")
		if heard := s.said(""); strings.Contains(heard, "大约") {
			t.Fatalf("after %d talks anna is told a figure:\n%s", i, heard)
		}
		s.wait(time.Duration(20+10*i) * time.Second)
		s.acts("li", "[接待]", "您好", "结束")
	}
	s.said("")
	s.act(s.person("anna"), "人工")
	if heard := s.said("anna"); !strings.Contains(heard, "大约要等 1 分钟") {
		t.Errorf("anna hears:\n%s", heard)
	}
	s.act(s.person("bo"), "人工")
	if heard := s.said("bo"); !strings.Contains(heard, "前面还有 1 位。按最近的情况，大约要等 2 分钟") {
		t.Errorf("bo hears:\n%s", heard)
	}
}
