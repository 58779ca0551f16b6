package outbox

import (
	"errors"
	"math/rand/v2"
	"strconv"
	"time"

	"redthread/bot"
	"redthread/store"
)

// verdict is what follows from one attempt: the message's new state, and how the
// conversation rests if it cannot go on.
type verdict struct {
	store.Settled
	stop bool
	rest store.Rest
}

// judge decides what a channel's answer means.
func (s *Sender) judge(o store.Outgoing, r bot.Receipt, err error) verdict {
	v := verdict{Settled: store.Settled{Seq: o.Seq, Pieces: max(r.Pieces, o.Pieces), Tried: true}}
	var slow *bot.SlowDown
	var refused *bot.Refused
	var unsure *bot.Unsure
	v.Unsure = errors.As(err, &unsure)
	late := s.Store.Now().Sub(o.At) > giveUp
	switch {
	case err == nil:
		v.State = store.Delivered
	case errors.Is(err, bot.ErrGone):
		v.State, v.Reason, v.rest.Gone = store.Unreachable, "blocked or left", true
	case errors.Is(err, bot.ErrClosed):
		v.State, v.Reason, v.Tried = store.Waiting, "window closed: waits for the person to write", false
		v.stop, v.rest.Closed = true, true
	case errors.As(err, &slow):
		v.State, v.Tried = store.Queued, false
		v.stop, v.rest.Wait = true, slow.For
		if slow.All {
			s.pauseAll(o.To.Channel, slow.For)
		}
	case errors.As(err, &refused):
		v.State, v.Reason = store.Failed, "refused: "+strconv.Itoa(refused.Code)+" "+refused.Reason
	case errors.Is(err, store.ErrNotYet):
		v.State, v.Tried = store.Queued, false
		v.stop, v.rest.Wait = true, time.Second
	case errors.Is(err, store.ErrNotFound):
		v.State, v.Reason = store.Failed, "its picture is not to be had"
	case v.Unsure && o.Unsure+1 >= s.Repeat[o.To.Channel], late && (v.Unsure || o.Unsure > 0):
		v.State, v.Reason = store.Failed, "outcome unknown: it may have arrived"
	case late:
		v.State, v.Reason = store.Failed, "could not be sent for a day"
	default:
		v.State = store.Queued
		v.stop, v.rest.Wait = true, backoff(o.Tries)
	}
	return v
}

// backoff waits about half a second, then doubles up to five minutes; a quarter
// of it is chance, so that many do not return at once.
func backoff(tries int) time.Duration {
	d := min(500*time.Millisecond<<min(tries, 12), 5*time.Minute)
	return d*3/4 + rand.N(d/2)
}
