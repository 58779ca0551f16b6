package store

import (
	"slices"
	"strings"
)

// wishRule is one of the wishes: whether somebody meets it, in Go and, for a row
// of candidates, in SQL. The SQL may let somebody through whose age is on the
// border, as only the year of birth stands there; Go has the last word.
type wishRule struct {
	name  string // as Criteria calls it
	asked func(wants) bool
	met   func(w wants, is Traits, age int) bool
	where func(w wants, year int) (string, []any)
}

var wishRules = []wishRule{
	{
		"age", func(w wants) bool { return w.AgeFrom > 0 || w.AgeTo < anySize },
		func(w wants, _ Traits, age int) bool { return age >= w.AgeFrom && age <= w.AgeTo },
		func(w wants, year int) (string, []any) {
			return "born_in BETWEEN ? AND ?", []any{year - w.AgeTo - 1, year - w.AgeFrom}
		},
	},
	{
		"height", func(w wants) bool { return w.HeightFrom > 0 || w.HeightTo < anySize },
		func(w wants, is Traits, _ int) bool { return is.Height >= w.HeightFrom && is.Height <= w.HeightTo },
		func(w wants, _ int) (string, []any) {
			return "height BETWEEN ? AND ?", []any{w.HeightFrom, w.HeightTo}
		},
	},
	{
		"education", func(w wants) bool { return w.Education > 0 },
		func(w wants, is Traits, _ int) bool { return is.Education >= w.Education },
		func(w wants, _ int) (string, []any) { return "education >= ?", []any{w.Education} },
	},
	{
		"income", func(w wants) bool { return w.Income > 0 },
		func(w wants, is Traits, _ int) bool { return is.Income >= w.Income },
		func(w wants, _ int) (string, []any) { return "income >= ?", []any{w.Income} },
	},
	{
		"region", func(w wants) bool { return w.Places != "" },
		func(w wants, is Traits, _ int) bool { return w.takesPlace(is.City) },
		func(w wants, _ int) (string, []any) { return inPlaces(w.places()) },
	},
	kindRule("marital", func(w wants) int { return w.Marital }, func(t Traits) int { return t.Marital }),
	kindRule("children", func(w wants) int { return w.Children }, func(t Traits) int { return t.Children }),
	kindRule("smoking", func(w wants) int { return w.Smoking }, func(t Traits) int { return t.Smoking }),
	kindRule("drinking", func(w wants) int { return w.Drinking }, func(t Traits) int { return t.Drinking }),
}

// kindRule is about a choice; its column has the wish's name.
func kindRule(name string, bits func(wants) int, choice func(Traits) int) wishRule {
	return wishRule{
		name, func(w wants) bool { return bits(w) != anyKind },
		func(w wants, is Traits, _ int) bool { return bits(w)&(1<<choice(is)) != 0 },
		func(w wants, _ int) (string, []any) {
			marks, args := []string{"?"}, []any{-1} // nobody, should nothing do
			for n := range 8 {
				if bits(w)&(1<<n) != 0 {
					marks, args = append(marks, "?"), append(args, n)
				}
			}
			return name + " IN (" + strings.Join(marks, ", ") + ")", args
		},
	}
}

// inPlaces finds who lives in one of the places: cities, or whole provinces.
func inPlaces(places []int) (string, []any) {
	var either []string
	var args, cities []any
	for _, p := range places {
		if p%10000 == 0 { // a province
			either, args = append(either, "city BETWEEN ? AND ?"), append(args, p, p+9999)
		} else {
			cities = append(cities, p)
		}
	}
	if len(cities) > 0 {
		either, args = append(either, "city IN (?"+strings.Repeat(", ?", len(cities)-1)+")"), append(args, cities...)
	}
	return "(" + strings.Join(either, " OR ") + ")", args
}

// meets names the wishes that were made, by whether somebody of that age meets
// them.
func (w wants) meets(is Traits, age int) (met, missed []string) {
	for _, r := range wishRules {
		switch {
		case !r.asked(w):
		case r.met(w, is, age):
			met = append(met, r.name)
		default:
			missed = append(missed, r.name)
		}
	}
	return met, missed
}

// theirMusts holds for rows of candidates whose own musts somebody of that age
// meets.
func theirMusts(is Traits, age int) (string, []any) {
	const where = "? BETWEEN must_age_from AND must_age_to AND must_education <= ? AND (must_marital & ?) <> 0 AND ? BETWEEN must_height_from AND must_height_to" +
		" AND must_income <= ? AND (must_children & ?) <> 0 AND (must_smoking & ?) <> 0 AND (must_drinking & ?) <> 0" +
		" AND (must_places = '' OR INSTR(must_places, ?) > 0 OR INSTR(must_places, ?) > 0)"
	return where, []any{
		age, is.Education, 1 << is.Marital, is.Height, is.Income, 1 << is.Children, 1 << is.Smoking, 1 << is.Drinking,
		listed(is.City), listed(is.City / 10000 * 10000),
	}
}

// WishNames names the wishes, in the order of Criteria.
func WishNames() (names []string) {
	for _, r := range wishRules {
		names = append(names, r.name)
	}
	return slices.Clip(names)
}
