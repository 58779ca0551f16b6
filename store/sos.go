package store

import (
	"errors"
	"time"
)

// SOSState is where a call for help stands.
type SOSState string

// The states of a call for help.
const (
	SOSOpen   SOSState = "open"   // nobody has answered
	SOSTaken  SOSState = "taken"  // a colleague is seeing to it
	SOSClosed SOSState = "closed" // they are safe, or the police have it
)

// SOS is a client's call for help around a date.
type SOS struct {
	ID        int64
	Client    Client // in the chat in which they called
	Date      int64  // 0: it has been erased
	State     SOSState
	Outcome   string // "safe", "police"; empty: open
	By        Staff  // who answered; the zero Staff: nobody yet
	OpenedAt  time.Time
	TakenAt   time.Time
	ClosedAt  time.Time // zero: open
	MistakeAt time.Time // they have said that it was one; a person looks all the same
}

// Number is what colleagues call it: "U-000001".
func (s SOS) Number() string { return number("U", s.ID) }

type sosRow struct {
	ID        int64
	ClientID  int64
	DateID    int64
	State     string
	Outcome   string
	StaffID   int64
	OpenedAt  int64
	TakenAt   int64
	ClosedAt  int64
	MistakeAt int64
}

func (sosRow) TableName() string { return "sos_calls" }

// CallSOS notes that the client calls for help at a date. first is false when a call
// of theirs is open: that one is given.
func (tx *Tx) CallSOS(c Client, d Date) (s SOS, first bool, err error) {
	if err := tx.holdPersons(c.ID, c.ID); err != nil { // so that two words are one call
		return s, false, err
	}
	s, err = tx.sosWhere(ofPerson+" AND closed_at = 0", c.ID, c.ID)
	if !errors.Is(err, ErrNotFound) {
		return s, false, err
	}
	db, err := tx.records()
	if err != nil {
		return s, false, err
	}
	row := sosRow{ClientID: c.Chat, DateID: d.ID, State: string(SOSOpen), OpenedAt: millis(tx.now)}
	if err := db.Create(&row).Error; err != nil {
		return s, false, wrap("note a call for help", err)
	}
	s, err = tx.sos(row)
	return s, true, err
}

// SOS reads a call for help and holds it. ErrNotFound: there is none of that number.
func (tx *Tx) SOS(ref string) (SOS, error) {
	n, err := id("U", ref)
	if err != nil {
		return SOS{}, err
	}
	return tx.sosWhere("id = ?", n)
}

// SaveSOS keeps how a call that the turn holds stands.
func (tx *Tx) SaveSOS(s SOS) error {
	return tx.update("change a call for help", &sosRow{}, s.ID, map[string]any{
		"state": string(s.State), "outcome": s.Outcome, "staff_id": s.By.ID, "taken_at": millis(s.TakenAt), "closed_at": millis(s.ClosedAt), "mistake_at": millis(s.MistakeAt),
	})
}

func (tx *Tx) sosWhere(where string, args ...any) (SOS, error) {
	var row sosRow
	if err := tx.hold("read a call for help", &row, where, args...); err != nil {
		return SOS{}, err
	}
	return tx.sos(row)
}

func (tx *Tx) sos(row sosRow) (s SOS, err error) {
	s = SOS{
		ID: row.ID, Date: row.DateID, State: SOSState(row.State), Outcome: row.Outcome,
		OpenedAt: fromMillis(row.OpenedAt), TakenAt: fromMillis(row.TakenAt), ClosedAt: fromMillis(row.ClosedAt), MistakeAt: fromMillis(row.MistakeAt),
	}
	if s.Client, err = tx.clientByID(row.ClientID); err != nil {
		return s, err
	}
	s.By, err = tx.staffWhere("id = ?", row.StaffID)
	return s, ignored(err, ErrNotFound)
}
