package spool

import (
	"context"
	"sync"
	"time"
)

// looks asks whether the database is there. Many may want to know at once; one
// look answers them all.
type looks struct {
	ping     func(context.Context) error
	lookTime time.Duration
	pause    time.Duration

	mu  sync.Mutex
	now *look
}

type look struct {
	ended chan struct{}
	there bool
}

// begin joins the look that is under way, or starts one; then judge hears of it
// before anybody else.
func (l *looks) begin(run func(func()), judge func(there bool)) *look {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.now != nil {
		return l.now
	}
	one := &look{ended: make(chan struct{})}
	l.now = one
	run(func() {
		one.there = l.twice()
		judge(one.there)
		l.mu.Lock()
		l.now = nil
		l.mu.Unlock()
		close(one.ended)
	})
	return one
}

// twice looks, and if the database is not there looks again after a pause, with
// a fresh deadline.
func (l *looks) twice() bool {
	if l.once() {
		return true
	}
	time.Sleep(l.pause)
	return l.once()
}

// once is one look. One that took much longer than it may says nothing: we were
// frozen meanwhile, and look again.
func (l *looks) once() bool {
	for range 3 {
		start := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), l.lookTime)
		err := l.ping(ctx)
		cancel()
		if err == nil {
			return true
		}
		if time.Since(start) < 2*l.lookTime {
			return false
		}
	}
	return false
}

// suspect looks whether the database is there, without waiting for the answer.
func (g *Gate) suspect() { g.beginLook() }

func (g *Gate) beginLook() *look { return g.looks.begin(g.flying.Go, g.judge) }

// look says whether the database is there.
func (g *Gate) look(ctx context.Context) bool {
	one := g.beginLook()
	select {
	case <-one.ended:
		return one.there
	case <-ctx.Done():
		// The caller's time is over, perhaps because we were frozen. It is the
		// database that matters, and a look is short.
		<-one.ended
		return one.there
	}
}

// judge takes up what a look has found. That the database is back is for Run to
// say, once the spool has been played.
func (g *Gate) judge(there bool) {
	if there {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == away {
		return
	}
	g.cfg.Log.Error("the database is away; what clients write is spooled")
	if g.state == here {
		g.back = make(chan struct{})
	}
	g.state = away
	close(g.gone)
	g.stirRun()
}
