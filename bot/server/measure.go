package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"redthread/bot"
	"redthread/bot/metrics"
	"redthread/store"
)

// measured is a channel whose calls are counted, and whose pulse is taken from
// what they come to.
type measured struct {
	bot.Channel
	metrics *metrics.Metrics
	pulse   *pulse
	now     func() time.Time
}

// measure counts what a channel does.
func (s *Server) measure(c bot.Channel) bot.Channel {
	if s.pulses == nil {
		s.pulses = map[string]*pulse{}
	}
	p := &pulse{}
	s.pulses[c.Name()] = p
	s.metrics.Open(c.Name())
	return measured{c, s.metrics, p, s.cfg.Store.Now}
}

func (m measured) Send(ctx context.Context, d bot.Delivery) (bot.Receipt, error) {
	start := time.Now()
	r, err := m.Channel.Send(ctx, d)
	m.metrics.Sent(m.Name(), metrics.Outcome(err), metrics.Code(err), time.Since(start))
	m.pulse.hear(err, m.now())
	return r, err
}

// Knock is the channel's own, if it can.
func (m measured) Knock(ctx context.Context, k bot.Knock) error {
	channel, ok := m.Channel.(bot.Knocker)
	if !ok {
		return bot.ErrNoKnock
	}
	err := channel.Knock(ctx, k)
	m.pulse.hear(err, m.now())
	return err
}

func (m measured) Fetch(ctx context.Context, media bot.Media, limit int64) ([]byte, error) {
	b, err := m.Channel.Fetch(ctx, media, limit)
	m.metrics.Fetched(m.Name(), metrics.FetchOutcome(err), metrics.Code(err))
	return b, err
}

// counted is accept with its outcomes counted, the messages that the callback's
// own answer carries among them.
func (s *Server) counted(channel string, accept bot.Accept) bot.Accept {
	if s.metrics == nil {
		return accept
	}
	return func(ctx context.Context, ev bot.Event) (bot.Outcome, error) {
		start := time.Now()
		out, err := accept(ctx, ev)
		s.metrics.Callback(channel, resultOf(out, err), time.Since(start))
		if r := out.Reply; r != nil {
			done, skip := r.Done, r.Skip
			r.Done = func(ctx context.Context, pieces, total int) {
				if pieces > skip {
					s.metrics.Sent(channel, "reply", 0, 0)
				}
				done(ctx, pieces, total)
			}
		}
		return out, err
	}
}

func resultOf(out bot.Outcome, err error) string {
	var poison *bot.Poison
	switch {
	case errors.As(err, &poison):
		return "refused"
	case err != nil:
		return "failed"
	case out.Repeated:
		return "repeated"
	}
	return "taken"
}

// countedDoor is a platform's door with its answers counted.
func (s *Server) countedDoor(name string, h http.Handler) http.Handler {
	if s.metrics == nil {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		h.ServeHTTP(seen, r)
		s.metrics.Answered(name, seen.status)
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController flush.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// observe has the store's turns counted, and its state looked up when somebody
// asks.
func (s *Server) observe() {
	if s.metrics == nil {
		return
	}
	s.cfg.Store.Observe(func(n store.TurnNote) {
		s.metrics.Turn(n.Channel, n.Flow, n.Result, n.Took, n.Conflicts, n.Deadlocks)
	})
	s.metrics.Spool(s.Spooled, s.SpoolDamaged)
	s.metrics.Look(s.look)
}

func (s *Server) look(ctx context.Context) metrics.State {
	st := s.cfg.Store
	f, err := st.Figures(ctx)
	c := st.Counts()
	state := metrics.State{
		Database: err == nil, Redis: st.PingRedis(ctx) == nil,
		Queued: f.Queued, Waiting: f.Waiting, Failed: f.Failed, Unreachable: f.Unreachable,
		OldestDue: f.OldestDue, TimerLate: f.TimerLate, MediaWanted: f.MediaWanted, Letters: f.Letters,
		Alerts: f.Alerts, AlertsAtTop: f.AlertsAtTop, Clocks: f.Clocks, ClocksLate: f.ClocksLate,
		RedisFailures: c.RedisFailures, Buried: c.Buried, MediaKept: c.MediaKept, MediaLost: c.MediaLost,
		Pools: map[string]metrics.Pool{},
	}
	for name, p := range st.Pools() {
		state.Pools[name] = metrics.Pool(p)
	}
	return state
}
