package store

import "sync"

// batcher hands over together what gathers while others are being handed over:
// it batches what waits, and never waits for a batch. With little to do each
// item goes alone and at once.
type batcher[T any] struct {
	do      func([]T) // called by at most runners at a time
	runners int
	max     int // items for one do

	mu      sync.Mutex
	queue   []T
	running int
}

// add queues the item and sees to it that somebody takes it.
func (b *batcher[T]) add(item T) {
	b.mu.Lock()
	b.queue = append(b.queue, item)
	start := b.running < b.runners
	if start {
		b.running++
	}
	b.mu.Unlock()
	if start {
		go b.run()
	}
}

func (b *batcher[T]) run() {
	for {
		b.mu.Lock()
		n := min(len(b.queue), b.max)
		if n == 0 {
			b.queue = nil
			b.running--
			b.mu.Unlock()
			return
		}
		items := b.queue[:n:n]
		b.queue = b.queue[n:]
		b.mu.Unlock()
		b.do(items)
	}
}
