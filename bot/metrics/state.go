package metrics

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// State is how the house stands. It is looked up when somebody asks, for all
// processes at once, since it lies in the database. What could not be found out
// is left out by Database and Redis being false.
type State struct {
	Database bool // answers; the figures of the database are left out otherwise
	Redis    bool

	Queued, Waiting     int           // messages on their way, and those that wait for the person to write
	Failed, Unreachable int           // messages lost in the last 24 hours
	OldestDue           time.Duration // how long the oldest message that could go has been waiting
	TimerLate           time.Duration // how late the oldest due timer is
	MediaWanted         int           // pictures still at the platforms
	Letters             int           // dead letters nobody has played
	Alerts, AlertsAtTop int           // alerts that nobody has acknowledged; of them at the top of the ladder
	Clocks, ClocksLate  int           // clocks on open papers; of them past their target

	// Counted in this process since it started.
	RedisFailures, Buried, MediaKept, MediaLost int64

	Pools map[string]Pool // "write" and "read" of the database, "redis"
}

// Pool is how a pool of connections stands.
type Pool struct {
	Open, InUse, Idle int
	Waits             int64 // how often somebody had to wait for one, or did in vain
	Waited            time.Duration
}

const (
	lookFor = 2 * time.Second
	// lookEvery spares the database: several may ask, or one too often.
	lookEvery = 5 * time.Second
)

// Look has the state of the house looked up, whenever somebody asks.
func (m *Metrics) Look(look func(context.Context) State) {
	if m != nil {
		m.state.look.Store(&look)
	}
}

// stateCollector shows a State.
type stateCollector struct {
	look atomic.Pointer[func(context.Context) State]

	mu   sync.Mutex
	last State
	at   time.Time

	databaseUp, redisUp          *prometheus.Desc
	outbox, lost, oldest         *prometheus.Desc
	timers, wanted, letters      *prometheus.Desc
	alerts, clocks               *prometheus.Desc
	redisFailures, buried, media *prometheus.Desc
	connections, waits, waited   *prometheus.Desc
}

func newState() *stateCollector {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("redthread_"+name, help, labels, nil)
	}
	return &stateCollector{
		databaseUp:    desc("database_up", "1 while the database answers."),
		redisUp:       desc("redis_up", "1 while Redis answers; without it everything works, more slowly."),
		outbox:        desc("outbox_messages", "Messages on their way: queued, or waiting for the person to write. Counted up to 10000.", "state"),
		lost:          desc("outbox_lost", "Messages of the last 24 hours that will not arrive: failed, unreachable. Counted up to 10000.", "state"),
		oldest:        desc("outbox_oldest_due_seconds", "How long the oldest message that could go has been waiting."),
		timers:        desc("timers_late_seconds", "How late the oldest due timer is."),
		wanted:        desc("media_wanted", "Pictures still to be fetched from the platforms."),
		letters:       desc("dead_letters_waiting", "Callbacks that could not be played and that nobody has looked after."),
		alerts:        desc("alerts_open", "Alerts to staff that nobody has acknowledged, by where they stand: below, top. Counted up to 10000.", "rung"),
		clocks:        desc("sla_clocks", "Clocks on open papers: in_time, late. Counted up to 10000.", "state"),
		redisFailures: desc("redis_failures_total", "Failed calls of Redis."),
		buried:        desc("dead_letters_total", "Callbacks that became dead letters."),
		media:         desc("media_total", "Pictures that were kept, or lost.", "result"),
		connections:   desc("pool_connections", "Connections to the database (write, read) and to Redis: in_use, idle.", "pool", "state"),
		waits:         desc("pool_waits_total", "How often somebody waited for a connection, or did in vain.", "pool"),
		waited:        desc("pool_wait_seconds_total", "How long they waited.", "pool"),
	}
}

func (c *stateCollector) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		c.databaseUp, c.redisUp, c.outbox, c.lost, c.oldest, c.timers, c.wanted, c.letters, c.alerts, c.clocks,
		c.redisFailures, c.buried, c.media, c.connections, c.waits, c.waited,
	} {
		to <- d
	}
}

func (c *stateCollector) Collect(to chan<- prometheus.Metric) {
	s, ok := c.current()
	if !ok {
		return
	}
	show := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) { show(d, prometheus.GaugeValue, v, labels...) }
	count := func(d *prometheus.Desc, v float64, labels ...string) { show(d, prometheus.CounterValue, v, labels...) }
	gauge(c.databaseUp, one(s.Database))
	gauge(c.redisUp, one(s.Redis))
	if s.Database {
		gauge(c.outbox, float64(s.Queued), "queued")
		gauge(c.outbox, float64(s.Waiting), "waiting")
		gauge(c.lost, float64(s.Failed), "failed")
		gauge(c.lost, float64(s.Unreachable), "unreachable")
		gauge(c.oldest, s.OldestDue.Seconds())
		gauge(c.timers, s.TimerLate.Seconds())
		gauge(c.wanted, float64(s.MediaWanted))
		gauge(c.letters, float64(s.Letters))
		gauge(c.alerts, float64(s.Alerts-s.AlertsAtTop), "below")
		gauge(c.alerts, float64(s.AlertsAtTop), "top")
		gauge(c.clocks, float64(s.Clocks-s.ClocksLate), "in_time")
		gauge(c.clocks, float64(s.ClocksLate), "late")
	}
	count(c.redisFailures, float64(s.RedisFailures))
	count(c.buried, float64(s.Buried))
	count(c.media, float64(s.MediaKept), "kept")
	count(c.media, float64(s.MediaLost), "lost")
	for name, p := range s.Pools {
		gauge(c.connections, float64(p.InUse), name, "in_use")
		gauge(c.connections, float64(p.Idle), name, "idle")
		count(c.waits, float64(p.Waits), name)
		count(c.waited, p.Waited.Seconds(), name)
	}
}

// current looks the state up, unless it was just done.
func (c *stateCollector) current() (State, bool) {
	look := c.look.Load()
	if look == nil {
		return State{}, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) > lookEvery {
		ctx, cancel := context.WithTimeout(context.Background(), lookFor)
		defer cancel()
		c.last, c.at = (*look)(ctx), time.Now()
	}
	return c.last, true
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
