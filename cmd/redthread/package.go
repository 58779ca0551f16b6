package main

import (
	"errors"
	"fmt"
	"time"

	"redthread/store"
)

type packageCommand struct {
	Set  packageSet  `cmd:"" help:"Set how many introductions a client has paid for, and until when."`
	Show packageShow `cmd:"" help:"Show what a client has paid for, and what is used of it."`
}

type packageSet struct {
	Client string    `arg:"" help:"The client's number, like K-000012."`
	Count  int       `required:"" help:"How many introductions. One counts when both have said yes."`
	Until  time.Time `required:"" format:"2006-01-02" placeholder:"DAY" help:"The last day, like 2026-12-31."`
	Renew  bool      `help:"A new package begins: nothing of it is used."`
}

// Run sets it; the client is told. What is used of it stays used, unless its term
// was over.
func (p packageSet) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	until := time.Date(p.Until.Year(), p.Until.Month(), p.Until.Day()+1, 0, 0, 0, 0, c.Agency.Location())
	if !until.After(s.Now()) {
		return fmt.Errorf("%s is over: set a day that is still to come", p.Until.Format(time.DateOnly))
	}
	if p.Count < 0 || p.Count > mostIntroductions {
		return fmt.Errorf("--count %d; expected 0 to %d", p.Count, mostIntroductions)
	}
	now, err := s.SetPackage(t, p.Client, store.NewPackage{Total: p.Count, Until: until, Anew: p.Renew})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("there is no client %s", p.Client)
	case errors.Is(err, store.ErrFull):
		return fmt.Errorf("%s has used %d and %d are under way: the package cannot hold fewer", p.Client, now.Used, now.UnderWay)
	case err != nil:
		return err
	}
	tellPackage(t, p.Client, now, c.Agency.Location())
	return nil
}

// mostIntroductions is what nobody has ever sold.
const mostIntroductions = 999

type packageShow struct {
	Client string `arg:"" help:"The client's number, like K-000012."`
}

func (p packageShow) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	now, err := s.PackageOf(t, p.Client)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no client %s with a package", p.Client)
	}
	if err == nil {
		tellPackage(t, p.Client, now, c.Agency.Location())
	}
	return err
}

func tellPackage(t *terminal, client string, p store.Package, zone *time.Location) {
	fmt.Fprintf(t.out, "%s: %d/%d, until %s; %d under way.\n", client, p.Used, p.Total, p.Until.Add(-time.Second).In(zone).Format(time.DateOnly), p.UnderWay)
}
