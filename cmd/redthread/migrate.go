package main

import (
	"errors"
	"fmt"
	"time"

	"redthread/store"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" help:"Apply every change of the tables that the database lacks."`
	Status migrateStatus `cmd:"" help:"List the changes this release knows and when each was applied."`
}

type migrateUp struct{}

func (migrateUp) Run(t *terminal) error { return listMigrations(t, migrate) }

type migrateStatus struct{}

func (migrateStatus) Run(t *terminal) error { return listMigrations(t, look) }

func listMigrations(t *terminal, other schema) (err error) {
	s, _, err := openStore(t, other)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Migrations(t)
	if err != nil {
		return err
	}
	for _, m := range all {
		fmt.Fprintf(t.out, "%5d  %-20s  %s\n", m.Version, applied(m), m.Name)
	}
	return nil
}

func applied(m store.Migration) string {
	if m.AppliedAt.IsZero() {
		return "not yet"
	}
	return m.AppliedAt.UTC().Format(time.RFC3339)
}
