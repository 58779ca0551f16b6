package store

import "gorm.io/gorm/clause"

// Two clients can be kept apart for good: none is proposed to the other again.

// The reasons to keep two clients apart.
const (
	ApartRelated    = "related"    // of one family, or they know each other: a colleague has said so
	ApartIntroduced = "introduced" // they have been introduced
	ApartRefused    = "refused"    // one of them has declined the other
)

type apartRow struct {
	ClientID int64 `gorm:"primaryKey;autoIncrement:false"`
	OtherID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Why      string
	StaffID  int64
	EventKey string
	At       int64
}

func (apartRow) TableName() string { return "kept_apart" }

// KeepApart has two clients never proposed to each other again, by the word of a
// colleague; the zero Staff: nobody's. A reason that is noted already stays as it
// is.
func (tx *Tx) KeepApart(by Staff, one, other int64, why string) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	row := apartRow{one, other, why, by.ID, string(tx.ev.Key), millis(tx.now)}
	both := []apartRow{row, row}
	both[1].ClientID, both[1].OtherID = other, one
	if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&both).Error; err != nil {
		return wrap("keep clients apart", err)
	}
	return tx.auditPair(by, AuditApart, one, other, why)
}

// Together takes back a reason to keep two clients apart, by the word of a
// colleague.
func (tx *Tx) Together(by Staff, one, other int64, why string) error {
	const either = "(client_id = ? AND other_id = ? OR client_id = ? AND other_id = ?)"
	n, err := tx.exec("DELETE FROM kept_apart WHERE "+either+" AND why = ?", one, other, other, one, why)
	if err != nil || n == 0 {
		return wrap("let clients meet", err)
	}
	return tx.auditPair(by, AuditTogether, one, other, why)
}

// auditPair puts on record what a colleague did about two clients; what nobody of the
// house said is in nobody's name.
func (tx *Tx) auditPair(by Staff, action string, one, other int64, why string) error {
	if by.ID == 0 {
		return nil
	}
	return tx.Audit(by.Actor(), Entry{Action: action, Client: one, Detail: number("K", other) + " " + why})
}

// apartFrom are the persons who are kept apart from this one.
func (tx *Tx) apartFrom(person int64) (map[int64]bool, error) {
	const query = "SELECT CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END FROM kept_apart a JOIN clients k ON k.id = a.other_id WHERE a."
	rows, err := tx.reading().QueryContext(tx.ctx, query+ofPerson, person, person)
	if err != nil {
		return nil, wrap("read who is kept apart", err)
	}
	defer rows.Close()
	apart := map[int64]bool{person: true}
	for rows.Next() {
		var other int64
		if err := rows.Scan(&other); err != nil {
			return nil, wrap("read who is kept apart", err)
		}
		apart[other] = true
	}
	return apart, wrap("read who is kept apart", rows.Err())
}
