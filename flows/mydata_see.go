package flows

import (
	"errors"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// A client reads what we keep, a chapter at a time, so that each fits one message
// on either platform. Chapters of which there is nothing are not offered.

// dataChapter is one page of what is kept.
type dataChapter struct {
	name     string
	personal bool // shown on Telegram only with the consent to that
	has      func(*dialog.Turn, store.Client) (bool, error)
	show     func(*dialog.Turn, store.Client) error
}

var dataChapters = []dataChapter{
	{"about", true, hasProfile, showForm(templates.New[form]("mydata.about"))},
	{"life", true, hasLife, showForm(templates.New[form]("mydata.life"))},
	{"words", true, hasOwnWords, showOwnWords},
	{"notes", true, hasNotes, showNotes},
	{"wishes", true, hasWishes, showWishes},
	{"contact", true, hasContact, showContact},
	{"photos", true, hasPhotos, showOwnPhotos},
	{"papers", true, hasPapers, showPapers},
	{"consents", false, hasConsents, showConsents},
	{"cases", false, hasCases, showCases},
	{"chats", false, func(*dialog.Turn, store.Client) (bool, error) { return true, nil }, showChats},
}

var (
	// mydata.chapters names the chapters, by its buttons.
	_ = templates.New[none]("mydata.chapters")

	pageWords    = templates.New[store.Profile]("mydata.words")
	pageNotes    = templates.New[[]noteView]("mydata.notes")
	pageContact  = templates.New[ownContact]("mydata.contact")
	pagePapers   = templates.New[[]paperView]("mydata.papers")
	pageConsents = templates.New[consentList]("mydata.consents")
	pageCases    = templates.New[ownCases]("mydata.cases")
	pageChats    = templates.New[ownChats]("mydata.chats")
)

// ownContact is the number as its owner recognises it.
type ownContact struct {
	Phone  string
	Proven bool
}

// ownCases is all that a client has asked or complained of.
type ownCases struct {
	Cases     []caseView
	Questions []questionView
	Talks     int
}

// ownChats are the chats that are known to be the client's.
type ownChats struct {
	Client string // the number
	Chats  []ownChat
	Source string
}

type ownChat struct {
	Channel, Name, Lang string
	Since               time.Time
	Here                bool
}

// mostCasesSeen is how many complaints, and how many questions, fit a page.
const mostCasesSeen = 8

// list finds the chapters of which there is something.
func (d *myData) list(t *dialog.Turn) error {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	here, err := mayShowHere(t)
	if err != nil {
		return err
	}
	d.Chapters, d.Withheld = nil, false
	for _, c := range dataChapters {
		has, err := c.has(t, me)
		switch {
		case err != nil:
			return err
		case has && c.personal && !here:
			d.Withheld = true
		case has:
			d.Chapters = append(d.Chapters, c.name)
		}
	}
	return nil
}

func showChapter(t *dialog.Turn, d *myData) (dialog.Move, error) {
	_, i, ok := templates.Index(t.Choice())
	if !ok || i >= len(d.Chapters) {
		return dialog.GoTo("menu"), nil
	}
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return dialog.End, err
	}
	for _, c := range dataChapters {
		if c.name == d.Chapters[i] {
			return dialog.Again, c.show(t, me)
		}
	}
	return dialog.Again, nil
}

// found takes ErrNotFound for an answer.
func found(err error) (bool, error) { return err == nil, ignoreNone(err) }

func hasProfile(t *dialog.Turn, me store.Client) (bool, error) {
	_, err := t.Records.Profile(me.ID)
	return found(err)
}

func hasLife(t *dialog.Turn, me store.Client) (bool, error) {
	p, err := t.Records.Profile(me.ID)
	return p.Home.Code+p.Registered.Code > 0 || p.Children+p.Housing+p.Car+p.Smoking+p.Drinking+p.Religion+p.Ethnicity != "" || len(p.Hobbies) > 0, ignoreNone(err)
}

// ignoreNone takes it for no failure that there is nothing.
func ignoreNone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// showForm shows a part of the registration.
func showForm(page templates.Of[form]) func(*dialog.Turn, store.Client) error {
	return func(t *dialog.Turn, _ store.Client) error {
		var d form
		if err := readyProfile(t, &d, ""); err != nil {
			return err
		}
		t.Note(page.With(d))
		return nil
	}
}

func hasOwnWords(t *dialog.Turn, me store.Client) (bool, error) {
	p, err := t.Records.Profile(me.ID)
	return p.History+p.Intro != "", ignoreNone(err)
}

func showOwnWords(t *dialog.Turn, me store.Client) error {
	p, err := t.Records.Profile(me.ID)
	t.Note(pageWords.With(p))
	return err
}

func notesOf(t *dialog.Turn, me store.Client) (all []noteView, err error) {
	notes, err := t.Records.Notes(me.ID, mostNotesShown)
	return views(notes, viewOfNote), err
}

func hasNotes(t *dialog.Turn, me store.Client) (bool, error) {
	all, err := notesOf(t, me)
	return len(all) > 0, err
}

func showNotes(t *dialog.Turn, me store.Client) error {
	all, err := notesOf(t, me)
	t.Note(pageNotes.With(all))
	return err
}

func hasWishes(t *dialog.Turn, me store.Client) (bool, error) {
	_, err := t.Records.Criteria(me.ID)
	return found(err)
}

func showWishes(t *dialog.Turn, _ store.Client) error {
	var d wishing
	if err := readyCriteria(t, &d, ""); err != nil {
		return err
	}
	t.Note(wishList.With(d))
	return nil
}

func hasContact(t *dialog.Turn, me store.Client) (bool, error) {
	_, _, err := t.Records.Phone(me.ID)
	return found(err)
}

// showContact shows the number masked: somebody else may be looking at the phone.
func showContact(t *dialog.Turn, me store.Client) error {
	number, proven, err := t.Records.Phone(me.ID)
	if err != nil {
		return err
	}
	t.Note(pageContact.With(ownContact{Phone: phone.Masked(number), Proven: proven}))
	return nil
}

func hasPhotos(t *dialog.Turn, me store.Client) (bool, error) {
	all, err := t.Records.Photos(me.ID)
	return len(all) > 0, err
}

// showOwnPhotos shows them unmarked, as one picture.
func showOwnPhotos(t *dialog.Turn, me store.Client) error {
	mine, err := t.Records.Photos(me.ID)
	if err != nil {
		return err
	}
	var all []bot.MediaID
	for _, p := range mine {
		all = append(all, p.Media)
	}
	t.Show(sayAlbum.With(len(all)), bot.Sheet(all...))
	return nil
}

func hasPapers(t *dialog.Turn, me store.Client) (bool, error) {
	all, err := t.Records.Verifications(me.ID)
	return len(all) > 0, err
}

func showPapers(t *dialog.Turn, me store.Client) error {
	all, err := ledgerOf(t, me.ID)
	t.Note(pagePapers.With(all))
	return err
}

func hasConsents(t *dialog.Turn, _ store.Client) (bool, error) {
	l, err := consentsAsked(t)
	return len(l.All)+len(l.Statements) > 0, err
}

// consentsAsked are the consents that were asked for, and how they were answered.
func consentsAsked(t *dialog.Turn) (asked consentList, err error) {
	var all consentList
	if _, err := listConsents(t, &all); err != nil {
		return asked, err
	}
	for _, c := range all.All {
		if c.Asked {
			asked.All = append(asked.All, c)
		}
	}
	asked.Statements = all.Statements
	return asked, nil
}

func showConsents(t *dialog.Turn, _ store.Client) error {
	l, err := consentsAsked(t)
	t.Note(pageConsents.With(l))
	return err
}

func casesOf(t *dialog.Turn, me store.Client) (c ownCases, err error) {
	cases, err := t.Records.Complaints(mostCasesSeen)
	if err != nil {
		return c, err
	}
	questions, err := t.Records.MyQuestions(mostCasesSeen)
	if err != nil {
		return c, err
	}
	c.Cases, c.Questions = views(cases, viewOf), views(questions, viewOfQuestion)
	c.Talks, err = t.Records.Talks(me.ID)
	return c, err
}

func hasCases(t *dialog.Turn, me store.Client) (bool, error) {
	c, err := casesOf(t, me)
	return len(c.Cases)+len(c.Questions)+c.Talks > 0, err
}

func showCases(t *dialog.Turn, me store.Client) error {
	c, err := casesOf(t, me)
	t.Note(pageCases.With(c))
	return err
}

func showChats(t *dialog.Turn, me store.Client) error {
	chats, err := t.Records.Chats(me.ID)
	if err != nil {
		return err
	}
	v := ownChats{Client: me.Code(), Source: me.SourceName}
	for _, c := range chats {
		v.Chats = append(v.Chats, ownChat{Channel: c.Conversation.Channel, Name: c.Name, Lang: c.Lang, Since: c.ArrivedAt, Here: c.Conversation == t.Event.From})
	}
	t.Note(pageChats.With(v))
	return nil
}
