package store_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
	"redthread/store/storetest"
)

// BenchmarkFind searches for one client after the other in houses of different
// sizes, and tells how long half of the searches, and 95 in a hundred, took at
// most. The largest takes minutes to build: it is measured when
// REDTHREAD_BENCH_MILLION is set.
//
//	go test ./store -run - -bench Find -benchtime 300x
func BenchmarkFind(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n == 1_000_000 && os.Getenv("REDTHREAD_BENCH_MILLION") == "" {
				b.Skip("REDTHREAD_BENCH_MILLION is not set")
			}
			benchFind(b, built(b, n), n)
		})
	}
}

// built is a house with so many clients.
func built(b *testing.B, n int) *store.Store {
	b.Helper()
	home := storetest.Home(b)
	s := storetest.Open(b, home)
	r := rand.New(rand.NewPCG(6, uint64(n)))
	if err := s.Settle(b.Context(), n, func(int) (store.Profile, store.Criteria) { return seekerLike(r) }); err != nil {
		b.Fatal(err)
	}
	return s
}

func benchFind(b *testing.B, s *store.Store, n int) {
	r := rand.New(rand.NewPCG(6, 3))
	var took []time.Duration
	found, none := 0, 0
	for b.Loop() {
		client := int64(1 + r.IntN(n))
		_, err := s.Turn(b.Context(), bot.Event{Key: bot.EventKey(fmt.Sprint("bench:", turns.Add(1))), From: mei, Kind: bot.Wrote, At: time.Now()}, func(tx *store.Tx, _ *bot.Session) error {
			begun := time.Now()
			all, err := tx.FindCandidates(client, store.Search{}, 50)
			took = append(took, time.Since(begun))
			if found += len(all.Matches); len(all.Matches) == 0 {
				none++
			}
			return err
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			b.Fatal(err)
		}
	}
	slices.SortFunc(took, cmp.Compare[time.Duration])
	at := func(share int) float64 { return float64(took[(len(took)-1)*share/100].Microseconds()) / 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(100), "max-ms")
	b.ReportMetric(float64(found)/float64(len(took)), "found")
	b.ReportMetric(100*float64(none)/float64(len(took)), "none-%")
}

// seekerLike is a seeker such as an agency's clients may be: most in a few large
// cities, women with wishes about height and income, men about age.
func seekerLike(r *rand.Rand) (store.Profile, store.Criteria) {
	chance := func(percent int) bool { return r.IntN(100) < percent }
	near := func(middle, spread float64) int { return int(middle + spread*r.NormFloat64()) }
	woman := chance(50)
	born := 2026 - max(22, min(70, near(32, 6)))
	p := store.Profile{
		Gender: "male", Born: fmt.Sprintf("%d-%02d-%02d", born, 1+r.IntN(12), 1+r.IntN(28)), Height: near(173, 6), Marital: "never", Children: "none",
		Education: weighed(r, store.Educations, 3, 10, 25, 45, 15, 2), Income: weighed(r, store.Incomes, 5, 25, 35, 20, 10, 4, 1),
		Smoking: weighed(r, store.Habits, 60, 25, 15), Drinking: weighed(r, store.Habits, 50, 45, 5),
		Home: store.Place{Code: town(r)}, Registered: store.Place{Code: town(r)}, Hobbies: []string{pickOf(r, store.HobbyKinds), pickOf(r, store.HobbyKinds)},
	}
	if woman {
		p.Gender, p.Height, p.Smoking = "female", near(161, 5), weighed(r, store.Habits, 95, 4, 1)
	}
	if chance(20) {
		p.Marital, p.Children = "divorced", weighed(r, store.ChildrenKinds, 45, 30, 20, 5)
	}
	return p, wishesLike(r, p, woman, 2026-born)
}

func wishesLike(r *rand.Rand, p store.Profile, woman bool, age int) (c store.Criteria) {
	weight := func(must, prefer int) store.Weight {
		switch n := r.IntN(100); {
		case n < must:
			return store.Must
		case n < must+prefer:
			return store.Prefer
		}
		return store.Any
	}
	c.Age = store.Wish{Weight: weight(60, 30), From: max(20, age-8), To: age + 1}
	c.Height = store.Wish{Weight: weight(10, 20), From: 155}
	c.Income = store.Wish{Weight: weight(2, 10), Least: "to10"}
	if woman {
		c.Age.From, c.Age.To = max(22, age-1), age+8
		c.Height = store.Wish{Weight: weight(40, 40), From: 168 + r.IntN(8)}
		c.Income = store.Wish{Weight: weight(15, 50), Least: pickOf(r, store.Incomes[1:4])}
	}
	c.Education = store.Wish{Weight: weight(20, 50), Least: pickOf(r, store.Educations[2:4])}
	c.Region = store.Wish{Weight: weight(30, 50), Places: []int{p.Home.Code / 100 * 100}}
	if p.Home.Code/10000 == 11 || p.Home.Code/10000 == 31 {
		c.Region.Places[0] = p.Home.Code / 10000 * 10000
	}
	if p.Marital == "never" {
		c.Marital, c.Children = store.Wish{Weight: weight(40, 30), OneOf: []string{"never"}}, store.Wish{Weight: weight(40, 30), OneOf: []string{"none"}}
	}
	c.Smoking = store.Wish{Weight: weight(25, 40), OneOf: []string{"no"}}
	return c
}

func weighed(r *rand.Rand, all []string, shares ...int) string {
	n := r.IntN(100)
	for i, s := range shares {
		if n -= s; n < 0 {
			return all[i]
		}
	}
	return all[len(all)-1]
}

func pickOf(r *rand.Rand, all []string) string { return all[r.IntN(len(all))] }

// town is a county, the larger cities more often.
func town(r *rand.Rand) int {
	counties := []int{310115, 110105, 440305, 440106, 330106, 510104, 420106, 320102, 320583, 500112, 610113, 430104, 370202, 410105, 340104, 350203, 210102, 230102, 450103, 530102}
	return counties[min(int(r.ExpFloat64()*6), len(counties)-1)]
}
