package main

import (
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"redthread/bot"
	"redthread/store"
)

type outboxCommand struct {
	List  outboxList  `cmd:"" help:"List messages that have not arrived: on their way, waiting for the person to write, failed, unreachable."`
	Retry outboxRetry `cmd:"" help:"Send lost messages again."`
	Drop  outboxDrop  `cmd:"" help:"Give a message up that is stuck, so that those behind it can go."`
}

type outboxList struct {
	State string `enum:",queued,waiting,sent,failed,unreachable" default:"" help:"Only those in this state: queued, waiting, sent, failed, unreachable."`
	To    string `placeholder:"CONVERSATION" help:"Only those to this conversation, as in telegram:42."`
	Most  int    `short:"n" default:"50" help:"How many, the newest first."`
}

func (l outboxList) Run(t *terminal) (err error) {
	w := store.OutboxWish{State: store.State(l.State), Most: max(l.Most, 1)}
	if l.To != "" {
		if w.To, err = bot.ParseConversation(l.To); err != nil {
			return errConversation(l.To)
		}
	}
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	all, err := s.OutboxFind(t, w)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Fprintln(t.out, "None.")
		return nil
	}
	table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONVERSATION\tNUMBER\tSTATE\tTRIES\tSAID\tREASON")
	for _, m := range all {
		fmt.Fprintf(table, "%s\t%d\t%s\t%d\t%s\t%s\n", m.Conversation, m.Seq, m.State, m.Tries, m.At.In(c.Agency.Location()).Format(time.DateTime), m.Reason)
	}
	return table.Flush()
}

func errConversation(s string) error {
	return fmt.Errorf("%q is no conversation; expected one as `redthread outbox list` shows it, like telegram:42", s)
}

type outboxRetry struct {
	Conversation string        `arg:"" optional:"" help:"Whose message, as outbox list shows it."`
	Number       int64         `arg:"" optional:"" help:"Which one, as outbox list shows it."`
	Since        time.Duration `placeholder:"2h" help:"Instead of one: all that were lost in this time. Those that may have arrived are left out."`
}

// Run sends one message again, or all that were lost in some time.
func (r outboxRetry) Run(t *terminal) (err error) {
	if (r.Conversation == "" || r.Number == 0) == (r.Since <= 0) {
		return errors.New("expected a conversation and a number, as `redthread outbox list` shows them, or --since 2h")
	}
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if r.Since > 0 {
		return retryAll(t, s, s.Now().Add(-r.Since))
	}
	to, err := bot.ParseConversation(r.Conversation)
	if err != nil {
		return errConversation(r.Conversation)
	}
	seq, err := s.Resend(t, to, r.Number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%s has no message %d; see `redthread outbox list`", to, r.Number)
	case errors.Is(err, store.ErrNotLost):
		return fmt.Errorf("message %d to %s has arrived, or is on its way; one that waits goes out when the person writes", r.Number, to)
	case err != nil:
		return err
	}
	fmt.Fprintf(t.out, "It goes out as number %d to %s.\n", seq, to)
	return nil
}

func retryAll(t *terminal, s *store.Store, since time.Time) error {
	const most = 1000
	lost, err := s.Lost(t, since, most)
	if err != nil {
		return err
	}
	again := 0
	for _, m := range lost {
		to, err := bot.ParseConversation(m.Conversation)
		if err != nil {
			return err
		}
		switch _, err := s.Resend(t, to, m.Seq); {
		case err == nil:
			again++
		case !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrNotLost): // somebody else was first
			return fmt.Errorf("after %d messages: %w", again, err)
		}
	}
	fmt.Fprintf(t.out, "%d messages go out again.\n", again)
	if len(lost) == most {
		fmt.Fprintln(t.out, "There may be more: run it once more.")
	}
	return nil
}

type outboxDrop struct {
	Conversation string `arg:"" help:"Whose message, as outbox list shows it."`
	Number       int64  `arg:"" help:"Which one, as outbox list shows it."`
}

func (d outboxDrop) Run(t *terminal) (err error) {
	to, err := bot.ParseConversation(d.Conversation)
	if err != nil {
		return errConversation(d.Conversation)
	}
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.Drop(t, to, d.Number)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("%s has no message %d; see `redthread outbox list`", to, d.Number)
	case errors.Is(err, store.ErrNotPending):
		return fmt.Errorf("message %d to %s has come to its end already", d.Number, to)
	case errors.Is(err, store.ErrSending):
		return fmt.Errorf("%s is being sent to right now; try again in a few seconds", to)
	case err != nil:
		return err
	}
	fmt.Fprintf(t.out, "Message %d to %s will not be sent.\n", d.Number, to)
	return nil
}
