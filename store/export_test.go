package store

import (
	"context"
	"database/sql"
)

// Snapshot is what Kept, Incident and ProveAudit read in.
func (s *Store) Snapshot(ctx context.Context) (*sql.Tx, error) { return s.snapshot(ctx) }
