package store

import (
	"errors"
	"slices"
	"time"
)

// How an introduction comes about and moves. Each move is looked at once more under
// locks when it is made: whoever was barred, left or took a consent back a moment
// ago is introduced to nobody, and of two moves at the same time one wins.

// Obstacle is why two clients cannot be brought together now; the zero Obstacle:
// nothing is in the way.
type Obstacle struct {
	Why   string // a Hindrance, or one of those below
	Whose int64  // the person; 0: it lies with both
}

// None says that nothing is in the way.
func (o Obstacle) None() bool { return o.Why == "" }

// What is in the way of two clients, besides hindrances.
const (
	ObstacleSame  = "same"       // they are one person
	ObstacleApart = "apart"      // they are kept apart
	ObstacleKnown = "introduced" // they have been introduced before, or are being
	ObstacleMusts = "musts"      // they are not what one of them insists on
	ObstacleTerm  = "term"       // the term of the package is over
	ObstacleCount = "count"      // what the package holds is used, or under way
)

// Obstacle says what is in the way of bringing two persons together, as things
// stand at this moment. Both are held until we commit.
func (tx *Tx) Obstacle(a, b int64) (Obstacle, error) {
	if a == b {
		return Obstacle{Why: ObstacleSame}, nil
	}
	if o, err := tx.inTheWay(a, b); err != nil || !o.None() {
		return o, err
	}
	_, err := tx.IntroductionBetween(a, b)
	if err == nil {
		return Obstacle{Why: ObstacleKnown}, nil
	}
	if !errors.Is(err, ErrNotFound) {
		return Obstacle{}, err
	}
	if apart, err := tx.keptApart(a, b); err != nil || apart {
		return Obstacle{Why: ObstacleApart}, err
	}
	for _, person := range []int64{a, b} {
		p, err := tx.PackageOf(person)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return Obstacle{}, err
		case p.Left() == 0:
			return Obstacle{ObstacleCount, person}, nil
		}
	}
	if _, err := tx.Match(a, b, Search{}); errors.Is(err, ErrNotFound) {
		return Obstacle{Why: ObstacleMusts}, nil
	} else if err != nil {
		return Obstacle{}, err
	}
	return Obstacle{}, nil
}

// inTheWay is what can come between two at any time until contacts have passed.
func (tx *Tx) inTheWay(a, b int64) (Obstacle, error) {
	both := []int64{min(a, b), max(a, b)} // in one order, so that two turns do not wait in a circle
	for _, person := range both {
		if err := tx.hold("hold client", &clientRow{}, "id = ?", person); err != nil {
			return Obstacle{}, err
		}
	}
	tx.fresh = true
	defer func() { tx.fresh = false }()
	for _, person := range []int64{a, b} {
		why, err := tx.Hindrance(person)
		if err != nil || why != NotHindered {
			return Obstacle{string(why), person}, err
		}
		p, err := tx.packageRow(person)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Obstacle{}, err
		}
		if err == nil && p.UntilAt <= millis(tx.now) {
			return Obstacle{ObstacleTerm, person}, nil
		}
	}
	related, err := tx.keptApart(a, b, ApartRelated)
	if err != nil || related {
		return Obstacle{Why: ObstacleApart}, err
	}
	return Obstacle{}, nil
}

// keptApart says that two are kept apart, for one of the reasons or, when none is
// named, for any.
func (tx *Tx) keptApart(a, b int64, why ...string) (bool, error) {
	db, err := tx.records()
	if err != nil {
		return false, err
	}
	var rows []apartRow
	err = db.Clauses(forUpdate).Where(ofPerson+" AND other_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?)", a, a, b, b).Find(&rows).Error
	return slices.ContainsFunc(rows, func(r apartRow) bool { return len(why) == 0 || slices.Contains(why, r.Why) }), wrap("read who is kept apart", err)
}

// NewIntroduction is what a matchmaker wishes.
type NewIntroduction struct {
	A, B  int64 // the persons; A is asked first
	Words IntroWords
	By    Staff
	With  Staff // the other side's matchmaker, who is asked before any client; the zero Staff: nobody
	For   time.Duration

	AgreeFor time.Duration // With may take so long
}

// Introduce begins an introduction. Where another matchmaker is asked first it is
// proposed, else A is asked at once and may answer for so long. When something is in
// the way nothing is kept.
func (tx *Tx) Introduce(n NewIntroduction) (i Introduction, o Obstacle, err error) {
	if o, err = tx.Obstacle(n.A, n.B); err != nil || !o.None() {
		return i, o, err
	}
	pair := pairOf(n.A, n.B)
	row := introductionRow{
		ClientID: n.A, OtherID: n.B, StaffID: n.By.ID, AgreedBy: n.With.ID, Pair: &pair, State: IntroProposed, WordsKey: newID(), Contacts: []byte{},
		EventKey: string(tx.ev.Key), MadeAt: millis(tx.now), ChangedAt: millis(tx.now),
	}
	if n.With.ID != 0 {
		row.EndsAt = millis(tx.now.Add(n.AgreeFor))
	}
	if row.Words, err = tx.s.box.SealJSON(introWordsPlace(row.WordsKey), n.Words); err != nil {
		return i, o, err
	}
	db, err := tx.records()
	if err != nil {
		return i, o, err
	}
	if err := db.Create(&row).Error; isDuplicate(err) {
		return i, Obstacle{Why: ObstacleKnown}, nil
	} else if err != nil {
		return i, o, wrap("introduce clients", err)
	}
	if err := tx.noteIntroStep(row.ID, string(IntroProposed), introStepRow{StaffID: n.By.ID}); err != nil {
		return i, o, err
	}
	if n.With.ID != 0 {
		i, err = tx.introduction(row)
		return i, o, err
	}
	i, err = tx.askFirst(row, n.By, n.For)
	return i, o, err
}

// askFirst notes that A is asked: from now on the two are never proposed to each
// other again.
func (tx *Tx) askFirst(row introductionRow, by Staff, within time.Duration) (Introduction, error) {
	a, err := tx.personOf(row.ClientID)
	if err != nil {
		return Introduction{}, err
	}
	b, err := tx.personOf(row.OtherID)
	if err != nil {
		return Introduction{}, err
	}
	if err := tx.KeepApart(by, a, b, ApartIntroduced); err != nil {
		return Introduction{}, err
	}
	ends, err := tx.answerUntil(a, b, within)
	if err != nil {
		return Introduction{}, err
	}
	i, _, err := tx.moveIntroduction(row, IntroAskedA, introStepRow{StaffID: by.ID}, map[string]any{"asked_at": millis(tx.now), "ends_at": millis(ends), "agreed_by": row.AgreedBy})
	return i, err
}

// answerUntil is when who is asked now must have answered: no later than the terms
// of both packages end.
func (tx *Tx) answerUntil(a, b int64, within time.Duration) (time.Time, error) {
	ends := tx.now.Add(within)
	for _, person := range []int64{a, b} {
		p, err := tx.packageRow(person)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return ends, err
		}
		if until := fromMillis(p.UntilAt); until.Before(ends) {
			ends = until
		}
	}
	return ends, nil
}

// AgreeIntroduction notes that the other side's matchmaker agrees; A is asked and
// may answer for so long. moved is false when it is not for them to say any more, or
// they have taken too long. What is in the way by now ends it.
func (tx *Tx) AgreeIntroduction(ref string, by Staff, within time.Duration) (i Introduction, o Obstacle, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil || i.State != IntroProposed || i.late(tx.now) {
		return i, o, false, err
	}
	if o, err = tx.inTheWay(i.A, i.B); err != nil {
		return i, o, false, err
	}
	if !o.None() {
		i, moved, err = tx.moveIntroduction(row, IntroRefused, introStepRow{}, map[string]any{"pair": nil})
		return i, o, moved, err
	}
	row.AgreedBy = by.ID
	i, err = tx.askFirst(row, by, within)
	return i, o, err == nil, err
}

// RefuseIntroduction notes that no client is to hear of a proposed introduction: the
// other side's matchmaker does not agree, or who proposed it takes it back. The two
// may be brought together another time.
func (tx *Tx) RefuseIntroduction(ref string, by Staff) (i Introduction, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil || i.State != IntroProposed {
		return i, false, err
	}
	return tx.moveIntroduction(row, IntroRefused, introStepRow{StaffID: by.ID}, map[string]any{"pair": nil})
}

// late says that it is too late to answer. Who was asked by an earlier release may take
// all the time there is.
func (i Introduction) late(at time.Time) bool { return !i.Ends.IsZero() && !at.Before(i.Ends) }

// AskedNow is the person who is asked, and may answer, at a moment; 0: nobody.
func (i Introduction) AskedNow(at time.Time) int64 {
	switch {
	case !at.Before(i.Ends):
		return 0
	case i.State == IntroAskedA:
		return i.A
	case i.State == IntroAskedB:
		return i.B
	}
	return 0
}

// IntroContact is by what somebody may be reached, and how they wish to be called.
type IntroContact struct{ Call, Kind, Value string }

// The kinds of contacts.
const (
	ContactPhone    = "phone"    // E.164
	ContactWeChat   = "wechat"   // 微信号
	ContactTelegram = "telegram" // a name, without @
)

// contactsOf are what both have chosen to give.
type contactsOf struct{ A, B IntroContact }

// SaidYes is what comes of a yes.
type SaidYes struct {
	Introduction
	Obstacle Obstacle // what was in the way, and has ended it
	Moved    bool     // false: it was not for them to say any more, and nothing has changed
}

// SayYes notes that the turn's own client, who is asked, says yes, which contact may
// pass, and the consent that proves it. After the first yes the other is asked, and
// may answer for so long; with the second both contacts pass, and it counts in the
// packages of both, all in this turn.
func (tx *Tx) SayYes(ref string, c IntroContact, consent NewConsent, within time.Duration) (y SaidYes, err error) {
	row, i, err := tx.lockIntroduction(ref)
	y.Introduction = i
	if err != nil {
		return y, err
	}
	me, err := tx.Self("")
	if err != nil || i.AskedNow(tx.now) != me.ID {
		return y, err
	}
	if y.Obstacle, err = tx.inTheWay(i.A, i.B); err != nil {
		return y, err
	}
	if !y.Obstacle.None() {
		y.Introduction, y.Moved, err = tx.stopIntroduction(row, IntroWithdrawn, introStepRow{})
		return y, err
	}
	change, err := tx.giveContact(row, me.ID == i.A, c, consent)
	if err != nil {
		return y, err
	}
	if err := tx.noteIntroStep(row.ID, IntroSaidYes, introStepRow{ClientID: me.ID}); err != nil {
		return y, err
	}
	if me.ID == i.A {
		ends, err := tx.answerUntil(i.A, i.B, within)
		if err != nil {
			return y, err
		}
		change["asked_at"], change["ends_at"] = millis(tx.now), millis(ends)
		y.Introduction, y.Moved, err = tx.moveIntroduction(row, IntroAskedB, introStepRow{}, change)
		return y, err
	}
	return tx.passContacts(row, y, change)
}

// giveContact seals what one of the two may be reached by, beside the other's.
func (tx *Tx) giveContact(row introductionRow, isA bool, c IntroContact, consent NewConsent) (map[string]any, error) {
	proof, err := tx.noteConsent(consent)
	if err != nil {
		return nil, err
	}
	both, err := tx.contacts(row)
	if err != nil {
		return nil, err
	}
	column := "b_consent"
	if isA {
		both.A, column = c, "a_consent"
	} else {
		both.B = c
	}
	sealed, err := tx.s.box.SealJSON(introContactsPlace(row.WordsKey), both)
	return map[string]any{"contacts": sealed, column: proof}, err
}

func (tx *Tx) contacts(row introductionRow) (both contactsOf, err error) {
	if len(row.Contacts) == 0 {
		return both, nil
	}
	return both, tx.s.box.OpenJSON(introContactsPlace(row.WordsKey), row.Contacts, &both)
}

// passContacts lets the contacts of two who both said yes pass, if the packages of
// both have room.
func (tx *Tx) passContacts(row introductionRow, y SaidYes, change map[string]any) (SaidYes, error) {
	for _, person := range []int64{min(y.A, y.B), max(y.A, y.B)} {
		ok, err := tx.spend(person)
		if err != nil {
			return y, err
		}
		if !ok { // no place was held for it: somebody has made the package smaller
			return y, wrap("pass contacts", ErrFull)
		}
	}
	change["passed_at"], change["ends_at"] = millis(tx.now), 0
	by, err := tx.staffWhere("id = ?", row.StaffID)
	if err != nil {
		return y, err
	}
	for _, person := range []int64{y.A, y.B} {
		if err := tx.NoteReveal(by, person, RevealPassed+number("K", y.Other(person))); err != nil {
			return y, err
		}
	}
	y.Introduction, y.Moved, err = tx.moveIntroduction(row, IntroBothYes, introStepRow{}, change)
	return y, err
}

// ContactFor is how one of the two may reach the other. ErrNotFound: contacts have
// not passed, or both yeses are not on record.
func (tx *Tx) ContactFor(i Introduction, person int64) (IntroContact, error) {
	row, i, err := tx.lockIntroduction(i.Number())
	if err != nil {
		return IntroContact{}, err
	}
	if row.PassedAt == 0 || row.AConsent == 0 || row.BConsent == 0 || !i.Of(person) {
		return IntroContact{}, wrap("read contact", ErrNotFound)
	}
	both, err := tx.contacts(row)
	if person == i.A {
		return both.B, err
	}
	return both.A, err
}

// Decline notes that the turn's own client, who is asked, does not wish to meet the
// other: why, of IntroWhys, and in words of their own, if there are any.
func (tx *Tx) Decline(ref, why, words string) (i Introduction, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil {
		return i, false, err
	}
	me, err := tx.Self("")
	if err != nil || i.AskedNow(tx.now) != me.ID {
		return i, false, err
	}
	if words != "" {
		i.Words.Declined = words
		sealed, err := tx.s.box.SealJSON(introWordsPlace(row.WordsKey), i.Words)
		if err != nil {
			return i, false, err
		}
		if err := tx.update("note why", &introductionRow{}, row.ID, map[string]any{"words": sealed}); err != nil {
			return i, false, err
		}
	}
	return tx.stopIntroduction(row, IntroDeclined, introStepRow{ClientID: me.ID, Why: why})
}

// IntroWhys are why somebody declines.
var IntroWhys = []string{"age", "place", "looks", "work", "marital", "later", "other"}

// Withdraw ends an introduction in which a client has been asked and contacts have
// not passed: for the turn's own client, or for a colleague. moved is false when
// there is nothing to end any more.
func (tx *Tx) Withdraw(ref string, by Staff) (i Introduction, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil || i.State != IntroAskedA && i.State != IntroAskedB {
		return i, false, err
	}
	step := introStepRow{StaffID: by.ID}
	if by.ID == 0 {
		me, err := tx.Self("")
		if err != nil || !(me.ID == i.A || me.ID == i.B && i.State == IntroAskedB) {
			return i, false, err
		}
		step.ClientID = me.ID
	}
	return tx.stopIntroduction(row, IntroWithdrawn, step)
}

// Expire ends an introduction in which who is asked has not answered in time. Where
// that was the other side's matchmaker, the two may be brought together another time.
func (tx *Tx) Expire(ref string) (i Introduction, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil || !i.Open() || !i.late(tx.now) {
		return i, false, err
	}
	if i.State == IntroProposed {
		return tx.moveIntroduction(row, IntroExpired, introStepRow{}, map[string]any{"pair": nil, "ends_at": 0})
	}
	return tx.stopIntroduction(row, IntroExpired, introStepRow{})
}

// stopIntroduction ends an introduction before contacts have passed. What one of
// them has given is erased.
func (tx *Tx) stopIntroduction(row introductionRow, to IntroState, step introStepRow) (Introduction, bool, error) {
	return tx.moveIntroduction(row, to, step, map[string]any{"contacts": []byte{}, "ends_at": 0})
}
