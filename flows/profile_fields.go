package flows

import (
	"fmt"
	"slices"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The questions of the registration and what they have in common: whether one
// concerns the client, whether it has been answered, which chapter it is in.

// field is one question of the registration.
type field struct {
	name      dialog.StepName
	chapter   int // from 1
	known     func(form) bool
	optional  bool
	sensitive bool            // asked only with the consent for what is sensitive
	when      func(form) bool // nil: it concerns everybody
}

// lastChapter is the chapter after which everything is shown.
const lastChapter = 5

// fields are all questions in the order they are asked.
var fields = []field{
	{name: "gender", chapter: 1, known: func(d form) bool { return d.P.Gender != "" }},
	{name: "birth", chapter: 1, known: func(d form) bool { return d.P.Born != "" }},
	{name: "marital", chapter: 1, known: func(d form) bool { return d.P.Marital != "" }},
	{name: "name", chapter: 1, known: func(d form) bool { return d.P.Given+d.P.Surname != "" }},
	{name: "height", chapter: 1, known: func(d form) bool { return d.P.Height > 0 }},
	{name: "weight", chapter: 1, known: func(d form) bool { return d.P.Weight > 0 }, optional: true},

	{name: "education", chapter: 2, known: func(d form) bool { return d.P.Education != "" }},
	{name: "school", chapter: 2, known: func(d form) bool { return d.P.School != "" }, optional: true},
	{name: "occupation", chapter: 2, known: func(d form) bool { return d.P.Occupation != "" }},
	{name: "employer", chapter: 2, known: func(d form) bool { return d.P.Employer != "" }, optional: true},
	{name: "income", chapter: 2, known: func(d form) bool { return d.P.Income != "" }, optional: true, sensitive: true},

	{name: "home", chapter: 3, known: func(d form) bool { return d.P.Home.Code != 0 }},
	{name: "registered", chapter: 3, known: func(d form) bool { return d.P.Registered.Code != 0 }},
	{name: "history", chapter: 3, known: func(d form) bool { return d.P.History != "" }, optional: true, sensitive: true,
		when: func(d form) bool { return d.P.Marital == "divorced" || d.P.Marital == "widowed" }},
	{name: "children", chapter: 3, known: func(d form) bool { return d.P.Children != "" }, optional: true, sensitive: true},
	{name: "housing", chapter: 3, known: func(d form) bool { return d.P.Housing != "" }, optional: true, sensitive: true},
	{name: "car", chapter: 3, known: func(d form) bool { return d.P.Car != "" }, optional: true, sensitive: true},

	{name: "smoking", chapter: 4, known: func(d form) bool { return d.P.Smoking != "" }},
	{name: "drinking", chapter: 4, known: func(d form) bool { return d.P.Drinking != "" }},
	{name: "religion", chapter: 4, known: func(d form) bool { return d.P.Religion != "" }, optional: true, sensitive: true},
	{name: "ethnicity", chapter: 4, known: func(d form) bool { return d.P.Ethnicity != "" }, optional: true, sensitive: true},
	{name: "hobbies", chapter: 4, known: func(d form) bool { return len(d.P.Hobbies) > 0 }},
	{name: "intro", chapter: 4, known: func(d form) bool { return d.P.Intro != "" }},

	{name: "phone", chapter: 5, known: func(d form) bool { return d.Phone != "" }},
	{name: "photos", chapter: 5, known: func(d form) bool { return d.P.PhotosDone && d.Pictures > 0 }, optional: true},
}

// fieldOf finds a question by its step.
func fieldOf(name dialog.StepName) (field, bool) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[i], true
}

// concerns says that the question is asked of this client.
func (f field) concerns(d form) bool {
	return (!f.sensitive || d.Sensitive) && (f.when == nil || f.when(d))
}

// settled says that the question need not be asked: it was answered, or skipped.
func (f field) settled(d form) bool {
	return !f.concerns(d) || f.known(d) || slices.Contains(d.P.Skipped, string(f.name))
}

// asked are the questions that concern the client.
func (d form) asked() (all []field) {
	for _, f := range fields {
		if f.concerns(d) {
			all = append(all, f)
		}
	}
	return all
}

// missingIn are the questions of a chapter that are still to be asked.
func (d form) missingIn(chapter int) (names []string) {
	for _, f := range fields {
		if f.chapter == chapter && !f.settled(d) {
			names = append(names, string(f.name))
		}
	}
	return names
}

// missingAtGate are the questions that decide whether the client can be
// registered.
func (d form) missingAtGate() (names []string) {
	for _, f := range fields[:3] {
		if !f.known(d) {
			names = append(names, string(f.name))
		}
	}
	return names
}

// Missing are the names of all questions that are still to be asked.
func (d form) Missing() (names []string) {
	for chapter := 1; chapter <= lastChapter; chapter++ {
		names = append(names, d.missingIn(chapter)...)
	}
	return names
}

// Left are the names of the questions that were skipped and concern the client.
func (d form) Left() (names []string) {
	for _, f := range d.asked() {
		if !f.known(d) && f.settled(d) {
			names = append(names, string(f.name))
		}
	}
	return names
}

// Progress is how far the registration has come: "6/22", the question among all.
func (d form) Progress() string {
	all := d.asked()
	at := slices.IndexFunc(all, func(f field) bool { return f.name == d.At }) + 1
	return fmt.Sprintf("%d/%d", at, len(all))
}

// Done and All are the same at the end of a chapter: the answers given, of how many.
func (d form) Done() (n int) {
	for _, f := range d.asked() {
		if f.settled(d) {
			n++
		}
	}
	return n
}

// All is how many questions there are for this client.
func (d form) All() int { return len(d.asked()) }

// chapters puts the steps of the chapters behind one another, and gives each
// question what it has in common with the others.
func chapters(all ...[]dialog.Step[form]) []dialog.Step[form] {
	steps := slices.Concat(all...)
	for i, s := range steps {
		f, ok := fieldOf(s.Name)
		if !ok {
			continue
		}
		steps[i].Pass = f.settled
		steps[i].Hear = noLongerSkipped(f, s.Hear)
		if f.optional {
			steps[i].Optional, steps[i].Skip = true, leaveOut(f)
		}
	}
	return steps
}

// noLongerSkipped lets an answer to a question that had been skipped count. At the
// first question of a chapter the client may as well rest.
func noLongerSkipped(f field, hear func(*dialog.Turn, *form) (dialog.Move, error)) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		if t.Choice() == "later" {
			t.Say(sayRest.With(*d))
			return dialog.End, nil
		}
		d.P.Skipped = slices.DeleteFunc(slices.Clone(d.P.Skipped), func(name string) bool { return name == string(f.name) })
		return hear(t, d)
	}
}

// leaveOut notes that the client would rather not answer. An answer that was
// given before stays.
func leaveOut(f field) func(*dialog.Turn, *form) error {
	return func(t *dialog.Turn, d *form) error {
		d.Picked = ""
		if f.settled(*d) {
			return nil
		}
		d.P.Skipped = append(slices.Clone(d.P.Skipped), string(f.name))
		if err := d.keep(t); err != nil {
			return err
		}
		return d.endChapter(t)
	}
}

// endChapter tells, after the last answer of a chapter, how far the client has come
// and what is next. It costs them no answer: the next question follows at once, and
// offers to rest (Begins).
func (d *form) endChapter(t *dialog.Turn) error {
	f, ok := fieldOf(d.At)
	if !ok || f.chapter != d.Stopped+1 || f.chapter == lastChapter || d.mustDeclare() || len(d.missingIn(f.chapter)) > 0 {
		return nil
	}
	d.Stopped = f.chapter
	t.Note(chapterEnds[f.chapter-1].With(*d))
	if f.chapter == 1 {
		return offerConsent(t, store.ConsentSensitive)
	}
	return nil
}

// Begins says that the question is the first of a new chapter, at which the client
// may rest.
func (d form) Begins() bool {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == d.At })
	return i > 0 && d.Picked == "" && fields[i].chapter == d.Stopped+1 && fields[i-1].chapter == d.Stopped && !fields[i].known(d)
}

// single is the end of the first chapter for who has not declared to be single:
// nothing can be kept of them, so they get no further.
var single = dialog.Step[form]{
	Name: "stop_you", Ask: templates.New[form]("profile.stop_you"), Want: dialog.Button,
	Pass: func(d form) bool { return !d.mustDeclare() },
	Hear: func(t *dialog.Turn, d *form) (dialog.Move, error) {
		switch {
		case t.Choice() != "go":
			t.Say(sayRest.With(*d))
			return dialog.End, nil
		case d.mustDeclare():
			return dialog.Again, declare(t, store.StatementSingle)
		}
		d.Stopped = max(d.Stopped, 1)
		return dialog.Next, offerConsent(t, store.ConsentSensitive)
	},
}

var (
	chapterEnds = []templates.Of[form]{
		templates.New[form]("profile.end_you"), templates.New[form]("profile.end_work"),
		templates.New[form]("profile.end_home"), templates.New[form]("profile.end_life"),
	}
	sayRest = templates.New[form]("profile.rest")

	// profile.fields names the questions, by its buttons; other texts quote them.
	fieldNames = templates.New[none]("profile.fields")
)
