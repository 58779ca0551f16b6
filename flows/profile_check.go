package flows

import (
	"errors"
	"strings"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The summary: what we know, to be corrected answer by answer and submitted. Who
// has submitted it comes back to it by 我的资料.

func summary(s Settings) []dialog.Step[form] {
	var all []dialog.StepName
	for _, f := range fields {
		all = append(all, f.name)
	}
	return []dialog.Step[form]{
		{Name: "check", Ask: askProfileCheck, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: check(s), To: append(all[:len(all):len(all)], "which")},
		{Name: "which", Ask: askWhichField, Want: dialog.Button.Or(dialog.Text(1, 300)), Hear: chooseField, To: append(all[:len(all):len(all)], "check")},
	}
}

// chapterIDs are the buttons that open a chapter for corrections.
var chapterIDs = []string{"you", "work", "home", "life", "contact"}

var (
	askProfileCheck = templates.New[form]("profile.check")
	askWhichField   = templates.New[form]("profile.which")

	sayWhichUnclear = templates.New[none]("profile.which_unclear")
	sayStillMissing = templates.New[form]("profile.still_missing")
	sayNotSent      = templates.New[form]("profile.not_sent")
	sayAsItIs       = templates.New[none]("profile.as_it_is")
	sayProfileFiled = templates.New[form]("profile.filed")
)

// check submits, or goes to what is to be corrected.
func check(s Settings) func(*dialog.Turn, *form) (dialog.Move, error) {
	return func(t *dialog.Turn, d *form) (dialog.Move, error) {
		for i, id := range chapterIDs {
			if t.Choice() == id {
				d.Chapter = i + 1
				return dialog.Visit("which"), nil
			}
		}
		switch t.Choice() {
		case "send":
			return d.send(t, s)
		case "review":
			d.Sending = false
			return dialog.Again, nil
		case "later":
			t.Say(sayNotSent.With(*d))
			return dialog.End, nil
		case "done":
			t.Say(sayAsItIs.With(none{}))
			return dialog.End, nil
		}
		return d.named(t)
	}
}

// named goes to the answer whose name was written: “身高”, “改身高”.
func (d *form) named(t *dialog.Turn) (dialog.Move, error) {
	if id := t.ChoiceIn(fieldNames.With(none{}), withoutVerb(t.Text())); id != "" {
		if f, ok := fieldOf(dialog.StepName(id)); ok && f.concerns(*d) {
			return d.change(t, f.name)
		}
	}
	return d.unfit(t, sayWhichUnclear.With(none{}))
}

// withoutVerb is the name in “改身高”.
func withoutVerb(words string) string {
	for _, verb := range []string{"我要改", "我想改", "修改", "更改", "更正", "改一下", "改", "change my ", "change the ", "change ", "correct my ", "correct ", "edit "} {
		if rest, ok := cutPrefixFold(words, verb); ok {
			return rest
		}
	}
	return words
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// change has one answer given anew. What a colleague has seen a paper of is not
// changed without another look.
func (d *form) change(t *dialog.Turn, name dialog.StepName) (dialog.Move, error) {
	if seen, err := wasSeen(t, name); seen || err != nil {
		t.OpenAbout(correctionFlow, string(name))
		return dialog.Again, err
	}
	d.Picked, d.Days, d.Sending = "", nil, false
	return dialog.Visit(name), nil
}

// chooseField goes to the answer that is to be corrected.
func chooseField(t *dialog.Turn, d *form) (dialog.Move, error) {
	_, i, ok := templates.Index(t.Choice())
	switch {
	case t.Choice() == "none":
		return dialog.Next, nil
	case ok && i < len(d.Options):
		return d.change(t, dialog.StepName(d.Options[i].ID))
	}
	return d.named(t)
}

// fieldOptions are the questions of the chapter that is to be corrected.
func (d form) fieldOptions() (all []option) {
	for _, f := range d.asked() {
		if f.chapter == d.Chapter {
			all = append(all, option{ID: string(f.name)})
		}
	}
	return all
}

// send submits the profile, when nothing is missing and its truth is declared.
func (d *form) send(t *dialog.Turn, s Settings) (dialog.Move, error) {
	if missing := d.Missing(); len(missing) > 0 {
		t.Note(sayStillMissing.With(*d))
		return dialog.GoTo(dialog.StepName(missing[0])), nil
	}
	if !d.Truthful {
		d.Sending = true
		return dialog.Again, declare(t, store.StatementTruth)
	}
	if err := d.keep(t); err != nil {
		return dialog.End, err
	}
	first, err := t.Records.FileProfile()
	if err != nil {
		return dialog.End, err
	}
	me, err := t.Records.Self("")
	if err != nil {
		return dialog.End, err
	}
	t.Say(sayProfileFiled.With(*d))
	if first {
		if err := s.wake(t, alarmProfile, me.Code(), concern{client: me}); err != nil {
			return dialog.End, err
		}
	}
	return dialog.End, offerConsent(t, store.ConsentShow)
}

// IntroShort is how the self-introduction begins: the summary is long already.
func (d form) IntroShort() string { return firstRunes(d.P.Intro, 60) }

// showNewProfile is the alert of a client who has registered.
func showNewProfile(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		c, err := t.Records.ClientByCode(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		if err != nil {
			return templates.Line{}, false, err
		}
		v, err := seekerOf(t, c)
		return profileCard(s).For(ref, v), true, err
	}
}
