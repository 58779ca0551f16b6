package store

import (
	"sync"
	"time"
)

// batcher hands over together what gathers while others are being handed over:
// it batches what waits, and never waits for a batch. With little to do each
// item goes alone and at once.
//
// One batch is under way at a time, because few large ones cost less than many small
// ones. While one takes longer than patience (it may wait for a row that a process
// holds which has just been frozen), what comes behind does not wait for it.
type batcher[T any] struct {
	do       func([]T)
	max      int // items for one do
	runners  int // do is called by at most so many at a time
	patience time.Duration

	mu      sync.Mutex
	queue   []T
	running int
	slow    int // of these, whose batch takes longer than patience
}

// add queues the item and sees to it that somebody takes it.
func (b *batcher[T]) add(item T) {
	b.mu.Lock()
	b.queue = append(b.queue, item)
	start := b.needed()
	b.mu.Unlock()
	if start {
		go b.run()
	}
}

// needed says that what waits has nobody who will take it soon, and counts who is to
// begin now.
func (b *batcher[T]) needed() bool {
	if len(b.queue) == 0 || b.running > b.slow || b.running >= b.runners {
		return false
	}
	b.running++
	return true
}

func (b *batcher[T]) run() {
	late := false
	for {
		b.mu.Lock()
		if late {
			b.slow--
		}
		n := min(len(b.queue), b.max)
		if n == 0 || late && b.running-1 > b.slow { // another is at it
			if n == 0 {
				b.queue = nil
			}
			b.running--
			b.mu.Unlock()
			return
		}
		items := b.queue[:n:n]
		b.queue = b.queue[n:]
		b.mu.Unlock()
		help := time.AfterFunc(b.patience, b.help)
		b.do(items)
		late = !help.Stop()
	}
}

// help begins another run beside one that takes long.
func (b *batcher[T]) help() {
	b.mu.Lock()
	b.slow++
	start := b.needed()
	b.mu.Unlock()
	if start {
		b.run()
	}
}
