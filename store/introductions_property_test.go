package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// agencyOf is a house of a few clients who all fit each other, for random deeds.
type agencyOf struct {
	t     *testing.T
	home  store.Config
	clock *storetest.Clock
	s     *store.Store
	by    store.Staff
	chats []bot.Conversation // women first
	ids   []int64
	n     int // deeds so far
}

const ofEachSex = 2

// newcomers lets new clients register in a house that stands.
func (a *agencyOf) newcomers() {
	a.chats, a.ids = nil, nil
	for i := range 2 * ofEachSex {
		a.n++
		at := chatOf(100_000 + a.n)
		p := store.Profile{Gender: store.Genders[1-i/ofEachSex], Born: "1991-05-06", Height: 170, Home: store.Place{Code: 330106}}
		turn(a.t, a.s, at, func(tx *store.Tx) error { return registers(tx, p, store.Criteria{}) })
		a.chats, a.ids = append(a.chats, at), append(a.ids, personAt(a.t, a.s, at))
	}
}

// deed is something that somebody does about two of them; it may come to nothing.
func (a *agencyOf) deed(what string, her, him int, key bot.EventKey) error {
	asker := a.chats[her]
	if what[0] == 'h' { // he does it
		asker = a.chats[him]
	}
	_, err := a.s.Turn(context.Background(), bot.Event{Key: key, From: asker, Kind: bot.Wrote, At: a.s.Now()}, func(tx *store.Tx, _ *bot.Session) error {
		i, err := tx.IntroductionBetween(a.ids[her], a.ids[him])
		if errors.Is(err, store.ErrNotFound) {
			if what == "introduce" {
				_, _, err = tx.Introduce(store.NewIntroduction{A: a.ids[her], B: a.ids[him], By: a.by, For: week})
				return err
			}
			return nil
		}
		if err != nil {
			return err
		}
		return a.does(tx, what[1:], i)
	})
	return err
}

func (a *agencyOf) does(tx *store.Tx, what string, i store.Introduction) error {
	var err error
	switch what {
	case "yes":
		me, err := tx.Self("")
		if err != nil {
			return err
		}
		_, err = tx.SayYes(i.Number(), store.IntroContact{Call: "x", Kind: store.ContactWeChat, Value: fmt.Sprintf("contact_%d", me.ID)}, contactConsent, week)
		return err
	case "no":
		_, _, err = tx.Decline(i.Number(), "age", "")
	case "withdraw":
		_, _, err = tx.Withdraw(i.Number(), store.Staff{})
	case "expire":
		_, _, err = tx.Expire(i.Number())
	case "ntroduce":
		var o store.Obstacle
		if _, o, err = tx.Introduce(store.NewIntroduction{A: i.A, B: i.B, By: a.by, For: week}); err == nil && o.None() {
			return errors.New("two were brought together twice")
		}
	}
	return err
}

// holds is what must be true at any time.
func (a *agencyOf) holds(t *rapid.T, totals map[int64]int) {
	passed := map[int64]int{}
	turn(a.t, a.s, mei, func(tx *store.Tx) error {
		for her := range ofEachSex {
			for him := ofEachSex; him < 2*ofEachSex; him++ {
				i, err := tx.IntroductionBetween(a.ids[her], a.ids[him])
				if errors.Is(err, store.ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				said := map[int64]int{}
				steps, err := tx.IntroSteps(i)
				if err != nil {
					return err
				}
				for _, s := range steps {
					if s.Kind == store.IntroSaidYes {
						said[s.Client]++
					}
				}
				for _, person := range []int64{i.A, i.B} {
					c, err := tx.ContactFor(i, person)
					if err == nil && (said[i.A] != 1 || said[i.B] != 1 || c.Value != fmt.Sprintf("contact_%d", i.Other(person))) {
						t.Fatalf("%s: %d reads %+v after %v", i.Number(), person, c, said)
					}
				}
				if !i.Passed.IsZero() {
					passed[i.A]++
					passed[i.B]++
				}
			}
		}
		for person, total := range totals {
			p, err := tx.PackageOf(person)
			if err != nil {
				return err
			}
			if p.Used > total || p.Used != passed[person] {
				t.Fatalf("%d: %d of %d used, %d passed", person, p.Used, total, passed[person])
			}
		}
		return nil
	})
}

// Over random deeds, two at a time at the same moment and some delivered twice, with
// an emptied Redis between them, no contact can be read without two yeses on record,
// no two are brought together twice, and no package gives more than it holds.
func TestIntroductionsHold(t *testing.T) {
	t.Parallel()
	a := &agencyOf{t: t, home: storetest.Home(t), clock: storetest.NewClock()}
	a.home.Now = a.clock.Now
	a.s = storetest.Open(t, a.home)
	a.by = enrol(t, a.s, mei, store.RoleMatchmaker, "王红娘")
	deeds := []string{"introduce", "introduce", "syes", "hyes", "syes", "hyes", "sno", "hno", "swithdraw", "hwithdraw", "sexpire"}
	rapid.Check(t, func(rt *rapid.T) {
		a.newcomers()
		totals := map[int64]int{}
		for _, person := range a.ids {
			if n := rapid.IntRange(-1, 2).Draw(rt, "package"); n >= 0 {
				totals[person] = n
				if _, err := a.s.SetPackage(t.Context(), fmt.Sprintf("K-%06d", person), store.NewPackage{Total: n, Until: a.clock.Now().Add(20 * week)}); err != nil {
					rt.Fatal(err)
				}
			}
		}
		for range rapid.IntRange(3, 10).Draw(rt, "moments") {
			var both sync.WaitGroup
			for range rapid.IntRange(1, 3).Draw(rt, "at once") {
				a.n++
				what, key := rapid.SampledFrom(deeds).Draw(rt, "deed"), bot.EventKey(fmt.Sprint("deed:", a.n))
				her, him := rapid.IntRange(0, ofEachSex-1).Draw(rt, "her"), rapid.IntRange(ofEachSex, 2*ofEachSex-1).Draw(rt, "him")
				for range rapid.IntRange(1, 2).Draw(rt, "deliveries") {
					both.Go(func() {
						if err := a.deed(what, her, him, key); err != nil {
							t.Errorf("%s: %v", what, err)
						}
					})
				}
			}
			both.Wait()
			if rapid.Bool().Draw(rt, "later") {
				a.clock.Advance(rapid.SampledFrom([]time.Duration{time.Hour, week}).Draw(rt, "by"))
				if err := a.s.ForgetSessions(t.Context()); err != nil {
					rt.Fatal(err)
				}
			}
			a.holds(rt, totals)
		}
	})
}
