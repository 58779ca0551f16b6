package wechat

import (
	"errors"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"time"

	"redthread/bot"
)

// Mode is how the account's callbacks are protected, as chosen on the platform's
// page (消息加解密方式).
type Mode string

// The modes. In Plain the signature does not cover the body; use it only to
// start with. An account in Plain mode whose AESKey is set takes encrypted
// callbacks too, so that it can be switched over without losing a message. Safe
// and Compatible refuse whatever is not encrypted; the plain half of a
// compatible callback is never looked at.
const (
	Plain      Mode = "plain"
	Compatible Mode = "compatible"
	Safe       Mode = "safe"
)

// Config is what an account needs. AppID, AppSecret, Token, Letters and, except
// in Plain mode, AESKey must be set.
type Config struct {
	AppID          string
	AppSecret      string
	Token          string // for the signatures; 3 to 32 letters and digits
	AESKey         string // EncodingAESKey: 43 letters and digits
	PreviousAESKey string // the key before, still good for callbacks under way
	Mode           Mode   // Safe when empty

	BaseURL     string        // of the API; https://api.weixin.qq.com when empty
	Timeout     time.Duration // of one API call; 10 s when 0
	Allowances  Allowances    // the platform's defaults where 0
	ReplyWithin time.Duration // how long a callback waits for a first message; 4 s when 0, below the platform's 5
	MenuLinks   bool          // draw buttons as tappable words

	Templates map[bot.Purpose]Template // by which people are told that something waits; nil: none are

	Shared  Shared // the token's shared cache; nil keeps it in this process
	Letters bot.DeadLetters
	Asked   func(forced bool, err error) // told of each request for a token; may be nil
	Now     func() time.Time             // time.Now when nil
	Log     *slog.Logger                 // silent when nil
}

// Template is a template message that the platform has approved for the account
// (模板消息), and what each of its fields tells: one of bot.KnockWords.
type Template struct {
	ID     string
	Fields map[string]string // "thing1": "note"
}

// Allowances are the platform's leave to write back: Message after the person
// wrote (5 in 48 h), Action after a menu click, a tapped word, a follow or a scan
// (3 in a minute). Their names are set by New.
type Allowances struct {
	Message bot.Allowance
	Action  bot.Allowance
}

func withDefaults(cfg *Config) {
	if cfg.Mode == "" {
		cfg.Mode = Safe
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = api
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	if cfg.ReplyWithin == 0 {
		cfg.ReplyWithin = 4 * time.Second
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	orElse(&cfg.Allowances.Message, "message", 5, 48*time.Hour)
	orElse(&cfg.Allowances.Action, "action", 3, time.Minute)
}

func orElse(a *bot.Allowance, name string, count int, d time.Duration) {
	a.Name = name
	if a.Count == 0 {
		a.Count = count
	}
	if a.For == 0 {
		a.For = d
	}
}

var (
	appIDForm  = regexp.MustCompile(`^wx[0-9a-zA-Z]{6,30}$`)
	secretForm = regexp.MustCompile(`^[0-9a-zA-Z]{32}$`)
	tokenForm  = regexp.MustCompile(`^[0-9a-zA-Z]{3,32}$`)
	aesForm    = regexp.MustCompile(`^[0-9a-zA-Z]{43}$`)
)

// check says everything that is wrong with the settings at once.
func check(cfg Config) (*url.URL, error) {
	var wrong []error
	expect := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, errors.New(what))
		}
	}
	expect(appIDForm.MatchString(cfg.AppID), "AppID: expected the account's ID, wx and 16 letters and digits (开发者ID)")
	expect(secretForm.MatchString(cfg.AppSecret), "AppSecret: expected 32 letters and digits (开发者密码)")
	expect(tokenForm.MatchString(cfg.Token), "Token: expected 3 to 32 letters and digits, the same as on the platform's page (令牌)")
	expect(cfg.Mode == Plain || cfg.Mode == Compatible || cfg.Mode == Safe, "Mode: expected plain, compatible or safe")
	expect(aesForm.MatchString(cfg.AESKey) || cfg.AESKey == "" && cfg.Mode == Plain,
		"AESKey: expected 43 letters and digits (消息加解密密钥); only plain mode does without")
	expect(cfg.PreviousAESKey == "" || aesForm.MatchString(cfg.PreviousAESKey), "PreviousAESKey: expected nothing, or 43 letters and digits")
	expect(cfg.Timeout > 0, "Timeout: expected more than 0")
	expect(cfg.ReplyWithin > 0 && cfg.ReplyWithin < 5*time.Second, "ReplyWithin: expected more than 0 and less than the platform's 5s")
	for _, a := range []bot.Allowance{cfg.Allowances.Message, cfg.Allowances.Action} {
		expect(a.Count > 0 && a.For > 0, "Allowances: "+a.Name+": expected a count and a time above 0")
	}
	expect(cfg.Letters != nil, "Letters: expected a place for what cannot be read")
	base, err := url.Parse(cfg.BaseURL)
	ok := err == nil && (base.Scheme == "https" || base.Scheme == "http") && base.Host != "" && base.User == nil && base.RawQuery == ""
	expect(ok, "BaseURL: expected an address like https://api.weixin.qq.com")
	if ok {
		base.Path = strings.TrimSuffix(base.Path, "/")
	}
	return base, errors.Join(wrong...)
}
