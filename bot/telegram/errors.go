package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	sdk "github.com/go-telegram/bot"

	"redthread/bot"
)

// failure sorts an error of a send by what is known of it (bot.Channel.Send);
// what is the deed, as in "send text". Within 400 only the description tells
// one thing from another.
func (c *Channel) failure(what string, chat int64, err error) error {
	var (
		slow  *sdk.TooManyRequestsError
		large *tooLarge
		call  *callError
	)
	switch {
	case errors.As(err, &slow):
		return fmt.Errorf("telegram: %s: %w", what, c.slowDown(chat, slow))
	case errors.As(err, &large):
		return fmt.Errorf("telegram: %s: %w", what, &bot.Refused{Code: 413, Reason: large.Error()})
	case errors.Is(err, sdk.ErrorForbidden):
		return fmt.Errorf("telegram: %s: %s: %w", what, reason(err), bot.ErrGone)
	case errors.Is(err, sdk.ErrorBadRequest):
		if says(err, "chat not found", "group chat was deactivated", "peer_id_invalid", "user_id_invalid") {
			return fmt.Errorf("telegram: %s: %s: %w", what, reason(err), bot.ErrGone)
		}
		return fmt.Errorf("telegram: %s: %w", what, &bot.Refused{Code: 400, Reason: reason(err)})
	case tokenRefused(err):
		return fmt.Errorf("telegram: %s: %w", what, c.alarm(err))
	case errors.As(err, &call) && !call.handed:
		return c.hidden(what, err)
	}
	return &bot.Unsure{Err: c.hidden(what, err)}
}

func tokenRefused(err error) bool {
	return errors.Is(err, sdk.ErrorUnauthorized) || errors.Is(err, sdk.ErrorNotFound)
}

// alarm is for a token that Telegram refuses. No message is at fault, so none
// may be given up: the whole channel waits for a person to mend the setting.
func (c *Channel) alarm(err error) error {
	c.log.Error("telegram: the token is refused, nothing can be sent; correct the setting Token", "error", c.redact(err.Error()))
	code := http.StatusUnauthorized
	if errors.Is(err, sdk.ErrorNotFound) {
		code = http.StatusNotFound
	}
	return fmt.Errorf("the token is refused: %w", &bot.SlowDown{For: time.Minute, All: true, Mend: code})
}

// slowDown is the pause Telegram asks for.
func (c *Channel) slowDown(chat int64, err *sdk.TooManyRequestsError) *bot.SlowDown {
	return &bot.SlowDown{
		For: max(time.Duration(err.RetryAfter)*time.Second, time.Second),
		All: c.haste.note(chat, c.now()),
	}
}

// says reports whether the error is a bad request whose description has one of
// the phrases, which must be in lower case.
func says(err error, phrases ...string) bool {
	if !errors.Is(err, sdk.ErrorBadRequest) {
		return false
	}
	text := strings.ToLower(err.Error())
	for _, p := range phrases {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}

// quoted is how descriptions repeat what was sent to them.
var quoted = regexp.MustCompile(`"[^"]*"|'[^']*'`)

// reason is Telegram's description, without what it quotes of the message.
func reason(err error) string {
	_, text, _ := strings.Cut(err.Error(), ", ") // after the SDK's own words
	return short(quoted.ReplaceAllString(text, "…"), 200)
}

// hidden is an error as it may be seen: without the token. It still says whether
// its reason was the end of a context.
func (c *Channel) hidden(what string, err error) error {
	e := &hiddenError{text: "telegram: " + what + ": " + c.redact(err.Error())}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			e.is = end
		}
	}
	return e
}

type hiddenError struct {
	text string
	is   error
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.is }

// redact takes the token out of a text, also the half of it that is the secret,
// and bounds it. Where the SDK could not read an answer its error repeats the
// answer, and with it the words we sent.
func (c *Channel) redact(text string) string {
	if strings.Contains(text, "decode response") {
		return "the answer cannot be read"
	}
	_, secret, _ := strings.Cut(c.token, ":")
	return short(strings.NewReplacer(c.token, "***", secret, "***").Replace(text), 300)
}

const (
	hasteWindow = 5 * time.Second
	hasteChats  = 3
)

// haste finds out from the refusals of single chats that the bot as a whole is
// too fast: several chats, shortly one after the other.
type haste struct {
	mu   sync.Mutex
	last map[int64]time.Time
}

// note remembers that the chat was refused and reports whether several were.
func (h *haste) note(chat int64, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[int64]time.Time{}
	}
	h.last[chat] = now
	for id, at := range h.last {
		if now.Sub(at) > hasteWindow {
			delete(h.last, id)
		}
	}
	return len(h.last) >= hasteChats
}
