package store

// How a client has answered those who were brought to them says something of whom
// they will like: who was declined for their age, others of such an age will be
// declined for too. It is a hint and no more: it moves people up and down among those
// who fit, within bounds, hides nobody, and stands among the reasons by name. Photos,
// "not now" and words of their own say nothing of others.

// tasteReads is how many of the newest answers count: people learn what they want.
const tasteReads = 30

// What an answer is worth, and what all of them can be at most.
const (
	tasteAge, tastePlace, tasteWork, tasteMarital = -5, -4, -4, -5
	tasteYes                                      = 2
	tasteLeast, tasteMost                         = -12, 6
)

// Tastes are a client's answers to those who were brought to them, as far as they
// say something of others.
type Tastes struct {
	me      Traits
	answers []tasted
}

// tasted is one answer.
type tasted struct {
	other Traits
	why   string // empty: they said yes
}

// TasteOf is what a person's answers say of others. Without any it says nothing.
func (tx *Tx) TasteOf(person int64) (Tastes, error) {
	const query = "SELECT s.kind, s.why, m.gender, m.born_in, m.city, m.education, m.marital, m.registered, c.gender, c.born_in, c.city, c.education, c.marital, c.registered" +
		" FROM introduction_steps s JOIN introductions i ON i.id = s.introduction_id" +
		" JOIN candidates m ON m.client_id = ?" +
		" JOIN candidates c ON c.client_id = CASE s.client_id WHEN i.client_id THEN i.other_id ELSE i.client_id END" +
		" WHERE s.client_id = ? AND s.kind IN ('" + IntroSaidYes + "', '" + string(IntroDeclined) + "') ORDER BY s.id DESC LIMIT ?"
	var all Tastes
	rows, err := tx.reading().QueryContext(tx.ctx, query, person, person, tasteReads)
	if err != nil {
		return all, wrap("read earlier answers", err)
	}
	defer rows.Close()
	for rows.Next() {
		var kind string
		var a tasted
		me, o := &all.me, &a.other
		if err := rows.Scan(&kind, &a.why, &me.Gender, &me.BornIn, &me.City, &me.Education, &me.Marital, &me.Registered,
			&o.Gender, &o.BornIn, &o.City, &o.Education, &o.Marital, &o.Registered); err != nil {
			return all, wrap("read earlier answers", err)
		}
		if kind == IntroSaidYes || a.why != "" {
			all.answers = append(all.answers, a)
		}
	}
	return all, wrap("read earlier answers", rows.Err())
}

// Points says what the answers mean for somebody, between tasteLeast and tasteMost.
// Each reason counts once, however often it was given: one bad week is no law.
func (t Tastes) Points(is Traits) int {
	against, liked := map[string]int{}, 0
	for _, a := range t.answers {
		switch {
		case a.why == "":
			liked += t.alike(a.other, is)
		case t.again(a, is):
			against[a.why] = map[string]int{"age": tasteAge, "place": tastePlace, "work": tasteWork, "marital": tasteMarital}[a.why]
		}
	}
	sum := min(liked, tasteMost)
	for _, points := range against {
		sum += points
	}
	return max(tasteLeast, min(sum, tasteMost))
}

// again says that what somebody was declined for holds of another, too: as far from
// the client in age, on the same side, or farther; as far away, or in the same place;
// no better a school; as much of a past.
func (t Tastes) again(a tasted, is Traits) bool {
	switch a.why {
	case "age":
		was, now := a.other.BornIn-t.me.BornIn, is.BornIn-t.me.BornIn
		return is.BornIn > 0 && (was > 0 && now >= was || was < 0 && now <= was)
	case "place":
		return is.City != 0 && is.City != t.me.City && (is.City == a.other.City || is.City/10000 != t.me.City/10000)
	case "work":
		return is.Education > 0 && is.Education <= a.other.Education
	case "marital":
		return is.Marital > 1 && a.other.Marital > 1
	}
	return false
}

// alike is what speaks for somebody who is much like one they said yes to.
func (t Tastes) alike(liked, is Traits) int {
	if apart := liked.BornIn - is.BornIn; is.BornIn > 0 && apart*apart <= 4 && liked.Education == is.Education && liked.City == is.City {
		return tasteYes
	}
	return 0
}
