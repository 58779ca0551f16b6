package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// platform plays one of the two messengers: it brings what people do to the bot
// as that messenger would, and takes what the bot calls it for.
type platform interface {
	// key is the name that the bot will record for the event with the number; empty
	// when this cannot be foretold.
	key(s step, id int64) string
	// push brings a step to the bot until the bot has it, or as often as the
	// platform does: then the error is errGivenUp. ack is when the bot confirmed it.
	push(ctx context.Context, p *person, s step, id int64) (ack time.Time, err error)
	// call answers what process from asks of the platform.
	call(from int, path, kind string, body []byte) reply
}

// errGivenUp says that the platform will not bring a step again. Whether it took
// effect is not known.
var errGivenUp = errors.New("load: the platform has given up")

// account is the bot's side of both platforms: its secrets.
type account struct {
	botID, botToken, hookSecret            string
	appID, appSecret, signToken, encodeKey string
	safe                                   bool
}

// road leads to the bot's processes, in turn.
type road struct {
	servers []*kept
	next    atomic.Int64
	pass    time.Duration // a proxy passes on what a process has not answered for so long; 0: there is none

	mu   sync.Mutex
	down []time.Time // until when each process is passed over
}

// passedOver is how long the proxy does without a process that did not answer.
const passedOver = 10 * time.Second

func newRoad(addrs []string) *road {
	r := &road{}
	for _, a := range addrs {
		r.servers = append(r.servers, &kept{addr: a})
	}
	r.down = make([]time.Time, len(addrs))
	return r
}

// post makes one delivery, through the proxy if there is one. from is the process
// that answered.
func (r *road) post(path, head string, body []byte, patience time.Duration) (a answer, from int, err error) {
	until := time.Now().Add(patience)
	for range r.servers {
		to, i := r.pick()
		left := time.Until(until)
		if r.pass > 0 && len(r.servers) > 1 {
			left = min(left, r.pass)
		}
		if a, err = to.post(path, head, body, left); err == nil || r.pass == 0 {
			return a, i, err
		}
		r.skip(i)
		if time.Until(until) <= 0 {
			break
		}
	}
	return a, 0, err
}

func (r *road) skip(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.down[i] = time.Now().Add(passedOver)
}

// pick is the next process, and its number: of those that are not passed over, if
// there is one.
func (r *road) pick() (*kept, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := int(r.next.Add(1)) % len(r.servers)
	for range r.servers {
		if time.Now().After(r.down[i]) {
			break
		}
		i = (i + 1) % len(r.servers)
	}
	return r.servers[i], i
}

func (r *road) close() {
	for _, k := range r.servers {
		k.close()
	}
}

// sleep waits for d; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
