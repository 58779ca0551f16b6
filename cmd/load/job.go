package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// job is one run: its folder, the home, the bot in it.
type job struct {
	*options
	notes    io.Writer
	dir      string
	talk     *talk
	home     *home
	database *proxy // between the bot and its stores, with -chaos
	redis    *proxy
	house    *house
	stage    *stage
	troubles *troubles
	stores   *attendant
}

// openJob builds and starts everything. What it has made when it fails is taken
// away again.
func openJob(ctx context.Context, o *options, notes io.Writer) (_ *job, err error) {
	j := &job{options: o, notes: notes, troubles: &troubles{}, stores: findAttendant()}
	defer func() {
		if err != nil {
			err = errors.Join(err, j.close(true))
		}
	}()
	if j.talk, err = openTalk(o.script); err != nil {
		return nil, err
	}
	if j.dir, err = os.MkdirTemp("", "redthread-load."); err != nil {
		return nil, fmt.Errorf("load: make a folder: %w", err)
	}
	program, err := buildBot(ctx, o, j.dir)
	if err != nil {
		return nil, err
	}
	if j.home, err = openHome(ctx, o, j.dir); err != nil {
		return nil, err
	}
	seen, err := j.behindProxies()
	if err != nil {
		return nil, err
	}
	if j.house, err = openHouse(ctx, o, j.dir, program, seen); err != nil {
		return nil, err
	}
	j.house.road.pass = o.pass
	j.stage, err = newStage(o, j.talk, j.house, j.troubles.excuse)
	return j, err
}

// behindProxies is the home as the bot is to see it: with -chaos, through
// proxies that can be broken.
func (j *job) behindProxies() (*home, error) {
	if !j.chaos || j.home.mysql == nil {
		return j.home, nil
	}
	var err error
	if j.database, err = openProxy(j.home.mysql.Addr); err != nil {
		return nil, err
	}
	if j.redis, err = openProxy(j.home.redis.Options().Addr); err != nil {
		return nil, err
	}
	return j.home.through(j.database.addr(), j.redis.addr()), nil
}

// do fills the home if that was asked for, and does the job.
func (j *job) do(ctx context.Context) (r *report, err error) {
	r = &report{Setting: j.setting()}
	if j.sessions > 0 {
		if err = j.fill(ctx, r); err != nil {
			return nil, err
		}
	}
	switch {
	case j.floor:
		err = j.besideFloor(ctx, r)
	case j.outages != "":
		err = j.inOutages(ctx, r)
	case j.chaos:
		err = j.inChaos(ctx, r)
	case j.soak > 0:
		err = j.watched(ctx, r)
	default:
		f := j.stage.measure(ctx, j.options, j.stores)
		r.Bot = &f
	}
	if err != nil {
		return nil, err
	}
	r.Redelivered = j.stage.redone.Load()
	r.Late = j.stage.crowd.late.Load()
	if r.Verdict, err = j.stage.verdict(ctx, j.home); err != nil {
		return nil, err
	}
	found, err := j.house.leaks(ctx, j.talk)
	r.Verdict.Leaked = len(found)
	for _, f := range found {
		r.Verdict.example("leaked: %s", f)
	}
	return r, err
}

// inChaos plays while things break.
func (j *job) inChaos(ctx context.Context, r *report) error {
	journal, err := os.Create(filepath.Join(j.dir, "chaos.log"))
	if err != nil {
		return fmt.Errorf("load: make the journal: %w", err)
	}
	defer journal.Close()
	c := &chaos{
		servers: j.house.servers, weather: j.stage.weather, database: j.database, redis: j.redis, home: j.home,
		attendant: j.stores, troubles: j.troubles, every: j.every, journal: journal,
		seed: j.seed, count: map[string]int{},
	}
	faults, err := c.choose(j.chosenFaults(), j.faults != "")
	if err != nil {
		return err
	}
	j.stage.crowd.patience = 2 * time.Minute
	f := j.stage.watchCPU(nil, func() { // the stores are killed too, and their time with them
		j.stage.play(ctx, func() { err = c.run(ctx, faults, j.kills, j.duration) })
	})
	r.Bot, r.Faults, r.Seed = &f, c.count, j.seed
	return err
}

// setting says in one line what is measured.
func (j *job) setting() string {
	s := fmt.Sprintf("%s, %s home, %d server(s), %d people, %s loop, %s", j.channel, j.options.home, j.servers, j.people, j.loop, j.talk.name)
	if j.channel == "wechat" {
		s += ", " + j.mode
	}
	if j.loop == "open" {
		s += fmt.Sprintf(", %g/s", j.rate)
	}
	if j.apiDelay > 0 {
		s += fmt.Sprintf(", API %s", j.apiDelay)
	}
	return s
}

func (j *job) say(format string, args ...any) { fmt.Fprintf(j.notes, format+"\n", args...) }

// close ends everything; after a failure, or when asked to, the folder stays.
func (j *job) close(failed bool) error {
	var errs []error
	if j.house != nil {
		errs = append(errs, j.house.close())
	}
	for _, p := range []*proxy{j.database, j.redis} {
		if p != nil {
			p.close()
		}
	}
	if j.home != nil {
		errs = append(errs, j.home.leave())
	}
	switch {
	case j.dir == "":
	case failed || j.keep:
		j.say("The run's folder is %s.", j.dir)
	default:
		errs = append(errs, os.RemoveAll(j.dir))
	}
	return errors.Join(errs...)
}
