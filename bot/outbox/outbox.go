// Package outbox delivers what the turns have left behind: at least once, and in
// order within a conversation. A conversation is claimed for a short lease that
// is renewed while its messages go out; any process may deliver any of them, and
// one that dies or freezes loses the claim.
//
// Every message ends in a state that staff can see: sent, waiting for the person
// to write, failed with a reason, unreachable. A send whose outcome nobody knows
// is tried again where Repeat allows it, because a second copy is better than
// silence there, and given up as failed where the platform forbids it.
package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"redthread/bot"
	"redthread/store"
)

// Sender delivers the outbox through the channels.
type Sender struct {
	Store    *store.Store
	Channels map[string]bot.Channel
	Workers  int            // conversations served at the same time; 0: 16
	Repeat   map[string]int // by channel, how often a send of unknown outcome is tried in all; 0: once
	Log      *slog.Logger   // nil: slog.Default()

	mu     sync.Mutex
	pauses map[string]time.Time // by channel: the platform asked us all to wait
}

const (
	lease   = 9 * time.Second // renewed every third of it while a message is going out
	poll    = 300 * time.Millisecond
	oneSend = 40 * time.Second // no send is waited for longer
	batch   = 16
	giveUp  = 24 * time.Hour // what could not be sent for so long has failed
)

func (s *Sender) log() *slog.Logger {
	if s.Log != nil {
		return s.Log
	}
	return slog.Default()
}

// Run delivers until ctx ends, and returns when the sends in flight are done.
func (s *Sender) Run(ctx context.Context) {
	workers := s.Workers
	if workers == 0 {
		workers = 16
	}
	free := make(chan struct{}, workers)
	var busy sync.WaitGroup
	defer busy.Wait()
	done := make(chan struct{}, 1) // a worker ended: there may be more
	for {
		s.dispatch(ctx, free, &busy, done)
		select {
		case <-ctx.Done():
			return
		case <-s.Store.Woken():
		case <-done:
		case <-time.After(poll):
		}
	}
}

// dispatch starts a worker for each due conversation, as long as there are free
// ones. Processes that look at the same list start at different places.
func (s *Sender) dispatch(ctx context.Context, free chan struct{}, busy *sync.WaitGroup, done chan<- struct{}) {
	due, err := s.due(ctx)
	if err != nil && ctx.Err() == nil {
		s.log().WarnContext(ctx, "outbox: cannot look for what is due", "error", err)
	}
	for _, c := range due {
		select {
		case free <- struct{}{}:
		default:
			return
		}
		busy.Go(func() {
			defer func() {
				<-free
				select {
				case done <- struct{}{}:
				default:
				}
			}()
			if _, err := s.serve(ctx, c); err != nil && ctx.Err() == nil {
				s.log().WarnContext(ctx, "outbox: delivery interrupted", "conversation", c.String(), "error", err)
			}
		})
	}
}

// Drain delivers what is due now and returns how many messages were sent.
func (s *Sender) Drain(ctx context.Context) (int, error) {
	total := 0
	for {
		due, err := s.due(ctx)
		if err != nil || len(due) == 0 {
			return total, err
		}
		progress := false
		for _, c := range due {
			n, err := s.serve(ctx, c)
			if err != nil {
				return total, err
			}
			total += max(n, 0)
			progress = progress || n >= 0
		}
		if !progress {
			return total, nil
		}
	}
}

func (s *Sender) due(ctx context.Context) ([]bot.Conversation, error) {
	due, err := s.Store.Due(ctx, 64)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	open := due[:0]
	for _, c := range due {
		if now.After(s.pauses[c.Channel]) {
			open = append(open, c)
		}
	}
	rand.Shuffle(len(open), func(i, j int) { open[i], open[j] = open[j], open[i] })
	return open, nil
}

func (s *Sender) pauseAll(channel string, d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pauses == nil {
		s.pauses = map[string]time.Time{}
	}
	s.pauses[channel] = time.Now().Add(d)
}

// serve sends what waits for one conversation and says how many were sent; -1
// when somebody else is at it. A message that has begun to go out is finished
// when ctx ends, the next is left.
func (s *Sender) serve(ctx context.Context, c bot.Conversation) (sent int, err error) {
	work := context.WithoutCancel(ctx)
	cl, err := s.Store.Claim(work, c, lease)
	if err != nil || cl == nil {
		return -1, err
	}
	var rest store.Rest
	for more := true; more && ctx.Err() == nil; {
		var next []store.Outgoing
		if next, err = cl.Pending(work, batch); err != nil {
			break
		}
		var n int
		n, more, rest, err = s.some(ctx, cl, next)
		sent += n
		if err != nil {
			break
		}
	}
	if errors.Is(err, store.ErrLost) { // another took over; what we did is noted or will be repeated
		return sent, nil
	}
	return sent, errors.Join(err, ignoreLost(cl.Release(work, rest)))
}

func ignoreLost(err error) error {
	if errors.Is(err, store.ErrLost) {
		return nil
	}
	return err
}

// some sends one batch. more says that the conversation can go on.
func (s *Sender) some(ctx context.Context, cl *store.Claim, next []store.Outgoing) (sent int, more bool, rest store.Rest, err error) {
	for _, o := range next {
		if ctx.Err() != nil {
			return sent, false, rest, nil
		}
		var v verdict
		if v, err = s.one(ctx, cl, o); err != nil {
			return sent, false, rest, err
		}
		if v.State == store.Delivered {
			sent++
		}
		if v.stop {
			return sent, false, v.rest, nil
		}
	}
	return sent, len(next) == batch, rest, nil
}

// one sends one message and notes what became of it.
func (s *Sender) one(ctx context.Context, cl *store.Claim, o store.Outgoing) (verdict, error) {
	work := context.WithoutCancel(ctx)
	var v verdict
	if cl.Gone {
		v = verdict{Settled: store.Settled{Seq: o.Seq, State: store.Unreachable, Pieces: o.Pieces, Reason: "blocked or left"}}
	} else {
		r, err := s.send(work, cl, o)
		spent := max(r.Pieces-o.Pieces, 0)
		cl.Budget -= spent
		v = s.judge(o, r, err)
		v.Spent = spent
		if v.rest.Gone {
			cl.Gone = true
		}
		if err != nil {
			s.log().WarnContext(ctx, "outbox: not sent", "conversation", o.To.String(), "seq", o.Seq, "try", o.Tries+1, "becomes", v.State, "error", err)
		}
	}
	v.Lane = o.Lane
	return v, cl.Settle(work, v.Settled)
}

// send hands the message to its channel, and keeps the claim alive meanwhile.
func (s *Sender) send(ctx context.Context, cl *store.Claim, o store.Outgoing) (bot.Receipt, error) {
	c := s.Channels[o.To.Channel]
	if c == nil {
		return bot.Receipt{}, &bot.Refused{Reason: "no channel " + o.To.Channel}
	}
	ctx, cancel := context.WithTimeout(ctx, oneSend)
	defer cancel()
	budget := -1
	if c.Metered() {
		budget = max(cl.Budget, 0)
	}
	if time.Until(cl.Until) < lease*2/3 {
		if err := cl.Renew(ctx, lease); err != nil {
			return bot.Receipt{Pieces: o.Pieces}, err
		}
	}
	stop := s.keep(ctx, cancel, cl)
	defer stop()
	return c.Send(ctx, bot.Delivery{To: o.To, Seq: o.Seq, Message: o.Message, Skip: o.Pieces, Budget: budget, Media: s.media})
}

// keep renews the claim until stop is called; when it is lost, the send is
// cancelled: what is not yet on the wire must not go out twice.
func (s *Sender) keep(ctx context.Context, cancel func(), cl *store.Claim) (stop func()) {
	end := make(chan struct{})
	var wg sync.WaitGroup
	var stopped atomic.Bool
	wg.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-time.After(lease / 3):
			}
			if err := cl.Renew(ctx, lease); err != nil && !stopped.Load() {
				if errors.Is(err, store.ErrLost) || time.Now().After(cl.Until) {
					cancel()
					return
				}
			}
		}
	})
	return func() { stopped.Store(true); close(end); wg.Wait() }
}

func (s *Sender) media(ctx context.Context, id bot.MediaID) (io.ReadCloser, error) {
	b, _, err := s.Store.OpenMedia(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("outbox: open picture: %w", err)
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}
