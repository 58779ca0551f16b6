package store

import (
	"database/sql"
	"errors"
	"time"

	"redthread/bot"
)

// An alert is on record from the moment it is raised until somebody has
// acknowledged it or its paper has ended: what it is about, whom it has called,
// on which rung of the ladder, when, and who came. It holds numbers only.

// Urgency says how long an alert may wait.
type Urgency string

// The urgencies.
const (
	Rescue  Urgency = "sos"  // somebody may be in danger: by the minute of the clock on the wall, at work or not
	Now     Urgency = "now"  // a client waits in front of us: at any hour, by the minute
	Soon    Urgency = "soon" // within working hours
	CanWait Urgency = "wait" // in the morning, if it comes at night
)

// Rung is how far an alert has climbed.
type Rung int

// The rungs of the ladder.
const (
	RungOwner      Rung = iota // whose client or paper it is, or else everybody of the desk who is at work
	RungBackup                 // who stands in for them
	RungSupervisor             //
	RungTop                    // the agency's owner
)

// How an alert ended.
const (
	AlertSeen   = "seen"   // acknowledged
	AlertClosed = "closed" // its paper needs nobody any more
)

// The timers of alerts, in the conversation of the one whom they concern. The ref
// of AlertStep is the alert's number.
const (
	AlertStep = "alert_step" // it climbs, or is repeated

	// AlertsStuck tells that alerts do not reach a colleague in this conversation.
	AlertsStuck = "alerts_stuck"
)

// Alert is what somebody must be told until they have heard it.
type Alert struct {
	ID           int64
	Kind         string // what it says of the paper
	Paper        string // the paper's number
	Urgency      Urgency
	Conversation bot.Conversation // where its timers tick
	ClientID     int64            // whom it is about; 0: nobody
	FirstID      int64            // the right person; 0: the desk
	Rung         Rung
	Round        int // how often the rung has been called again
	OpenedAt     time.Time
	CalledAt     time.Time // the last time
	EndedAt      time.Time // zero: open
	Ended        string    // how
	AckedBy      int64
}

// Number is what logs and timers call it: "A-000001".
func (a Alert) Number() string { return number("A", a.ID) }

// Open says that it is still to be acknowledged.
func (a Alert) Open() bool { return a.EndedAt.IsZero() }

type alertRow struct {
	ID           int64
	Kind         string
	Paper        string
	Urgency      string
	Conversation string
	ClientID     int64
	FirstID      int64
	Rung         int
	Round        int
	OpenedAt     int64
	CalledAt     int64
	EndedAt      int64
	Ended        string
	AckedBy      int64
	OpenKey      *string // kind and paper while it is open: there is one at a time
}

func (alertRow) TableName() string { return "alerts" }

func (r alertRow) read() (Alert, error) {
	a := Alert{
		ID: r.ID, Kind: r.Kind, Paper: r.Paper, Urgency: Urgency(r.Urgency), ClientID: r.ClientID, FirstID: r.FirstID, Rung: Rung(r.Rung), Round: r.Round,
		OpenedAt: fromMillis(r.OpenedAt), CalledAt: fromMillis(r.CalledAt), EndedAt: fromMillis(r.EndedAt), Ended: r.Ended, AckedBy: r.AckedBy,
	}
	var err error
	a.Conversation, err = bot.ParseConversation(r.Conversation)
	return a, err
}

// RaiseAlert puts an alert on record. raised is false when one of its kind is open
// about the paper: that one is given.
func (tx *Tx) RaiseAlert(a Alert) (_ Alert, raised bool, err error) {
	key := a.Kind + "|" + a.Paper
	id, err := tx.add(tx.s.dialect.once+"alerts (kind, paper, urgency, conversation, client_id, first_id, rung, round, opened_at, called_at, open_key) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?)",
		a.Kind, a.Paper, string(a.Urgency), a.Conversation.String(), a.ClientID, a.FirstID, int(a.Rung), millis(tx.now), key)
	if err != nil {
		return a, false, wrap("raise an alert", err)
	}
	if id == 0 {
		a, err = tx.alertWhere("open_key = ?", key)
		return a, false, err
	}
	a.ID, a.OpenedAt = id, tx.now
	return a, true, nil
}

// AlertByNumber reads an alert. ErrNotFound: there is none.
func (tx *Tx) AlertByNumber(ref string) (Alert, error) {
	n, err := id("A", ref)
	if err != nil {
		return Alert{}, err
	}
	return tx.alertWhere("id = ?", n)
}

// OpenAlert is the open alert of a kind about a paper. ErrNotFound: none.
func (tx *Tx) OpenAlert(kind, paper string) (Alert, error) {
	return tx.alertWhere("open_key = ?", kind+"|"+paper)
}

func (tx *Tx) alertWhere(where string, args ...any) (Alert, error) {
	var row alertRow
	if err := tx.hold("read alert", &row, where, args...); err != nil {
		return Alert{}, err
	}
	return row.read()
}

// OpenAlerts lists the open alerts about a paper.
func (tx *Tx) OpenAlerts(paper string) ([]Alert, error) {
	return tx.alertsWhere("paper = ? AND ended_at = 0", paper)
}

// MoveAlert notes how far an alert has come, and that it has called.
func (tx *Tx) MoveAlert(a Alert, called bool) error {
	change := map[string]any{"rung": int(a.Rung), "round": a.Round}
	if called {
		change["called_at"] = millis(tx.now)
	}
	return tx.update("move an alert", &alertRow{}, a.ID, change)
}

// EndAlert ends an open alert; by is who acknowledged it, or nobody.
func (tx *Tx) EndAlert(a Alert, how string, by int64) error {
	_, err := tx.exec("UPDATE alerts SET ended_at = ?, ended = ?, acked_by = ?, open_key = NULL WHERE id = ? AND ended_at = 0", millis(tx.now), how, by, a.ID)
	if err != nil {
		return wrap("end an alert", err)
	}
	tx.CancelFor(a.Conversation, AlertStep, a.Number())
	return nil
}

// AckAlerts ends all open alerts about a paper: a colleague has heard them. It
// gives how many there were.
func (tx *Tx) AckAlerts(paper string, by Staff) (int, error) {
	return tx.endAlerts(paper, AlertSeen, by.ID)
}

// CloseAlerts ends all open alerts about a paper that needs nobody any more.
func (tx *Tx) CloseAlerts(paper string) (int, error) { return tx.endAlerts(paper, AlertClosed, 0) }

func (tx *Tx) endAlerts(paper, how string, by int64) (int, error) {
	all, err := tx.OpenAlerts(paper)
	for _, a := range all {
		if err := tx.endAlert(a, how, by); err != nil {
			return 0, err
		}
	}
	return len(all), err
}

// AckAlert ends an alert, if it is open still: a colleague has heard it.
func (tx *Tx) AckAlert(a Alert, by Staff) error { return tx.endAlert(a, AlertSeen, by.ID) }

func (tx *Tx) endAlert(a Alert, how string, by int64) error {
	if err := tx.EndAlert(a, how, by); err != nil || by == 0 {
		return err
	}
	_, err := tx.exec("UPDATE alert_calls SET acked_at = ? WHERE alert_id = ? AND staff_id = ? AND acked_at = 0", millis(tx.now), a.ID, by)
	return wrap("note who heard an alert", err)
}

func (tx *Tx) alertsWhere(where string, args ...any) (all []Alert, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []alertRow
	if err := db.Clauses(forUpdate).Where(where, args...).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list alerts", err)
	}
	for _, row := range rows {
		a, err := row.read()
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// CallState says how an alert went to one colleague.
type CallState string

// The states of a call.
const (
	CallSent    CallState = "sent"    // a message of its own went out
	CallBundled CallState = "bundled" // it comes with others in one message
	CallHeld    CallState = "held"    // it comes with the morning's digest
	CallTold    CallState = "told"    // it has come with a digest
	CallMissed  CallState = "missed"  // it does not reach them
)

// Call is one colleague who was called by an alert.
type Call struct {
	ID      int64
	AlertID int64
	StaffID int64
	Rung    Rung
	Round   int
	State   CallState
	At      time.Time
	AckedAt time.Time // zero: they have not acknowledged it
}

type callRow struct {
	ID           int64
	AlertID      int64
	StaffID      int64
	Rung         int
	Round        int
	Conversation string // where the message went
	EventKey     string // of the turn that left it
	State        string
	Bundle       int64 // the call with which its list began
	At           int64
	AckedAt      int64
}

func (callRow) TableName() string { return "alert_calls" }

func (r callRow) read() Call {
	return Call{ID: r.ID, AlertID: r.AlertID, StaffID: r.StaffID, Rung: Rung(r.Rung), Round: r.Round, State: CallState(r.State), At: fromMillis(r.At), AckedAt: fromMillis(r.AckedAt)}
}

// NoteCall notes that the alert calls a colleague on its rung. first is false when
// it has done so in this round: then nothing is to be said.
func (tx *Tx) NoteCall(a Alert, to Staff, state CallState) (c Call, first bool, err error) {
	n, err := tx.exec(tx.s.dialect.once+"alert_calls (alert_id, staff_id, rung, round, conversation, event_key, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		a.ID, to.ID, int(a.Rung), a.Round, to.Conversation.String(), string(tx.ev.Key), string(state), millis(tx.now))
	if err != nil {
		return c, false, wrap("note an alert's call", err)
	}
	var row callRow
	err = tx.hold("read an alert's call", &row, "alert_id = ? AND staff_id = ? AND rung = ? AND round = ?", a.ID, to.ID, int(a.Rung), a.Round)
	return row.read(), n == 1, err
}

// Calls lists whom an alert has called, in its order.
func (tx *Tx) Calls(a Alert) ([]Call, error) { return tx.calls("alert_id = ?", a.ID) }

// CallsAbout lists whom all alerts about a paper have called, in their order.
func (tx *Tx) CallsAbout(paper string) ([]Call, error) {
	return tx.calls("alert_id IN (SELECT id FROM alerts WHERE paper = ?)", paper)
}

func (tx *Tx) calls(where string, args ...any) (all []Call, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []callRow
	if err := db.Where(where, args...).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("list an alert's calls", err)
	}
	for _, row := range rows {
		all = append(all, row.read())
	}
	return all, nil
}

// RecentCalls counts the calls that a colleague has had since a moment, or is to
// have in a list.
func (tx *Tx) RecentCalls(staff int64, since time.Time) (n int, err error) {
	err = tx.count(&n, "SELECT COUNT(*) FROM alert_calls WHERE staff_id = ? AND at > ? AND state IN (?, ?)", staff, millis(since), string(CallSent), string(CallBundled))
	return n, err
}

// Bundle puts a bundled call on the colleague's list that is still to go out, or
// begins one. first says that it begins one; its number is the list's.
func (tx *Tx) Bundle(c Call) (list int64, first bool, err error) {
	var open sql.NullInt64
	if err := tx.begin(); err != nil {
		return 0, false, err
	}
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT MIN(bundle) FROM alert_calls WHERE staff_id = ? AND state = ? AND bundle > 0", c.StaffID, string(CallBundled)).Scan(&open)
	if err != nil {
		return 0, false, wrap("look for a list of alerts", err)
	}
	list, first = open.Int64, !open.Valid
	if first {
		list = c.ID
	}
	_, err = tx.exec("UPDATE alert_calls SET bundle = ? WHERE id = ?", list, c.ID)
	return list, first, wrap("bundle an alert", err)
}

// Bundled lists the alerts of a colleague's list, in its order, those that have ended
// too; at most n. Of somebody else's there are none.
func (tx *Tx) Bundled(list, staff int64, n int) ([]Alert, error) {
	return tx.calledBy("bundle = ? AND staff_id = ?", n, list, staff)
}

// HeldFor lists the open alerts that wait for a colleague's digest, at most n.
func (tx *Tx) HeldFor(staff int64, n int) ([]Alert, error) {
	all, err := tx.calledBy("staff_id = ? AND state = '"+string(CallHeld)+"'", n, staff)
	var open []Alert
	for _, a := range all {
		if a.Open() {
			open = append(open, a)
		}
	}
	return open, err
}

func (tx *Tx) calledBy(where string, n int, args ...any) (all []Alert, err error) {
	calls, err := tx.calls(where, args...)
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	for _, c := range calls {
		if seen[c.AlertID] || len(all) == n {
			continue
		}
		seen[c.AlertID] = true
		a, err := tx.alertWhere("id = ?", c.AlertID)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// SentList notes that a list has gone out, or that a digest has told what was held
// for a colleague.
func (tx *Tx) SentList(list int64) error {
	_, err := tx.exec("UPDATE alert_calls SET state = ?, at = ?, event_key = ? WHERE bundle = ? AND state = ?", string(CallTold), millis(tx.now), string(tx.ev.Key), list, string(CallBundled))
	return wrap("note a list of alerts", err)
}

// ToldHeld notes that a colleague's digest has told what was held for them.
func (tx *Tx) ToldHeld(staff int64) error {
	_, err := tx.exec("UPDATE alert_calls SET state = ?, at = ?, event_key = ? WHERE staff_id = ? AND state = ?", string(CallTold), millis(tx.now), string(tx.ev.Key), staff, string(CallHeld))
	return wrap("note a digest's alerts", err)
}

// Unreached lists the open alerts whose newest message to a colleague has not
// arrived in a conversation, and will not while nobody writes there; the calls
// are noted as missed.
func (tx *Tx) Unreached(staff int64, at bot.Conversation) (all []Alert, err error) {
	const lost = "SELECT c.id FROM alert_calls c JOIN alerts a ON a.id = c.alert_id WHERE a.ended_at = 0 AND c.staff_id = ? AND c.conversation = ? AND c.state IN ('sent', 'told') " +
		"AND EXISTS (SELECT 1 FROM outbox o WHERE o.conversation = c.conversation AND o.event_key = c.event_key AND (o.state IN ('waiting', 'failed', 'unreachable') " +
		"OR o.state = 'queued' AND EXISTS (SELECT 1 FROM outbox w WHERE w.conversation = o.conversation AND w.seq < o.seq AND w.state = 'waiting')))"
	if err := tx.begin(); err != nil {
		return nil, err
	}
	rows, err := tx.sql.QueryContext(tx.ctx, lost, staff, at.String())
	if err != nil {
		return nil, wrap("look for alerts that did not arrive", err)
	}
	ids, err := readIDs(rows)
	if err != nil {
		return nil, wrap("look for alerts that did not arrive", err)
	}
	seen := map[int64]bool{}
	for _, call := range ids {
		if _, err := tx.exec("UPDATE alert_calls SET state = ? WHERE id = ?", string(CallMissed), call); err != nil {
			return nil, wrap("note a missed call", err)
		}
		var row callRow
		if err := tx.read("read an alert's call", &row, "id = ?", call); err != nil {
			return nil, err
		}
		a, err := tx.alertWhere("id = ?", row.AlertID)
		if err != nil {
			return nil, err
		}
		if !seen[a.ID] && int(a.Rung) == row.Rung && a.Round == row.Round {
			seen[a.ID], all = true, append(all, a)
		}
	}
	return all, nil
}

func readIDs(rows *sql.Rows) (all []int64, err error) {
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// CallElsewhere moves a missed call to another chat of the colleague's. moved is
// false when the alert has called them there already.
func (tx *Tx) CallElsewhere(a Alert, to Staff) (moved bool, err error) {
	n, err := tx.exec("UPDATE alert_calls SET conversation = ?, event_key = ?, state = ?, at = ? WHERE alert_id = ? AND staff_id = ? AND rung = ? AND round = ? AND state = ? AND conversation <> ?",
		to.Conversation.String(), string(tx.ev.Key), string(CallSent), millis(tx.now), a.ID, to.ID, int(a.Rung), a.Round, string(CallMissed), to.Conversation.String())
	return n == 1, wrap("call a colleague elsewhere", err)
}

// Reached says that a call of the rung and round the alert stands on has reached
// somebody, as far as we know.
func (tx *Tx) Reached(a Alert) (bool, error) {
	var n int
	err := tx.count(&n, "SELECT COUNT(*) FROM alert_calls WHERE alert_id = ? AND rung = ? AND round = ? AND state <> ?", a.ID, int(a.Rung), a.Round, string(CallMissed))
	return n > 0, err
}

// Backup is who stands in for a colleague. ErrNotFound: nobody is named, or who
// was works here no more.
func (tx *Tx) Backup(of Staff) (Staff, error) {
	var backup int64
	if err := tx.begin(); err != nil {
		return Staff{}, err
	}
	err := tx.sql.QueryRowContext(tx.ctx, "SELECT backup_id FROM staff_backups WHERE staff_id = ?", of.ID).Scan(&backup)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Staff{}, wrap("read who stands in", err)
	}
	return tx.StaffByID(backup)
}

// NameBackup notes who stands in for a colleague; the zero Staff: nobody.
func (tx *Tx) NameBackup(of, backup Staff) error {
	if _, err := tx.exec("DELETE FROM staff_backups WHERE staff_id = ?", of.ID); err != nil {
		return wrap("name who stands in", err)
	}
	if backup.ID == 0 {
		return nil
	}
	_, err := tx.exec("INSERT INTO staff_backups (staff_id, backup_id) VALUES (?, ?)", of.ID, backup.ID)
	return wrap("name who stands in", err)
}

// Load is how many papers a colleague has in hand: talks, questions, complaints.
func (tx *Tx) Load(staff int64) (n int, err error) {
	err = tx.count(&n, "SELECT (SELECT COUNT(*) FROM handoffs WHERE staff_id = ? AND closed_at = 0) + (SELECT COUNT(*) FROM questions WHERE owner_id = ? AND answered_at = 0) + (SELECT COUNT(*) FROM complaints WHERE owner_id = ? AND closed_at = 0)", staff, staff, staff)
	return n, err
}

// Gone says that nothing will arrive in a conversation until the person returns.
func (tx *Tx) Gone(c bot.Conversation) (bool, error) {
	var n int
	err := tx.count(&n, "SELECT COUNT(*) FROM outbox_heads WHERE conversation = ? AND gone = 1", c.String())
	return n > 0, err
}
