package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// outage is one long fault of a known length, so that what it does to the people
// who write meanwhile can be told: how long their platform waits, and how soon
// after its end everybody has been answered.
type outage struct {
	Name     string        `json:"name"`
	Length   time.Duration `json:"length"`
	Steps    int           `json:"steps"` // from its begin until the backlog was gone
	ToAck    spread        `json:"callback_to_ack"`
	Backlog  int           `json:"backlog"` // steps without an answer when it ended
	GoneIn   float64       `json:"backlog_gone_s"`
	InTwice  bool          `json:"within_twice_its_length"`
	Answered bool          `json:"all_answered"`
}

// outageKinds are what can be out, and what it takes.
var outageKinds = []string{"db-kill", "db-stop", "redis-kill", "redis-stop", "freeze", "platform"}

// readOutages reads "db-kill:60s,freeze:8s,freeze:8s".
func readOutages(list string) (all []outage, err error) {
	if list == "" {
		return nil, nil
	}
	for _, one := range strings.Split(list, ",") {
		name, length, _ := strings.Cut(one, ":")
		d, e := time.ParseDuration(length)
		if e != nil || d <= 0 || !slices.Contains(outageKinds, name) {
			err = errors.Join(err, fmt.Errorf("load: -outages: %q: expected one of %s, a colon and a length like 60s", one, strings.Join(outageKinds, ", ")))
			continue
		}
		all = append(all, outage{Name: name, Length: d})
	}
	return all, err
}

// inOutages makes one after the other while the crowd talks.
func (j *job) inOutages(ctx context.Context, r *report) (err error) {
	all, err := readOutages(j.outages)
	if err != nil {
		return err
	}
	s := j.stage
	s.crowd.patience = 10 * time.Minute
	f := s.watchCPU(nil, func() {
		s.play(ctx, func() {
			for _, o := range all {
				if !sleep(ctx, j.warm) {
					return
				}
				if err = j.suffer(ctx, &o); err != nil {
					return
				}
				j.say("%s for %s: %d steps, to ack %s ms, longest %.0f; %d waited at its end, none %.1f s later", o.Name, o.Length, o.Steps, o.ToAck, o.ToAck.Max, o.Backlog, o.GoneIn)
				r.Outages = append(r.Outages, o)
			}
		})
	})
	r.Bot = &f
	return err
}

// suffer makes the outage, ends it, and waits until whoever wrote before its end
// has been answered.
func (j *job) suffer(ctx context.Context, o *outage) error {
	whom := everybody
	if o.Name == "freeze" {
		whom = 0
	}
	end := j.troubles.begin(whom)
	j.stage.meter.start()
	err := j.outOf(ctx, o)
	end()
	if err != nil {
		return err
	}
	healed := time.Now()
	o.Backlog = j.stage.crowd.waiting.before(healed)
	for j.stage.crowd.waiting.before(healed) > 0 && sleep(ctx, 50*time.Millisecond) {
	}
	o.GoneIn, o.Answered = time.Since(healed).Seconds(), ctx.Err() == nil
	o.InTwice = time.Since(healed) <= 2*o.Length
	j.stage.meter.stop()
	seen := j.stage.meter.read()
	o.Steps, o.ToAck = seen.Steps, seen.ToAck
	return nil
}

// outOf takes away what the outage names, for as long as it lasts.
func (j *job) outOf(ctx context.Context, o *outage) error {
	kind, how, _ := strings.Cut(o.Name, "-")
	switch kind {
	case "platform":
		j.stage.weather.stormy.Store(true)
		defer j.stage.weather.stormy.Store(false)
		sleep(ctx, o.Length)
		return nil
	case "freeze":
		s := j.house.servers[0]
		s.signal(syscall.SIGSTOP)
		defer s.signal(syscall.SIGCONT)
		sleep(ctx, o.Length)
		return nil
	}
	if j.stores == nil {
		return fmt.Errorf("load: -outages: %s is possible under .ci/servers only", o.Name)
	}
	name := map[string]string{"db": "mysql", "redis": "redis"}[kind]
	if how == "kill" {
		return j.stores.without(ctx, name, o.Length)
	}
	return j.stores.stopped(ctx, name, o.Length)
}

// waiting is who waits for an answer, and since when.
type waiting struct {
	mu    sync.Mutex
	since map[int64]time.Time
}

func (w *waiting) begin(id int64) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.since == nil {
		w.since = map[int64]time.Time{}
	}
	w.since[id] = time.Now()
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.since, id)
	}
}

// before counts those who have waited since before t.
func (w *waiting) before(t time.Time) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.since {
		if at.Before(t) {
			n++
		}
	}
	return n
}
