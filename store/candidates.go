package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"gorm.io/gorm/clause"
)

// Whoever has submitted a profile stands in the table of candidates, in codes that
// a search can compare (traits.go). A row says nothing that does not stand, sealed,
// elsewhere: whatever it depends on is touched when it changes, and before the turn
// commits the row is made anew.

// Hindrance is why a client cannot be proposed to anybody; empty: they can.
type Hindrance string

// The hindrances.
const (
	NotHindered    Hindrance = ""
	NotSubmitted   Hindrance = "profile"  // there is no submitted profile, or it lacks gender or birthday
	NotShown       Hindrance = "consent"  // they have not agreed to it
	PhoneContested Hindrance = "phone"    // somebody else is registered under their number
	NotSearching   Hindrance = "standing" // dating, paused or barred
	HasLeft        Hindrance = "left"     // in every chat
	IsHeld         Hindrance = "held"     // a legal hold is on them
)

// candidateRow is a row of candidates.
type candidateRow struct {
	ClientID  int64 `gorm:"primaryKey;autoIncrement:false"` // the person
	ProfileID int64 // the chat of theirs under which the profile stands
	Shape     int   // of the codes; another one is from an older release
	Findable  bool
	Consented bool
	Standing  Standing
	Lot       int    // one of lots: searches go through them in turns
	Is        Traits `gorm:"embedded"`
	Must      wants  `gorm:"embedded;embeddedPrefix:must_"`
	Like      wants  `gorm:"embedded;embeddedPrefix:like_"`
}

func (candidateRow) TableName() string { return "candidates" }

// candidateShape counts the meanings that the codes have had. After it is raised,
// RebuildCandidates makes every row anew.
const candidateShape = 1

// lots is how many parts the candidates are dealt into.
const lots = 256

// lotOf deals numbers evenly (Knuth, The Art of Computer Programming 3, 6.4:
// multiplicative hashing).
func lotOf(n int64) int { return int(uint32(n) * 2654435769 >> 24) }

// touch has a person's row made anew before the turn commits.
func (tx *Tx) touch(person int64) {
	if tx.touched == nil {
		tx.touched = map[int64]bool{}
	}
	tx.touched[person] = true
}

// settle makes anew what was touched, in the order of the numbers, so that two
// turns do not wait for each other in a circle.
func (tx *Tx) settle() error {
	for _, person := range slices.Sorted(maps.Keys(tx.touched)) {
		if err := tx.reckon(person); err != nil {
			return wrap("keep candidates in step", err)
		}
	}
	tx.touched = nil
	return nil
}

// reckon makes a person's row anew, or takes it out. What it is made of is read as
// it stands now, whatever other turns have committed since ours began, and held
// until we commit.
func (tx *Tx) reckon(person int64) error {
	if concerned, err := tx.concerned(person); err != nil || !concerned {
		return err
	}
	tx.fresh = true
	defer func() { tx.fresh = false }()
	row, err := tx.candidate(person)
	tx.fresh = false
	switch {
	case errors.Is(err, ErrNotFound):
		_, err = tx.exec("DELETE FROM candidates WHERE client_id = ?", person)
		return err
	case err != nil:
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
}

// concerned says that a person has a row, or should: most who talk to us have not.
func (tx *Tx) concerned(person int64) (bool, error) {
	var n int
	err := tx.count(&n, "SELECT (SELECT COUNT(*) FROM candidates WHERE client_id = ?) + (SELECT COUNT(*) FROM profiles WHERE filed_at > 0 AND "+ofPerson+")", person, person, person)
	return n > 0, err
}

// candidate is the row that a person should have. ErrNotFound: none.
func (tx *Tx) candidate(person int64) (row candidateRow, err error) {
	chats, err := tx.chatRows(person)
	if err != nil {
		return row, err
	}
	if !slices.ContainsFunc(chats, func(c clientRow) bool { return c.ID == person && c.PersonID == 0 && c.ErasedAt == 0 }) {
		return row, ErrNotFound
	}
	of, err := tx.profileRow(person, false)
	if err != nil {
		return row, err
	}
	if of.FiledAt == 0 {
		return row, ErrNotFound
	}
	p, err := tx.profile(of)
	if err != nil {
		return row, err
	}
	c, err := tx.Criteria(person)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return row, err
	}
	changed := p.UpdatedAt
	if c.UpdatedAt.After(changed) {
		changed = c.UpdatedAt
	}
	row = candidateRow{ClientID: person, ProfileID: of.ClientID, Shape: candidateShape, Lot: lotOf(person), Is: traitsOf(p, changed), Must: wantsOf(c, Must), Like: wantsOf(c, Prefer)}
	for _, chat := range chats {
		row.Standing = max(row.Standing, chat.Standing)
	}
	if row.Consented, err = tx.MayShow(person); err != nil {
		return row, err
	}
	why, err := tx.hindrance(person, row.Is, chats)
	row.Findable = why == NotHindered
	return row, err
}

func (tx *Tx) chatRows(person int64) (rows []clientRow, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	return rows, wrap("read chats", db.Where("id = ? OR person_id = ?", person, person).Order("id").Find(&rows).Error)
}

// Hindrance says why a client cannot be proposed to anybody at this moment.
func (tx *Tx) Hindrance(client int64) (Hindrance, error) {
	chats, err := tx.chatRows(client)
	if err != nil {
		return NotSubmitted, err
	}
	for _, c := range chats {
		tx.note(c)
	}
	p, err := tx.Profile(client)
	if errors.Is(err, ErrNotFound) || err == nil && p.FiledAt.IsZero() {
		return NotSubmitted, nil
	}
	if err != nil {
		return NotSubmitted, err
	}
	return tx.hindrance(client, traitsOf(p, p.UpdatedAt), chats)
}

func (tx *Tx) hindrance(person int64, is Traits, chats []clientRow) (Hindrance, error) {
	here := false
	for _, c := range chats {
		here = here || c.LeftAt == 0
		switch {
		case c.HeldAt != 0:
			return IsHeld, nil
		case c.Standing != Searching:
			return NotSearching, nil
		}
	}
	switch {
	case !here:
		return HasLeft, nil
	case is.Gender == 0 || is.BornIn == 0:
		return NotSubmitted, nil
	}
	if may, err := tx.MayShow(person); err != nil || may {
		return NotHindered, err
	}
	show, err := tx.Consent(person, ConsentShow)
	if err != nil || !show.Given() {
		return NotShown, err
	}
	notice, err := tx.Consent(person, ConsentNotice)
	if err != nil || !notice.Given() {
		return NotShown, err
	}
	return PhoneContested, nil
}

// touchContested touches everybody whose number belonged to somebody else: it may
// have become free.
func (tx *Tx) touchContested() error {
	return tx.touchAll("SELECT DISTINCT CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END FROM phones p JOIN clients k ON k.id = p.client_id WHERE p.digest >= '" + contestedSign + "'") // the last of all signs
}

func (tx *Tx) touchAll(query string) error {
	if err := tx.begin(); err != nil {
		return err
	}
	rows, err := tx.sql.QueryContext(tx.ctx, query)
	if err != nil {
		return wrap("look for candidates", err)
	}
	defer rows.Close()
	for rows.Next() {
		var person int64
		if err := rows.Scan(&person); err != nil {
			return wrap("look for candidates", err)
		}
		tx.touch(person)
	}
	return wrap("look for candidates", rows.Err())
}

// aside is a Tx over a transaction that is no turn's: it keeps records, and says
// nothing to anybody.
func (s *Store) aside(ctx context.Context, t *sql.Tx) *Tx {
	return &Tx{ctx: ctx, s: s, now: s.now().UTC(), sql: t, recorded: true}
}

// rebuildBatch is how many rows are made in one transaction.
const rebuildBatch = 100

// RebuildCandidates makes the rows that are missing, or of an older release, or all
// of them. It may be stopped at any moment; what it made stays, and without all it
// goes on where it was. progress is told how many were made so far.
func (s *Store) RebuildCandidates(ctx context.Context, all bool, progress func(done int)) error {
	query := "SELECT DISTINCT CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END AS person FROM profiles p JOIN clients k ON k.id = p.client_id" +
		" WHERE p.filed_at > 0 AND CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END > ?"
	if !all {
		query += " AND NOT EXISTS (SELECT 1 FROM candidates c WHERE c.client_id = CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END AND c.shape = ?)"
	}
	query += " ORDER BY person LIMIT ?"
	last, done := int64(0), 0
	for {
		args := []any{last, rebuildBatch}
		if !all {
			args = []any{last, candidateShape, rebuildBatch}
		}
		persons, err := s.personsOf(ctx, query, args...)
		if err != nil || len(persons) == 0 {
			return err
		}
		if err := s.inTx(ctx, "rebuild candidates", func(t *sql.Tx) error { return s.aside(ctx, t).reckonAll(persons) }); err != nil {
			return err
		}
		last = persons[len(persons)-1]
		done += len(persons)
		progress(done)
	}
}

func (tx *Tx) reckonAll(persons []int64) error {
	for _, p := range persons {
		tx.touch(p)
	}
	return tx.settle()
}

func (s *Store) personsOf(ctx context.Context, query string, args ...any) (all []int64, err error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap("look for candidates", err)
	}
	defer rows.Close()
	for rows.Next() {
		var person int64
		if err := rows.Scan(&person); err != nil {
			return nil, wrap("look for candidates", err)
		}
		all = append(all, person)
	}
	return all, wrap("look for candidates", rows.Err())
}
