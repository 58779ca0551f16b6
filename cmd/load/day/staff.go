package day

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"redthread/bot/emulator"
	"redthread/store"
)

// colleague is one of the agency's people, at their phone.
type colleague struct {
	*handset
	name    string
	role    store.Role
	hours   [2]time.Duration // from when until when they are on duty, of the day
	on      bool
	inGroup int64
	gone    map[string]time.Time         // papers, by number, that others have taken, and when they heard of it
	unread  map[string][]emulator.Bubble // by code, in the topics of clients who are not theirs, as far as they know
	chores  []chore                      // what they are about to do
	busy    bool                         // one of them is under way
	last    bool                         // they serve whom they have, and nobody else
	wakes   bool                         // they have read that they must write to be alerted again
	has     map[string]bool              // the clients, by code, with whom they talk
	turned  string                       // the client, by code, to whom what they write in their own chat goes
	asked   string                       // the question, by number, of which they have been asked for the answer
}

// jobs are the day's colleagues: three matchmakers, four of customer service, one
// supervisor, on both platforms, early and late.
var jobs = []struct {
	name     string
	role     store.Role
	wechat   bool
	from, to time.Duration
}{
	{"陈店长", store.RoleSupervisor, false, 9 * time.Hour, 18 * time.Hour},
	{"梅红娘", store.RoleMatchmaker, true, 9 * time.Hour, 18 * time.Hour},
	{"李红娘", store.RoleMatchmaker, false, 9 * time.Hour, 15 * time.Hour},
	{"周红娘", store.RoleMatchmaker, true, 11 * time.Hour, 18 * time.Hour},
	{"小王", store.RoleService, false, 9 * time.Hour, 18 * time.Hour},
	{"小张", store.RoleService, true, 9 * time.Hour, 17 * time.Hour},
	{"小刘", store.RoleService, false, 9 * time.Hour, 18 * time.Hour},
	{"小赵", store.RoleService, true, 10 * time.Hour, 18 * time.Hour},
}

// openGroup makes the group in which colleagues talk with clients, a topic each.
func (d *day) openGroup() {
	for i, j := range jobs {
		switch {
		case j.wechat:
		case d.group == nil:
			d.group = d.telegram.Group("客服", true, d.phoneOf(i).tg)
		default:
			d.group.Add(d.phoneOf(i).tg)
		}
	}
}

// phoneOf is the phone with which a colleague works.
func (d *day) phoneOf(job int) *handset {
	if jobs[job].wechat {
		return d.onWeChat(fmt.Sprintf("oStaff%06d", job))
	}
	return d.onTelegram(int64(8_000_000+job), jobs[job].name)
}

// hire enrols everybody, by what they do on their phones, and plans their day.
func (d *day) hire(ctx context.Context) error {
	for i, j := range jobs {
		c := &colleague{handset: d.phoneOf(i), has: map[string]bool{}, gone: map[string]time.Time{}, unread: map[string][]emulator.Bubble{}, name: j.name, role: j.role, hours: [2]time.Duration{j.from, j.to}}
		d.staff = append(d.staff, c)
		code, err := d.office.store.Invite(ctx, j.role, time.Hour)
		if err != nil {
			return fmt.Errorf("day: invite a colleague: %w", err)
		}
		for _, do := range []func(){
			c.arrive,
			func() { c.write(code) },
			func() { c.write(c.name) },
			func() { c.pressNewest("我承诺") },
		} {
			do()
			if err := d.pass(ctx, d.clock.Now().Add(10*time.Second)); err != nil {
				return err
			}
		}
		c.news()
		d.agenda.at(monday.Add(c.hours[0]), func(context.Context) error { c.comes(); return nil })
		d.agenda.at(monday.Add(c.hours[1]), func(context.Context) error { c.goes(); return nil })
		if c.hours[0] > 9*time.Hour {
			c.write("下班")
		}
	}
	all, err := d.office.store.StaffList(ctx)
	if err == nil && len(all) != len(jobs) {
		err = fmt.Errorf("%d of %d are enrolled", len(all), len(jobs))
	}
	if err != nil {
		return fmt.Errorf("day: colleagues come in: %w", err)
	}
	return nil
}

func (c *colleague) comes() {
	c.on = true
	c.write("上班")
}

// goesHome decides what becomes of who they talk with: they are handed over while others
// are at work, or served to their end.
func (c *colleague) goesHome(b emulator.Bubble) {
	answer := "聊完这些再走，不接新的"
	if c.d.clock.Now().Before(monday.Add(17*time.Hour)) && c.d.draw.IntN(2) == 0 {
		answer = "现在就请同事接手"
	} else {
		c.on, c.last = true, true
	}
	c.first(2*time.Second, 10*time.Second, func() { c.press(b, answer) })
}

// staysOn has WeChat let the bot write again.
func (c *colleague) staysOn() {
	if c.on && !c.last {
		c.write("上班")
	}
}

// goes ends the working day: what they have in hand is first brought to an end by
// whatever the bot asks.
func (c *colleague) goes() {
	c.on = false
	c.write("下班")
}

// pressNewest presses the button on the newest bubble that has it.
func (c *colleague) pressNewest(label string) bool {
	all := c.screen().Bubbles()
	for _, b := range slices.Backward(all) {
		if offers(b, label) {
			return c.press(b, label)
		}
	}
	return false
}

// look has the colleague look at the phone, and at the group; saw says that there
// was something new.
func (c *colleague) look() (saw bool) {
	for _, b := range c.news() {
		saw = true
		c.d.facts.seenByStaff(b)
		c.notice(b, 0)
	}
	return c.lookAtGroup() || saw
}

// lookAtGroup reads what has come into the group's topics.
func (c *colleague) lookAtGroup() (saw bool) {
	if c.tg == nil {
		return false
	}
	for _, b := range c.d.group.Screen().Bubbles() {
		if b.ID <= c.inGroup {
			continue
		}
		c.inGroup = b.ID
		if !isColleague(b.From) {
			saw = true
			c.notice(b, b.Thread)
			c.leaf(b)
		}
	}
	return saw
}

func isColleague(name string) bool {
	for _, j := range jobs {
		if j.name == name {
			return true
		}
	}
	return false
}

// leaf remembers what stands in a topic: who comes to a client reads what they have
// said before.
func (c *colleague) leaf(b emulator.Bubble) {
	if code := clientCode.FindString(b.Text); code != "" && !c.has[code] && len(marks(clientMark, b.Text)) > 0 {
		c.unread[code] = append(c.unread[code], b)
	}
}

// reads is when they come to a client.
func (c *colleague) reads(code string) {
	for _, b := range c.unread[code] {
		c.notice(b, b.Thread)
	}
	delete(c.unread, code)
}

// chore is something that a colleague is about to do, when it has taken its time.
type chore struct {
	due   int
	takes time.Duration
	do    func()
	moot  func() bool // it needs no doing any more; nil: it does
}

// What is done first: what they are in the middle of, then what they owe the clients
// they have, then everything else.
const (
	midst = iota
	owed
	rest
)

// plan has the colleague do something after all that is as urgent.
func (c *colleague) plan(due int, least, most time.Duration, do func()) {
	at := slices.IndexFunc(c.chores, func(o chore) bool { return o.due > due })
	if at < 0 {
		at = len(c.chores)
	}
	c.chores = slices.Insert(c.chores, at, chore{due: due, takes: c.d.within(least, most), do: do})
	c.goOn()
}

// decide has the colleague press a button under a card in its time, the newest first,
// unless they see by then that there is no need any more.
func (c *colleague) decide(least, most time.Duration, b emulator.Bubble, thread int64, label string) {
	at := slices.IndexFunc(c.chores, func(o chore) bool { return o.due >= rest })
	if at < 0 {
		at = len(c.chores)
	}
	c.chores = slices.Insert(c.chores, at, chore{rest, c.d.within(least, most), func() { c.do(b, thread, label) }, func() bool { return c.isMoot(b, label) }})
	c.goOn()
}

// isMoot says that a card is too old to be pressed, or that another has taken its paper.
func (c *colleague) isMoot(b emulator.Bubble, label string) bool {
	paper, age := paperNumber.FindString(b.Text), c.d.clock.Now().Sub(b.At)
	if heard, ok := c.gone[paper]; ok && heard.After(b.At) {
		return true
	}
	if label != "接待" && label != "请别人接待" {
		return false
	}
	const offer, call = 2 * time.Minute, 15 * time.Minute // how long they are looked at
	return len(c.has) >= store.DefaultCapacity || age > call || offers(b, "请别人接待") && age > offer
}

// later has the colleague do something in its time.
func (c *colleague) later(least, most time.Duration, do func()) { c.plan(rest, least, most, do) }

// first has the colleague do something before all else.
func (c *colleague) first(least, most time.Duration, do func()) { c.plan(midst, least, most, do) }

// readsAfter is how long somebody looks at what comes of a deed before the next one.
const readsAfter = 3 * time.Second

// goOn begins the next chore, unless the hands are full.
func (c *colleague) goOn() {
	c.chores = slices.DeleteFunc(c.chores, func(o chore) bool { return o.moot != nil && o.moot() })
	if !c.busy && c.wakes && len(c.chores) == 0 {
		c.wakes = false
		c.chores = []chore{{due: rest, takes: c.d.within(10*time.Second, time.Minute), do: c.staysOn}}
	}
	if c.busy || len(c.chores) == 0 {
		return
	}
	c.busy = true
	next := c.chores[0]
	c.chores = c.chores[1:]
	c.d.after(next.takes, func(context.Context) error {
		next.do()
		c.d.after(readsAfter, func(context.Context) error {
			c.busy = false
			c.goOn()
			return nil
		})
		return nil
	})
}

// notice decides what to do about a bubble; thread is the topic it stands in.
func (c *colleague) notice(b emulator.Bubble, thread int64) {
	c.learn(b)
	if c.on && strings.Contains(b.Text, "请回复“上班”") {
		c.wakes = true
	}
	code := clientCode.FindString(b.Text)
	if offers(b, "聊完这些再走，不接新的") {
		c.goesHome(b)
	}
	switch said := c.d.facts.open(marks(clientMark, b.Text)); {
	case !c.on:
	case offers(b, "接待"):
		c.claim(b, thread)
	case offers(b, "我来答复"):
		c.decide(10*time.Second, time.Minute, b, thread, "我来答复")
	case offers(b, "我来处理"):
		c.decide(20*time.Second, 90*time.Second, b, thread, "我来处理")
	case offers(b, "我来接待"): // somebody else has the talk; the words were a note
	case slices.ContainsFunc(labels(b), isAim):
		c.aim(b)
	case len(said) > 0 && strings.HasPrefix(b.Text, "请直接写给"):
		c.answer(b, said)
	case len(said) > 0 && code != "" && (thread == 0 || c.has[code]):
		c.reply(b, thread, said)
	case offers(b, "重发") && !strings.Contains(b.Text, "屏蔽了我们"):
		c.d.facts.again[code] = true
		c.plan(owed, 10*time.Second, time.Minute, func() { c.do(b, thread, "重发") })
	case offers(b, "知道了"):
		c.later(10*time.Second, time.Minute, func() { c.do(b, thread, "知道了") })
	}
}

// learn takes in, line by line, whom the colleague talks with, and what others have
// taken.
func (c *colleague) learn(b emulator.Bubble) {
	for _, line := range strings.Split(b.Text, "\n") {
		line = strings.TrimPrefix(line, "· ")
		for _, paper := range paperNumber.FindAllString(line, -1) {
			if strings.Contains(line, " 已由") || strings.Contains(line, " 由") || strings.Contains(line, "已经不在等了") {
				c.gone[paper] = b.At
			}
		}
		c.learnTalk(line)
		c.learnAsked(line)
	}
}

func (c *colleague) learnTalk(line string) {
	codes := clientCode.FindAllString(line, -1)
	if len(codes) == 0 {
		return
	}
	switch code := codes[0]; {
	case strings.HasPrefix(line, "→ "+code), strings.HasPrefix(line, "现在您写的话发给 "+code):
		c.turned = code
	case strings.HasPrefix(line, "您正在接待 ") && strings.Contains(line, "最多同时"):
		clear(c.has)
		for _, code := range codes {
			c.has[code] = true
		}
	case strings.HasPrefix(line, "您正在接待 "+code), strings.HasPrefix(line, c.name+"正在接待 "+code):
		c.has[code] = true
		c.reads(code)
		if strings.Contains(line, "从现在起") {
			c.turned = code
		}
	case strings.Contains(line, "正在接待 "+code), strings.Contains(line, "的对话结束了"), strings.Contains(line, "不再转给对方"):
		delete(c.has, code)
	}
}

func (c *colleague) learnAsked(line string) {
	switch {
	case strings.HasPrefix(line, "请直接写给 "):
		c.asked = questionNumber.FindString(line)
	case c.asked != "" && (strings.Contains(line, c.asked+" 的答复已发给") || strings.Contains(line, c.asked+" 已由") || strings.Contains(line, c.asked+" 由") || strings.Contains(line, c.asked+" 客户已经撤回")):
		c.asked = ""
	}
}

// paperNumber is how clients, complaints and questions are called.
var paperNumber = regexp.MustCompile(`[KCQ]-\d{6}`)

// questionNumber is how a question is called.
var questionNumber = regexp.MustCompile(`Q-\d{6}`)

// answer writes the answer to a question, if it is still the one that is asked for.
func (c *colleague) answer(b emulator.Bubble, said []string) {
	number := questionNumber.FindString(b.Text)
	c.first(20*time.Second, time.Minute, func() {
		if c.asked != number {
			c.d.facts.counts("answers kept back: another question was asked")
			return
		}
		c.write(answersTo(said) + " 有的，约会地点都会提前告诉您。")
	})
}

// do presses a button, in the chat or in the group.
func (c *colleague) do(b emulator.Bubble, thread int64, label string) {
	if thread == 0 {
		c.press(b, label)
		return
	}
	for row, keys := range b.Keys {
		for col, k := range keys {
			if k.Label == label {
				c.did(c.d.group.Press(c.tg, b.ID, row, col).Done())
				return
			}
		}
	}
}

// claim comes to a client who waits; one in eight is left to others.
func (c *colleague) claim(b emulator.Bubble, thread int64) {
	switch {
	case c.last, len(c.has) >= store.DefaultCapacity: // they see that they have no room
	case c.role == store.RoleSupervisor && !strings.Contains(b.Text, "⏰"):
	case c.d.draw.IntN(8) == 0:
		c.d.facts.counts("offers left unanswered")
	case offers(b, "请别人接待") && c.d.draw.IntN(8) == 0:
		c.decide(5*time.Second, 30*time.Second, b, thread, "请别人接待")
	default:
		c.decide(5*time.Second, 40*time.Second, b, thread, "接待")
	}
}

// reply answers a client's line: in the topic it stands in, or in the chat, after
// turning to the client where that is offered. Now and then a note comes first.
func (c *colleague) reply(b emulator.Bubble, thread int64, said []string) {
	words := answersTo(said) + " 好的，我来看一下。"
	if c.d.draw.IntN(6) == 0 {
		c.d.facts.notes++
		note := fmt.Sprintf("//n%d 内部备注，客户不能看到", c.d.facts.notes)
		c.plan(owed, 5*time.Second, 20*time.Second, func() { c.speak(b, thread, note) })
	}
	c.plan(owed, 10*time.Second, 70*time.Second, func() {
		if len(c.d.facts.open(said)) > 0 && c.d.facts.writes(c, said[0]) {
			c.speak(b, thread, words)
		}
	})
	if who := c.d.caller(said[0]); who.does == errandSilent && who.wx != nil && who.said == 2 {
		c.follow(b, thread, who)
	}
}

// follow writes again and again to a client who has fallen silent, more than WeChat
// lets through before they write.
func (c *colleague) follow(b emulator.Bubble, thread int64, who *caller) {
	code, wait := clientCode.FindString(b.Text), time.Duration(0)
	for range 7 {
		wait += c.d.within(3*time.Minute, 6*time.Minute)
		c.d.after(wait, func(context.Context) error {
			c.plan(owed, 5*time.Second, 20*time.Second, func() {
				if !c.on || !c.has[code] || who.said > 2 {
					return
				}
				who.followed++
				c.speak(b, thread, fmt.Sprintf("f%d-%d 您还在吗？", who.n, who.followed))
			})
			return nil
		})
	}
}

// speak writes where the client's line stands. On a phone it quotes the line, or
// turns to the client first, by the button under it or by the code.
func (c *colleague) speak(b emulator.Bubble, thread int64, words string) {
	code := clientCode.FindString(b.Text)
	if thread == 0 && c.asked != "" { // what they write now is taken for the answer
		c.plan(owed, 5*time.Second, 20*time.Second, func() { c.speak(b, thread, words) })
		return
	}
	switch turn := slices.IndexFunc(labels(b), func(l string) bool { return strings.HasPrefix(l, "回复 ") }); {
	case thread != 0:
		c.inTopic(code, words)
	case c.tg != nil && (turn < 0 || strings.HasPrefix(words, "//")):
		c.did(c.tg.WriteReply(b.ID, words).Done())
	case c.turned == code:
		c.write(words)
	case turn >= 0:
		c.press(b, labels(b)[turn])
		c.onceTurned(code, words)
	default:
		c.write("/K" + strings.TrimLeft(strings.TrimPrefix(code, "K-"), "0"))
		c.onceTurned(code, words)
	}
}

// inTopic writes in the client's topic. When somebody has deleted it they write once
// the bot has opened another.
func (c *colleague) inTopic(code, words string) {
	for thread, name := range c.d.group.Topics() {
		if strings.Contains(name, code) {
			c.did(c.d.group.Write(c.tg, thread, words).Done())
			return
		}
	}
	c.d.facts.counts("words for a topic that was deleted, written later")
	c.plan(owed, time.Minute, 3*time.Minute, func() {
		if c.has[code] {
			c.inTopic(code, words)
		}
	})
}

// onceTurned writes to a client when the chat is turned to them; where it is not, the
// talk is over, and nobody else should read the words.
func (c *colleague) onceTurned(code, words string) {
	c.first(2*time.Second, 10*time.Second, func() {
		switch {
		case c.turned != code:
			c.d.facts.counts("words kept back: the chat was not turned to the client")
		case c.asked != "":
			c.d.facts.counts("words kept back: an answer to a question was asked")
		default:
			c.write(words)
		}
	})
}

func isAim(label string) bool {
	return strings.HasPrefix(label, "发给 ") || strings.HasPrefix(label, "记 ") || strings.HasPrefix(label, "结束 ") || strings.HasPrefix(label, "和 ")
}

// aim answers whom held words are for: the client whose mark they bear.
func (c *colleague) aim(b emulator.Bubble) {
	all := labels(b)
	c.first(5*time.Second, 15*time.Second, func() {
		for _, mark := range marks(answerMark, b.Text) {
			for _, l := range all {
				if strings.HasSuffix(l, c.d.facts.codeOf(owner(mark))) && strings.HasPrefix(l, "发给 ") {
					c.press(b, l)
					return
				}
			}
		}
		if noteMark.MatchString(b.Text) {
			for _, l := range all {
				if strings.HasPrefix(l, "记 ") {
					c.press(b, l)
					return
				}
			}
		}
		if slices.Contains(all, "不发了") {
			c.d.facts.counts("words taken back")
			c.press(b, "不发了")
		}
	})
}

// answersTo are the marks of answers to what was said.
func answersTo(said []string) string {
	return strings.ReplaceAll(strings.Join(said, " "), "c", "a")
}

// deleteTopic is somebody's slip: the newest topic of the group is gone.
func (d *day) deleteTopic(context.Context) error {
	newest := int64(0)
	for thread := range d.group.Topics() {
		newest = max(newest, thread)
	}
	if newest != 0 {
		d.group.DeleteTopic(newest)
		d.facts.counts("topics deleted")
	}
	return nil
}
