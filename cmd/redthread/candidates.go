package main

import (
	"errors"
	"fmt"

	"redthread/store"
)

type candidatesCommand struct {
	Rebuild candidatesRebuild `cmd:"" help:"Make what is searched for candidates from the profiles: after an upgrade, what is missing or of an older release."`
}

type candidatesRebuild struct {
	All bool `help:"Make everything anew, not only what is missing."`
}

// Run may be interrupted and called again: it goes on where it was.
func (r candidatesRebuild) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	made := 0
	err = s.RebuildCandidates(t, r.All, func(done int) {
		if made = done; done%10_000 == 0 {
			fmt.Fprintf(t.out, "%d made\n", done)
		}
	})
	if err != nil {
		return fmt.Errorf("%w; %d were made, call it again to go on", err, made)
	}
	fmt.Fprintf(t.out, "%d made: all submitted profiles can be searched.\n", made)
	return nil
}

type clientStanding struct {
	Client   string `arg:"" help:"The client's number, like K-000012."`
	Standing string `arg:"" enum:"searching,dating,paused,barred" help:"searching, dating, paused or barred. Only who is searching is proposed to others."`
}

func (c clientStanding) Run(t *terminal) error {
	standing, err := store.ParseStanding(c.Standing)
	if err != nil {
		return err
	}
	return withClient(t, c.Client, func(s *store.Store) (string, error) {
		return c.Client + " is " + c.Standing + ".", s.SetStanding(t, c.Client, standing)
	})
}
