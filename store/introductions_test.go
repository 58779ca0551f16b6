package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// week is how long an answer may take in these tests.
const week = 7 * 24 * time.Hour

// couple is two clients who fit, and a matchmaker.
type couple struct {
	t        *testing.T
	home     store.Config
	clock    *storetest.Clock
	s        *store.Store
	her, him bot.Conversation
	a, b     int64
	by       store.Staff
}

func newCouple(t *testing.T) *couple {
	t.Helper()
	c := &couple{t: t, home: storetest.Home(t), clock: storetest.NewClock(), her: anna, him: li}
	c.home.Now = c.clock.Now
	c.s = storetest.Open(t, c.home)
	turn(t, c.s, c.her, func(tx *store.Tx) error {
		return registers(tx, store.Profile{Gender: "female", Born: "1992-05-06", Height: 165, Home: store.Place{Code: 330106}}, store.Criteria{})
	})
	turn(t, c.s, c.him, func(tx *store.Tx) error {
		return registers(tx, store.Profile{Gender: "male", Born: "1990-05-06", Height: 178, Home: store.Place{Code: 330106}}, store.Criteria{})
	})
	c.a, c.b = personAt(t, c.s, c.her), personAt(t, c.s, c.him)
	c.by = enrol(t, c.s, mei, store.RoleMatchmaker, "王红娘")
	return c
}

// introduce asks her first.
func (c *couple) introduce(with store.Staff) (i store.Introduction, o store.Obstacle) {
	c.t.Helper()
	turn(c.t, c.s, mei, func(tx *store.Tx) (err error) {
		i, o, err = tx.Introduce(store.NewIntroduction{A: c.a, B: c.b, Words: store.IntroWords{ToA: "他很踏实", ToB: "她爱笑"}, By: c.by, With: with, For: week, AgreeFor: 2 * 24 * time.Hour})
		return err
	})
	return i, o
}

// yes says yes in a chat.
func (c *couple) yes(at bot.Conversation, ref, value string) (y store.SaidYes) {
	c.t.Helper()
	turn(c.t, c.s, at, func(tx *store.Tx) (err error) {
		y, err = tx.SayYes(ref, store.IntroContact{Call: "小" + value, Kind: store.ContactWeChat, Value: value}, contactConsent, week)
		return err
	})
	return y
}

var contactConsent = store.NewConsent{Kind: store.ConsentContact, Answer: store.ConsentYes, Version: "1", Lang: "zh-CN", Words: "words"}

func (c *couple) contactFor(i store.Introduction, person int64) (v string, err error) {
	c.t.Helper()
	turn(c.t, c.s, mei, func(tx *store.Tx) error {
		var k store.IntroContact
		k, err = tx.ContactFor(i, person)
		v = k.Value
		return nil
	})
	return v, err
}

func (c *couple) setPackage(person int64, total int, until time.Time) {
	c.t.Helper()
	if _, err := c.s.SetPackage(c.t.Context(), fmt.Sprintf("K-%06d", person), store.NewPackage{Total: total, Until: until}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *couple) used(person int64) int {
	c.t.Helper()
	p, err := c.s.PackageOf(c.t.Context(), fmt.Sprintf("K-%06d", person))
	if err != nil {
		c.t.Fatal(err)
	}
	return p.Used
}

// Contacts pass with the second yes, to each the other's, with both consents on
// record; nothing can be read of them before, and never anything in clear.
func TestContactsPassAfterBothYeses(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	c.setPackage(c.b, 3, c.clock.Now().Add(100*week))
	i, o := c.introduce(store.Staff{})
	if !o.None() || i.State != store.IntroAskedA || i.Number() != fmt.Sprintf("Y-%06d", i.ID) || i.Words.ToA != "他很踏实" {
		t.Fatalf("%+v, %+v", i, o)
	}
	if y := c.yes(c.him, i.Number(), "too_soon"); y.Moved {
		t.Error("who is asked second says yes first")
	}
	if y := c.yes(c.her, i.Number(), "her_wechat"); !y.Moved || y.State != store.IntroAskedB {
		t.Fatalf("%+v", y)
	}
	if y := c.yes(c.her, i.Number(), "her_other"); y.Moved {
		t.Error("she says yes twice")
	}
	if v, err := c.contactFor(i, c.b); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after one yes he reads %q, %v", v, err)
	}
	if y := c.yes(c.him, i.Number(), "his_wechat"); !y.Moved || y.State != store.IntroBothYes || y.Passed.IsZero() {
		t.Fatalf("%+v", y)
	}
	for person, want := range map[int64]string{c.a: "his_wechat", c.b: "her_wechat"} {
		if v, err := c.contactFor(i, person); v != want || err != nil {
			t.Errorf("%d reads %q, %v", person, v, err)
		}
	}
	if v, err := c.contactFor(i, 999); err == nil {
		t.Errorf("a stranger reads %q", v)
	}
	if c.used(c.b) != 1 {
		t.Errorf("used %d", c.used(c.b))
	}
	if looks := fmt.Sprint(listed(t, c.s, store.AuditQuery{Action: "read.passed"})); looks != fmt.Sprintf("[%s read.passed K-%06d K-%06d %s read.passed K-%06d K-%06d]", c.by.Code(), c.a, c.b, c.by.Code(), c.b, c.a) {
		t.Errorf("kept: %s", looks)
	}
	kept, err := c.s.Kept(t.Context(), c.a)
	if err != nil || len(kept.Introductions) != 1 || kept.Introductions[0].Gave.Value != "her_wechat" || len(kept.Introductions[0].Said) != 1 {
		t.Errorf("a copy for her: %+v, %v", kept.Introductions, err)
	}
	if strings.Contains(fmt.Sprintf("%+v", kept), "his_wechat") {
		t.Error("a copy for her holds what is his")
	}
	storetest.InClear(t, c.home, c.s, "her_wechat", "his_wechat", "他很踏实", "她爱笑")
}

// What ends an introduction ends it for both, and the two are never brought together
// again; what somebody has given is erased.
func TestAnIntroductionEndsOnce(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(tx *store.Tx, ref string) (store.Introduction, bool, error){
		"declined": func(tx *store.Tx, ref string) (store.Introduction, bool, error) {
			return tx.Decline(ref, "age", "太远")
		},
		"withdrawn": func(tx *store.Tx, ref string) (store.Introduction, bool, error) {
			return tx.Withdraw(ref, store.Staff{})
		},
		"expired": func(tx *store.Tx, ref string) (store.Introduction, bool, error) { return tx.Expire(ref) },
	} {
		c := newCouple(t)
		i, _ := c.introduce(store.Staff{})
		c.yes(c.her, i.Number(), "her_wechat")
		if name == "expired" {
			c.clock.Advance(week)
		}
		for n := range 2 {
			turn(t, c.s, c.him, func(tx *store.Tx) error {
				got, moved, err := end(tx, i.Number())
				if moved != (n == 0) || string(got.State) != name {
					t.Errorf("%s, %d: %+v, %v", name, n, got, moved)
				}
				return err
			})
		}
		if y := c.yes(c.him, i.Number(), "his_wechat"); y.Moved {
			t.Errorf("%s, and yes: %+v", name, y)
		}
		if _, o := c.introduce(store.Staff{}); o.Why != store.ObstacleKnown {
			t.Errorf("%s, and again: %+v", name, o)
		}
		for _, column := range storetest.DumpOf(t, c.home, c.s).Column("introductions.contacts") {
			if column != "" {
				t.Errorf("%s: a contact stays", name)
			}
		}
		turn(t, c.s, mei, func(tx *store.Tx) error {
			all, err := tx.IntroductionsOf(c.a, 9)
			if len(all) != 1 || err != nil {
				t.Errorf("%s: hers are %+v, %v", name, all, err)
			}
			_, err = tx.IntroductionBetween(c.b, c.a)
			return err
		})
	}
}

// Where another matchmaker is asked no client hears of it before she agrees, and the
// two can be brought together later if she does not.
func TestTheOtherMatchmakerAgreesFirst(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	other := enrol(t, c.s, bot.Conversation{Channel: "telegram", Chat: "91"}, store.RoleMatchmaker, "秦红娘")
	for n, agrees := range []bool{false, true} {
		i, o := c.introduce(other)
		if !o.None() || i.State != store.IntroProposed {
			t.Fatalf("%d: %+v, %+v", n, i, o)
		}
		if y := c.yes(c.her, i.Number(), "early"); y.Moved {
			t.Error("she says yes before anybody has asked her")
		}
		turn(t, c.s, mei, func(tx *store.Tx) error {
			if all, err := tx.IntroductionsOf(c.a, 9); len(all) != 0 || err != nil {
				t.Errorf("she hears of %+v, %v", all, err)
			}
			if agrees {
				got, _, moved, err := tx.AgreeIntroduction(i.Number(), other, week)
				if got.State != store.IntroAskedA || got.With != other.ID || !moved {
					t.Errorf("agreed: %+v, %v", got, moved)
				}
				return err
			}
			got, moved, err := tx.RefuseIntroduction(i.Number(), other)
			if got.State != store.IntroRefused || !moved {
				t.Errorf("refused: %+v, %v", got, moved)
			}
			return err
		})
	}
}

// Whatever has come between the two since stands in the way of each yes, and ends it.
func TestWhatComesBetween(t *testing.T) {
	t.Parallel()
	for want, comes := range map[string]func(*couple) func(*store.Tx) error{
		"standing": func(c *couple) func(*store.Tx) error {
			return func(tx *store.Tx) error { return tx.SetStanding(c.b, store.Barred) }
		},
		store.ObstacleApart: func(c *couple) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				return errors.Join(tx.Together(c.by, c.a, c.b, store.ApartIntroduced), tx.KeepApart(c.by, c.a, c.b, store.ApartRelated))
			}
		},
		store.ObstacleTerm: func(c *couple) func(*store.Tx) error {
			c.setPackage(c.a, 3, c.clock.Now().Add(time.Millisecond))
			return func(*store.Tx) error { return nil }
		},
	} {
		c := newCouple(t)
		i, _ := c.introduce(store.Staff{})
		c.yes(c.her, i.Number(), "her_wechat")
		turn(t, c.s, mei, comes(c))
		c.clock.Advance(time.Second)
		if y := c.yes(c.him, i.Number(), "his_wechat"); !y.Moved || y.State != store.IntroWithdrawn || y.Obstacle.Why != want {
			t.Errorf("%s: %+v", want, y)
		}
		if v, err := c.contactFor(i, c.b); err == nil {
			t.Errorf("%s: he reads %q", want, v)
		}
	}
}

// A package holds a place for each introduction that is under way, and nobody is
// asked after its term, or so late that they would answer after it.
func TestPackages(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	until := c.clock.Now().Add(3 * 24 * time.Hour)
	c.setPackage(c.a, 0, until)
	if _, o := c.introduce(store.Staff{}); o != (store.Obstacle{Why: store.ObstacleCount, Whose: c.a}) {
		t.Fatalf("%+v", o)
	}
	c.setPackage(c.a, 1, until)
	i, _ := c.introduce(store.Staff{})
	if !i.Ends.Equal(until) {
		t.Errorf("she may answer until %v", i.Ends)
	}
	if _, err := c.s.SetPackage(t.Context(), fmt.Sprintf("K-%06d", c.a), store.NewPackage{Until: until}); !errors.Is(err, store.ErrFull) {
		t.Errorf("made smaller than what is under way: %v", err)
	}
	c.yes(c.her, i.Number(), "her_wechat")
	c.yes(c.him, i.Number(), "his_wechat")
	c.setPackage(c.a, 5, until)
	if c.used(c.a) != 1 {
		t.Errorf("changed, and used is %d", c.used(c.a))
	}
	c.clock.Advance(week)
	c.setPackage(c.a, 5, c.clock.Now().Add(week))
	if c.used(c.a) != 0 {
		t.Errorf("a new one, and used is %d", c.used(c.a))
	}
	if _, err := c.s.SetPackage(t.Context(), "K-000999", store.NewPackage{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
}

// The other side's matchmaker who takes too long has not agreed: no client hears of it,
// and the two may be brought together another time.
func TestNobodyAgrees(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	other := enrol(t, c.s, bot.Conversation{Channel: "telegram", Chat: "92"}, store.RoleMatchmaker, "秦红娘")
	i, _ := c.introduce(other)
	expire := func(want bool) {
		t.Helper()
		turn(t, c.s, mei, func(tx *store.Tx) error {
			got, moved, err := tx.Expire(i.Number())
			if moved != want || want && (got.State != store.IntroExpired || got.HeardBy(c.a) || got.HeardBy(c.b)) {
				t.Errorf("expired: %v, %+v", moved, got)
			}
			return err
		})
	}
	expire(false)
	c.clock.Advance(2 * 24 * time.Hour)
	turn(t, c.s, mei, func(tx *store.Tx) error {
		_, _, moved, err := tx.AgreeIntroduction(i.Number(), other, week)
		if moved {
			t.Error("she agrees too late")
		}
		return err
	})
	expire(true)
	expire(false)
	if _, o := c.introduce(other); !o.None() {
		t.Errorf("another time: %+v", o)
	}
}
