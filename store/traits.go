package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"redthread/bot/region"
)

// What matching compares stands in numbers: what a client is (Traits), and what
// they wish of a partner (wants), must and prefer apart. Each number fits very many
// people; nothing here is finer than a year or a city.

// Traits are what is compared of a client. Choices are their number in the lists
// of profiles.go, from 1; 0 is not known.
type Traits struct {
	Gender     int // of Genders
	BornIn     int // the year
	Height     int // centimetres
	Education  int // of Educations
	City       int // where they live: the code of a prefecture, or of what answers to a province like one
	Registered int // 户籍地, in the same way
	Marital    int // of Maritals
	Children   int // of ChildrenKinds
	Smoking    int // of Habits
	Drinking   int // of Habits
	Income     int // of Incomes
	Hobbies    int // a bit for each of HobbyKinds, the first the lowest
	ChangedOn  int // the day on which the profile or the wishes were last changed, counted from 1 January 1970
}

// HobbyKinds are the hobbies that can be tapped, in the order of their bits. Those
// in a client's own words are not compared.
var HobbyKinds = []string{"reading", "film", "music", "travel", "cooking", "sport", "walking", "games", "pets", "plants", "art", "photo"}

// traitsOf are the codes of a profile.
func traitsOf(p Profile, changed time.Time) Traits {
	t := Traits{
		Gender: code(Genders, p.Gender), Height: p.Height, Education: code(Educations, p.Education), City: cityOf(p.Home), Registered: cityOf(p.Registered),
		Marital: code(Maritals, p.Marital), Children: code(ChildrenKinds, p.Children), Smoking: code(Habits, p.Smoking), Drinking: code(Habits, p.Drinking),
		Income: code(Incomes, p.Income), ChangedOn: dayOf(changed),
	}
	if born, err := time.Parse(time.DateOnly, p.Born); err == nil {
		t.BornIn = born.Year()
	}
	for i, kind := range HobbyKinds {
		if slices.Contains(p.Hobbies, kind) {
			t.Hobbies |= 1 << i
		}
	}
	return t
}

func cityOf(p Place) int { return int(region.Code(p.Code).City()) }

func dayOf(t time.Time) int { return int(t.Unix() / (24 * 60 * 60)) }

// ageOn is how old somebody is on a day; false: they have not told their birthday.
func ageOn(born string, at time.Time) (int, bool) {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return 0, false
	}
	age := at.Year() - b.Year()
	if at.Month() < b.Month() || at.Month() == b.Month() && at.Day() < b.Day() {
		age--
	}
	return age, true
}

// wants are wishes of one weight. Those that were not made let everybody through.
type wants struct {
	AgeFrom, AgeTo       int
	HeightFrom, HeightTo int
	Education, Income    int    // the least
	Marital, Children    int    // a bit for each choice that will do: 1<<code
	Smoking, Drinking    int    // the same
	Places               string // ",330100,310000,": cities, provinces; empty: anywhere
}

// What stands where nothing is wished. The bit of what is not known is among
// anyKind and in no wish: who has not told does not meet it.
const (
	anySize = 999
	anyKind = 1<<8 - 1
)

func wantsOf(c Criteria, weight Weight) wants {
	w := wants{
		AgeTo: anySize, HeightTo: anySize,
		Marital: kinds(c.Marital, weight, Maritals), Children: kinds(c.Children, weight, ChildrenKinds),
		Smoking: kinds(c.Smoking, weight, Habits), Drinking: kinds(c.Drinking, weight, Habits),
	}
	if c.Age.Weight == weight {
		w.AgeFrom, w.AgeTo = span(c.Age)
	}
	if c.Height.Weight == weight {
		w.HeightFrom, w.HeightTo = span(c.Height)
	}
	if c.Education.Weight == weight {
		w.Education = code(Educations, c.Education.Least)
	}
	if c.Income.Weight == weight {
		w.Income = code(Incomes, c.Income.Least)
	}
	if c.Region.Weight == weight && len(c.Region.Places) > 0 {
		w.Places = ","
		for _, p := range c.Region.Places {
			w.Places += strconv.Itoa(p) + ","
		}
	}
	return w
}

// span is what a wish about years or centimetres lets through: what is not known,
// 0, never.
func span(w Wish) (from, to int) {
	from, to = max(w.From, 1), w.To
	if to == 0 {
		to = anySize
	}
	return from, to
}

func kinds(w Wish, weight Weight, all []string) (bits int) {
	if w.Weight != weight || len(w.OneOf) == 0 {
		return anyKind
	}
	for _, choice := range w.OneOf {
		if n := code(all, choice); n > 0 {
			bits |= 1 << n
		}
	}
	return bits
}

// wider lets so many years more through at both ends, if ages count at all.
func (w wants) wider(years int) wants {
	if w.AgeFrom > 0 || w.AgeTo < anySize {
		w.AgeFrom, w.AgeTo = max(w.AgeFrom-years, 1), w.AgeTo+years
	}
	return w
}

// takesPlace says that a place, or the province it lies in, is among the places.
func (w wants) takesPlace(city int) bool {
	province := int(region.Code(city).Province())
	return w.Places == "" || strings.Contains(w.Places, listed(city)) || strings.Contains(w.Places, listed(province))
}

func listed(place int) string { return "," + strconv.Itoa(place) + "," }

func (w wants) places() (all []int) {
	for _, p := range strings.FieldsFunc(w.Places, func(c rune) bool { return c == ',' }) {
		n, _ := strconv.Atoi(p) // we wrote it
		all = append(all, n)
	}
	return all
}
