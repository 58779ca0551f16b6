package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
)

// A colleague leaves: their access ends, and everything they had in hand goes to
// somebody else, in one transaction. Killed midway nothing has happened, and it is
// done again; done, everybody it concerns is told by timers that stand in it.

// What is handed over.
const (
	HandedClient    = "client"
	HandedTalk      = "talk" // its client waits for another colleague
	HandedComplaint = "complaint"
	HandedQuestion  = "question"
	HandedTask      = "task"  // that a colleague has asked of them
	HandedAsked     = "asked" // a task that they have asked of a colleague
	HandedCheck     = "check" // a spot check that they were to bring to its end
)

// NewsHandover tells, in a colleague's own conversation, what somebody who left
// has handed to them; its ref is the handover's number. NewsNewHandler tells a
// client who takes care of their complaint now; its ref is the complaint's.
const (
	NewsHandover   = "handover"
	NewsNewHandler = "new_handler"
)

// Handover is what became of what a colleague had in hand.
type Handover struct {
	ID    int64
	From  Staff
	Items []HandedOver
}

// HandedOver is one thing, and who has it now; 0: nobody, others have been asked.
type HandedOver struct {
	Kind string
	ID   int64 `gorm:"column:paper_id"`
	To   int64 `gorm:"column:to_id"`
}

// Number is what a handover is called: "V-000001".
func (h Handover) Number() string { return number("V", h.ID) }

// Ref is what the thing is called: "K-000012", "C-000001".
func (i HandedOver) Ref() string {
	return number(map[string]string{HandedClient: "K", HandedTalk: "H", HandedComplaint: "C", HandedQuestion: "Q", HandedTask: "T", HandedAsked: "T", HandedCheck: "X"}[i.Kind], i.ID)
}

// For lists what went to one colleague, of one kind.
func (h Handover) For(to int64, kind string) (refs []string) {
	for _, i := range h.Items {
		if i.Kind == kind && i.To == to {
			refs = append(refs, i.Ref())
		}
	}
	return refs
}

// Count is how many of one kind there were, to whomever.
func (h Handover) Count(kind string) (n int) {
	for _, i := range h.Items {
		if i.Kind == kind {
			n++
		}
	}
	return n
}

// handing is how one kind is handed over.
type handing struct {
	kind string
	find string                                              // what the colleague has: its ID and its client's conversation
	give string                                              // to whom, which
	free func(*Store, context.Context, *sql.Tx, int64) error // what nobody can take; nil: it stays as it is
	news string                                              // for the client; empty: they need not know

	roles []Role // who takes it, before supervisors and owners

	// along is what goes with each: statements of who has it now, and its ID.
	along []string
}

// withClient is what follows a client to whoever is their matchmaker now: what a table
// keeps of that besides clients.owner_id gets its statement here.
var withClient = []string{
	"UPDATE introductions SET staff_id = ? WHERE client_id = ? AND state IN ('proposed', 'asked_a', 'asked_b')",
	"UPDATE dates SET staff_id = ? WHERE a_id = ? AND state NOT IN ('closed', 'off')",
}

// handings are in the order in which they are done. What a colleague can have in
// hand besides gets its line here.
var handings = []handing{
	{
		HandedClient, "SELECT id, conversation FROM clients WHERE owner_id = ? AND person_id = 0 AND erased_at = 0 ORDER BY id",
		"UPDATE clients SET owner_id = ? WHERE id = ? OR person_id = ?", (*Store).freeClients, NewsNewOwner, []Role{RoleMatchmaker}, withClient,
	},
	{
		HandedComplaint, "SELECT c.id, k.conversation FROM complaints c JOIN clients k ON k.id = c.client_id WHERE c.owner_id = ? AND c.closed_at = 0 ORDER BY c.id",
		"UPDATE complaints SET owner_id = ? WHERE id = ?", (*Store).freeComplaints, NewsNewHandler, []Role{RoleService}, nil,
	},
	{
		HandedQuestion, "SELECT q.id, k.conversation FROM questions q JOIN clients k ON k.id = q.client_id WHERE q.owner_id = ? AND q.state = 'open' ORDER BY q.id",
		"UPDATE questions SET owner_id = ? WHERE id = ?", (*Store).freeQuestions, "", []Role{RoleService}, nil,
	},
	{
		HandedTask, "SELECT k.id, f.conversation FROM tasks k JOIN staff f ON f.id = k.asker_id WHERE k.doer_id = ? AND k.closed_at = 0 ORDER BY k.id",
		"UPDATE tasks SET doer_id = ? WHERE id = ?", nil, "", Roles, nil,
	},
	{ // to a supervisor, who is to say whether it is done
		HandedAsked, "SELECT k.id, f.conversation FROM tasks k JOIN staff f ON f.id = k.doer_id WHERE k.asker_id = ? AND k.closed_at = 0 ORDER BY k.id",
		"UPDATE tasks SET asker_id = ? WHERE id = ?", nil, "", nil, nil,
	},
	{
		HandedCheck, "SELECT c.id, f.conversation FROM spot_checks c JOIN staff f ON f.id = c.staff_id WHERE c.checker_id = ? AND c.closed_at = 0 ORDER BY c.id",
		"UPDATE spot_checks SET checker_id = ? WHERE id = ?", (*Store).endFindings, "", nil, nil,
	},
	{
		HandedTalk, "SELECT h.id, k.conversation FROM handoffs h JOIN clients k ON k.id = h.client_id WHERE h.staff_id = ? AND h.state = 'taken' ORDER BY h.id",
		"", (*Store).freeHandoffs, "", nil, nil,
	},
}

// endFindings closes what was found in the work of a colleague who can mend nothing
// any more.
func (s *Store) endFindings(ctx context.Context, tx *sql.Tx, staff int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE spot_checks SET state = ?, closed_at = ? WHERE staff_id = ? AND state = ?", string(CheckClosed), millis(s.now()), staff, string(CheckScored))
	return err
}

// freeClients makes nobody's clients of those who are still a colleague's.
func (s *Store) freeClients(ctx context.Context, tx *sql.Tx, staff int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE clients SET owner_id = 0 WHERE owner_id = ?", staff)
	return err
}

// HandOver ends the colleague's access and gives what they had in hand to the
// other, as far as that one's role can take it; the rest, or with 0 everything, to
// who has least of it. ErrNotFound: one of them does not work here.
func (s *Store) HandOver(ctx context.Context, from, to int64) (h Handover, err error) {
	err = s.inTx(ctx, "hand over", func(tx *sql.Tx) error {
		if h, err = s.handOver(ctx, tx, from, to, 0); err != nil {
			return err
		}
		return s.record(ctx, tx, h.entry(from))
	})
	return h, err
}

// HandOver does the same in a turn, for the colleague whose turn it is.
func (tx *Tx) HandOver(from Staff, to int64, by Staff) (Handover, error) {
	if err := tx.begin(); err != nil {
		return Handover{}, err
	}
	h, err := tx.s.handOver(tx.ctx, tx.sql, from.ID, to, by.ID)
	h.From = from
	if err != nil {
		return h, wrap("hand over", err)
	}
	return h, tx.Audit(by.Actor(), h.entry(from.ID))
}

// entry is what is put on record of it.
func (h Handover) entry(from int64) Entry {
	return Entry{Action: AuditRevoke, Subject: number("S", from), Detail: h.Number()}
}

func (s *Store) handOver(ctx context.Context, tx *sql.Tx, from, to, by int64) (h Handover, err error) {
	n, err := affected(tx.ExecContext(ctx, "UPDATE staff SET revoked_at = ? WHERE id = ? AND revoked_at = 0", millis(s.now()), from))
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return h, err
	}
	takers, err := s.takers(ctx, tx)
	if err != nil {
		return h, err
	}
	if to != 0 && !slices.ContainsFunc(takers, func(t taker) bool { return t.id == to }) {
		return h, ErrNotFound
	}
	done, err := tx.ExecContext(ctx, "INSERT INTO handovers (from_id, by_id, at) VALUES (?, ?, ?)", from, by, millis(s.now()))
	if err != nil {
		return h, err
	}
	if h.ID, err = done.LastInsertId(); err != nil {
		return h, err
	}
	for _, k := range handings {
		if err := s.handKind(ctx, tx, k, &h, from, to, takers); err != nil {
			return h, err
		}
	}
	if _, err := tx.ExecContext(ctx, "UPDATE sla_clocks SET staff_id = 0 WHERE staff_id = ? AND stopped = ?", from, false); err != nil {
		return h, err
	}
	if err := s.handAlerts(ctx, tx, h, from); err != nil {
		return h, err
	}
	return h, s.tellTakers(ctx, tx, h, takers)
}

// handAlerts moves the open alerts that concerned the colleague most to whoever has
// the paper now, or is the client's matchmaker; else to the desk. Where nobody besides
// has been called they call anew, at once.
func (s *Store) handAlerts(ctx context.Context, tx *sql.Tx, h Handover, from int64) error {
	rows, err := tx.QueryContext(ctx, "SELECT a.id, a.paper, a.conversation, a.rung, COALESCE(k.owner_id, 0) FROM alerts a LEFT JOIN clients k ON k.id = a.client_id WHERE a.ended_at = 0 AND a.first_id = ? ORDER BY a.id", from)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all []alertRow
	for rows.Next() {
		var a alertRow
		if err := rows.Scan(&a.ID, &a.Paper, &a.Conversation, &a.Rung, &a.FirstID); err != nil {
			return err
		}
		all = append(all, a)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, a := range all {
		if i := slices.IndexFunc(h.Items, func(i HandedOver) bool { return i.Ref() == a.Paper }); i >= 0 {
			a.FirstID = h.Items[i].To
		}
		if err := s.handAlert(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) handAlert(ctx context.Context, tx *sql.Tx, a alertRow) error {
	set := "first_id = ?"
	if a.Rung == int(RungOwner) {
		set += ", called_at = 0"
		if _, err := tx.ExecContext(ctx, s.timerUpsert(1), a.Conversation, AlertStep, Alert{ID: a.ID}.Number(), millis(s.now())); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, "UPDATE alerts SET "+set+" WHERE id = ?", a.FirstID, a.ID)
	return err
}

// taker is somebody who can take things over.
type taker struct {
	id           int64
	role         Role
	conversation string
	there        bool // on duty
	has          map[string]int
}

func (s *Store) takers(ctx context.Context, tx *sql.Tx) (all []taker, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT id, role, conversation, duty, leave_until FROM staff WHERE revoked_at = 0 ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var row staffRow
		if err := rows.Scan(&row.ID, &row.Role, &row.Conversation, &row.Duty, &row.LeaveUntil); err != nil {
			return nil, err
		}
		duty, _ := s.dutyOf(row)
		all = append(all, taker{row.ID, Role(row.Role), row.Conversation, duty == DutyOn, map[string]int{}})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	for _, t := range all {
		for _, k := range handings {
			held, err := papers(ctx, tx, k.find, t.id)
			if err != nil {
				return nil, err
			}
			t.has[k.kind] = len(held)
		}
	}
	return all, nil
}

// papers lists what a colleague has of a kind.
func papers(ctx context.Context, tx *sql.Tx, find string, staff int64) (all []freed, err error) {
	rows, err := tx.QueryContext(ctx, find, staff)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var f freed
		if err := rows.Scan(&f.id, &f.conversation); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, rows.Err()
}

// choose finds who takes the next thing of a kind: the one wished for if their
// role can, else of the right role, and of those at work, who has least. nil:
// nobody can.
func (k handing) choose(takers []taker, wished int64) *taker {
	var best *taker
	for _, roles := range [][]Role{k.roles, {RoleSupervisor}, {RoleOwner}} {
		for i := range takers {
			t := &takers[i]
			if !slices.Contains(roles, t.role) || k.give == "" {
				continue
			}
			if t.id == wished {
				return t
			}
			if best == nil || slices.Contains(roles, best.role) && k.before(t, best) {
				best = t
			}
		}
	}
	return best
}

func (k handing) before(a, b *taker) bool {
	if a.there != b.there {
		return a.there
	}
	return cmp.Or(cmp.Compare(a.has[k.kind], b.has[k.kind]), cmp.Compare(a.id, b.id)) < 0
}

// handKind hands everything of one kind over; what nobody can take is free.
func (s *Store) handKind(ctx context.Context, tx *sql.Tx, k handing, h *Handover, from, to int64, takers []taker) error {
	all, err := papers(ctx, tx, k.find, from)
	if err != nil {
		return err
	}
	for _, p := range all {
		item := HandedOver{Kind: k.kind, ID: p.id}
		if t := k.choose(takers, to); t != nil {
			item.To = t.id
			t.has[k.kind]++
			if err := s.give(ctx, tx, k, p, t.id); err != nil {
				return err
			}
		}
		h.Items = append(h.Items, item)
		if _, err := tx.ExecContext(ctx, "INSERT INTO handover_items (handover_id, kind, paper_id, to_id) VALUES (?, ?, ?, ?)", h.ID, k.kind, p.id, item.To); err != nil {
			return err
		}
	}
	if k.free == nil {
		return nil
	}
	return k.free(s, ctx, tx, from)
}

func (s *Store) give(ctx context.Context, tx *sql.Tx, k handing, p freed, to int64) error {
	args := []any{to, p.id}
	if k.kind == HandedClient {
		args = append(args, p.id)
	}
	if _, err := tx.ExecContext(ctx, k.give, args...); err != nil {
		return err
	}
	for _, follows := range k.along {
		if _, err := tx.ExecContext(ctx, follows, to, p.id); err != nil {
			return err
		}
	}
	ref := HandedOver{Kind: k.kind, ID: p.id}.Ref()
	if k.kind != HandedAsked { // the clock is that of the one who does it
		if _, err := tx.ExecContext(ctx, "UPDATE sla_clocks SET staff_id = ? WHERE paper = ? AND stopped = ?", to, ref, false); err != nil {
			return err
		}
	}
	if k.news == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.timerUpsert(1), p.conversation, k.news, ref, millis(s.now()))
	return err
}

// tellTakers leaves news for everybody who got something, and for those above.
func (s *Store) tellTakers(ctx context.Context, tx *sql.Tx, h Handover, takers []taker) error {
	for _, t := range takers {
		got := slices.ContainsFunc(h.Items, func(i HandedOver) bool { return i.To == t.id })
		if !got && t.role != RoleSupervisor && t.role != RoleOwner {
			continue
		}
		if _, err := tx.ExecContext(ctx, s.timerUpsert(1), t.conversation, NewsHandover, h.Number(), millis(s.now())); err != nil {
			return err
		}
	}
	return nil
}

// Handover reads a handover. ErrNotFound: there is none of that number.
func (tx *Tx) Handover(ref string) (h Handover, err error) {
	n, err := id("V", ref)
	if err != nil {
		return h, err
	}
	var row struct{ ID, FromID int64 }
	db, err := tx.records()
	if err != nil {
		return h, err
	}
	if err := taken("read handover", db.Table("handovers").Where("id = ?", n).Take(&row).Error); err != nil {
		return h, err
	}
	h.ID = row.ID
	if err := db.Table("handover_items").Where("handover_id = ?", n).Order("kind, paper_id").Find(&h.Items).Error; err != nil {
		return h, wrap("read what was handed over", err)
	}
	h.From, err = tx.staffWhere("id = ?", row.FromID)
	return h, err
}
