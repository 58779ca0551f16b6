package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"redthread/bot/config"
	"redthread/bot/guard"
	"redthread/bot/knowledge"
	"redthread/bot/logging"
	"redthread/bot/venues"
	"redthread/store"
	"redthread/store/seal"
	"redthread/templates"
)

// schema says what to do about a database whose tables are of another version.
type schema int

const (
	refuse  schema = iota // the command cannot work with it
	migrate               // bring it up to date
	look                  // the command only says how it stands
)

// openStore opens what the configuration names. The caller closes it.
func openStore(t *terminal, other schema) (*store.Store, *config.Config, error) {
	c, err := config.Load(t.config)
	if err != nil {
		return nil, nil, err
	}
	keys, err := openKeys(c)
	if err != nil {
		return nil, nil, err
	}
	if file, ok := strings.CutPrefix(c.Database.Reveal(), "sqlite:"); ok {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, nil, fmt.Errorf("make the database's folder: %w", err)
		}
	}
	s, err := store.Open(t, store.Config{
		Database: c.Database.Reveal(), Redis: c.Redis.Reveal(), Keys: keys, Media: c.Blobs,
		Capacity: c.Staff.Capacity, Actor: operator(t),
		Migrate: other == migrate, AnyVersion: other == look,
		Log: logging.New(os.Stderr, c.Log.Level, c.Log.Format),
	})
	if err != nil {
		return nil, nil, err
	}
	if err := putOnRecord(t, s); err != nil {
		return nil, nil, errors.Join(err, s.Close())
	}
	return s, c, nil
}

// openKeys opens the keyset, or says how to come by one.
func openKeys(c *config.Config) (*seal.Box, error) {
	keys, err := seal.Load(c.Keys)
	if errors.Is(err, seal.ErrNoKeyset) {
		return nil, fmt.Errorf("%w; make it with `redthread keys create`, or put back the copy you keep", err)
	}
	return keys, err
}

// answerOptions are the approved answers that the configuration names.
func answerOptions(c *config.Config) knowledge.Options {
	if c.Answers == "" {
		return knowledge.Options{}
	}
	return knowledge.Options{Override: os.DirFS(c.Answers), Folder: c.Answers}
}

// venueOptions are the places that the configuration names.
func venueOptions(c *config.Config) venues.Options {
	o := venues.Options{Likes: store.HobbyKinds}
	if c.Venues != "" {
		o.Override, o.Folder = os.DirFS(c.Venues), c.Venues
	}
	return o
}

// guardOptions are the rules that the configuration names, with the number that
// clients are told.
func guardOptions(c *config.Config) guard.Options {
	o := guard.Options{Own: []string{c.Agency.Phone}}
	if c.Guard != "" {
		o.Override, o.Folder = os.DirFS(c.Guard), c.Guard
	}
	return o
}

// textOptions are the texts that the configuration names.
func textOptions(c *config.Config) templates.Options {
	o := templates.Options{Zone: c.Agency.Location()}
	if c.Texts != "" {
		o.Override, o.Folder = os.DirFS(c.Texts), c.Texts
	}
	return o
}
