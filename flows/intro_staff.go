package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// The matchmaker's card of an introduction, drawn anew as it moves: who of the two is
// asked, what they said, and why not. The other side's matchmaker reads both cards and
// agrees before any client hears of it. It is played in testdata/recommend.*.chat and
// recommend_two.zh-CN.chat.

// introStaffView is what a matchmaker may know of an introduction.
type introStaffView struct {
	Number, State string
	A, B          string // the clients' codes; A is asked first
	By, With      string // the matchmakers; With may be empty
	Ends, Changed time.Time
	Declined      string // who declined, or took it back; empty: nobody
	Why, Words    string // why, where they said so
	Pack          []packageView

	Unagreed bool // the other side's matchmaker has not answered in time
}

// Open says that it can still be taken back.
func (v introStaffView) Open() bool {
	return v.State == string(store.IntroProposed) || v.State == string(store.IntroAskedA) || v.State == string(store.IntroAskedB)
}

// Agreed says that both have said yes, so that they can meet.
func (v introStaffView) Agreed() bool { return v.State == string(store.IntroBothYes) }

// introductionCard is the matchmaker's card. Its ref is the introduction's number.
func introductionCard(s Settings) dialog.Card[introStaffView] {
	return dialog.Card[introStaffView]{Text: introStaffText, Hear: s.pressIntroduction, Staff: who(RecommendClients)}
}

// agreeCard asks the other side's matchmaker, who reads what both clients will read.
func agreeCard(s Settings) dialog.Card[agreeView] {
	return dialog.Card[agreeView]{Text: introAgreeText, Hear: s.pressAgree, Staff: who(RecommendClients)}
}

// stopCard asks whether an introduction is to be taken back.
func stopCard(s Settings) dialog.Card[introStaffView] {
	return dialog.Card[introStaffView]{Text: introStopText, Hear: s.pressStop, Staff: who(RecommendClients)}
}

// agreeView is what a matchmaker is asked to agree to.
type agreeView struct {
	introStaffView
	ToA, ToB string // the cards, to the letter
}

var (
	introStaffText = templates.New[introStaffView]("staff.introduction")
	introAgreeText = templates.New[agreeView]("staff.intro_agree")
	introStopText  = templates.New[introStaffView]("staff.intro_stop")
)

func (s Settings) viewOfIntro(t *dialog.Turn, i store.Introduction) (v introStaffView, err error) {
	v = introStaffView{Number: i.Number(), State: string(i.State), A: codeOfPerson(i.A), B: codeOfPerson(i.B), Ends: i.Ends, Changed: i.Changed}
	v.Unagreed = i.State == store.IntroExpired && i.Asked.IsZero()
	for id, name := range map[int64]*string{i.By: &v.By, i.With: &v.With} {
		if id == 0 {
			continue
		}
		st, err := t.Records.StaffByID(id)
		if ignoreNotFound(err) != nil {
			return v, err
		}
		*name = st.Name
	}
	steps, err := t.Records.IntroSteps(i)
	if err != nil {
		return v, err
	}
	if last := len(steps) - 1; last >= 0 && steps[last].Client != 0 && (i.State == store.IntroDeclined || i.State == store.IntroWithdrawn) {
		v.Declined, v.Why, v.Words = codeOfPerson(steps[last].Client), steps[last].Why, i.Words.Declined
	}
	for _, code := range []string{v.A, v.B} {
		p, ok, err := s.packageOf(t, code)
		if err != nil {
			return v, err
		}
		if ok {
			v.Pack = append(v.Pack, p)
		}
	}
	return v, nil
}

// sayIntroduction shows the colleague whose turn it is how an introduction stands.
func (s Settings) sayIntroduction(t *dialog.Turn, i store.Introduction) error {
	v, err := s.viewOfIntro(t, i)
	if err != nil {
		return err
	}
	t.Say(introductionCard(s).For(i.Number(), v))
	me, _ := t.Staff()
	ref := store.RevealIntroduction + ":" + i.Number()
	return errors.Join(t.Records.NoteReveal(me, i.A, ref), t.Records.NoteReveal(me, i.B, ref))
}

// The alerts about introductions.
const (
	alarmIntro      = "introduction"       // it has moved
	alarmIntroAgree = "introduction_agree" // the other side's matchmaker is asked
)

// tellMatchmakers has whoever brings the two together read the card anew, and the
// other side's matchmaker.
func (s Settings) tellMatchmakers(t *dialog.Turn, i store.Introduction) error {
	if _, err := t.Records.CloseAlerts(i.Number()); err != nil { // of how it stood before
		return err
	}
	by, err := introBy(t, i)
	if err != nil {
		return err
	}
	me, _ := t.Staff()
	if me.ID == 0 || me.ID != by.ID {
		a, err := t.Records.Reach(i.A)
		if err != nil {
			return ignoreNotFound(err)
		}
		if err := s.wake(t, alarmIntro, i.Number(), concern{client: a, first: by.ID}); err != nil {
			return err
		}
	}
	if i.With == 0 || i.With == by.ID || i.With == me.ID {
		return nil
	}
	with, err := t.Records.StaffByID(i.With)
	if err != nil {
		return ignoreNotFound(err)
	}
	v, err := s.viewOfIntro(t, i)
	if err == nil {
		t.Wake(with, introductionCard(s).For(i.Number(), v))
	}
	return err
}

// showIntro is the alert of an introduction that has moved.
func showIntro(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		i, err := t.Records.Introduction(ref)
		if errors.Is(err, store.ErrNotFound) {
			return templates.Line{}, false, nil
		}
		if err != nil {
			return templates.Line{}, false, err
		}
		v, err := s.viewOfIntro(t, i)
		return introductionCard(s).For(ref, v), true, err
	}
}

// askToAgree asks the other side's matchmaker, whom nobody else can stand in for, and
// again each working day until the time is over.
func (s Settings) askToAgree(t *dialog.Turn, i store.Introduction, with store.Staff) error {
	a, err := t.Records.Reach(i.A)
	if err != nil {
		return err
	}
	t.Records.LaterFor(a.Conversation, introEnds, i.Number(), i.Ends)
	return s.wake(t, alarmIntroAgree, i.Number(), concern{client: a, first: with.ID})
}

// showAgree is the alert of one that the other side's matchmaker is to agree to.
func showAgree(s Settings) func(*dialog.Turn, string, bool) (templates.Line, bool, error) {
	return func(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
		i, err := t.Records.Introduction(ref)
		if errors.Is(err, store.ErrNotFound) || err == nil && i.State != store.IntroProposed {
			return templates.Line{}, false, nil
		}
		if err != nil {
			return templates.Line{}, false, err
		}
		v, err := s.agreeOf(t, i)
		return agreeCard(s).For(ref, v), true, err
	}
}

// agreeOf is both cards as they would be read now.
func (s Settings) agreeOf(t *dialog.Turn, i store.Introduction) (v agreeView, err error) {
	if v.introStaffView, err = s.viewOfIntro(t, i); err != nil {
		return v, err
	}
	i.Ends = s.answerEnds(t.Now())
	for person, words := range map[int64]*string{i.A: &v.ToA, i.B: &v.ToB} {
		viewer, err := t.Records.Reach(person)
		if err != nil {
			return v, err
		}
		card, _, err := s.introOf(t, i, viewer)
		if err != nil {
			return v, err
		}
		*words = t.Words(card.Lang, introText.With(card))
	}
	return v, nil
}

// introForMe is an introduction that the colleague may look after: they brought the
// two together or were asked to agree, one of the two is theirs, or they are above
// them.
func introForMe(t *dialog.Turn, ref string) (i store.Introduction, ok bool, err error) {
	i, err = t.Records.Introduction(ref)
	if err != nil {
		return i, false, gone(t, err)
	}
	me, _ := t.Staff()
	if isBoss(me) || i.By == me.ID || i.With == me.ID {
		return i, true, nil
	}
	var others othersClient
	for _, person := range []int64{i.A, i.B} {
		owner, err := ownerOf(t, codeOfPerson(person))
		if err != nil {
			return i, false, err
		}
		if owner.ID == me.ID {
			return i, true, nil
		}
		others = othersClient{codeOfPerson(person), owner.Name}
	}
	t.RefuseWith("introduction of others' clients", sayOthersClient.With(others))
	return i, false, nil
}

func (s Settings) pressIntroduction(t *dialog.Turn, ref, choice string) error {
	if choice == "seen" {
		return nil // the press has acknowledged it
	}
	t.Keep()
	i, ok, err := introForMe(t, ref)
	if !ok {
		return err
	}
	if choice == "date" {
		t.OpenAbout(proposeFlow, ref)
		return nil
	}
	if choice == "withdraw" && i.Open() {
		v, err := s.viewOfIntro(t, i)
		t.Say(stopCard(s).For(ref, v))
		return err
	}
	return s.sayIntroduction(t, i)
}

// pressStop takes an introduction back, before contacts have passed.
func (s Settings) pressStop(t *dialog.Turn, ref, choice string) error {
	i, ok, err := introForMe(t, ref)
	if !ok {
		return err
	}
	if choice != "yes" {
		return s.sayIntroduction(t, i)
	}
	me, _ := t.Staff()
	moved := false
	if i.State == store.IntroProposed {
		i, moved, err = t.Records.RefuseIntroduction(ref, me)
	} else {
		i, moved, err = t.Records.Withdraw(ref, me)
	}
	if err != nil {
		return err
	}
	if moved {
		if err := s.introOver(t, i, 0); err != nil {
			return err
		}
	}
	return s.sayIntroduction(t, i)
}

// pressAgree plays what the other side's matchmaker says.
func (s Settings) pressAgree(t *dialog.Turn, ref, choice string) error {
	i, ok, err := introForMe(t, ref)
	if !ok {
		return err
	}
	me, _ := t.Staff()
	if i.By == me.ID && !isBoss(me) {
		t.Keep()
		return s.sayIntroduction(t, i)
	}
	if choice != "yes" {
		i, moved, err := t.Records.RefuseIntroduction(ref, me)
		return s.afterAgree(t, i, moved, err)
	}
	i, o, moved, err := t.Records.AgreeIntroduction(ref, me, s.answerEnds(t.Now()).Sub(t.Now()))
	if err == nil && moved && o.None() {
		err = s.askSide(t, i)
	}
	if err == nil && !o.None() {
		err = sayInTheWay(t, i.A, i.B, o)
	}
	return s.afterAgree(t, i, moved, err)
}

// afterAgree tells both matchmakers how it stands now.
func (s Settings) afterAgree(t *dialog.Turn, i store.Introduction, moved bool, err error) error {
	if err != nil {
		return err
	}
	if moved && i.State != store.IntroAskedA {
		err = stopIntroTimers(t, i, i.A)
	}
	if moved && err == nil {
		err = s.tellMatchmakers(t, i)
	}
	if err != nil {
		return err
	}
	return s.sayIntroduction(t, i)
}

// openIntroduction shows an introduction to a colleague who writes its number.
func (s Settings) openIntroduction(t *dialog.Turn, ref string) error {
	if !iMay(t, RecommendClients) {
		t.Say(sayNoPaper.With(none{}))
		return nil
	}
	i, ok, err := introForMe(t, ref)
	if !ok {
		return err
	}
	return s.sayIntroduction(t, i)
}
