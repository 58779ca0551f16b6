package metrics

import (
	"errors"

	"redthread/bot"
)

// Outcome is what an error of bot.Channel.Send means, in one word.
func Outcome(err error) string {
	var slow *bot.SlowDown
	var refused *bot.Refused
	var unsure *bot.Unsure
	switch {
	case err == nil:
		return "sent"
	case errors.Is(err, bot.ErrGone):
		return "gone"
	case errors.Is(err, bot.ErrClosed):
		return "closed"
	case errors.As(err, &slow):
		return "slow"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &unsure):
		return "unsure"
	}
	return "later"
}

// FetchOutcome is what an error of bot.Channel.Fetch means, in one word.
func FetchOutcome(err error) string {
	switch {
	case err == nil:
		return "fetched"
	case errors.Is(err, bot.ErrGone):
		return "gone"
	case errors.Is(err, bot.ErrTooBig):
		return "too_big"
	}
	return "later"
}

// Code is the platform's own code in an error, 0 when there is none.
func Code(err error) int {
	var coded interface{ PlatformCode() int }
	var refused *bot.Refused
	switch {
	case errors.As(err, &coded):
		return coded.PlatformCode()
	case errors.As(err, &refused):
		return refused.Code
	}
	return 0
}
