package store

import (
	"context"

	"redthread/store/seal"
)

// Probe asks the database whether it is there and takes writes: one that is only
// to be read, as during a failover, is as good as away. It has a connection of
// its own, so that a crowd that waits for one does not look like an outage.
func (s *Store) Probe(ctx context.Context) error {
	if s.dialect.name == "sqlite" {
		var n int
		return wrap("look for the database", s.probe.QueryRowContext(ctx, "SELECT COUNT(*) FROM letters WHERE id = 0").Scan(&n))
	}
	_, err := s.probe.ExecContext(ctx, "UPDATE letters SET played_at = played_at WHERE id = 0")
	return wrap("look for the database", err)
}

// Keys are what the store seals with, for who keeps personal data beside it.
func (s *Store) Keys() *seal.Box { return s.box }
