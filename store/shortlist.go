package store

import (
	"time"

	"gorm.io/gorm/clause"
)

// MostShortlisted is how many candidates a shortlist holds.
const MostShortlisted = 20

// Shortlisted is a candidate whom a colleague has put on a client's shortlist
// (候选名单). Nobody but colleagues hears of it.
type Shortlisted struct {
	ID    int64
	Other Client
	By    int64 // the colleague
	At    time.Time
}

type shortlistRow struct {
	ID       int64
	ClientID int64
	OtherID  int64
	StaffID  int64
	At       int64
}

func (shortlistRow) TableName() string { return "shortlists" }

// Shortlist puts another client on a client's shortlist; one who stands there
// already stays. ErrFull: there is no room.
func (tx *Tx) Shortlist(by Staff, client, other int64) error {
	if err := tx.hold("hold client", &clientRow{}, "id = ?", client); err != nil {
		return err
	}
	all, err := tx.ShortlistOf(client)
	if err != nil {
		return err
	}
	for _, on := range all {
		if on.Other.ID == other {
			return nil
		}
	}
	if len(all) >= MostShortlisted {
		return wrap("put on a shortlist", ErrFull)
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	row := shortlistRow{ClientID: client, OtherID: other, StaffID: by.ID, At: millis(tx.now)}
	return wrap("put on a shortlist", db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}

// ShortlistOf is a client's shortlist, the oldest entry first.
func (tx *Tx) ShortlistOf(client int64) ([]Shortlisted, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []shortlistRow
	if err := db.Where(ofPerson, client, client).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read shortlist", err)
	}
	var all []Shortlisted
	for _, r := range rows {
		other, err := tx.clientByID(r.OtherID)
		if err != nil {
			return nil, err
		}
		all = append(all, Shortlisted{ID: r.ID, Other: other, By: r.StaffID, At: fromMillis(r.At)})
	}
	return all, nil
}

// Unlist takes one entry off a client's shortlist; 0: all of them.
func (tx *Tx) Unlist(client, entry int64) error {
	_, err := tx.exec("DELETE FROM shortlists WHERE (id = ? OR ? = 0) AND "+ofPerson, entry, entry, client, client)
	return wrap("take off a shortlist", err)
}
