package flows_test

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"redthread/bot"
	"redthread/store/storetest"
)

// The figures of docs/proof.md that say how long the form is and how much a client
// takes.

var (
	measure = flag.Bool("measure", false, "print how many messages a registration takes")
	clients = flag.Int("clients", 0, "register so many clients and print how many bytes each takes")
)

// TestMeasureMessages counts what a client sends to register, from the first word
// to the last consent, in each way. Who mixes ways chooses one by chance at each
// question.
func TestMeasureMessages(t *testing.T) {
	if !*measure {
		t.Skip("only with -measure")
	}
	for _, who := range []string{"anna", "carl"} {
		for _, how := range []string{"tap", "type", "number", "mixed"} {
			var plain, corrected []int
			for seed := range map[bool]uint64{true: 9, false: 1}[how == "mixed"] {
				plain = append(plain, register(t, who, how, seed, (*filler).submit))
				corrected = append(corrected, register(t, who, how, seed, (*filler).correct))
			}
			slices.Sort(plain)
			slices.Sort(corrected)
			t.Logf("%s %s: %d messages (%d to %d), with five corrections %d", who, how, plain[len(plain)/2], plain[0], plain[len(plain)-1], corrected[len(corrected)/2])
		}
	}
}

func register(t *testing.T, who, how string, seed uint64, end func(*filler)) int {
	f := newFiller(t, who, how)
	f.dice = rand.New(rand.NewPCG(seed, 1))
	f.fill()
	end(f)
	if p, _, _ := f.profile(); p.State != "complete" {
		t.Errorf("%s %s: %s", who, how, p.State)
	}
	return f.sent
}

// submit sends the profile as it is.
func (f *filler) submit() {
	f.t.Helper()
	for _, line := range map[string][]string{"zh-CN": {"提交", "我确认", "提交", "同意"}, "en": {"submit", "I confirm", "submit", "I agree"}}[f.lang] {
		f.do(line)
	}
}

// TestMeasureSize registers clients by typing, half of them on each platform, and
// says what one takes.
func TestMeasureSize(t *testing.T) {
	if *clients == 0 {
		t.Skip("only with -clients")
	}
	s := newStage(t)
	empty := storetest.SizeOf(t, s.home, s.store)
	for i := range *clients {
		f := &filler{stage: s, who: &person{name: fmt.Sprint("client ", i)}, how: "type", taps: map[string]int{}, phone: fmt.Sprintf("+86138%08d", i)}
		f.who.at = bot.Conversation{Channel: "wechat", Chat: fmt.Sprintf("oClient%021d", i)}
		if f.lang = "zh-CN"; i%2 == 1 {
			f.lang, f.who.lang = "en", "en"
			f.who.at = bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(7000000000 + i)}
		}
		s.people = []*person{f.who}
		f.fill()
		f.submit()
	}
	full := storetest.SizeOf(t, s.home, s.store)
	t.Logf("%d clients: empty %d bytes, full %d; one takes %d, and %d in Redis", *clients, empty.All(), full.All(), (full.All()-empty.All())/int64(*clients), full.Redis/int64(*clients))
	grown := map[string]int64{}
	for table, n := range full.Tables {
		grown[table] = (n - empty.Tables[table]) / int64(*clients)
	}
	for _, table := range slices.SortedFunc(maps.Keys(grown), func(a, b string) int { return int(grown[b] - grown[a]) }) {
		if grown[table] > 0 {
			t.Logf("%8d %s", grown[table], table)
		}
	}
}
