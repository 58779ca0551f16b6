// Package day plays a working day of an agency. Colleagues come to work and go,
// clients write from morning to evening, and things go wrong as they do. Nobody waits
// for it: the platforms, the bot and everybody in the town go by one clock, which jumps
// to the next moment at which anything happens as soon as all that happens now is over.
// At the end everything that stood on anybody's screen is held against what was said to
// whom.
package day

import (
	"context"
	secret "crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"time"

	"redthread/bot/emulator"
	"redthread/bot/server"
)

// Options say which day it is.
type Options struct {
	Clients  int
	Seed     uint64    // who does what, and when
	Mode     string    // how WeChat's callbacks are protected: "safe" or "plain"
	Dir      string    // a folder for what the bot keeps and logs
	DB       *sql.DB   // the bot's database, past the bot
	Database string    // … as the bot's settings name it
	Redis    string    // … and its Redis; empty: one of its own
	Notes    io.Writer // what goes wrong when
}

type day struct {
	Options
	draw     *rand.Rand
	clock    *emulator.ManualClock
	agenda   agenda
	wechat   *emulator.WeChat
	telegram *emulator.Telegram
	doors    doors
	office   *office
	group    *emulator.TelegramGroup
	staff    []*colleague
	clients  []*caller
	facts    facts
}

// The day's hours, in the agency's zone.
var (
	shanghai = time.FixedZone("CST", 8*60*60)
	monday   = time.Date(2026, 3, 9, 0, 0, 0, 0, shanghai)
	dayOpens = monday.Add(9 * time.Hour)
	dayEnds  = monday.Add(18*time.Hour + 30*time.Minute)
)

// Play plays the whole day and says what came of it.
func Play(ctx context.Context, o Options) (_ *Report, err error) {
	d := &day{Options: o, draw: rand.New(rand.NewPCG(o.Seed, 1)), clock: emulator.NewManualClock(monday.Add(8*time.Hour + 15*time.Minute))}
	defer func() { err = errors.Join(err, d.close()) }()
	if err := d.openTown(); err != nil {
		return nil, err
	}
	if d.office, err = openOffice(ctx, d); err != nil {
		return nil, err
	}
	if err := d.hire(ctx); err != nil {
		return nil, err
	}
	d.callIn()
	d.troubles()
	if err := d.pass(ctx, dayEnds); err != nil {
		return nil, err
	}
	return d.judge(ctx)
}

// openTown opens the platforms. They are as strict as the real ones with haste.
func (d *day) openTown() (err error) {
	quiet := slog.New(slog.DiscardHandler)
	d.wechat = emulator.NewWeChat(emulator.WeChatConfig{Mode: d.Mode, Clock: d.clock, Seed: d.Seed, Ordered: true, MarkFailAfter: -1, Log: quiet})
	d.doors.token = "8100000009:" + secret.Text() + secret.Text()[:9]
	d.telegram = emulator.NewTelegram(emulator.TelegramConfig{Token: d.doors.token, Clock: d.clock, Seed: d.Seed, Limits: true, Log: quiet})
	if err := d.doors.open(d.wechat, d.telegram); err != nil {
		return err
	}
	d.wechat.SetCallback(d.doors.bot() + server.WeChatPath)
	d.openGroup()
	return nil
}

// troubles are what goes wrong, by the clock.
func (d *day) troubles() {
	at := func(hour, minute int, what string, do func(context.Context) error) {
		d.agenda.at(monday.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute), func(ctx context.Context) error {
			d.say("%s  %s", d.clock.Now().In(shanghai).Format("15:04"), what)
			return do(ctx)
		})
	}
	weather := func(f emulator.Faults) func(context.Context) error {
		return func(context.Context) error {
			d.wechat.SetFaults(f)
			d.telegram.SetFaults(f)
			return nil
		}
	}
	at(10, 30, "a topic is deleted", d.deleteTopic)
	at(11, 0, "the platforms ask for patience (429, 45011)", weather(emulator.Faults{Slow: 0.2, Repeat: 0.1}))
	at(11, 30, "they are kind again", weather(emulator.Faults{}))
	at(12, 0, "the bot is stopped and started", d.office.restart)
	at(14, 30, "calls break off before they arrive", weather(emulator.Faults{Cut: 0.1, Broken: 0.1}))
	at(15, 0, "they are kind again", weather(emulator.Faults{}))
	at(16, 0, "another topic is deleted", d.deleteTopic)
}

// pass lets the day go on until end: all that happens at one moment is brought to
// its end before the clock moves to the next.
func (d *day) pass(ctx context.Context, end time.Time) error {
	for d.clock.Now().Before(end) {
		calm, err := d.settle(ctx)
		if err != nil {
			return err
		}
		now := d.clock.Now()
		if did, err := d.agenda.due(ctx, now); did || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		if d.everybodyLooks() {
			continue
		}
		next, err := d.office.next(ctx, now)
		if err != nil {
			return err
		}
		if !calm {
			next = now.Add(time.Second)
		}
		d.office.wake(d.agenda.next(min2(next, end)).Sub(now))
	}
	return nil
}

// min2 is the earlier of two moments.
func min2(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// settle waits until nothing is under way: everything that people did has reached
// the bot, and the bot has nothing to do before the clock moves. What does not come
// on for a while may itself be waiting for the clock: calm is false then.
func (d *day) settle(ctx context.Context) (calm bool, err error) {
	const stuck = 400 * time.Millisecond // of the machine's own time
	last, since, quiet := "", time.Now(), 0
	for quiet < 2 {
		busy, err := d.busy(ctx)
		if err != nil {
			return false, err
		}
		switch {
		case busy == "":
			quiet++
		case busy != last:
			last, since, quiet = busy, time.Now(), 0
		case time.Since(since) > stuck:
			return false, nil
		}
		if !sleep(ctx, time.Millisecond) {
			return false, ctx.Err()
		}
	}
	return true, nil
}

// busy names what is under way; empty: nothing is.
func (d *day) busy(ctx context.Context) (string, error) {
	if n := d.facts.deedsOpen(); n > 0 {
		return fmt.Sprint(n, " deeds have not reached the bot"), nil
	}
	return d.office.busy(ctx, d.clock.Now())
}

// everybodyLooks has everybody look at their phone; it says whether somebody saw
// something to do now.
func (d *day) everybodyLooks() (saw bool) {
	for _, c := range d.staff {
		saw = c.look() || saw
	}
	for _, c := range d.clients {
		saw = c.look() || saw
	}
	return saw
}

func (d *day) say(format string, args ...any) { fmt.Fprintf(d.Notes, format+"\n", args...) }

// within draws a length of time.
func (d *day) within(least, most time.Duration) time.Duration {
	return least + time.Duration(d.draw.Int64N(int64(most-least)+1))
}

// after has something done in a while.
func (d *day) after(wait time.Duration, do func(context.Context) error) {
	d.agenda.at(d.clock.Now().Add(wait), do)
}

// close ends everything.
func (d *day) close() error {
	var errs []error
	if d.office != nil {
		errs = append(errs, d.office.close())
	}
	if d.wechat != nil {
		d.wechat.Close()
		d.telegram.Close()
	}
	return errors.Join(append(errs, d.doors.close())...)
}

// sleep waits for d of the machine's own time; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
