package store

import (
	"context"
	"database/sql"
	"fmt"
)

// heldClients and heldChats find whom a legal hold is on. It is put on every chat
// of the person, and Link puts it on those that come to be theirs.
const (
	heldClients = "SELECT id FROM clients WHERE held_at > 0"
	heldChats   = "SELECT conversation FROM clients WHERE held_at > 0"
)

// Hold keeps everything of a client, "K-000012", from being erased, until
// Release: it may be needed as evidence. It is false when it was held already, or
// not. ErrNotFound: no such client, or erased.
func (s *Store) Hold(ctx context.Context, client string) (bool, error) {
	return s.setHold(ctx, client, AuditHold, millis(s.now()), "held_at = 0")
}

// Release ends a legal hold.
func (s *Store) Release(ctx context.Context, client string) (bool, error) {
	return s.setHold(ctx, client, AuditRelease, 0, "held_at > 0")
}

func (s *Store) setHold(ctx context.Context, client, action string, at int64, when string) (bool, error) {
	person, err := id("K", client)
	if err != nil {
		return false, err
	}
	var n int
	if err := s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM clients WHERE (id = ? OR person_id = ?) AND erased_at = 0", person, person).Scan(&n); err != nil {
		return false, wrap("read client", err)
	}
	if n == 0 {
		return false, fmt.Errorf("store: client %s: %w", client, ErrNotFound)
	}
	changed := false
	err = s.inTx(ctx, "set legal hold", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE clients SET held_at = ? WHERE (id = ? OR person_id = ?) AND erased_at = 0 AND "+when, at, person, person))
		if err != nil {
			return err
		}
		if changed = n > 0; !changed {
			return nil
		}
		if err := s.aside(ctx, tx).reckonAll([]int64{person}); err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: action, Client: person})
	})
	return changed, err
}
