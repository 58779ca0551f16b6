package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// someone is a random seeker of a handful of traits, so that many fit and many do
// not.
func someone(r *rand.Rand) (store.Profile, store.Criteria) {
	one := func(all ...string) string { return all[r.IntN(len(all))] }
	p := store.Profile{
		Gender: one("male", "female"), Born: fmt.Sprintf("%d-%02d-%02d", 1985+r.IntN(10), 1+r.IntN(12), 1+r.IntN(28)), Marital: one("never", "never", "divorced"),
		Height: 155 + r.IntN(30), Education: one("", "college", "bachelor", "master"), Income: one("", "to10", "to20", "to30"),
		Home: store.Place{Code: []int{330106, 330203, 310115, 320583, 0, 990000}[r.IntN(6)]}, Registered: store.Place{Code: []int{330106, 410100}[r.IntN(2)]},
		Children: one("", "none", "with_me"), Smoking: one("no", "some", "yes"), Drinking: one("no", "some"), Hobbies: []string{one("reading", "film"), "滑翔伞"},
	}
	weight := func() store.Weight { return store.Weight(one("", "any", "prefer", "prefer", "must")) }
	c := store.Criteria{
		Age:     store.Wish{Weight: weight(), From: 28 + r.IntN(5), To: []int{0, 36, 40}[r.IntN(3)]},
		Height:  store.Wish{Weight: weight(), From: []int{0, 160, 170}[r.IntN(3)], To: []int{0, 180}[r.IntN(2)]},
		Region:  store.Wish{Weight: weight(), Places: [][]int{{330100}, {330000, 310000}, {320500, 330200}, nil}[r.IntN(4)]},
		Marital: store.Wish{Weight: weight(), OneOf: []string{"never"}}, Smoking: store.Wish{Weight: weight(), OneOf: []string{"no", "some"}},
	}
	if r.IntN(2) == 0 {
		c.Education, c.Income = store.Wish{Weight: weight(), Least: "college"}, store.Wish{Weight: weight(), Least: "to20"}
		c.Children, c.Drinking = store.Wish{Weight: weight(), OneOf: []string{"none"}}, store.Wish{Weight: weight(), OneOf: []string{"no"}}
	}
	return p, c
}

func chatOf(n int) bot.Conversation {
	return bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(7_000_000 + n)}
}

// agrees notes a consent of the turn's own client.
func agrees(tx *store.Tx, kind store.ConsentKind, answer store.ConsentAnswer) error {
	return tx.NoteConsent(store.NewConsent{Kind: kind, Answer: answer, Version: "1", Lang: "en", Words: "words"})
}

// registers files a profile with all consents.
func registers(tx *store.Tx, p store.Profile, c store.Criteria) error {
	err := errors.Join(agrees(tx, store.ConsentNotice, store.ConsentYes), agrees(tx, store.ConsentShow, store.ConsentYes), tx.SaveProfile(p), tx.SaveCriteria(c))
	if err != nil {
		return err
	}
	_, err = tx.FileProfile()
	return err
}

// person is the number of the client of a chat.
func personAt(t *testing.T, s *store.Store, c bot.Conversation) (id int64) {
	t.Helper()
	turn(t, s, c, func(tx *store.Tx) error {
		me, err := tx.Self("")
		id = me.ID
		return err
	})
	return id
}

// wants says by the words of the wishes, not by codes, whether p is what c insists
// on, or would like when weight is prefer.
func insists(c store.Criteria, p store.Profile, now time.Time) bool {
	born, _ := time.Parse(time.DateOnly, p.Born)
	age := 0
	for !born.AddDate(age+1, 0, 0).After(now) {
		age++
	}
	in := func(w store.Wish, n int) bool {
		return w.Weight != store.Must || n > 0 && n >= w.From && (w.To == 0 || n <= w.To)
	}
	least := func(w store.Wish, all []string, has string) bool {
		return w.Weight != store.Must || slices.Index(all, has) >= slices.Index(all, w.Least) && has != ""
	}
	one := func(w store.Wish, has string) bool {
		return w.Weight != store.Must || slices.Contains(w.OneOf, has)
	}
	near := c.Region.Weight != store.Must || len(c.Region.Places) == 0
	for _, place := range c.Region.Places {
		home := p.Home.Code
		near = near || home/100*100 == place || home/10000*10000 == place
	}
	return in(c.Age, age) && in(c.Height, p.Height) && least(c.Education, store.Educations, p.Education) && least(c.Income, store.Incomes, p.Income) && near &&
		one(c.Marital, p.Marital) && one(c.Children, p.Children) && one(c.Smoking, p.Smoking) && one(c.Drinking, p.Drinking)
}

// In a random house a search finds exactly those who fit in both directions.
func TestFindCandidatesFindsWhoFits(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	r := rand.New(rand.NewPCG(6, 1))
	const n = 120
	profiles, wishes, ids := make([]store.Profile, n), make([]store.Criteria, n), make([]int64, n)
	for i := range n {
		profiles[i], wishes[i] = someone(r)
		turn(t, s, chatOf(i), func(tx *store.Tx) error { return registers(tx, profiles[i], wishes[i]) })
		ids[i] = personAt(t, s, chatOf(i))
	}
	pairs := 0
	for i := range n {
		want := []int64{}
		for j := range n {
			if profiles[i].Gender != profiles[j].Gender && insists(wishes[i], profiles[j], clock.Now()) && insists(wishes[j], profiles[i], clock.Now()) {
				want = append(want, ids[j])
			}
		}
		turn(t, s, mei, func(tx *store.Tx) error {
			found, err := tx.FindCandidates(ids[i], store.Search{}, n)
			got := []int64{}
			for _, m := range found.Matches {
				got = append(got, m.Client)
				if _, err := tx.Match(ids[i], m.Client, store.Search{}); err != nil {
					t.Errorf("%d and %d fit, and looked at once more: %v", ids[i], m.Client, err)
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" || found.More {
				t.Errorf("%+v\nwishes %+v: %s", profiles[i], wishes[i], diff)
			}
			return err
		})
		pairs += len(want)
	}
	if pairs < n {
		t.Errorf("only %d pairs fit: that proves little", pairs)
	}
}

// Who is hindered, or kept apart, is found by nobody, and finds nobody.
func TestWhoIsNotFound(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	him := store.Profile{Gender: "male", Born: "1990-05-06", Height: 178, Home: store.Place{Code: 330106}}
	her := store.Profile{Gender: "female", Born: "1992-05-06", Height: 165, Home: store.Place{Code: 330106}}
	turn(t, s, anna, func(tx *store.Tx) error { return registers(tx, her, store.Criteria{}) })
	turn(t, s, li, func(tx *store.Tx) error { return registers(tx, him, store.Criteria{}) })
	a, b := personAt(t, s, anna), personAt(t, s, li)
	staff := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
	finds := func(when string, want bool) {
		t.Helper()
		turn(t, s, mei, func(tx *store.Tx) error {
			found, err := tx.FindCandidates(a, store.Search{}, 9)
			if err != nil || (len(found.Matches) == 1) != want {
				t.Errorf("%s: %+v, %v", when, found, err)
			}
			if _, err := tx.Match(a, b, store.Search{}); (err == nil) != want || err != nil && !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s, looked at: %v", when, err)
			}
			return nil
		})
	}
	hindered := func(want store.Hindrance) {
		t.Helper()
		turn(t, s, mei, func(tx *store.Tx) error {
			if got, err := tx.Hindrance(b); got != want || err != nil {
				t.Errorf("hindrance %q, %v; want %q", got, err, want)
			}
			if _, err := tx.FindCandidates(b, store.Search{}, 9); (err != nil) != (want != "") {
				t.Errorf("%q, and searches: %v", want, err)
			}
			return nil
		})
		finds("hindrance "+string(want), want == store.NotHindered)
	}
	hindered(store.NotHindered)
	turn(t, s, li, func(tx *store.Tx) error { return agrees(tx, store.ConsentShow, store.ConsentWithdrawn) })
	hindered(store.NotShown)
	turn(t, s, li, func(tx *store.Tx) error { return agrees(tx, store.ConsentShow, store.ConsentYes) })
	hindered(store.NotHindered)
	for _, st := range []store.Standing{store.Dating, store.Paused, store.Barred} {
		turn(t, s, mei, func(tx *store.Tx) error { return tx.SetStanding(b, st) })
		hindered(store.NotSearching)
	}
	turn(t, s, mei, func(tx *store.Tx) error { return tx.SetStanding(b, store.Searching) })
	turn(t, s, li, func(tx *store.Tx) error { return tx.Part() })
	hindered(store.HasLeft)
	turn(t, s, li, func(tx *store.Tx) error { return tx.Meet() })
	code := fmt.Sprintf("K-%06d", b)
	if _, err := s.Hold(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	hindered(store.IsHeld)
	if _, err := s.Release(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	hindered(store.NotHindered)
	for _, why := range []string{store.ApartRelated, store.ApartIntroduced, store.ApartRefused} {
		turn(t, s, mei, func(tx *store.Tx) error { return tx.KeepApart(staff, b, a, why) })
		turn(t, s, mei, func(tx *store.Tx) error { return tx.KeepApart(staff, a, b, why) }) // again
		finds(why, false)
		turn(t, s, mei, func(tx *store.Tx) error { return tx.Together(staff, a, b, why) })
	}
	finds("together again", true)
}

// The number of another client hides who gave it as well, until it is free.
func TestContestedNumberHides(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	him := store.Profile{Gender: "male", Born: "1990-05-06", Height: 178}
	turn(t, s, anna, func(tx *store.Tx) error { _, err := tx.ClaimPhone("+8613800138000", true); return err })
	turn(t, s, li, func(tx *store.Tx) error {
		if _, err := tx.ClaimPhone("+8613800138000", false); err != nil {
			return err
		}
		return registers(tx, him, store.Criteria{})
	})
	a, b := personAt(t, s, anna), personAt(t, s, li)
	check := func(want error) {
		t.Helper()
		turn(t, s, mei, func(tx *store.Tx) error {
			if _, err := tx.FindCandidates(b, store.Search{}, 9); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
			return nil
		})
	}
	check(store.ErrNotFound)
	if _, err := s.EraseClient(t.Context(), a, "wish"); err != nil {
		t.Fatal(err)
	}
	check(nil)
}

// Every search is explained; the client's own wishes weigh most.
func TestScore(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	her := store.Profile{Gender: "female", Born: "1992-05-06", Height: 165, Education: "bachelor", Marital: "never", Children: "none", Smoking: "no", Home: store.Place{Code: 330106}, Hobbies: []string{"film", "reading"}}
	turn(t, s, anna, func(tx *store.Tx) error {
		return registers(tx, her, store.Criteria{Height: store.Wish{Weight: store.Prefer, From: 175}})
	})
	near := store.Profile{Gender: "male", Born: "1991-05-06", Height: 172, Education: "bachelor", Marital: "never", Children: "none", Smoking: "no", Home: store.Place{Code: 330106}, Hobbies: []string{"reading"}}
	tall := store.Profile{Gender: "male", Born: "1980-05-06", Height: 180, Education: "senior", Marital: "divorced", Children: "with_me", Smoking: "yes", Home: store.Place{Code: 440300}}
	turn(t, s, chatOf(1), func(tx *store.Tx) error { return registers(tx, near, store.Criteria{}) })
	turn(t, s, chatOf(2), func(tx *store.Tx) error {
		return registers(tx, tall, store.Criteria{Age: store.Wish{Weight: store.Prefer, From: 30, To: 36}})
	})
	a, n, f := personAt(t, s, anna), personAt(t, s, chatOf(1)), personAt(t, s, chatOf(2))
	search := func(q store.Search) (found store.Found) {
		t.Helper()
		turn(t, s, mei, func(tx *store.Tx) (err error) { found, err = tx.FindCandidates(a, q, 9); return err })
		return found
	}
	codes := func(m store.Match) (all []string) {
		sum := 0
		for _, r := range m.Reasons {
			all, sum = append(all, fmt.Sprint(r.Code, r.About)), sum+r.Points
		}
		if sum != m.Score {
			t.Errorf("score %d, its reasons make %d", m.Score, sum)
		}
		return all
	}
	found := search(store.Search{}).Matches
	if len(found) != 2 || found[0].Client != n || found[1].Client != f {
		t.Fatalf("%+v", found)
	}
	if diff := cmp.Diff([]string{"city[]", "age[]", "education[]", "marital[]", "children[]", "hobbies[reading]", "recent[]", "smoking[]"}, codes(found[0])); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"wished[height]", "wishes[age]", "recent[]"}, codes(found[1])); diff != "" {
		t.Error(diff)
	}
	if found := search(store.Search{Taste: likesSmokers{}}).Matches; found[0].Client != f || found[0].Reasons[0].Code != store.ReasonTaste {
		t.Errorf("taste does not count: %+v", found)
	}
	for _, q := range []store.Search{{SameCity: true}, {Least: "bachelor"}, {Childless: true}} {
		if found := search(q).Matches; len(found) != 1 || found[0].Client != n {
			t.Errorf("%+v: %+v", q, found)
		}
	}
	clock.Advance(200 * 24 * time.Hour)
	if got := codes(search(store.Search{}).Matches[0]); slices.Contains(got, "recent[]") {
		t.Errorf("old news: %v", got)
	}
}

type likesSmokers struct{}

func (likesSmokers) Points(is store.Traits) int { return map[bool]int{true: 40}[is.Smoking == 3] }

// Costs tells which must keeps people away.
func TestCosts(t *testing.T) {
	t.Parallel()
	home, clock := storetest.Home(t), storetest.NewClock()
	home.Now = clock.Now
	s := storetest.Open(t, home)
	her := store.Profile{Gender: "female", Born: "1992-05-06", Height: 165, Home: store.Place{Code: 330106}}
	wishes := store.Criteria{Height: store.Wish{Weight: store.Must, From: 190}, Age: store.Wish{Weight: store.Must, From: 30, To: 36}}
	turn(t, s, anna, func(tx *store.Tx) error { return registers(tx, her, wishes) })
	for i, p := range []store.Profile{{Height: 172}, {Height: 180}, {Height: 195, Born: "1980-01-01"}, {Height: 172, Born: "1980-01-01"}, {Height: 191}} {
		p.Gender = "male"
		if p.Born == "" {
			p.Born = "1992-01-01"
		}
		c := store.Criteria{}
		if p.Height == 191 {
			c.Smoking = store.Wish{Weight: store.Must, OneOf: []string{"no"}} // she has not told
		}
		turn(t, s, chatOf(i), func(tx *store.Tx) error { return registers(tx, p, c) })
	}
	a := personAt(t, s, anna)
	costs := func(q store.Search) (got []store.Cost) {
		turn(t, s, mei, func(tx *store.Tx) error {
			all, atLeast, err := tx.Costs(a, q)
			if err != nil || atLeast {
				t.Errorf("%v, %v", atLeast, err)
			}
			got = all
			return nil
		})
		return got
	}
	if diff := cmp.Diff([]store.Cost{{Must: "height", More: 2}, {Must: "age", More: 1}, {Must: "theirs", More: 1}}, costs(store.Search{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]store.Cost{{Must: "height", More: 3}, {Must: "theirs", More: 1}}, costs(store.Search{Wider: 10})); diff != "" {
		t.Error(diff)
	}
}

// Whatever happens to clients, their rows are what they would be if all were made
// anew.
func TestCandidatesStayInStep(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		home, clock := storetest.Home(t), storetest.NewClock()
		home.Now = clock.Now
		s := storetest.Open(t, home)
		staff := enrol(t, s, mei, store.RoleMatchmaker, "王红娘")
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "dice"), 1))
		for range rapid.IntRange(5, 40).Draw(r, "deeds") {
			clock.Advance(time.Minute)
			at := chatOf(rapid.IntRange(0, 3).Draw(r, "who"))
			deed := rapid.SampledFrom(deeds).Draw(r, "deed")
			err := deed(t.Context(), s, at, staff, dice)
			if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrSame) && !errors.Is(err, store.ErrHeld) {
				r.Fatal(err)
			}
		}
		before := candidates(t, home, s)
		if err := s.RebuildCandidates(t.Context(), true, func(int) {}); err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(candidates(t, home, s), before); diff != "" {
			r.Fatal("out of step:", diff)
		}
		if err := s.Close(); err != nil {
			r.Fatal(err)
		}
	})
}

// candidates are the rows of the table, in their order.
func candidates(t *testing.T, home store.Config, s *store.Store) (rows []string) {
	t.Helper()
	dump, columns := storetest.DumpOf(t, home, s), 0
	for _, c := range storetest.Columns(t, home) {
		if c.Table != "candidates" {
			continue
		}
		columns++
		for i, v := range dump.Column("candidates." + c.Name) {
			if i == len(rows) {
				rows = append(rows, "")
			}
			rows[i] += c.Name + "=" + v + " "
		}
	}
	if columns < 30 {
		t.Fatal("there is no such table")
	}
	slices.Sort(rows)
	return rows
}

type deed func(ctx context.Context, s *store.Store, at bot.Conversation, by store.Staff, dice *rand.Rand) error

// inTurn is a deed in the client's own turn.
func inTurn(do func(*store.Tx, *rand.Rand) error) deed {
	return func(ctx context.Context, s *store.Store, at bot.Conversation, _ store.Staff, dice *rand.Rand) error {
		return tryTurn(ctx, s, bot.Event{From: at, Kind: bot.Wrote}, func(tx *store.Tx) error { return do(tx, dice) })
	}
}

// toClient is a deed of the office about a client.
func toClient(do func(context.Context, *store.Store, store.Client, *rand.Rand) error) deed {
	return func(ctx context.Context, s *store.Store, at bot.Conversation, _ store.Staff, dice *rand.Rand) error {
		var c store.Client
		err := tryTurn(ctx, s, bot.Event{From: at, Kind: bot.Wrote}, func(tx *store.Tx) (err error) { c, err = tx.Self(""); return err })
		if err != nil {
			return err
		}
		return do(ctx, s, c, dice)
	}
}

var (
	someKinds   = []store.ConsentKind{store.ConsentNotice, store.ConsentShow}
	someAnswers = []store.ConsentAnswer{store.ConsentYes, store.ConsentYes, store.ConsentWithdrawn}
	someNumbers = []string{"+8613800138000", "+8613800138001"}
)

func pick[T any](dice *rand.Rand, all []T) T { return all[dice.IntN(len(all))] }

var deeds = []deed{
	inTurn(func(tx *store.Tx, dice *rand.Rand) error { p, c := someone(dice); return registers(tx, p, c) }),
	inTurn(func(tx *store.Tx, dice *rand.Rand) error { p, c := someone(dice); return registers(tx, p, c) }),
	inTurn(func(tx *store.Tx, dice *rand.Rand) error { p, _ := someone(dice); return tx.SaveProfile(p) }),
	inTurn(func(tx *store.Tx, dice *rand.Rand) error { _, c := someone(dice); return tx.SaveCriteria(c) }),
	inTurn(func(tx *store.Tx, dice *rand.Rand) error {
		return agrees(tx, pick(dice, someKinds), pick(dice, someAnswers))
	}),
	inTurn(func(tx *store.Tx, dice *rand.Rand) error {
		_, err := tx.ClaimPhone(pick(dice, someNumbers), dice.IntN(2) == 0)
		return err
	}),
	inTurn(func(tx *store.Tx, _ *rand.Rand) error { return tx.DropPhone() }),
	inTurn(func(tx *store.Tx, _ *rand.Rand) error { return tx.Part() }),
	inTurn(func(tx *store.Tx, _ *rand.Rand) error { return tx.Meet() }),
	toClient(func(ctx context.Context, s *store.Store, c store.Client, dice *rand.Rand) error {
		return tryTurn(ctx, s, bot.Event{From: mei, Kind: bot.Wrote}, func(tx *store.Tx) error {
			switch dice.IntN(4) {
			case 0:
				return tx.DropSensitive(c.ID)
			case 1:
				return tx.DropProfile(c.ID)
			}
			return tx.SetStanding(c.ID, store.Standing(dice.IntN(4)))
		})
	}),
	toClient(func(ctx context.Context, s *store.Store, c store.Client, dice *rand.Rand) (err error) {
		switch dice.IntN(4) {
		case 0:
			_, err = s.Hold(ctx, c.Code())
		case 1:
			_, err = s.Release(ctx, c.Code())
		case 2:
			_, err = s.Unlink(ctx, c.Code())
		default:
			_, err = s.EraseClient(ctx, c.ID, "wish")
		}
		return err
	}),
	// Links two chats.
	func(ctx context.Context, s *store.Store, at bot.Conversation, _ store.Staff, dice *rand.Rand) error {
		var code string
		err := tryTurn(ctx, s, bot.Event{From: chatOf(dice.IntN(4)), Kind: bot.Wrote}, func(tx *store.Tx) (err error) {
			code, err = tx.NewLinkCode("en", time.Hour)
			return err
		})
		if err != nil {
			return err
		}
		return tryTurn(ctx, s, bot.Event{From: at, Kind: bot.Wrote}, func(tx *store.Tx) error {
			offer, err := tx.CheckLinkCode(code)
			if err == nil {
				_, _, _, err = tx.Link(offer, "en")
			}
			return err
		})
	},
	// A colleague confirms a number.
	func(ctx context.Context, s *store.Store, at bot.Conversation, by store.Staff, _ *rand.Rand) error {
		var c store.Client
		err := tryTurn(ctx, s, bot.Event{From: at, Kind: bot.Wrote}, func(tx *store.Tx) (err error) { c, err = tx.Self(""); return err })
		if err != nil {
			return err
		}
		return tryTurn(ctx, s, bot.Event{From: mei, Kind: bot.Wrote}, func(tx *store.Tx) error {
			mark, err := tx.PhoneMark(c.ID)
			if err == nil {
				_, err = tx.ConfirmPhone(by, c.ID, mark)
			}
			return err
		})
	},
	// Drafts go by their age.
	func(ctx context.Context, s *store.Store, _ bot.Conversation, _ store.Staff, _ *rand.Rand) error {
		_, err := s.Retain(ctx, store.Keep{Drafts: 10 * time.Minute})
		return err
	},
}

// Rows that an older release has not made are made, and nothing else is touched;
// what was stopped goes on.
func TestRebuildCandidates(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	s := storetest.Open(t, home)
	r := rand.New(rand.NewPCG(6, 2))
	for i := range 7 {
		p, c := someone(r)
		turn(t, s, chatOf(i), func(tx *store.Tx) error { return registers(tx, p, c) })
	}
	want := candidates(t, home, s)
	storetest.Exec(t, home, "DELETE FROM candidates WHERE client_id < 5")
	storetest.Exec(t, home, "UPDATE candidates SET shape = 0, height = 1 WHERE client_id = 6")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.RebuildCandidates(ctx, false, func(int) {}); err == nil {
		t.Error("it was stopped, and says nothing")
	}
	made := 0
	if err := s.RebuildCandidates(t.Context(), false, func(n int) { made = n }); err != nil || made != 5 {
		t.Errorf("%d made, %v", made, err)
	}
	if diff := cmp.Diff(want, candidates(t, home, s)); diff != "" {
		t.Error(diff)
	}
}
