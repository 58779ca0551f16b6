package store

import (
	"errors"
	"slices"
	"time"
)

// Canned is a reply that the agency has ready for its colleagues. Changing it
// makes a new version; the old ones stay.
type Canned struct {
	Reply   int64 // what all versions of it share
	Version int
	Title   string
	Words   string
	Staff   int64 // who wrote this version
	At      time.Time
	Gone    bool // it is not offered any more
}

// Number is what it is called: "R-000001".
func (c Canned) Number() string { return number("R", c.Reply) }

type cannedRow struct {
	ID      int64
	Reply   int64
	Version int
	Body    []byte
	BodyKey string
	StaffID int64
	Gone    int
	At      int64
}

func (cannedRow) TableName() string { return "canned_replies" }

// cannedBody is what is sealed.
type cannedBody struct{ Title, Words string }

func cannedPlace(key string) string { return "canned_replies.body|" + key }

// SaveCanned keeps a new reply, or, where Reply is set, its next version.
// ErrNotFound: no such reply.
func (tx *Tx) SaveCanned(c Canned, by Staff) (Canned, error) {
	c.Version = 1
	if c.Reply == 0 {
		var last int
		if err := tx.count(&last, "SELECT COALESCE(MAX(reply), 0) FROM canned_replies"); err != nil {
			return c, err
		}
		c.Reply = int64(last) + 1
	} else {
		old, err := tx.Canned(c.Number())
		if err != nil {
			return c, err
		}
		c.Version = old.Version + 1
	}
	c.Staff, c.At = by.ID, tx.now
	row := cannedRow{Reply: c.Reply, Version: c.Version, BodyKey: newID(), StaffID: by.ID, At: millis(tx.now)}
	if c.Gone {
		row.Gone = 1
	}
	var err error
	if row.Body, err = tx.s.box.SealJSON(cannedPlace(row.BodyKey), cannedBody{c.Title, c.Words}); err != nil {
		return c, err
	}
	db, err := tx.records()
	if err != nil {
		return c, err
	}
	return c, wrap("save a reply", db.Create(&row).Error)
}

// Canned reads the newest version of a reply. ErrNotFound: there is none of that
// number.
func (tx *Tx) Canned(ref string) (Canned, error) {
	n, err := id("R", ref)
	if err != nil {
		return Canned{}, err
	}
	var row cannedRow
	if err := tx.hold("read a reply", &row, "reply = ? ORDER BY version DESC", n); err != nil {
		return Canned{}, err
	}
	return tx.canned(row)
}

// CannedReplies lists the newest versions of all replies that are offered, in the
// order in which they were first written.
func (tx *Tx) CannedReplies() ([]Canned, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []cannedRow
	if err := db.Order("reply, version DESC").Find(&rows).Error; err != nil {
		return nil, wrap("list replies", err)
	}
	rows = slices.CompactFunc(rows, func(a, b cannedRow) bool { return a.Reply == b.Reply })
	var all []Canned
	for _, row := range rows {
		if row.Gone != 0 {
			continue
		}
		c, err := tx.canned(row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (tx *Tx) canned(row cannedRow) (Canned, error) {
	c := Canned{Reply: row.Reply, Version: row.Version, Staff: row.StaffID, At: fromMillis(row.At), Gone: row.Gone != 0}
	var body cannedBody
	err := tx.s.box.OpenJSON(cannedPlace(row.BodyKey), row.Body, &body)
	c.Title, c.Words = body.Title, body.Words
	return c, err
}

// Topic is the conversation in a group that is about a person, as the text in
// which it is kept has it; empty: there is none.
type topicRow struct {
	ClientID     int64 `gorm:"primaryKey;autoIncrement:false"`
	Conversation string
}

func (topicRow) TableName() string { return "client_topics" }

// Topic is the group's conversation that is about a person; empty: none is.
func (tx *Tx) Topic(person int64) (string, error) {
	var row topicRow
	err := tx.hold("read a client's topic", &row, "client_id = ?", person)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return row.Conversation, err
}

// SetTopic notes which conversation of a group is about a person.
func (tx *Tx) SetTopic(person int64, conversation string) error {
	if _, err := tx.exec("DELETE FROM client_topics WHERE client_id = ?", person); err != nil {
		return wrap("note a client's topic", err)
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note a client's topic", db.Create(&topicRow{ClientID: person, Conversation: conversation}).Error)
}

// OpenAt counts the talks that go on, or are waited for, in the topics of a group:
// those whose conversation begins so.
func (tx *Tx) OpenAt(prefix string) (n int, err error) {
	return n, tx.count(&n, "SELECT COUNT(*) FROM client_topics t JOIN handoffs h ON h.client_id = t.client_id WHERE h.state <> ? AND SUBSTR(t.conversation, 1, ?) = ?", handoffClosed, len(prefix), prefix)
}
