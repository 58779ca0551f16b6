package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"
)

// Everything that is kept has a last day. Retain takes out what is past it, a
// batch at a time, and notes how much that was; what a legal hold is on stays.

// retention is one kind of record that goes by its age.
type retention struct {
	kind  string // its table
	keep  func(Keep) time.Duration
	at    string // the column its age counts from
	where string // the rows whose age counts at all

	// first are the statements that take what hangs on these rows, which are
	// found by {rows}; become is what is made of the rows themselves, or empty:
	// they go.
	first  []string
	become string

	// then, if there is one, puts right what depended on the rows.
	then func(*Store, context.Context, *sql.Tx) error
}

const (
	clientFree = "client_id NOT IN (" + heldClients + ")"
	chatFree   = "conversation NOT IN (" + heldChats + ")"

	// attemptsFor is how long tries are remembered; the longest count of them is
	// over a day.
	attemptsFor = 7 * keepDay
)

// retentions is in the order in which they run: turns go before the session they
// were numbered by.
var retentions = []retention{
	{
		kind: "profiles", keep: func(k Keep) time.Duration { return k.Drafts }, at: "updated_at", where: "filed_at = 0 AND " + clientFree,
		first: []string{
			"UPDATE media SET state = '" + mediaUnwanted + "', due_at = {now} WHERE id IN (SELECT media_id FROM photos WHERE client_id IN (SELECT client_id FROM profiles WHERE {rows}))",
			"DELETE FROM photos WHERE client_id IN (SELECT client_id FROM profiles WHERE {rows})",
			"DELETE FROM phones WHERE client_id IN (SELECT client_id FROM profiles WHERE {rows})",
			"DELETE FROM criteria WHERE client_id IN (SELECT client_id FROM profiles WHERE {rows})",
			"DELETE FROM profile_notes WHERE client_id IN (SELECT client_id FROM profiles WHERE {rows})",
		},
		then: (*Store).afterDrafts,
	},
	{
		kind: "complaints", keep: func(k Keep) time.Duration { return k.Complaints }, at: "closed_at", where: "closed_at > 0 AND " + clientFree,
		first: []string{
			"UPDATE media SET state = '" + mediaUnwanted + "', due_at = {now} WHERE id IN (SELECT media_id FROM complaint_evidence WHERE complaint_id IN (SELECT id FROM complaints WHERE {rows}))",
			"DELETE FROM complaint_evidence WHERE complaint_id IN (SELECT id FROM complaints WHERE {rows})",
			"DELETE FROM complaint_steps WHERE complaint_id IN (SELECT id FROM complaints WHERE {rows})",
		},
	},
	{
		kind: "questions", keep: func(k Keep) time.Duration { return k.Questions }, at: "answered_at", where: "answered_at > 0 AND " + clientFree,
		first: []string{"DELETE FROM question_steps WHERE question_id IN (SELECT id FROM questions WHERE {rows})"},
	},
	{kind: "answers_given", keep: func(k Keep) time.Duration { return k.Questions }, at: "at", where: clientFree},
	{
		kind: "handoffs", keep: func(k Keep) time.Duration { return k.Talks }, at: "closed_at", where: "closed_at > 0 AND " + clientFree,
		first: []string{
			"DELETE FROM desk_questions WHERE id IN (SELECT question_id FROM desk_choices WHERE handoff_id IN (SELECT id FROM handoffs WHERE {rows}))",
			"DELETE FROM desk_choices WHERE handoff_id IN (SELECT id FROM handoffs WHERE {rows})",
			"DELETE FROM desks WHERE handoff_id IN (SELECT id FROM handoffs WHERE {rows})",
			"DELETE FROM handoff_steps WHERE handoff_id IN (SELECT id FROM handoffs WHERE {rows})",
			"DELETE FROM handoff_words WHERE handoff_id IN (SELECT id FROM handoffs WHERE {rows})",
		},
	},
	{kind: "client_notes", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: clientFree},
	{kind: "held_words", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: clientFree},
	{kind: "outbox", keep: func(k Keep) time.Duration { return k.Talks }, at: "created_at", where: "state NOT IN ('" + string(Queued) + "', '" + string(Waiting) + "') AND " + chatFree},
	{kind: "outbox_about", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: clientFree},
	{kind: "carried", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: chatFree + " AND sender NOT IN (" + heldChats + ")"},
	{kind: "turns", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: chatFree},
	{kind: "turns", keep: func(Keep) time.Duration { return eventsFor }, at: "at", where: "conversation LIKE '" + nobodyMark + "%'"},
	{
		kind: "sessions", keep: func(k Keep) time.Duration { return k.Talks }, at: "updated_at",
		where: "NOT EXISTS (SELECT 1 FROM turns WHERE turns.conversation = sessions.conversation) AND " + chatFree,
	},
	{
		kind: "media", keep: func(k Keep) time.Duration { return k.Media }, at: "created_at",
		where: "state <> '" + mediaUnwanted + "' AND id NOT IN (SELECT media_id FROM complaint_evidence) AND id NOT IN (SELECT media_id FROM photos) AND " + chatFree,
		// Its file goes with the next sweep of the pictures.
		become: "state = '" + mediaUnwanted + "', due_at = {now}",
	},
	{
		kind: "data_copies", keep: func(k Keep) time.Duration { return k.Talks }, at: "asked_at", where: clientFree,
		first: []string{"DELETE FROM data_copy_steps WHERE copy_id IN (SELECT id FROM data_copies WHERE {rows})"},
	},
	{
		kind: "alerts", keep: func(k Keep) time.Duration { return k.Talks }, at: "ended_at", where: "ended_at > 0 AND " + clientFree,
		first: []string{"DELETE FROM alert_calls WHERE alert_id IN (SELECT id FROM alerts WHERE {rows})"},
	},
	{kind: "sla_clocks", keep: func(k Keep) time.Duration { return k.Complaints }, at: "stopped_at", where: "stopped_at > 0 AND " + clientFree},
	{kind: "tasks", keep: func(k Keep) time.Duration { return k.Questions }, at: "closed_at", where: "closed_at > 0 AND " + clientFree},
	{kind: "spot_checks", keep: func(k Keep) time.Duration { return k.Questions }, at: "closed_at", where: "closed_at > 0 AND " + clientFree},
	{
		kind: "introductions", keep: func(k Keep) time.Duration { return k.Profiles }, at: "changed_at",
		where: "state NOT IN ('" + string(IntroProposed) + "', '" + string(IntroAskedA) + "', '" + string(IntroAskedB) + "') AND " + clientFree + " AND other_id NOT IN (" + heldClients + ")",
		first: []string{"DELETE FROM introduction_steps WHERE introduction_id IN (SELECT id FROM introductions WHERE {rows})"},
	},
	{
		kind: "dates", keep: func(k Keep) time.Duration { return k.Questions }, at: "closed_at",
		where: "closed_at > 0 AND a_id NOT IN (" + heldClients + ") AND b_id NOT IN (" + heldClients + ")",
		first: []string{
			"DELETE FROM date_feedback WHERE date_id IN (SELECT id FROM dates WHERE {rows})",
			"DELETE FROM date_steps WHERE date_id IN (SELECT id FROM dates WHERE {rows})",
			"DELETE FROM date_slots WHERE date_id IN (SELECT id FROM dates WHERE {rows})",
		},
	},
	{kind: "sos_calls", keep: func(k Keep) time.Duration { return k.Complaints }, at: "closed_at", where: "closed_at > 0 AND " + clientFree},
	{kind: "letters", keep: func(k Keep) time.Duration { return k.Talks }, at: "at", where: "1 = 1"},
	{kind: "attempts", keep: func(Keep) time.Duration { return attemptsFor }, at: "at", where: "1 = 1"},
	{kind: "link_codes", keep: func(Keep) time.Duration { return attemptsFor }, at: "expires_at", where: "1 = 1"},
	{
		// The last word in each chat stays: with it gone, an older one would count.
		kind: "consents", keep: func(k Keep) time.Duration { return k.Consents }, at: "at",
		where: "id IN (SELECT old.id FROM (SELECT c.id FROM consents c WHERE " +
			"EXISTS (SELECT 1 FROM consents n WHERE n.client_id = c.client_id AND n.kind = c.kind AND n.id > c.id AND n.at <= {cutoff}) " +
			"OR c.client_id IN (SELECT id FROM clients WHERE erased_at > 0 AND erased_at <= {cutoff})) old) AND " + clientFree,
	},
	{kind: "audit_reasons", keep: func(k Keep) time.Duration { return k.Consents }, at: "at", where: clientFree},
	{kind: "refusals", keep: func(k Keep) time.Duration { return k.Proofs }, at: "at", where: "1 = 1"},
	{kind: "erasures", keep: func(k Keep) time.Duration { return k.Proofs }, at: "at", where: "1 = 1"},
	{kind: "erasure_orders", keep: func(k Keep) time.Duration { return k.Proofs }, at: "done_at", where: "done_at > 0"},
}

// afterDrafts puts the candidates right who had a draft in another chat, with wishes
// or a number.
func (s *Store) afterDrafts(ctx context.Context, tx *sql.Tx) error {
	a := s.aside(ctx, tx)
	if err := a.touchAll("SELECT DISTINCT person_id FROM clients WHERE person_id <> 0 AND erased_at = 0"); err != nil {
		return err
	}
	if err := a.touchContested(); err != nil {
		return err
	}
	return a.settle()
}

// retainBatch is how many rows go in one transaction, mostBatches how many
// transactions of one kind a run may take: what is left over goes the next day.
const (
	retainBatch = 500
	mostBatches = 200
)

// byRetention is the reason in the record of what went by its age, aRun the kind
// under which each run stands.
const (
	byRetention = "retention"
	aRun        = "run"
)

// LastRetain is when Retain was last begun, by any process; zero: never.
func (s *Store) LastRetain(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.read.QueryRowContext(ctx, "SELECT MAX(at) FROM erasures WHERE kind = ?", aRun).Scan(&at)
	return fromMillis(at.Int64), wrap("look for the last retention", err)
}

// RetentionDue says what Retain would erase now: how much of each kind, and how
// old the oldest is. Kinds of which nothing is due are left out.
func (s *Store) RetentionDue(ctx context.Context, k Keep) ([]ErasedKind, error) {
	k = k.FilledIn()
	var due []ErasedKind
	for _, r := range retentions {
		e := ErasedKind{Kind: r.kind}
		var oldest sql.NullInt64
		cutoff := s.cutoff(r.keep(k))
		err := s.read.QueryRowContext(ctx, "SELECT COUNT(*), MIN("+r.at+") FROM "+r.kind+" WHERE "+s.rowsOf(r, cutoff, cutoff)).Scan(&e.N, &oldest)
		if err != nil {
			return nil, wrap("count "+r.kind+" that are due", err)
		}
		if e.Oldest = fromMillis(oldest.Int64); e.N > 0 {
			due = append(due, e)
		}
	}
	for _, p := range parting {
		all, err := s.due(ctx, p, k, far)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			due = append(due, ErasedKind{Kind: p.kind, N: int64(len(all)), Oldest: fromMillis(all[0].at)})
		}
	}
	return due, nil
}

// Retain erases what is due and says how much that was. It may be stopped at any
// moment and run again; several may run at a time. What fails does not keep the
// rest from going.
func (s *Store) Retain(ctx context.Context, k Keep) (gone []ErasedKind, err error) {
	k = k.FilledIn()
	_, err = s.exec(ctx, "note a retention", "INSERT INTO erasures (kind, reason, n, oldest_at, at) VALUES (?, ?, 0, 0, ?)", aRun, byRetention, millis(s.now()))
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, p := range parting {
		e, err := s.retainClients(ctx, p, k)
		errs = append(errs, err)
		if e.N > 0 {
			gone = append(gone, e)
		}
	}
	for _, r := range retentions {
		e, err := s.retainKind(ctx, r, s.cutoff(r.keep(k)))
		errs = append(errs, err)
		if e.N > 0 {
			gone = append(gone, e)
		}
	}
	_, err = s.EndErasures(ctx)
	errs = append(errs, err, s.takeOverReveals(ctx))
	if len(gone) > 0 {
		s.scrub(ctx)
		errs = append(errs, s.Audit(ctx, Entry{Action: AuditRetain, Detail: Holdings(gone).String()}))
	}
	return gone, errors.Join(errs...)
}

func (s *Store) cutoff(keep time.Duration) int64 { return millis(s.now().Add(-keep)) }

// rowsOf is the condition for the rows of a kind that are due, up to a time.
func (s *Store) rowsOf(r retention, cutoff, until int64) string {
	where := strings.ReplaceAll(r.where, "{cutoff}", strconv.FormatInt(cutoff, 10))
	return where + " AND " + r.at + " <= " + strconv.FormatInt(until, 10)
}

// retainKind erases the rows of one kind that are due, the oldest first.
func (s *Store) retainKind(ctx context.Context, r retention, cutoff int64) (gone ErasedKind, err error) {
	gone.Kind = r.kind
	for range mostBatches {
		n, oldest, err := s.retainRows(ctx, r, cutoff)
		if err != nil || n == 0 {
			return gone, err
		}
		if gone.Oldest.IsZero() {
			gone.Oldest = oldest
		}
		gone.N += n
	}
	return gone, nil
}

func (s *Store) retainRows(ctx context.Context, r retention, cutoff int64) (n int64, oldest time.Time, err error) {
	until, oldest, err := s.batchOf(ctx, r, cutoff)
	if err != nil || oldest.IsZero() {
		return 0, oldest, err
	}
	fill := strings.NewReplacer("{rows}", s.rowsOf(r, cutoff, until), "{now}", strconv.FormatInt(millis(s.now()), 10))
	last := "DELETE FROM " + r.kind + " WHERE {rows}"
	if r.become != "" {
		last = "UPDATE " + r.kind + " SET " + r.become + " WHERE {rows}"
	}
	err = s.inTx(ctx, "erase old "+r.kind, func(tx *sql.Tx) error {
		for _, q := range r.first {
			if _, err := tx.ExecContext(ctx, fill.Replace(q)); err != nil {
				return err
			}
		}
		n, err = affected(tx.ExecContext(ctx, fill.Replace(last)))
		if err != nil {
			return err
		}
		if r.then != nil {
			if err := r.then(s, ctx, tx); err != nil {
				return err
			}
		}
		return s.noteErasures(ctx, tx, Holdings{{Kind: r.kind, N: n, Oldest: oldest}}, byRetention, 0)
	})
	return n, oldest, err
}

// batchOf is the time up to which one batch reaches, and that of its oldest row;
// zero when nothing is due.
func (s *Store) batchOf(ctx context.Context, r retention, cutoff int64) (until int64, oldest time.Time, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT "+r.at+" FROM "+r.kind+" WHERE "+s.rowsOf(r, cutoff, cutoff)+" ORDER BY "+r.at+" LIMIT ?", retainBatch)
	if err != nil {
		return 0, oldest, wrap("look for old "+r.kind, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&until); err != nil {
			return 0, oldest, wrap("look for old "+r.kind, err)
		}
		if oldest.IsZero() {
			oldest = time.UnixMilli(until).UTC()
		}
	}
	return until, oldest, wrap("look for old "+r.kind, rows.Err())
}
