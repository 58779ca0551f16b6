package telegram

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	sdk "github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"redthread/bot"
)

const (
	secretHeader = "X-Telegram-Bot-Api-Secret-Token"
	maxUpdate    = 1 << 20          // bytes; real updates are far smaller
	turnPatience = 20 * time.Second // for accept; Telegram gives up after 60
	buryPatience = 5 * time.Second
	retryAfter   = "2"
)

// Webhook serves Telegram's updates. It answers 401 to a wrong secret, 200 once
// the event has taken effect or lies with the dead letters, and 503 otherwise,
// so that Telegram delivers again.
func (c *Channel) Webhook(accept bot.Accept) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if !c.authentic(r.Header.Get(secretHeader)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if err != nil {
			w.WriteHeader(unreadable(err))
			return
		}
		if err := c.take(r.Context(), raw, accept); err != nil {
			w.Header().Set("Retry-After", retryAfter)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

// authentic compares digests, with each secret, so that the time it takes tells
// neither a secret's letters nor its length nor which one it was.
func (c *Channel) authentic(secret string) bool {
	got, match := sha256.Sum256([]byte(secret)), 0
	for _, want := range c.digests {
		match |= subtle.ConstantTimeCompare(got[:], want[:])
	}
	return match == 1
}

func unreadable(err error) int {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// take brings one update to its end. It returns nil when Telegram may forget it:
// it took effect, means nothing to us, or lies with the dead letters.
func (c *Channel) take(ctx context.Context, raw []byte, accept bot.Accept) error {
	// Telegram hanging up must not undo half a turn: it will deliver again anyway.
	ctx = context.WithoutCancel(ctx)
	u, err := decode(raw)
	if err == nil {
		err = c.play(ctx, u, accept)
	}
	var poison *bot.Poison
	switch {
	case err == nil:
		c.attempts.forget(u.ID)
		return nil
	case errors.As(err, &poison), c.attempts.failed(u.ID, c.now()):
		return c.bury(ctx, u, raw, err)
	}
	c.log.Warn("telegram: update will be delivered again", "update", u.ID, "error", c.redact(err.Error()))
	return err
}

// play hands the update's event to accept and answers the pressed button. A
// panic on the way is an error like any other.
func (c *Channel) play(ctx context.Context, u *update, accept bot.Accept) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("telegram: update %d: panic: %s", u.ID, harmless(p))
			c.log.Error("telegram: panic", "update", u.ID, "panic", harmless(p), "stack", string(debug.Stack()))
		}
	}()
	if err := c.noteGroup(ctx, u); err != nil {
		return err
	}
	ev, ok, err := c.event(ctx, u)
	if err != nil {
		return err
	}
	if !ok {
		c.answer(ctx, u, "")
		return nil
	}
	stop := c.hintTyping(ev)
	defer stop()
	turn, cancel := context.WithTimeout(ctx, turnPatience)
	defer cancel()
	out, err := accept(turn, ev)
	var poison *bot.Poison
	if err != nil && !errors.As(err, &poison) {
		return err
	}
	if !out.Repeated {
		c.answer(ctx, u, out.Toast)
	}
	return err
}

// harmless is what may be logged of a panic: a runtime error speaks of types and
// numbers, anything else may hold a client's words.
func harmless(p any) string {
	if e, ok := p.(runtime.Error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", p)
}

// bury puts an update with the dead letters; only then may Telegram forget it.
func (c *Channel) bury(ctx context.Context, u *update, raw []byte, why error) error {
	ctx, cancel := context.WithTimeout(ctx, buryPatience)
	defer cancel()
	if err := c.letters.Bury(ctx, Name, raw, why); err != nil {
		c.log.Error("telegram: dead letter not kept", "update", u.ID, "error", c.redact(err.Error()))
		return fmt.Errorf("telegram: bury update %d: %w", u.ID, err)
	}
	c.attempts.forget(u.ID)
	c.log.Error("telegram: dead letter", "update", u.ID, "error", c.redact(why.Error()))
	return nil
}

// noteGroup remembers that a group moved, and logs that the bot was put into one
// or taken out: that line is where an operator finds the group's ID.
func (c *Channel) noteGroup(ctx context.Context, u *update) error {
	if m := u.Member; m != nil && m.Chat.Type != models.ChatTypePrivate {
		c.log.Info("telegram: group membership", "chat", m.Chat.ID, "status", string(m.New.Status))
	}
	m := u.Message
	if m == nil || (m.MigrateTo == 0 && m.MigrateFrom == 0) {
		return nil
	}
	from, to := m.Chat.ID, m.MigrateTo
	if to == 0 {
		from, to = m.MigrateFrom, m.Chat.ID
	}
	if err := c.aliases.Moved(ctx, from, to); err != nil {
		return fmt.Errorf("telegram: remember that chat %d moved: %w", from, err)
	}
	return nil
}

// answer ends the waiting sign on a pressed button, with a short note if there
// is one. It does not hold up the 200 unless very many are under way.
func (c *Channel) answer(ctx context.Context, u *update, toast string) {
	if u.Callback == nil {
		return
	}
	id := u.Callback.ID
	send := func(ctx context.Context) {
		_, err := c.api.AnswerCallbackQuery(ctx, &sdk.AnswerCallbackQueryParams{CallbackQueryID: id, Text: shorten(toast, maxToast)})
		if err != nil && !says(err, "query is too old", "query id is invalid") {
			c.log.Warn("telegram: button press not answered", "update", u.ID, "error", c.redact(err.Error()))
		}
	}
	if !c.errands.run(send) {
		ctx, cancel := context.WithTimeout(ctx, errandPatience)
		defer cancel()
		send(ctx)
	}
}

// hintTyping shows "typing" to the person if the turn is not over soon. Call
// stop when it is.
func (c *Channel) hintTyping(ev bot.Event) (stop func()) {
	if ev.Kind == bot.Left || !ev.By.IsZero() {
		return func() {}
	}
	chat, err := strconv.ParseInt(ev.From.Chat, 10, 64)
	if err != nil {
		return func() {}
	}
	timer := time.AfterFunc(c.hint, func() {
		c.errands.run(func(ctx context.Context) { c.action(ctx, &spot{chat: chat}, models.ChatActionTyping) })
	})
	return func() { timer.Stop() }
}

// action shows what the bot is doing. It is a courtesy: a failure is no matter.
func (c *Channel) action(ctx context.Context, at *spot, a models.ChatAction) {
	if _, err := c.api.SendChatAction(ctx, &sdk.SendChatActionParams{ChatID: at.chat, MessageThreadID: at.thread, Action: a}); err != nil {
		c.log.Debug("telegram: chat action", "chat", at.chat, "error", c.redact(err.Error()))
	}
}
