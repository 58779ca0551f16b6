package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Figures are what an operator watches, for all processes at once. None of the
// queries reads more than the messages that are on their way, and none counts
// further than mostCounted.
type Figures struct {
	Queued, Waiting     int // messages on their way
	Failed, Unreachable int // lost in the last 24 hours
	OldestDue           time.Duration
	TimerLate           time.Duration
	MediaWanted         int
	Letters             int // dead letters that nobody has played
	Alerts, AlertsAtTop int // that nobody has acknowledged; of them with nobody above
	Clocks, ClocksLate  int // of papers that are open; of them past their target
}

const mostCounted = 10_000

// Figures looks them up.
func (s *Store) Figures(ctx context.Context) (Figures, error) {
	var f Figures
	var oldest, timer *int64
	var now int64
	if err := s.read.QueryRowContext(ctx, "SELECT "+s.dbnow()).Scan(&now); err != nil {
		return f, wrap("read the database's clock", err)
	}
	yesterday := now - (24 * time.Hour).Milliseconds()
	// Of the messages that could go, not of those behind one that waits for the
	// person to write.
	const due = "SELECT MIN(o.created_at) FROM (SELECT conversation, sent_seq FROM outbox_heads WHERE due_at <= ? ORDER BY due_at LIMIT 1000) h " +
		"JOIN outbox o ON o.conversation = h.conversation AND o.seq > h.sent_seq AND o.state = 'queued'"
	err := errors.Join(
		s.bounded(ctx, &f.Queued, "outbox WHERE state = 'queued'"),
		s.bounded(ctx, &f.Waiting, "outbox WHERE state = 'waiting'"),
		s.bounded(ctx, &f.Failed, "outbox WHERE state = 'failed' AND created_at > ?", yesterday),
		s.bounded(ctx, &f.Unreachable, "outbox WHERE state = 'unreachable' AND created_at > ?", yesterday),
		s.bounded(ctx, &f.MediaWanted, "media WHERE state = 'wanted'"),
		s.bounded(ctx, &f.Letters, "letters WHERE played_at = 0"),
		s.bounded(ctx, &f.Alerts, "alerts WHERE ended_at = 0"),
		s.bounded(ctx, &f.AlertsAtTop, "alerts WHERE ended_at = 0 AND rung = ?", int(RungTop)),
		s.bounded(ctx, &f.Clocks, "sla_clocks WHERE stopped = ? AND due_at > 0", false),
		s.bounded(ctx, &f.ClocksLate, "sla_clocks WHERE stopped = ? AND due_at > 0 AND due_at < ?", false, now),
		s.read.QueryRowContext(ctx, due, now).Scan(&oldest),
		s.read.QueryRowContext(ctx, "SELECT MIN(due_at) FROM timers").Scan(&timer),
	)
	f.OldestDue, f.TimerLate = since(now, oldest), since(now, timer)
	return f, wrap("look up figures", err)
}

// bounded counts rows, up to mostCounted.
func (s *Store) bounded(ctx context.Context, n *int, from string, args ...any) error {
	return s.read.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 FROM %s LIMIT %d) t", from, mostCounted), args...).Scan(n)
}

func since(now int64, then *int64) time.Duration {
	if then == nil || *then > now {
		return 0
	}
	return time.Duration(now-*then) * time.Millisecond
}

// Pool is how a pool of connections stands.
type Pool struct {
	Open, InUse, Idle int
	Waits             int64 // how often somebody had to wait, or did in vain
	Waited            time.Duration
}

// Pools are those of the database and of Redis, by what they are for.
func (s *Store) Pools() map[string]Pool {
	pools := map[string]Pool{}
	w := s.sql.Stats()
	pools["write"] = Pool{w.OpenConnections, w.InUse, w.Idle, w.WaitCount, w.WaitDuration}
	if s.read != s.sql {
		r := s.read.Stats()
		pools["read"] = Pool{r.OpenConnections, r.InUse, r.Idle, r.WaitCount, r.WaitDuration}
	}
	c := s.cache.client.PoolStats()
	pools["redis"] = Pool{int(c.TotalConns), int(c.TotalConns - c.IdleConns), int(c.IdleConns), int64(c.Timeouts), 0}
	return pools
}

// Ping asks the database whether it is there.
func (s *Store) Ping(ctx context.Context) error {
	return wrap("ping database", s.read.PingContext(ctx))
}

// PingRedis asks Redis whether it is there.
func (s *Store) PingRedis(ctx context.Context) error {
	return wrap("ping redis", s.cache.client.Ping(ctx).Err())
}
