package emulator

import "maps"

// TelegramStats counts what happened since the server started.
type TelegramStats struct {
	Updates  int                    // updates made
	Delivers int                    // updates the bot confirmed
	Attempts int                    // webhook requests, repeats included
	Retries  int                    // requests after a failed one
	GaveUp   int                    // updates that were never confirmed in time
	Calls    map[string]map[int]int // calls by method and HTTP code; 0: the connection was cut; method "": unknown method or token
	Answers  map[string]int         // answerCallbackQuery calls by query, refused ones too
}

func newTelegramStats() TelegramStats {
	return TelegramStats{Calls: map[string]map[int]int{}, Answers: map[string]int{}}
}

// Stats copies the counters.
func (t *Telegram) Stats() TelegramStats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.stats
	s.Answers = maps.Clone(s.Answers)
	s.Calls = map[string]map[int]int{}
	for method, codes := range t.stats.Calls {
		s.Calls[method] = maps.Clone(codes)
	}
	return s
}

func (t *Telegram) count(method string, code int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stats.Calls[method] == nil {
		t.stats.Calls[method] = map[int]int{}
	}
	t.stats.Calls[method][code]++
}
