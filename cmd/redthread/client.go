package main

import (
	"errors"
	"fmt"
	"time"

	"redthread/store"
)

type clientCommand struct {
	Hold    clientHold    `cmd:"" help:"Keep a client's records from being erased: a legal hold."`
	Release clientRelease `cmd:"" help:"End a legal hold."`
	Unlink  clientUnlink  `cmd:"" help:"Take a client's linked chats apart: undo the newest link."`
	Erased  clientErased  `cmd:"" help:"Show the record of a client's deletion: when, by whose wish, how much of what."`

	Standing clientStanding `cmd:"" help:"Note whether a client is to be proposed to others."`
}

type clientHold struct {
	Client string `arg:"" help:"The client's number, like K-000012."`
}

func (h clientHold) Run(t *terminal) error {
	return withClient(t, h.Client, func(s *store.Store) (string, error) {
		held, err := s.Hold(t, h.Client)
		if held {
			return "Nothing of " + h.Client + " will be erased until `redthread client release " + h.Client + "`.", err
		}
		return h.Client + " was held already.", err
	})
}

type clientRelease struct {
	Client string `arg:"" help:"The client's number, like K-000012."`
}

func (r clientRelease) Run(t *terminal) error {
	return withClient(t, r.Client, func(s *store.Store) (string, error) {
		freed, err := s.Release(t, r.Client)
		if freed {
			return "The records of " + r.Client + " go by their age again.", err
		}
		return "No hold was on " + r.Client + ".", err
	})
}

type clientUnlink struct {
	Client string `arg:"" help:"The client's number, like K-000012."`
}

func (u clientUnlink) Run(t *terminal) error {
	return withClient(t, u.Client, func(s *store.Store) (string, error) {
		again, err := s.Unlink(t, u.Client)
		return "The chat that had been joined to " + u.Client + " is a client of its own again: " + again + ".", err
	})
}

type clientErased struct {
	Record string `arg:"" help:"The number on the receipt, like E-000001."`
}

func (e clientErased) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, err := s.ErasureRecord(t, e.Record)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no record %s", e.Record)
	}
	if err != nil {
		return err
	}
	moment := func(at time.Time) string { return at.In(c.Agency.Location()).Format("2006-01-02 15:04") }
	asked := "by the house, because of " + r.Reason
	if r.Reason == store.ErasedByWish {
		asked = "by the client, on " + r.Channel
	}
	fmt.Fprintf(t.out, "%s was wished for %s, at %s.\n", r.Number, asked, moment(r.AskedAt))
	switch {
	case r.At.IsZero():
		fmt.Fprintln(t.out, "It has not been carried out: a legal hold is on the client, or it is about to be.")
		return nil
	case r.Dropped:
		fmt.Fprintf(t.out, "It was taken back at %s; nothing was erased.\n", moment(r.At))
		return nil
	}
	fmt.Fprintf(t.out, "It was carried out at %s:\n", moment(r.At))
	return tellKinds(t, c, r.Gone, "There was nothing.")
}

// withClient opens the store for something about a client and says what came of
// it.
func withClient(t *terminal, client string, do func(*store.Store) (string, error)) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	done, err := do(s)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no client %s of whom this could be done", client)
	}
	if err == nil {
		fmt.Fprintln(t.out, done)
	}
	return err
}
