package main

import (
	"fmt"

	"redthread/bot/config"
	"redthread/bot/venues"
)

type venuesCommand struct {
	Check venuesCheck `cmd:"" help:"Say whether the folder of places is in order, by file and line."`
	Copy  venuesCopy  `cmd:"" help:"Write the built-in examples into a folder, to change. Files that are there already stay."`
}

type venuesCheck struct{}

func (venuesCheck) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		return err
	}
	if !checkVenues(t, venueOptions(c)) {
		return errNotInOrder
	}
	return nil
}

type venuesCopy struct {
	Folder string `arg:"" help:"The folder; it is made if need be."`
}

func (k venuesCopy) Run(t *terminal) error {
	n, err := venues.CopyTo(k.Folder)
	if err == nil {
		fmt.Fprintf(t.out, "%d files written. Name the folder in the setting venues and write your own places.\n", n)
	}
	return err
}
