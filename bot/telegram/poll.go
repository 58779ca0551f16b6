package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"redthread/bot"
)

const (
	pollFor     = 50 * time.Second // how long Telegram holds an empty getUpdates; its own maximum
	pollMargin  = 15 * time.Second
	pollPause   = 2 * time.Second // after a failure
	pollAtATime = 20
)

// Poll fetches updates instead of having them delivered, until ctx ends, and
// returns nil then. It is for development: one slow turn holds up everybody.
// Like Webhook it confirms an update only after it took effect. A webhook must
// be deleted first (DeleteWebhook) and no second process may poll; Telegram's
// 409 to either, and its refusal of the token, end Poll with an error that says
// so. Other failures are waited out.
func (c *Channel) Poll(ctx context.Context, accept bot.Accept) error {
	carrier := c.http.with(pollFor + pollMargin)
	for offset := int64(0); ; {
		batch, err := c.getUpdates(ctx, carrier, offset)
		if ctx.Err() != nil {
			return nil
		}
		var fatal *pollError
		if errors.As(err, &fatal) {
			return err
		}
		if err == nil {
			offset, err = c.playBatch(ctx, batch, offset, accept)
		}
		if err != nil {
			c.log.Warn("telegram: poll", "error", c.redact(err.Error()))
			if c.sleep(ctx, pollPause) != nil {
				return nil
			}
		}
	}
}

// playBatch plays updates in order. It stops at the first that must come again
// and returns the offset that asks for it.
func (c *Channel) playBatch(ctx context.Context, batch []json.RawMessage, offset int64, accept bot.Accept) (int64, error) {
	for _, raw := range batch {
		if ctx.Err() != nil {
			return offset, nil
		}
		if err := c.take(ctx, raw, accept); err != nil {
			return offset, err
		}
		var u struct {
			ID int64 `json:"update_id"`
		}
		if err := json.Unmarshal(raw, &u); err == nil {
			offset = u.ID + 1
		}
	}
	return offset, nil
}

// pollError is an answer to getUpdates that waiting does not mend.
type pollError struct{ remedy string }

func (e *pollError) Error() string { return "telegram: poll: " + e.remedy }

// getUpdates is our own call: the SDK's confirms updates before they are played.
func (c *Channel) getUpdates(ctx context.Context, carrier *courier, offset int64) ([]json.RawMessage, error) {
	ask, err := json.Marshal(map[string]any{
		"offset": offset, "limit": pollAtATime, "timeout": int(pollFor.Seconds()), "allowed_updates": updatesWanted,
	})
	if err != nil {
		return nil, fmt.Errorf("telegram: poll: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/bot"+c.token+"/getUpdates", bytes.NewReader(ask))
	if err != nil {
		return nil, c.hidden("poll", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := carrier.Do(req)
	if err != nil {
		return nil, c.hidden("poll", err)
	}
	defer resp.Body.Close()
	var answer struct {
		Code        int               `json:"error_code"`
		Description string            `json:"description"`
		Result      []json.RawMessage `json:"result"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, c.hidden("poll", err)
	}
	return answer.Result, pollFailure(answer.Code, answer.Description)
}

func pollFailure(code int, description string) error {
	switch code {
	case 0:
		return nil
	case http.StatusConflict:
		return &pollError{"a webhook is set, or another process polls for the same bot; delete the webhook or stop the other process"}
	case http.StatusUnauthorized, http.StatusNotFound:
		return &pollError{"Telegram does not know the token; compare the setting Token with what @BotFather shows"}
	}
	return fmt.Errorf("telegram: poll: answer %d %s", code, description)
}
