package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"redthread/bot/config"
	"redthread/bot/logging"
	"redthread/bot/server"
	"redthread/store"
	"redthread/templates"
)

type lettersCommand struct {
	List   lettersList   `cmd:"" help:"List dead letters: callbacks that nobody could read or play."`
	Show   lettersShow   `cmd:"" help:"Show one, with what the client wrote. Nobody else may see it."`
	Replay lettersReplay `cmd:"" help:"Play dead letters again, once what was wrong is mended. What took effect already is not played twice."`
}

type lettersList struct {
	Most int `short:"n" default:"50" help:"How many, the newest first."`
}

func (l lettersList) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.Letters(t, max(l.Most, 1))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.out, "None.")
		return nil
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tPLATFORM\tCAME\tPLAYED\tWHY")
	for _, m := range all {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\n", m.ID, m.Channel, m.At.In(c.Agency.Location()).Format(time.DateTime), yesNo(m.Played), m.Why)
	}
	return table.Flush()
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

type lettersShow struct {
	ID int64 `arg:"" help:"The letter's number, as letters list shows it."`
}

func (l lettersShow) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m, err := letter(t, s, l.ID)
	if err != nil {
		return err
	}
	raw, err := s.LetterRaw(t, l.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "platform  %s\ncame      %s\nplayed    %s\nwhy       %s\n\n%s\n",
		m.Channel, m.At.In(c.Agency.Location()).Format(time.DateTime), yesNo(m.Played), m.Why, printable(raw))
	return nil
}

func letter(t *terminal, s *store.Store, id int64) (store.Letter, error) {
	m, err := s.Letter(t, id)
	if errors.Is(err, store.ErrNotFound) {
		return m, fmt.Errorf("there is no dead letter %d; see `redthread letters list`", id)
	}
	return m, err
}

// printable keeps what strangers sent from steering the terminal.
func printable(raw []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, string(raw))
}

type lettersReplay struct {
	IDs []int64 `arg:"" optional:"" name:"id" help:"Their numbers, as letters list shows them."`
	All bool    `help:"All that have not been played, the oldest first."`
}

func (l lettersReplay) Run(t *terminal) (err error) {
	if (len(l.IDs) == 0) != l.All {
		return errors.New("expected the letters' numbers, as `redthread letters list` shows them, or --all")
	}
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if l.All {
		if l.IDs, err = unplayed(t, s); err != nil {
			return err
		}
	}
	srv, err := player(s, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, srv.Close()) }()
	failed := 0
	for _, id := range l.IDs {
		if err := replay(t, s, srv, id); err != nil {
			fmt.Fprintf(t.out, "✗ %d: %v\n", id, err)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d letters could not be played", failed, len(l.IDs))
	}
	return nil
}

// unplayed lists the letters that are still dead, the oldest first.
func unplayed(t *terminal, s *store.Store) (ids []int64, err error) {
	all, err := s.Letters(t, 1000)
	for i := len(all) - 1; i >= 0; i-- {
		if !all[i].Played {
			ids = append(ids, all[i].ID)
		}
	}
	return ids, err
}

// player is the program, joined but not serving: the running one delivers what
// the letters' turns leave.
func player(s *store.Store, c *config.Config) (*server.Server, error) {
	texts, err := templates.Open(textOptions(c))
	if err != nil {
		return nil, err
	}
	return server.New(server.Config{
		Store: s, Texts: texts, Agency: agency(c), WeChat: onWeChat(c), Telegram: onTelegram(c),
		Listen: "127.0.0.1:0", Media: bounds(c), Log: logging.New(os.Stderr, "error", c.Log.Format),
	})
}

func replay(t *terminal, s *store.Store, srv *server.Server, id int64) error {
	m, err := letter(t, s, id)
	if err != nil {
		return err
	}
	raw, err := s.LetterRaw(t, id)
	if err != nil {
		return err
	}
	repeated, err := srv.Replay(t, m.Channel, raw)
	if err != nil {
		return err
	}
	if err := s.LetterPlayed(t, id); err != nil {
		return err
	}
	if repeated {
		fmt.Fprintf(t.out, "✓ %d: it had taken effect before\n", id)
	} else {
		fmt.Fprintf(t.out, "✓ %d: played\n", id)
	}
	return nil
}
