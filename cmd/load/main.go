// Command load puts the bot under load and says how fast, how dear and how
// correct it is. Simulated people play a transcript against processes of the
// real program; the load plays their platform, holds every answer against what
// has to be said, and at the end the bot's own records against what was done.
//
//	load                              64 people on Telegram, SQLite
//	.ci/servers load -home servers    the same with MariaDB and Redis
//	load -floor                       … beside a bare handler
//	load -chaos -kills 1000 …         … while processes and stores are broken
//	load -soak 1000000 …              … and the processes watched
//	load -day -people 200             a working day of an agency
//
// It exits with 0 when nothing was lost, doubled, overtaken or wrong, and with 1
// otherwise. docs/load.md says what the figures mean.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"redthread/cmd/load/day"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) == 2 && os.Args[1] == floorCommand {
		if err := serveFloor(ctx, os.Getenv(floorSettings)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	o, err := readOptions(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if err := run(ctx, o, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// errUnclean says that the bot has done what it must not.
var errUnclean = errors.New("load: something was lost, doubled, overtaken or wrong")

// run does what the options ask for. The result goes to out, how it goes on to
// notes.
func run(ctx context.Context, o *options, out, notes io.Writer) (err error) {
	if o.day {
		return runDay(ctx, o, out, notes)
	}
	j, err := openJob(ctx, o, notes)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.close(err != nil)) }()
	r, err := j.do(ctx)
	if err != nil {
		return err
	}
	if err := r.print(out, o.json); err != nil {
		return err
	}
	if !r.Verdict.clean() {
		return errUnclean
	}
	return nil
}

// runDay plays a working day on a home of its own.
func runDay(ctx context.Context, o *options, out, notes io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "redthread-day.")
	if err != nil {
		return fmt.Errorf("load: make a folder: %w", err)
	}
	h, err := openHome(ctx, o, dir)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, h.leave())
		if err != nil || o.keep {
			fmt.Fprintf(notes, "The day's folder is %s.\n", dir)
		} else {
			err = os.RemoveAll(dir)
		}
	}()
	r, err := day.Play(ctx, day.Options{Clients: o.people, Seed: o.seed, Mode: o.mode, Dir: dir, DB: h.db, Database: h.database, Redis: h.redisURL, Notes: notes})
	if err != nil {
		return err
	}
	if err := r.Print(out, o.json); err != nil {
		return err
	}
	if !r.Clean() {
		return errUnclean
	}
	return nil
}
