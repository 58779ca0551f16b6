package store

import (
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Profile is what a seeker has told us about themselves (资料). Everything stands
// sealed in one value; beside it stand a few codes that matching will look
// through and that name nobody (profileRow). A choice is the ID of the button
// that was chosen; what is empty, or zero, is not known.
type Profile struct {
	Gender        string `json:",omitempty"` // of Genders
	Born          string `json:",omitempty"` // a day of our calendar, "1995-03-08"
	LunarBirthday bool   `json:",omitempty"` // they count their birthday by the lunar calendar
	Marital       string `json:",omitempty"` // of Maritals

	Surname string `json:",omitempty"`
	Given   string `json:",omitempty"`
	Height  int    `json:",omitempty"` // centimetres
	Weight  int    `json:",omitempty"` // kilograms

	Education  string `json:",omitempty"` // of Educations
	School     string `json:",omitempty"`
	Occupation string `json:",omitempty"` // a choice, or their own words
	Employer   string `json:",omitempty"`
	Income     string `json:",omitempty"` // of Incomes

	Home       Place  `json:",omitzero"`
	Registered Place  `json:",omitzero"`  // 户籍地
	History    string `json:",omitempty"` // of their marriages, in their words
	Children   string `json:",omitempty"` // of ChildrenKinds
	Housing    string `json:",omitempty"`
	Car        string `json:",omitempty"`

	Smoking   string   `json:",omitempty"` // of Habits
	Drinking  string   `json:",omitempty"` // of Habits
	Religion  string   `json:",omitempty"` // a choice, or their own words
	Ethnicity string   `json:",omitempty"`
	Hobbies   []string `json:",omitempty"` // choices and their own words
	Intro     string   `json:",omitempty"`

	PhotosDone bool `json:",omitempty"` // they have said that these are all photos

	// Skipped names the questions that the client would rather not answer, so
	// that they are not asked again.
	Skipped []string `json:",omitempty"`

	State     ProfileState `json:"-"`
	BegunAt   time.Time    `json:"-"`
	UpdatedAt time.Time    `json:"-"`
	FiledAt   time.Time    `json:"-"` // submitted for the first time
}

// FullName is the whole name as its owner writes it: 王小明, Anna Li.
func (p Profile) FullName() string {
	if strings.ContainsFunc(p.Surname+p.Given, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
		return p.Surname + p.Given
	}
	return strings.TrimSpace(p.Given + " " + p.Surname)
}

// Place is where somebody lives or is registered.
type Place struct {
	Code  int    `json:",omitempty"` // of the official division, down to the county; 990000 abroad
	Words string `json:",omitempty"` // what they wrote, where the code does not say it all
}

// The choices that matching compares, in the order of their codes. A new one is
// put at the end, or old rows would change their meaning.
var (
	Genders       = []string{"male", "female"}
	Maritals      = []string{"never", "divorced", "widowed", "married"}
	Educations    = []string{"junior", "senior", "college", "bachelor", "master", "doctor"}
	Incomes       = []string{"to5", "to10", "to20", "to30", "to50", "to100", "over100"} // 10,000 yuan a year
	ChildrenKinds = []string{"none", "with_me", "elsewhere", "grown"}
	Habits        = []string{"no", "some", "yes"}
)

// ProfileState is how far a profile has come.
type ProfileState string

// The states of a profile.
const (
	ProfileDraft    ProfileState = "draft"    // being filled in
	ProfileComplete ProfileState = "complete" // submitted
)

// profileRow carries codes beside what is sealed: small numbers that a reader of
// the table cannot tell from one another without this file, and of which each
// fits very many people. Exact values, and what is sensitive, are compared after
// opening.
type profileRow struct {
	ClientID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Facts     []byte
	FactsKey  string // names the row, which may pass to another chat of the person
	State     ProfileState
	Gender    int // from 1, as all codes; 0: not known
	BornIn    int // year after 1900
	Stature   int // height in steps of five centimetres
	Schooling int
	City      int // code of the prefecture
	Marital   int
	Smoking   int
	Drinking  int
	BegunAt   int64
	UpdatedAt int64 `gorm:"autoUpdateTime:false"`
	FiledAt   int64
}

func (profileRow) TableName() string { return "profiles" }

func profilePlace(key string) string { return "profiles.facts|" + key }

// code is a choice's number among all, from 1; 0 for none of them.
func code(all []string, choice string) int { return slices.Index(all, choice) + 1 }

// fill seals the profile and sets its codes.
func (tx *Tx) fill(row *profileRow, p Profile) (err error) {
	row.Gender, row.Schooling, row.Marital = code(Genders, p.Gender), code(Educations, p.Education), code(Maritals, p.Marital)
	row.Smoking, row.Drinking = code(Habits, p.Smoking), code(Habits, p.Drinking)
	row.Stature, row.City, row.BornIn = p.Height/5, p.Home.Code/100, 0
	if born, err := time.Parse(time.DateOnly, p.Born); err == nil {
		row.BornIn = born.Year() - 1900
	}
	row.Facts, err = tx.s.box.SealJSON(profilePlace(row.FactsKey), p)
	return err
}

func (tx *Tx) profile(row profileRow) (Profile, error) {
	p := Profile{}
	err := tx.s.box.OpenJSON(profilePlace(row.FactsKey), row.Facts, &p)
	p.State, p.BegunAt, p.UpdatedAt, p.FiledAt = row.State, fromMillis(row.BegunAt), fromMillis(row.UpdatedAt), fromMillis(row.FiledAt)
	return p, err
}

// profileRow is the row of a person: of two chats that have been linked the
// submitted one counts, or else the newer. It is held until we commit when it is
// to be changed.
func (tx *Tx) profileRow(client int64, hold bool) (row profileRow, err error) {
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	if hold {
		db = db.Clauses(forUpdate)
	}
	err = db.Where(ofPerson, client, client).Order("filed_at = 0, updated_at DESC").Take(&row).Error
	return row, taken("read profile", err)
}

// Profile reads the profile of a client. ErrNotFound: there is none.
func (tx *Tx) Profile(client int64) (Profile, error) {
	row, err := tx.profileRow(client, false)
	if err != nil {
		return Profile{}, err
	}
	return tx.profile(row)
}

// MyProfile reads the profile of the turn's own client. ErrNotFound: there is
// none.
func (tx *Tx) MyProfile() (Profile, error) {
	me, err := tx.Self("")
	if err != nil {
		return Profile{}, err
	}
	return tx.Profile(me.ID)
}

// SaveProfile keeps what the turn's own client has told us, in place of what was
// there; it becomes a draft when there was none. Its state stays.
func (tx *Tx) SaveProfile(p Profile) error {
	me, err := tx.Self("")
	if err != nil {
		return err
	}
	row, err := tx.profileRow(me.ID, true)
	fresh := errors.Is(err, ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		row = profileRow{ClientID: me.ID, FactsKey: newID(), State: ProfileDraft, BegunAt: millis(tx.now)}
	}
	row.UpdatedAt = millis(tx.now)
	if err := tx.fill(&row, p); err != nil {
		return err
	}
	tx.touch(me.ID)
	return tx.keepProfile(row, fresh)
}

func (tx *Tx) keepProfile(row profileRow, fresh bool) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	if fresh {
		return wrap("begin profile", db.Create(&row).Error)
	}
	return wrap("save profile", db.Save(&row).Error)
}

// FileProfile notes that the turn's own client has submitted the profile; first
// says that it was not before. ErrNotFound: there is none.
func (tx *Tx) FileProfile() (first bool, err error) {
	me, err := tx.Self("")
	if err != nil {
		return false, err
	}
	row, err := tx.profileRow(me.ID, true)
	if err != nil || row.FiledAt != 0 {
		return false, err
	}
	row.State, row.FiledAt, row.UpdatedAt = ProfileComplete, millis(tx.now), millis(tx.now)
	tx.touch(me.ID)
	return true, tx.keepProfile(row, false)
}

// DropSensitive erases what is asked only with the consent for sensitive items,
// from every profile of a client.
func (tx *Tx) DropSensitive(client int64) error {
	return tx.eachProfile(client, func(row profileRow) error {
		p, err := tx.profile(row)
		if err != nil {
			return err
		}
		p.History, p.Children, p.Income, p.Housing, p.Car, p.Religion, p.Ethnicity = "", "", "", "", "", "", ""
		p.Skipped = slices.DeleteFunc(p.Skipped, func(name string) bool { return slices.Contains(SensitiveFields, name) })
		row.UpdatedAt = millis(tx.now)
		if err := tx.fill(&row, p); err != nil {
			return err
		}
		return tx.keepProfile(row, false)
	})
}

// SensitiveFields names the questions that need the consent for sensitive items.
var SensitiveFields = []string{"history", "children", "income", "housing", "car", "religion", "ethnicity"}

// DropProfile erases the profile of a client, their criteria and the notes that
// were kept with it. Photos and the telephone number have their own (DropPhotos,
// DropPhone).
func (tx *Tx) DropProfile(client int64) error {
	for _, table := range []string{"profiles", "criteria", "profile_notes"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE "+ofPerson, client, client); err != nil {
			return wrap("erase profile", err)
		}
	}
	tx.touch(client)
	return nil
}

func (tx *Tx) eachProfile(client int64, change func(profileRow) error) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	var rows []profileRow
	if err := db.Clauses(forUpdate).Where(ofPerson, client, client).Find(&rows).Error; err != nil {
		return wrap("read profiles", err)
	}
	for _, row := range rows {
		if err := change(row); err != nil {
			return err
		}
	}
	tx.touch(client)
	return nil
}

// Note is what a client said, or showed, where it was no answer: kept for the
// matchmaker.
type Note struct {
	Lines []string
	Voice bool // a voice note came that nobody has put into words
	At    time.Time
}

type noteRow struct {
	ID       int64
	ClientID int64
	Note     []byte
	NoteKey  string
	At       int64
}

func (noteRow) TableName() string { return "profile_notes" }

func notePlace(key string) string { return "profile_notes.note|" + key }

// KeepNote keeps a note of the turn's own client, most in all. ErrFull: there
// were as many before.
func (tx *Tx) KeepNote(n Note, most int) error {
	me, err := tx.Self("")
	if err != nil {
		return err
	}
	var had int
	if err := tx.count(&had, "SELECT COUNT(*) FROM profile_notes WHERE "+ofPerson, me.ID, me.ID); err != nil {
		return err
	}
	if had >= most {
		return wrap("keep note", ErrFull)
	}
	row := noteRow{ClientID: me.ID, NoteKey: newID(), At: millis(tx.now)}
	if row.Note, err = tx.s.box.SealJSON(notePlace(row.NoteKey), n); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("keep note", db.Create(&row).Error)
}

// Notes lists the notes of a client, the newest last, at most n of the newest.
func (tx *Tx) Notes(client int64, n int) ([]Note, error) {
	var rows []noteRow
	db, err := tx.records()
	if err == nil {
		err = db.Where(ofPerson, client, client).Order("id DESC").Limit(n).Find(&rows).Error
	}
	if err != nil {
		return nil, wrap("read notes", err)
	}
	var all []Note
	for _, row := range slices.Backward(rows) {
		var note Note
		if err := tx.s.box.OpenJSON(notePlace(row.NoteKey), row.Note, &note); err != nil {
			return nil, err
		}
		note.At = fromMillis(row.At)
		all = append(all, note)
	}
	return all, nil
}
