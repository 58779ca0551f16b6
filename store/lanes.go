package store

import (
	"context"
	"fmt"
	"sync"
)

// lanes let one turn of a conversation run at a time in this process, in the
// order they came; those of different conversations do not meet. It spares the
// replays; what is right is decided in the database.
type lanes struct {
	mu sync.Mutex
	by map[string]*lane
}

type lane struct {
	token chan struct{} // holds one value while the lane is taken
	users int
}

// enter waits for the lane, at most until ctx ends.
func (l *lanes) enter(ctx context.Context, key string) (leave func(), err error) {
	l.mu.Lock()
	if l.by == nil {
		l.by = map[string]*lane{}
	}
	one := l.by[key]
	if one == nil {
		one = &lane{token: make(chan struct{}, 1)}
		l.by[key] = one
	}
	one.users++
	l.mu.Unlock()

	select {
	case one.token <- struct{}{}:
		return func() { <-one.token; l.done(key, one) }, nil
	case <-ctx.Done():
		l.done(key, one)
		return nil, fmt.Errorf("store: wait for the conversation's turn: %w", ctx.Err())
	}
}

func (l *lanes) done(key string, one *lane) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(l.by, key)
	}
}
