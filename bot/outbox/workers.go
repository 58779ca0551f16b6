package outbox

import "sync"

// workers run a bounded number of deliveries side by side.
type workers struct {
	slots chan struct{}
	done  chan struct{} // one has ended: there may be room, and more to do

	mu     sync.Mutex
	closed bool
	busy   sync.WaitGroup
}

// try runs f if there is room; it reports whether there was.
func (w *workers) try(f func()) bool {
	select {
	case w.slots <- struct{}{}:
	default:
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		<-w.slots
		return false
	}
	w.busy.Go(func() {
		defer w.left()
		f()
	})
	return true
}

func (w *workers) left() {
	<-w.slots
	if len(w.slots) == cap(w.slots)-1 { // there was no room before
		select {
		case w.done <- struct{}{}:
		default:
		}
	}
}

// close lets nobody in any more and waits for those inside.
func (w *workers) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.busy.Wait()
}
