package store

import (
	"context"
	"database/sql"
	"strings"
	"time"
)

// What can be revealed of a client, or found out by a colleague who was shown it. In
// the audit log "read." stands before it.
const (
	RevealPhotos    = "photos"
	RevealProfile   = "profile" // without name, employer and telephone number
	RevealContact   = "contact" // with them
	RevealLedger    = "ledger"
	RevealByPhone   = "by_phone"  // the client was found by a phone number
	RevealTalk      = "talk"      // what was said in a talk
	RevealMatch     = "match"     // candidates were looked for, for them
	RevealComplaint = "complaint" // what they complain of, with its evidence
	RevealQuestion  = "question"  // what they asked
	RevealCard      = "card"      // how far they have come, their papers, what colleagues noted

	RevealIntroduction = "introduction" // to whom they were introduced, and what was said of it
	RevealDate         = "date"         // where and when they meet somebody, and why it was changed
	RevealFeedback     = "feedback"     // what they said after a date

	// RevealCandidate begins what is kept of who was shown as a candidate, without
	// what would tell who they are; for whom, stands behind it: "candidate:K-000012".
	RevealCandidate = "candidate:"

	// RevealPassed begins what is kept of a contact that passed to another client, after
	// both had said yes: to whom, stands behind it. The colleague is who brought the two
	// together.
	RevealPassed = "passed:"

	// RevealConfirmed: they called the number, and found it to be the client's.
	RevealConfirmed = "confirmed"
)

// auditRead begins the action of everything that was revealed.
const auditRead = "read."

// revealed is what is put on record of a look.
func revealed(client int64, what string) Entry {
	what, whom, _ := strings.Cut(what, ":")
	return Entry{Action: auditRead + what, Client: client, Detail: whom}
}

// NoteReveal puts on record that a colleague was shown something of a client.
// client is 0 when they looked for one and found none.
func (tx *Tx) NoteReveal(by Staff, client int64, what string) error {
	return tx.NoteRevealBecause(by, client, what, "")
}

// NoteRevealBecause is NoteReveal with the colleague's reason, which is kept sealed
// and goes with the client.
func (tx *Tx) NoteRevealBecause(by Staff, client int64, what, reason string) error {
	e := revealed(client, what)
	e.Reason = reason
	return tx.Audit(by.Actor(), e)
}

// takeOverReveals moves what releases before this one kept of looks into the audit
// log, the oldest first. Such a release may still write while this one begins.
func (s *Store) takeOverReveals(ctx context.Context) error {
	for {
		n := 0
		err := s.inTx(ctx, "take over what was revealed", func(tx *sql.Tx) error {
			old, err := s.oldReveals(ctx, tx)
			n = len(old)
			if err != nil || n == 0 {
				return err
			}
			var rows []auditRow
			var ids []int64
			for _, r := range old {
				ids = append(ids, r.id)
				rows = append(rows, newAuditRow(Actor{Name: number("S", r.staff), Role: Role(r.role)}, time.UnixMilli(r.at), revealed(r.client, r.what)))
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM reveals WHERE id IN ("+numbers(ids)+")"); err != nil {
				return err
			}
			return s.chain(ctx, tx, rows)
		})
		if err != nil || n == 0 {
			return err
		}
	}
}

type oldReveal struct {
	id, staff, client, at int64
	role, what            string
}

func (s *Store) oldReveals(ctx context.Context, tx *sql.Tx) (all []oldReveal, err error) {
	query := "SELECT r.id, r.staff_id, r.client_id, r.what, r.at, COALESCE(s.role, '') FROM reveals r LEFT JOIN staff s ON s.id = r.staff_id ORDER BY r.id LIMIT 200"
	if s.dialect.name == "mysql" {
		query += " FOR UPDATE" // another process may be at it
	}
	rows, err := tx.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var r oldReveal
		if err := rows.Scan(&r.id, &r.staff, &r.client, &r.what, &r.at, &r.role); err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, rows.Err()
}
