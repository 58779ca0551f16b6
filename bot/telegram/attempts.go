package telegram

import (
	"sync"
	"time"
)

const (
	// patience is how long an update is tried at least before it becomes a dead
	// letter: a database that is away for some minutes is not the update's fault.
	patience = 5 * time.Minute

	// rememberedAttempts bounds how many failing updates are counted at a time.
	rememberedAttempts = 4096
)

// attempts counts how often updates failed in this process. Without it an update
// that can never succeed would hold up its chat for the 24 hours that Telegram
// retries.
type attempts struct {
	limit int

	mu    sync.Mutex
	count map[int64]*tries
}

type tries struct {
	n     int
	since time.Time
}

func newAttempts(limit int) *attempts {
	return &attempts{limit: limit, count: map[int64]*tries{}}
}

// failed counts one more failure and reports whether it was one too many.
func (a *attempts) failed(id int64, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.count[id]
	if t == nil {
		a.makeRoom()
		t = &tries{since: now}
		a.count[id] = t
	}
	t.n++
	return t.n >= a.limit && now.Sub(t.since) >= patience
}

// forget drops the count of an update that has been dealt with.
func (a *attempts) forget(id int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.count, id)
}

// makeRoom drops an entry when there are too many. Any will do: a dropped one
// merely starts over.
func (a *attempts) makeRoom() {
	for id := range a.count {
		if len(a.count) < rememberedAttempts {
			return
		}
		delete(a.count, id)
	}
}
