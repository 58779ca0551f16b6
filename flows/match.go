package flows

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A matchmaker asks who might suit a client: "匹配 12", /match K-000012, or a press
// on the client's card. Those whose musts hold in both directions come in pages,
// the best first, each with what speaks for them and without what would tell who
// they are. Nothing is sent to anybody: whom the matchmaker chooses is put on the
// client's shortlist (match_card.go). It is played in testdata/match.*.chat.
var matches = dialog.Flow[matching]{
	Name:    "match",
	Title:   templates.New[none]("title.match"),
	Reads:   func(text string) bool { _, ok := matchCode(text); return ok },
	Staff:   who(FindMatches),
	Always:  true,
	Fresh:   true,
	Passing: true,
	Begin:   beginMatching,
	Ready:   readyMatching,
	Steps: []dialog.Step[matching]{
		{Name: "list", Ask: templates.New[matching]("match.list"), Want: dialog.Button.Or(dialog.Text(1, 60)), Hear: hearMatching},
	},
}

// matchFlow is opened by a client's card too.
const matchFlow = "match"

// matching is a search and how far its pages have been turned. Whom it found
// stays as it was, so that pages do not shift while they are read; each page tells
// them as they are now.
type matching struct {
	Client  string
	Search  store.Search
	Found   []int64 // persons, the best first
	Any     bool    // there are more than these
	Page    int     // from 0
	Costs   []store.Cost
	AtLeast bool // Costs are not counted to the end

	Shown  []candidateView `json:"-"`
	Wishes bool            `json:"-"` // the client has said what they wish
	Listed int             `json:"-"` // on the shortlist
}

const (
	perPage   = 5
	mostFound = 50
	someYears = 3 // by which ages are widened
)

var (
	sayMatchWhom    = templates.New[none]("match.whom")
	sayMatchLater   = templates.New[none]("match.later") // while they talk with a client
	sayMatchUnclear = templates.New[none]("match.unclear")
	sayMatchDone    = templates.New[string]("match.done")
	sayHindered     = templates.New[hindered]("match.hindered")
	sayNotYourMatch = templates.New[othersClient]("match.not_yours")
)

type hindered struct{ Client, Why, Standing string }

var matchForm = regexp.MustCompile(`^(?:/match|match|匹配|配对|匹配对象)(?: ?:? ?(?:client|客户|客戶)? ?(?:k ?-? ?)?([0-9]{1,9}))?$`)

// matchCode reads the words that ask for candidates: whose, or empty.
func matchCode(text string) (code string, ok bool) {
	m := matchForm.FindStringSubmatch(templates.Fold(text))
	if m == nil || m[1] == "" {
		return "", m != nil
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	return codeOfPerson(n), err == nil
}

// codeOfPerson is how staff call a person.
func codeOfPerson(id int64) string { return fmt.Sprintf("K-%06d", id) }

func beginMatching(t *dialog.Turn, d *matching) (dialog.Move, error) {
	if d.Client = t.Paper(); d.Client == "" {
		d.Client, _ = matchCode(t.Event.Text)
	}
	switch {
	case t.Attended(): // the next words are the client's
		t.Say(sayMatchLater.With(none{}))
		return dialog.End, nil
	case d.Client == "":
		t.Say(sayMatchWhom.With(none{}))
		return dialog.End, nil
	}
	c, ok, err := matchable(t, d.Client)
	if !ok || err != nil {
		return dialog.End, err
	}
	d.Client = c.Code()
	return dialog.Next, d.search(t)
}

// matchable is the client for whom the colleague may look for candidates; who may
// not, or in vain, is told why.
func matchable(t *dialog.Turn, code string) (c store.Client, ok bool, err error) {
	if c, ok, err = ours(t, code); !ok || err != nil {
		return c, false, err
	}
	why, err := t.Records.Hindrance(c.ID)
	if err != nil {
		return c, false, err
	}
	if why != store.NotHindered {
		t.Say(sayHindered.With(hindered{c.Code(), string(why), c.Standing.String()}))
	}
	return c, why == store.NotHindered, nil
}

// ours is the client of that code, if there is one and they are nobody else's:
// a matchmaker looks after her own clients and those who have no matchmaker.
func ours(t *dialog.Turn, code string) (c store.Client, ok bool, err error) {
	c, err = t.Records.ClientByCode(code)
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayNoClient.With(none{}))
		return c, false, nil
	}
	if err != nil {
		return c, false, err
	}
	me, _ := t.Staff()
	owner, err := t.Records.Owner(c)
	if errors.Is(err, store.ErrNotFound) || err == nil && (owner.ID == me.ID || isBoss(me)) {
		return c, true, nil
	}
	if err == nil {
		t.RefuseWith("match for another's client", sayNotYourMatch.With(othersClient{c.Code(), owner.Name}))
	}
	return c, false, err
}

// search looks for candidates anew, and shows the first page of them.
func (d *matching) search(t *dialog.Turn) error {
	c, err := t.Records.ClientByCode(d.Client)
	if err != nil {
		return err
	}
	found, err := t.Records.FindCandidates(c.ID, d.Search, mostFound)
	if err != nil {
		return err
	}
	d.Found, d.Any, d.Page, d.Costs, d.AtLeast = nil, found.More, 0, nil, false
	for _, m := range found.Matches {
		d.Found = append(d.Found, m.Client)
	}
	if len(d.Found) == 0 {
		d.Costs, d.AtLeast, err = t.Records.Costs(c.ID, d.Search)
	}
	me, _ := t.Staff()
	return errors.Join(err, t.Records.NoteReveal(me, c.ID, store.RevealMatch), d.reveal(t))
}

// reveal keeps who was shown on the page, and for whom.
func (d *matching) reveal(t *dialog.Turn) error {
	me, _ := t.Staff()
	for _, other := range d.onPage() {
		if err := t.Records.NoteReveal(me, other, store.RevealCandidate+d.Client); err != nil {
			return err
		}
	}
	return nil
}

func (d *matching) onPage() []int64 {
	from := min(d.Page*perPage, len(d.Found))
	return d.Found[from:min(from+perPage, len(d.Found))]
}

func readyMatching(t *dialog.Turn, d *matching, _ dialog.StepName) error {
	c, err := t.Records.ClientByCode(d.Client)
	if err != nil {
		return err
	}
	d.Shown = nil
	for i, other := range d.onPage() {
		v, err := candidateOf(t, c, other, d.Search)
		if err != nil {
			return err
		}
		v.N = d.Page*perPage + i + 1
		d.Shown = append(d.Shown, v)
	}
	_, err = t.Records.Criteria(c.ID)
	if d.Wishes = err == nil; err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	list, err := t.Records.ShortlistOf(c.ID)
	d.Listed = len(list)
	return err
}

func hearMatching(t *dialog.Turn, d *matching) (dialog.Move, error) {
	if code, ok := matchCode(t.Text()); ok && t.Choice() == "" && code != "" {
		t.OpenAbout(matchFlow, code)
		return dialog.Stay, nil
	}
	c, ok, err := matchable(t, d.Client)
	if !ok || err != nil {
		return dialog.End, err
	}
	if _, i, each := templates.Index(t.Choice()); each && i < len(d.Shown) {
		t.Keep()
		return dialog.Stay, showCandidate(t, c, d.Shown[i].ID, d.Search)
	}
	switch choice := t.Choice(); choice {
	case "next", "prev":
		d.Page += map[string]int{"next": 1, "prev": -1}[choice]
		return dialog.Again, d.reveal(t)
	case "list":
		t.Keep()
		return dialog.Stay, showShortlist(t, c)
	case "done":
		t.Say(sayMatchDone.With(d.Client))
		return dialog.End, nil
	}
	if !d.narrow(t.Choice()) {
		return t.Wrong(sayMatchUnclear.With(none{})), nil
	}
	return dialog.Again, d.search(t)
}

// narrow turns one of the filters on or off; false: it is none.
func (d *matching) narrow(choice string) bool {
	on := slices.Contains([]string{"wider", "city", "college", "childless"}, choice)
	switch choice {
	case "wider", "strict":
		d.Search.Wider = map[bool]int{true: someYears}[on]
	case "city", "anywhere":
		d.Search.SameCity = on
	case "college", "any_school":
		d.Search.Least = map[bool]string{true: "bachelor"}[on]
	case "childless", "any_children":
		d.Search.Childless = on
	default:
		return false
	}
	return true
}

// Total is how many were found.
func (d matching) Total() int { return len(d.Found) }

// At and Pages are the page that is shown, from 1, and how many there are.
func (d matching) At() int { return d.Page + 1 }

// Pages is how many pages there are.
func (d matching) Pages() int { return (len(d.Found) + perPage - 1) / perPage }

// HasNext says that there is another page.
func (d matching) HasNext() bool { return d.At() < d.Pages() }

// HasPrev says that there is one before.
func (d matching) HasPrev() bool { return d.Page > 0 }

// Wider, City, College and Childless say which filters are on.
func (d matching) Wider() bool { return d.Search.Wider > 0 }

// City says that only the client's own city is looked at.
func (d matching) City() bool { return d.Search.SameCity }

// College says that a degree is wanted.
func (d matching) College() bool { return d.Search.Least != "" }

// Childless says that nobody with children is wanted.
func (d matching) Childless() bool { return d.Search.Childless }

// openMatch looks for candidates from a client's card.
func openMatch(t *dialog.Turn, client store.Client) error {
	if iMay(t, FindMatches) {
		t.OpenAbout(matchFlow, client.Code())
	}
	return nil
}
