package emulator

import (
	"encoding/json"
	"time"
)

// How long access tokens live, and the limits of fetching them
// (developers.weixin.qq.com/doc/service/api/base/api_getstableaccesstoken).
const (
	wxTokenLife    = 2 * time.Hour
	wxTokenOverlap = 5 * time.Minute // old and new are both valid
	wxForceGap     = 30 * time.Second
	wxForceADay    = 20
	wxStableAMin   = 10_000
)

// wxToken is an access token and when it ends.
type wxToken struct {
	text  string
	until time.Time
}

// wxTokens are the tokens of the two ways to get one. They do not touch each
// other's.
type wxTokens struct {
	plain, stable       wxToken
	oldPlain, oldStable wxToken

	forcedAt time.Time
	forced   wxRate
	asked    wxRate
}

// check says whether a call may be made with the token: nil, 41001, 42001, 40001.
func (t *wxTokens) check(text string, now time.Time) error {
	if text == "" {
		return wxErrNoToken
	}
	for _, tok := range []wxToken{t.plain, t.stable, t.oldPlain, t.oldStable} {
		switch {
		case tok.text != text:
		case now.Before(tok.until):
			return nil
		default:
			return wxErrExpired
		}
	}
	return wxErrBadToken
}

// InvalidateToken makes every access token invalid at once, as a reset of the
// secret does; a caller who asks gets a new one.
func (w *WeChat) InvalidateToken() {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := &w.tokens
	t.plain, t.stable, t.oldPlain, t.oldStable = wxToken{}, wxToken{}, wxToken{}, wxToken{}
}

// newToken draws a token; w.mu is held.
func (w *WeChat) newToken() wxToken {
	return wxToken{"88_" + w.letters(alphanumeric+"-_", 133), w.cfg.Clock.Now().Add(wxTokenLife)}
}

type wxTokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
}

func (t wxToken) answer(now time.Time) wxTokenAnswer {
	return wxTokenAnswer{t.text, int64(t.until.Sub(now) / time.Second)}
}

// credentials checks who asks for a token; w.mu is held.
func (w *WeChat) credentials(grant, appID, secret string) error {
	switch {
	case grant != "client_credential":
		return wxErrGrantType
	case appID != w.cfg.AppID:
		return wxErrAppID
	case secret != w.cfg.Secret:
		return wxErrAppSecret
	}
	return nil
}

// apiToken gives a new token at each call; the one before lives on for five
// minutes at most, older ones not at all.
func (w *WeChat) apiToken(c *wxCall) (any, error) {
	q, now, t := c.r.URL.Query(), w.cfg.Clock.Now(), &w.tokens
	if err := w.credentials(q.Get("grant_type"), q.Get("appid"), q.Get("secret")); err != nil {
		return nil, err
	}
	t.oldPlain, t.plain = t.plain, w.newToken()
	if end := now.Add(wxTokenOverlap); t.oldPlain.until.After(end) {
		t.oldPlain.until = end
	}
	return t.plain.answer(now), nil
}

// apiStableToken gives everybody the same token until five minutes before its
// end; then a new one, while the old one lives to its end. force_refresh ends
// the old one at once; within 30 s of the last one it refreshes nothing.
func (w *WeChat) apiStableToken(c *wxCall) (any, error) {
	var in struct {
		Grant  string          `json:"grant_type"`
		AppID  string          `json:"appid"`
		Secret string          `json:"secret"`
		Force  json.RawMessage `json:"force_refresh"`
	}
	if err := c.in(&in); err != nil {
		return nil, err
	}
	if err := w.credentials(in.Grant, in.AppID, in.Secret); err != nil {
		return nil, err
	}
	force := false
	if in.Force != nil && json.Unmarshal(in.Force, &force) != nil {
		return nil, wxErrFormat
	}
	now, t := w.cfg.Clock.Now(), &w.tokens
	if !t.asked.take(now, time.Minute, wxStableAMin) {
		return nil, wxErrHaste
	}
	switch {
	case force && now.Sub(t.forcedAt) >= wxForceGap:
		if !t.forced.take(now, 24*time.Hour, wxForceADay) {
			return nil, wxErrDailyQuota
		}
		t.forcedAt, t.oldStable, t.stable = now, wxToken{}, w.newToken()
	case t.stable.until.Sub(now) <= wxTokenOverlap:
		t.oldStable, t.stable = t.stable, w.newToken()
	}
	return t.stable.answer(now), nil
}
