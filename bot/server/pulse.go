package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"redthread/bot"
	"redthread/bot/metrics"
	"redthread/store"
)

// pulse tells whether a channel lives, from what its calls come to in this
// process.
type pulse struct {
	mu       sync.Mutex
	okAt     time.Time // something last got through
	badSince time.Time // the first failure since; zero: none
	bad      int       // failures since
	mend     int       // the platform's code, when somebody must mend something
	hook     int       // how often in a row its deliveries to us were found wrong
}

// trouble is what is wrong with a channel.
type trouble struct {
	kind string // "token", "silent", "webhook"; empty: nothing
	code int    // the platform's own, for "token"
}

// hear takes what a send came to. What says nothing about the platform is passed
// over: an allowance of ours that is used up, a picture that is not here yet.
func (p *pulse) hear(err error, now time.Time) {
	var slow *bot.SlowDown
	paused := errors.As(err, &slow)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil, answered(err):
		p.okAt, p.badSince, p.bad, p.mend = now, time.Time{}, 0, 0
	case neutral(err), paused && !slow.All:
	default:
		if p.bad++; p.bad == 1 {
			p.badSince = now
		}
		if paused {
			p.mend = slow.Mend
		}
	}
}

// answered says that the platform took the call, if not the message.
func answered(err error) bool {
	var refused *bot.Refused
	return errors.Is(err, bot.ErrGone) || metrics.Code(err) != 0 && (errors.Is(err, bot.ErrClosed) || errors.As(err, &refused))
}

func neutral(err error) bool {
	var refused *bot.Refused
	return errors.Is(err, bot.ErrClosed) || errors.As(err, &refused) ||
		errors.Is(err, store.ErrNotYet) || errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrLost) || errors.Is(err, context.Canceled)
}

// hooked takes whether the platform's deliveries to us go wrong.
func (p *pulse) hooked(wrong bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hook++; !wrong {
		p.hook = 0
	}
}

// judge says what is wrong. after is how long nothing may get through before
// that is a trouble.
func (p *pulse) judge(now time.Time, after time.Duration) trouble {
	const some = 3 // one failure may be the message's
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.mend != 0:
		return trouble{"token", p.mend}
	case p.bad >= some && now.Sub(p.badSince) >= after:
		return trouble{kind: "silent"}
	case p.hook > 1: // once may be a restart, or a webhook that is being set
		return trouble{kind: "webhook"}
	}
	return trouble{}
}

// since says whether anything got through after then.
func (p *pulse) since(then time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.okAt.After(then)
}
