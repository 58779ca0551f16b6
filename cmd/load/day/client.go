package day

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redthread/bot/emulator"
)

// caller is one of the day's clients.
type caller struct {
	*handset
	n        int
	said     int
	followed int // words to them after they fell silent
	reached  int // the last of these that arrived
	does     errand
	hears    func(emulator.Bubble) // what they are waiting for; nil: nothing
	gone     bool                  // left us
	plans    int                   // things they are about to do
}

// errand is what a client comes for.
type errand string

// The errands, and how many of ten clients have them.
const (
	errandTalk      errand = "talk"      // asks for a person and talks with them
	errandQuestion  errand = "question"  // asks what no approved answer tells
	errandComplaint errand = "complaint" // complains
	errandEnquiry   errand = "enquiry"   // looks something up
	errandEarly     errand = "early"     // asks for a person before the agency opens
	errandLeaves    errand = "leaves"    // asks for a person and is gone
	errandSilent    errand = "silent"    // asks for a person, and then says nothing for hours
)

var errands = []errand{errandTalk, errandTalk, errandTalk, errandTalk, errandQuestion, errandQuestion, errandComplaint, errandEnquiry, errandEarly, errandSilent}

// callIn has all clients come in over the day, each with an errand.
func (d *day) callIn() {
	for i := range d.Clients {
		n := i + 1
		c := &caller{n: n, does: errands[i%len(errands)]}
		if n%2 == 0 {
			c.handset = d.onWeChat(fmt.Sprintf("oDay%06d", n))
		} else {
			c.handset = d.onTelegram(int64(7_000_000+n), fmt.Sprint("client", n))
		}
		if c.does == errandTalk && n%40 == 3 {
			c.does = errandLeaves
		}
		d.clients = append(d.clients, c)
		at := dayOpens.Add(d.within(2*time.Minute, 8*time.Hour))
		if c.does == errandEarly {
			at = dayOpens.Add(-d.within(2*time.Minute, 40*time.Minute))
		}
		d.agenda.at(at, func(context.Context) error { c.begin(); return nil })
	}
}

// caller is the client of a mark.
func (d *day) caller(mark string) *caller {
	n, _ := strconv.Atoi(owner(mark)) // it is the client's number
	return d.clients[n-1]
}

// begin follows the account, and goes about the errand a little later.
func (c *caller) begin() {
	c.arrive()
	switch c.does {
	case errandTalk, errandEarly, errandLeaves, errandSilent:
		c.soon(func() { c.write("人工") })
		c.soon(func() { c.say("我想了解一下你们的服务") })
		c.hears = c.converse
	case errandQuestion:
		c.soon(func() { c.say("请问下雨天约会地点会不会提供雨伞和停车") })
	case errandComplaint:
		c.complain()
	case errandEnquiry:
		c.soon(func() { c.tell("收费标准", false) })
	}
}

// soon has something done after what is planned already, half a minute apart.
func (c *caller) soon(do func()) {
	c.plans++
	c.d.after(time.Duration(c.plans)*c.d.within(20*time.Second, 40*time.Second), func(context.Context) error {
		c.plans--
		if !c.gone {
			do()
		}
		return nil
	})
}

// say says something that a person must answer.
func (c *caller) say(words string) { c.tell(words, true) }

func (c *caller) tell(words string, wants bool) {
	c.said++
	mark := fmt.Sprintf("c%d-%d", c.n, c.said)
	c.d.facts.says(&remark{mark: mark, client: c, at: c.d.clock.Now(), wants: wants})
	c.write(words + " " + mark)
}

// converse goes on with a talk when its last words have been answered.
func (c *caller) converse(b emulator.Bubble) {
	last := fmt.Sprintf("a%d-%d", c.n, c.said)
	if !strings.Contains(b.Text, last) {
		return
	}
	switch {
	case c.does == errandLeaves && c.said >= 2:
		c.soon(func() { c.say("稍等我看一下"); c.leave(); c.gone = true })
	case c.does == errandSilent && c.said == 2:
		c.d.after(c.d.within(2*time.Hour, 3*time.Hour), func(context.Context) error { c.say("我回来了，刚才说到哪儿"); return nil })
	case c.said < 2+c.n%4:
		c.soon(func() { c.say("还有一个问题") })
	default:
		c.hears = nil
		c.soon(func() { c.write("结束人工") })
	}
}

// complain files a complaint, question by question.
func (c *caller) complain() {
	answers := []string{"投诉", "费用", "王红娘", "上周六", "", "发完了", "退费", "提交"}
	next := 0
	step := func() {
		if next == len(answers) {
			c.hears = nil
			return
		}
		words := answers[next]
		next++
		if words == "" {
			c.say("合同里没有写的服务费收了两次，打电话一直没有人接，请核实。")
			return
		}
		c.write(words)
	}
	waiting := false
	c.hears = func(emulator.Bubble) {
		if !waiting {
			waiting = true
			c.soon(func() { waiting = false; step() })
		}
	}
}

// look has the client look at the phone; saw says that there was something new.
func (c *caller) look() (saw bool) {
	for _, b := range c.news() {
		saw = true
		c.d.facts.reaches(c, b)
		if !c.gone && c.does != errandSilent && strings.Contains(b.Text, "请回一句") {
			c.soon(func() { c.write("好") })
		}
		if c.hears != nil && !c.gone {
			c.hears(b)
		}
	}
	return saw
}
