package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// crowd lets people talk with a bot. Each person plays the talk once; then
// somebody new comes in their place.
type crowd struct {
	town     *town
	platform platform
	ids      *atomic.Int64 // numbers of updates and messages
	meter    *meter
	people   int
	rate     float64       // open loop: steps a second, however long answers take; 0: closed loop
	patience time.Duration // how long a person waits for an answer

	left  atomic.Int64 // people who went away without an answer
	spoke atomic.Int64 // people who have talked to the end
	steps atomic.Int64
	late  atomic.Int64 // steps that nobody was free to take at their time

	waiting waiting
}

// play lets the crowd talk until done is closed, and then everybody finish. ctx
// cuts them short.
func (c *crowd) play(ctx context.Context, done <-chan struct{}) {
	var all sync.WaitGroup
	if c.rate > 0 {
		c.keepPace(ctx, done, &all)
	} else {
		for range c.people {
			all.Go(func() {
				for !closed(done) && ctx.Err() == nil {
					p := c.town.born()
					for i := range c.town.talk.steps {
						if !c.step(ctx, p, i, time.Now()) {
							break
						}
					}
					c.part(p)
				}
			})
		}
	}
	all.Wait()
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// talker is a person between two steps.
type talker struct {
	*person
	next int
}

// keepPace starts steps at the rate, whoever is free for one; each is measured
// from the moment it was due. It is not made slower by a slow bot: where nobody
// is free, somebody new comes.
func (c *crowd) keepPace(ctx context.Context, done <-chan struct{}, all *sync.WaitGroup) {
	free := make(chan talker, mostPeople)
	begun := time.Now()
	for n := 0; !closed(done) && ctx.Err() == nil; n++ {
		due := begun.Add(time.Duration(float64(n) / c.rate * float64(time.Second)))
		if !sleep(ctx, time.Until(due)) {
			break
		}
		t, ok := c.nextTalker(free)
		if !ok {
			c.late.Add(1)
			continue
		}
		all.Go(func() {
			if c.step(ctx, t.person, t.next, due) && t.next+1 < len(c.town.talk.steps) {
				free <- talker{t.person, t.next + 1}
				return
			}
			c.part(t.person)
		})
	}
	all.Wait()
	for len(free) > 0 { // those in the midst of a talk finish it unhurriedly
		t := <-free
		all.Go(func() {
			for i := t.next; i < len(c.town.talk.steps) && c.step(ctx, t.person, i, time.Now()); i++ {
			}
			c.part(t.person)
		})
	}
}

// mostPeople bounds how many people an open loop has at a time.
const mostPeople = 10_000

func (c *crowd) nextTalker(free <-chan talker) (talker, bool) {
	select {
	case t := <-free:
		return t, true
	default:
	}
	if int64(c.town.size())-c.spoke.Load()-c.left.Load() >= mostPeople {
		return talker{}, false
	}
	return talker{person: c.town.born()}, true
}

// afterGivenUp is how long a person still waits for an answer to what the platform
// could not bring: it may have taken effect all the same, and what a dead process
// held is free again after 16 s.
const afterGivenUp = 25 * time.Second

// step does a person's step and waits until all that it calls for is heard; it
// is false when that does not happen.
func (c *crowd) step(ctx context.Context, p *person, i int, due time.Time) bool {
	s, id := c.town.talk.steps[i], c.ids.Add(1)
	defer c.waiting.begin(id)()
	select { // nothing that was heard before counts
	case <-p.complete:
	default:
	}
	p.mu.Lock()
	p.first = time.Time{}
	p.mu.Unlock()
	p.says(c.platform.key(s, id))
	silent := i > 0 && s.due == c.town.talk.steps[i-1].due || s.due == 0
	ack, err := c.platform.push(ctx, p, s, id)
	patience := c.patience
	switch {
	case errors.Is(err, errGivenUp):
		p.ends(givenUp)
		patience = min(patience, afterGivenUp)
	case err != nil:
		c.town.tally.add(wrong, message{to: p.n, text: err.Error()})
		return false
	default:
		p.ends(confirmed)
	}
	if !silent && !c.hears(ctx, p, patience) {
		return false
	}
	p.mu.Lock()
	first := p.first
	p.mu.Unlock()
	c.steps.Add(1)
	c.meter.note(due, ack, first)
	return true
}

// hears waits until nothing is missing any more.
func (c *crowd) hears(ctx context.Context, p *person, patience time.Duration) bool {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-p.complete:
		return true
	case <-wait.Done():
		return false
	}
}

// part lets a person put the phone away. Who talked to the end still hears what
// comes late.
func (c *crowd) part(p *person) {
	p.mu.Lock()
	p.buttons, p.shown = "", ""
	p.mu.Unlock()
	if p.finished() {
		c.spoke.Add(1)
	} else {
		c.left.Add(1)
	}
}
