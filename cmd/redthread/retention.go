package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"redthread/bot/config"
	"redthread/store"
)

type retainCommand struct {
	DryRun  bool `name:"dry-run" help:"Only say what is due."`
	Records int  `placeholder:"N" help:"Only list the newest N records of what was erased."`
}

// keep is what the settings say of how long things are kept.
func keep(c *config.Config) store.Keep {
	days := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	r := c.Retention
	return store.Keep{
		Drafts: days(r.Drafts), Profiles: days(r.Profiles), Left: days(r.Left), Complaints: days(r.Complaints), Questions: days(r.Questions),
		Talks: days(r.Talks), Media: days(r.Media), Consents: days(r.Consents), Proofs: days(r.Proofs),
	}
}

// Run erases, or says what would be erased. The running program does it by itself
// every day; this is for a look, and for when it cannot wait.
func (r retainCommand) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	switch {
	case r.Records > 0:
		return r.records(t, s, c)
	case r.DryRun:
		due, err := s.RetentionDue(t, keep(c))
		if err != nil {
			return err
		}
		return tellKinds(t, c, due, "Nothing is due.")
	}
	gone, err := s.Retain(t, keep(c))
	return errors.Join(tellKinds(t, c, gone, "Nothing was due."), err)
}

func tellKinds(t *terminal, c *config.Config, all []store.ErasedKind, none string) error {
	if len(all) == 0 {
		fmt.Fprintln(t.out, none)
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tHOW MANY\tOLDEST")
	for _, e := range all {
		fmt.Fprintf(w, "%s\t%d\t%s\n", e.Kind, e.N, dayOf(c, e.Oldest))
	}
	return w.Flush()
}

func (r retainCommand) records(t *terminal, s *store.Store, c *config.Config) error {
	all, err := s.Erasures(t, r.Records)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WHEN\tWHY\tKIND\tHOW MANY\tOLDEST")
	for _, e := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", e.At.In(c.Agency.Location()).Format("2006-01-02 15:04"), e.Reason, e.Kind, e.N, dayOf(c, e.Oldest))
	}
	return w.Flush()
}

func dayOf(c *config.Config, at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.In(c.Agency.Location()).Format(time.DateOnly)
}
