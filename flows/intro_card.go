package flows

import (
	"errors"
	"slices"
	"time"

	"redthread/bot"
	"redthread/bot/birth"
	"redthread/bot/dialog"
	"redthread/bot/mask"
	"redthread/bot/region"
	"redthread/store"
	"redthread/templates"
)

// What a client reads of somebody whom a matchmaker brings to them: what they are
// and do, and nothing that would tell who they are before both have said yes. It is
// played in testdata/recommend.*.chat; intro_answer.go hears what they say to it.

// introView is somebody as another client sees them before both have said yes. It is
// filled from a profile field by field: what is not named here is not shown.
type introView struct {
	Number                     string
	Lang                       string
	Gender, City, Animal, Sign string
	Age, Height                int
	Education, Occupation      string
	Marital, Children          string // with the consent for what is sensitive
	Hobbies                    []string
	Intro                      string // of their own words what is fit to be read
	Left                       int    // so many sentences of it are not, as the matchmaker is told
	Reasons                    []store.Reason
	Words, By                  string // the matchmaker's words, and her name
	Photos                     int
	Links                      bool // they are shown by a press
	Ends                       time.Time
	Yes                        bool // the other has said yes already
}

// introCard brings somebody to a client. Its ref is the introduction's number.
func introCard(s Settings) dialog.Card[introView] {
	return dialog.Card[introView]{Text: introText, Hear: pressIntro(s), Protected: true}
}

var introText = templates.New[introView]("intro.card")

// pitch is what a matchmaker says for somebody.
type pitch struct {
	Words, By string
	Yes       bool // the one it is about has said yes already
}

// whoIs is what would tell who a client is, and their profile.
func whoIs(t *dialog.Turn, c store.Client) (who mask.Person, p store.Profile, err error) {
	if p, err = t.Records.Profile(c.ID); err != nil {
		return who, p, err
	}
	who = mask.Person{Surname: p.Surname, Given: p.Given, School: p.School, Employer: p.Employer, District: p.Home.Code, Places: []string{p.Home.Words, p.Registered.Words}}
	if born, ok := birth.Read(p.Born); ok {
		who.Born = time.Date(born.Year, time.Month(born.Month), born.Day, 0, 0, 0, 0, time.UTC)
	}
	number, _, err := t.Records.Phone(c.ID)
	if err == nil {
		who.Handles = append(who.Handles, number)
	}
	return who, p, ignoreNotFound(err)
}

// mostOfIntro is how much of a self-introduction a card has room for.
const mostOfIntro = 240

// cardFor is what a viewer reads of another client, and the photos they may see.
func (s Settings) cardFor(t *dialog.Turn, viewer, shown store.Client, i store.Introduction, by pitch) (v introView, photos []bot.MediaID, err error) {
	v = introView{Lang: langOf(viewer), Words: by.Words, By: by.By, Yes: by.Yes, Ends: i.Ends}
	if i.ID != 0 {
		v.Number = i.Number()
	}
	who, p, err := whoIs(t, shown)
	if err != nil {
		return v, nil, err
	}
	v.Gender, v.Height, v.Education, v.City = p.Gender, p.Height, p.Education, region.Code(p.Home.Code).City().Short(v.Lang)
	if slices.Contains(occupations, p.Occupation) {
		v.Occupation = p.Occupation
	}
	for _, h := range p.Hobbies {
		if slices.Contains(store.HobbyKinds, h) {
			v.Hobbies = append(v.Hobbies, h)
		}
	}
	signs, err := agreesToday(t, shown.ID, store.ConsentShow)
	if err != nil {
		return v, nil, err
	}
	if born, ok := birth.Read(p.Born); ok {
		if v.Age = born.Age(t.Now()); signs {
			v.Animal, v.Sign = born.Animal(), born.Sign()
		}
	}
	sensitive, err := agreesToday(t, shown.ID, store.ConsentSensitive)
	if err != nil {
		return v, nil, err
	}
	if sensitive {
		v.Marital, v.Children = p.Marital, p.Children
	}
	v.Intro, v.Left = who.Fit(p.Intro)
	v.Intro = firstRunes(v.Intro, mostOfIntro)
	if v.Reasons, err = commonGround(t, viewer, shown, sensitive); err != nil {
		return v, nil, err
	}
	photos, err = t.Records.PhotosFor(shown.ID, viewer.Code())
	v.Photos, v.Links = len(photos), len(photos) > 0 && !carriesFiles(viewer.Conversation)
	return v, photos, err
}

// tellable are the wishes of which a client may hear that the other meets them:
// the others are about what is sensitive.
var tellable = []string{"age", "height", "education", "region", "smoking", "drinking"}

// commonGround is why these two, as far as the viewer may hear it.
func commonGround(t *dialog.Turn, viewer, shown store.Client, sensitive bool) (all []store.Reason, err error) {
	reasons, err := t.Records.Common(viewer.ID, shown.ID)
	if err != nil {
		return nil, ignoreNotFound(err) // one of them has changed something: she says why in her own words
	}
	for _, r := range reasons {
		switch r.Code {
		case store.ReasonTaste, store.ReasonRecent, store.ReasonHometown:
			continue
		case store.ReasonMarital, store.ReasonChildren:
			if !sensitive {
				continue
			}
		case store.ReasonWished:
			r.About = slices.DeleteFunc(slices.Clone(r.About), func(wish string) bool { return !slices.Contains(tellable, wish) })
			if len(r.About) == 0 {
				continue
			}
		case store.ReasonWishes:
			r.About = nil // what the other wishes is theirs to tell
		}
		all = append(all, r)
	}
	return all, nil
}

// langOf is the language we speak with a client.
func langOf(c store.Client) string {
	if c.Lang == "" {
		return templates.Languages[0]
	}
	return c.Lang
}

// tellPerson tells one of the two something, where we reach them.
func tellPerson(t *dialog.Turn, person int64, toClient templates.Line, photos ...bot.MediaID) error {
	c, err := t.Records.Reach(person)
	if err != nil {
		return ignoreNotFound(err)
	}
	if c.Conversation == t.Event.From {
		t.Show(toClient, photos...)
		return nil
	}
	t.Tell(c.Conversation, langOf(c), toClient, photos...)
	return nil
}

// The timers of who is asked, in their chat; their ref is the introduction's number.
const (
	introRemind = "intro_remind"
	introEnds   = "intro_ends"
)

// askSide brings the other to who is asked now, and sees to it that they are reminded
// once, and that it ends.
func (s Settings) askSide(t *dialog.Turn, i store.Introduction) error {
	person := i.AskedNow(t.Now())
	if person == 0 {
		return nil
	}
	viewer, err := t.Records.Reach(person)
	if err != nil {
		return ignoreNotFound(err)
	}
	v, photos, err := s.introOf(t, i, viewer)
	if err != nil {
		return err
	}
	if err := tellPerson(t, person, introCard(s).For(i.Number(), v), photos...); err != nil {
		return err
	}
	half := s.openFrom(t.Now().Add(i.Ends.Sub(t.Now()) / 2)) // nobody is reminded at night
	if half.Before(i.Ends) {
		t.Records.LaterFor(viewer.Conversation, introRemind, i.Number(), half)
	}
	t.Records.LaterFor(viewer.Conversation, introEnds, i.Number(), i.Ends)
	return nil
}

// introOf is the card that one of the two reads, and the photos that come with it:
// marked with the viewer's code, and only where the channel keeps them from being
// passed on; elsewhere a press gives links.
func (s Settings) introOf(t *dialog.Turn, i store.Introduction, viewer store.Client) (v introView, photos []bot.MediaID, err error) {
	shown, err := t.Records.Reach(i.Other(viewer.ID))
	if err != nil {
		return v, nil, err
	}
	by, err := introBy(t, i)
	if err != nil {
		return v, nil, err
	}
	words := pitch{i.Words.ToA, by.Name, false}
	if viewer.ID == i.B {
		words = pitch{i.Words.ToB, by.Name, true}
	}
	if v, photos, err = s.cardFor(t, viewer, shown, i, words); !carriesFiles(viewer.Conversation) {
		photos = nil
	}
	return v, photos, err
}

// introBy is the matchmaker who brings the two together, or who looks after A now
// that she has left; the zero Staff: nobody.
func introBy(t *dialog.Turn, i store.Introduction) (store.Staff, error) {
	by, err := t.Records.StaffByID(i.By)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return by, err
	}
	return ownerOf(t, codeOfPerson(i.A))
}

// introReminds reminds a client once of who waits for their word.
func introReminds(s Settings) dialog.Notice {
	return dialog.Notice{Name: introRemind, Play: func(t *dialog.Turn, ref string) error {
		i, err := t.Records.Introduction(ref)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		me, err2 := t.Records.Self("")
		if err := errors.Join(err, err2); err != nil || i.AskedNow(t.Now()) != me.ID {
			return err
		}
		viewer, err := t.Records.Reach(me.ID)
		if err != nil {
			return err
		}
		v, _, err := s.introOf(t, i, viewer)
		if err != nil {
			return err
		}
		return tellPerson(t, me.ID, introAgain(s).For(ref, v))
	}}
}

// introAgain is the reminder. Its ref is the introduction's number.
func introAgain(s Settings) dialog.Card[introView] {
	return dialog.Card[introView]{Text: introAgainText, Hear: pressIntro(s)}
}

var introAgainText = templates.New[introView]("intro.again")

// introExpires ends an introduction that was not answered, by a client or by the other
// side's matchmaker.
func introExpires(s Settings) dialog.Notice {
	return dialog.Notice{Name: introEnds, Play: func(t *dialog.Turn, ref string) error {
		i, moved, err := t.Records.Expire(ref)
		if err != nil || !moved {
			return ignoreNotFound(err)
		}
		return s.introOver(t, i, 0)
	}}
}

// introOver tells everybody that nothing comes of it: each of the two who has heard
// of it, the same and kindly, whoever it was; but for who has just said so. The
// matchmaker reads the card.
func (s Settings) introOver(t *dialog.Turn, i store.Introduction, but int64) error {
	for _, person := range []int64{i.A, i.B} {
		if err := stopIntroTimers(t, i, person); err != nil {
			return err
		}
		if person == but || !i.HeardBy(person) {
			continue
		}
		if err := tellPerson(t, person, sayIntroOver.With(i.Number())); err != nil {
			return err
		}
	}
	return s.tellMatchmakers(t, i)
}

func stopIntroTimers(t *dialog.Turn, i store.Introduction, person int64) error {
	chats, err := t.Records.Chats(person)
	for _, c := range chats {
		t.Records.CancelFor(c.Conversation, introRemind, i.Number())
		t.Records.CancelFor(c.Conversation, introEnds, i.Number())
	}
	return err
}

var sayIntroOver = templates.New[string]("intro.over") // its number

// introGone tells a client that nothing comes of an introduction: the other one has
// been erased, and it with them.
var introGone = dialog.Notice{Name: store.NewsIntroGone, Play: func(t *dialog.Turn, ref string) error {
	return tellPartner(t, sayIntroOver.With(ref))
}}

// tellPartner tells the client in one of whose chats the turn is, where they have not left
// us, of somebody who is gone.
func tellPartner(t *dialog.Turn, l templates.Line) error {
	me, err := t.Records.Self("")
	if err != nil {
		return err
	}
	c, err := t.Records.Reach(me.ID)
	if err != nil || !c.LeftAt.IsZero() {
		return err
	}
	return tellPerson(t, me.ID, l)
}
