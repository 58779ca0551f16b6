package flows

import (
	"fmt"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/copies"
	"redthread/bot/media"
	"redthread/store"
	"redthread/templates"
)

// What the copy of a client's data says: everything that the store has gathered,
// in chapters, each fact in words and, for programs, in codes. mydata_copy.go is
// the talk about it; docs/copy-format.md describes the result.

// ComposeCopy writes what is kept of a client, in lang.
func ComposeCopy(set *templates.Set, agency string, lang string, k store.Kept, made time.Time) (copies.Document, error) {
	c := &composer{set: set, lang: lang, now: made}
	d := copies.Document{
		Made: made.UTC(), Language: lang, Agency: agency, Client: k.Person.Code(),
		Page: copies.Page{
			Title: c.say(copyTitle.With(copyHead{Client: k.Person.Code(), Agency: agency, Made: made})), Intro: c.say(copyIntro.With(copyHead{Client: k.Person.Code(), Agency: agency, Made: made})),
			Notes: c.label("copy.chapters", "left_out"), Nothing: c.say(copyNothingHere.With(none{})), LeftOut: c.say(copyPictureLeftOut.With(none{})),
		},
		Notes: strings.Split(c.say(copyNotes.With(none{})), "\n"),
	}
	for _, chapter := range copyChapters {
		d.Chapters = append(d.Chapters, copies.Chapter{ID: chapter.id, Name: c.label("copy.chapters", chapter.id), Records: nonNil(chapter.records(c, k))})
	}
	return d, c.err
}

// nonNil lets an empty chapter be an empty list for programs, too.
func nonNil(all []copies.Record) []copies.Record {
	if all == nil {
		return []copies.Record{}
	}
	return all
}

// copyChapter is one chapter and what stands in it.
type copyChapter struct {
	id      string
	records func(*composer, store.Kept) []copies.Record
}

// copyChapters are in the order of the page.
var copyChapters = []copyChapter{
	{"account", (*composer).account},
	{"profile", (*composer).profiles},
	{"contact", (*composer).phones},
	{"photos", (*composer).photos},
	{"criteria", (*composer).criteria},
	{"introductions", (*composer).introductions},
	{"notes", (*composer).notes},
	{"consents", (*composer).consents},
	{"papers", (*composer).papers},
	{"complaints", (*composer).complaints},
	{"questions", (*composer).questions},
	{"answers", (*composer).answers},
	{"talks", (*composer).talks},
	{"dates", (*composer).dates},
	{"pictures", (*composer).pictures},
	{"looks", (*composer).looks},
	{"copies", (*composer).copies},
}

type copyHead struct {
	Client, Agency string
	Made           time.Time
}

var (
	copyTitle          = templates.New[copyHead]("copy.title")
	copyIntro          = templates.New[copyHead]("copy.intro")
	copyNotes          = templates.New[none]("copy.notes")
	copyNothingHere    = templates.New[none]("copy.nothing_here")
	copyPictureLeftOut = templates.New[none]("copy.picture_left_out")
	copyMoment         = templates.New[time.Time]("copy.moment")
	copyDate           = templates.New[time.Time]("copy.date")
	copyHeight         = templates.New[int]("copy.height")
	copyWeight         = templates.New[int]("copy.weight")
	copyWish           = templates.New[wishView]("copy.wish")

	// What the copy tells is named by the buttons of these texts.
	_ = templates.New[none]("copy.chapters")
	_ = templates.New[none]("copy.fields")
	_ = templates.New[none]("copy.more_fields")
	_ = templates.New[none]("copy.channels")
	_ = templates.New[none]("copy.languages")
	_ = templates.New[none]("copy.profile_states")
	_ = templates.New[none]("copy.answers")
	_ = templates.New[none]("copy.intro_states")
	_ = templates.New[none]("copy.case_states")
	_ = templates.New[none]("copy.question_steps")
	_ = templates.New[none]("copy.looks")
	_ = templates.New[none]("copy.date_states")
	_ = templates.New[none]("copy.date_fields")
	_ = templates.New[none]("copy.ways")
	_ = templates.New[none]("copy.findings")
	_ = templates.New[none]("copy.roles")
	_ = templates.New[none]("copy.copy_steps")
	_ = templates.New[none]("copy.sides")
)

// composer writes facts in one language. It remembers the first failure.
type composer struct {
	set  *templates.Set
	lang string
	now  time.Time
	err  error
}

func (c *composer) say(l templates.Line) string {
	m, err := c.set.Render(c.lang, l)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("flows: compose copy: %w", err)
	}
	return m.Text
}

// label is the name of a choice; one that is no more is told by its code.
func (c *composer) label(text, id string) string {
	label, _ := c.set.Label(c.lang, text, id)
	return label
}

// name is what a field is called.
func (c *composer) name(id string) string {
	for _, text := range []string{"copy.fields", "copy.more_fields", "copy.date_fields", "profile.fields"} {
		if label, ok := c.set.Label(c.lang, text, id); ok {
			return label
		}
	}
	if c.err == nil {
		c.err = fmt.Errorf("flows: compose copy: the field %q has no name", id)
	}
	return id
}

// facts are the fields of one record; what is not known is left out.
type facts struct {
	*composer
	all []copies.Field
}

func (c *composer) record() *facts { return &facts{composer: c} }

func (f *facts) done(name string) copies.Record {
	all := f.all
	if all == nil {
		all = []copies.Field{}
	}
	return copies.Record{Name: name, Fields: all}
}

func (f *facts) add(field copies.Field) *facts {
	field.Name = f.name(field.ID)
	f.all = append(f.all, field)
	return f
}

func (f *facts) text(id, words string) *facts {
	if words == "" {
		return f
	}
	return f.add(copies.Field{ID: id, Text: words})
}

// choice is a button of a text, or the client's own words.
func (f *facts) choice(id, of, code string) *facts {
	if code == "" {
		return f
	}
	label, known := f.set.Label(f.lang, of, code)
	if !known {
		return f.text(id, code)
	}
	return f.add(copies.Field{ID: id, Code: code, Text: label})
}

func (f *facts) choices(id, of string, codes []string) *facts {
	if len(codes) == 0 {
		return f
	}
	var words []string
	for _, code := range codes {
		words = append(words, f.label(of, code))
	}
	return f.add(copies.Field{ID: id, Codes: codes, Text: strings.Join(words, f.comma())})
}

func (c *composer) comma() string {
	if c.lang == "zh-CN" {
		return "、"
	}
	return ", "
}

func (f *facts) number(id string, n int, words string) *facts {
	return f.add(copies.Field{ID: id, Number: &n, Text: words})
}

func (f *facts) time(id string, at time.Time) *facts {
	if at.IsZero() {
		return f
	}
	at = at.UTC()
	return f.add(copies.Field{ID: id, Time: &at, Text: f.say(copyMoment.With(at))})
}

func (f *facts) picture(id string, media bot.MediaID) *facts {
	f.all = append(f.all, copies.Picture(id, f.name(id), media))
	return f
}

func (f *facts) attached(id string, m store.KeptMedia) *facts {
	if m.Kind == bot.Photo {
		return f.picture(id, m.ID)
	}
	f.all = append(f.all, copies.Attached(id, f.name(id), m.ID, media.Ending(m.Type)))
	return f
}

// staff is a colleague, by the name they work under and what they are here.
func (f *facts) staff(id string, s store.Staff) *facts {
	if s.ID == 0 {
		return f
	}
	return f.text(id, s.Name+f.bracket(f.label("copy.roles", string(s.Role))))
}

func (c *composer) bracket(s string) string {
	if c.lang == "zh-CN" {
		return "（" + s + "）"
	}
	return " (" + s + ")"
}

// code makes a language or the like into the ID of a button.
func code(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "_")) }
