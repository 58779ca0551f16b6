package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"redthread/bot"
)

// Facts are what a client tells us about a complaint. They are sealed.
type Facts struct {
	People string // who was involved
	When   string // in the client's words
	Story  string
	Wish   string
}

// CaseState is where a complaint stands, and what a step led to.
type CaseState string

// The states of a complaint, in their usual order.
const (
	CaseFiled     CaseState = "filed"
	CaseTaken     CaseState = "taken"     // somebody takes care
	CaseWorking   CaseState = "working"   // 处理中
	CaseContacted CaseState = "contacted" // 已联系客户
	CaseProposed  CaseState = "proposed"  // 提出方案
	CaseClosed    CaseState = "closed"    // 结案
)

// ComplaintUntaken is the timer that comes due in the client's conversation when
// nobody takes a complaint, or whoever took it has left. Its ref is the
// complaint's number.
const ComplaintUntaken = "complaint_untaken"

// Complaint is a case.
type Complaint struct {
	ID         int64
	Client     Client
	Matter     string // the ID of the button that named it
	State      CaseState
	Facts      Facts
	Evidence   []bot.MediaID
	Owner      Staff // who takes care; the zero Staff when nobody does
	FiledAt    time.Time
	PromisedAt time.Time  // when the client hears from us at the latest
	TakenAt    time.Time  // zero: not taken
	ClosedAt   time.Time  // zero: open
	Steps      []CaseStep // from filing on
}

// CaseStep is how far a complaint came, and when.
type CaseStep struct {
	Kind CaseState
	At   time.Time
}

// Number is what everybody calls the complaint: "C-000001".
func (c Complaint) Number() string { return number("C", c.ID) }

// Taken says that somebody takes care of it.
func (c Complaint) Taken() bool { return c.Owner.ID != 0 }

type complaintRow struct {
	ID         int64
	ClientID   int64
	Matter     string
	State      CaseState
	Facts      []byte
	FactsKey   string // names the row before it has a number
	OwnerID    int64
	FiledAt    int64
	PromisedAt int64
	TakenAt    int64
	ClosedAt   int64
}

func (complaintRow) TableName() string { return "complaints" }

type evidenceRow struct {
	ComplaintID int64
	N           int
	MediaID     string
}

func (evidenceRow) TableName() string { return "complaint_evidence" }

type stepRow struct {
	ID          int64
	ComplaintID int64
	Kind        CaseState
	StaffID     int64
	EventKey    string
	At          int64
}

func (stepRow) TableName() string { return "complaint_steps" }

func factsPlace(key string) string { return "complaints.facts|" + key }

// NewComplaint is what a client files.
type NewComplaint struct {
	Lang     string // the language we speak with the client
	Matter   string
	Facts    Facts
	Evidence []bot.MediaID
	Promised time.Time // when they hear from us at the latest
}

// FileComplaint keeps a complaint of the turn's own client and gives it its
// number.
func (tx *Tx) FileComplaint(n NewComplaint) (Complaint, error) {
	client, err := tx.Self(n.Lang)
	if err != nil {
		return Complaint{}, err
	}
	row := complaintRow{ClientID: client.Chat, Matter: n.Matter, State: CaseFiled, FactsKey: newID(), FiledAt: millis(tx.now), PromisedAt: millis(n.Promised)}
	if row.Facts, err = tx.s.box.SealJSON(factsPlace(row.FactsKey), n.Facts); err != nil {
		return Complaint{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Complaint{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return Complaint{}, wrap("file complaint", err)
	}
	for i, m := range n.Evidence {
		if err := db.Create(&evidenceRow{row.ID, i + 1, string(m)}).Error; err != nil {
			return Complaint{}, wrap("file evidence", err)
		}
	}
	if err := tx.noteStep(db, row.ID, CaseFiled, 0); err != nil {
		return Complaint{}, err
	}
	c := row.read()
	c.Client, c.Facts, c.Evidence, c.Steps = client, n.Facts, n.Evidence, []CaseStep{{CaseFiled, c.FiledAt}}
	tx.filed = &c
	return c, nil
}

// read is what the row itself tells.
func (row complaintRow) read() Complaint {
	return Complaint{
		ID: row.ID, Matter: row.Matter, State: row.State, FiledAt: fromMillis(row.FiledAt), PromisedAt: fromMillis(row.PromisedAt),
		TakenAt: fromMillis(row.TakenAt), ClosedAt: fromMillis(row.ClosedAt),
	}
}

func (tx *Tx) noteStep(db *gorm.DB, complaint int64, kind CaseState, staff int64) error {
	step := stepRow{ComplaintID: complaint, Kind: kind, StaffID: staff, EventKey: string(tx.ev.Key), At: millis(tx.now)}
	return wrap("note a complaint's step", db.Create(&step).Error)
}

// TakeComplaint puts the complaint into a colleague's hands unless somebody has
// it already; first says which it was. ErrNotFound: no such complaint.
func (tx *Tx) TakeComplaint(ref string, by Staff) (c Complaint, first bool, err error) {
	return tx.move(ref, CaseTaken, by, "owner_id = 0", map[string]any{"owner_id": by.ID, "taken_at": millis(tx.now)})
}

// AddStep notes how far a complaint has come. added is false when it stands
// there already or is closed.
func (tx *Tx) AddStep(ref string, to CaseState, by Staff) (c Complaint, added bool, err error) {
	change := map[string]any{}
	if to == CaseClosed {
		change["closed_at"] = millis(tx.now)
	}
	return tx.move(ref, to, by, "owner_id <> 0", change)
}

// move changes the state of an open complaint where the condition holds, unless
// it stands there already, and notes it.
func (tx *Tx) move(ref string, to CaseState, by Staff, where string, change map[string]any) (c Complaint, moved bool, err error) {
	row, err := tx.complaintRow(ref)
	if err != nil {
		return c, false, err
	}
	db, err := tx.records()
	if err != nil {
		return c, false, err
	}
	change["state"] = to
	tx.filed = nil
	done := db.Model(&complaintRow{}).Where("id = ? AND state NOT IN ?", row.ID, []CaseState{CaseClosed, to}).Where(where).Updates(change)
	if done.Error != nil {
		return c, false, wrap("move complaint", done.Error)
	}
	if moved = done.RowsAffected == 1; moved {
		if err := tx.noteStep(db, row.ID, to, by.ID); err != nil {
			return c, false, err
		}
	}
	c, err = tx.Complaint(ref)
	return c, moved, err
}

// Complaint reads a complaint with its facts and evidence. ErrNotFound: there is
// none.
func (tx *Tx) Complaint(ref string) (Complaint, error) {
	if tx.filed != nil && tx.filed.Number() == ref { // nobody else has seen it yet
		return *tx.filed, nil
	}
	row, err := tx.complaintRow(ref)
	if err != nil {
		return Complaint{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Complaint{}, err
	}
	return tx.complaint(db, row)
}

func (tx *Tx) complaintRow(ref string) (row complaintRow, err error) {
	n, err := id("C", ref)
	if err != nil {
		return row, err
	}
	return row, tx.hold("read complaint", &row, "id = ?", n)
}

// Complaints lists the complaints of the turn's own client, the newest first, at
// most n.
func (tx *Tx) Complaints(n int) ([]Complaint, error) {
	client, err := tx.clientRow(tx.ev.From)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []complaintRow
	if err := db.Where(ofPerson, client.person(), client.person()).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list complaints", err)
	}
	var all []Complaint
	for _, row := range rows {
		c, err := tx.complaint(db, row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (tx *Tx) complaint(db *gorm.DB, row complaintRow) (Complaint, error) {
	c := row.read()
	var err error
	if c.Client, err = tx.clientByID(row.ClientID); err != nil {
		return c, err
	}
	if len(row.Facts) > 0 { // they have not been erased
		if err := tx.s.box.OpenJSON(factsPlace(row.FactsKey), row.Facts, &c.Facts); err != nil {
			return c, err
		}
	}
	if row.OwnerID != 0 {
		if c.Owner, err = tx.staffWhere("id = ?", row.OwnerID); err != nil {
			return c, err
		}
	}
	var steps []stepRow
	if err := db.Where("complaint_id = ?", row.ID).Order("id").Find(&steps).Error; err != nil {
		return c, wrap("read a complaint's steps", err)
	}
	for _, s := range steps {
		c.Steps = append(c.Steps, CaseStep{s.Kind, fromMillis(s.At)})
	}
	var evidence []evidenceRow
	if err := db.Where("complaint_id = ?", row.ID).Order("n").Find(&evidence).Error; err != nil {
		return c, wrap("read evidence", err)
	}
	for _, e := range evidence {
		c.Evidence = append(c.Evidence, bot.MediaID(e.MediaID))
	}
	return c, nil
}

// freeComplaints gives back what a colleague who leaves has not closed.
func (s *Store) freeComplaints(ctx context.Context, tx *sql.Tx, staff int64) error {
	return s.free(ctx, tx,
		"SELECT c.id, k.conversation FROM complaints c JOIN clients k ON k.id = c.client_id WHERE c.owner_id = ? AND c.state <> 'closed'",
		"UPDATE complaints SET owner_id = 0, taken_at = 0, state = 'filed' WHERE id = ?",
		staff, ComplaintUntaken, "C")
}
