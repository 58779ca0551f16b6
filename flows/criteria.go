package flows

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/measure"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// criteria asks a seeker what they wish of a partner, must and prefer apart: first
// how much each thing counts, then what it should be. What does not matter is not
// asked further. Every answer is in the records at once. It is played in
// testdata/criteria.*.chat.
var criteria = dialog.Flow[wishing]{
	Name:  "criteria",
	Title: templates.New[none]("title.criteria"),
	Opens: templates.NewWords("open.criteria"),
	Idle:  24 * time.Hour,
	Keeps: true,
	Needs: needsRegistration,
	Begin: beginCriteria,
	Ready: readyCriteria,
	Steps: wishSteps(),
}

// wishing is where the conversation stands. Pending is how much the thing that is
// being asked counts.
type wishing struct {
	Pending store.Weight `json:",omitempty"`
	Asking  string       `json:",omitempty"` // what Pending is about

	C      store.Criteria  `json:"-"`
	At     dialog.StepName `json:"-"`
	Lang   string          `json:"-"`
	Wishes []wishView      `json:"-"`
	AtHome bool            `json:"-"` // we know where they live
	List   string          `json:"-"` // all of it in words
}

// wish is one criterion: its two questions, and how an answer is read.
type wish struct {
	name string
	of   func(*store.Criteria) *store.Wish
	want dialog.Want
	read func(*dialog.Turn, *store.Wish) (ok bool)

	kinds map[string][]string // by button: what they may be, of one of the store's lists
}

var wishes = []wish{
	{"age", func(c *store.Criteria) *store.Wish { return &c.Age }, dialog.Button.Or(dialog.Text(1, 60)), readAges, nil},
	{"height", func(c *store.Criteria) *store.Wish { return &c.Height }, dialog.Button.Or(dialog.Text(1, 60)), readHeights, nil},
	{"education", func(c *store.Criteria) *store.Wish { return &c.Education }, dialog.Button, readLeast, nil},
	{"income", func(c *store.Criteria) *store.Wish { return &c.Income }, dialog.Button.Or(dialog.Text(1, 60)), readIncome, nil},
	{"region", func(c *store.Criteria) *store.Wish { return &c.Region }, dialog.Button.Or(dialog.Text(1, 200)), readRegions, nil},
	{"marital", func(c *store.Criteria) *store.Wish { return &c.Marital }, dialog.Button, nil, map[string][]string{"never": {"never"}, "once": {"divorced", "widowed"}}},
	{"children", func(c *store.Criteria) *store.Wish { return &c.Children }, dialog.Button, nil, map[string][]string{"none": {"none"}, "apart": {"none", "elsewhere", "grown"}}},
	{"smoking", func(c *store.Criteria) *store.Wish { return &c.Smoking }, dialog.Button, nil, map[string][]string{"no": {"no"}, "some": {"no", "some"}}},
	{"drinking", func(c *store.Criteria) *store.Wish { return &c.Drinking }, dialog.Button, nil, map[string][]string{"no": {"no"}, "some": {"no", "some"}}},
}

var (
	// wish.names names the criteria, by its buttons.
	wishNames = templates.New[none]("wish.names")
	wishList  = templates.New[wishing]("wish.list")

	sayWishWrong  = templates.New[string]("wish.wrong") // about the criterion's name
	sayWishesKept = templates.New[wishing]("wish.saved")
)

// wishSteps asks, for each, whether it counts, and what it should be; then for
// anything else, and shows all.
func wishSteps() (steps []dialog.Step[wishing]) {
	var first []dialog.StepName
	for _, w := range wishes {
		weigh, value := dialog.StepName(w.name), dialog.StepName(w.name+"_is")
		steps = append(steps,
			dialog.Step[wishing]{Name: weigh, Ask: templates.New[wishing]("wish." + w.name), Want: dialog.Button, Pass: w.asked, Hear: w.weigh, To: []dialog.StepName{value}},
			dialog.Step[wishing]{Name: value, Ask: templates.New[wishing]("wish." + w.name + "_is"), Want: w.want, Pass: w.notPending, Hear: w.take},
		)
		first = append(first, weigh)
	}
	return append(steps,
		dialog.Step[wishing]{Name: "must_words", Ask: templates.New[wishing]("wish.must_words"), Want: dialog.Button.Or(dialog.Text(1, 500)), Pass: wordsAsked, Optional: true, Hear: takeMustWords},
		dialog.Step[wishing]{Name: "prefer_words", Ask: templates.New[wishing]("wish.prefer_words"), Want: dialog.Button.Or(dialog.Text(1, 500)), Pass: wordsAsked, Optional: true, Hear: takePreferWords, Skip: noPreferWords},
		dialog.Step[wishing]{Name: "check", Ask: templates.New[wishing]("wish.check"), Want: dialog.Button.Or(dialog.Text(1, 60)), Hear: checkWishes, To: append(first, "must_words", "prefer_words")},
	)
}

func (w wish) asked(d wishing) bool      { return w.of(&d.C).Asked() }
func (w wish) notPending(d wishing) bool { return d.Asking != w.name }

// beginCriteria goes to the first question that has no answer, or to the one that
// is to be answered anew.
func beginCriteria(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	err := readyCriteria(t, d, "")
	if name := t.Paper(); slices.ContainsFunc(wishes, func(w wish) bool { return w.name == name }) {
		return dialog.GoTo(dialog.StepName(name)), err
	}
	return dialog.Next, err
}

func readyCriteria(t *dialog.Turn, d *wishing, at dialog.StepName) (err error) {
	d.At, d.Lang = at, t.Lang()
	if d.C, err = t.Records.MyCriteria(); errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	if err != nil {
		return err
	}
	d.Wishes = wishesOf(d.C, d.Lang)
	d.List = t.Words(d.Lang, wishList.With(*d))
	p, err := t.Records.MyProfile()
	d.AtHome = p.Home.Code != 0 && region.Code(p.Home.Code) != region.Abroad
	if errors.Is(err, store.ErrNotFound) {
		err = nil
	}
	return err
}

// weigh takes how much the thing counts; when it does, what it should be is asked
// next.
func (w wish) weigh(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	weight := store.Weight(t.Choice())
	if weight == store.Any {
		*w.of(&d.C) = store.Wish{Weight: store.Any}
		d.Asking, d.Pending = "", ""
		return dialog.Next, t.Records.SaveCriteria(d.C)
	}
	d.Asking, d.Pending = w.name, weight
	return dialog.GoTo(dialog.StepName(w.name + "_is")), nil
}

func (w wish) take(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	value := store.Wish{Weight: d.Pending}
	if value.Weight == "" { // asked again by who goes back
		value.Weight = w.of(&d.C).Weight
	}
	read := w.read
	if w.kinds != nil {
		read = w.readKind
	}
	if !read(t, &value) {
		return t.Wrong(sayWishWrong.With(w.name)), nil
	}
	*w.of(&d.C) = value
	d.Asking, d.Pending = "", ""
	return dialog.Next, t.Records.SaveCriteria(d.C)
}

func readAges(t *dialog.Turn, w *store.Wish) bool { return readRange(t, w, 18, 90) }

func readHeights(t *dialog.Turn, w *store.Wish) bool { return readRange(t, w, 120, 230) }

// readRange reads a span that is typed, or a button of one: its ID is
// "from_to", "from_" or "_to" with a letter before it.
func readRange(t *dialog.Turn, w *store.Wish, least, most int) bool {
	var ok bool
	if id := t.Choice(); id != "" {
		from, to, _ := strings.Cut(id[1:], "_")
		w.From, _ = strconv.Atoi(from) // nothing is open
		w.To, _ = strconv.Atoi(to)
		return true
	}
	w.From, w.To, ok = measure.Range(t.Text())
	fits := func(n int) bool { return n == 0 || n >= least && n <= most }
	return ok && fits(w.From) && fits(w.To)
}

func readLeast(t *dialog.Turn, w *store.Wish) bool {
	w.Least = t.Choice()
	return true
}

func readIncome(t *dialog.Turn, w *store.Wish) bool {
	if w.Least = t.Choice(); w.Least != "" {
		return true
	}
	yuan, err := measure.Income(strings.NewReplacer("以上", "", "至少", "", "at least", "", "over", "", "起", "").Replace(t.Text()))
	w.Least = incomeBand(yuan)
	return err == nil
}

// readKind takes one of the kinds.
func (w wish) readKind(t *dialog.Turn, value *store.Wish) bool {
	value.OneOf = w.kinds[t.Choice()]
	return value.OneOf != nil
}

// kind is the button that stands for the value.
func (w wish) kind(value store.Wish) string {
	for id, kinds := range w.kinds {
		if slices.Equal(kinds, value.OneOf) {
			return id
		}
	}
	return ""
}

// readRegions reads places that are typed in one line, or that of the seeker's
// own home.
func readRegions(t *dialog.Turn, w *store.Wish) bool {
	if choice := t.Choice(); choice != "" {
		p, err := t.Records.MyProfile()
		home := region.Code(p.Home.Code)
		if err != nil || !home.Known() {
			return false
		}
		w.Places = []int{int(home.City())}
		if choice == "same_province" {
			w.Places = []int{int(home.Province())}
		}
		return true
	}
	for _, part := range strings.FieldsFunc(t.Text(), func(c rune) bool { return strings.ContainsRune(",，、;；/和或", c) }) {
		for _, c := range region.Find(part) {
			if c.IsCity() {
				c = c.City()
			}
			if !slices.Contains(w.Places, int(c)) && len(w.Places) < 10 {
				w.Places = append(w.Places, int(c))
			}
		}
	}
	return len(w.Places) > 0
}

func wordsAsked(d wishing) bool { return d.C.WordsAsked }

func takeMustWords(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	d.C.MustWords = t.Text()
	return dialog.Next, t.Records.SaveCriteria(d.C)
}

func takePreferWords(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	d.C.PreferWords, d.C.WordsAsked = t.Text(), true
	return dialog.Next, t.Records.SaveCriteria(d.C)
}

func noPreferWords(t *dialog.Turn, d *wishing) error {
	d.C.WordsAsked = true
	return t.Records.SaveCriteria(d.C)
}

// checkWishes ends, or goes to what is to be changed.
func checkWishes(t *dialog.Turn, d *wishing) (dialog.Move, error) {
	id := t.Choice()
	if id == "" {
		id = t.ChoiceIn(wishNames.With(none{}), strings.TrimPrefix(t.Text(), "改"))
	}
	switch {
	case id == "done":
		t.Say(sayWishesKept.With(*d))
		return dialog.End, nil
	case id == "":
		return t.Wrong(sayWhichUnclear.With(none{})), nil
	}
	return dialog.Visit(dialog.StepName(id)), nil
}

// wishView is one criterion for the texts.
type wishView struct {
	Name   string
	Must   bool
	Any    bool
	Kind   string // the button that stands for what they may be
	Places string
	From   int
	To     int
	Least  string
}

// wishesOf lists what was answered, what must be first.
func wishesOf(c store.Criteria, lang string) (all []wishView) {
	for _, weight := range []store.Weight{store.Must, store.Prefer, store.Any} {
		for _, w := range wishes {
			value := *w.of(&c)
			if value.Weight != weight {
				continue
			}
			v := wishView{Name: w.name, Must: weight == store.Must, Any: weight == store.Any, Kind: w.kind(value), From: value.From, To: value.To, Least: value.Least}
			var places []string
			for _, p := range value.Places {
				places = append(places, region.Code(p).Short(lang))
			}
			v.Places = strings.Join(places, map[bool]string{true: "、", false: ", "}[lang == "zh-CN"])
			all = append(all, v)
		}
	}
	return all
}

// Progress is how far the questions have come: "3/11".
func (d wishing) Progress() string {
	const words = 2
	at := slices.IndexFunc(wishes, func(w wish) bool { return strings.TrimSuffix(string(d.At), "_is") == w.name }) + 1
	switch d.At {
	case "must_words":
		at = len(wishes) + 1
	case "prefer_words":
		at = len(wishes) + words
	}
	return fmt.Sprintf("%d/%d", at, len(wishes)+words)
}

// Musts, Prefers and Rest part the wishes by their weight.
func (d wishing) Musts() []wishView { return wishesBy(d.Wishes, true, false) }

// Prefers are what would be nice.
func (d wishing) Prefers() []wishView { return wishesBy(d.Wishes, false, false) }

// Rest is what does not matter.
func (d wishing) Rest() []wishView { return wishesBy(d.Wishes, false, true) }

func wishesBy(all []wishView, must, anyOf bool) (some []wishView) {
	for _, w := range all {
		if w.Must == must && w.Any == anyOf {
			some = append(some, w)
		}
	}
	return some
}

// Musts, Prefers and Rest are the same for the matchmaker.
func (v seekerView) Musts() []wishView { return wishesBy(v.Wishes, true, false) }

// Prefers are what would be nice.
func (v seekerView) Prefers() []wishView { return wishesBy(v.Wishes, false, false) }

// Rest is what does not matter.
func (v seekerView) Rest() []wishView { return wishesBy(v.Wishes, false, true) }
