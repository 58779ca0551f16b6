package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// usualAddr is where the page is looked for first.
const usualAddr = "127.0.0.1:8500"

// options are the command line.
type options struct {
	addr, data, lang, mode, script string
	open, verbose                  bool
	hours                          string // when colleagues are at work
}

func main() {
	o, err := readOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2) // the flag set has said why
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readOptions(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("demo", flag.ContinueOnError)
	f.StringVar(&o.addr, "addr", "", "address of the page (default "+usualAddr+", or any free port)")
	f.StringVar(&o.data, "data", filepath.Join("data", "demo"), "folder where the bot keeps its data from run to run")
	f.StringVar(&o.lang, "lang", "", "language of the page: zh or en (default: the browser's)")
	f.StringVar(&o.mode, "mode", "safe", "how WeChat delivers: safe, plain or compatible")
	f.StringVar(&o.script, "script", "", "play this transcript (.chat)")
	f.StringVar(&o.hours, "hours", "daily 0:00-24:00", "when colleagues are at work, by Shanghai's clock, such as \"mon-fri 9:00-12:00 13:00-18:00\"")
	f.BoolVar(&o.open, "open", true, "open the page in the browser")
	f.BoolVar(&o.verbose, "v", false, "say what goes wrong on the way, not only what stops the demo")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	err := o.check(f.Args())
	if err != nil {
		fmt.Fprintln(f.Output(), err)
	}
	return o, err
}

func (o options) check(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("demo: unexpected %q", rest[0])
	case o.lang != "" && o.lang != "zh" && o.lang != "en":
		return fmt.Errorf("demo: -lang must be zh or en, not %q", o.lang)
	case o.mode != "safe" && o.mode != "plain" && o.mode != "compatible":
		return fmt.Errorf("demo: -mode must be safe, plain or compatible, not %q", o.mode)
	}
	_, err := workingHours(o.hours)
	return err
}

// run opens town, house and page, in this order, until ctx ends.
func run(ctx context.Context, o options) error {
	level := slog.LevelError // what is put right again would only alarm a newcomer
	if o.verbose {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	script, err := readScript(o.script, log)
	if err != nil {
		return err
	}
	t, err := newTown(climate{Mode: o.mode, Limits: true, Lang: script.Lang, Crowd: true, Log: log})
	if err != nil {
		return err
	}
	defer t.Close()
	h, err := openHouse(ctx, t, o.data, o.hours, log)
	if err != nil {
		return err
	}
	defer h.Close()
	p := page{Phones: t.Phones, Weather: t.weather(), Panel: h, Lang: o.lang, Log: log}
	if o.script != "" {
		p.Player = newPlayer(script, t.Phones, log)
	}
	if err := openShop(ctx, t.Phones, h); err != nil {
		return err
	}
	if err := tellCards(ctx, t.Phones, h); err != nil {
		return err
	}
	return show(ctx, newPage(p), o)
}

// tellCards says how a client on Telegram comes by a matchmaker's link.
func tellCards(ctx context.Context, phones []phone, h house) error {
	for _, p := range phones {
		if !p.Staff || p.Platform != "wechat" {
			continue
		}
		code, err := h.Card(ctx, p.person)
		if err != nil {
			return err
		}
		fmt.Printf("A client on Telegram who writes “/start %s” comes by the link of %s (%s).\n", code, p.Name.ZH, p.Name.EN)
	}
	return nil
}

// readScript reads the transcript, if one is named.
func readScript(path string, log *slog.Logger) (transcript, error) {
	if path == "" {
		return transcript{}, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return transcript{}, fmt.Errorf("demo: read transcript: %w", err)
	}
	script, skipped := parse(path, string(text))
	if len(script.Lines) == 0 {
		return transcript{}, fmt.Errorf("demo: %s holds no line of a transcript, such as “> 投诉”", path)
	}
	for _, n := range skipped {
		log.Warn("demo: not a line that can be played", "file", script.Name, "line", n)
	}
	return script, nil
}

// show serves the page until ctx ends.
func show(ctx context.Context, p *page, o options) error {
	l, err := listen(o.addr)
	if err != nil {
		return err
	}
	url := "http://" + l.Addr().String() + "/"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &http.Server{
		Handler: p.Handler(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }, // ends the live news
	}
	go p.watch(ctx)
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	fmt.Printf("红线 Redthread: %s\n", url)
	if o.open {
		openBrowser(url)
	}
	select {
	case err := <-failed:
		return fmt.Errorf("demo: serve the page: %w", err)
	case <-ctx.Done():
	}
	cancel()
	last, end := context.WithTimeout(context.Background(), 3*time.Second)
	defer end()
	return s.Shutdown(last)
}

// listen takes the address asked for, or the usual one, or any that is free.
func listen(addr string) (net.Listener, error) {
	if addr != "" {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("demo: -addr: %w", err)
		}
		return l, nil
	}
	if l, err := net.Listen("tcp", usualAddr); err == nil {
		return l, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("demo: open the page's door: %w", err)
	}
	return l, nil
}

// openBrowser asks the desktop to open the page. Where there is none the printed
// address must do.
func openBrowser(url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if path, err := exec.LookPath(name); err == nil {
		cmd := exec.Command(path, args...)
		if cmd.Start() == nil {
			go cmd.Wait()
		}
	}
}
