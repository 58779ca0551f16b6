package store

import (
	"errors"
	"time"
)

// Feedback is what one side said after a date, to us alone. It is sealed whole, and
// read by the two's matchmakers and those above them.
type Feedback struct {
	Rating   int      // 1 to 5
	Again    string   // "yes", "no", "unsure"
	Off      []string // what was off, as it was tapped
	Words    string
	Harassed bool
	Next     string // what they wish now: "again", "dating", "search"; may be empty
	At       time.Time
}

type feedbackRow struct {
	ID       int64
	DateID   int64
	Side     int
	ClientID int64 // the chat
	Words    []byte
	WordsKey string
	EventKey string
	At       int64
}

func (feedbackRow) TableName() string { return "date_feedback" }

func feedbackPlace(key string) string { return "date_feedback.words|" + key }

// GiveFeedback keeps what a side said after a date that the turn holds; said again it
// takes the place of what was said before. first says that it does not.
func (tx *Tx) GiveFeedback(d Date, side Side, f Feedback) (first bool, err error) {
	var row feedbackRow
	err = tx.hold("read feedback", &row, "date_id = ? AND side = ?", d.ID, int(side))
	if first = errors.Is(err, ErrNotFound); first {
		row, err = feedbackRow{DateID: d.ID, Side: int(side), ClientID: d.Sides[side].Client.Chat, WordsKey: newID()}, nil
	}
	if err != nil {
		return false, err
	}
	f.At, row.At, row.EventKey = tx.now, millis(tx.now), string(tx.ev.Key)
	if row.Words, err = tx.s.box.SealJSON(feedbackPlace(row.WordsKey), f); err != nil {
		return false, err
	}
	db, err := tx.records()
	if err != nil {
		return false, err
	}
	return first, wrap("keep feedback", db.Save(&row).Error)
}

// FeedbackOf is what the two said after a date; nil: nothing yet.
func (tx *Tx) FeedbackOf(d Date) (both [2]*Feedback, err error) {
	db, err := tx.records()
	if err != nil {
		return both, err
	}
	var rows []feedbackRow
	if err := db.Where("date_id = ?", d.ID).Find(&rows).Error; err != nil {
		return both, wrap("read feedback", err)
	}
	for _, r := range rows {
		f, err := tx.feedback(r)
		if err != nil {
			return both, err
		}
		both[r.Side&1] = &f
	}
	return both, nil
}

func (tx *Tx) feedback(r feedbackRow) (f Feedback, err error) {
	err = tx.s.box.OpenJSON(feedbackPlace(r.WordsKey), r.Words, &f)
	f.At = fromMillis(r.At)
	return f, err
}

type zoneRow struct {
	ClientID int64 `gorm:"primaryKey;autoIncrement:false"`
	Zone     string
	At       int64
}

func (zoneRow) TableName() string { return "client_zones" }

// ZoneOf is the time zone that a person, named by Client.ID, has said they live in;
// nil: they have not.
func (tx *Tx) ZoneOf(person int64) (*time.Location, error) {
	var row zoneRow
	err := tx.read("read a client's time zone", &row, "client_id = ?", person)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(row.Zone)
	if err != nil {
		return nil, nil // this machine does not know it: as if they had not
	}
	return zone, nil
}

// SetZone notes the time zone a person lives in.
func (tx *Tx) SetZone(person int64, zone *time.Location) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note a client's time zone", db.Save(&zoneRow{person, zone.String(), millis(tx.now)}).Error)
}
