package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"redthread/bot"
)

// GateConfig says what a gate stands before. All but Log must be given.
type GateConfig struct {
	Spool   *Spool
	Play    bot.Accept                  // the engine
	Ping    func(context.Context) error // nil when the database can be reached and takes writes
	Away    func(error) bool            // tells Play's errors of an absent database from others
	Letters bot.DeadLetters             // for events that can never be played
	Log     *slog.Logger                // nil: slog.Default()

	// Say is what the person is told whose event lies in the spool.
	Say func(context.Context, bot.Event) (bot.Message, error)
}

// ErrAway says that the database is away. The event was not kept.
var ErrAway = errors.New("spool: the database is away")

// Times of the gate. WeChat waits five seconds for an answer: suspicion, two
// looks and the pause between them stay well below.
const (
	hold       = 2500 * time.Millisecond // how long an event waits for the spool to be played back
	playTime   = 20 * time.Second        // for one turn
	diskTime   = 5 * time.Second         // for the spool's disk
	suspicion  = 800 * time.Millisecond  // a turn that takes longer makes us look
	lookTime   = 800 * time.Millisecond  // for one look at the database
	lookAgain  = 300 * time.Millisecond  // between two looks, so that a hiccup is none
	returnPoll = 500 * time.Millisecond  // between two looks for its return
	batchSize  = 200
	sideBySide = 16 // conversations played back at a time
)

// Gate lets events through while the database is there and keeps them while it
// is not. It is safe for concurrent use.
type Gate struct {
	cfg       GateConfig
	hold      time.Duration
	suspicion time.Duration
	poll      time.Duration
	lanes     lanes
	looks     looks
	flying    sync.WaitGroup // turns, also those nobody waits for any more

	mu      sync.Mutex
	state   state
	gone    chan struct{} // closed when the database is believed away
	back    chan struct{} // closed when events may pass again
	keeping int           // events on their way into the spool
	stir    chan struct{} // to Run: the state is not here
}

type state int

const (
	here   state = iota // events pass
	behind              // the spool is being played back; events wait, or queue behind it
	away                // the database is away; events go into the spool
)

// NewGate returns a gate. What an earlier process left in the spool is played
// back by Run before anything passes.
func NewGate(c GateConfig) *Gate {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	g := &Gate{
		cfg: c, hold: hold, suspicion: suspicion, poll: returnPoll,
		looks: looks{ping: c.Ping, lookTime: lookTime, pause: lookAgain},
		gone:  make(chan struct{}), back: make(chan struct{}), stir: make(chan struct{}, 1),
	}
	if c.Spool.Depth() > 0 {
		g.state = behind
		g.stirRun()
	}
	return g
}

// Away says whether the database is believed away.
func (g *Gate) Away() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.state == away
}

// Accept is for a platform that does not deliver again for long. The event has
// taken effect when it returns nil, or lies safely in the spool and will; then
// the Reply tells the person so. It implements bot.Accept.
func (g *Gate) Accept(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	arrived := time.Now()
	leave, err := g.lanes.enter(ctx, ev.From)
	if err != nil {
		return bot.Outcome{}, err
	}
	defer leave()
	failed := false
	for {
		if g.admit(ctx, arrived) {
			out, err := g.play(ctx, ev)
			if !g.isAway(err) {
				return out, err
			}
			failed = true
		}
		if g.intend(failed) {
			return g.keep(ctx, ev)
		}
	}
}

// Through is for a platform that delivers again for hours: while the database is
// away, the event is refused at once with ErrAway. It implements bot.Accept.
func (g *Gate) Through(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	if g.Away() {
		return bot.Outcome{}, ErrAway
	}
	out, err := g.attempt(ctx, ev)
	if g.isAway(err) {
		g.suspect()
	}
	return out, err
}

func (g *Gate) isAway(err error) bool {
	return err != nil && (errors.Is(err, ErrAway) || g.cfg.Away(err))
}

// admit waits until the event may pass, no longer than hold. False: it is to be
// kept.
func (g *Gate) admit(ctx context.Context, arrived time.Time) bool {
	g.mu.Lock()
	state, gone, back := g.state, g.gone, g.back
	g.mu.Unlock()
	switch state {
	case here:
		return true
	case away:
		return false
	}
	enough := time.NewTimer(time.Until(arrived.Add(g.hold)))
	defer enough.Stop()
	select {
	case <-back:
		return true
	case <-gone:
	case <-enough.C:
	case <-ctx.Done():
	}
	return false
}

// play has the event played, twice if the database seems away and is there when
// looked at: a process that was frozen finds all its deadlines passed.
func (g *Gate) play(ctx context.Context, ev bot.Event) (out bot.Outcome, err error) {
	for range 2 {
		out, err = g.attempt(ctx, ev)
		if !g.isAway(err) || g.Away() || !g.look(ctx) {
			return out, err
		}
	}
	return out, err
}

// attempt plays the event with a deadline of its own, and stops waiting for it
// when the database is found away: what a hanging database makes of the turn is
// then met again by the event's key.
func (g *Gate) attempt(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), playTime)
	g.mu.Lock()
	gone := g.gone
	g.mu.Unlock()
	ended := make(chan result, 1)
	g.flying.Go(func() {
		defer cancel()
		ended <- g.safely(ctx, ev)
	})
	slow := time.NewTimer(g.suspicion)
	defer slow.Stop()
	for {
		select {
		case r := <-ended:
			return r.out, r.err
		case <-slow.C:
			g.suspect()
		case <-gone:
			cancel()
			g.flying.Go(func() { abandon(<-ended) })
			return bot.Outcome{}, ErrAway
		}
	}
}

type result struct {
	out bot.Outcome
	err error
}

// safely turns a panic into an error that says where, not what.
func (g *Gate) safely(ctx context.Context, ev bot.Event) (r result) {
	defer func() {
		if v := recover(); v != nil {
			g.cfg.Log.Error("a turn panicked", "event", ev.Key, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			r.err = fmt.Errorf("spool: panic of type %T", v)
		}
	}()
	r.out, r.err = g.cfg.Play(ctx, ev)
	return r
}

// abandon gives back what a turn prepared for somebody who no longer waits.
func abandon(r result) {
	if reply := r.out.Reply; r.err == nil && reply != nil {
		ctx, cancel := context.WithTimeout(context.Background(), lookTime)
		defer cancel()
		reply.Done(ctx, reply.Skip, 0)
	}
}

// intend says that an event goes into the spool: because it must, having failed
// twice, or unless events may pass again. From then on the spool does not count
// as played back before the event is in.
func (g *Gate) intend(must bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.state == here && !must {
		return false
	}
	if g.state == here {
		g.state, g.back = behind, make(chan struct{})
		g.stirRun()
	}
	g.keeping++
	return true
}

// keep puts the event into the spool.
func (g *Gate) keep(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	defer func() {
		g.mu.Lock()
		g.keeping--
		g.mu.Unlock()
	}()
	fresh, cancel := context.WithTimeout(context.WithoutCancel(ctx), diskTime)
	defer cancel()
	again, err := g.cfg.Spool.Put(fresh, ev)
	if err != nil {
		return bot.Outcome{}, errors.Join(ErrAway, err)
	}
	g.cfg.Log.Info("event spooled", "event", ev.Key, "again", again)
	out := bot.Outcome{Repeated: again}
	if ev.ReplyBy.IsZero() {
		return out, nil
	}
	m, err := g.cfg.Say(ctx, ev)
	if err != nil {
		g.cfg.Log.Warn("nothing said about a spooled event", "event", ev.Key, "error", err)
		return out, nil
	}
	out.Reply = &bot.Reply{Message: m, Done: func(context.Context, int, int) {}}
	return out, nil
}

func (g *Gate) stirRun() {
	select {
	case g.stir <- struct{}{}:
	default:
	}
}

// Close waits for the turns that are under way, as long as ctx allows. Run must
// have ended, and nothing must come any more. The spool stays the caller's to
// close.
func (g *Gate) Close(ctx context.Context) error {
	idle := make(chan struct{})
	go func() {
		g.flying.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("spool: wait for turns under way: %w", ctx.Err())
	}
}
