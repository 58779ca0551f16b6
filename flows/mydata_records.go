package flows

import (
	"strconv"
	"strings"
	"time"

	"redthread/bot"
	"redthread/bot/copies"
	"redthread/bot/phone"
	"redthread/store"
)

// The chapters of a copy (mydata_document.go), one method each.

func (c *composer) account(k store.Kept) (all []copies.Record) {
	for _, chat := range k.Chats {
		f := c.record().text("client", chat.Code()).choice("channel", "copy.channels", chat.Conversation.Channel).text("platform_name", chat.Name).
			text("platform_id", chat.Conversation.Chat).choice("language", "copy.languages", code(chat.Lang)).time("since", chat.ArrivedAt).time("left", chat.LeftAt).time("hold", chat.HeldAt)
		if chat.Chat == k.Person.Chat {
			f.staff("matchmaker", k.Owner)
		}
		all = append(all, f.done(""))
	}
	for _, v := range k.Visits {
		all = append(all, c.record().text("source", v.Source).text("campaign", v.Campaign).number("visits", v.Visits, strconv.Itoa(v.Visits)).time("first", v.First).time("last", v.Last).done(""))
	}
	for _, l := range k.Links {
		f := c.record().time("joined", l.At).time("unlinked", l.Undone)
		if l.Undone.IsZero() {
			f.text("was", l.Joined)
		}
		all = append(all, f.done(""))
	}
	return all
}

func (c *composer) profiles(k store.Kept) (all []copies.Record) {
	for _, p := range k.Profiles {
		f := c.record()
		f.choice("state", "copy.profile_states", string(p.State)).time("begun", p.BegunAt).time("changed", p.UpdatedAt).time("filed", p.FiledAt)
		f.you(p)
		f.choice("education", "profile.education", p.Education).text("school", p.School).choice("occupation", "profile.occupation", p.Occupation).text("employer", p.Employer).choice("income", "profile.income", p.Income)
		f.place("home", p.Home).place("registered", p.Registered)
		f.text("history", p.History).choice("children", "profile.children", p.Children).choice("housing", "profile.housing", p.Housing).choice("car", "profile.car", p.Car)
		f.choice("smoking", "profile.smoking", p.Smoking).choice("drinking", "profile.drinking", p.Drinking).choice("religion", "profile.religion", p.Religion).choice("ethnicity", "profile.ethnicity", p.Ethnicity)
		f.choices("hobbies", "profile.hobbies", p.Hobbies).text("intro", p.Intro).choices("skipped", "profile.fields", p.Skipped)
		all = append(all, f.done(""))
	}
	return all
}

func (f *facts) you(p store.Profile) {
	f.text("surname", p.Surname).text("given", p.Given).choice("gender", "profile.gender", p.Gender)
	if day, err := time.Parse(time.DateOnly, p.Born); err == nil {
		// At noon it is the same day in the agency's zone.
		f.add(copies.Field{ID: "birth", Date: p.Born, Text: f.say(copyDate.With(day.Add(4 * time.Hour)))})
	} else {
		f.text("birth", p.Born)
	}
	if p.LunarBirthday {
		f.choice("birthday", "copy.sides", "lunar")
	}
	f.choice("marital", "profile.marital", p.Marital)
	if p.Height > 0 {
		f.number("height", p.Height, f.say(copyHeight.With(p.Height)))
	}
	if p.Weight > 0 {
		f.number("weight", p.Weight, f.say(copyWeight.With(p.Weight)))
	}
}

// place is a place by its number in the official division, and in words.
func (f *facts) place(id string, p store.Place) *facts {
	if p.Code == 0 && p.Words == "" {
		return f
	}
	return f.add(copies.Field{ID: id, Code: strconv.Itoa(p.Code), Text: placeName(p, f.lang)})
}

func (c *composer) phones(k store.Kept) (all []copies.Record) {
	for _, p := range k.Phones {
		all = append(all, c.record().add(copies.Field{ID: "phone", Code: p.Number, Text: phone.Spaced(p.Number)}).time("claimed", p.Claimed).time("proven", p.Proven).done(""))
	}
	return all
}

func (c *composer) photos(k store.Kept) (all []copies.Record) {
	for _, p := range k.Photos {
		all = append(all, c.record().text("number", p.Number()).time("added", p.AddedAt).picture("photo", p.Media).done(""))
	}
	return all
}

func (c *composer) criteria(k store.Kept) (all []copies.Record) {
	for _, wished := range k.Criteria {
		f := c.record().time("changed", wished.UpdatedAt)
		views := wishesOf(wished, c.lang)
		for _, v := range views {
			field := copies.Field{ID: "wish_" + v.Name, Name: c.label("wish.names", v.Name), Code: weightOf(v), Text: c.say(copyWish.With(v))}
			field.Codes = wishCodes(wished, v.Name)
			f.all = append(f.all, field)
		}
		all = append(all, f.text("must_words", wished.MustWords).text("prefer_words", wished.PreferWords).done(""))
	}
	return all
}

func weightOf(v wishView) string {
	switch {
	case v.Any:
		return string(store.Any)
	case v.Must:
		return string(store.Must)
	}
	return string(store.Prefer)
}

// wishCodes are what a wish compares: the least and the most, the lowest choice,
// the choices, or the places.
func wishCodes(c store.Criteria, name string) (all []string) {
	for _, w := range wishes {
		if w.name != name {
			continue
		}
		v := *w.of(&c)
		if v.From != 0 || v.To != 0 {
			all = append(all, strconv.Itoa(v.From)+"-"+strconv.Itoa(v.To))
		}
		if v.Least != "" {
			all = append(all, v.Least)
		}
		all = append(all, v.OneOf...)
		for _, p := range v.Places {
			all = append(all, strconv.Itoa(p))
		}
	}
	return all
}

// introductions are those who were brought to the client, as far as it is theirs,
// and what they have paid for.
func (c *composer) introductions(k store.Kept) (all []copies.Record) {
	for _, i := range k.Introductions {
		f := c.record().text("number", i.Number).choice("state", "copy.intro_states", string(i.State)).time("at", i.At)
		for _, s := range i.Said {
			f.step("copy.intro_states", s.Kind, s.At)
		}
		f.choice("why", "intro.why_not", i.Why).text("called", i.Gave.Call).choice("reached", "intro.kinds", i.Gave.Kind).text("contact", i.Gave.Value).time("passed", i.Passed)
		all = append(all, f.done(i.Number))
	}
	for _, p := range k.Packages {
		all = append(all, c.record().number("paid", p.Total, strconv.Itoa(p.Total)).number("used", p.Used, strconv.Itoa(p.Used)).time("since", p.From).time("until", p.Until).done(""))
	}
	return all
}

func (c *composer) notes(k store.Kept) (all []copies.Record) {
	for _, n := range k.Notes {
		f := c.record().time("at", n.At).text("words", strings.Join(n.Lines, "\n"))
		if n.Voice {
			f.choice("said", "copy.sides", "voice")
		}
		all = append(all, f.done(""))
	}
	return all
}

func (c *composer) consents(k store.Kept) (all []copies.Record) {
	for _, s := range k.Consents {
		of := "consents.kinds"
		if s.Kind == store.StatementSingle || s.Kind == store.StatementTruth {
			of = "consents.statements"
		}
		all = append(all, c.record().choice("kind", of, string(s.Kind)).choice("answer", "copy.answers", string(s.Answer)).time("at", s.At).
			text("version", s.Version).choice("channel", "copy.channels", s.Channel).choice("language", "copy.languages", code(s.Lang)).
			text("words", k.Words[s.Digest]).text("digest", s.Digest).done(""))
	}
	return all
}

func (c *composer) papers(k store.Kept) (all []copies.Record) {
	for _, v := range k.Ledger {
		all = append(all, c.record().choice("paper", "papers.names", string(v.Paper)).choice("finding", "copy.findings", string(v.Finding)).
			time("at", v.At).staff("by", v.By).time("until", v.Until).done(""))
	}
	return all
}

func (c *composer) complaints(k store.Kept) (all []copies.Record) {
	for _, g := range k.Complaints {
		f := c.record().text("number", g.Number()).choice("matter", "complaint.matter", g.Matter).choice("state", "copy.case_states", string(g.State)).
			choice("people", "complaint.people", g.Facts.People).text("when", g.Facts.When).text("words", g.Facts.Story).choice("wish", "complaint.wish", g.Facts.Wish).
			time("at", g.FiledAt).time("promised", g.PromisedAt).staff("by", g.Owner).time("taken", g.TakenAt).time("closed", g.ClosedAt)
		for _, s := range g.Steps {
			f.step("copy.case_states", string(s.Kind), s.At)
		}
		for _, m := range g.Evidence {
			f.picture("evidence", m)
		}
		all = append(all, f.done(g.Number()))
	}
	return all
}

// step is something that was done about a paper.
func (f *facts) step(of, kind string, at time.Time) *facts {
	at = at.UTC()
	return f.add(copies.Field{ID: "step", Code: kind, Time: &at, Text: f.label(of, kind) + f.comma() + f.say(copyMoment.With(at))})
}

func (c *composer) questions(k store.Kept) (all []copies.Record) {
	for _, q := range k.Questions {
		f := c.record().text("number", q.Number()).time("at", q.AskedAt).choice("language", "copy.languages", code(q.Lang)).text("words", q.Words).
			time("promised", q.PromisedAt).staff("by", q.Owner).time("answered", q.AnsweredAt).text("reply", q.Answer)
		for _, s := range q.Steps {
			f.step("copy.question_steps", s.Kind, s.At)
		}
		all = append(all, f.done(q.Number()))
	}
	return all
}

func (c *composer) answers(k store.Kept) (all []copies.Record) {
	for _, a := range k.Answers {
		all = append(all, c.record().time("at", a.At).text("entry", a.Entry).number("version", a.Version, strconv.Itoa(a.Version)).choice("way", "copy.ways", a.How).
			choice("language", "copy.languages", code(a.Lang)).text("digest", a.Digest).done(""))
	}
	return all
}

func (c *composer) talks(k store.Kept) (all []copies.Record) {
	for _, h := range k.Handoffs {
		f := c.record().text("number", h.Number()).time("at", h.OpenedAt).staff("by", h.Staff).time("taken", h.TakenAt).time("closed", h.ClosedAt)
		for i, w := range h.Words {
			at := h.At[i].UTC()
			if words := readable(w); words != "" { // a file by its name; itself it stands with the pictures
				f.add(copies.Field{ID: "words", Time: &at, Text: words})
			}
			for _, m := range w.Photos {
				f.picture("picture", m)
			}
		}
		all = append(all, f.done(h.Number()))
	}
	return all
}

// pictures are those that belong to nothing else.
func (c *composer) pictures(k store.Kept) (all []copies.Record) {
	told := map[bot.MediaID]bool{}
	for _, p := range k.Photos {
		told[p.Media] = true
	}
	for _, g := range k.Complaints {
		for _, m := range g.Evidence {
			told[m] = true
		}
	}
	for _, h := range k.Handoffs {
		for _, w := range h.Words {
			for _, m := range w.Photos {
				told[m] = true
			}
		}
	}
	for _, m := range k.Media {
		if !told[m.ID] {
			all = append(all, c.record().time("at", m.At).attached("picture", m).done(""))
		}
	}
	return all
}

// dates are the client's own account of them: what the other one said is the other's.
func (c *composer) dates(k store.Kept) (all []copies.Record) {
	for _, d := range k.Dates {
		f := c.record().text("number", d.Number).choice("state", "copy.date_states", string(d.State)).time("at", d.At).text("place", strings.Trim(d.Place.In(c.lang)+", "+d.Place.AddressIn(c.lang), ", "))
		if said := d.Feedback; said != nil {
			f.number("rating", said.Rating, strconv.Itoa(said.Rating)).choice("again", "feedback.again", said.Again).choices("off", "feedback.off", said.Off).text("said", said.Words).choice("next", "feedback.next", said.Next)
		}
		for _, at := range d.Called {
			f.time("called", at)
		}
		all = append(all, f.done(d.Number))
	}
	if k.Zone != "" {
		all = append(all, c.record().text("zone", k.Zone).done(""))
	}
	return all
}

func (c *composer) looks(k store.Kept) (all []copies.Record) {
	for _, r := range k.Reveals {
		shown, _, _ := strings.Cut(r.What, ":") // for whom, is the other one's affair
		all = append(all, c.record().time("at", r.At).staff("by", r.By).choice("shown", "copy.looks", shown).done(""))
	}
	return all
}

func (c *composer) copies(k store.Kept) (all []copies.Record) {
	for _, d := range k.Copies {
		f := c.record()
		for _, s := range d.Steps {
			f.step("copy.copy_steps", s.Kind, s.At)
		}
		all = append(all, f.done(d.Number))
	}
	return all
}
