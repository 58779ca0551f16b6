// Package telegram is the Telegram channel: updates of the Bot API become
// events, messages become calls of the Bot API.
//
// In, Telegram hears 200 only after an event has taken effect: what we could
// not keep it delivers again, a message for 24 hours, a pressed button for 150
// seconds. What nobody can read goes to the dead letters first, so that it does
// not hold up the rest of its chat. The SDK's own webhook handler answers 200
// before anything has happened, so Webhook is ours.
//
// Out, the Bot API has no key to repeat a send safely. Every failure is
// therefore sorted by what is known of it: certainly not sent, refused, or
// nobody knows (*bot.Unsure).
//
// Private chats are conversations, and so are the groups of the staff
// (Config.Groups) and each of their threads, which we name by keys of our own
// (bot.Conversation.Thread, threads.go). Of other groups the channel notes that
// they move (Aliases) and that the bot comes and goes (a line in the log tells an
// operator the group's ID); what is said in them is acknowledged and dropped.
package telegram

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	sdk "github.com/go-telegram/bot"

	"redthread/bot"
)

// Name is the Channel part of this platform's conversations.
const Name = "telegram"

// Tries is how often a message is sent in all of which nobody knows whether it
// arrived (bot.Unsure). The waits between them double, so that a minute of bad
// gateways loses nothing; Telegram has no key that would tell copies apart, and
// two of them are better than none.
const Tries = 8

const (
	defaultBaseURL  = "https://api.telegram.org"
	defaultTimeout  = 15 * time.Second
	defaultAttempts = 10
)

// Config says which bot this is and how to reach it. Token, Secrets and Letters
// must be given.
type Config struct {
	Token   string        // as @BotFather gave it, "123456:ABC…"
	Secrets []string      // the webhook's secret; while it is being changed the new one, then the old one
	BaseURL string        // of the Bot API server; empty: https://api.telegram.org
	Timeout time.Duration // of one call; 0: 15 s

	Limits  Limits  // how fast this process may send
	Limiter Limiter // shares the limits between processes; nil, or while it fails: each keeps Limits for itself

	Letters  bot.DeadLetters
	Attempts int     // after how many failures an update becomes a dead letter; 0: 10
	Aliases  Aliases // remembers the groups that moved; nil: until the process ends
	Groups   []int64 // the groups of the staff: what is said in them is heard
	Threads  Threads // remembers their threads; nil: until the process ends

	Now func() time.Time // nil: time.Now
	Log *slog.Logger     // nil: slog.Default()
}

// Channel is one Telegram bot. It implements bot.Channel and is safe for
// concurrent use. Close it when the program ends.
type Channel struct {
	api      *sdk.Bot
	http     *courier
	base     string
	token    string
	botID    string
	secrets  []string
	digests  [][sha256.Size]byte
	letters  bot.DeadLetters
	aliases  Aliases
	groups   []int64
	threads  Threads
	limiter  Limiter
	local    Limiter // for this process, while limiter fails
	haste    haste
	attempts *attempts
	errands  *errands
	now      func() time.Time
	sleep    func(context.Context, time.Duration) error
	hint     time.Duration // after which a turn that still runs shows "typing"
	log      *slog.Logger
}

var _ bot.Channel = (*Channel)(nil)

// New returns the channel of the configured bot. It does not call Telegram;
// Check does. An error names each setting that is wrong.
func New(cfg Config) (*Channel, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	c := &Channel{
		base: strings.TrimSuffix(cfg.BaseURL, "/"), token: cfg.Token, secrets: cfg.Secrets,
		letters: cfg.Letters, aliases: cfg.Aliases, groups: cfg.Groups, threads: cfg.Threads, limiter: cfg.Limiter, local: newLocalLimiter(cfg.Limits, cfg.Now),
		attempts: newAttempts(cfg.Attempts), errands: newErrands(),
		now: cfg.Now, sleep: sleep, hint: 400 * time.Millisecond, log: cfg.Log,
	}
	if c.limiter == nil {
		c.limiter = c.local
	}
	c.botID, _, _ = strings.Cut(cfg.Token, ":")
	for _, s := range cfg.Secrets {
		c.digests = append(c.digests, sha256.Sum256([]byte(s)))
	}
	c.http = newCourier(cfg.Timeout)
	api, err := sdk.New(cfg.Token, sdk.WithServerURL(c.base), sdk.WithSkipGetMe(), sdk.WithHTTPClient(pollFor, c.http),
		sdk.WithErrorsHandler(func(err error) { c.log.Warn("telegram: sdk", "error", c.redact(err.Error())) }))
	if err != nil {
		return nil, fmt.Errorf("telegram: %s", c.redact(err.Error()))
	}
	c.api = api
	return c, nil
}

// Name is "telegram".
func (c *Channel) Name() string { return Name }

// Metered is false: whoever pressed /start may be written to at any time.
func (c *Channel) Metered() bool { return false }

// Close waits until answers to pressed buttons that are under way have gone out,
// no longer than ctx, and lets go of the connections. Call it after the
// webhook's server has stopped.
func (c *Channel) Close(ctx context.Context) error {
	err := c.errands.close(ctx)
	c.http.CloseIdleConnections()
	return err
}

func (cfg Config) withDefaults() Config {
	if cfg.BaseURL == "" {
		cfg.BaseURL = defaultBaseURL
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.Attempts == 0 {
		cfg.Attempts = defaultAttempts
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	cfg.Limits = cfg.Limits.WithDefaults()
	if cfg.Aliases == nil {
		cfg.Aliases = &memoryAliases{}
	}
	if cfg.Threads == nil {
		cfg.Threads = &memoryThreads{}
	}
	return cfg
}

var (
	tokenShape  = regexp.MustCompile(`^[0-9]{1,18}:[A-Za-z0-9_-]{8,128}$`)
	secretShape = regexp.MustCompile(`^[A-Za-z0-9_-]{32,256}$`) // setWebhook, secret_token; 32 is our own floor
)

// validate lists every setting that is wrong; it never repeats a secret.
func (cfg Config) validate() error {
	var errs []error
	wrong := func(setting, expected string) {
		errs = append(errs, fmt.Errorf("telegram: %s: expected %s", setting, expected))
	}
	if !tokenShape.MatchString(cfg.Token) {
		wrong("Token", `the bot's token as @BotFather gave it, like "123456:ABC…"`)
	}
	if n := len(cfg.Secrets); n < 1 || n > 2 {
		wrong("Secrets", "one secret, or two while it is being changed")
	}
	for i, s := range cfg.Secrets {
		if !secretShape.MatchString(s) {
			wrong(fmt.Sprintf("Secrets[%d]", i), "32 to 256 characters of A-Z a-z 0-9 _ -")
		}
	}
	if u, err := url.Parse(cfg.BaseURL); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" {
		wrong("BaseURL", "the address of a Bot API server, like https://api.telegram.org")
	}
	if cfg.Timeout < time.Second {
		wrong("Timeout", "at least a second")
	}
	if cfg.Attempts < 1 {
		wrong("Attempts", "at least 1")
	}
	if slices.ContainsFunc(cfg.Groups, func(id int64) bool { return id >= 0 }) {
		wrong("Groups", "the IDs of groups, which are below 0")
	}
	if cfg.Letters == nil {
		wrong("Letters", "a place for dead letters")
	}
	if !cfg.Limits.valid() {
		wrong("Limits", "numbers above 0")
	}
	return errors.Join(errs...)
}

// sleep waits for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
