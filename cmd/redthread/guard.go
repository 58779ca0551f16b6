package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"redthread/bot/config"
	"redthread/bot/guard"
)

type guardCommand struct {
	Check guardCheck `cmd:"" help:"Say whether the rules are in order, by file and line; or what is wrong with words to a client."`
	Eval  guardEval  `cmd:"" help:"Print hits, misses and false alarms by kind on the built-in lines, or on a set of your own."`
	Copy  guardCopy  `cmd:"" help:"Write the built-in rules into a folder, to change. Files that are there already stay."`
	Log   guardLog   `cmd:"" help:"List whose words were held back or noted, when, and who let them pass. Never the words."`
}

type guardCheck struct {
	Words []string `arg:"" optional:"" help:"What a colleague would write."`
}

func (k guardCheck) Run(t *terminal) error {
	o, err := rulesHere(t)
	if err != nil {
		return err
	}
	if len(k.Words) == 0 {
		if !checkRules(t, o) {
			return errNotInOrder
		}
		return nil
	}
	g, err := guard.Load(o)
	if err != nil {
		return err
	}
	text := strings.Join(k.Words, " ")
	found := g.Check(text)
	if len(found) == 0 {
		fmt.Fprintln(t.out, "goes out as it is")
	}
	for _, f := range found {
		fmt.Fprintf(t.out, "%s\t%s\t“%s”\tby the rule %s\n", f.Severity, f.Kind, text[f.From:f.To], f.Rule)
	}
	return nil
}

// rulesHere are those of the configured folder, or the built-in ones where nothing
// is configured yet.
func rulesHere(t *terminal) (guard.Options, error) {
	if t.config == "" {
		return guard.Options{}, nil
	}
	c, err := config.Load(t.config)
	if err != nil {
		return guard.Options{}, err
	}
	return guardOptions(c), nil
}

type guardEval struct {
	File  string `arg:"" optional:"" help:"A set of your own: on each line the kind (promise, insult, contact, payment; - for none), a tab, the words. Without one, the built-in sets."`
	Wrong bool   `help:"List every line that went wrong."`
}

func (k guardEval) Run(t *terminal) error {
	o, err := rulesHere(t)
	if err != nil {
		return err
	}
	o.Own = append(o.Own, guard.SetPhone)
	g, err := guard.Load(o)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SET\tLINES\tKIND\tOF IT\tHITS\tMISSES\tFALSE ALARMS\tPER LINE")
	var wrong []guard.Wrong
	for _, name := range k.sets() {
		set, err := k.read(name)
		if err != nil {
			return err
		}
		start := time.Now()
		by, missed := g.Evaluate(set)
		took := time.Since(start) / time.Duration(max(len(set), 1))
		for _, kind := range guard.Kinds {
			s := by[kind]
			fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%d\t%d\t%d\t%v\n", name, len(set), kind, s.Lines, s.Hits, s.Misses, s.False, took.Round(time.Microsecond))
		}
		wrong = append(wrong, missed...)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if k.Wrong {
		for _, m := range wrong {
			fmt.Fprintf(t.out, "wanted %v\tgot %v\t%s\n", m.Want, rulesOf(m.Got), m.Text)
		}
	}
	return nil
}

func rulesOf(found []guard.Finding) (all []string) {
	for _, f := range found {
		all = append(all, string(f.Kind)+" "+f.Rule)
	}
	return all
}

func (k guardEval) sets() []string {
	if k.File != "" {
		return []string{k.File}
	}
	return guard.Sets
}

func (k guardEval) read(name string) ([]guard.Line, error) {
	if k.File == "" {
		return guard.Lines(name)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the set: %w", err)
	}
	return guard.ReadLines(string(src))
}

type guardCopy struct {
	Folder string `arg:"" help:"The folder; it is made if need be."`
}

func (k guardCopy) Run(t *terminal) error {
	n, err := guard.CopyTo(k.Folder)
	if err == nil {
		fmt.Fprintf(t.out, "%d files written. Name the folder in the setting guard, change what is yours, and delete the files you leave as they are.\n", n)
	}
	return err
}

type guardLog struct {
	Last int `default:"50" help:"How many, the newest first."`
}

func (k guardLog) Run(t *terminal) (err error) {
	s, _, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	notes, err := s.HeldNotes(t, k.Last)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NUMBER\tWHEN\tSTAFF\tCLIENT\tKINDS\tPAPER\tSTATE\tDECIDED BY\tDECIDED")
	for _, n := range notes {
		decider, decided := "", ""
		if n.DecidedBy != 0 {
			decider, decided = fmt.Sprint(n.DecidedBy), n.DecidedAt.Format(time.DateTime)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\tK-%06d\t%s\t%s\t%s\t%s\t%s\n", n.Number(), n.At.Format(time.DateTime), n.StaffID, n.ClientID, strings.Join(n.Kinds, " "), n.Ref, n.State, decider, decided)
	}
	return w.Flush()
}
