package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// allFaults are what chaos can do.
var allFaults = []string{
	"kill", "freeze", "db-cut", "db-hang", "db-slow", "db-kill",
	"redis-cut", "redis-hang", "redis-slow", "redis-kill", "redis-wipe", "platform",
}

// chaos breaks things: each process of the bot is killed now and then, and one
// other fault at a time befalls the rest. What it does follows from its seed.
type chaos struct {
	servers   []*server
	weather   *weather
	database  *proxy // nil: there is none to break
	redis     *proxy
	home      *home
	attendant *attendant // nil: the databases' processes are not ours to kill
	troubles  *troubles
	every     time.Duration
	journal   io.Writer    // what began and ended when
	left      atomic.Int64 // kills

	seed uint64

	mu    sync.Mutex
	count map[string]int
	errs  []error
}

// troubles is what befell whom and when: it tells a repetition that nobody could
// avoid from one that should not be.
type troubles struct {
	mu  sync.Mutex
	all []trouble
}

type trouble struct {
	server   int // everybody: it befell the database
	from, to time.Time
}

const everybody = -1

// grace is how long after a send a fault may still keep it from being noted.
const grace = 2 * time.Second

// begin notes a trouble; call end when it is over.
func (t *troubles) begin(server int) (end func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := len(t.all)
	t.all = append(t.all, trouble{server: server, from: time.Now()})
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.all[i].to = time.Now()
	}
}

// excuse says that something befell the sender, or the database, before it can
// have noted what it sent.
func (t *troubles) excuse(h hearing) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.ContainsFunc(t.all, func(x trouble) bool {
		return (x.server == h.from || x.server == everybody) && x.from.Before(h.at.Add(grace)) && (x.to.IsZero() || x.to.After(h.at))
	})
}

// possible says whether the fault can be made here.
func (c *chaos) possible(fault string) bool {
	switch {
	case fault == "db-kill" || fault == "redis-kill":
		return c.attendant != nil && c.database != nil
	case strings.HasPrefix(fault, "db-"):
		return c.database != nil
	case strings.HasPrefix(fault, "redis-"):
		return c.redis != nil
	}
	return true
}

// choose keeps of the wanted faults those that can be made; one that was asked
// for by name and cannot be is an error.
func (c *chaos) choose(wanted []string, named bool) (faults []string, err error) {
	for _, f := range wanted {
		switch {
		case c.possible(f):
			faults = append(faults, f)
		case named:
			err = errors.Join(err, fmt.Errorf("load: -faults: %s is not possible here (databases are killed under .ci/servers only)", f))
		}
	}
	return faults, err
}

// run breaks things until so many processes have been killed, or for d where
// kills is 0; then everything is healed and every process up.
func (c *chaos) run(ctx context.Context, faults []string, kills int, d time.Duration) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if kills == 0 {
		over := time.AfterFunc(d, stop)
		defer over.Stop()
	}
	c.left.Store(int64(kills))
	var all, killers sync.WaitGroup
	others := slices.Clone(faults)
	if i := slices.Index(others, "kill"); i >= 0 {
		others = slices.Delete(others, i, i+1)
		for _, s := range c.servers {
			killers.Go(func() { c.killer(ctx, s, kills == 0) })
		}
		all.Go(func() { killers.Wait(); stop() })
	}
	if len(others) > 0 {
		all.Go(func() { c.plague(ctx, others) })
	}
	all.Wait()
	return errors.Join(c.errs...)
}

// killer kills one process again and again, as long as there are kills left.
func (c *chaos) killer(ctx context.Context, s *server, endless bool) {
	d := c.dice(s.n)
	for sleep(ctx, d.about(c.every*time.Duration(len(c.servers)))) {
		if c.left.Add(-1) < 0 && !endless {
			return
		}
		if err := c.kill(ctx, s); err != nil {
			c.failed(err)
			return
		}
	}
}

// kill ends a process and brings it up again.
func (c *chaos) kill(ctx context.Context, s *server) error {
	defer c.troubles.begin(s.n)()
	defer c.noted("kill")()
	s.kill()
	return s.revive(context.WithoutCancel(ctx))
}

// plague makes one fault after the other, with a pause between.
func (c *chaos) plague(ctx context.Context, faults []string) {
	d := c.dice(everybody)
	for sleep(ctx, d.about(2*time.Second)) {
		f := faults[d.IntN(len(faults))]
		end := c.noted(f)
		err := c.befall(context.WithoutCancel(ctx), d, f)
		end()
		if err != nil {
			c.failed(fmt.Errorf("load: %s: %w", f, err))
			return
		}
	}
}

// befall makes one fault and ends it.
func (c *chaos) befall(ctx context.Context, d dice, fault string) error {
	kind, what, _ := strings.Cut(fault, "-")
	switch kind {
	case "platform":
		c.weather.stormy.Store(true)
		sleep(ctx, d.about(4*time.Second))
		c.weather.stormy.Store(false)
		return nil
	case "freeze":
		s := c.servers[d.IntN(len(c.servers))]
		defer c.troubles.begin(s.n)()
		s.signal(syscall.SIGSTOP)
		sleep(ctx, 8*time.Second)
		s.signal(syscall.SIGCONT)
		return nil
	case "db":
		defer c.troubles.begin(everybody)()
		return c.breakStore(ctx, d, c.database, "mysql", what)
	}
	return c.breakStore(ctx, d, c.redis, "redis", what)
}

// breakStore makes a fault between the bot and one of the stores, or of the
// store itself.
func (c *chaos) breakStore(ctx context.Context, d dice, p *proxy, name, what string) error {
	switch what {
	case "wipe":
		return c.home.redis.FlushDB(ctx).Err()
	case "kill":
		return c.attendant.restart(ctx, name)
	case "cut":
		p.refuses.Store(true)
		p.cut()
	case "hang":
		p.hang()
	case "slow":
		p.delay.Store(int64(2 * time.Second))
	}
	sleep(ctx, d.about(3*time.Second))
	p.heal()
	return nil
}

// dice are one sequence of choices: the same for the same seed and number,
// whatever else happens.
type dice struct{ *rand.Rand }

func (c *chaos) dice(n int) dice { return dice{rand.New(rand.NewPCG(c.seed, uint64(n)))} }

// about is a time of that length on average, from half to one and a half.
func (d dice) about(t time.Duration) time.Duration {
	return t/2 + time.Duration(d.Int64N(int64(t)+1))
}

// noted counts a fault and writes it down; call end when it is over.
func (c *chaos) noted(fault string) (end func()) {
	write := func(what string) {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, _ = fmt.Fprintf(c.journal, "%s %s %s\n", time.Now().UTC().Format(time.RFC3339Nano), fault, what) // a help to the reader, and no more
	}
	c.mu.Lock()
	c.count[fault]++
	c.mu.Unlock()
	write("begins")
	return func() { write("ends") }
}

func (c *chaos) failed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.errs = append(c.errs, err)
}
