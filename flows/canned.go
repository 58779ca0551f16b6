package flows

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// 话术: replies that the agency has ready. A colleague finds one by its words, sees
// it with the fields filled in for the client who is current, and sends it by a
// press; the guard reads it like anything else. Supervisors write them, here in the
// chat, and every version is kept. It is played in testdata/canned.zh-CN.chat.

// The most of a reply, in letters.
const (
	longestTitle  = 20
	longestCanned = 1000
)

// mostCanned is how many replies are offered at once: their numbers have to fit
// into a card's ref.
const mostCanned = 4

var (
	openCanned       = regexp.MustCompile(`^(?:/?(?:话术|話術|canned))(?:[\s:：]+(.*))?$`)
	writeCannedWords = templates.NewWords("open.write_canned")

	titleCanned      = templates.New[none]("title.canned")
	titleWriteCanned = templates.New[none]("title.write_canned")

	cannedListText = templates.New[cannedFound]("canned.list")
	cannedText     = templates.New[cannedView]("canned.one")

	sayNoCanned      = templates.New[cannedFound]("canned.none")
	sayCannedDropped = templates.New[none]("canned.dropped")
	sayCannedGone    = templates.New[string]("canned.gone")
	sayCannedEmpty   = templates.New[string]("canned.empty_field") // about the field
)

// cannedFound is what a search has found.
type cannedFound struct {
	Search string
	Titles []string
	More   int
	Boss   bool
}

// cannedView is a reply as it would go to the client.
type cannedView struct {
	Number, Title, Words string
	Version              int
	To                   string // the client's code; empty: nobody is current
	Empty                string // a field that has nothing to say
	Ready                bool   // it can be sent
	Boss                 bool
}

// cannedSearch is what is looked for; false: these words ask for no replies.
func cannedSearch(text string) (string, bool) {
	m := openCanned.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return "", false
	}
	return strings.TrimSpace(m[1]), true
}

// cannedReplies finds replies.
func cannedReplies(s Settings) dialog.Flow[none] {
	return dialog.Flow[none]{
		Name:    "canned",
		Title:   titleCanned,
		Reads:   func(text string) bool { _, ok := cannedSearch(text); return ok },
		Staff:   who(SendCanned),
		Always:  true,
		Passing: true,
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			search, _ := cannedSearch(t.Event.Text)
			return dialog.End, s.findCanned(t, search)
		},
	}
}

func (s Settings) findCanned(t *dialog.Turn, search string) error {
	me, _ := t.Staff()
	all, err := t.Records.CannedReplies()
	if err != nil {
		return err
	}
	all = cannedWith(all, search)
	v := cannedFound{Search: search, Boss: isBoss(me), More: max(len(all)-mostCanned, 0)}
	var refs []string
	for _, c := range all[:min(len(all), mostCanned)] {
		v.Titles = append(v.Titles, c.Title)
		refs = append(refs, strconv.FormatInt(c.Reply, 36))
	}
	if len(refs) == 0 {
		t.Say(sayNoCanned.With(v))
		return nil
	}
	t.Say(cannedList(s).For(strings.Join(refs, "."), v))
	return nil
}

// cannedWith keeps the replies that have all the words, those with them in the title
// first.
func cannedWith(all []store.Canned, search string) []store.Canned {
	words := strings.Fields(strings.ToLower(search))
	has := func(text string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(strings.ToLower(text), w) })
	}
	all = slices.DeleteFunc(all, func(c store.Canned) bool { return !has(c.Title + " " + c.Words) })
	slices.SortStableFunc(all, func(a, b store.Canned) int {
		return map[bool]int{true: 0, false: 1}[has(a.Title)] - map[bool]int{true: 0, false: 1}[has(b.Title)]
	})
	return all
}

// cannedList offers what was found. Its ref holds the replies' numbers.
func cannedList(s Settings) dialog.Card[cannedFound] {
	return dialog.Card[cannedFound]{Text: cannedListText, Staff: who(SendCanned), Hear: func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		refs := strings.Split(ref, ".")
		_, i, ok := templates.Index(choice)
		if !ok || i >= len(refs) {
			return gone(t, store.ErrNotFound)
		}
		n, err := strconv.ParseInt(refs[i], 36, 64)
		if err != nil {
			return gone(t, store.ErrNotFound)
		}
		return s.showCanned(t, store.Canned{Reply: n}.Number())
	}}
}

// showCanned shows a reply as it would go to the client who is current.
func (s Settings) showCanned(t *dialog.Turn, number string) error {
	me, _ := t.Staff()
	c, err := t.Records.Canned(number)
	if err = only(!c.Gone, err); err != nil {
		return gone(t, err)
	}
	v := cannedView{Number: c.Number(), Title: c.Title, Words: c.Words, Version: c.Version, Boss: isBoss(me)}
	ref := c.Number()
	to, certain, err := s.talkHere(t, me)
	if err != nil {
		return err
	}
	if certain {
		v.To, ref = to.Client.Code(), ref+" "+to.Number()
		v.Words, v.Empty = s.fillIn(c, to)
		v.Ready = v.Empty == ""
	}
	t.Say(cannedCard(s).For(ref, v))
	return nil
}

// talkHere is the talk to which a colleague's words go now: the topic's, or the
// current one.
func (s Settings) talkHere(t *dialog.Turn, me store.Staff) (h store.Handoff, certain bool, err error) {
	if !inTopic(t.Event.From) {
		talks, err := deskTalks(t, me)
		if err != nil {
			return h, false, err
		}
		return aim(t, me, talks)
	}
	h, _, err = talkInTopic(t)
	return h, err == nil && h.Of(me) && h.Desk == t.Event.From, err
}

// cannedFields are what a reply may have filled in, and what they are called in Chinese.
var cannedFields = map[string]string{"客户": "client", "我": "me", "时间": "hours", "地址": "place"}

var fieldForm = regexp.MustCompile(`\s*[{｛]\s*([^{}｛｝\s]{1,12})\s*[}｝]`)

// fillIn puts in what the fields stand for; empty names one that stands for
// nothing. Only a client whose name we do not know is left out.
func (s Settings) fillIn(c store.Canned, to store.Handoff) (words, empty string) {
	a := s.Agency(to.Client.Lang)
	values := map[string]string{"client": to.Client.Name, "me": to.Staff.Name, "hours": a.Hours, "place": a.Place}
	words = fieldForm.ReplaceAllStringFunc(c.Words, func(found string) string {
		name := fieldName(fieldForm.FindStringSubmatch(found)[1])
		field := strings.TrimLeft(found, " \n")
		switch {
		case values[name] != "":
			return strings.TrimSuffix(found, field) + values[name]
		case name != "client":
			empty = field
		}
		return ""
	})
	return words, empty
}

// fieldName is a field as it is called here; empty: there is none of that name.
func fieldName(name string) string {
	name = strings.ToLower(name)
	if own := cannedFields[name]; own != "" {
		return own
	}
	for _, own := range cannedFields {
		if own == name {
			return own
		}
	}
	return ""
}

// cannedCard is a reply, ready to be sent. Its ref is the reply's number and the
// hand-off's.
func cannedCard(s Settings) dialog.Card[cannedView] {
	return dialog.Card[cannedView]{Text: cannedText, Staff: who(SendCanned), Hear: s.pressCanned}
}

func (s Settings) pressCanned(t *dialog.Turn, ref, choice string) error {
	me, _ := t.Staff()
	number, talk, _ := strings.Cut(ref, " ")
	c, err := t.Records.Canned(number)
	if err != nil {
		return gone(t, err)
	}
	switch {
	case choice == "drop":
		t.Say(sayCannedDropped.With(none{}))
		return nil
	case choice == "edit" && isBoss(me):
		t.OpenAbout(writeCannedFlow, number)
		return nil
	case choice == "remove" && isBoss(me):
		c.Gone = true
		if _, err := t.Records.SaveCanned(c, me); err != nil {
			return err
		}
		t.Say(sayCannedGone.With(c.Number()))
		return nil
	case choice != "send":
		return nil // a supervisor's button, pressed by who is none any more
	}
	h, err := t.Records.Handoff(talk)
	if err != nil {
		return gone(t, err)
	}
	if !h.Of(me) {
		t.Say(sayNotWithYou.With(h.Client.Code()))
		return nil
	}
	words, empty := s.fillIn(c, h)
	if empty != "" {
		t.Say(sayCannedEmpty.With(empty))
		return nil
	}
	return s.sayTo(t, me, h, store.Words{Lines: strings.Split(words, "\n")}, false)
}

// writeCannedFlow is opened by a card, and by words.
const writeCannedFlow = "write_canned"

// draft is a reply that is being written.
type draft struct {
	Reply        int64
	Title, Words string
	Number       string // of the one that is changed; empty: it is new
}

var (
	askCannedTitle = templates.New[draft]("canned.title")
	askCannedWords = templates.New[draft]("canned.words")
	askCannedCheck = templates.New[draft]("canned.check")

	sayCannedSaved  = templates.New[store.Canned]("canned.saved")
	sayCannedField  = templates.New[string]("canned.odd_field")
	sayCannedUnfit  = templates.New[string]("canned.unfit") // about what the guard found
	sayCannedThrown = templates.New[none]("canned.thrown")
)

// writeCanned writes a reply, or a new version of one.
func writeCanned(s Settings) dialog.Flow[draft] {
	return dialog.Flow[draft]{
		Name:   writeCannedFlow,
		Title:  titleWriteCanned,
		Opens:  writeCannedWords,
		Staff:  who(WriteCanned),
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin: func(t *dialog.Turn, d *draft) (dialog.Move, error) {
			c, err := t.Records.Canned(t.Paper())
			if errors.Is(err, store.ErrNotFound) {
				return dialog.Next, nil
			}
			d.Reply, d.Title, d.Words, d.Number = c.Reply, c.Title, c.Words, c.Number()
			return dialog.Next, err
		},
		Steps: []dialog.Step[draft]{
			{Name: "title", Ask: askCannedTitle, Want: dialog.Button.Or(dialog.Text(1, longestTitle)), Hear: func(t *dialog.Turn, d *draft) (dialog.Move, error) {
				if t.Choice() == "" {
					d.Title = strings.Join(strings.Fields(t.Text()), " ")
				}
				return dialog.Next, nil
			}},
			{Name: "words", Ask: askCannedWords, Want: dialog.Text(1, longestCanned), Hear: takeCannedWords(s)},
			{Name: "check", Ask: askCannedCheck, Want: dialog.Button, Hear: saveCanned, To: []dialog.StepName{"title", "words"}},
		},
	}
}

// takeCannedWords takes words with fields that there are, and nothing in them that
// the guard would stop.
func takeCannedWords(s Settings) func(*dialog.Turn, *draft) (dialog.Move, error) {
	return func(t *dialog.Turn, d *draft) (dialog.Move, error) {
		words := t.Text()
		for _, m := range fieldForm.FindAllStringSubmatch(words, -1) {
			if fieldName(m[1]) == "" {
				return t.Wrong(sayCannedField.With(strings.TrimSpace(m[0]))), nil
			}
		}
		if found := s.Guard().Check(words); len(found) > 0 {
			return t.Wrong(sayCannedUnfit.With(words[found[0].From:found[0].To])), nil
		}
		d.Words = words
		return dialog.Next, nil
	}
}

func saveCanned(t *dialog.Turn, d *draft) (dialog.Move, error) {
	me, _ := t.Staff()
	switch t.Choice() {
	case "title", "words":
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	case "drop":
		t.Say(sayCannedThrown.With(none{}))
		return dialog.End, nil
	}
	c, err := t.Records.SaveCanned(store.Canned{Reply: d.Reply, Title: d.Title, Words: d.Words}, me)
	if err == nil {
		t.Say(sayCannedSaved.With(c))
	}
	return dialog.End, err
}
