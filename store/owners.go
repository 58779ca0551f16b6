package store

import (
	"context"
	"database/sql"
	"errors"
)

// 归属红娘: whose client somebody is. It stands on the person's oldest chat, and
// is written to all of them, so that chats that are parted again keep it.

// Owner is the matchmaker whose client the person is. ErrNotFound: nobody's, or
// of somebody who works here no more.
func (tx *Tx) Owner(c Client) (Staff, error) {
	if c.OwnerID == 0 {
		return Staff{}, wrap("read whose client it is", ErrNotFound)
	}
	return tx.StaffByID(c.OwnerID)
}

// Assign makes the person, named by Client.ID, the owner's client, by a colleague's
// word; nobody's with the zero Staff.
func (tx *Tx) Assign(by Staff, client int64, owner Staff) error {
	if _, err := tx.exec("UPDATE clients SET owner_id = ? WHERE id = ? OR person_id = ?", owner.ID, client, client); err != nil {
		return wrap("assign a client", err)
	}
	e := Entry{Action: AuditAssign, Client: client}
	if owner.ID != 0 {
		e.Detail = owner.Code()
	}
	return tx.Audit(by.Actor(), e)
}

// NewsNewOwner is the timer that tells a client, in their own conversation, who
// looks after them now.
const NewsNewOwner = "new_owner"

// AssignClient makes the client, "K-000012", the colleague's, and has the client
// told. ErrNotFound: there is no such client, or nobody of that number works here.
func (s *Store) AssignClient(ctx context.Context, client string, staff int64) error {
	person, err := id("K", client)
	if err != nil {
		return err
	}
	return s.inTx(ctx, "assign a client", func(tx *sql.Tx) error {
		var works int
		if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM staff WHERE id = ? AND revoked_at = 0", staff).Scan(&works); err != nil {
			return err
		}
		var conversation string
		err := tx.QueryRowContext(ctx, "SELECT conversation FROM clients WHERE id = ? AND person_id = 0 AND erased_at = 0", person).Scan(&conversation)
		if errors.Is(err, sql.ErrNoRows) || err == nil && works == 0 {
			return ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE clients SET owner_id = ? WHERE id = ? OR person_id = ?", staff, person, person); err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, s.timerUpsert(1), conversation, NewsNewOwner, client, millis(s.now())); err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditAssign, Client: person, Detail: number("S", staff)})
	})
}
