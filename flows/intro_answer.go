package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What a client says to somebody who was brought to them: 想认识, 暂不 and why, or
// 问问红娘. Until both have said yes either may take it back. intro_yes.go is the
// yes. It is played in testdata/recommend.*.chat.

// standView is how an introduction stands for one of the two. Of the other's words
// and deeds it tells nothing but that they have said yes.
type standView struct {
	Number  string
	State   string // asked, waiting, both, over
	Ends    time.Time
	Changed time.Time
	Other   contactView // where both have said yes
}

// Open says that nothing has passed yet, and nothing is over.
func (v standView) Open() bool { return v.State == "waiting" }

// contactView is how somebody is called and reached.
type contactView struct{ Number, Call, Kind, Value string }

// standCard tells a client where an introduction stands. Its ref is its number.
func standCard(s Settings) dialog.Card[standView] {
	return dialog.Card[standView]{Text: standText, Hear: pressIntro(s)}
}

var (
	standText    = templates.New[standView]("intro.stand")
	sayIntroGone = templates.New[none]("intro.gone")
	sayPhotos    = templates.New[photoLinks]("intro.photos")
	sayNoneToSee = templates.New[none]("intro.no_photos")
	sayAskAbout  = templates.New[string]("intro.ask_about") // the introduction's number
)

// photoLinks lead to somebody's photos, for a while.
type photoLinks struct {
	Number string
	Links  []string
	Until  time.Time
}

// myIntro is an introduction of the turn's own client, if they have heard of it.
func myIntro(t *dialog.Turn, ref string) (i store.Introduction, me store.Client, ok bool, err error) {
	if me, err = t.Records.Self(t.Lang()); err != nil {
		return i, me, false, err
	}
	i, err = t.Records.Introduction(ref)
	if errors.Is(err, store.ErrNotFound) || err == nil && !i.HeardBy(me.ID) {
		t.Say(sayIntroGone.With(none{}))
		return i, me, false, nil
	}
	return i, me, err == nil, err
}

func pressIntro(s Settings) func(*dialog.Turn, string, string) error {
	return func(t *dialog.Turn, ref, choice string) error {
		t.Keep()
		i, me, ok, err := myIntro(t, ref)
		if !ok {
			return err
		}
		asked := i.AskedNow(t.Now()) == me.ID
		switch {
		case choice == "photos" && (asked || i.Open()):
			return s.showTheirPhotos(t, i, me)
		case choice == "ask":
			return s.askMatchmaker(t, i)
		case choice == "withdraw" && i.Open():
			t.OpenAbout(withdrawFlow, ref)
			return nil
		case choice == "yes" && asked:
			t.OpenAbout(introYesFlow, ref)
			return nil
		case choice == "no" && asked:
			t.OpenAbout(introNoFlow, ref)
			return nil
		}
		return s.sayStand(t, i, me)
	}
}

// sayStand tells the client where an introduction stands: the card again, while they
// are asked.
func (s Settings) sayStand(t *dialog.Turn, i store.Introduction, me store.Client) error {
	if i.AskedNow(t.Now()) == me.ID {
		v, photos, err := s.introOf(t, i, me)
		if err == nil {
			t.Show(introCard(s).For(i.Number(), v), photos...)
		}
		return err
	}
	v, err := standOf(t, i, me)
	if err == nil {
		t.Say(standCard(s).For(i.Number(), v))
	}
	return err
}

func standOf(t *dialog.Turn, i store.Introduction, me store.Client) (v standView, err error) {
	v = standView{Number: i.Number(), Ends: i.Ends, Changed: i.Changed, State: "over"}
	switch {
	case i.AskedNow(t.Now()) == me.ID:
		v.State = "asked"
	case i.State == store.IntroAskedB && me.ID == i.A && t.Now().Before(i.Ends):
		v.State = "waiting"
	case i.State == store.IntroBothYes:
		v.State = "both"
		c, err := t.Records.ContactFor(i, me.ID)
		v.Other = viewOfContact(i, c)
		return v, err
	}
	return v, nil
}

func viewOfContact(i store.Introduction, c store.IntroContact) contactView {
	return contactView{i.Number(), c.Call, c.Kind, c.Value}
}

// showTheirPhotos shows the other's photos: as pictures where they cannot be passed
// on, as links that end soon elsewhere.
func (s Settings) showTheirPhotos(t *dialog.Turn, i store.Introduction, me store.Client) error {
	other := i.Other(me.ID)
	marked, err := t.Records.PhotosFor(other, me.Code())
	if err != nil {
		return err
	}
	if len(marked) == 0 || s.PhotoLink == nil && t.Event.From.Channel != "telegram" {
		t.Say(sayNoneToSee.With(none{}))
		return nil
	}
	v := photoLinks{Number: i.Number(), Until: t.Now().Add(linkLasts)}
	if t.Event.From.Channel == "telegram" {
		t.Show(sayPhotos.With(v), marked...)
		return nil
	}
	all, err := t.Records.Photos(other)
	for _, p := range all {
		token, err := t.Records.PhotoLink(p, me.Code(), v.Until)
		if err != nil {
			return err
		}
		v.Links = append(v.Links, s.PhotoLink(token))
	}
	t.Say(sayPhotos.With(v))
	return err
}

// askMatchmaker brings the client to a person, their own matchmaker first, who reads
// what it is about before the first word.
func (s Settings) askMatchmaker(t *dialog.Turn, i store.Introduction) error {
	words := store.Words{Lines: []string{t.Words(t.Lang(), sayAskAbout.With(i.Number()))}}
	if !t.Attended() {
		if err := callHuman(s)(t); err != nil {
			return err
		}
	}
	h, err := t.Records.MyHandoff()
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // a colleague, who is told that it is not for them
	case err != nil:
		return err
	case h.Waiting():
		_, err = t.Records.KeepWords(h, words, mostKept)
		if errors.Is(err, store.ErrFull) {
			return nil
		}
		return err
	}
	if err := t.Records.LogWords(h, 0, words); err != nil {
		return err
	}
	return s.showLine(t, h, talkView{From: h.Client.Code(), Lines: words.Lines}, nil)
}

// The flows that the cards open; what they are about is the introduction's number.
const (
	introYesFlow = "intro_yes"
	introNoFlow  = "intro_no"
	withdrawFlow = "intro_withdraw"
)

// declining asks why not, in one tap more.
type declining struct{ Ref, Why string }

var (
	titleIntroNo       = templates.New[none]("title.intro_no")
	titleIntroWithdraw = templates.New[none]("title.intro_withdraw")

	askIntroWhy   = templates.New[declining]("intro.why_not")
	askIntroOther = templates.New[declining]("intro.why_words")
	sayDeclined   = templates.New[declining]("intro.declined")
	askWithdrawal = templates.New[string]("intro.withdraw")
	sayTakenBack  = templates.New[string]("intro.withdrawn")
	sayIntroStays = templates.New[string]("intro.stays")
)

func introNo(s Settings) dialog.Flow[declining] {
	return dialog.Flow[declining]{
		Name:   introNoFlow,
		Title:  titleIntroNo,
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Begin: func(t *dialog.Turn, d *declining) (dialog.Move, error) {
			d.Ref = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[declining]{
			{Name: "why", Ask: askIntroWhy, Want: dialog.Button, Hear: func(t *dialog.Turn, d *declining) (dialog.Move, error) {
				switch d.Why = t.Choice(); d.Why {
				case "back":
					t.Say(sayIntroStays.With(d.Ref))
					return dialog.End, nil
				case "other":
					return dialog.Next, nil
				case "untold":
					d.Why = ""
				}
				return dialog.End, s.decline(t, d, "")
			}},
			{Name: "words", Ask: askIntroOther, Want: dialog.Text(1, 300), Optional: true,
				Skip: func(t *dialog.Turn, d *declining) error { return s.decline(t, d, "") },
				Hear: func(t *dialog.Turn, d *declining) (dialog.Move, error) { return dialog.End, s.decline(t, d, t.Text()) }},
		},
	}
}

func (s Settings) decline(t *dialog.Turn, d *declining, words string) error {
	_, me, ok, err := myIntro(t, d.Ref)
	if !ok {
		return err
	}
	i, moved, err := t.Records.Decline(d.Ref, d.Why, words)
	if err != nil {
		return err
	}
	if !moved {
		return s.sayStand(t, i, me)
	}
	t.Say(sayDeclined.With(*d))
	return s.introOver(t, i, me.ID)
}

// introWithdraw takes a yes back, after it was asked whether that is meant.
func introWithdraw(s Settings) dialog.Flow[string] {
	return dialog.Flow[string]{
		Name:    withdrawFlow,
		Title:   titleIntroWithdraw,
		Always:  true,
		Fresh:   true,
		Passing: true,
		Idle:    24 * time.Hour,
		Begin: func(t *dialog.Turn, ref *string) (dialog.Move, error) {
			*ref = t.Paper()
			return dialog.Next, nil
		},
		Steps: []dialog.Step[string]{{Name: "sure", Ask: askWithdrawal, Want: dialog.Button, Hear: func(t *dialog.Turn, ref *string) (dialog.Move, error) {
			_, me, ok, err := myIntro(t, *ref)
			if !ok {
				return dialog.End, err
			}
			if t.Choice() != "yes" {
				t.Say(sayIntroStays.With(*ref))
				return dialog.End, nil
			}
			i, moved, err := t.Records.Withdraw(*ref, store.Staff{})
			if err != nil {
				return dialog.End, err
			}
			if !moved {
				return dialog.End, s.sayStand(t, i, me)
			}
			t.Say(sayTakenBack.With(*ref))
			return dialog.End, s.introOver(t, i, me.ID)
		}}},
	}
}

// myIntros is a client's list of those who were brought to them.
type myIntros struct {
	All  []standView `json:"-"`
	More bool        `json:"-"`
}

// mostIntros is how many of them fit a screen.
const mostIntros = 8

// ownIntros tells a client of their introductions, the open ones and the past.
func ownIntros(s Settings) dialog.Flow[myIntros] {
	return dialog.Flow[myIntros]{
		Name:    "my_intros",
		Title:   titleMyIntros,
		Opens:   openMyIntros,
		Always:  true,
		Passing: true,
		Needs:   needsProfile,
		Ready:   readyIntros,
		Begin: func(t *dialog.Turn, d *myIntros) (dialog.Move, error) {
			if err := readyIntros(t, d, ""); err != nil || len(d.All) > 0 {
				return dialog.Next, err
			}
			t.Say(sayNoIntros.With(none{}))
			return dialog.End, nil
		},
		Steps: []dialog.Step[myIntros]{{Name: "list", Ask: askIntroMine, Want: dialog.Button, Hear: func(t *dialog.Turn, d *myIntros) (dialog.Move, error) {
			_, n, ok := templates.Index(t.Choice())
			if !ok || n >= len(d.All) {
				return dialog.End, nil
			}
			i, me, ok, err := myIntro(t, d.All[n].Number)
			if !ok {
				return dialog.Stay, err
			}
			return dialog.Stay, s.sayStand(t, i, me)
		}}},
	}
}

var (
	titleMyIntros = templates.New[none]("title.my_intros")
	openMyIntros  = templates.NewWords("open.my_intros")
	askIntroMine  = templates.New[myIntros]("intro.mine")

	sayNoIntros = templates.New[none]("intro.none")
)

func readyIntros(t *dialog.Turn, d *myIntros, _ dialog.StepName) error {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	all, err := t.Records.IntroductionsOf(me.ID, mostIntros+1)
	if err != nil {
		return err
	}
	d.All, d.More = nil, len(all) > mostIntros
	for _, i := range all[:min(len(all), mostIntros)] {
		v, err := standOf(t, i, me)
		if err != nil {
			return err
		}
		v.Other = contactView{} // it is on the card of each
		d.All = append(d.All, v)
	}
	return nil
}
