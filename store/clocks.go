package store

import (
	"time"

	"redthread/bot"
	"redthread/bot/sla"
)

// SLAMark is the timer that comes due when a clock on a paper passes a mark. Its
// ref is the paper's number and the clock's kind.
const SLAMark = "sla_mark"

// PaperClock is a clock on a paper: what a client waits for.
type PaperClock struct {
	sla.Clock
	Paper        string
	Kind         sla.Kind
	Conversation bot.Conversation // where its timer ticks
	ClientID     int64
	StaffID      int64     // who has the paper in hand; 0: nobody
	Mark         int       // the last mark that somebody was told of
	DueAt        time.Time // zero: it does not run
	StartedAt    time.Time
	StoppedAt    time.Time // zero: it is not over
}

// Ref is the ref of the clock's timer.
func (c PaperClock) Ref() string { return c.Paper + " " + string(c.Kind) }

type clockRow struct {
	ID           int64
	Paper        string
	Kind         string
	Conversation string
	ClientID     int64
	StaffID      int64
	Target       int64
	Spent        int64
	Since        int64
	Stopped      bool
	Mark         int
	DueAt        int64
	StartedAt    int64
	StoppedAt    int64
}

func (clockRow) TableName() string { return "sla_clocks" }

func (r clockRow) read() (PaperClock, error) {
	c := PaperClock{
		Clock: sla.Clock{
			Target: time.Duration(r.Target) * time.Millisecond, Spent: time.Duration(r.Spent) * time.Millisecond,
			Since: fromMillis(r.Since), Over: r.Stopped,
		},
		Paper: r.Paper, Kind: sla.Kind(r.Kind), ClientID: r.ClientID, StaffID: r.StaffID, Mark: r.Mark,
		DueAt: fromMillis(r.DueAt), StartedAt: fromMillis(r.StartedAt), StoppedAt: fromMillis(r.StoppedAt),
	}
	var err error
	c.Conversation, err = bot.ParseConversation(r.Conversation)
	return c, err
}

// Clock reads a paper's clock. ErrNotFound: it has none of the kind.
func (tx *Tx) Clock(paper string, kind sla.Kind) (PaperClock, error) {
	var row clockRow
	if err := tx.hold("read clock", &row, "paper = ? AND kind = ?", paper, string(kind)); err != nil {
		return PaperClock{}, err
	}
	return row.read()
}

// Clocks lists a paper's clocks that are not over.
func (tx *Tx) Clocks(paper string) ([]PaperClock, error) {
	return tx.clocks("paper = ? AND stopped = ?", 100, paper, false)
}

const clockColumns = "sla_clocks (paper, kind, conversation, client_id, staff_id, target, spent, since, stopped, mark, due_at, started_at, stopped_at) VALUES "

// AddClock keeps the first clock of its kind on a paper, and has its timer come due at
// the time given; the zero time: it has none. It does nothing, and is false, when the
// paper has had one.
func (tx *Tx) AddClock(c PaperClock, due, next time.Time) (bool, error) {
	n, err := tx.exec(tx.s.dialect.once+clockColumns+rows(1, 13), tx.clockArgs(c, due)...)
	if err == nil && n == 1 {
		tx.wind(c, next)
	}
	return n == 1, wrap("keep a clock", err)
}

// SetClock keeps a paper's clock as it stands now, and has its timer come due at
// the time given; the zero time: it has none. A clock that had been over begins
// anew with its Started.
func (tx *Tx) SetClock(c PaperClock, due, next time.Time) error {
	on := "ON CONFLICT (paper, kind) DO UPDATE SET"
	if tx.s.dialect.name == "mysql" {
		on = tx.s.dialect.upsert
	}
	for i, column := range []string{"staff_id", "target", "spent", "since", "stopped", "mark", "due_at", "started_at", "stopped_at"} {
		if i > 0 {
			on += ","
		}
		on += " " + column + " = " + tx.s.dialect.incoming(column)
	}
	_, err := tx.exec("INSERT INTO "+clockColumns+rows(1, 13)+" "+on, tx.clockArgs(c, due)...)
	if err != nil {
		return wrap("keep a clock", err)
	}
	tx.wind(c, next)
	return nil
}

func (tx *Tx) clockArgs(c PaperClock, due time.Time) []any {
	stopped := int64(0)
	if c.Over {
		stopped = millis(tx.now)
	}
	return []any{c.Paper, string(c.Kind), c.Conversation.String(), c.ClientID, c.StaffID, c.Target.Milliseconds(), c.Spent.Milliseconds(),
		millis(c.Since), c.Over, c.Mark, millis(due), millis(c.StartedAt), stopped}
}

// wind sets the clock's timer, or takes it away.
func (tx *Tx) wind(c PaperClock, next time.Time) {
	if next.IsZero() {
		tx.CancelFor(c.Conversation, SLAMark, c.Ref())
	} else {
		tx.LaterFor(c.Conversation, SLAMark, c.Ref(), next)
	}
}

// Charge notes who has a paper in hand now on the clocks that are not over; 0:
// nobody.
func (tx *Tx) Charge(paper string, staff int64) error {
	_, err := tx.exec("UPDATE sla_clocks SET staff_id = ? WHERE paper = ? AND stopped = ?", staff, paper, false)
	return wrap("note whose clock it is", err)
}

// OpenClocks lists what clients wait for, the first due first: what one colleague
// has in hand, or, of staff 0, what nobody has. At most n.
func (tx *Tx) OpenClocks(staff int64, n int) ([]PaperClock, error) {
	return tx.clocks("stopped = ? AND due_at > 0 AND staff_id = ?", n, false, staff)
}

// LateClocks lists the clocks whose target has passed, the longest first, at most
// n.
func (tx *Tx) LateClocks(n int) ([]PaperClock, error) {
	return tx.clocks("stopped = ? AND due_at > 0 AND due_at < ?", n, false, millis(tx.now))
}

func (tx *Tx) clocks(where string, n int, args ...any) (all []PaperClock, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []clockRow
	if err := db.Where(where, args...).Order("due_at, id").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list clocks", err)
	}
	for _, row := range rows {
		c, err := row.read()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
