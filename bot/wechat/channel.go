// Package wechat is the WeChat Official Account: it turns the platform's
// callbacks into events and our messages into what a WeChat chat can show.
//
// In: one HTTP callback is one event. The request is proved first (guard,
// crypt.go), then read (events.go), then played once however often the platform
// brings it (turns.go). The platform is told `success`, or our first message,
// only after the event was accepted. It has no way to be told "again, please":
// what it repeats, three times in all, 5 s apart, is a request that it got no
// answer to. So what could not be kept stays unanswered until the platform cuts
// the connection, and is answered 503 to anyone more patient.
//
// Out: a message becomes pieces (draw.go), texts of at most 2,048 bytes and
// pictures, each one a customer-service message (send.go) that counts against
// the allowance the person's own doing gave us (Event.Opens).
//
// The platform's SDK, silenceper/wechat, does the cipher, the signatures, the
// message and menu structures and the request for a token. Its server and its
// senders are not used: they trust the query's word for the encryption, take no
// context, cannot tell one error from another and print tokens in their errors.
package wechat

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"redthread/bot"
)

// name is the Channel part of this platform's conversations.
const name = "wechat"

// Channel is one Official Account. It is safe for concurrent use.
type Channel struct {
	cfg    Config
	keys   []string // AES keys, the current one first
	http   *http.Client
	idle   *http.Transport
	tokens *tokens
	turns  *turns
	log    *slog.Logger
	now    func() time.Time

	// patience is how long a callback that cannot be answered is kept open:
	// longer than the platform waits.
	patience time.Duration
}

var _ bot.Channel = (*Channel)(nil)

// New checks the settings and returns the account's channel. It does not call
// the network. Its error names every setting that is wrong, never its value.
func New(cfg Config) (*Channel, error) {
	withDefaults(&cfg)
	base, err := check(cfg)
	if err != nil {
		return nil, fmt.Errorf("wechat: settings: %w", err)
	}
	c := &Channel{cfg: cfg, log: cfg.Log, now: cfg.Now, patience: 6 * time.Second}
	c.turns = newTurns(cfg.Now, c.settle)
	for _, key := range []string{cfg.AESKey, cfg.PreviousAESKey} {
		if key != "" {
			c.keys = append(c.keys, key)
		}
	}
	c.idle = http.DefaultTransport.(*http.Transport).Clone()
	c.idle.MaxIdleConnsPerHost = 64
	c.idle.IdleConnTimeout = 30 * time.Second // let go before the platform does: a send into a closed one is unsure
	c.http = &http.Client{
		Transport:     home{base, c.idle},
		Timeout:       cfg.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.tokens = newTokens(cfg, c.http.Transport)
	return c, nil
}

// Name is "wechat".
func (c *Channel) Name() string { return name }

// Metered is true: the platform counts what we may write (Event.Opens).
func (c *Channel) Metered() bool { return true }

// Close waits, as long as ctx allows, for the turns whose callbacks are gone,
// and lets go of the connections.
func (c *Channel) Close(ctx context.Context) error {
	defer c.idle.CloseIdleConnections()
	return c.turns.wait(ctx)
}
