package main

import (
	"errors"
	"fmt"

	"redthread/store"
)

type clientCommand struct {
	Hold    clientHold    `cmd:"" help:"Keep a client's records from being erased: a legal hold."`
	Release clientRelease `cmd:"" help:"End a legal hold."`
	Unlink  clientUnlink  `cmd:"" help:"Take a client's linked chats apart: undo the newest link."`
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
