package store

// What can be revealed of a client, or found out by a colleague who was shown it.
const (
	RevealPhotos  = "photos"
	RevealProfile = "profile" // without name, employer and telephone number
	RevealContact = "contact" // with them
	RevealLedger  = "ledger"
	RevealByPhone = "by_phone" // the client was found by a phone number
	RevealTalk    = "talk"     // what was said in a talk
	RevealMatch   = "match"    // candidates were looked for, for them

	// RevealCandidate begins what is kept of who was shown as a candidate, without
	// what would tell who they are; for whom, stands behind it: "candidate:K-000012".
	RevealCandidate = "candidate:"

	// RevealPassed begins what is kept of a contact that passed to another client, after
	// both had said yes: to whom, stands behind it. The colleague is who brought the two
	// together.
	RevealPassed = "passed:"

	// RevealConfirmed: they called the number, and found it to be the client's.
	RevealConfirmed = "confirmed"
)

type revealRow struct {
	ID       int64
	StaffID  int64
	ClientID int64
	What     string
	EventKey string
	At       int64
}

func (revealRow) TableName() string { return "reveals" }

// NoteReveal keeps that a colleague was shown something of a client, for good.
// client is 0 when they looked for one and found none.
func (tx *Tx) NoteReveal(by Staff, client int64, what string) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	row := revealRow{StaffID: by.ID, ClientID: client, What: what, EventKey: string(tx.ev.Key), At: millis(tx.now)}
	return wrap("note what was revealed", db.Create(&row).Error)
}
