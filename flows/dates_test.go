package flows_test

import (
	"errors"
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

// introduce has a matchmaker bring two together who both say yes.
func (s *stage) introduce(by *person, pair string) {
	s.t.Helper()
	one, other, _ := strings.Cut(pair, " ")
	var a, b int64
	person := func(to *int64) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			c, err := tx.Self("")
			*to = c.ID
			return err
		}
	}
	s.turn(s.person(one).at, person(&a))
	s.turn(s.person(other).at, person(&b))
	var ref string
	s.turn(by.at, func(tx *store.Tx) error {
		me, err := tx.Staff(by.at)
		if err != nil {
			return err
		}
		i, o, err := tx.Introduce(store.NewIntroduction{A: a, B: b, Words: store.IntroWords{ToA: "踏实", ToB: "爱笑"}, By: me, For: 7 * 24 * time.Hour})
		if err == nil && !o.None() {
			err = fmt.Errorf("they cannot be introduced: %+v", o)
		}
		ref = i.Number()
		return err
	})
	for _, who := range []string{one, other} {
		s.turn(s.person(who).at, func(tx *store.Tx) error {
			y, err := tx.SayYes(ref, store.IntroContact{Call: who, Kind: store.ContactWeChat, Value: "wx-" + who}, store.NewConsent{Kind: store.ConsentContact, Answer: store.ConsentYes, Version: "1", Lang: "zh-CN", Words: "words"}, 7*24*time.Hour)
			if err == nil && !y.Moved {
				err = errors.New("the yes was not taken")
			}
			return err
		})
	}
}

// turn does something in a conversation without a word.
func (s *stage) turn(at bot.Conversation, do func(*store.Tx) error) {
	s.t.Helper()
	s.events++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("deed:", s.events)), From: at, Kind: bot.Wrote, At: s.clock.Now()}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error { return do(tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// courtship is a matchmaker and three clients of whom one has two introductions: what
// they do is random, pressed again, delivered twice, and played by another process.
type courtship struct {
	*stage
	rt    *rapid.T
	words int
	said  map[string][]string // what a client wrote while asked how it was, by their name
}

var lovers = []string{"anna", "bo", "carl"}

// TestCourtship plays random answers, changes, cancellations, no-shows, pauses and
// concurrent dates: there is one shared state of each date, nobody is expected in two
// places, no date that is dead reminds anybody, and what one says is never read by the
// other.
func TestCourtship(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &courtship{stage: newStage(t), rt: rt, said: map[string][]string{}}
		for name, spec := range map[string]string{"anna": "woman 1990-05-02 165 bachelor 330106", "bo": "man 1988-05-02 178 bachelor 330106", "carl": "man 1989-05-02 178 bachelor 330106"} {
			c.register(c.person(name).at, spec)
		}
		mei := c.person("mei")
		c.hire(mei)
		c.introduce(mei, "anna bo")
		c.introduce(mei, "anna carl")
		for n := 1; n <= 2; n++ { // both at the same times
			for _, line := range []string{fmt.Sprintf("安排见面 Y-%06d", n), "动物园，虎跑路 40 号", "周六下午三点、周六下午四点、周日 10:00", "发给两位"} {
				c.act(mei, line)
			}
		}
		if rapid.Bool().Draw(rt, "met") {
			c.meets()
		}
		for range 20 {
			c.step()
			c.holds()
		}
	})
}

// meets lets anna and carl have their date, and be asked how it was.
func (c *courtship) meets() {
	for _, line := range []string{"[3月7日 周六 15:00]", "[Sat 7 Mar 15:00]", "[确认，我会去]", "[Yes, I will come]"} {
		for _, name := range []string{"anna", "carl"} {
			if c.offers(name, line) {
				c.says(name, line)
			}
		}
	}
	c.wait(30 * time.Hour)
	c.wait(17 * time.Hour)
	for _, name := range []string{"anna", "carl"} {
		if !c.offers(name, "[很好]") && !c.offers(name, "[Lovely]") {
			c.rt.Fatalf("%s is not asked how it was", name)
		}
	}
	c.hush()
	for _, line := range []string{"[一般]", "[再想想]", "[聊不到一起]"} {
		c.says("anna", line)
	}
}

// offers says that a button is on somebody's screen.
func (c *courtship) offers(name, label string) bool {
	return slices.ContainsFunc(c.person(name).shown, func(on shown) bool {
		return slices.ContainsFunc(on.m.Buttons, func(b bot.Button) bool { return "["+b.Label+"]" == label })
	})
}

// step is one deed of somebody, or some time.
func (c *courtship) step() {
	switch deed := rapid.IntRange(0, 11).Draw(c.rt, "deed"); {
	case deed == 0:
		c.wait(time.Duration(rapid.IntRange(10, 24*60).Draw(c.rt, "minutes")) * time.Minute)
	case deed == 1:
		c.twice = !c.twice
	case deed == 2:
		c.engine = c.replica()
	case deed == 3:
		c.says("mei", rapid.SampledFrom([]string{"安排见面 Y-000001", "安排见面 Y-000002", "M-000001", "M-000002", "动物园，虎跑路 40 号", "3月9日 15:00、3月10日 15:00", "发给两位"}).Draw(c.rt, "words"))
	case deed == 4:
		c.says(rapid.SampledFrom(lovers).Draw(c.rt, "who"), rapid.SampledFrom([]string{"我的约会", "安全", "跳过", "1", "2", "30"}).Draw(c.rt, "words"))
	case deed == 5:
		name := rapid.SampledFrom(lovers).Draw(c.rt, "who")
		c.words++
		secret := fmt.Sprintf("心里话%04d", c.words)
		c.said[name] = append(c.said[name], secret)
		c.says(name, secret)
	default:
		name := rapid.SampledFrom(append([]string{"mei"}, lovers...)).Draw(c.rt, "who")
		c.presses(name)
	}
}

func (c *courtship) says(name, words string) { c.act(c.person(name), words) }

// presses a button of one of the newest messages: of the newest more often.
func (c *courtship) presses(name string) {
	var labels []string
	screen := c.person(name).shown
	for i := len(screen) - 1; i >= 0 && len(labels) < 10; i-- {
		for _, b := range screen[i].m.Buttons {
			if b.URL == "" && !slices.Contains(labels, b.Label) {
				labels = append(labels, b.Label)
			}
		}
	}
	if len(labels) > 0 {
		c.says(name, "["+rapid.SampledFrom(labels).Draw(c.rt, "button")+"]")
	}
}

// holds checks what must be so whatever was done.
func (c *courtship) holds() {
	var dates []store.Date
	c.turn(c.person("mei").at, func(tx *store.Tx) (err error) {
		dates = nil
		for n := int64(1); n <= 2; n++ {
			all, err := tx.DatesIntroduced(n, 20)
			if err != nil {
				return err
			}
			live := 0
			for _, d := range all {
				dates = append(dates, d)
				if d.State.Live() {
					live++
				}
				if d.State.Pinned() == d.At.IsZero() && d.State.Live() {
					c.rt.Fatalf("%s is %s, its time %v", d.Number(), d.State, d.At)
				}
			}
			if live > 1 {
				c.rt.Fatalf("introduction %d has %d dates under way", n, live)
			}
		}
		return nil
	})
	for i, d := range dates {
		for _, o := range dates[:i] {
			if d.State.Pinned() && o.State.Pinned() && d.At.Before(o.Ends()) && o.At.Before(d.Ends()) {
				c.rt.Fatalf("anna is expected at %s and at %s", d.Number(), o.Number())
			}
		}
	}
	for _, name := range lovers {
		c.reads(name, dates)
	}
	c.hush()
}

// reads looks at what a client has read since the last look.
func (c *courtship) reads(name string, dates []store.Date) {
	for _, text := range c.person(name).heard {
		if m := regexp.MustCompile(`(?:⏰ .*天有约会|⏰ Your date is \w+).*(M-\d{6})`).FindStringSubmatch(text); m != nil {
			i := slices.IndexFunc(dates, func(d store.Date) bool { return d.Number() == m[1] })
			if i < 0 || dates[i].State != store.DateSet || !c.clock.Now().Before(dates[i].At) {
				c.rt.Fatalf("%s is reminded of a dead date: %s\n%+v", name, text, dates)
			}
		}
		for other, secrets := range c.said {
			for _, s := range secrets {
				if other != name && strings.Contains(text, s) {
					c.rt.Fatalf("%s reads what %s said: %s", name, other, text)
				}
			}
		}
	}
}

// hush forgets what was heard.
func (c *courtship) hush() {
	for _, p := range c.people {
		p.heard = nil
	}
}
