package telegram

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	maxErrands     = 256             // under way at a time
	errandPatience = 5 * time.Second // for one of them
)

// errands are small calls that nobody waits for: the answer to a pressed button,
// a typing hint. They are few at a time, short, and finished at shutdown.
type errands struct {
	ctx    context.Context
	cancel context.CancelFunc
	slots  chan struct{}

	mu     sync.Mutex
	closed bool
	wg     sync.WaitGroup
}

func newErrands() *errands {
	e := &errands{slots: make(chan struct{}, maxErrands)}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	return e
}

// run starts f and returns at once; it is false when there are too many errands
// or no more are taken.
func (e *errands) run(f func(context.Context)) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return false
	}
	select {
	case e.slots <- struct{}{}:
	default:
		return false
	}
	e.wg.Go(func() {
		defer func() { <-e.slots }()
		ctx, cancel := context.WithTimeout(e.ctx, errandPatience)
		defer cancel()
		f(ctx)
	})
	return true
}

// close takes no more errands and waits for those under way; when ctx ends they
// are cut short.
func (e *errands) close(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	defer e.cancel()
	done := make(chan struct{})
	go func() { e.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		e.cancel()
		<-done // each of them watches its context
		return fmt.Errorf("telegram: close: %w", ctx.Err())
	}
}
