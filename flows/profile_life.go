package flows

import (
	"slices"
	"strings"
	"unicode/utf8"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The fourth chapter: how they live, and who they are in their own words.

var yourLife = []dialog.Step[form]{
	{Name: "smoking", Ask: askSmoking, Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Smoking })},
	{Name: "drinking", Ask: askDrinking, Want: dialog.Button, Hear: choose(func(p *store.Profile) *string { return &p.Drinking })},
	{Name: "religion", Ask: templates.New[form]("profile.religion"), Want: dialog.Button.Or(dialog.Text(1, 40)), Hear: write(func(p *store.Profile) *string { return &p.Religion })},
	{Name: "ethnicity", Ask: templates.New[form]("profile.ethnicity"), Want: dialog.Button.Or(dialog.Text(1, 20)), Hear: write(func(p *store.Profile) *string { return &p.Ethnicity })},
	{Name: "hobbies", Ask: templates.New[form]("profile.hobbies"), Want: dialog.Several.Or(dialog.Text(1, 200)), Hear: takeHobbies},
	{Name: "intro", Ask: templates.New[form]("profile.intro"), Want: dialog.Button.Or(dialog.Text(1, maxIntro)), Hear: takeIntro},
}

var (
	askSmoking  = templates.New[form]("profile.smoking")
	askDrinking = templates.New[form]("profile.drinking")

	sayIntroShort = templates.New[int]("profile.intro_short") // how long it is
	sayDraft      = templates.New[form]("profile.draft")
	sayNoHobby    = templates.New[none]("profile.no_hobby")
)

const (
	maxIntro    = 500
	minIntro    = 15
	mostHobbies = 20
)

// takeHobbies collects: several in one line, which are all, or tap by tap. A
// second tap takes one out again.
func takeHobbies(t *dialog.Turn, d *form) (dialog.Move, error) {
	if t.Choice() == "done" {
		if len(d.P.Hobbies) == 0 {
			return t.Wrong(sayNoHobby.With(none{})), nil
		}
		return d.answered(t)
	}
	ids, others := t.Choices()
	if len(ids)+len(others) == 0 {
		others = []string{t.Text()}
	}
	tapped := t.Choice() != ""
	if !tapped && !d.Tapping {
		d.P.Hobbies = nil
	}
	d.addHobbies(ids, others, tapped)
	if tapped {
		d.Tapping = true
		return dialog.Again, d.keep(t)
	}
	return d.answered(t)
}

func (d *form) addHobbies(ids, others []string, toggle bool) {
	all := slices.Clone(d.P.Hobbies)
	for _, h := range slices.Concat(ids, others) {
		h = firstRunes(strings.Join(strings.Fields(h), " "), 30)
		i := slices.Index(all, h)
		switch {
		case h == "done":
		case i >= 0 && toggle:
			all = slices.Delete(all, i, i+1)
		case i < 0 && len(all) < mostHobbies:
			all = append(all, h)
		}
	}
	d.P.Hobbies = all
}

// takeIntro takes the client's own words, or those we propose.
func takeIntro(t *dialog.Turn, d *form) (dialog.Move, error) {
	switch t.Choice() {
	case "draft":
		d.Drafted = true
		return dialog.Again, nil
	case "use":
		d.P.Intro = d.Draft
		return d.answered(t)
	case "own":
		d.Drafted = false
		return dialog.Again, nil
	}
	if n := utf8.RuneCountInString(t.Text()); n < minIntro {
		return t.Wrong(sayIntroShort.With(n)), nil
	}
	d.P.Intro = t.Text()
	return d.answered(t)
}

// draft is a self-introduction made of what we know.
func (d form) draft(t *dialog.Turn) string {
	if !d.Drafted {
		return ""
	}
	return t.Words(t.Lang(), sayDraft.With(d))
}
