package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// A search goes through the candidates lot by lot, beginning at another lot every
// day, until it has met enough who fit: so its work is bounded, and nobody is never
// met. First come those near by, then everybody. Musts are compared in SQL, over two
// indexes that hold what rules most people out; who is left is scored (score.go).

// Search is how a matchmaker narrows the search for a client, or widens it.
type Search struct {
	Wider     int    `json:",omitempty"` // years, at both ends of the client's wish
	SameCity  bool   `json:",omitempty"`
	Least     string `json:",omitempty"` // education, of Educations
	Childless bool   `json:",omitempty"`

	Taste Taste `json:"-"` // nil: as TasteOf reads it
}

// Taste is what a client's answers to earlier recommendations say of somebody:
// points, fewer than none for what they declined.
type Taste interface{ Points(Traits) int }

// Match is somebody who fits a client, and whom the client fits.
type Match struct {
	Client  int64 // the person
	Score   int
	Reasons []Reason // what the score is made of, the weightiest first
}

// Found is what a search came to, the best first.
type Found struct {
	Matches []Match
	More    bool // there are others, whom it did not look at
}

// Cost is a must, and how many more would fit without it.
type Cost struct {
	Must string // of WishNames, or of the search: "city", "least", "childless"; "theirs": what they must have, and the client is not
	More int
}

// reader reads without a turn's locks.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// reading reads what has been committed, where a search does not hold up SQLite's
// only writer, and in the turn's own transaction on a server, where a second
// connection could be waited for in vain.
func (tx *Tx) reading() reader {
	if tx.sql != nil && tx.s.dialect.name != "sqlite" {
		return tx.sql
	}
	return tx.s.read
}

// How many who fit are enough: near by, and anywhere. mostMet bounds what one
// question to the database gives.
const (
	enoughNear = 150
	enoughFar  = 250
	mostMet    = 1000
)

// condition is something that must hold of a candidate, in SQL and in Go.
type condition struct {
	name  string
	where string
	args  []any
	holds func(r candidateRow, age int) bool
}

// finder is one search.
type finder struct {
	tx     *Tx
	me     candidateRow
	age    int // of the client
	search Search
	musts  []condition
	apart  map[int64]bool
}

// FindCandidates finds who fits a client and whom the client fits, in all musts of
// both, at most limit. Who is hindered (Hindrance), or kept apart from the client,
// is never among them; what this turn has changed does not count yet. ErrNotFound:
// the client cannot be proposed to anybody; Hindrance says why.
func (tx *Tx) FindCandidates(client int64, s Search, limit int) (Found, error) {
	f, err := tx.finder(client, s)
	if err != nil {
		return Found{}, err
	}
	met, all, err := f.meet()
	if err != nil {
		return Found{}, err
	}
	found := Found{More: !all}
	for _, c := range met {
		score, reasons := f.score(c)
		found.Matches = append(found.Matches, Match{c.row.ClientID, score, reasons})
	}
	slices.SortFunc(found.Matches, func(a, b Match) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(lotOf(a.Client^f.today()), lotOf(b.Client^f.today())), cmp.Compare(a.Client, b.Client))
	})
	if len(found.Matches) > limit {
		found.Matches, found.More = found.Matches[:limit], true
	}
	return found, nil
}

// Match looks at two clients once more, as they are now. ErrNotFound: they do not
// fit, or not any more.
func (tx *Tx) Match(client, other int64, s Search) (Match, error) {
	f, err := tx.finder(client, s)
	if err != nil {
		return Match{}, err
	}
	if why, err := tx.Hindrance(other); err != nil || why != NotHindered || f.apart[other] {
		return Match{}, cmp.Or(err, wrap("match clients", ErrNotFound))
	}
	return f.match(other)
}

// Common is what speaks for two who are being brought together, and are therefore
// proposed to each other no more. ErrNotFound: they do not fit any more.
func (tx *Tx) Common(client, other int64) ([]Reason, error) {
	f, err := tx.finder(client, Search{})
	if err != nil {
		return nil, err
	}
	f.apart = nil
	m, err := f.match(other)
	return m.Reasons, err
}

func (f *finder) match(other int64) (Match, error) {
	rows, err := f.rows("client_id = ? AND gender = ?", other, f.partner())
	if err != nil {
		return Match{}, err
	}
	fit, err := f.fitting(rows, 0)
	if err != nil || len(fit) == 0 {
		return Match{}, cmp.Or(err, wrap("match clients", ErrNotFound))
	}
	score, reasons := f.score(fit[0])
	return Match{other, score, reasons}, nil
}

// Costs says which must, the client's, the search's or the others', keeps how many
// away who meet all the rest, the most first. At least: there may be more of each.
func (tx *Tx) Costs(client int64, s Search) (costs []Cost, atLeast bool, err error) {
	f, err := tx.finder(client, s)
	if err != nil {
		return nil, false, err
	}
	met, all, err := f.walk("candidates_by_age", 1, enoughFar, nil)
	if err != nil {
		return nil, false, err
	}
	more := map[string]int{}
	for _, c := range met {
		for _, must := range f.musts {
			if !must.holds(c.row, c.age) {
				more[must.name]++
			}
		}
	}
	for _, must := range f.musts {
		if n := more[must.name]; n > 0 {
			costs = append(costs, Cost{must.name, n})
		}
	}
	slices.SortStableFunc(costs, func(a, b Cost) int { return b.More - a.More })
	return costs, !all, nil
}

func (tx *Tx) finder(client int64, s Search) (*finder, error) {
	f := &finder{tx: tx, search: s}
	rows, err := f.rows("client_id = ? AND findable = 1", client)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, wrap("find candidates", ErrNotFound)
	}
	f.me = rows[0]
	p, err := tx.Profile(client)
	if err != nil {
		return nil, err
	}
	f.age, _ = ageOn(p.Born, tx.now)
	f.me.Must, f.me.Like = f.me.Must.wider(s.Wider), f.me.Like.wider(s.Wider)
	if f.apart, err = tx.apartFrom(client); err != nil {
		return nil, err
	}
	if f.search.Taste == nil {
		f.search.Taste, err = tx.TasteOf(client)
	}
	f.setMusts()
	return f, err
}

func (f *finder) today() int64 { return int64(dayOf(f.tx.now)) }

// partner is the code of the gender of whom the client seeks (Civil Code 1046: a
// man and a woman).
func (f *finder) partner() int { return 3 - f.me.Is.Gender }

func (f *finder) setMusts() {
	for _, r := range wishRules {
		if !r.asked(f.me.Must) {
			continue
		}
		where, args := r.where(f.me.Must, f.tx.now.Year())
		f.musts = append(f.musts, condition{r.name, where, args, func(c candidateRow, age int) bool { return r.met(f.me.Must, c.Is, age) }})
	}
	if f.search.SameCity {
		f.musts = append(f.musts, condition{"city", "city = ?", []any{f.me.Is.City}, func(c candidateRow, _ int) bool { return c.Is.City == f.me.Is.City }})
	}
	if least := code(Educations, f.search.Least); least > 0 {
		f.musts = append(f.musts, condition{"least", "education >= ?", []any{least}, func(c candidateRow, _ int) bool { return c.Is.Education >= least }})
	}
	if f.search.Childless {
		none := code(ChildrenKinds, "none")
		f.musts = append(f.musts, condition{"childless", "children = ?", []any{none}, func(c candidateRow, _ int) bool { return c.Is.Children == none }})
	}
	where, args := theirMusts(f.me.Is, f.age)
	f.musts = append(f.musts, condition{"theirs", where, args, func(c candidateRow, _ int) bool {
		_, missed := c.Must.meets(f.me.Is, f.age)
		return len(missed) == 0
	}})
}

// meet goes through those near by, and then, unless only they are wanted, through
// all. all says that nobody was left out.
func (f *finder) meet() (met []candidate, all bool, err error) {
	places := f.me.Must.places()
	if len(places) == 0 {
		if places = f.me.Like.places(); len(places) == 0 && f.me.Is.City != 0 {
			places = []int{f.me.Is.City}
		}
	}
	only := f.me.Must.Places != "" || f.search.SameCity && f.me.Is.City != 0
	if f.search.SameCity {
		places = []int{f.me.Is.City}
	}
	if len(places) > 0 {
		where, args := inPlaces(places)
		enough := enoughNear
		if only {
			enough = enoughFar
		}
		if met, all, err = f.walk("candidates_by_city", 0, enough, &condition{where: where, args: args}); err != nil || only {
			return met, all, err
		}
	}
	far, all, err := f.walk("candidates_by_age", 0, enoughFar, nil)
	for _, c := range far {
		if !slices.ContainsFunc(met, func(o candidate) bool { return o.row.ClientID == c.row.ClientID }) {
			met = append(met, c)
		}
	}
	return met, all, err
}

// strides are how many lots one question takes: few at first, for whom many fit.
var strides = []int{4, 12, 48, lots - 64}

// walk goes through the lots until it has met enough candidates who miss exactly so
// many of the musts. all says that it came to the end.
func (f *finder) walk(index string, miss, enough int, within *condition) (met []candidate, all bool, err error) {
	where, args := f.where(miss)
	if within != nil {
		where, args = within.where+" AND "+where, append(slices.Clone(within.args), args...)
	}
	lot := lotOf(f.me.ClientID*31 + f.today())
	for _, stride := range strides {
		var some []string
		for range stride {
			some = append(some, listed(lot)[1:])
			lot = (lot + 1) % lots
		}
		in := "lot IN (" + strings.TrimSuffix(strings.Join(some, ""), ",") + ")"
		rows, err := f.rowsBy(index, in+" AND "+where, args...)
		if err != nil {
			return nil, false, err
		}
		fit, err := f.fitting(rows, miss)
		if err != nil {
			return nil, false, err
		}
		if met = append(met, fit...); len(met) >= enough || len(rows) == mostMet {
			return met, false, nil
		}
	}
	return met, true, nil
}

// where is the condition for rows that miss at most so many of the musts.
func (f *finder) where(miss int) (string, []any) {
	var all []string
	var args []any
	for _, m := range f.musts {
		all, args = append(all, "("+m.where+")"), append(args, m.args...)
	}
	if miss == 0 {
		return strings.Join(all, " AND "), args
	}
	return strings.Join(all, " + ") + " >= ?", append(args, len(f.musts)-miss)
}

// rowsBy reads findable candidates over one of the indexes: without statistics the
// databases choose the wrong one.
func (f *finder) rowsBy(index, where string, args ...any) ([]candidateRow, error) {
	return f.query(f.tx.s.dialect.by(index)+" WHERE findable = 1 AND gender = ? AND "+where+" LIMIT ?", slices.Concat([]any{f.partner()}, args, []any{mostMet})...)
}

func (f *finder) rows(where string, args ...any) ([]candidateRow, error) {
	return f.query(" WHERE "+where, args...)
}

func (f *finder) query(rest string, args ...any) (all []candidateRow, err error) {
	rows, err := f.tx.reading().QueryContext(f.tx.ctx, "SELECT "+candidateColumns+" FROM candidates"+rest, args...)
	if err != nil {
		return nil, wrap("find candidates", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r candidateRow
		if err := rows.Scan(r.fields()...); err != nil {
			return nil, wrap("find candidates", err)
		}
		all = append(all, r)
	}
	return all, wrap("find candidates", rows.Err())
}

// candidateColumns are what a search reads of a row, fields where it goes.
var candidateColumns = func() string {
	wants := []string{"age_from", "age_to", "height_from", "height_to", "education", "income", "marital", "children", "smoking", "drinking", "places"}
	all := []string{"client_id", "profile_id", "gender", "born_in", "height", "education", "city", "registered", "marital", "children", "smoking", "drinking", "income", "hobbies", "changed_on"}
	for _, weight := range []string{"must_", "like_"} {
		for _, w := range wants {
			all = append(all, weight+w)
		}
	}
	return strings.Join(all, ", ")
}()

func (r *candidateRow) fields() []any {
	is := &r.Is
	all := []any{
		&r.ClientID, &r.ProfileID, &is.Gender, &is.BornIn, &is.Height, &is.Education, &is.City, &is.Registered, &is.Marital, &is.Children,
		&is.Smoking, &is.Drinking, &is.Income, &is.Hobbies, &is.ChangedOn,
	}
	for _, w := range []*wants{&r.Must, &r.Like} {
		all = append(all, &w.AgeFrom, &w.AgeTo, &w.HeightFrom, &w.HeightTo, &w.Education, &w.Income, &w.Marital, &w.Children, &w.Smoking, &w.Drinking, &w.Places)
	}
	return all
}

// candidate is somebody whom a search has met, and how old they are.
type candidate struct {
	row candidateRow
	age int
}

// fitting are those who miss exactly so many of the musts, none of them kept
// apart. Where the year of birth does not tell, the birthday is opened.
func (f *finder) fitting(rows []candidateRow, miss int) (fit []candidate, err error) {
	ages, err := f.ages(rows)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		missed := 0
		for _, m := range f.musts {
			if !m.holds(r, ages[r.ClientID]) {
				missed++
			}
		}
		if missed == miss && !f.apart[r.ClientID] {
			fit = append(fit, candidate{r, ages[r.ClientID]})
		}
	}
	return fit, nil
}

// ages are the ages of candidates; exact where the client's wishes depend on it.
func (f *finder) ages(rows []candidateRow) (map[int64]int, error) {
	ages, border := map[int64]int{}, map[int64]int64{}
	for _, r := range rows {
		older := f.tx.now.Year() - r.Is.BornIn
		ages[r.ClientID] = older
		if f.tellsApart(older-1, older) {
			border[r.ProfileID] = r.ClientID
		}
	}
	if len(border) == 0 {
		return ages, nil
	}
	return ages, f.openAges(border, ages)
}

// tellsApart says that the client wishes for one of two ages and not for the other.
func (f *finder) tellsApart(one, other int) bool {
	return slices.ContainsFunc([]wants{f.me.Must, f.me.Like}, func(w wants) bool {
		in := func(age int) bool { return age >= w.AgeFrom && age <= w.AgeTo }
		return in(one) != in(other)
	})
}

// openAges reads birthdays, by the chat under which each profile stands.
func (f *finder) openAges(border map[int64]int64, ages map[int64]int) error {
	var chats []int64
	for chat := range border {
		chats = append(chats, chat)
	}
	rows, err := f.tx.reading().QueryContext(f.tx.ctx, "SELECT client_id, facts, facts_key FROM profiles WHERE client_id IN ("+numbers(chats)+")")
	if err != nil {
		return wrap("read birthdays", err)
	}
	defer rows.Close()
	for rows.Next() {
		var row profileRow
		var born struct{ Born string }
		if err := rows.Scan(&row.ClientID, &row.Facts, &row.FactsKey); err != nil {
			return wrap("read birthdays", err)
		}
		if err := f.tx.s.box.OpenJSON(profilePlace(row.FactsKey), row.Facts, &born); err != nil {
			return err
		}
		if age, ok := ageOn(born.Born, f.tx.now); ok {
			ages[border[row.ClientID]] = age
		}
	}
	return wrap("read birthdays", rows.Err())
}

// monthsAgo is how long ago a day was, in months of thirty days.
func monthsAgo(day int, now time.Time) int { return (dayOf(now) - day) / 30 }
