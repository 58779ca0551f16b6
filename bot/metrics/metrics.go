// Package metrics counts what the program does and shows it in Prometheus' form.
// It is told what happened in plain words and numbers, and asks for the state of
// the house only when somebody looks. No label ever names a person or a
// conversation, and the number of values of each is bounded, so that neither
// privacy nor memory depends on what others send us.
//
// A nil *Metrics counts nothing, so that whoever reports need not ask.
package metrics

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are the figures of one process. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	state    *stateCollector

	turns      *prometheus.CounterVec
	turnTime   *prometheus.HistogramVec
	replays    *prometheus.CounterVec
	callbacks  *prometheus.CounterVec
	answerTime *prometheus.HistogramVec
	answers    *prometheus.CounterVec
	sends      *prometheus.CounterVec
	sendTime   *prometheus.HistogramVec
	errors     *prometheus.CounterVec
	fetches    *prometheus.CounterVec
	tokens     *prometheus.CounterVec
	up         *prometheus.GaugeVec
	pending    *prometheus.GaugeVec
	refused    *prometheus.CounterVec

	flows, codes, actions names
	spool                 atomic.Pointer[spool]
}

// buckets cover a turn that only talks (a millisecond) to one that the platform
// has given up on (20 s).
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20}

// New starts counting for the release.
func New(release string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), flows: names{most: 40}, codes: names{most: 60}, actions: names{most: 60}}
	m.turns = m.counter("turns_total", "Events played, by channel, by the flow that was open before, and by what came of them: taken, repeated, failed, away (the database).", "channel", "flow", "result")
	m.turnTime = m.histogram("turn_seconds", "How long a turn took, waiting for its conversation and for the commit included.", "channel", "flow")
	m.replays = m.counter("turn_replays_total", "How often a turn was played again: conflict (another process was first, or Redis lagged), deadlock.", "why")
	m.callbacks = m.counter("callbacks_total", "Events that the platforms delivered: taken, repeated, refused (never to be played), failed (to be delivered again).", "channel", "result")
	m.answerTime = m.histogram("callback_seconds", "How long the platform waited until its event had taken effect.", "channel")
	m.answers = m.counter("responses_total", "Answers at the doors, by HTTP status.", "door", "code")
	m.sends = m.counter("sends_total", "Attempts to deliver a message: sent, reply (carried by the callback's answer), later, slow, closed (window or quota), gone, refused, unsure.", "channel", "outcome")
	m.sendTime = m.histogram("send_seconds", "How long a platform took for one message, waiting for the limits included.", "channel")
	m.errors = m.counter("platform_errors_total", "Errors of the platforms by their own code.", "channel", "code")
	m.fetches = m.counter("fetches_total", "Attempts to fetch a picture: fetched, later, gone, too_big.", "channel", "outcome")
	m.tokens = m.counter("token_requests_total", "WeChat access tokens asked for: usual or forced, given or refused.", "kind", "result")
	m.up = m.gauge("channel_up", "1 while a channel works, 0 while it is in trouble: nothing gets out, the token is refused, or its webhook fails.", "channel")
	m.pending = m.gauge("webhook_pending", "Updates that the platform holds back for us.", "channel")
	m.refused = m.counter("refusals_total", "What is for colleagues and was refused, by action (docs/roles.md), and to whom: colleague (not for their role), stranger (no colleague, or not any more).", "action", "who")
	m.state = newState()
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "redthread_build_info", Help: "Which release runs.", ConstLabels: prometheus.Labels{"version": release}}, func() float64 { return 1 })
	depth := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "redthread_spool_records", Help: "Callbacks kept on this machine's disk until the database is back."}, func() float64 { return float64(m.spooled().depth()) })
	damaged := prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "redthread_spool_damaged_total", Help: "Pieces of the spool that could not be read and were put aside."}, func() float64 { return float64(m.spooled().damaged()) })
	m.registry.MustRegister(m.state, build, depth, damaged, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "redthread_" + name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) gauge(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "redthread_" + name, Help: help}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m *Metrics) histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "redthread_" + name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}

// Handler shows everything, in the text form of
// https://prometheus.io/docs/instrumenting/exposition_formats/.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// Open prepares the figures of a channel, so that they are there, at zero,
// before the first thing happens: a rate can then see the first one too.
func (m *Metrics) Open(channel string) {
	if m == nil {
		return
	}
	for _, r := range []string{"taken", "repeated", "refused", "failed"} {
		m.callbacks.WithLabelValues(channel, r)
	}
	for _, o := range []string{"sent", "reply", "later", "slow", "closed", "gone", "refused", "unsure"} {
		m.sends.WithLabelValues(channel, o)
	}
	for _, o := range []string{"fetched", "later", "gone", "too_big"} {
		m.fetches.WithLabelValues(channel, o)
	}
	for _, w := range []string{"conflict", "deadlock"} {
		m.replays.WithLabelValues(w)
	}
	m.answerTime.WithLabelValues(channel)
	m.sendTime.WithLabelValues(channel)
	m.up.WithLabelValues(channel).Set(1)
}

// Turn counts one event that was played: flow was open before, "" when none was.
func (m *Metrics) Turn(channel, flow, result string, took time.Duration, conflicts, deadlocks int) {
	if m == nil {
		return
	}
	if flow == "" {
		flow = "none"
	}
	flow = m.flows.bounded(flow)
	m.turns.WithLabelValues(channel, flow, result).Inc()
	m.turnTime.WithLabelValues(channel, flow).Observe(took.Seconds())
	if conflicts > 0 {
		m.replays.WithLabelValues("conflict").Add(float64(conflicts))
	}
	if deadlocks > 0 {
		m.replays.WithLabelValues("deadlock").Add(float64(deadlocks))
	}
}

// Callback counts one event that a platform delivered.
func (m *Metrics) Callback(channel, result string, took time.Duration) {
	if m == nil {
		return
	}
	m.callbacks.WithLabelValues(channel, result).Inc()
	m.answerTime.WithLabelValues(channel).Observe(took.Seconds())
}

// Answered counts one answer at a door of ours.
func (m *Metrics) Answered(door string, status int) {
	if m != nil {
		m.answers.WithLabelValues(door, strconv.Itoa(status)).Inc()
	}
}

// Sent counts one attempt to deliver a message. code is the platform's own, 0
// when it gave none.
func (m *Metrics) Sent(channel, outcome string, code int, took time.Duration) {
	if m == nil {
		return
	}
	m.sends.WithLabelValues(channel, outcome).Inc()
	if outcome != "reply" {
		m.sendTime.WithLabelValues(channel).Observe(took.Seconds())
	}
	m.refusal(channel, code)
}

// Fetched counts one attempt to fetch a media.
func (m *Metrics) Fetched(channel, outcome string, code int) {
	if m == nil {
		return
	}
	m.fetches.WithLabelValues(channel, outcome).Inc()
	m.refusal(channel, code)
}

func (m *Metrics) refusal(channel string, code int) {
	if code != 0 {
		m.errors.WithLabelValues(channel, m.codes.bounded(strconv.Itoa(code))).Inc()
	}
}

// Token counts one request for an access token.
func (m *Metrics) Token(forced bool, err error) {
	if m == nil {
		return
	}
	kind, result := "usual", "given"
	if forced {
		kind = "forced"
	}
	if err != nil {
		result = "refused"
	}
	m.tokens.WithLabelValues(kind, result).Inc()
}

// Refused counts that somebody was refused an action of colleagues.
func (m *Metrics) Refused(action string, colleague bool) {
	if m == nil {
		return
	}
	who := "stranger"
	if colleague {
		who = "colleague"
	}
	m.refused.WithLabelValues(m.actions.bounded(action), who).Inc()
}

// Up notes whether a channel works.
func (m *Metrics) Up(channel string, works bool) {
	if m == nil {
		return
	}
	v := 0.0
	if works {
		v = 1
	}
	m.up.WithLabelValues(channel).Set(v)
}

// Pending notes how many updates a platform holds back for us.
func (m *Metrics) Pending(channel string, n int) {
	if m != nil {
		m.pending.WithLabelValues(channel).Set(float64(n))
	}
}

// spool is what is asked about the callbacks kept on this machine's disk.
type spool struct{ depth, damaged func() int }

// Spool has both asked, whenever somebody looks: how many callbacks lie on this
// machine's disk, and how many pieces of them were found damaged.
func (m *Metrics) Spool(depth, damaged func() int) {
	if m != nil {
		m.spool.Store(&spool{depth, damaged})
	}
}

func (m *Metrics) spooled() spool {
	if s := m.spool.Load(); s != nil {
		return *s
	}
	none := func() int { return 0 }
	return spool{none, none}
}
