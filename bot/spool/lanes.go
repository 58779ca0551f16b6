package spool

import (
	"context"
	"fmt"
	"sync"

	"redthread/bot"
)

// lanes let one event of a conversation at a time decide which way it goes, in
// the order they came, so that none is played while an earlier one is on its way
// into the spool.
type lanes struct {
	mu sync.Mutex
	by map[bot.Conversation]*lane
}

type lane struct {
	taken chan struct{} // holds one value while it is; a channel serves who waits in order
	users int
}

// enter waits for the conversation's lane, at most until ctx ends.
func (l *lanes) enter(ctx context.Context, c bot.Conversation) (leave func(), err error) {
	l.mu.Lock()
	if l.by == nil {
		l.by = map[bot.Conversation]*lane{}
	}
	one := l.by[c]
	if one == nil {
		one = &lane{taken: make(chan struct{}, 1)}
		l.by[c] = one
	}
	one.users++
	l.mu.Unlock()
	select {
	case one.taken <- struct{}{}:
		return func() { <-one.taken; l.forget(c, one) }, nil
	case <-ctx.Done():
		l.forget(c, one)
		return nil, fmt.Errorf("spool: wait for the conversation: %w", ctx.Err())
	}
}

func (l *lanes) forget(c bot.Conversation, one *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(l.by, c)
	}
}
