package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// number writes a paper's number with its letter, "C-000001"; id reads it.
func number(letter string, id int64) string { return fmt.Sprintf("%s-%06d", letter, id) }

func id(letter, ref string) (int64, error) {
	digits, ok := strings.CutPrefix(ref, letter+"-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil || n <= 0 || number(letter, n) != ref {
		return 0, fmt.Errorf("store: number with %s-: %w", letter, ErrNotFound)
	}
	return n, nil
}

// read finds one record. ErrNotFound: there is none.
func (tx *Tx) read(what string, row any, where string, args ...any) error {
	db, err := tx.look()
	if err != nil {
		return err
	}
	return taken(what, db.Where(where, args...).Take(row).Error)
}

// forUpdate reads records as they stand now, whatever other turns have changed
// since ours began, and keeps them so until we commit. SQLite, which has one
// writer at a time, needs no such clause.
var forUpdate = clause.Locking{Strength: "UPDATE"}

// hold finds one record that several conversations write, and keeps it.
func (tx *Tx) hold(what string, row any, where string, args ...any) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	return taken(what, db.Clauses(forUpdate).Where(where, args...).Take(row).Error)
}

func taken(what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = ErrNotFound
	}
	return wrap(what, err)
}

// update changes columns of one record.
func (tx *Tx) update(what string, model any, id int64, change map[string]any) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap(what, db.Model(model).Where("id = ?", id).Updates(change).Error)
}
