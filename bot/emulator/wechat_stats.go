package emulator

import "maps"

// WeChatStats counts what happened since the start.
type WeChatStats struct {
	Pushes     int // messages and events that set out
	Deliveries int // requests to the callback, forged and resent ones left out
	Retries    int // second and third deliveries
	Cuts       int // deliveries given up after five seconds
	Skipped    int // pushes that were not delivered because of MarkFail
	Lost       int // pushes without an answer, with a faulty one, and the skipped
	Replies    int // passive replies on a phone
	Banners    int // fault banners on a phone

	// Calls counts API calls by path and errcode. Two codes are the emulator's
	// own: 502 for the broken page, 499 for a connection cut by Faults.
	Calls map[string]map[int]int
}

const (
	wxCut    = 499
	wxBroken = 502
)

// Stats copies the counters.
func (w *WeChat) Stats() WeChatStats {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.stats
	s.Calls = make(map[string]map[int]int, len(w.stats.Calls))
	for path, codes := range w.stats.Calls {
		s.Calls[path] = maps.Clone(codes)
	}
	return s
}

// count notes an API call; w.mu is held. Paths that do not exist share one line,
// so that a wild caller does not fill the memory.
func (w *WeChat) count(path string, code int) {
	if _, known := wxPaths[path]; !known {
		path = "unknown"
	}
	if w.stats.Calls[path] == nil {
		w.stats.Calls[path] = map[int]int{}
	}
	w.stats.Calls[path][code]++
}
