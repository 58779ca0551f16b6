package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"redthread/bot"
)

// The states of a hand-off.
const (
	handoffWaiting = "waiting"
	handoffTaken   = "taken"
	handoffClosed  = "closed"
)

// HandoffUntaken is the timer that comes due in the client's conversation when
// nobody comes to a client who waits for a person, or whoever came has left. Its
// ref is the hand-off's number.
const HandoffUntaken = "handoff_untaken"

// Handoff is a client's talk with a person, or the wait for one.
type Handoff struct {
	ID       int64
	Client   Client
	Staff    Staff // the zero Staff while nobody has come
	OpenedAt time.Time
	TakenAt  time.Time // zero: nobody has come
	ClosedAt time.Time // zero: open
}

// Number is what staff call it: "H-000001".
func (h Handoff) Number() string { return number("H", h.ID) }

// Waiting says that nobody has come yet.
func (h Handoff) Waiting() bool { return h.ClosedAt.IsZero() && h.Staff.ID == 0 }

// Open says that the talk goes on or is waited for.
func (h Handoff) Open() bool { return h.ClosedAt.IsZero() }

type handoffRow struct {
	ID       int64
	ClientID int64
	State    string
	StaffID  int64
	OpenedAt int64
	TakenAt  int64
	ClosedAt int64
}

func (handoffRow) TableName() string { return "handoffs" }

// OpenHandoff lets the turn's own client, with whom we speak lang, wait for a
// person. Who waits or talks already keeps their place: opened is false then.
// ahead is how many wait before them.
func (tx *Tx) OpenHandoff(lang string) (h Handoff, opened bool, ahead int, err error) {
	h, err = tx.MyHandoff()
	if errors.Is(err, ErrNotFound) {
		h, err = tx.newHandoff(lang)
		opened = true
	}
	if err != nil {
		return h, false, 0, err
	}
	err = tx.count(&ahead, "SELECT COUNT(*) FROM handoffs WHERE state = ? AND id < ?", handoffWaiting, h.ID)
	return h, opened, ahead, err
}

func (tx *Tx) newHandoff(lang string) (Handoff, error) {
	client, err := tx.Self(lang)
	if err != nil {
		return Handoff{}, err
	}
	db, err := tx.records()
	if err != nil {
		return Handoff{}, err
	}
	row := handoffRow{ClientID: client.Chat, State: handoffWaiting, OpenedAt: millis(tx.now)}
	if err := db.Create(&row).Error; err != nil {
		return Handoff{}, wrap("open hand-off", err)
	}
	return tx.handoff(row)
}

func (tx *Tx) count(n *int, query string, args ...any) error {
	if err := tx.begin(); err != nil {
		return err
	}
	return wrap("count", tx.sql.QueryRowContext(tx.ctx, query, args...).Scan(n))
}

// MyHandoff is the open hand-off of the turn's own client. ErrNotFound: none.
func (tx *Tx) MyHandoff() (Handoff, error) {
	client, err := tx.clientRow(tx.ev.From)
	if err != nil {
		return Handoff{}, err
	}
	return tx.handoffWhere("client_id = ? AND state <> ?", client.ID, handoffClosed)
}

// Talks counts the client's talks with a colleague, and the waits for one.
func (tx *Tx) Talks(client int64) (n int, err error) {
	err = tx.count(&n, "SELECT COUNT(*) FROM handoffs WHERE "+ofPerson, client, client)
	return n, err
}

// HandoffWith is the hand-off that the colleague is busy with. ErrNotFound: none.
func (tx *Tx) HandoffWith(staff int64) (Handoff, error) {
	return tx.handoffWhere("staff_id = ? AND state = ?", staff, handoffTaken)
}

// NextHandoff is the one that has waited longest. ErrNotFound: nobody waits.
func (tx *Tx) NextHandoff() (Handoff, error) {
	var first int64
	if err := tx.begin(); err != nil {
		return Handoff{}, err
	}
	err := tx.sql.QueryRowContext(tx.ctx, "SELECT id FROM handoffs WHERE state = ? ORDER BY id LIMIT 1", handoffWaiting).Scan(&first)
	if errors.Is(err, sql.ErrNoRows) {
		return Handoff{}, wrap("look who waits", ErrNotFound)
	}
	if err != nil {
		return Handoff{}, wrap("look who waits", err)
	}
	return tx.handoffWhere("id = ? AND state = ?", first, handoffWaiting)
}

// Handoff reads a hand-off. ErrNotFound: there is none of that number.
func (tx *Tx) Handoff(ref string) (Handoff, error) {
	n, err := id("H", ref)
	if err != nil {
		return Handoff{}, err
	}
	return tx.handoffWhere("id = ?", n)
}

func (tx *Tx) handoffWhere(where string, args ...any) (Handoff, error) {
	var row handoffRow
	if err := tx.hold("read hand-off", &row, where, args...); err != nil {
		return Handoff{}, err
	}
	return tx.handoff(row)
}

func (tx *Tx) handoff(row handoffRow) (h Handoff, err error) {
	h = Handoff{ID: row.ID, OpenedAt: fromMillis(row.OpenedAt), TakenAt: fromMillis(row.TakenAt), ClosedAt: fromMillis(row.ClosedAt)}
	if h.Client, err = tx.clientByID(row.ClientID); err != nil || row.StaffID == 0 {
		return h, err
	}
	h.Staff, err = tx.staffWhere("id = ?", row.StaffID)
	return h, err
}

// ErrBusy says that a colleague talks with another client already.
var ErrBusy = errors.New("store: busy with another client")

// TakeHandoff puts the client into a colleague's hands, unless somebody has come
// already; first says which it was. ErrBusy: this colleague has a client.
// ErrNotFound: no such hand-off.
func (tx *Tx) TakeHandoff(ref string, by Staff) (h Handoff, first bool, err error) {
	if h, err = tx.Handoff(ref); err != nil || !h.Waiting() {
		return h, false, err
	}
	switch _, err := tx.HandoffWith(by.ID); {
	case err == nil:
		return h, false, wrap("take hand-off", ErrBusy)
	case !errors.Is(err, ErrNotFound):
		return h, false, err
	}
	err = tx.update("take hand-off", &handoffRow{}, h.ID, map[string]any{"state": handoffTaken, "staff_id": by.ID, "taken_at": millis(tx.now)})
	if err != nil {
		return h, false, err
	}
	h, err = tx.Handoff(ref)
	return h, err == nil, err
}

// CloseHandoff ends the talk, or the wait. closed is false when it had ended.
func (tx *Tx) CloseHandoff(h Handoff) (closed bool, err error) {
	n, err := tx.exec("UPDATE handoffs SET state = ?, closed_at = ? WHERE id = ? AND state <> ?", handoffClosed, millis(tx.now), h.ID, handoffClosed)
	return n == 1, wrap("close hand-off", err)
}

// freeHandoffs lets the clients of a colleague who leaves wait for another one.
func (s *Store) freeHandoffs(ctx context.Context, tx *sql.Tx, staff int64) error {
	return s.free(ctx, tx,
		"SELECT h.id, k.conversation FROM handoffs h JOIN clients k ON k.id = h.client_id WHERE h.staff_id = ? AND h.state = 'taken'",
		"UPDATE handoffs SET staff_id = 0, taken_at = 0, state = 'waiting' WHERE id = ?",
		staff, HandoffUntaken, "H")
}

// Words are what a client says while nobody has come yet.
type Words struct {
	Lines  []string
	Photos []bot.MediaID
}

type wordsRow struct {
	ID        int64
	HandoffID int64
	Words     []byte
	WordsKey  string // names the row before it has a number
	At        int64
}

func (wordsRow) TableName() string { return "handoff_words" }

func wordsPlace(key string) string { return "handoff_words.words|" + key }

// ErrFull says that as many have been kept as may be.
var ErrFull = errors.New("store: no room for more")

// KeepWords keeps what the client says for whoever comes, most messages in all;
// n is how many have been kept now. ErrFull: there were as many before.
func (tx *Tx) KeepWords(h Handoff, w Words, most int) (n int, err error) {
	if err := tx.count(&n, "SELECT COUNT(*) FROM handoff_words WHERE handoff_id = ?", h.ID); err != nil {
		return 0, err
	}
	if n >= most {
		return n, wrap("keep words", ErrFull)
	}
	row := wordsRow{HandoffID: h.ID, WordsKey: newID(), At: millis(tx.now)}
	if row.Words, err = tx.s.box.SealJSON(wordsPlace(row.WordsKey), w); err != nil {
		return n, err
	}
	db, err := tx.records()
	if err != nil {
		return n, err
	}
	return n + 1, wrap("keep words", db.Create(&row).Error)
}

// KeptWords lists what was kept, in the order it was said.
func (tx *Tx) KeptWords(h Handoff) ([]Words, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []wordsRow
	if err := db.Clauses(forUpdate).Where("handoff_id = ?", h.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read kept words", err)
	}
	var all []Words
	for _, row := range rows {
		var w Words
		if err := tx.s.box.OpenJSON(wordsPlace(row.WordsKey), row.Words, &w); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, nil
}
