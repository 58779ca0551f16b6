package main

import (
	"context"
	"errors"
	"log/slog"
)

// house is the bot, at home between the platforms.
type house interface {
	Panel
	// Close ends the bot: what it has taken is kept.
	Close() error
}

// openHouse starts the bot with its data in the folder and joins it to the town.
func openHouse(_ context.Context, _ *town, _ string, _ *slog.Logger) (house, error) {
	return nil, errors.New("demo: the bot is not joined to this program yet")
}
