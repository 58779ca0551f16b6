package store_test

import (
	"fmt"
	"slices"
	"testing"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// Who was declined for their age moves others of such an age down, and hides nobody;
// what is said against somebody stands among the reasons and has bounds.
func TestAnswersMoveTheRanking(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	by := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	register := func(at bot.Conversation, gender, born string, place int) int64 {
		p := store.Profile{Gender: gender, Born: born, Height: 168, Education: "bachelor", Home: store.Place{Code: place}}
		turn(t, s, at, func(tx *store.Tx) error { return registers(tx, p, store.Criteria{}) })
		return personAt(t, s, at)
	}
	him := register(li, "male", "1990-05-06", 330106)
	var women []int64
	for i, born := range []string{"1984-05-06", "1983-05-06", "1990-05-06"} {
		women = append(women, register(chatOf(800+i), "female", born, 330106))
	}
	declined, older, same := women[0], women[1], women[2]
	score := func(other int64) (m store.Match) {
		turn(t, s, mei, func(tx *store.Tx) error {
			found, err := tx.FindCandidates(him, store.Search{}, 9)
			i := slices.IndexFunc(found.Matches, func(m store.Match) bool { return m.Client == other })
			if i < 0 {
				t.Fatalf("%d is hidden", other)
			}
			m = found.Matches[i]
			return err
		})
		return m
	}
	before := []int{score(older).Score, score(same).Score}
	answer := func(other int64, why string) {
		var i store.Introduction
		turn(t, s, mei, func(tx *store.Tx) (err error) {
			i, _, err = tx.Introduce(store.NewIntroduction{A: him, B: other, By: by, For: week})
			return err
		})
		turn(t, s, li, func(tx *store.Tx) error {
			_, moved, err := tx.Decline(i.Number(), why, "")
			if !moved {
				t.Errorf("%s was not declined", i.Number())
			}
			return err
		})
	}
	answer(declined, "age")
	if after := []int{score(older).Score, score(same).Score}; after[0] != before[0]-5 || after[1] != before[1] {
		t.Errorf("before %v, after %v", before, after)
	}
	if rs := score(older).Reasons; !slices.ContainsFunc(rs, func(r store.Reason) bool { return r.Code == store.ReasonTaste && r.Points == -5 }) {
		t.Errorf("not among the reasons: %+v", rs)
	}
	for n, why := range []string{"age", "place", "work", "marital", "looks", "later", "other"} {
		answer(register(chatOf(900+n), "female", fmt.Sprintf("198%d-05-06", n), 310115), why)
	}
	far := register(chatOf(990), "female", "1980-05-06", 310115)
	for _, r := range score(far).Reasons {
		if r.Code == store.ReasonTaste && r.Points != -12 {
			t.Errorf("all that speaks against her is %d", r.Points)
		}
	}
}

// A client who could be introduced and was brought nobody for long is listed to
// their matchmaker, and no more once somebody was brought.
func TestQuiet(t *testing.T) {
	t.Parallel()
	c := newCouple(t)
	quiet := func() (codes []string) {
		turn(t, c.s, mei, func(tx *store.Tx) (err error) {
			codes, err = tx.Quiet(c.by.ID, tx.Now().Add(-2*week), 9)
			return err
		})
		return codes
	}
	turn(t, c.s, mei, func(tx *store.Tx) error { return tx.Assign(c.by, c.a, c.by) })
	if got := quiet(); len(got) > 0 {
		t.Errorf("newly come: %v", got)
	}
	c.clock.Advance(2 * week)
	if got := quiet(); len(got) != 1 || got[0] != fmt.Sprintf("K-%06d", c.a) {
		t.Errorf("after two weeks: %v", got)
	}
	c.setPackage(c.a, 0, c.clock.Now().Add(week))
	if got := quiet(); len(got) > 0 {
		t.Errorf("nothing paid for: %v", got)
	}
	c.setPackage(c.a, 2, c.clock.Now().Add(week))
	i, _ := c.introduce(store.Staff{})
	if got := quiet(); len(got) > 0 {
		t.Errorf("somebody is brought: %v", got)
	}
	turn(t, c.s, c.her, func(tx *store.Tx) error { _, _, err := tx.Decline(i.Number(), "later", ""); return err })
	if got := quiet(); len(got) > 0 {
		t.Errorf("somebody was brought just now: %v", got)
	}
}
