package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// options are what the load is told on its command line.
type options struct {
	home         string
	mysql, redis string
	servers      int
	binary       string
	keep         bool
	json         bool

	channel, mode string
	people        int
	script        string
	loop          string
	rate          float64
	turns         int
	duration      time.Duration
	warm          time.Duration
	apiDelay      time.Duration
	connections   int
	hurry         float64
	pass          time.Duration

	floor    bool
	rounds   int
	sessions int
	soak     int
	look     time.Duration

	outages string

	day bool

	chaos  bool
	kills  int
	every  time.Duration
	faults string
	seed   uint64
}

// readOptions reads the command line; usage goes to out.
func readOptions(args []string, out io.Writer) (*options, error) {
	o := &options{}
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.home, "home", "embedded", "where the bot keeps things: embedded (SQLite), or servers (MariaDB and Redis)")
	f.StringVar(&o.mysql, "mysql", os.Getenv("REDTHREAD_TEST_MYSQL"), "the MariaDB: USER:PASSWORD@tcp(HOST:3306)/; a database is made there and dropped")
	f.StringVar(&o.redis, "redis", os.Getenv("REDTHREAD_TEST_REDIS"), "the Redis: redis://HOST:6379; its first empty database is used")
	f.IntVar(&o.servers, "servers", 1, "processes of the bot; callbacks go to them in turn")
	f.StringVar(&o.binary, "binary", "", "the bot's program; empty: built from ./cmd/redthread")
	f.BoolVar(&o.keep, "keep", false, "keep the run's folder, with the servers' logs")
	f.BoolVar(&o.json, "json", false, "print the result as JSON")
	f.StringVar(&o.channel, "channel", "telegram", "telegram or wechat")
	f.StringVar(&o.mode, "mode", "safe", "how WeChat's callbacks are protected: safe or plain")
	f.IntVar(&o.people, "people", 64, "people who talk at the same time")
	f.StringVar(&o.script, "script", "", "a transcript of one person; empty: the built-in complaint")
	f.StringVar(&o.loop, "loop", "closed", "closed: a person waits for the answer; open: steps come at -rate however slow answers are")
	f.Float64Var(&o.rate, "rate", 200, "steps a second of the open loop")
	f.IntVar(&o.turns, "turns", 0, "measure so many steps instead of a time")
	f.DurationVar(&o.duration, "for", 20*time.Second, "how long to measure, or with -chaos to break things")
	f.DurationVar(&o.warm, "warm", 3*time.Second, "how long to talk before measuring")
	f.DurationVar(&o.apiDelay, "api-delay", 0, "how long the platform's API takes for a call, like 60ms")
	f.IntVar(&o.connections, "connections", 40, "connections over which Telegram delivers")
	f.DurationVar(&o.pass, "proxy", 0, "on WeChat: a proxy passes a callback that a process has not answered for so long to another, like 3s")
	f.Float64Var(&o.hurry, "hurry", 1, "Telegram waits so many times shorter before it delivers again")
	f.BoolVar(&o.floor, "floor", false, "measure a bare handler in turn with the bot, and show the bot as a share of it")
	f.IntVar(&o.rounds, "rounds", 3, "rounds of -floor, each of -for")
	f.IntVar(&o.sessions, "sessions", 0, "fill the home with the records of so many other clients first")
	f.IntVar(&o.soak, "soak", 0, "play so many steps and watch the processes meanwhile")
	f.DurationVar(&o.look, "look", 10*time.Second, "with -soak: how often to look at the processes")
	f.BoolVar(&o.day, "day", false, "play a working day of an agency with so many -people as clients, by a clock of its own")
	f.StringVar(&o.outages, "outages", "", "take away one thing after the other while people talk, like db-kill:60s,redis-kill:40s; of "+strings.Join(outageKinds, ","))
	f.BoolVar(&o.chaos, "chaos", false, "break things meanwhile, and hold the outcome against what must be")
	f.IntVar(&o.kills, "kills", 0, "with -chaos: kill -9 so many processes, instead of for a time")
	f.DurationVar(&o.every, "every", 400*time.Millisecond, "with -chaos: between two kills, about")
	f.StringVar(&o.faults, "faults", "", "with -chaos: of "+strings.Join(allFaults, ",")+"; empty: all that the home allows")
	f.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "with -chaos: what breaks when; with -day: who does what")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("load: %q is no option", f.Arg(0))
	}
	return o, o.check()
}

// check says everything that is wrong with the options.
func (o *options) check() error {
	var wrong []error
	expect := func(ok bool, what string) {
		if !ok {
			wrong = append(wrong, errors.New("load: "+what))
		}
	}
	expect(o.home == "embedded" || o.home == "servers", "-home: expected embedded or servers")
	expect(o.home != "servers" || o.mysql != "" && o.redis != "", "-home servers: expected -mysql and -redis too, or to be run by .ci/servers")
	expect(o.servers >= 1 && (o.servers == 1 || o.home == "servers"), "-servers: expected 1, or more with -home servers")
	expect(o.channel == "telegram" || o.channel == "wechat", "-channel: expected telegram or wechat")
	expect(o.mode == "safe" || o.mode == "plain", "-mode: expected safe or plain")
	expect(o.loop == "closed" || o.loop == "open", "-loop: expected closed or open")
	expect(o.people > 0 && o.rate > 0 && o.connections > 0 && o.hurry > 0 && o.rounds > 0, "-people, -rate, -connections, -hurry, -rounds: expected more than 0")
	expect(o.duration > 0 && o.every > 0 && o.look > 0, "-for, -every, -look: expected more than 0")
	jobs := 0
	for _, j := range []bool{o.floor, o.chaos, o.soak > 0, o.outages != "", o.day} {
		if j {
			jobs++
		}
	}
	expect(jobs <= 1, "-floor, -chaos, -outages, -soak, -day: expected one of them at most")
	if _, err := readOutages(o.outages); err != nil {
		wrong = append(wrong, err)
	}
	expect(o.kills == 0 || o.chaos && slices.Contains(o.chosenFaults(), "kill"), "-kills: expected -chaos too, and kill among the -faults")
	for _, f := range o.chosenFaults() {
		expect(slices.Contains(allFaults, f), "-faults: "+f+" is none of "+strings.Join(allFaults, ","))
	}
	return errors.Join(wrong...)
}

// chosenFaults are those named, or all.
func (o *options) chosenFaults() []string {
	if o.faults == "" {
		return allFaults
	}
	return strings.Split(o.faults, ",")
}
