package flows

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/guard"
	"redthread/store"
	"redthread/templates"
)

// A matchmaker brings two clients together: from a candidate's card, “推荐 12 给 7”,
// /recommend 12 7. She writes to each, in her own words, why the other; reads both
// cards as they will be read; and sends them by a press. The client for whom she
// looked is asked first, unless she turns it round; the other only after the first
// yes (intro_card.go). Where the other has a matchmaker of their own, she is asked
// before any client (intro_agree.go). It is played in testdata/recommend.*.chat.

// Recommend is what an agency decides about recommendations. A zero one means what
// stands behind it.
type Recommend struct {
	AnswerWithin time.Duration // a client may answer for so long: 7 days
	AgreeWithin  time.Duration // the other side's matchmaker may: 2 days
	Pace         time.Duration // who has had none for so long stands in their matchmaker's digest: 14 days
	TermRemind   time.Duration // so long before a package ends client and matchmaker are told: 14 days
}

func (r Recommend) filledIn() Recommend {
	orElse(&r.AnswerWithin, 7*24*time.Hour)
	orElse(&r.AgreeWithin, 2*24*time.Hour)
	orElse(&r.Pace, 14*24*time.Hour)
	orElse(&r.TermRemind, 14*24*time.Hour)
	return r
}

// recommendFlow is opened by a candidate's card too.
const recommendFlow = "recommend"

func recommend(s Settings) dialog.Flow[recommending] {
	return dialog.Flow[recommending]{
		Name:   recommendFlow,
		Title:  titleRecommend,
		Reads:  func(text string) bool { _, _, ok := recommendedPair(text); return ok },
		Staff:  who(RecommendClients),
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin:  s.beginRecommending,
		Ready:  s.readyRecommending,
		Steps: []dialog.Step[recommending]{
			{Name: "words", Ask: askRecommendWords, Want: dialog.Button.Or(dialog.Text(4, maxRecommendWords)), Hear: s.takeWordsToFirst},
			{Name: "words_back", Ask: askRecommendWordsBack, Want: dialog.Text(4, maxRecommendWords), Hear: s.takeWordsToSecond},
			{Name: "check", Ask: askRecommendCheck, Want: dialog.Button, Hear: s.sendRecommendation, To: []dialog.StepName{"words", "words_back"}},
		},
	}
}

// maxRecommendWords is how much a client reads on a phone without scrolling.
const maxRecommendWords = 300

// recommending is what a matchmaker is about to send.
type recommending struct {
	For    string // the client for whom she looked
	First  string // who is asked first
	Second string
	To1    string // her words to who is asked first, about the other
	To2    string

	Card1  introView `json:"-"` // what who is asked first will read
	Card2  introView `json:"-"`
	Words1 string    `json:"-"` // the same, to the letter
	Words2 string    `json:"-"`
	Ask    string    `json:"-"` // the matchmaker who is asked before; empty: nobody
}

var (
	titleRecommend        = templates.New[none]("title.recommend")
	askRecommendWords     = templates.New[recommending]("recommend.words")
	askRecommendWordsBack = templates.New[recommending]("recommend.words_back")
	askRecommendCheck     = templates.New[recommending]("recommend.check")

	sayRecommendWhom  = templates.New[none]("recommend.whom")
	sayRecommendLater = templates.New[none]("recommend.later") // while she talks with a client
	sayObstacle       = templates.New[obstacleView]("recommend.obstacle")
	sayTelltale       = templates.New[telltale]("recommend.telltale")
	sayGuarded        = templates.New[telltale]("recommend.guarded")
	sayNotBrought     = templates.New[none]("recommend.dropped")
	sayTheirPhotos    = templates.New[string]("recommend.photos") // whose
	sayProposed       = templates.New[proposedView]("recommend.proposed")
)

// proposedView is who is asked before any client.
type proposedView struct {
	Number, Name string
	Ends         time.Time
}

// obstacleView says what is in the way of two clients.
type obstacleView struct{ First, Second, Why, Whose, Standing string }

// telltale is what words must not say.
type telltale struct {
	Client string // about whom
	Pieces []string
}

var recommendForm = regexp.MustCompile(`^(?:/recommend|recommend|推荐|推薦)(?: ?:? ?(?:client|客户|客戶)? ?(?:k ?-? ?)?([0-9]{1,9})(?: ?(?:给|給|to|,|，) ?| )(?:client|客户|客戶)? ?(?:k ?-? ?)?([0-9]{1,9}))?$`)

// recommendedPair reads the words that bring two clients together: whom, and to
// whom; or neither.
func recommendedPair(text string) (other, client string, ok bool) {
	m := recommendForm.FindStringSubmatch(templates.Fold(text))
	if m == nil || m[1] == "" {
		return "", "", m != nil
	}
	one, _ := strconv.ParseInt(m[1], 10, 64) // nine digits
	two, _ := strconv.ParseInt(m[2], 10, 64)
	return codeOfPerson(one), codeOfPerson(two), true
}

func (s Settings) beginRecommending(t *dialog.Turn, d *recommending) (dialog.Move, error) {
	if t.Attended() {
		t.Say(sayRecommendLater.With(none{}))
		return dialog.End, nil
	}
	other, client, ok := recommendedPair(t.Event.Text)
	if one, two, fromCard := strings.Cut(t.Paper(), "/"); fromCard {
		client, other, ok = "K-"+one, "K-"+two, true
	}
	if !ok || client == "" {
		t.Say(sayRecommendWhom.With(none{}))
		return dialog.End, nil
	}
	d.For, d.First, d.Second = client, client, other
	first, second, ok, err := s.pairNow(t, d)
	if !ok || err != nil {
		return dialog.End, err
	}
	me, _ := t.Staff()
	return dialog.Next, errors.Join( // both cards will be read
		t.Records.NoteReveal(me, first.ID, store.RevealCandidate+second.Code()),
		t.Records.NoteReveal(me, second.ID, store.RevealCandidate+first.Code()),
	)
}

// pairNow are the two as they are now, if nothing is in their way; what is, is said.
func (s Settings) pairNow(t *dialog.Turn, d *recommending) (first, second store.Client, ok bool, err error) {
	if _, ok, err = ours(t, d.For); !ok || err != nil {
		return first, second, false, err
	}
	if first, err = t.Records.ClientByCode(d.First); err == nil {
		second, err = t.Records.ClientByCode(d.Second)
	}
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayNoClient.With(none{}))
		return first, second, false, nil
	}
	if err != nil {
		return first, second, false, err
	}
	o, err := t.Records.Obstacle(first.ID, second.ID)
	if err != nil {
		return first, second, false, err
	}
	if !o.None() {
		return first, second, false, sayInTheWay(t, first.ID, second.ID, o)
	}
	return first, second, true, nil
}

func sayInTheWay(t *dialog.Turn, first, second int64, o store.Obstacle) error {
	v, err := obstacle(t, first, second, o)
	t.Say(sayObstacle.With(v))
	return err
}

func obstacle(t *dialog.Turn, first, second int64, o store.Obstacle) (obstacleView, error) {
	v := obstacleView{First: codeOfPerson(first), Second: codeOfPerson(second), Why: o.Why}
	if o.Whose == 0 {
		return v, nil
	}
	v.Whose = codeOfPerson(o.Whose)
	c, err := t.Records.ClientByCode(v.Whose)
	v.Standing = c.Standing.String()
	return v, err
}

// readyRecommending makes both cards out as they would be read now.
func (s Settings) readyRecommending(t *dialog.Turn, d *recommending, _ dialog.StepName) error {
	first, err := t.Records.ClientByCode(d.First)
	if err != nil {
		return err
	}
	second, err := t.Records.ClientByCode(d.Second)
	if err != nil {
		return err
	}
	me, _ := t.Staff()
	with, err := otherMatchmaker(t, d, me)
	if err != nil {
		return err
	}
	d.Ask = with.Name
	ends := s.answerEnds(t.Now())
	if d.Card1, _, err = s.cardFor(t, first, second, store.Introduction{Ends: ends}, pitch{d.To1, me.Name, false}); err != nil {
		return err
	}
	if d.Card2, _, err = s.cardFor(t, second, first, store.Introduction{Ends: ends}, pitch{d.To2, me.Name, true}); err != nil {
		return err
	}
	d.Words1, d.Words2 = t.Words(d.Card1.Lang, introText.With(d.Card1)), t.Words(d.Card2.Lang, introText.With(d.Card2))
	return nil
}

// answerEnds is until when who is asked now may answer: at an hour when colleagues
// are there.
func (s Settings) answerEnds(now time.Time) time.Time {
	return s.openFrom(now.Add(s.Recommend.AnswerWithin))
}

// otherMatchmaker is who looks after the one for whom the colleague did not look;
// the zero Staff: nobody who has to be asked.
func otherMatchmaker(t *dialog.Turn, d *recommending, me store.Staff) (store.Staff, error) {
	found := d.First
	if d.For == d.First {
		found = d.Second
	}
	theirs, err := ownerOf(t, found)
	if err != nil || theirs.ID == me.ID {
		return store.Staff{}, err
	}
	own, err := ownerOf(t, d.For)
	if err != nil || theirs.ID == own.ID {
		return store.Staff{}, err
	}
	return theirs, nil
}

// ownerOf is who looks after a client; the zero Staff: nobody.
func ownerOf(t *dialog.Turn, code string) (store.Staff, error) {
	c, err := t.Records.ClientByCode(code)
	if err != nil {
		return store.Staff{}, err
	}
	owner, err := t.Records.Owner(c)
	return owner, ignoreNotFound(err)
}

// takeWordsToFirst takes what the matchmaker writes to who is asked first, or turns
// round who that is.
func (s Settings) takeWordsToFirst(t *dialog.Turn, d *recommending) (dialog.Move, error) {
	switch t.Choice() {
	case "swap":
		d.First, d.Second, d.To1, d.To2 = d.Second, d.First, d.To2, d.To1
		return dialog.Again, nil
	case "drop":
		t.Say(sayNotBrought.With(none{}))
		return dialog.End, nil
	}
	if wrong, err := s.unfitWords(t, d.Second, t.Text()); err != nil || wrong != nil {
		return again(t, wrong, err)
	}
	d.To1 = t.Text()
	return dialog.Next, nil
}

func (s Settings) takeWordsToSecond(t *dialog.Turn, d *recommending) (dialog.Move, error) {
	if wrong, err := s.unfitWords(t, d.First, t.Text()); err != nil || wrong != nil {
		return again(t, wrong, err)
	}
	d.To2 = t.Text()
	return dialog.Next, nil
}

func again(t *dialog.Turn, wrong *templates.Line, err error) (dialog.Move, error) {
	if err != nil {
		return dialog.Again, err
	}
	return t.Wrong(*wrong), nil
}

// unfitWords says what is wrong with a colleague's words about a client; nil:
// nothing. They may neither do what no words to clients may, nor tell who the client
// is.
func (s Settings) unfitWords(t *dialog.Turn, about, words string) (*templates.Line, error) {
	v := telltale{Client: about}
	for _, f := range s.Guard().Check(words) {
		if f.Severity == guard.Stop || f.Kind == guard.Contact {
			v.Pieces = append(v.Pieces, words[f.From:f.To])
		}
	}
	if len(v.Pieces) > 0 {
		l := sayGuarded.With(v)
		return &l, nil
	}
	c, err := t.Records.ClientByCode(about)
	if err != nil {
		return nil, err
	}
	person, _, err := whoIs(t, c)
	if err != nil {
		return nil, err
	}
	if v.Pieces = person.Find(words); len(v.Pieces) == 0 {
		return nil, nil
	}
	l := sayTelltale.With(v)
	return &l, nil
}

// sendRecommendation sends it, shows the photos that go with it, or goes back to the
// words. Everything is looked at once more.
func (s Settings) sendRecommendation(t *dialog.Turn, d *recommending) (dialog.Move, error) {
	switch t.Choice() {
	case "drop":
		t.Say(sayNotBrought.With(none{}))
		return dialog.End, nil
	case "photos1", "photos2":
		return dialog.Again, s.previewPhotos(t, map[string]string{"photos1": d.Second, "photos2": d.First}[t.Choice()])
	case "words", "words_back":
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	}
	first, second, ok, err := s.pairNow(t, d)
	if !ok || err != nil {
		return dialog.End, err
	}
	for about, words := range map[string]string{d.Second: d.To1, d.First: d.To2} {
		if wrong, err := s.unfitWords(t, about, words); err != nil || wrong != nil { // their profile has changed since
			return again(t, wrong, err)
		}
	}
	me, _ := t.Staff()
	with, err := otherMatchmaker(t, d, me)
	if err != nil {
		return dialog.End, err
	}
	i, o, err := t.Records.Introduce(store.NewIntroduction{
		A: first.ID, B: second.ID, Words: store.IntroWords{ToA: d.To1, ToB: d.To2}, By: me, With: with, For: s.answerEnds(t.Now()).Sub(t.Now()),
		AgreeFor: s.openFrom(t.Now().Add(s.Recommend.AgreeWithin)).Sub(t.Now()),
	})
	if err != nil {
		return dialog.End, err
	}
	if !o.None() {
		return dialog.End, sayInTheWay(t, first.ID, second.ID, o)
	}
	if i.State == store.IntroProposed {
		t.Say(sayProposed.With(proposedView{i.Number(), with.Name, i.Ends}))
		return dialog.End, s.askToAgree(t, i, with)
	}
	if err := s.askSide(t, i); err != nil {
		return dialog.End, err
	}
	return dialog.End, s.sayIntroduction(t, i)
}

// previewPhotos shows a matchmaker which photos the other will see.
func (s Settings) previewPhotos(t *dialog.Turn, code string) error {
	c, err := t.Records.ClientByCode(code)
	if err != nil {
		return err
	}
	all, ok, err := photosForMe(t, c)
	if err == nil && ok {
		me, _ := t.Staff()
		t.Show(sayTheirPhotos.With(code), bot.Sheet(unmarked(all)...).For(me.Code()))
	}
	return err
}
