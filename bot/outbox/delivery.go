package outbox

import (
	"context"

	"redthread/store"
)

// delivery sends to one conversation under a claim.
type delivery struct {
	s    *Sender
	cl   *store.Claim
	sent int
	gone bool // found out on the way
}

// run sends next and whatever comes after it, in order, and gives the claim back.
// A message that has begun to go out is finished when ctx ends, the next is left.
// Losing the claim is no error: another has it, what we did is noted or will be
// repeated.
func (d *delivery) run(ctx context.Context, next []store.Outgoing) error {
	work := context.WithoutCancel(ctx)
	for len(next) > 0 {
		for i, o := range next {
			v := d.attempt(work, o)
			end := v.stop || ctx.Err() != nil || i == len(next)-1 && len(next) < batch
			if v.rest.Closed {
				v.rest = d.knock(work, v.rest)
			}
			if end {
				v.rest.Gone = v.rest.Gone || d.gone
				return ignoreLost(d.cl.Finish(work, v.Settled, v.rest))
			}
			if err := d.cl.Settle(work, v.Settled); err != nil {
				return ignoreLost(err)
			}
		}
		var err error
		if next, err = d.cl.Pending(work, batch); err != nil {
			return err // the lease runs out, and somebody finds what is left
		}
	}
	return ignoreLost(d.cl.Release(work, store.Rest{Empty: true, Gone: d.gone}))
}

// attempt sends one message and says what became of it.
func (d *delivery) attempt(ctx context.Context, o store.Outgoing) verdict {
	if d.cl.Gone {
		return verdict{Settled: store.Settled{Seq: o.Seq, State: store.Unreachable, Pieces: o.Pieces, Lane: o.Lane, Over: o.Over, Carried: o.Carried, Reason: "blocked or left"}}
	}
	if v, held := d.makeRoom(ctx, o); held {
		return v
	}
	o.Message = d.warnAtLast(ctx, o)
	r, err := d.s.send(ctx, d.cl, o)
	v := d.s.judge(o, r, err)
	d.again(ctx, o, &v)
	v.Carried, v.Refs = o.Carried, r.Refs
	v.Lane, v.Over, v.Spent = o.Lane, o.Over, max(r.Pieces-o.Pieces, 0)
	d.cl.Budget -= v.Spent
	if v.State == store.Delivered {
		d.sent++
	}
	if v.rest.Gone {
		d.gone, d.cl.Gone = true, true
	}
	if err != nil {
		d.s.log().WarnContext(ctx, "outbox: not sent", "conversation", o.To.String(), "seq", o.Seq, "try", o.Tries+1, "becomes", v.State, "error", err)
	}
	return v
}

// colleagueTries is how often a send of unknown outcome to a colleague is tried in all:
// reading something twice is better for them than never, of a client's complaint say.
const colleagueTries = 3

// again has a message to a colleague sent again where one to a client would not be.
func (d *delivery) again(ctx context.Context, o store.Outgoing, v *verdict) {
	if v.State != store.Failed || !v.Unsure || o.Unsure+1 >= colleagueTries {
		return
	}
	switch who, _, err := d.cl.Reader(ctx); {
	case err != nil:
		d.s.log().WarnContext(ctx, "outbox: not sent again", "conversation", o.To.String(), "seq", o.Seq, "error", err)
	case who == store.ReaderStaff:
		v.State, v.Reason, v.stop, v.rest.Wait = store.Queued, "", true, backoff(o.Tries)
	}
}

// makeRoom keeps news that need no answer from using up what the platform allows.
// held is false for everything else, and where there is room.
func (d *delivery) makeRoom(ctx context.Context, o store.Outgoing) (v verdict, held bool) {
	if c := d.s.Channels[o.To.Channel]; o.Lane != store.Asides || o.Pieces > 0 || c == nil || !c.Metered() {
		return v, false
	}
	v.Settled = store.Settled{Seq: o.Seq, State: store.PutAside, Lane: o.Lane, Reason: "makes room for what needs an answer"}
	spare, err := d.cl.Spare(ctx)
	if err != nil {
		d.s.log().WarnContext(ctx, "outbox: not sent", "conversation", o.To.String(), "seq", o.Seq, "error", err)
		v.State, v.stop, v.rest.Wait = store.Queued, true, backoff(o.Tries)
	}
	return v, !spare
}
