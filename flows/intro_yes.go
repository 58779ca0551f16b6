package flows

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"redthread/bot/dialog"
	"redthread/bot/phone"
	"redthread/store"
	"redthread/templates"
)

// A client says yes: how the other may call them, and by what reach them, should the
// other say yes as well. What they agree to stands in one text, with its version, and
// is kept as any consent is. With the second yes both contacts pass, in the same turn.

// agreeing is a yes that is being given.
type agreeing struct {
	Ref               string
	Call, Kind, Value string
	Phone             string        `json:"-"` // theirs, with its middle covered; empty: none
	ZH, EN            dialog.Agency `json:"-"`
	Version           string        `json:"-"`
}

var (
	titleIntroYes = templates.New[none]("title.intro_yes")

	askIntroCall    = templates.New[agreeing]("intro.call")
	askIntroContact = templates.New[agreeing]("intro.contact")
	askIntroConfirm = templates.New[agreeing]("intro.confirm")

	contactVersion = templates.New[none]("intro.consent_version")
	contactWords   = templates.New[agreeing]("intro.consent") // what is agreed to, without anything personal

	sayOddCall    = templates.New[none]("intro.odd_call")
	sayOddContact = templates.New[none]("intro.odd_contact")
	sayPassed     = templates.New[contactView]("intro.passed")
	sayNotYet     = templates.New[string]("intro.not_yet") // its number

	_ = templates.New[none]("intro.kinds") // names the kinds of contacts, by its buttons; other texts quote them
)

func introYes(s Settings) dialog.Flow[agreeing] {
	return dialog.Flow[agreeing]{
		Name:   introYesFlow,
		Title:  titleIntroYes,
		Always: true,
		Fresh:  true,
		Idle:   24 * time.Hour,
		Needs:  needsProfile,
		Begin: func(t *dialog.Turn, d *agreeing) (dialog.Move, error) {
			d.Ref = t.Paper()
			return dialog.Next, nil
		},
		Ready: s.readyAgreeing,
		Steps: []dialog.Step[agreeing]{
			{Name: "call", Ask: askIntroCall, Want: dialog.Text(1, 20), Hear: takeCall},
			{Name: "contact", Ask: askIntroContact, Want: dialog.Button.Or(dialog.Text(3, 64)), Hear: takeContact},
			{Name: "confirm", Ask: askIntroConfirm, Want: dialog.Button, Hear: s.sayYes, To: []dialog.StepName{"call", "contact"}},
		},
	}
}

func (s Settings) readyAgreeing(t *dialog.Turn, d *agreeing, _ dialog.StepName) error {
	me, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	number, _, err := t.Records.Phone(me.ID)
	if ignoreNotFound(err) != nil {
		return err
	}
	d.Phone = ""
	if number != "" {
		d.Phone = phone.Masked(number)
	}
	d.ZH, d.EN, d.Version = s.Agency("zh-CN"), s.Agency("en"), t.Words(t.Lang(), contactVersion.With(none{}))
	return nil
}

// takeCall takes how they wish to be called: a name, and no way to reach them.
func takeCall(t *dialog.Turn, d *agreeing) (dialog.Move, error) {
	if strings.ContainsAny(t.Text(), "0123456789@/:：") || strings.Contains(t.Text(), "\n") {
		return t.Wrong(sayOddCall.With(none{})), nil
	}
	d.Call = t.Text()
	return dialog.Next, nil
}

var (
	weChatName   = regexp.MustCompile(`^[A-Za-z][-_A-Za-z0-9]{5,19}$`)   // 微信号: help.wechat.com
	telegramName = regexp.MustCompile(`^@([A-Za-z][_A-Za-z0-9]{4,31})$`) // core.telegram.org/method/account.checkUsername
)

// takeContact takes what may pass: the number that we have, another one, or a name
// on WeChat or Telegram.
func takeContact(t *dialog.Turn, d *agreeing) (dialog.Move, error) {
	if t.Choice() == "phone" {
		me, err := t.Records.Self(t.Lang())
		if err != nil {
			return dialog.Again, err
		}
		number, _, err := t.Records.Phone(me.ID)
		if errors.Is(err, store.ErrNotFound) {
			return dialog.Again, nil
		}
		d.Kind, d.Value = store.ContactPhone, number
		return dialog.Next, err
	}
	words := strings.TrimSpace(t.Text())
	if m := telegramName.FindStringSubmatch(words); m != nil {
		d.Kind, d.Value = store.ContactTelegram, m[1]
		return dialog.Next, nil
	}
	if weChatName.MatchString(words) {
		d.Kind, d.Value = store.ContactWeChat, words
		return dialog.Next, nil
	}
	number, err := phone.Parse(words)
	if err != nil {
		return t.Wrong(sayOddContact.With(none{})), nil
	}
	d.Kind, d.Value = store.ContactPhone, number
	return dialog.Next, nil
}

// Shown is the contact as it will pass.
func (d agreeing) Shown() string { return spaced(d.Kind, d.Value) }

// Shown is the contact as it is read.
func (v contactView) Shown() string { return spaced(v.Kind, v.Value) }

func spaced(kind, value string) string {
	switch kind {
	case store.ContactPhone:
		return phone.Spaced(value)
	case store.ContactTelegram:
		return "@" + value
	}
	return value
}

// sayYes keeps the yes; the second one lets both contacts pass.
func (s Settings) sayYes(t *dialog.Turn, d *agreeing) (dialog.Move, error) {
	switch t.Choice() {
	case "call", "contact":
		return dialog.Visit(dialog.StepName(t.Choice())), nil
	case "drop":
		t.Say(sayNotYet.With(d.Ref))
		return dialog.End, nil
	}
	_, me, ok, err := myIntro(t, d.Ref)
	if !ok {
		return dialog.End, err
	}
	consent := store.NewConsent{Kind: store.ConsentContact, Answer: store.ConsentYes, Version: d.Version, Lang: t.Lang(), Words: t.Words(t.Lang(), contactWords.With(*d))}
	y, err := t.Records.SayYes(d.Ref, store.IntroContact{Call: d.Call, Kind: d.Kind, Value: d.Value}, consent, s.answerEnds(t.Now()).Sub(t.Now()))
	switch {
	case err != nil:
		return dialog.End, err
	case !y.Moved:
		return dialog.End, s.sayStand(t, y.Introduction, me)
	case !y.Obstacle.None():
		t.Say(sayIntroOver.With(d.Ref))
		return dialog.End, s.introOver(t, y.Introduction, me.ID)
	case y.State == store.IntroBothYes:
		return dialog.End, s.passContacts(t, y.Introduction)
	}
	return dialog.End, s.askOther(t, y.Introduction, me)
}

// askOther asks the other, after the first yes.
func (s Settings) askOther(t *dialog.Turn, i store.Introduction, me store.Client) error {
	if err := stopIntroTimers(t, i, me.ID); err != nil {
		return err
	}
	if err := s.sayStand(t, i, me); err != nil {
		return err
	}
	if err := s.askSide(t, i); err != nil {
		return err
	}
	return s.tellMatchmakers(t, i)
}

// passContacts tells each of the two how to reach the other, and what to mind.
func (s Settings) passContacts(t *dialog.Turn, i store.Introduction) error {
	for _, person := range []int64{i.A, i.B} {
		if err := stopIntroTimers(t, i, person); err != nil {
			return err
		}
		c, err := t.Records.ContactFor(i, person)
		if err != nil {
			return err
		}
		if err := tellPerson(t, person, sayPassed.With(viewOfContact(i, c))); err != nil {
			return err
		}
	}
	return s.tellMatchmakers(t, i)
}
