package queue_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot/queue"
)

var early, late = time.Unix(100, 0), time.Unix(200, 0)

func TestDeal(t *testing.T) {
	t.Parallel()
	free := func(id int64) queue.Colleague { return queue.Colleague{ID: id, Room: 3, First: true} }
	busy := queue.Colleague{ID: 2, Room: 1, Load: 2, First: true}
	full := queue.Colleague{ID: 3, Load: 3, First: true}
	english := queue.Colleague{ID: 4, Room: 1, Load: 2, Langs: []string{"en"}, First: true}
	boss := queue.Colleague{ID: 9, Room: 3}
	for name, c := range map[string]struct {
		clients    []queue.Client
		colleagues []queue.Colleague
		want       []queue.Offer
	}{
		"nobody waits":                     {nil, []queue.Colleague{free(1)}, nil},
		"nobody is there":                  {[]queue.Client{{ID: 1}}, nil, []queue.Offer{{1, queue.Everybody}}},
		"everybody was called before":      {[]queue.Client{{ID: 1, Called: true}}, nil, nil},
		"who has least to do":              {[]queue.Client{{ID: 1}}, []queue.Colleague{busy, free(5)}, []queue.Offer{{1, 5}}},
		"own matchmaker first":             {[]queue.Client{{ID: 1, Owner: 2}}, []queue.Colleague{free(1), busy}, []queue.Offer{{1, 2}}},
		"own matchmaker is full":           {[]queue.Client{{ID: 1, Owner: 3}}, []queue.Colleague{free(1), full}, []queue.Offer{{1, 1}}},
		"own matchmaker is a boss":         {[]queue.Client{{ID: 1, Owner: 9}}, []queue.Colleague{free(1), boss}, []queue.Offer{{1, 9}}},
		"own matchmaker did not come":      {[]queue.Client{{ID: 1, Owner: 2, Asked: []int64{2}}}, []queue.Colleague{free(1), busy}, []queue.Offer{{1, 1}}},
		"who speaks the language":          {[]queue.Client{{ID: 1, Lang: "en"}}, []queue.Colleague{{ID: 1, Room: 3, Langs: []string{"zh-CN"}, First: true}, english}, []queue.Offer{{1, 4}}},
		"nobody speaks it":                 {[]queue.Client{{ID: 1, Lang: "zh-CN"}}, []queue.Colleague{english}, []queue.Offer{{1, 4}}},
		"all are full":                     {[]queue.Client{{ID: 1}}, []queue.Colleague{full}, nil},
		"one did not come, the rest full":  {[]queue.Client{{ID: 1, Asked: []int64{1}}}, []queue.Colleague{free(1), full}, []queue.Offer{{1, queue.Everybody}}},
		"all were asked":                   {[]queue.Client{{ID: 1, Asked: []int64{1, 2}}}, []queue.Colleague{free(1), busy}, []queue.Offer{{1, queue.Everybody}}},
		"bosses are not asked one by one":  {[]queue.Client{{ID: 1}}, []queue.Colleague{boss}, []queue.Offer{{1, queue.Everybody}}},
		"who waited longer for a client":   {[]queue.Client{{ID: 1}}, []queue.Colleague{{ID: 1, Room: 3, First: true, Last: late}, {ID: 2, Room: 3, First: true, Last: early}}, []queue.Offer{{1, 2}}},
		"in order, and no more than there": {[]queue.Client{{ID: 1}, {ID: 2}, {ID: 3}}, []queue.Colleague{{ID: 1, Room: 2, First: true}}, []queue.Offer{{1, 1}, {2, 1}}},
		"who cannot be reached":            {[]queue.Client{{ID: 1, Owner: 6}}, []queue.Colleague{{ID: 6, Room: 3, First: true, Deaf: true}, busy}, []queue.Offer{{1, 2}}},
		"nobody can be reached":            {[]queue.Client{{ID: 1}}, []queue.Colleague{{ID: 6, Room: 3, First: true, Deaf: true}}, []queue.Offer{{1, queue.Everybody}}},
		"spread over all":                  {[]queue.Client{{ID: 1}, {ID: 2}}, []queue.Colleague{free(1), free(2)}, []queue.Offer{{1, 1}, {2, 2}}},
	} {
		if got := queue.Deal(c.clients, c.colleagues); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// agency is played with random arrivals, duty, refusals and ends.
type agency struct {
	waiting    []queue.Client
	offered    map[int64]int64 // client → colleague
	colleagues []queue.Colleague
	there      map[int64]bool
	talks      map[int64]int
	last       int64
}

func (a *agency) atWork() (all []queue.Colleague) {
	for _, c := range a.colleagues {
		if !a.there[c.ID] {
			continue
		}
		for _, to := range a.offered {
			if to == c.ID {
				c.Load++
			}
		}
		c.Load += a.talks[c.ID]
		c.Room -= c.Load
		all = append(all, c)
	}
	return all
}

// deal carries out what the rule says, and holds it against what it promises.
func (a *agency) deal(t *rapid.T) {
	free := slices.DeleteFunc(slices.Clone(a.waiting), func(c queue.Client) bool { return a.offered[c.ID] != 0 })
	before := a.atWork()
	offers := queue.Deal(free, before)
	for i, o := range offers {
		if i > 0 && o.Client <= offers[i-1].Client {
			t.Fatalf("out of order: %v", offers)
		}
		n := slices.IndexFunc(a.waiting, func(c queue.Client) bool { return c.ID == o.Client })
		if n < 0 || a.offered[o.Client] != 0 {
			t.Fatalf("%d is offered and does not wait", o.Client)
		}
		c := &a.waiting[n]
		if o.To == queue.Everybody {
			c.Called = true
			for _, w := range before {
				c.Asked = append(c.Asked, w.ID)
			}
			continue
		}
		if slices.Contains(c.Asked, o.To) {
			t.Fatalf("%d is asked twice about %d", o.To, o.Client)
		}
		a.offered[o.Client], c.Asked = o.To, append(c.Asked, o.To)
	}
	for _, w := range a.atWork() {
		if w.Room < 0 {
			t.Fatalf("colleague %d has more than there is room for", w.ID)
		}
	}
	a.nobodyOvertaken(t, free, before, offers)
}

// nobodyOvertaken: who has no offer could not have had any that somebody behind
// got, unless that one went to the matchmaker of whoever is behind, or for the
// language.
func (a *agency) nobodyOvertaken(t *rapid.T, free []queue.Client, before []queue.Colleague, offers []queue.Offer) {
	for _, c := range free {
		if c.Lang != "" || slices.ContainsFunc(offers, func(o queue.Offer) bool { return o.Client == c.ID }) {
			continue
		}
		for _, o := range offers {
			i := slices.IndexFunc(before, func(w queue.Colleague) bool { return w.ID == o.To })
			if o.Client > c.ID && i >= 0 && before[i].First && !slices.Contains(c.Asked, o.To) {
				t.Fatalf("%d was overtaken by %d", c.ID, o.Client)
			}
		}
	}
}

func (a *agency) take(id int64) (c queue.Client) {
	i := slices.IndexFunc(a.waiting, func(c queue.Client) bool { return c.ID == id })
	c = a.waiting[i]
	a.waiting = slices.Delete(a.waiting, i, i+1)
	delete(a.offered, id)
	return c
}

// free is what the desk does when a colleague has room again.
func (a *agency) free(id int64) {
	for i := range a.waiting {
		if a.offered[a.waiting[i].ID] != id {
			a.waiting[i].Asked = slices.DeleteFunc(a.waiting[i].Asked, func(s int64) bool { return s == id })
		}
	}
}

func (a *agency) step(t *rapid.T) {
	who := rapid.Int64Range(1, int64(len(a.colleagues))).Draw(t, "who")
	mine := func() (id int64) {
		for c, to := range a.offered {
			if to == who && (id == 0 || c < id) {
				id = c
			}
		}
		return id
	}
	switch rapid.SampledFrom([]string{"call", "call", "claim", "claim", "refuse", "late", "end", "duty", "leave"}).Draw(t, "deed") {
	case "call":
		a.last++
		a.waiting = append(a.waiting, queue.Client{ID: a.last, Owner: rapid.Int64Range(0, 4).Draw(t, "owner"), Lang: rapid.SampledFrom([]string{"", "", "zh-CN", "en"}).Draw(t, "lang")})
	case "claim":
		if c := mine(); c != 0 {
			a.take(c)
			a.talks[who]++
		}
	case "refuse", "late":
		if c := mine(); c != 0 {
			delete(a.offered, c)
		}
	case "end":
		if a.talks[who] > 0 {
			a.talks[who]--
			a.free(who)
		}
	case "duty":
		a.there[who] = !a.there[who]
		for c, to := range a.offered {
			if to == who {
				delete(a.offered, c)
			}
		}
		a.free(who)
	case "leave":
		if len(a.waiting) > 0 {
			a.take(a.waiting[0].ID)
		}
	}
	a.deal(t)
}

// However clients come and go, and colleagues come, refuse and forget: the queue's
// order holds, nobody has more than they have room for, and in the end, when all
// are there and nobody refuses, everybody is served, in finite time.
func TestNobodyStarves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := &agency{offered: map[int64]int64{}, there: map[int64]bool{}, talks: map[int64]int{}}
		for id := int64(1); id <= 4; id++ {
			a.colleagues = append(a.colleagues, queue.Colleague{ID: id, Room: rapid.IntRange(1, 3).Draw(t, "capacity"), First: id < 4,
				Langs: rapid.SampledFrom([][]string{nil, nil, {"zh-CN"}, {"en"}}).Draw(t, "langs")})
			a.there[id] = rapid.Bool().Draw(t, "there")
		}
		for range rapid.IntRange(1, 60).Draw(t, "deeds") {
			a.step(t)
		}
		a.serveAll(t)
	})
}

// serveAll lets everybody be there and willing.
func (a *agency) serveAll(t *rapid.T) {
	for id := range a.there {
		a.there[id] = true
		a.free(id)
	}
	for id := int64(1); id <= 4; id++ {
		a.there[id] = true
		a.free(id)
	}
	a.deal(t)
	for range 10 * (int(a.last) + 4) {
		if len(a.waiting) == 0 {
			return
		}
		for _, c := range slices.Clone(a.waiting) {
			if to := a.offered[c.ID]; to != 0 {
				a.take(c.ID)
				a.talks[to]++
			} else if i := slices.IndexFunc(a.atWork(), func(w queue.Colleague) bool { return w.Room > 0 }); c.Called && i >= 0 {
				a.take(c.ID) // everybody was called, and one has come
				a.talks[a.atWork()[i].ID]++
			}
		}
		for id := range a.talks {
			a.talks[id] = 0
			a.free(id)
		}
		a.deal(t)
	}
	t.Fatalf("still waiting: %v", a.waiting)
}
