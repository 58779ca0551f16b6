// Package venues knows public places where two people can meet for the first time:
// what an agency has written down, by city and district, with what there is to like
// about each. A home is no such place, and nobody finds one here.
//
// The agency keeps them in a folder of text files, many places to a file (docs/operations.md
// has the form); without one the built-in examples stand, which are public
// institutions of three cities.
package venues

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"redthread/bot/calendar"
	"redthread/bot/geo"
	"redthread/bot/region"
)

// Venue is one place. It does not change.
type Venue struct {
	ID        string // how the file calls it: "museum-of-tea"
	Name      string
	NameEN    string // empty: as Name
	Address   string
	AddressEN string
	District  region.Code
	At        geo.Point      // WGS-84, whatever the file has
	Likes     []string       // what there is to like, in the agency's words for hobbies
	Price     int            // 0 free, 1 a coffee, 2 a meal, 3 an evening
	Zone      *time.Location // in which its hours are
	Hours     []string       // as calendar.Config has them; none: always open

	file string
	open *calendar.Calendar
}

// In is the name in a language.
func (v Venue) In(lang string) string {
	if lang != "zh-CN" {
		return cmp.Or(v.NameEN, v.Name)
	}
	return v.Name
}

// AddressIn is the address in a language.
func (v Venue) AddressIn(lang string) string {
	if lang != "zh-CN" {
		return cmp.Or(v.AddressEN, v.Address)
	}
	return v.Address
}

// OpenFor says that the place is open all the while.
func (v Venue) OpenFor(from time.Time, d time.Duration) bool {
	return v.open.Between(from, from.Add(d)) >= d
}

// List is all places. It does not change.
type List struct {
	all      []Venue // by ID
	warnings []Problem
}

// Len is how many places there are.
func (l *List) Len() int { return len(l.all) }

// All are all places, by their IDs.
func (l *List) All() []Venue { return slices.Clone(l.all) }

// Find is the place of that ID.
func (l *List) Find(id string) (Venue, bool) {
	i, ok := slices.BinarySearchFunc(l.all, id, func(v Venue, id string) int { return cmp.Compare(v.ID, id) })
	if !ok {
		return Venue{}, false
	}
	return l.all[i], true
}

// Choice is a place that was found for two people.
type Choice struct {
	Venue
	Shared []string // of its likes those that both like
}

// For lists places in a city for two people, those first that offer what both like,
// then what one of them does, then the cheaper; at most n.
func (l *List) For(city region.Code, one, other []string, n int) []Choice {
	var found []Choice
	weight := map[string]int{}
	for _, v := range l.all {
		if v.District.City() != city.City() || city == 0 {
			continue
		}
		c, w := Choice{Venue: v}, 0
		for _, like := range v.Likes {
			a, b := slices.Contains(one, like), slices.Contains(other, like)
			switch {
			case a && b:
				c.Shared = append(c.Shared, like)
				w += 10
			case a || b:
				w++
			}
		}
		weight[v.ID], found = w, append(found, c)
	}
	slices.SortStableFunc(found, func(a, b Choice) int {
		return cmp.Or(cmp.Compare(weight[b.ID], weight[a.ID]), cmp.Compare(a.Price, b.Price))
	})
	return found[:min(n, len(found))]
}

// Named lists places whose name, or address, holds the words, at most n.
func (l *List) Named(words string, n int) (found []Venue) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return nil
	}
	for _, v := range l.all {
		for _, s := range []string{v.Name, v.NameEN, v.Address, v.AddressEN} {
			if strings.Contains(strings.ToLower(s), words) {
				found = append(found, v)
				break
			}
		}
	}
	return found[:min(n, len(found))]
}

// far says that two points are not in one city: the digits of one were mistyped.
func far(a, b geo.Point) bool { return math.Hypot(a.Lat-b.Lat, a.Lng-b.Lng) > 3 }
