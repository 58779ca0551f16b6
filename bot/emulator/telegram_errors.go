package emulator

import (
	"errors"
	"fmt"
)

// How the news of a person's deed can end without reaching the bot
// (TelegramPush.Err).
var (
	ErrTelegramExpired  = errors.New("emulator: telegram gave the update up")
	ErrTelegramUnwanted = errors.New("emulator: the bot's allowed_updates leave this kind out")
	ErrTelegramDropped  = errors.New("emulator: pending updates were dropped")
	ErrTelegramBlocked  = errors.New("emulator: the person and the bot cannot reach each other")
	ErrTelegramNoKey    = errors.New("emulator: no such bubble or key on the screen")
	ErrTelegramClosed   = errors.New("emulator: telegram was closed")
)

// tgError is a refusal, in the words of the platform.
type tgError struct {
	OK          bool      `json:"ok"` // always false
	Code        int       `json:"error_code"`
	Description string    `json:"description"`
	Parameters  *tgParams `json:"parameters,omitempty"`
}

type tgParams struct {
	MigrateTo  int64 `json:"migrate_to_chat_id,omitempty"`
	RetryAfter int   `json:"retry_after,omitempty"`
}

func (e *tgError) Error() string { return e.Description }

func (e *tgError) retryAfter() int {
	if e.Parameters == nil {
		return 0
	}
	return e.Parameters.RetryAfter
}

func tgErr(code int, description string) *tgError {
	return &tgError{Code: code, Description: description}
}

func tgBad(why string) *tgError { return tgErr(400, "Bad Request: "+why) }

func tgTooMany(seconds int) *tgError {
	e := tgErr(429, fmt.Sprintf("Too Many Requests: retry after %d", seconds))
	e.Parameters = &tgParams{RetryAfter: seconds}
	return e
}

func tgMigrated(to int64) *tgError {
	e := tgBad("group chat was upgraded to a supergroup chat")
	e.Parameters = &tgParams{MigrateTo: to}
	return e
}
