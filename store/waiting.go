package store

import (
	"errors"
	"slices"
	"time"
)

// The queue: who waits for a person, in the order in which they came. A row of
// handoff_queue says how far the search for somebody has come; it goes when
// somebody has, or nobody is waited for any more.

// InLine is a client who waits for a person.
type InLine struct {
	ID        int64  // the hand-off's
	Owner     int64  // whose client they are; 0: nobody's
	Lang      string // the language we speak with them
	Called    bool   // colleagues can come: it is no message left overnight
	OfferedTo int64  // the colleague who is asked now; 0: nobody
	OfferedAt time.Time
	AllCalled bool    // everybody has been
	Asked     []int64 // who has been offered the client
}

// Number is the hand-off's.
func (w InLine) Number() string { return number("H", w.ID) }

type queueRow struct {
	HandoffID int64 `gorm:"primaryKey;autoIncrement:false"`
	Since     int64
	OfferedTo int64
	OfferedAt int64
	AllAt     int64
	ToldPlace int64
	Told      int64
	ToldAt    int64
}

func (queueRow) TableName() string { return "handoff_queue" }

// queueUp begins a wait. What was known of an earlier one is forgotten.
func (tx *Tx) queueUp(handoff int64) error {
	if err := tx.leaveQueue(handoff); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("queue up", db.Create(&queueRow{HandoffID: handoff, Since: millis(tx.now)}).Error)
}

func (tx *Tx) leaveQueue(handoff int64) error {
	for _, table := range []string{"handoff_queue", "handoff_asked"} {
		if _, err := tx.exec("DELETE FROM "+table+" WHERE handoff_id = ?", handoff); err != nil {
			return wrap("leave the queue", err)
		}
	}
	return nil
}

// inQueue reads a waiting client's place in the search, and holds it. One that
// waits since before there was a queue is put into it.
func (tx *Tx) inQueue(h Handoff) (row queueRow, err error) {
	err = tx.hold("read the queue", &row, "handoff_id = ?", h.ID)
	if !errors.Is(err, ErrNotFound) || !h.Waiting() {
		return row, err
	}
	if err := tx.queueUp(h.ID); err != nil {
		return row, err
	}
	return row, tx.hold("read the queue", &row, "handoff_id = ?", h.ID)
}

// Ahead counts who waits before.
func (tx *Tx) Ahead(h Handoff) (n int, err error) {
	return n, tx.count(&n, "SELECT COUNT(*) FROM handoffs WHERE state = ? AND id < ?", handoffWaiting, h.ID)
}

// Queue lists who waits, in their order, and holds them.
func (tx *Tx) Queue() ([]InLine, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	if err := db.Clauses(forUpdate).Where("state = ?", handoffWaiting).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read the queue", err)
	}
	var all []InLine
	for _, r := range rows {
		w := InLine{ID: r.ID, Called: r.CalledAt > 0}
		c, err := tx.clientByID(r.ClientID)
		if err != nil {
			return nil, err
		}
		w.Owner, w.Lang = c.OwnerID, c.Lang
		all = append(all, w)
	}
	return all, tx.searched(all)
}

// searched fills in how far the search for somebody has come.
func (tx *Tx) searched(all []InLine) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	var rows []queueRow
	var asked []askedRow
	if err := db.Clauses(forUpdate).Find(&rows).Error; err != nil {
		return wrap("read the queue", err)
	}
	if err := db.Order("handoff_id, at, staff_id").Find(&asked).Error; err != nil {
		return wrap("read who was asked", err)
	}
	for i := range all {
		w := &all[i]
		if n := slices.IndexFunc(rows, func(r queueRow) bool { return r.HandoffID == w.ID }); n >= 0 {
			w.OfferedTo, w.OfferedAt, w.AllCalled = rows[n].OfferedTo, fromMillis(rows[n].OfferedAt), rows[n].AllAt > 0
		}
		for _, a := range asked {
			if a.HandoffID == w.ID {
				w.Asked = append(w.Asked, a.StaffID)
			}
		}
	}
	return nil
}

type askedRow struct {
	HandoffID int64 `gorm:"primaryKey;autoIncrement:false"`
	StaffID   int64 `gorm:"primaryKey;autoIncrement:false"`
	At        int64
}

func (askedRow) TableName() string { return "handoff_asked" }

// AskedFor lists who has been offered a waiting client.
func (tx *Tx) AskedFor(h Handoff) (staff []int64, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []askedRow
	if err := db.Where("handoff_id = ?", h.ID).Order("at, staff_id").Find(&rows).Error; err != nil {
		return nil, wrap("read who was asked", err)
	}
	for _, r := range rows {
		staff = append(staff, r.StaffID)
	}
	return staff, nil
}

// NoteCalled notes that colleagues can come to a client from now on.
func (tx *Tx) NoteCalled(h Handoff) error {
	return tx.update("call colleagues", &handoffRow{}, h.ID, map[string]any{"called_at": millis(tx.now)})
}

// NoteAway notes that colleagues have gone home before anybody came.
func (tx *Tx) NoteAway(h Handoff) error {
	if err := tx.update("let a client wait", &handoffRow{}, h.ID, map[string]any{"called_at": 0}); err != nil {
		return err
	}
	return tx.queueUp(h.ID)
}

// Offer asks one colleague to come to a waiting client.
func (tx *Tx) Offer(h Handoff, to int64) error {
	if _, err := tx.inQueue(h); err != nil {
		return err
	}
	if _, err := tx.exec("UPDATE handoff_queue SET offered_to = ?, offered_at = ? WHERE handoff_id = ?", to, millis(tx.now), h.ID); err != nil {
		return wrap("offer a client", err)
	}
	if err := tx.noteAskedFor(h, to); err != nil {
		return err
	}
	return tx.noteHandoff(h, StepOffered, to)
}

func (tx *Tx) noteAskedFor(h Handoff, staff int64) error {
	if _, err := tx.exec("DELETE FROM handoff_asked WHERE handoff_id = ? AND staff_id = ?", h.ID, staff); err != nil {
		return wrap("note who was asked", err)
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note who was asked", db.Create(&askedRow{h.ID, staff, millis(tx.now)}).Error)
}

// TakeOfferBack ends an offer, because of why: nobody is asked now. was is who
// had it; 0: nobody.
func (tx *Tx) TakeOfferBack(h Handoff, why Step) (was int64, err error) {
	row, err := tx.inQueue(h)
	if err != nil || row.OfferedTo == 0 {
		return 0, err
	}
	if _, err := tx.exec("UPDATE handoff_queue SET offered_to = 0, offered_at = 0 WHERE handoff_id = ?", h.ID); err != nil {
		return 0, wrap("take an offer back", err)
	}
	return row.OfferedTo, tx.noteHandoff(h, why, row.OfferedTo)
}

// OfferOf is the colleague to whom a waiting client is offered now; 0: nobody.
func (tx *Tx) OfferOf(h Handoff) (staff int64, err error) {
	row, err := tx.inQueue(h)
	return row.OfferedTo, err
}

// OffersTo lists the hand-offs that are offered to a colleague now.
func (tx *Tx) OffersTo(staff int64) ([]Handoff, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	if err := db.Where("state = ? AND id IN (SELECT handoff_id FROM handoff_queue WHERE offered_to = ?)", handoffWaiting, staff).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("read what a colleague is offered", err)
	}
	return tx.handoffs(rows)
}

// CallAll notes that everybody who is there, staff, has been called to a waiting
// client. first is false when that had been done.
func (tx *Tx) CallAll(h Handoff, staff []int64) (first bool, err error) {
	row, err := tx.inQueue(h)
	if err != nil || row.AllAt > 0 {
		return false, err
	}
	if _, err := tx.exec("UPDATE handoff_queue SET all_at = ? WHERE handoff_id = ?", millis(tx.now), h.ID); err != nil {
		return false, wrap("call everybody", err)
	}
	for _, id := range staff {
		if err := tx.noteAskedFor(h, id); err != nil {
			return false, err
		}
	}
	return true, tx.noteHandoff(h, StepCalledAll, 0)
}

// AskAnew lets the search for somebody who comes to a client begin again, if everybody
// was called before a moment and nobody has come.
func (tx *Tx) AskAnew(h Handoff, before time.Time) error {
	n, err := tx.exec("UPDATE handoff_queue SET all_at = 0 WHERE handoff_id = ? AND all_at > 0 AND all_at <= ?", h.ID, millis(before))
	if err == nil && n == 1 {
		_, err = tx.exec("DELETE FROM handoff_asked WHERE handoff_id = ?", h.ID)
	}
	return wrap("begin a search again", err)
}

// MayBeAsked lets a colleague who has come, or has room again, be offered whom
// they were offered before.
func (tx *Tx) MayBeAsked(staff int64) error {
	_, err := tx.exec("DELETE FROM handoff_asked WHERE staff_id = ? AND handoff_id NOT IN (SELECT handoff_id FROM handoff_queue WHERE offered_to = ?)", staff, staff)
	return wrap("ask a colleague again", err)
}

// Load is what a colleague has to do.
type Load struct {
	Talks, Offers int       // talks whose client has gone quiet do not count
	Last          time.Time // when they were last offered or given a client; zero: never
}

// Loads tells what everybody has to do.
func (tx *Tx) Loads() (map[int64]Load, error) {
	all := map[int64]Load{}
	for _, q := range []struct {
		query string
		take  func(*Load, int64)
		args  []any
	}{
		{"SELECT staff_id, COUNT(*) FROM handoffs WHERE " + lively + " GROUP BY staff_id", func(l *Load, n int64) { l.Talks = int(n) }, []any{millis(tx.now.Add(-quietFor))}},
		{"SELECT offered_to, COUNT(*) FROM handoff_queue WHERE offered_to <> 0 GROUP BY offered_to", func(l *Load, n int64) { l.Offers = int(n) }, nil},
		{"SELECT staff_id, MAX(at) FROM handoff_steps WHERE staff_id <> 0 AND step IN ('offered', 'taken', 'taken_over') GROUP BY staff_id", func(l *Load, n int64) { l.Last = fromMillis(n) }, nil},
	} {
		if err := tx.eachPair(q.query, func(staff, n int64) {
			l := all[staff]
			q.take(&l, n)
			all[staff] = l
		}, q.args...); err != nil {
			return nil, wrap("read what colleagues have to do", err)
		}
	}
	return all, nil
}

func (tx *Tx) eachPair(query string, hear func(a, b int64), args ...any) error {
	if err := tx.begin(); err != nil {
		return err
	}
	rows, err := tx.sql.QueryContext(tx.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b int64
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		hear(a, b)
	}
	return rows.Err()
}

// Told is what a waiting client has been told of their place.
type Told struct {
	Ahead int // how many wait before them, as they were told last
	Times int // how often it was told since they last said something
	At    time.Time
}

// PlaceOf is what a waiting client has been told.
func (tx *Tx) PlaceOf(h Handoff) (Told, error) {
	row, err := tx.inQueue(h)
	return Told{int(row.ToldPlace), int(row.Told), fromMillis(row.ToldAt)}, err
}

// NotePlace notes what a waiting client is told.
func (tx *Tx) NotePlace(h Handoff, p Told) error {
	if _, err := tx.inQueue(h); err != nil {
		return err
	}
	_, err := tx.exec("UPDATE handoff_queue SET told_place = ?, told = ?, told_at = ? WHERE handoff_id = ?", p.Ahead, p.Times, millis(p.At), h.ID)
	return wrap("note a client's place", err)
}

// Behind lists who waits behind a client and has been told a place, at most n of
// them, in their order.
func (tx *Tx) Behind(h Handoff, n int) ([]Handoff, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	err = db.Where("state = ? AND id > ? AND id IN (SELECT handoff_id FROM handoff_queue WHERE told_at > 0)", handoffWaiting, h.ID).Order("id").Limit(n).Find(&rows).Error
	if err != nil {
		return nil, wrap("read who waits behind", err)
	}
	return tx.handoffs(rows)
}

// FirstAnswers are the waits for a first answer of the newest talks, at most n, from
// when colleagues could come, and the times between one such answer and the next.
func (tx *Tx) FirstAnswers(n int) (waits, between []time.Duration, err error) {
	var at []int64
	err = tx.eachPair("SELECT called_at, answered_at FROM handoffs WHERE called_at > 0 AND answered_at >= called_at ORDER BY id DESC LIMIT ?", func(from, to int64) {
		waits, at = append(waits, time.Duration(to-from)*time.Millisecond), append(at, to)
	}, n)
	slices.Sort(at)
	for i := range max(len(at)-1, 0) {
		between = append(between, time.Duration(at[i+1]-at[i])*time.Millisecond)
	}
	return waits, between, wrap("read how long clients waited", err)
}
