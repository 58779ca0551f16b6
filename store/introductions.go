package store

import (
	"fmt"
	"time"
)

// An introduction (牵线) is two clients whom a matchmaker brings together. One is
// asked first, the other only after the first yes; what each may be reached by
// passes only when both have said yes. No two clients are brought together twice:
// a unique key of the table sees to it, whatever happens at the same moment.

// IntroState is where an introduction stands.
type IntroState string

// The states of an introduction, in their usual order.
const (
	IntroProposed IntroState = "proposed" // the matchmaker of the other side is asked; no client knows of it
	IntroAskedA   IntroState = "asked_a"
	IntroAskedB   IntroState = "asked_b"  // A has said yes
	IntroBothYes  IntroState = "both_yes" // contacts have passed

	IntroRefused   IntroState = "refused"   // the other side's matchmaker does not agree; no client knows of it
	IntroDeclined  IntroState = "declined"  // by who was asked
	IntroWithdrawn IntroState = "withdrawn" // by one of them, or by us
	IntroExpired   IntroState = "expired"   // who was asked, a client or the other side's matchmaker, has not answered in time
	IntroEnded     IntroState = "ended"     // both said yes, and nothing more comes of it
)

// Introduction is two clients whom a matchmaker brings together.
type Introduction struct {
	ID   int64
	A, B int64 // the persons; A is asked first
	By   int64 // the matchmaker who brings them together
	With int64 // the matchmaker of the other side, who is asked to agree or has; 0: none had to

	AskedBoth bool // A has said yes, so that B was asked as well

	State   IntroState
	Words   IntroWords
	Made    time.Time
	Asked   time.Time // who is asked now, or was asked last; zero: nobody has been
	Ends    time.Time // until then they may answer; zero: nobody is asked
	Passed  time.Time // when contacts passed; zero: they have not
	Changed time.Time // when it came to stand where it stands
}

// IntroWords are what is said of an introduction. They are sealed.
type IntroWords struct {
	ToA, ToB string // the matchmaker's, to each about the other
	Declined string `json:",omitempty"` // why, in the words of who declined
}

// Number is what everybody calls it: "Y-000012".
func (i Introduction) Number() string { return number("Y", i.ID) }

// Open says that it is still to be seen whether both say yes.
func (i Introduction) Open() bool {
	return i.State == IntroProposed || i.State == IntroAskedA || i.State == IntroAskedB
}

// Of says that a person is one of the two.
func (i Introduction) Of(person int64) bool { return person == i.A || person == i.B }

// HeardBy says that one of the two has heard of it.
func (i Introduction) HeardBy(person int64) bool {
	return person == i.A && !i.Asked.IsZero() || person == i.B && i.AskedBoth
}

// Other is the one of the two who is not this person.
func (i Introduction) Other(person int64) int64 {
	if person == i.A {
		return i.B
	}
	return i.A
}

type introductionRow struct {
	ID        int64
	ClientID  int64 // A
	OtherID   int64 // B
	StaffID   int64
	AgreedBy  int64
	Pair      *string // both persons, the older first; NULL: they may be brought together after all
	State     IntroState
	Words     []byte
	Contacts  []byte // what each has chosen to give; sealed
	WordsKey  string // names the row before it has a number
	AConsent  int64  // the consent with which A has chosen it; 0: not yet
	BConsent  int64
	EventKey  string
	MadeAt    int64
	AskedAt   int64
	EndsAt    int64
	PassedAt  int64
	ChangedAt int64
}

func (introductionRow) TableName() string { return "introductions" }

func introWordsPlace(key string) string    { return "introductions.words|" + key }
func introContactsPlace(key string) string { return "introductions.contacts|" + key }

// pairOf is what two persons are called together, whoever is named first.
func pairOf(one, other int64) string { return fmt.Sprintf("%d-%d", min(one, other), max(one, other)) }

// Introduction reads an introduction. ErrNotFound: there is none of that number.
func (tx *Tx) Introduction(ref string) (Introduction, error) {
	n, err := id("Y", ref)
	if err != nil {
		return Introduction{}, err
	}
	var row introductionRow
	if err := tx.read("read introduction", &row, "id = ?", n); err != nil {
		return Introduction{}, err
	}
	return tx.introduction(row)
}

// LockIntroduction is Introduction as it stands at this moment, and it stands so
// until we commit.
func (tx *Tx) LockIntroduction(ref string) (Introduction, error) {
	_, i, err := tx.lockIntroduction(ref)
	return i, err
}

func (tx *Tx) lockIntroduction(ref string) (row introductionRow, i Introduction, err error) {
	n, err := id("Y", ref)
	if err != nil {
		return row, i, err
	}
	if err = tx.hold("hold introduction", &row, "id = ?", n); err != nil {
		return row, i, err
	}
	i, err = tx.introduction(row)
	return row, i, err
}

// chatsOf lists a person's chats as SQL has it: what stands under any of them is
// theirs. Written out they let the database use both of a table's indexes.
func (tx *Tx) chatsOf(person int64) (string, error) {
	rows, err := tx.chatRows(person)
	if err != nil {
		return "", err
	}
	ids := []int64{person}
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return numbers(ids), nil
}

// IntroductionsOf lists the introductions of a person of which they have heard, the
// newest first, at most n: who is asked second hears of it after the first yes.
func (tx *Tx) IntroductionsOf(person int64, n int) ([]Introduction, error) {
	mine, err := tx.chatsOf(person)
	if err != nil {
		return nil, err
	}
	return tx.introductions(n, "client_id IN ("+mine+") AND asked_at > 0 OR other_id IN ("+mine+") AND a_consent > 0")
}

// IntroductionBetween is the introduction of two persons that counts: they are not
// brought together again. ErrNotFound: there is none.
func (tx *Tx) IntroductionBetween(a, b int64) (Introduction, error) {
	one, err := tx.chatsOf(a)
	if err != nil {
		return Introduction{}, err
	}
	other, err := tx.chatsOf(b)
	if err != nil {
		return Introduction{}, err
	}
	all, err := tx.introductions(1, "pair IS NOT NULL AND (client_id IN ("+one+") AND other_id IN ("+other+") OR client_id IN ("+other+") AND other_id IN ("+one+"))")
	if err != nil {
		return Introduction{}, err
	}
	if len(all) == 0 {
		return Introduction{}, wrap("read introduction", ErrNotFound)
	}
	return all[0], nil
}

func (tx *Tx) introductions(n int, where string) ([]Introduction, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []introductionRow
	if err := db.Where(where).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list introductions", err)
	}
	var all []Introduction
	for _, row := range rows {
		i, err := tx.introduction(row)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

func (tx *Tx) introduction(row introductionRow) (i Introduction, err error) {
	i = Introduction{
		ID: row.ID, By: row.StaffID, With: row.AgreedBy, AskedBoth: row.AConsent != 0, State: row.State, Made: fromMillis(row.MadeAt), Asked: fromMillis(row.AskedAt),
		Ends: fromMillis(row.EndsAt), Passed: fromMillis(row.PassedAt), Changed: fromMillis(row.ChangedAt),
	}
	if i.A, err = tx.personOf(row.ClientID); err != nil {
		return i, err
	}
	if i.B, err = tx.personOf(row.OtherID); err != nil {
		return i, err
	}
	return i, tx.s.box.OpenJSON(introWordsPlace(row.WordsKey), row.Words, &i.Words)
}

// personOf is whose chat it is.
func (tx *Tx) personOf(chat int64) (int64, error) {
	var row clientRow
	err := tx.read("read client", &row, "id = ?", chat)
	return row.person(), err
}

// IntroStep is something that happened to an introduction: a state it came to, or
// IntroSaidYes.
type IntroStep struct {
	Kind   string
	Client int64  // the person who did it; 0: no client
	Staff  int64  // the colleague who did; 0: none
	Why    string // of IntroWhys, where they declined
	At     time.Time
}

// IntroSaidYes is the step in which one of the two says yes.
const IntroSaidYes = "yes"

type introStepRow struct {
	ID             int64
	IntroductionID int64
	Kind           string
	ClientID       int64
	StaffID        int64
	Why            string
	EventKey       string
	At             int64
}

func (introStepRow) TableName() string { return "introduction_steps" }

// IntroSteps lists what happened to an introduction, in its order.
func (tx *Tx) IntroSteps(i Introduction) ([]IntroStep, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []introStepRow
	if err := db.Where("introduction_id = ?", i.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read an introduction's steps", err)
	}
	var all []IntroStep
	for _, r := range rows {
		all = append(all, IntroStep{r.Kind, r.ClientID, r.StaffID, r.Why, fromMillis(r.At)})
	}
	return all, nil
}

// EndIntroduction notes that nothing more comes of two who both said yes: they have
// parted. moved is false when they have not both said yes, or it has ended. by is
// the colleague who notes it; the zero Staff: nobody.
func (tx *Tx) EndIntroduction(ref string, by Staff) (i Introduction, moved bool, err error) {
	row, i, err := tx.lockIntroduction(ref)
	if err != nil || i.State != IntroBothYes {
		return i, false, err
	}
	return tx.moveIntroduction(row, IntroEnded, introStepRow{StaffID: by.ID}, nil)
}

// moveIntroduction brings a held introduction to another state and notes the step.
func (tx *Tx) moveIntroduction(row introductionRow, to IntroState, step introStepRow, change map[string]any) (i Introduction, moved bool, err error) {
	all := map[string]any{"state": to, "changed_at": millis(tx.now)}
	for column, value := range change {
		all[column] = value
	}
	if err := tx.update("move introduction", &introductionRow{}, row.ID, all); err != nil {
		return i, false, err
	}
	if err := tx.noteIntroStep(row.ID, string(to), step); err != nil {
		return i, false, err
	}
	i, err = tx.LockIntroduction(number("Y", row.ID))
	return i, err == nil, err
}

func (tx *Tx) noteIntroStep(introduction int64, kind string, step introStepRow) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	step.IntroductionID, step.Kind, step.EventKey, step.At = introduction, kind, string(tx.ev.Key), millis(tx.now)
	return wrap("note an introduction's step", db.Create(&step).Error)
}
