// Command redthread is the chat front end of a marriage-introduction agency.
// Its configuration is one file; `redthread config example` prints it with
// comments, `redthread check` says whether all is in order.
//
// It exits with 0 when done, 1 when that failed, 2 when it was called wrongly
// and 3 when settings or texts are not in order.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"redthread/bot/config"
	"redthread/bot/folder"
)

const (
	exitDone = iota
	exitFailed
	exitMisused
	exitNotInOrder
)

// commands is the command line.
type commands struct {
	Config string `short:"c" placeholder:"FILE" env:"REDTHREAD_CONFIG" help:"The configuration file. Without one, redthread.yaml if it is there, else the environment alone."`

	Serve   serveCommand      `cmd:"" help:"Serve the platforms until told to stop."`
	Check   checkCommand      `cmd:"" help:"Say whether settings, keys and texts are in order."`
	Migrate migrateCommand    `cmd:"" help:"Bring the database up to date, or say how it stands."`
	Staff   staffCommand      `cmd:"" help:"Invite colleagues, list them, end their access."`
	Source  sourceCommand     `cmd:"" help:"Make the links and QR codes by which newcomers come, and count them."`
	Webhook webhookCommand    `cmd:"" help:"Bring the platforms' deliveries here, and see how they go."`
	Menu    menuCommand       `cmd:"" help:"Give the platforms their menus, or show them."`
	Outbox  outboxCommand     `cmd:"" help:"See to messages that do not arrive."`
	Letters lettersCommand    `cmd:"" help:"See to callbacks that could not be played."`
	Client  clientCommand     `cmd:"" help:"See to one client's records: hold them back from erasure, take linked chats apart."`
	Package packageCommand    `cmd:"" help:"Set what a client has paid for, or show it."`
	Retain  retainCommand     `cmd:"" name:"retention" help:"Erase what has been kept long enough, or say what that is."`
	Audit   auditCommand      `cmd:"" help:"Read the log of who looked at what and changed whose rights, and prove that nobody has changed it."`
	Leak    incidentCommand   `cmd:"" name:"incident" help:"After a leak: whom it concerns and what kinds of data, and drafts of the notices."`
	Keys    keysCommand       `cmd:"" help:"Make or change the keyset that seals personal data."`
	Texts   textsCommand      `cmd:"" help:"Show the built-in texts, to copy and change."`
	Answers knowledgeCommand  `cmd:"" name:"knowledge" help:"See to the approved answers, and measure how questions find them."`
	Guard   guardCommand      `cmd:"" help:"See to the rules for what colleagues must not write to clients, and measure them."`
	Venues  venuesCommand     `cmd:"" help:"See to the public places where clients meet."`
	Setting settingCommand    `cmd:"" name:"config" help:"Print an example configuration, or the one in force."`
	Version versionCommand    `cmd:"" help:"Say which release this is."`
	Bill    sbomCommand       `cmd:"" name:"sbom" help:"List what this program is made of (CycloneDX)."`
	Matches candidatesCommand `cmd:"" name:"candidates" help:"See to what is searched for candidates."`
}

// terminal is where a command is run from.
type terminal struct {
	context.Context
	out    io.Writer
	config string // the path of the configuration file, or empty

	command string   // "staff list"
	args    []string // what was given to it
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run runs the command that args name and returns the exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var cli commands
	left := false
	parser := kong.Must(&cli, kong.Name("redthread"), kong.Writers(out, errs),
		kong.Description("The chat front end of a marriage-introduction agency, on WeChat and Telegram."),
		kong.Exit(func(int) { left = true }), // after --help
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	called, err := parser.Parse(args)
	if left {
		return exitDone
	}
	if err != nil {
		fmt.Fprintf(errs, "redthread: %v\nTry `redthread --help`.\n", err)
		return exitMisused
	}
	err = called.Run(&terminal{Context: ctx, out: out, config: configPath(cli.Config), command: commandOf(called.Selected()), args: args})
	if err != nil {
		fmt.Fprintf(errs, "redthread: %v\n", err)
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var settings config.Problems
	var files folder.Problems
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &settings), errors.As(err, &files), errors.Is(err, errNotInOrder):
		return exitNotInOrder
	}
	return exitFailed
}

// configPath is the configuration file to read, or empty for none.
func configPath(given string) string {
	const usual = "redthread.yaml"
	if given != "" {
		return given
	}
	if _, err := os.Stat(usual); err == nil {
		return usual
	}
	return ""
}
