package wechat

import (
	"context"
	"sync"
	"time"

	"redthread/bot"
)

const (
	// deliveries is how often the platform brings one callback in all.
	deliveries = 3
	// remembered is how long they are counted: 3 times 5 s, and some.
	remembered = time.Minute
)

// turns joins the deliveries of one event: while it is being played, a repeated
// delivery waits for the same end instead of playing it again.
type turns struct {
	now    func() time.Time
	settle func(r *bot.Reply, handed bool) // called once for a turn's reply

	mu      sync.Mutex
	running map[bot.EventKey]*turn
	seen    map[bot.EventKey]sighting
	swept   time.Time
	all     sync.WaitGroup
}

type sighting struct {
	times int
	first time.Time
}

// turn is one event being played, and the deliveries that wait for it.
type turn struct {
	of      *turns
	done    chan struct{} // closed when outcome and err stand
	outcome bot.Outcome
	err     error

	// under of.mu
	ended   bool
	waiting int
	handed  bool
}

func newTurns(now func() time.Time, settle func(*bot.Reply, bool)) *turns {
	return &turns{now: now, settle: settle, running: map[bot.EventKey]*turn{}, seen: map[bot.EventKey]sighting{}}
}

// join adds a delivery to the event's turn, which play starts unless it is
// running; mine says that it was started. The caller must leave.
func (ts *turns) join(key bot.EventKey, play func() (bot.Outcome, error)) (t *turn, mine bool) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t = ts.running[key]
	if mine = t == nil; mine {
		t = &turn{of: ts, done: make(chan struct{})}
		ts.running[key] = t
		ts.all.Go(func() {
			t.outcome, t.err = play()
			t.end(key)
		})
	}
	t.waiting++
	return t, mine
}

// sight notes a delivery and says which of its event's it is, from 1, as far as
// this process has seen them. Old ones it forgets.
func (ts *turns) sight(key bot.EventKey) int {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	now := ts.now()
	if now.Sub(ts.swept) > remembered {
		for k, s := range ts.seen {
			if now.Sub(s.first) > remembered {
				delete(ts.seen, k)
			}
		}
		ts.swept = now
	}
	s, ok := ts.seen[key]
	if !ok || now.Sub(s.first) > remembered {
		s = sighting{first: now}
	}
	s.times++
	ts.seen[key] = s
	return s.times
}

// last says whether the platform has brought the event for the last time.
func (ts *turns) last(key bot.EventKey) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.seen[key].times >= deliveries
}

// wait returns when no turn is running any more.
func (ts *turns) wait(ctx context.Context) error {
	idle := make(chan struct{})
	go func() {
		ts.all.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turn) end(key bot.EventKey) {
	t.of.mu.Lock()
	delete(t.of.running, key)
	t.ended = true
	alone := t.waiting == 0
	t.of.mu.Unlock()
	close(t.done)
	if alone {
		t.settle(false)
	}
}

// leave takes a delivery out of the turn; handed says that its answer carried
// the turn's reply. The last one out settles the reply.
func (t *turn) leave(handed bool) {
	t.of.mu.Lock()
	t.waiting--
	t.handed = t.handed || handed
	last, any := t.ended && t.waiting == 0, t.handed
	t.of.mu.Unlock()
	if last {
		t.settle(any)
	}
}

// settle tells the reply's keeper what became of it. Nobody waits for that: the
// answer is out, and what comes next on its connection must not stand behind a
// keeper who takes long.
func (t *turn) settle(handed bool) {
	if t.err != nil || t.outcome.Reply == nil {
		return
	}
	t.of.all.Go(func() { t.of.settle(t.outcome.Reply, handed) })
}
