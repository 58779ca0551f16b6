package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gorm.io/gorm/clause"
)

// Pledge is that a colleague confirmed the pledge of secrecy, and which one.
type Pledge struct {
	Version string // of the text, as its author dated it
	Digest  string // of the very words; ConsentWords has them
	Lang    string // they were shown in
	Channel string
	At      time.Time
}

type pledgeRow struct {
	ID      int64
	StaffID int64
	Version string
	Digest  string
	Lang    string
	Channel string
	At      int64
}

func (pledgeRow) TableName() string { return "pledges" }

func (r pledgeRow) pledge() Pledge {
	return Pledge{r.Version, r.Digest, r.Lang, r.Channel, fromMillis(r.At)}
}

// pledgeText is the kind under which the words of a pledge are kept.
const pledgeText ConsentKind = "pledge"

// NotePledge keeps that a colleague has confirmed these words, for good, and puts it
// on record. They hold no personal data, and are kept once, whoever was shown them.
func (tx *Tx) NotePledge(by Staff, version, lang, words string) error {
	sum := sha256.Sum256([]byte(words))
	digest := hex.EncodeToString(sum[:])
	db, err := tx.records()
	if err != nil {
		return err
	}
	text := consentTextRow{digest, pledgeText, version, lang, words, millis(tx.now)}
	if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&text).Error; err != nil {
		return wrap("keep the words of a pledge", err)
	}
	row := pledgeRow{StaffID: by.ID, Version: version, Digest: digest, Lang: lang, Channel: tx.ev.From.Channel, At: millis(tx.now)}
	if err := db.Create(&row).Error; err != nil {
		return wrap("note a pledge", err)
	}
	return tx.Audit(by.Actor(), Entry{Action: AuditPledge, Subject: by.Code(), Detail: version + " " + digest})
}

// Pledge is the newest pledge that the colleague has confirmed. ErrNotFound: none.
func (tx *Tx) Pledge(staff int64) (Pledge, error) {
	db, err := tx.records()
	if err != nil {
		return Pledge{}, err
	}
	var row pledgeRow
	err = db.Where("staff_id = ?", staff).Order("id DESC").Take(&row).Error
	return row.pledge(), taken("read a pledge", err)
}

// Pledges are the newest pledges of all colleagues, by their ID.
func (s *Store) Pledges(ctx context.Context) (map[int64]Pledge, error) {
	var rows []pledgeRow
	if err := s.orm.WithContext(ctx).Where("id IN (SELECT MAX(id) FROM pledges GROUP BY staff_id)").Find(&rows).Error; err != nil {
		return nil, wrap("list pledges", err)
	}
	all := map[int64]Pledge{}
	for _, r := range rows {
		all[r.StaffID] = r.pledge()
	}
	return all, nil
}
