package emulator

import (
	"context"
	"slices"
	"sync"
)

// TelegramPush follows the news of one deed of a person on its way to the bot.
// An album or a very long text is several updates and one push.
type TelegramPush struct {
	mu       sync.Mutex
	done     chan struct{}
	open     int // updates not yet settled, and one while the push is filled
	updates  []int64
	bubbles  []int64
	query    string
	attempts int
	status   int
	err      error
}

func newTelegramPush() *TelegramPush {
	return &TelegramPush{done: make(chan struct{}), open: 1}
}

// Done is closed once the bot has confirmed every update, or will not get it.
func (p *TelegramPush) Done() <-chan struct{} { return p.done }

// Wait waits for Done, and returns Err or ctx's error.
func (p *TelegramPush) Wait(ctx context.Context) error {
	select {
	case <-p.done:
		return p.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Attempts counts the webhook requests so far, repeats included; with
// getUpdates, how often the updates were handed out.
func (p *TelegramPush) Attempts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.attempts
}

// Status is the HTTP status of the newest attempt; 0 when there was no answer.
func (p *TelegramPush) Status() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Err says why the bot will not get the news: one of the ErrTelegram errors; nil
// while that is open and when the bot has confirmed it.
func (p *TelegramPush) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// Updates are the update IDs.
func (p *TelegramPush) Updates() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.updates)
}

// Bubbles are the bubbles the deed put on the person's own screen.
func (p *TelegramPush) Bubbles() []int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.bubbles)
}

// Query is the ID of the callback query of a pressed key, else empty.
func (p *TelegramPush) Query() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.query
}

func (p *TelegramPush) tried(status int, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts += times
	p.status = status
}

func (p *TelegramPush) shows(bubble int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bubbles = append(p.bubbles, bubble)
}

func (p *TelegramPush) asks(query string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.query = query
}

func (p *TelegramPush) carries(update int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.updates = append(p.updates, update)
	p.open++
}

// settle ends one of the push's updates; the first error stays.
func (p *TelegramPush) settle(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	if p.open--; p.open == 0 {
		close(p.done)
	}
}

// fail marks a push whose deed tells the bot nothing.
func (p *TelegramPush) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}
