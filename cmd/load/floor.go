package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
)

// The floor is the least a durable bot can do: a handler in a process of its own
// that decodes what comes, makes one Redis round trip, one durable insert and
// one call of the API, and answers. On WeChat it answers by the callback itself
// and inserts nothing. What the bot costs is said as a share of it, measured in
// turn in the same run: other figures do not hold from one machine to another.

const (
	floorCommand  = "-floor-server"
	floorSettings = "LOAD_FLOOR"
)

// floorConfig is what the floor's process is told.
type floorConfig struct {
	Listen, API, Channel    string
	Driver, Database        string // of database/sql; none on WeChat
	Redis                   string // empty: one of its own
	Token, Key, App, Secret string
	Safe                    bool
}

// openFloor starts the floor's process in a house of its own, in the same home.
func (j *job) openFloor(ctx context.Context) (_ *house, err error) {
	h := &house{dir: j.dir, account: newAccount(j.mode), home: j.home}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close())
		}
	}()
	if err := h.openDesks(1); err != nil {
		return nil, err
	}
	me, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("load: find the floor's program: %w", err)
	}
	s, err := newServer(100, j.dir, []string{me, floorCommand}, nil)
	if err != nil {
		return nil, err
	}
	a := h.account
	c := floorConfig{
		Listen: s.addr, API: h.desks[0].url() + "/bot" + a.botToken, Channel: j.channel, Redis: j.home.redisURL,
		Token: a.signToken, Key: a.encodeKey, App: a.appID, Secret: a.hookSecret, Safe: a.safe,
	}
	if j.channel == "telegram" {
		if c.Driver, c.Database, err = j.floorTable(ctx); err != nil {
			return nil, err
		}
	}
	settings, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("load: tell the floor its settings: %w", err)
	}
	s.env = []string{floorSettings + "=" + string(settings)}
	h.servers = []*server{s}
	if err := h.startAll(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// floorTable makes the table that the floor inserts into, in the bot's own
// database, or in a file beside the bot's: SQLite has one writer a file.
func (j *job) floorTable(ctx context.Context) (driver, dsn string, err error) {
	const table = "CREATE TABLE floor (id BIGINT NOT NULL PRIMARY KEY, chat BIGINT NOT NULL, body TEXT NOT NULL)"
	if j.home.mysql != nil {
		_, err = j.home.db.ExecContext(ctx, table)
		return "mysql", j.home.mysql.FormatDSN(), err
	}
	file := j.dir + "/floor.db"
	beside, err := openEmbedded(file)
	if err != nil {
		return "", "", err
	}
	_, err = beside.db.ExecContext(ctx, table)
	return "sqlite", file, errors.Join(err, beside.leave())
}

// besideFloor measures the bot and the floor in turn, and compares the medians.
func (j *job) besideFloor(ctx context.Context, r *report) (err error) {
	h, err := j.openFloor(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	echo, err := newStage(j.options, j.talk.echoTalk(), h, func(hearing) bool { return false })
	if err != nil {
		return err
	}
	var bot, floor []figures
	for i := range j.rounds {
		b, f := j.stage.measure(ctx, j.options, j.stores), echo.measure(ctx, j.options, j.stores)
		bot, floor = append(bot, b), append(floor, f)
		r.Rounds = append(r.Rounds, ratio{b.Rate / f.Rate, b.CPU / f.CPU})
		j.say("round %d: bot %.0f/s, %.3f CPU; floor %.0f/s, %.3f CPU", i+1, b.Rate, b.CPU, f.Rate, f.CPU)
	}
	r.Bot, r.Floor = middle(bot), middle(floor)
	r.Ratio = &ratio{median(r.Rounds, func(x ratio) float64 { return x.Throughput }), median(r.Rounds, func(x ratio) float64 { return x.CPU })}
	return nil
}

// middle is the round with the median throughput.
func middle(all []figures) *figures {
	slices.SortFunc(all, func(a, b figures) int { return int(a.Rate - b.Rate) })
	return &all[len(all)/2]
}

func median[T any](all []T, of func(T) float64) float64 {
	var values []float64
	for _, x := range all {
		values = append(values, of(x))
	}
	slices.Sort(values)
	return values[len(values)/2]
}
