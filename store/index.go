package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
)

// A blind index finds a sealed value without opening all of them: beside the
// value stands its digest (HMAC-SHA-256, RFC 2104, the first 16 bytes) under a
// secret that stands in the database sealed. Who holds the database alone can
// neither read a number nor try all there are. Sealing anew under another key of
// the keyset leaves the secret, and so the index, as it is; Reindex makes a new
// one.

// ofPhones names the secret of the phone numbers.
const ofPhones = "phone"

func indexSecretPlace(name string) string { return "index_keys.secret|" + name }

// index is the secret of one index, good for one transaction.
type index []byte

// digest is what stands beside the value.
func (i index) digest(value string) string {
	h := hmac.New(sha256.New, i)
	h.Write([]byte(value))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

type indexKeyRow struct {
	Name   string `gorm:"primaryKey"`
	Secret []byte
	MadeAt int64
}

func (indexKeyRow) TableName() string { return "index_keys" }

// phoneIndex reads the secret and keeps others from changing it, or from
// claiming a number under it, until we commit. The first time it is made.
func (tx *Tx) phoneIndex() (index, error) {
	var row indexKeyRow
	err := tx.hold("read the phone index", &row, "name = ?", ofPhones)
	if errors.Is(err, ErrNotFound) {
		row, err = tx.newPhoneIndex()
	}
	if err != nil {
		return nil, err
	}
	return tx.s.box.Open(indexSecretPlace(row.Name), row.Secret)
}

func (tx *Tx) newPhoneIndex() (row indexKeyRow, err error) {
	row = indexKeyRow{Name: ofPhones, MadeAt: millis(tx.now)}
	if row.Secret, err = tx.s.newIndexSecret(row.Name); err != nil {
		return row, err
	}
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	return row, wrap("make the phone index", db.Create(&row).Error)
}

func (s *Store) newIndexSecret(name string) ([]byte, error) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails, by its documentation
	return s.box.Seal(indexSecretPlace(name), secret[:])
}

// Reindex makes a new secret for the index of phone numbers and writes every
// digest anew, in one transaction: nobody finds, or claims, a number half-way.
// It says how many there were, but for contested ones, which have no digest. It is for when the keyset may have been seen by
// others, together with the database; turns that claim a number wait meanwhile.
func (s *Store) Reindex(ctx context.Context) (n int, err error) {
	sealed, err := s.newIndexSecret(ofPhones)
	if err != nil {
		return 0, err
	}
	secret, err := s.box.Open(indexSecretPlace(ofPhones), sealed)
	if err != nil {
		return 0, err
	}
	err = s.inTx(ctx, "index phone numbers anew", func(tx *sql.Tx) error {
		n = 0
		found, err := affected(tx.ExecContext(ctx, "UPDATE index_keys SET secret = ?, made_at = ? WHERE name = ?", sealed, millis(s.now()), ofPhones))
		if err != nil || found == 0 {
			return err // nothing was ever indexed
		}
		for after := int64(0); ; {
			page, err := s.phonePage(ctx, tx, after)
			if err == nil && len(page) == 0 {
				return s.record(ctx, tx, Entry{Action: AuditReindex})
			}
			if err != nil {
				return err
			}
			if err := s.reindexPage(ctx, tx, secret, page); err != nil {
				return err
			}
			after, n = page[len(page)-1].ClientID, n+len(page)
		}
	})
	return n, err
}

func (s *Store) phonePage(ctx context.Context, tx *sql.Tx, after int64) ([]phoneRow, error) {
	rows, err := tx.QueryContext(ctx, "SELECT client_id, number, number_key FROM phones WHERE client_id > ? AND digest NOT LIKE '~%' ORDER BY client_id LIMIT 200", after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var page []phoneRow
	for rows.Next() {
		var p phoneRow
		if err := rows.Scan(&p.ClientID, &p.Number, &p.NumberKey); err != nil {
			return nil, err
		}
		page = append(page, p)
	}
	return page, rows.Err()
}

func (s *Store) reindexPage(ctx context.Context, tx *sql.Tx, i index, page []phoneRow) error {
	for _, p := range page {
		number, err := s.box.Open(phonePlace(p.NumberKey), p.Number)
		if err != nil {
			return fmt.Errorf("number of client %d: %w", p.ClientID, err)
		}
		if _, err := tx.ExecContext(ctx, "UPDATE phones SET digest = ? WHERE client_id = ?", i.digest(string(number)), p.ClientID); err != nil {
			return err
		}
	}
	return nil
}
