package flows

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"redthread/bot/birth"
	"redthread/bot/dialog"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// candidateView is somebody as a matchmaker sees them for a client: neither name,
// nor employer, school, number and address, nor anything in their own words.
type candidateView struct {
	ID             int64
	N              int    // on the list
	Client, Other  string // for whom, and who
	Gone           bool   // they do not fit any more
	Listed         bool   // on the client's shortlist
	Lang           string
	Age, Photos    int
	P              store.Profile // what is shown of it
	City           string
	Score          int
	Reasons        []store.Reason
	Words, Because string // the same, in words
	Brief          string // the weightiest reasons in words
}

var (
	personText = templates.New[candidateView]("match.person")
	reasonText = templates.New[candidateView]("match.reasons")

	candidateText = templates.New[candidateView]("staff.candidate")
	apartText     = templates.New[candidateView]("staff.kept_apart")
	shortlistText = templates.New[shortlistView]("staff.shortlist")

	sayListed     = templates.New[candidateView]("match.listed")
	sayListFull   = templates.New[int]("match.list_full") // how many fit
	sayUnlisted   = templates.New[candidateView]("match.unlisted")
	sayCleared    = templates.New[string]("match.cleared")
	sayNoList     = templates.New[string]("match.no_list")
	sayNotFitting = templates.New[candidateView]("match.gone")
	sayTogether   = templates.New[candidateView]("match.together")
)

// candidateCard is about one candidate for a client, apartCard about two who are
// kept apart. Their ref is the numbers of both.
func candidateCard() dialog.Card[candidateView] {
	return dialog.Card[candidateView]{Text: candidateText, Hear: pressCandidate, Staff: who(FindMatches)}
}

var apartCard = dialog.Card[candidateView]{Text: apartText, Hear: pressApart, Staff: who(FindMatches)}

// shortlistCard is a client's shortlist. Its ref is the client's code.
func shortlistCard() dialog.Card[shortlistView] {
	return dialog.Card[shortlistView]{Text: shortlistText, Hear: pressShortlist, Staff: who(FindMatches)}
}

var listForm = regexp.MustCompile(`^(?:/shortlist|shortlist|候选名单|名单) ?:? ?(?:client|客户|客戶)? ?(?:k ?-? ?)?([0-9]{1,9})$`)

// listCode reads the words that ask for a client's shortlist; empty: others.
func listCode(text string) string {
	m := listForm.FindStringSubmatch(templates.Fold(text))
	if m == nil {
		return ""
	}
	n, _ := strconv.ParseInt(m[1], 10, 64) // nine digits
	return codeOfPerson(n)
}

// shortlist shows a client's shortlist: "候选名单 12", /shortlist K-000012.
var shortlist = dialog.Flow[none]{
	Name:    "shortlist",
	Title:   templates.New[none]("title.shortlist"),
	Reads:   func(text string) bool { return listCode(text) != "" },
	Staff:   who(FindMatches),
	Always:  true,
	Passing: true,
	Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		client, ok, err := ours(t, listCode(t.Event.Text))
		if !ok || err != nil {
			return dialog.End, err
		}
		return dialog.End, showShortlist(t, client)
	},
}

type shortlistView struct {
	Client string
	All    []candidateView
}

// occupations are those that can be tapped: somebody's own words may name where
// they work.
var occupations = []string{"public", "teacher", "medical", "tech", "finance", "company", "sales", "worker", "own", "free", "student", "retired"}

// mostInBrief is how many reasons a list tells of each.
const mostInBrief = 4

// candidateOf is somebody as they are now, for a client. Gone says that the two do
// not fit any more; then nothing of them is told.
func candidateOf(t *dialog.Turn, client store.Client, other int64, s store.Search) (v candidateView, err error) {
	v = candidateView{ID: other, Client: client.Code(), Other: codeOfPerson(other), Lang: t.Lang()}
	m, err := t.Records.Match(client.ID, other, s)
	if errors.Is(err, store.ErrNotFound) {
		v.Gone = true
		return v, nil
	}
	if err != nil {
		return v, err
	}
	p, err := t.Records.Profile(other)
	if err != nil {
		return v, err
	}
	v.mask(t, p)
	v.Score, v.Reasons = m.Score, m.Reasons
	photos, err := t.Records.Photos(other)
	if err != nil {
		return v, err
	}
	v.Photos = len(photos)
	list, err := t.Records.ShortlistOf(client.ID)
	v.Listed = slices.ContainsFunc(list, func(on store.Shortlisted) bool { return on.Other.ID == other })
	v.Words, v.Because = t.Words(v.Lang, personText.With(v)), t.Words(v.Lang, reasonText.With(v))
	v.Reasons = v.Reasons[:min(mostInBrief, len(v.Reasons))]
	v.Brief = t.Words(v.Lang, reasonText.With(v))
	return v, err
}

// mask takes over what may be shown of a profile.
func (v *candidateView) mask(t *dialog.Turn, p store.Profile) {
	v.P = store.Profile{
		Gender: p.Gender, Height: p.Height, Marital: p.Marital, Children: p.Children, Education: p.Education, Income: p.Income,
		Housing: p.Housing, Car: p.Car, Smoking: p.Smoking, Drinking: p.Drinking,
	}
	if slices.Contains(occupations, p.Occupation) {
		v.P.Occupation = p.Occupation
	}
	for _, h := range p.Hobbies {
		if slices.Contains(store.HobbyKinds, h) {
			v.P.Hobbies = append(v.P.Hobbies, h)
		}
	}
	if born, ok := birth.Read(p.Born); ok {
		v.Age = born.Age(t.Now())
	}
	v.City = region.Code(p.Home.Code).City().Short(v.Lang)
}

func (v candidateView) ref() string { return fmt.Sprintf("%s/%s", v.Client[2:], v.Other[2:]) }

// pairOf reads a card's ref: the client, if the colleague may work for them, and
// the other.
func pairOf(t *dialog.Turn, ref string) (client store.Client, other int64, ok bool, err error) {
	one, two, _ := strings.Cut(ref, "/")
	other, err = strconv.ParseInt(two, 10, 64)
	if err != nil {
		return client, 0, false, gone(t, store.ErrNotFound)
	}
	client, ok, err = ours(t, "K-"+one)
	return client, other, ok, err
}

// showCandidate shows one candidate, and keeps that they were shown.
func showCandidate(t *dialog.Turn, client store.Client, other int64, s store.Search) error {
	v, err := candidateOf(t, client, other, s)
	if err != nil {
		return err
	}
	if v.Gone {
		t.Say(sayNotFitting.With(v))
		return nil
	}
	me, _ := t.Staff()
	t.Say(candidateCard().For(v.ref(), v))
	return t.Records.NoteReveal(me, other, store.RevealCandidate+client.Code())
}

func pressCandidate(t *dialog.Turn, ref, choice string) error {
	t.Keep()
	client, other, ok, err := pairOf(t, ref)
	if !ok || err != nil {
		return err
	}
	v := candidateView{ID: other, Client: client.Code(), Other: codeOfPerson(other)}
	switch choice {
	case "recommend":
		t.OpenAbout(recommendFlow, ref)
		return nil
	case "related":
		return keepApart(t, client, v)
	case "list":
		return showShortlist(t, client)
	case "drop":
		t.Say(sayUnlisted.With(v))
		return unlist(t, client, other)
	}
	return putOnList(t, client, v)
}

// putOnList puts somebody on the shortlist, if they still fit. What the search let
// through by wider ages may fit no more without; that is the matchmaker's choice.
func putOnList(t *dialog.Turn, client store.Client, v candidateView) error {
	_, err := t.Records.Match(client.ID, v.ID, store.Search{Wider: someYears})
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayNotFitting.With(v))
		return nil
	}
	if err != nil {
		return err
	}
	me, _ := t.Staff()
	err = t.Records.Shortlist(me, client.ID, v.ID)
	switch {
	case errors.Is(err, store.ErrFull):
		t.Say(sayListFull.With(store.MostShortlisted))
		return nil
	case err == nil:
		t.Say(sayListed.With(v))
	}
	return err
}

func keepApart(t *dialog.Turn, client store.Client, v candidateView) error {
	me, _ := t.Staff()
	t.Say(apartCard.For(v.ref(), v))
	return errors.Join(t.Records.KeepApart(me, client.ID, v.ID, store.ApartRelated), unlist(t, client, v.ID))
}

// pressApart takes back that two are kept apart.
func pressApart(t *dialog.Turn, ref, _ string) error {
	client, other, ok, err := pairOf(t, ref)
	if !ok || err != nil {
		return err
	}
	me, _ := t.Staff()
	t.Say(sayTogether.With(candidateView{Client: client.Code(), Other: codeOfPerson(other)}))
	return t.Records.Together(me, client.ID, other, store.ApartRelated)
}

func unlist(t *dialog.Turn, client store.Client, other int64) error {
	list, err := t.Records.ShortlistOf(client.ID)
	for _, on := range list {
		if on.Other.ID == other {
			err = t.Records.Unlist(client.ID, on.ID)
		}
	}
	return err
}

func showShortlist(t *dialog.Turn, client store.Client) error {
	list, err := t.Records.ShortlistOf(client.ID)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		t.Say(sayNoList.With(client.Code()))
		return nil
	}
	me, _ := t.Staff()
	v := shortlistView{Client: client.Code()}
	for i, on := range list {
		c, err := candidateOf(t, client, on.Other.ID, store.Search{Wider: someYears})
		if err != nil {
			return err
		}
		c.N = i + 1
		v.All = append(v.All, c)
		if err := t.Records.NoteReveal(me, on.Other.ID, store.RevealCandidate+client.Code()); err != nil {
			return err
		}
	}
	t.Say(shortlistCard().For(client.Code(), v))
	return nil
}

// pressShortlist shows one of the list, as it is now, or clears it.
func pressShortlist(t *dialog.Turn, ref, choice string) error {
	t.Keep()
	client, ok, err := ours(t, ref)
	if !ok || err != nil {
		return err
	}
	if choice == "clear" {
		t.Say(sayCleared.With(client.Code()))
		return t.Records.Unlist(client.ID, 0)
	}
	list, err := t.Records.ShortlistOf(client.ID)
	if err != nil {
		return err
	}
	if _, i, ok := templates.Index(choice); ok && i < len(list) {
		return showCandidate(t, client, list[i].Other.ID, store.Search{Wider: someYears})
	}
	return showShortlist(t, client)
}
