package wechat

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"redthread/bot"
)

// APIError is an error the platform answered a call with. It never holds a
// token, a secret or an address.
type APIError struct {
	Path   string // of the call
	Code   int    // the platform's errcode
	Reason string // its errmsg, cleaned
}

// Error names the call, the code, and what to do about it where that is known.
func (e *APIError) Error() string {
	s := fmt.Sprintf("wechat: %s: %d %s", e.Path, e.Code, e.Reason)
	if what := remedy(e); what != "" {
		s += " — " + what
	}
	return s
}

// PlatformCode is the platform's errcode.
func (e *APIError) PlatformCode() int { return e.Code }

// remedy says what an operator can do.
func remedy(e *APIError) string {
	switch e.Code {
	case 40164:
		who := "this machine's address"
		if ip := ipForm.FindString(e.Reason); ip != "" {
			who = "the address " + ip
		}
		return "add " + who + " to the account's IP whitelist (设置与开发 → 基本配置 → IP白名单)"
	case 48001:
		return "the account may not use this call: it must be a verified service account (已认证服务号); see 接口权限"
	case 48004:
		return "the platform has banned this call for the account: see its notices (站内信)"
	case 40013:
		return "AppID is wrong"
	case 40001, 40125:
		if e.Path != tokenPath {
			return ""
		}
		return "AppSecret is wrong or was reset"
	case 45009:
		return "the day's quota is used up"
	}
	return ""
}

var (
	ipForm   = regexp.MustCompile(`\b\d{1,3}(?:\.\d{1,3}){3}\b`)
	addrForm = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://\S*`)
)

// newAPIError keeps of the platform's words what may be shown.
func newAPIError(path string, code int64, reason string, secrets ...string) *APIError {
	reason = addrForm.ReplaceAllString(reason, "…")
	for _, s := range secrets {
		if s != "" {
			reason = strings.ReplaceAll(reason, s, "…")
		}
	}
	reason = strings.Join(strings.Fields(string(sayable([]byte(reason)))), " ")
	return &APIError{path, int(code), cut(reason, 200)}
}

// bare takes the address, which holds a token, off a transport's error.
func bare(err error) error {
	if at := new(url.Error); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// pause is how long all messages wait when the platform finds us too fast.
const pause = 10 * time.Second

// badToken says that the platform did not take the token.
func badToken(code int) bool { return code == 40001 || code == 40014 || code == 42001 }

// meaning says what an error of the platform means for a message on its way
// (the codes: 全局返回码 and the page of message/custom/send). An account that is
// not set up right is no fault of the message: it waits.
func meaning(e *APIError, now time.Time) error {
	switch e.Code {
	case 40003, 43004, 43019, 48002, 50005:
		return fmt.Errorf("%w: %w", bot.ErrGone, e)
	case 45015, 45047:
		return fmt.Errorf("%w: %w", bot.ErrClosed, e)
	case -1:
		return fmt.Errorf("%w: %w", &bot.SlowDown{For: 2 * time.Second, All: true}, e)
	case 45011:
		return fmt.Errorf("%w: %w", &bot.SlowDown{For: pause, All: true}, e)
	case 45009:
		return fmt.Errorf("%w: %w", &bot.SlowDown{For: untilMidnight(now), All: true}, e)
	case 48001, 48004, 40164, 40013, 40125:
		return fmt.Errorf("%w: %w", &bot.SlowDown{For: time.Minute, All: true, Mend: e.Code}, e)
	case 40001, 40014, 42001:
		if e.Path == tokenPath { // the secret was reset
			return fmt.Errorf("%w: %w", &bot.SlowDown{For: time.Minute, All: true, Mend: e.Code}, e)
		}
		return e // healed in vain: certainly not sent
	}
	return fmt.Errorf("%w (%s)", &bot.Refused{Code: e.Code, Reason: e.Reason}, e.Path)
}

// untilMidnight is the time to the platform's next day, at most an hour: an
// operator may have the quota cleared before.
func untilMidnight(now time.Time) time.Duration {
	const day = 24 * time.Hour
	beijing := now.Add(8 * time.Hour)
	return min(beijing.Truncate(day).Add(day).Sub(beijing), time.Hour)
}
