package flows_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/bot/dialog"
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
// they do is random, at the same moment or one after the other, pressed again, delivered
// twice, and played by two processes.
type courtship struct {
	*stage
	rt      *rapid.T
	engines []*dialog.Engine // of two processes
	words   int
	said    map[string][]string // what a client wrote while asked how it was, by their name
}

var lovers = []string{"anna", "bo", "carl"}

// TestCourtship plays random answers, changes, cancellations, no-shows, pauses and
// concurrent dates, up to three deeds at the same moment: there is one shared state of
// each date, both phones tell it, nobody is expected in two places, no date that is dead
// reminds anybody, and what one says is never read by the other.
func TestCourtship(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := &courtship{stage: newStage(t), rt: rt, said: map[string][]string{}}
		c.engines = []*dialog.Engine{c.replica(), c.replica()}
		c.engine = c.engines[0]
		for name, spec := range map[string]string{"anna": "woman 1990-05-02 165 bachelor 330106", "bo": "man 1988-05-02 178 bachelor 330106", "carl": "man 1989-05-02 178 bachelor 330106"} {
			c.register(c.person(name).at, spec)
		}
		mei := c.person("mei")
		c.hire(mei)
		c.introduce(mei, "anna bo")
		c.introduce(mei, "anna carl")
		for n := 1; n <= 2; n++ { // both at the same times
			for _, line := range []string{fmt.Sprintf("安排见面 Y-%06d", n), "动物园，虎跑路 40 号", "周六下午三点、周六下午四点、周日 10:00", "发给两位"} {
				c.handle(c.read(mei, line)[0])
			}
		}
		c.settle()
		c.opens(rapid.SampledFrom([]string{"", "confirm", "rivals", "cancel", "meet"}).Draw(rt, "opening"))
		c.holds()
		for range 12 {
			c.moment()
			c.holds()
		}
		c.agreeWithPhones()
	})
}

// opens brings them to where it matters that two do something at the same moment.
func (c *courtship) opens(how string) {
	suits, confirm := []string{"[3月7日 周六 15:00]", "[Sat 7 Mar 15:00]"}, []string{"[确认，我会去]", "[Yes, I will come]"}
	switch how {
	case "":
	case "rivals": // two want to meet anna at the same hour
		for _, ref := range []string{"M-000001", "M-000002"} {
			c.pressesOf("anna", ref, suits[0])
		}
		c.atOnce(c.presses([]string{"bo", "carl"}, suits))
	case "confirm":
		c.both(suits)
		c.atOnce(c.presses([]string{"anna", "carl"}, confirm))
	case "cancel":
		c.both(suits)
		c.both(confirm)
		c.both([]string{"[取消]", "[Cancel]"})
		c.both([]string{"[身体不舒服]", "[Not well]"})
		c.atOnce(c.presses([]string{"anna", "carl"}, []string{"[确定]", "[Yes]"}))
	case "meet":
		c.both(suits)
		c.both(confirm)
		c.meets()
	}
}

// both lets anna and carl press the same button, each in their language, one after the
// other.
func (c *courtship) both(labels []string) {
	for _, name := range []string{"anna", "carl"} {
		for _, d := range c.presses([]string{name}, labels) {
			c.atOnce([]delivered{d})
		}
	}
}

// presses are the buttons with one of the labels, as each presses theirs.
func (c *courtship) presses(names, labels []string) (all []delivered) {
	for _, name := range names {
		i := slices.IndexFunc(labels, func(l string) bool { return c.offers(name, l) })
		if i < 0 {
			c.rt.Fatalf("%s sees none of %q", name, labels)
		}
		all = append(all, delivered{c.read(c.person(name), labels[i])[0], 2, c.process("played by")})
	}
	return all
}

// pressesOf presses a button of the message about a date.
func (c *courtship) pressesOf(name, ref, label string) {
	p := c.person(name)
	all := p.shown
	i := slices.IndexFunc(all, func(on shown) bool { return strings.Contains(on.m.Text, ref) })
	p.shown = all[i : i+1]
	ev := c.read(p, label)[0]
	p.shown = all
	c.atOnce([]delivered{{ev, 1, c.engine}})
}

// atOnce is a moment in which all these arrive.
func (c *courtship) atOnce(all []delivered) {
	c.together(all, rapid.Bool().Draw(c.rt, "redis emptied"))
	c.settle()
}

// meets lets anna and carl have their date, and be asked how it was.
func (c *courtship) meets() {
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

// moment is some time, or what one to three of them do at once.
func (c *courtship) moment() {
	if rapid.IntRange(0, 5).Draw(c.rt, "waits") == 0 {
		c.wait(time.Duration(rapid.IntRange(10, 24*60).Draw(c.rt, "minutes")) * time.Minute)
		return
	}
	c.twice = rapid.Bool().Draw(c.rt, "timers twice")
	c.engine = c.process("timers played by")
	c.clock.Advance(10 * time.Second)
	var all []delivered
	for range rapid.IntRange(1, 3).Draw(c.rt, "at once") {
		if name, line := c.deed(); line != "" {
			for _, ev := range c.read(c.person(name), line) {
				all = append(all, delivered{ev, rapid.IntRange(1, 2).Draw(c.rt, "deliveries"), c.process("played by")})
			}
		}
	}
	c.atOnce(all)
}

// process is one of the two.
func (c *courtship) process(what string) *dialog.Engine {
	return c.engines[rapid.IntRange(0, len(c.engines)-1).Draw(c.rt, what)]
}

// deed is what somebody does next: a line of a transcript; empty: nothing.
func (c *courtship) deed() (name, line string) {
	switch rapid.IntRange(0, 9).Draw(c.rt, "deed") {
	case 0:
		return "mei", rapid.SampledFrom([]string{"安排见面 Y-000001", "安排见面 Y-000002", "M-000001", "M-000002", "动物园，虎跑路 40 号", "3月9日 15:00、3月10日 15:00", "发给两位"}).Draw(c.rt, "words")
	case 1:
		return rapid.SampledFrom(lovers).Draw(c.rt, "who"), rapid.SampledFrom([]string{"我的约会", "安全", "跳过", "1", "2", "30"}).Draw(c.rt, "words")
	case 2:
		name = rapid.SampledFrom(lovers).Draw(c.rt, "who")
		c.words++
		secret := fmt.Sprintf("心里话%04d", c.words)
		c.said[name] = append(c.said[name], secret)
		return name, secret
	}
	name = rapid.SampledFrom(append([]string{"mei"}, lovers...)).Draw(c.rt, "who")
	return name, c.button(name)
}

func (c *courtship) says(name, words string) { c.act(c.person(name), words) }

// button is one of the newest messages', as somebody presses it: of the newest more
// often; empty: there is none.
func (c *courtship) button(name string) string {
	var labels []string
	screen := c.person(name).shown
	for i := len(screen) - 1; i >= 0 && len(labels) < 10; i-- {
		for _, b := range screen[i].m.Buttons {
			if b.URL == "" && !slices.Contains(labels, b.Label) {
				labels = append(labels, b.Label)
			}
		}
	}
	if len(labels) == 0 {
		return ""
	}
	return "[" + rapid.SampledFrom(labels).Draw(c.rt, "button") + "]"
}

// delivered is an event that a process gets so many times.
type delivered struct {
	ev    bot.Event
	times int
	by    *dialog.Engine
}

// together delivers all at the same moment, while Redis may forget everything: each
// is played once.
func (c *courtship) together(all []delivered, emptied bool) {
	var done sync.WaitGroup
	begin, wrong := make(chan struct{}), make(chan error, 2*len(all)+1)
	c.byHand.Store(true)
	for _, d := range all {
		var played atomic.Int32
		var both sync.WaitGroup
		for range d.times {
			both.Add(1)
			done.Go(func() {
				<-begin
				out, err := d.by.Handle(c.t.Context(), d.ev)
				if !out.Repeated {
					played.Add(1)
				}
				wrong <- err
				both.Done()
			})
		}
		done.Go(func() {
			if both.Wait(); played.Load() != 1 {
				c.t.Errorf("%s was played %d times", d.ev.Key, played.Load())
			}
		})
	}
	if emptied {
		done.Go(func() {
			<-begin
			wrong <- c.store.ForgetSessions(c.t.Context())
		})
	}
	close(begin)
	done.Wait()
	c.byHand.Store(false)
	close(wrong)
	for err := range wrong {
		if err != nil {
			c.rt.Fatal(err)
		}
	}
}

// holds checks what must be so whatever was done.
func (c *courtship) holds() {
	dates := c.dates()
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

// dates are those of both introductions, each as its steps have brought it to be.
func (c *courtship) dates() (dates []store.Date) {
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
				if err := c.led(tx, d); err != nil {
					return err
				}
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
	return dates
}

// ledDate is a date as its steps tell of it.
type ledDate struct {
	state     store.DateState
	confirmed [2]bool
}

// live are the states before the two have met.
var live = []store.DateState{store.DateAsked, store.DateFixed, store.DateSet, store.DateStuck}

// stepsFrom are the states in which what changes a date can be done.
var stepsFrom = map[string][]store.DateState{
	"proposed": {"", store.DateStuck}, "picked": {store.DateAsked}, "fixed": {store.DateAsked}, "confirmed": {store.DateFixed},
	"moved": live, "stuck": live, "cancelled": live, "reminded": {store.DateSet}, "going": {store.DateSet}, "late": {store.DateSet},
}

// leadsTo plays the steps of a date: each must be possible after those before it, so
// that nobody has decided anything on what another had changed meanwhile.
func leadsTo(steps []store.DateStep) (d ledDate, err error) {
	for _, step := range steps {
		if from, ok := stepsFrom[step.Kind]; ok && !slices.Contains(from, d.state) {
			return d, fmt.Errorf("%s by side %d when it was %q", step.Kind, step.Side, d.state)
		}
		switch step.Kind {
		case "proposed":
			d = ledDate{state: store.DateAsked}
		case "fixed":
			d = ledDate{state: store.DateFixed}
		case "stuck":
			d = ledDate{state: store.DateStuck}
		case "cancelled":
			d.state = store.DateOff
		case "confirmed":
			if d.confirmed[step.Side] = true; d.confirmed[step.Side.Other()] {
				d.state = store.DateSet
			}
		}
	}
	return d, nil
}

// led fails when a date is not what its steps have made of it.
func (c *courtship) led(tx *store.Tx, d store.Date) error {
	steps, err := tx.DateSteps(d)
	if err != nil {
		return err
	}
	to, err := leadsTo(steps)
	gone := to.state == store.DateSet && (d.State == store.DateOver || d.State == store.DateClosed)
	if err != nil || d.State != to.state && !gone {
		c.rt.Fatalf("%s is %s, its steps lead to %s: %v\n%+v", d.Number(), d.State, to.state, err, steps)
	}
	for i, one := range d.Sides {
		if (d.State == store.DateFixed || d.State == store.DateSet) && !one.Confirmed.IsZero() != to.confirmed[i] {
			c.rt.Fatalf("%s: side %d has confirmed: %v, its steps tell %v", d.Number(), i, one.Confirmed, to.confirmed)
		}
	}
	return nil
}

// agreeWithPhones lets everybody look at their dates at the same moment: both phones tell
// of each what it is, and when.
func (c *courtship) agreeWithPhones() {
	for _, name := range lovers {
		c.says(name, "取消") // whatever they were asked
	}
	c.hush()
	var all []delivered
	for _, name := range lovers {
		all = append(all, delivered{c.event(c.person(name)), 1, c.engines[0]})
		all[len(all)-1].ev.Text = "我的约会"
	}
	dates := c.dates()
	c.together(all, true)
	c.settle()
	for _, d := range dates {
		if !d.State.Live() && d.State != store.DateOver {
			continue
		}
		for _, one := range d.Sides {
			c.tells(one.Client.Conversation, d)
		}
	}
}

// tells fails when a client's phone does not tell a date as it is.
func (c *courtship) tells(at bot.Conversation, d store.Date) {
	p := c.people[slices.IndexFunc(c.people, func(p *person) bool { return p.at == at })]
	i := slices.IndexFunc(p.heard, func(text string) bool { return strings.Contains(text, d.Number()) })
	if i < 0 {
		c.rt.Fatalf("%s does not hear of %s, which is %s: %q", p.name, d.Number(), d.State, p.heard)
	}
	when := d.At.In(d.Zone)
	if d.At.IsZero() {
		return
	}
	if text := p.heard[i]; !strings.Contains(text, when.Format("1月2日 ")) && !strings.Contains(text, when.Format("2 Jan ")) || !strings.Contains(text, when.Format("15:04")) {
		c.rt.Fatalf("%s hears of %s, which is %s at %v: %s", p.name, d.Number(), d.State, when, text)
	}
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
