package main

import (
	"encoding/json"
	"fmt"
	"sync"
)

// hub carries live news to everyone who looks at the page. It is safe for
// concurrent use and never blocks the teller: a viewer who does not keep up is
// dropped, connects again and starts from a fresh snapshot.
type hub struct {
	mu      sync.Mutex
	viewers map[chan []byte]struct{}
	opened  chan struct{} // closed when the first viewer comes
}

func newHub() *hub { return &hub{viewers: map[chan []byte]struct{}{}, opened: make(chan struct{})} }

// join returns the news from now on as server-sent events; the channel is closed
// when the viewer is dropped. Call leave when done.
func (h *hub) join() (news <-chan []byte, leave func()) {
	ch := make(chan []byte, 512)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.viewers[ch] = struct{}{}
	select {
	case <-h.opened:
	default:
		close(h.opened)
	}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.viewers, ch)
	}
}

// watched says whether anyone looks.
func (h *hub) watched() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.viewers) > 0
}

// tell sends v to every viewer as an event of that name.
func (h *hub) tell(event string, v any) {
	frame, err := sse(event, v)
	if err != nil {
		return // our own types always encode
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.viewers {
		select {
		case ch <- frame:
		default:
			delete(h.viewers, ch)
			close(ch)
		}
	}
}

// sse writes v as one server-sent event. JSON has no raw line breaks, so one
// data line carries it.
func sse(event string, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("demo: encode %s: %w", event, err)
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", event, data), nil
}
