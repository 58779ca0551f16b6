package spool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redthread/bot"
)

// house is a database and an engine over it: it plays each event once.
type house struct {
	mu     sync.Mutex
	state  string // "", "refuses", "hangs", "full"; "full" answers pings
	taken  map[bot.EventKey]bool
	said   map[bot.Conversation][]string
	turns  int
	pings  int
	buried []string
	fail   map[bot.EventKey]error // what playing an event comes to, whatever the state
	played chan struct{}          // a signal for each turn that was tried
}

var errNoHouse = errors.New("the database is away")

func (h *house) be(state string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.state = state
}

func (h *house) now() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

func (h *house) Play(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
	defer func() {
		select {
		case h.played <- struct{}{}:
		default:
		}
	}()
	switch h.now() {
	case "refuses", "full":
		return bot.Outcome{}, errNoHouse
	case "hangs":
		<-ctx.Done()
		return bot.Outcome{}, errNoHouse
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turns++
	if err := h.fail[ev.Key]; err != nil {
		return bot.Outcome{}, err
	}
	if h.taken[ev.Key] {
		return bot.Outcome{Repeated: true}, nil
	}
	h.taken[ev.Key] = true
	h.said[ev.From] = append(h.said[ev.From], ev.Text)
	return bot.Outcome{}, nil
}

func (h *house) Ping(ctx context.Context) error {
	h.mu.Lock()
	h.pings++
	state := h.state
	h.mu.Unlock()
	switch state {
	case "refuses":
		return errNoHouse
	case "hangs":
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (h *house) Bury(_ context.Context, channel string, raw []byte, why error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.state != "" {
		return errNoHouse
	}
	h.buried = append(h.buried, channel+": "+why.Error())
	return nil
}

func (h *house) heard(who int) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.said[happened(who, 0).From]
}

// gated is a gate before a house, until the test ends. The looks are short.
func gated(t *testing.T, c Config) (*Gate, *house, *Spool) {
	t.Helper()
	h := &house{taken: map[bot.EventKey]bool{}, said: map[bot.Conversation][]string{}, fail: map[bot.EventKey]error{}, played: make(chan struct{}, 1)}
	g, s := gatedBefore(t, c, h)
	return g, h, s
}

func gatedBefore(t *testing.T, c Config, h *house) (*Gate, *Spool) {
	t.Helper()
	s := open(t, c)
	g := NewGate(GateConfig{
		Spool: s, Play: h.Play, Ping: h.Ping, Letters: h, Log: slog.New(slog.DiscardHandler),
		Away: func(err error) bool { return errors.Is(err, errNoHouse) || errors.Is(err, context.DeadlineExceeded) },
		Say: func(_ context.Context, ev bot.Event) (bot.Message, error) {
			return bot.Message{Text: "稍后回复"}, nil
		},
	})
	g.suspicion, g.looks.lookTime, g.looks.pause, g.hold, g.poll = 20*time.Millisecond, 20*time.Millisecond, 5*time.Millisecond, time.Second, 5*time.Millisecond
	ctx, stop := context.WithCancel(context.Background())
	var busy sync.WaitGroup
	busy.Go(func() { g.Run(ctx) })
	t.Cleanup(func() {
		stop()
		busy.Wait()
		if err := g.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return g, s
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still waiting until %s", what)
		}
	}
}

func accept(t *testing.T, g *Gate, ev bot.Event) bot.Outcome {
	t.Helper()
	out, err := g.Accept(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (g *Gate) isHere() bool { g.mu.Lock(); defer g.mu.Unlock(); return g.state == here }

func TestPassesWhileTheDatabaseIsThere(t *testing.T) {
	g, h, s := gated(t, config(t))
	if out := accept(t, g, happened(1, 1)); out.Reply != nil || s.Depth() != 0 || len(h.heard(1)) != 1 {
		t.Errorf("%+v, depth %d, heard %v", out, s.Depth(), h.heard(1))
	}
	if h.pings != 0 {
		t.Errorf("%d pings without need", h.pings)
	}
}

// Nothing written while the database is away is lost or played twice or out of
// order, whether it refuses or hangs.
func TestOutage(t *testing.T) {
	for _, how := range []string{"refuses", "hangs", "full"} {
		t.Run(how, func(t *testing.T) {
			g, h, s := gated(t, config(t))
			const people, each = 20, 8
			var all sync.WaitGroup
			var spooled atomic.Int32
			for who := range people {
				all.Go(func() {
					for n := range each {
						if who == 0 && n == 2 {
							h.be(how)
						}
						if who == 0 && n == 5 {
							h.be("")
						}
						if out := accept(t, g, happened(who, n)); out.Reply != nil {
							spooled.Add(1)
							out.Reply.Done(t.Context(), 1, 1)
						}
						if n%3 == 0 {
							accept(t, g, happened(who, n)) // the platform delivers it again
						}
					}
				})
			}
			all.Wait()
			until(t, "all is played back", g.isHere)
			var want []string
			for n := range each {
				want = append(want, fmt.Sprintf("第 %d 句", n))
			}
			for who := range people {
				if d := cmp.Diff(h.heard(who), want); d != "" {
					t.Errorf("person %d: %s", who, d)
				}
			}
			if s.Depth() != 0 || spooled.Load() == 0 {
				t.Errorf("depth %d, %d were spooled", s.Depth(), spooled.Load())
			}
		})
	}
}

// Once the database is known to be away nobody waits for it, nor is it asked.
func TestShortCircuit(t *testing.T) {
	g, h, s := gated(t, config(t))
	h.be("hangs")
	accept(t, g, happened(1, 1))
	if !g.Away() {
		t.Fatal("a hanging database is not believed away")
	}
	start := time.Now()
	for n := range 50 {
		out := accept(t, g, happened(2, n))
		if out.Reply == nil || out.Reply.Message.Text != "稍后回复" {
			t.Fatalf("%+v", out)
		}
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("50 events took %v", took)
	}
	if _, err := g.Through(t.Context(), happened(3, 1)); !errors.Is(err, ErrAway) {
		t.Errorf("through: %v", err)
	}
	if h.turns != 0 || s.Depth() != 51 {
		t.Errorf("%d turns, depth %d", h.turns, s.Depth())
	}
	if out := accept(t, g, happened(2, 7)); !out.Repeated || out.Reply == nil || s.Depth() != 51 {
		t.Errorf("the same again: %+v, depth %d", out, s.Depth())
	}
	left := happened(4, 1)
	left.ReplyBy = time.Time{}
	if out := accept(t, g, left); out.Reply != nil {
		t.Error("a reply to what cannot carry one")
	}
	h.be("")
	until(t, "all is played back", g.isHere)
	if _, err := g.Through(t.Context(), happened(3, 1)); err != nil {
		t.Errorf("through, afterwards: %v", err)
	}
}

// A process that was frozen finds its deadlines passed. It looks afresh, finds
// the database there, and spools nothing.
func TestFrozenProcess(t *testing.T) {
	g, h, s := gated(t, config(t))
	once := true
	g.cfg.Play = func(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
		if once {
			once = false
			return bot.Outcome{}, context.DeadlineExceeded
		}
		if ctx.Err() != nil {
			return bot.Outcome{}, ctx.Err()
		}
		return h.Play(ctx, ev)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the adapter's deadline has passed as well
	out, err := g.play(ctx, happened(1, 1))
	if err != nil || out.Reply != nil || s.Depth() != 0 || len(h.heard(1)) != 1 || g.Away() {
		t.Errorf("%+v %v, depth %d, heard %v", out, err, s.Depth(), h.heard(1))
	}
}

// A look that took far longer than it may is one of a frozen process.
func TestFrozenLook(t *testing.T) {
	calls := 0
	l := looks{lookTime: time.Millisecond, ping: func(context.Context) error {
		if calls++; calls == 1 {
			time.Sleep(20 * time.Millisecond)
			return context.DeadlineExceeded
		}
		return nil
	}}
	if !l.once() || calls != 2 {
		t.Errorf("away after %d looks", calls)
	}
}

// An event that comes while the spool is played back waits; when that takes too
// long it goes into the spool, behind the others.
func TestHeldThenSpooledBehind(t *testing.T) {
	c := config(t)
	before := open(t, c)
	put(t, before, happened(1, 1))
	shut(t, before)
	h := &house{taken: map[bot.EventKey]bool{}, said: map[bot.Conversation][]string{}, fail: map[bot.EventKey]error{}, played: make(chan struct{}, 1)}
	h.be("full") // it is there, but takes nothing yet
	g, s := gatedBefore(t, c, h)
	g.hold = 30 * time.Millisecond
	if out := accept(t, g, happened(1, 2)); out.Reply == nil || s.Depth() != 2 {
		t.Errorf("%+v, depth %d", out, s.Depth())
	}
	g.hold = 20 * time.Second
	held := make(chan bot.Outcome)
	go func() { out, _ := g.Accept(t.Context(), happened(1, 3)); held <- out }()
	<-h.played
	h.be("")
	if out := <-held; out.Reply != nil {
		t.Errorf("the held one was spooled: %+v", out)
	}
	if d := cmp.Diff(h.heard(1), []string{"第 1 句", "第 2 句", "第 3 句"}); d != "" {
		t.Error(d)
	}
}

// A new event that could be played does not overtake the one of its conversation that
// cannot be played back yet.
func TestNewWaitsForSpooled(t *testing.T) {
	c := config(t)
	before := open(t, c)
	put(t, before, happened(1, 1))
	shut(t, before)
	first := happened(1, 1).Key
	h := &house{taken: map[bot.EventKey]bool{}, said: map[bot.Conversation][]string{}, fail: map[bot.EventKey]error{first: errNoHouse}, played: make(chan struct{}, 1)}
	g, s := gatedBefore(t, c, h)
	g.hold = 30 * time.Millisecond
	if out := accept(t, g, happened(1, 2)); out.Reply == nil {
		t.Errorf("%+v, depth %d", out, s.Depth())
	}
	h.mu.Lock()
	delete(h.fail, first)
	h.mu.Unlock()
	until(t, "both are played", func() bool { return len(h.heard(1)) == 2 })
	if d := cmp.Diff(h.heard(1), []string{"第 1 句", "第 2 句"}); d != "" {
		t.Error(d)
	}
}

// An event that can never be played goes to the dead letters, and does not hold
// up the rest: its own conversation, or anybody else's.
func TestPoison(t *testing.T) {
	g, h, s := gated(t, config(t))
	h.be("refuses")
	for who := range 3 {
		for n := range 3 {
			accept(t, g, happened(who, n))
		}
	}
	h.fail[happened(0, 1).Key] = &bot.Poison{Err: errors.New("no key")}
	h.fail[happened(1, 1).Key] = errors.New("its session cannot be read")
	h.be("")
	until(t, "all is played back", g.isHere)
	for who, want := range [][]string{{"第 0 句", "第 2 句"}, {"第 0 句", "第 2 句"}, {"第 0 句", "第 1 句", "第 2 句"}} {
		if d := cmp.Diff(h.heard(who), want); d != "" {
			t.Errorf("person %d: %s", who, d)
		}
	}
	if len(h.buried) != 2 || s.Depth() != 0 {
		t.Errorf("buried %v, depth %d", h.buried, s.Depth())
	}
}

// A poisoned event that arrives while all is well is the platform's to bury; a
// panic is an error like any other.
func TestErrorsPass(t *testing.T) {
	g, h, s := gated(t, config(t))
	h.fail[happened(1, 1).Key] = &bot.Poison{Err: errors.New("no key")}
	poison := new(bot.Poison)
	if _, err := g.Accept(t.Context(), happened(1, 1)); !errors.As(err, &poison) {
		t.Errorf("%v", err)
	}
	g.cfg.Play = func(context.Context, bot.Event) (bot.Outcome, error) { panic("words of a client") }
	if _, err := g.Accept(t.Context(), happened(1, 2)); err == nil || err.Error() != "spool: panic of type string" {
		t.Errorf("%v", err)
	}
	if s.Depth() != 0 || g.Away() {
		t.Errorf("depth %d", s.Depth())
	}
}

// Database and disk are both away: nothing is confirmed, so that the platform
// delivers again.
func TestDiskFullToo(t *testing.T) {
	var d disk
	c := config(t)
	c.create = d.create
	g, h, _ := gated(t, c)
	h.be("refuses")
	accept(t, g, happened(1, 1))
	d.full.Store(true)
	if _, err := g.Accept(t.Context(), happened(1, 2)); !errors.Is(err, ErrFull) {
		t.Errorf("with nowhere to keep it: %v", err)
	}
	d.full.Store(false)
	accept(t, g, happened(1, 2))
	h.be("")
	until(t, "all is played back", g.isHere)
	if diff := cmp.Diff(h.heard(1), []string{"第 1 句", "第 2 句"}); diff != "" {
		t.Error(diff)
	}
}

// The process ends in the middle of playing back; the next goes on.
func TestRestartWhilePlayingBack(t *testing.T) {
	c := config(t)
	s := open(t, c)
	for who := range 30 {
		put(t, s, happened(who, 1), happened(who, 2))
	}
	for _, k := range next(t, s, 25) {
		s.Done(k) // these were played; whether the house knows does not matter
	}
	shut(t, s)
	h := &house{taken: map[bot.EventKey]bool{}, said: map[bot.Conversation][]string{}, fail: map[bot.EventKey]error{}, played: make(chan struct{}, 1)}
	for who := range 12 {
		for n := 1; n <= 2; n++ {
			if _, err := h.Play(t.Context(), happened(who, n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	g, s := gatedBefore(t, c, h)
	accept(t, g, happened(3, 3)) // waits for what was there before
	for who := range 30 {
		want := []string{"第 1 句", "第 2 句"}
		if who == 3 {
			want = append(want, "第 3 句")
		}
		if d := cmp.Diff(h.heard(who), want); d != "" {
			t.Errorf("person %d: %s", who, d)
		}
	}
	if s.Depth() != 0 || len(segments(t, c)) != 0 {
		t.Errorf("depth %d, segments %v", s.Depth(), segments(t, c))
	}
}

// A turn that hangs in the database may still end well; what it prepared for the
// callback that has gone is given back.
func TestAbandonedReplyIsGivenBack(t *testing.T) {
	g, h, _ := gated(t, config(t))
	end, done := make(chan struct{}), make(chan int, 1)
	g.cfg.Play = func(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
		if ev.ReplyBy.IsZero() { // from the spool
			return h.Play(ctx, ev)
		}
		<-end
		return bot.Outcome{Reply: &bot.Reply{Skip: 2, Done: func(_ context.Context, pieces, _ int) { done <- pieces }}}, nil
	}
	h.be("hangs")
	if out := accept(t, g, happened(1, 1)); out.Reply == nil || out.Reply.Message.Text != "稍后回复" {
		t.Errorf("%+v", out)
	}
	close(end)
	if pieces := <-done; pieces != 2 {
		t.Errorf("%d pieces were said to be out, want the 2 of before", pieces)
	}
	h.be("")
	until(t, "all is played back", g.isHere)
}
