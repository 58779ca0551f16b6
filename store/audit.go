package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The audit log tells for good who of the house looked at what of a client, and
// who changed what anybody may do. An entry stands in the transaction of what it
// records, names clients by their codes alone, and is never changed or removed:
// the database refuses that, and whoever does it all the same breaks the chain
// (chain.go). Why somebody looked may say more than a code does, so it stands
// beside the log, sealed, and goes with the client.

// Actor is who did something: "S-000003", "operator:NAME" by the name of the
// machine's user, "system".
type Actor struct {
	Name string
	Role Role // of a colleague, at that time
}

// actorSystem is the program itself.
const actorSystem = "system"

// Operator is who calls a command, by the machine's own name for them.
func Operator(user string) Actor { return Actor{Name: "operator:" + ascii(user, 48)} }

// Actor is the colleague as the audit log names them.
func (s Staff) Actor() Actor { return Actor{s.Code(), s.Role} }

// What is on record, besides what is read of clients (reveals.go).
const (
	AuditInvite   = "rights.invite"    // a code was made; detail: for which role
	AuditEnrol    = "rights.enrol"     // subject: who came; detail: as what
	AuditPledge   = "rights.pledge"    // they confirmed the pledge of secrecy; detail: its version
	AuditRevoke   = "rights.revoke"    // subject: whose access ended; detail: the handover
	AuditJoin     = "rights.chat"      // a colleague has a second chat
	AuditAssign   = "client.assign"    // detail: whose client it is; empty: nobody's
	AuditStanding = "client.standing"  // detail: searching, barred …
	AuditPhotoOut = "client.photo_out" // a colleague took a photo out
	AuditApart    = "client.apart"     // detail: from whom, and why
	AuditTogether = "client.together"
	AuditHold     = "client.hold"
	AuditRelease  = "client.release"
	AuditUnlink   = "client.unlink"
	AuditErase    = "client.erase" // detail: the record's number, and why
	AuditRetain   = "retention"    // detail: how much of what
	AuditCopy     = "copy.made"    // detail: the copy's number
	AuditFetch    = "copy.fetched"
	AuditPass     = "words.pass"   // held words were let pass; subject: the words' number
	AuditRefused  = "refused"      // a colleague was refused something; detail: what
	AuditKey      = "keys.audit"   // the log goes on under a new secret
	AuditReindex  = "keys.reindex" // phone numbers are found by a new secret
)

// Entry is what is put on record. It holds codes and numbers of papers, and but for
// the reason nothing that a person wrote.
type Entry struct {
	Action  string
	Client  int64  // whom it concerns, by Client.ID; 0: nobody
	Subject string // "S-000003", "C-000001"; empty: the client's code
	Detail  string // at most 190 letters
	Reason  string // why; sealed
}

// AuditRow is an entry as it stands in the log.
type AuditRow struct {
	Seq int64
	At  time.Time
	By  Actor
	Entry
	Told bool // a reason was given; it may have gone with the client since
}

// auditRow is a row of the log.
type auditRow struct {
	seq, at, client int64
	actor, role     string
	action, subject string
	detail          string
	reason          string // only while it is being written
	reasonMark      string
	keyNo           int64
	prev, hash      string
}

func newAuditRow(by Actor, at time.Time, e Entry) auditRow {
	if e.Subject == "" && e.Client != 0 {
		e.Subject = number("K", e.Client)
	}
	return auditRow{
		at: millis(at), client: e.Client, actor: ascii(by.Name, 64), role: ascii(string(by.Role), 16),
		action: ascii(e.Action, 48), subject: ascii(e.Subject, 64), detail: ascii(e.Detail, 190), reason: e.Reason,
	}
}

// Audit puts something on record, with the turn: it commits with the turn or not
// at all.
func (tx *Tx) Audit(by Actor, e Entry) error {
	if err := tx.begin(); err != nil {
		return err
	}
	tx.audit = append(tx.audit, newAuditRow(by, tx.now, e))
	return nil
}

// Audit puts something on record that stands in no other transaction: an operator's
// command, by whoever the store was opened for (Config.Actor).
func (s *Store) Audit(ctx context.Context, e Entry) error {
	return s.inTx(ctx, "put on record", func(tx *sql.Tx) error { return s.record(ctx, tx, e) })
}

// record puts something on record in a transaction that is about to commit, by
// whoever the store was opened for.
func (s *Store) record(ctx context.Context, tx *sql.Tx, all ...Entry) error {
	var rows []auditRow
	for _, e := range all {
		rows = append(rows, newAuditRow(s.actor, s.now(), e))
	}
	return s.chain(ctx, tx, rows)
}

// AuditQuery says which entries are wanted. A zero field asks for any.
type AuditQuery struct {
	Client       string // "K-000012": in whichever of their chats
	Actor        string // "S-000003", or how it begins: "operator:"
	Action       string // how it begins: "read."
	Since, Until time.Time
	Most         int
}

// AuditList lists entries, the oldest first; of more than are wanted the newest.
// Reasons are opened, as far as they are still there.
func (s *Store) AuditList(ctx context.Context, q AuditQuery) (all []AuditRow, err error) {
	where, args, err := q.where()
	if err != nil {
		return nil, err
	}
	query := "SELECT " + auditColumns + " FROM audit WHERE " + where + " ORDER BY seq DESC"
	if q.Most > 0 {
		query += fmt.Sprintf(" LIMIT %d", q.Most)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, wrap("read the audit log", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanAudit(rows)
		if err != nil {
			return nil, wrap("read the audit log", err)
		}
		all = append(all, r.entry())
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, wrap("read the audit log", err)
	}
	slices.Reverse(all)
	for i := range all {
		if all[i].Told {
			if all[i].Reason, err = s.auditReason(ctx, s.read, all[i].Seq); err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
		}
	}
	return all, nil
}

func (q AuditQuery) where() (where string, args []any, err error) {
	all := []string{"1 = 1"}
	add := func(condition string, values ...any) {
		all, args = append(all, condition), append(args, values...)
	}
	if q.Client != "" {
		person, err := id("K", q.Client)
		if err != nil {
			return "", nil, err
		}
		add("client_id IN (SELECT id FROM clients WHERE id = ? OR person_id = ?)", person, person)
	}
	if q.Actor != "" {
		add("SUBSTR(actor, 1, ?) = ?", len(q.Actor), q.Actor)
	}
	if q.Action != "" {
		add("SUBSTR(action, 1, ?) = ?", len(q.Action), q.Action)
	}
	if !q.Since.IsZero() {
		add("at >= ?", millis(q.Since))
	}
	if !q.Until.IsZero() {
		add("at < ?", millis(q.Until))
	}
	return strings.Join(all, " AND "), args, nil
}

const auditColumns = "seq, at, actor, role, action, client_id, subject, detail, reason_mark, key_no, prev, hash"

func scanAudit(rows *sql.Rows) (r auditRow, err error) {
	err = rows.Scan(&r.seq, &r.at, &r.actor, &r.role, &r.action, &r.client, &r.subject, &r.detail, &r.reasonMark, &r.keyNo, &r.prev, &r.hash)
	return r, err
}

func (r auditRow) entry() AuditRow {
	return AuditRow{
		Seq: r.seq, At: fromMillis(r.at), By: Actor{r.actor, Role(r.role)}, Told: r.reasonMark != "",
		Entry: Entry{Action: r.action, Client: r.client, Subject: r.subject, Detail: r.detail},
	}
}

func reasonPlace(seq string) string { return "audit_reasons.reason|" + seq }

// auditReason opens the reason of an entry. ErrNotFound: it has gone with the
// client, or there was none.
func (s *Store) auditReason(ctx context.Context, q querier, seq int64) (string, error) {
	var sealed []byte
	err := q.QueryRowContext(ctx, "SELECT reason FROM audit_reasons WHERE seq = ?", seq).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return "", wrap("read why", err)
	}
	plain, err := s.box.Open(reasonPlace(fmt.Sprint(seq)), sealed)
	return string(plain), err
}

// ClientOf is the client that a code, "K-000012", names; 0: it names none.
func ClientOf(code string) int64 {
	n, err := id("K", code)
	if err != nil {
		return 0
	}
	return n
}
