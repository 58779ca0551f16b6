package store

import (
	"errors"
	"time"
)

// Weight is how much a criterion counts.
type Weight string

// The weights. Empty: it was not asked.
const (
	Must   Weight = "must"   // 硬性: who does not meet it is not proposed
	Prefer Weight = "prefer" // 软性: who meets it comes first
	Any    Weight = "any"    // 不限
)

// Wish is one criterion for a partner, in codes that matching can compare. Which
// of the fields are used depends on what it is about.
type Wish struct {
	Weight Weight   `json:",omitempty"`
	From   int      `json:",omitempty"` // years, centimetres; 0: open
	To     int      `json:",omitempty"`
	Least  string   `json:",omitempty"` // the lowest of Educations or Incomes
	OneOf  []string `json:",omitempty"` // of Maritals, ChildrenKinds or Habits
	Places []int    `json:",omitempty"` // codes of provinces and prefectures
}

// Asked says that the client has answered it.
func (w Wish) Asked() bool { return w.Weight != "" }

// Criteria are what a seeker wishes of a partner (择偶条件), must and prefer apart.
type Criteria struct {
	Age       Wish `json:",omitzero"`
	Height    Wish `json:",omitzero"`
	Education Wish `json:",omitzero"`
	Income    Wish `json:",omitzero"`
	Region    Wish `json:",omitzero"`
	Marital   Wish `json:",omitzero"`
	Children  Wish `json:",omitzero"`
	Smoking   Wish `json:",omitzero"`
	Drinking  Wish `json:",omitzero"`

	MustWords   string `json:",omitempty"` // what else must be, in their words
	PreferWords string `json:",omitempty"` // what else would be nice
	WordsAsked  bool   `json:",omitempty"` // both were asked

	UpdatedAt time.Time `json:"-"`
}

type criteriaRow struct {
	ClientID  int64 `gorm:"primaryKey;autoIncrement:false"`
	Wishes    []byte
	WishesKey string
	UpdatedAt int64 `gorm:"autoUpdateTime:false"`
}

func (criteriaRow) TableName() string { return "criteria" }

func wishesPlace(key string) string { return "criteria.wishes|" + key }

// criteriaRow is the newest row of a person.
func (tx *Tx) criteriaRow(client int64) (row criteriaRow, err error) {
	db, err := tx.records()
	if err != nil {
		return row, err
	}
	return row, taken("read criteria", db.Where(ofPerson, client, client).Order("updated_at DESC").Take(&row).Error)
}

// Criteria reads what a client wishes of a partner. ErrNotFound: they have not
// said.
func (tx *Tx) Criteria(client int64) (c Criteria, err error) {
	row, err := tx.criteriaRow(client)
	if err != nil {
		return c, err
	}
	err = tx.s.box.OpenJSON(wishesPlace(row.WishesKey), row.Wishes, &c)
	c.UpdatedAt = fromMillis(row.UpdatedAt)
	return c, err
}

// MyCriteria reads what the turn's own client wishes. ErrNotFound: they have not
// said.
func (tx *Tx) MyCriteria() (Criteria, error) {
	me, err := tx.Self("")
	if err != nil {
		return Criteria{}, err
	}
	return tx.Criteria(me.ID)
}

// SaveCriteria keeps what the turn's own client wishes, in place of what was
// there.
func (tx *Tx) SaveCriteria(c Criteria) error {
	me, err := tx.Self("")
	if err != nil {
		return err
	}
	row, err := tx.criteriaRow(me.ID)
	fresh := errors.Is(err, ErrNotFound)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		row = criteriaRow{ClientID: me.ID, WishesKey: newID()}
	}
	tx.touch(me.ID)
	row.UpdatedAt = millis(tx.now)
	if row.Wishes, err = tx.s.box.SealJSON(wishesPlace(row.WishesKey), c); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	if fresh {
		return wrap("keep criteria", db.Create(&row).Error)
	}
	return wrap("save criteria", db.Save(&row).Error)
}
