package store

import (
	"math/bits"
	"slices"
)

// Reason is one thing that speaks for somebody, and how much.
type Reason struct {
	Code   string
	Points int
	About  []string // wishes or hobbies, where the code is about them
}

// The reasons' codes.
const (
	ReasonWished    = "wished"    // meets wishes that the client would like met: About
	ReasonWishes    = "wishes"    // the client meets theirs: About
	ReasonAge       = "age"       // few years apart
	ReasonCity      = "city"      // live in the same city
	ReasonProvince  = "province"  // in the same province
	ReasonHometown  = "hometown"  // are registered in the same city, and live in it or not
	ReasonEducation = "education" // much the same
	ReasonMarital   = "marital"   // neither was married, or both were
	ReasonChildren  = "children"  // neither has children, or both have
	ReasonSmoking   = "smoking"   // neither smokes
	ReasonHobbies   = "hobbies"   // in common: About
	ReasonRecent    = "recent"    // what they told us is new
	ReasonTaste     = "taste"     // how earlier recommendations were answered; may have points below 0
)

// What each reason is worth. The client's own wishes count most, then the other
// side's; what nobody wished for decides among equals.
const (
	perWished, perWishes     = 10, 8
	sameCity, sameProvince   = 8, 4
	sameHometown             = 4
	perHobby, mostForHobbies = 3, 9
	likeEducation            = 4
	likeMarital              = 4
	likeChildren             = 3
	neitherSmokes            = 2
	mostForAge               = 6
	mostForNews              = 3
)

// score says how well somebody suits the client.
func (f *finder) score(c candidate) (score int, all []Reason) {
	add := func(code string, points int, about ...string) {
		if points != 0 {
			all = append(all, Reason{code, points, about})
			score += points
		}
	}
	wished, _ := f.me.Like.meets(c.row.Is, c.age)
	wishes, _ := c.row.Like.meets(f.me.Is, f.age)
	add(ReasonWished, len(wished)*perWished, wished...)
	add(ReasonWishes, len(wishes)*perWishes, wishes...)
	f.scoreLives(c.row.Is, add)
	hobbies := commonHobbies(f.me.Is, c.row.Is)
	add(ReasonHobbies, min(len(hobbies)*perHobby, mostForHobbies), hobbies...)
	add(ReasonRecent, max(0, mostForNews-monthsAgo(c.row.Is.ChangedOn, f.tx.now)))
	if f.search.Taste != nil {
		add(ReasonTaste, f.search.Taste.Points(c.row.Is))
	}
	slices.SortStableFunc(all, func(a, b Reason) int { return b.Points - a.Points })
	return score, all
}

// scoreLives compares how the two live.
func (f *finder) scoreLives(is Traits, add func(string, int, ...string)) {
	me := f.me.Is
	apart := me.BornIn - is.BornIn
	add(ReasonAge, max(0, mostForAge-max(apart, -apart)))
	switch {
	case me.City == 0 || is.City == 0:
	case me.City == is.City:
		add(ReasonCity, sameCity)
	case me.City/10000 == is.City/10000:
		add(ReasonProvince, sameProvince)
	}
	if me.Registered != 0 && me.Registered == is.Registered {
		add(ReasonHometown, sameHometown)
	}
	if level := me.Education - is.Education; me.Education*is.Education != 0 && level*level <= 1 {
		add(ReasonEducation, likeEducation)
	}
	if me.Marital*is.Marital != 0 && (me.Marital == 1) == (is.Marital == 1) {
		add(ReasonMarital, likeMarital)
	}
	if me.Children*is.Children != 0 && (me.Children == 1) == (is.Children == 1) {
		add(ReasonChildren, likeChildren)
	}
	if me.Smoking == 1 && is.Smoking == 1 {
		add(ReasonSmoking, neitherSmokes)
	}
}

func commonHobbies(one, other Traits) (names []string) {
	for common := uint(one.Hobbies & other.Hobbies); common != 0; common &= common - 1 {
		names = append(names, HobbyKinds[bits.TrailingZeros(common)])
	}
	return names
}
