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

// The timers that come due in the conversation of a client who waits for a person:
// nobody has come, or whoever had come works here no more. Their ref is the hand-off's
// number.
const (
	HandoffUntaken = "handoff_untaken"
	HandoffFreed   = "handoff_freed"
)

// Handoff is a client's talk with a person, or the wait for one.
type Handoff struct {
	ID       int64
	Client   Client
	Staff    Staff            // the zero Staff while nobody has come
	Desk     bot.Conversation // where the colleague has the talk: a chat of theirs, or a group's topic; zero: nobody has come
	OpenedAt time.Time
	CalledAt time.Time // since when colleagues can come; zero: they are still away
	TakenAt  time.Time // zero: nobody has come
	ClosedAt time.Time // zero: open

	AskedAt    time.Time // since when the client has waited for an answer of whoever has the talk, or had it; zero: they have it
	RemindedAt time.Time // when the colleague was reminded of that; zero: not yet
	AnsweredAt time.Time // when the client heard from a person first; zero: not yet
}

// Number is what staff call it: "H-000001".
func (h Handoff) Number() string { return number("H", h.ID) }

// Waiting says that nobody has come yet.
func (h Handoff) Waiting() bool { return h.ClosedAt.IsZero() && h.Staff.ID == 0 }

// Open says that the talk goes on or is waited for.
func (h Handoff) Open() bool { return h.ClosedAt.IsZero() }

// Of says that the talk goes on, and that it is this colleague's.
func (h Handoff) Of(staff Staff) bool { return h.Open() && staff.ID != 0 && h.Staff.ID == staff.ID }

type handoffRow struct {
	ID         int64
	ClientID   int64
	State      string
	StaffID    int64
	Desk       string
	OpenedAt   int64
	CalledAt   int64
	TakenAt    int64
	ClosedAt   int64
	AskedAt    int64
	RemindedAt int64
	AnsweredAt int64
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
	ahead, err = tx.Ahead(h)
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
	if err := tx.queueUp(row.ID); err != nil {
		return Handoff{}, err
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

// HandoffOf is the open hand-off of a person, in whichever of their chats; of two
// the newer. ErrNotFound: none.
func (tx *Tx) HandoffOf(person int64) (Handoff, error) {
	all, err := tx.handoffsWhere(ofPerson+" AND state <> ?", person, person, handoffClosed)
	if err != nil {
		return Handoff{}, err
	}
	if len(all) == 0 {
		return Handoff{}, wrap("read hand-off", ErrNotFound)
	}
	return all[len(all)-1], nil
}

// Talks counts the client's talks with a colleague, and the waits for one.
func (tx *Tx) Talks(client int64) (n int, err error) {
	err = tx.count(&n, "SELECT COUNT(*) FROM handoffs WHERE "+ofPerson, client, client)
	return n, err
}

// LastTalks lists the client's talks that are over, the newest first, at most n.
func (tx *Tx) LastTalks(client int64, n int) ([]Handoff, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	if err := db.Where(ofPerson+" AND state = ? AND staff_id <> 0", client, client, handoffClosed).Order("id DESC").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list talks", err)
	}
	return tx.handoffs(rows)
}

// OpenHandoffs lists who waits or talks, the oldest first, at most n.
func (tx *Tx) OpenHandoffs(n int) ([]Handoff, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	if err := db.Where("state <> ?", handoffClosed).Order("id").Limit(n).Find(&rows).Error; err != nil {
		return nil, wrap("list hand-offs", err)
	}
	return tx.handoffs(rows)
}

// HandoffsWith lists the talks that a colleague has now, the oldest first.
func (tx *Tx) HandoffsWith(staff int64) ([]Handoff, error) {
	return tx.handoffsWhere("staff_id = ? AND state = ?", staff, handoffTaken)
}

// TalksNow lists all talks that go on, the oldest first.
func (tx *Tx) TalksNow() ([]Handoff, error) {
	return tx.handoffsWhere("state = ?", handoffTaken)
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

func (tx *Tx) handoffsWhere(where string, args ...any) ([]Handoff, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffRow
	if err := db.Clauses(forUpdate).Where(where, args...).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list hand-offs", err)
	}
	return tx.handoffs(rows)
}

func (tx *Tx) handoffs(rows []handoffRow) (all []Handoff, err error) {
	for _, row := range rows {
		h, err := tx.handoff(row)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func (tx *Tx) handoff(row handoffRow) (h Handoff, err error) {
	h = Handoff{
		ID: row.ID, OpenedAt: fromMillis(row.OpenedAt), CalledAt: fromMillis(row.CalledAt), TakenAt: fromMillis(row.TakenAt), ClosedAt: fromMillis(row.ClosedAt),
		AskedAt: fromMillis(row.AskedAt), RemindedAt: fromMillis(row.RemindedAt), AnsweredAt: fromMillis(row.AnsweredAt),
	}
	if h.Client, err = tx.clientByID(row.ClientID); err != nil || row.StaffID == 0 {
		return h, err
	}
	if h.Staff, err = tx.staffWhere("id = ?", row.StaffID); err != nil {
		return h, err
	}
	h.Desk = h.Staff.Conversation // of talks from before there were desks
	if row.Desk != "" {
		h.Desk, err = bot.ParseConversation(row.Desk)
	}
	return h, err
}

// ErrBusy says that a colleague has as many clients as they can take.
var ErrBusy = errors.New("store: no room for another client")

// TakeHandoff puts a waiting client into a colleague's hands, who has the talk at
// the desk, unless somebody has come already; first says which it was. ErrBusy:
// this colleague has most clients already. ErrNotFound: no such hand-off.
func (tx *Tx) TakeHandoff(ref string, by Staff, desk bot.Conversation, most int) (h Handoff, first bool, err error) {
	if h, err = tx.Handoff(ref); err != nil || !h.Waiting() {
		return h, false, err
	}
	if err := tx.roomFor(by, most); err != nil {
		return h, false, err
	}
	return tx.giveHandoff(h, by, desk, StepTaken)
}

// TakeOverHandoff puts an open talk, whoever has it, into a colleague's hands.
// moved is false when they have it, or it is over. ErrBusy and ErrNotFound as
// TakeHandoff has them.
func (tx *Tx) TakeOverHandoff(ref string, by Staff, desk bot.Conversation, most int) (h Handoff, moved bool, err error) {
	if h, err = tx.Handoff(ref); err != nil || !h.Open() || h.Of(by) {
		return h, false, err
	}
	if err := tx.roomFor(by, most); err != nil {
		return h, false, err
	}
	return tx.giveHandoff(h, by, desk, StepTakenOver)
}

// quietFor is how long a client who has their answer may say nothing until the talk is
// none any more of those for whom a colleague has room.
const quietFor = 45 * time.Minute

// lively are the talks that keep a colleague busy; its argument is when quiet ones went
// quiet.
const lively = "state = 'taken' AND (asked_at > 0 OR answered_at = 0 OR EXISTS (SELECT 1 FROM handoff_words w WHERE w.handoff_id = handoffs.id AND w.staff_id = 0 AND w.at > ?))"

// roomFor holds the colleague's row, so that two clients never come into the last
// place at once.
func (tx *Tx) roomFor(by Staff, most int) error {
	var row staffRow
	if err := tx.hold("hold a colleague", &row, "id = ?", by.ID); err != nil {
		return err
	}
	db, err := tx.records()
	if err != nil {
		return err
	}
	var has []handoffRow
	if err := db.Clauses(forUpdate).Where("staff_id = ? AND "+lively, by.ID, millis(tx.now.Add(-quietFor))).Find(&has).Error; err != nil {
		return wrap("count a colleague's clients", err)
	}
	if len(has) >= most {
		return wrap("take hand-off", ErrBusy)
	}
	return nil
}

// giveHandoff gives a talk to a colleague. Its client waits for an answer, unless they
// have had one and said nothing since.
func (tx *Tx) giveHandoff(h Handoff, to Staff, desk bot.Conversation, step Step) (Handoff, bool, error) {
	asked := millis(tx.now)
	if h.AskedAt.IsZero() && !h.AnsweredAt.IsZero() {
		asked = 0
	}
	err := tx.update("take hand-off", &handoffRow{}, h.ID, map[string]any{
		"state": handoffTaken, "staff_id": to.ID, "desk": desk.String(), "taken_at": millis(tx.now), "asked_at": asked, "reminded_at": 0,
	})
	if err == nil {
		err = tx.leaveQueue(h.ID)
	}
	if err == nil {
		err = tx.noteHandoff(h, step, to.ID)
	}
	if err != nil {
		return h, false, err
	}
	h, err = tx.Handoff(h.Number())
	return h, err == nil, err
}

// MoveDesk lets a colleague go on with a talk in another place.
func (tx *Tx) MoveDesk(h Handoff, desk bot.Conversation) error {
	return tx.update("move a talk", &handoffRow{}, h.ID, map[string]any{"desk": desk.String()})
}

// ReturnHandoff lets the client of a talk wait again, at the place they had. Who had
// the talk counts as asked.
func (tx *Tx) ReturnHandoff(h Handoff, why Step) error {
	err := tx.update("return hand-off", &handoffRow{}, h.ID, map[string]any{
		"state": handoffWaiting, "staff_id": 0, "desk": "", "taken_at": 0, "reminded_at": 0, "called_at": 0,
	})
	if err == nil {
		err = tx.queueUp(h.ID)
	}
	if err == nil {
		err = tx.noteAskedFor(h, h.Staff.ID)
	}
	if err == nil {
		err = tx.noteHandoff(h, why, h.Staff.ID)
	}
	return err
}

// NoteAsked notes that the client of a talk waits for an answer; asked is false
// when they had waited for one already.
func (tx *Tx) NoteAsked(h Handoff) (asked bool, err error) {
	n, err := tx.exec("UPDATE handoffs SET asked_at = ?, reminded_at = 0 WHERE id = ? AND asked_at = 0", millis(tx.now), h.ID)
	return n == 1, wrap("note that a client waits", err)
}

// NoteAnswered notes that the client of a talk has heard from the colleague.
func (tx *Tx) NoteAnswered(h Handoff) error {
	_, err := tx.exec("UPDATE handoffs SET asked_at = 0, reminded_at = 0, answered_at = CASE answered_at WHEN 0 THEN ? ELSE answered_at END WHERE id = ?", millis(tx.now), h.ID)
	return wrap("note an answer", err)
}

// NoteReminded notes that the colleague has been reminded of the client.
func (tx *Tx) NoteReminded(h Handoff) error {
	if err := tx.update("note a reminder", &handoffRow{}, h.ID, map[string]any{"reminded_at": millis(tx.now)}); err != nil {
		return err
	}
	return tx.noteHandoff(h, StepReminded, h.Staff.ID)
}

// CloseHandoff ends the talk, or the wait, by the colleague, or, with the zero
// Staff, by the client or by itself. closed is false when it had ended.
func (tx *Tx) CloseHandoff(h Handoff, by Staff) (closed bool, err error) {
	n, err := tx.exec("UPDATE handoffs SET state = ?, closed_at = ?, asked_at = 0 WHERE id = ? AND state <> ?", handoffClosed, millis(tx.now), h.ID, handoffClosed)
	if err != nil || n != 1 {
		return false, wrap("close hand-off", err)
	}
	if err := tx.leaveQueue(h.ID); err != nil {
		return false, err
	}
	return true, tx.noteHandoff(h, StepClosed, by.ID)
}

// freeHandoffs lets the clients of a colleague who leaves wait for another one.
func (s *Store) freeHandoffs(ctx context.Context, tx *sql.Tx, staff int64) error {
	for _, forget := range []string{
		"UPDATE handoff_queue SET offered_to = 0, offered_at = 0 WHERE offered_to = ?",
		"DELETE FROM handoff_asked WHERE staff_id = ?",
	} {
		if _, err := tx.ExecContext(ctx, forget, staff); err != nil {
			return err
		}
	}
	return s.free(ctx, tx,
		"SELECT h.id, k.conversation FROM handoffs h JOIN clients k ON k.id = h.client_id WHERE h.staff_id = ? AND h.state = 'taken'",
		"UPDATE handoffs SET staff_id = 0, desk = '', called_at = 0, taken_at = 0, reminded_at = 0, state = 'waiting' WHERE id = ?",
		staff, HandoffFreed, "H")
}

// Step is something that was done about a hand-off.
type Step string

// The steps.
const (
	StepOffered   Step = "offered"    // to one colleague
	StepPassed    Step = "passed"     // they did not take it in time
	StepRefused   Step = "refused"    // they asked for somebody else to
	StepCalledAll Step = "called_all" // everybody was called
	StepTaken     Step = "taken"
	StepReminded  Step = "reminded" // that the client waits for an answer
	StepMovedOn   Step = "moved_on" // they did not answer: somebody else is to come
	StepTakenOver Step = "taken_over"
	StepClosed    Step = "closed"
)

type handoffStepRow struct {
	ID        int64
	HandoffID int64
	StaffID   int64
	Step      Step
	At        int64
}

func (handoffStepRow) TableName() string { return "handoff_steps" }

// noteHandoff keeps what was done, and by whom: 0 is nobody, or the client.
func (tx *Tx) noteHandoff(h Handoff, step Step, staff int64) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note a hand-off's step", db.Create(&handoffStepRow{HandoffID: h.ID, StaffID: staff, Step: step, At: millis(tx.now)}).Error)
}

// HandoffStep is something that was done about a hand-off, when, and by whom.
type HandoffStep struct {
	Step    Step
	StaffID int64 // 0: nobody, or the client
	At      time.Time
}

// HandoffSteps lists what was done about a hand-off, in its order.
func (tx *Tx) HandoffSteps(h Handoff) (all []HandoffStep, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []handoffStepRow
	if err := db.Where("handoff_id = ?", h.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list a hand-off's steps", err)
	}
	for _, r := range rows {
		all = append(all, HandoffStep{r.Step, r.StaffID, fromMillis(r.At)})
	}
	return all, nil
}
