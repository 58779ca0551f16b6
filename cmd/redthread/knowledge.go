package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"redthread/bot/config"
	"redthread/bot/knowledge"
	"redthread/store"
)

type knowledgeCommand struct {
	Check  knowledgeCheck  `cmd:"" help:"Say whether the folder of answers is in order, by file and line."`
	List   knowledgeList   `cmd:"" help:"List all answers, with their dates and versions."`
	Copy   knowledgeCopy   `cmd:"" help:"Write the built-in answers into a folder, to change. Files that are there already stay."`
	Ask    knowledgeAsk    `cmd:"" help:"Show which answer a question finds."`
	Eval   knowledgeEval   `cmd:"" help:"Print precision and recall on the evaluation sets, or on one of your own."`
	Retire knowledgeRetire `cmd:"" help:"Take an answer that was promoted in chat out of use."`
}

type knowledgeCheck struct{}

func (knowledgeCheck) Run(t *terminal) error {
	c, err := config.Load(t.config)
	if err != nil {
		return err
	}
	if !checkAnswers(t, answerOptions(c)) {
		return errNotInOrder
	}
	return nil
}

type knowledgeList struct{}

// Run lists the folder's answers and, when the database is there, those that
// were promoted.
func (knowledgeList) Run(t *terminal) error {
	b, err := allAnswers(t)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ANSWER\tLANGUAGE\tVERSION\tAPPROVED\tTITLE")
	for _, e := range b.All() {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\n", e.ID, e.Lang, e.Version, e.Date.Format(time.DateOnly), e.Title)
	}
	return w.Flush()
}

// allAnswers are those that the running program gives.
func allAnswers(t *terminal) (_ *knowledge.Base, err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	promoted, err := s.Promoted(t)
	if err != nil {
		return nil, err
	}
	var entries []knowledge.Entry
	for _, p := range promoted {
		entries = append(entries, knowledge.FromChat(p.Ref, p.Lang, p.Asked, p.Answer, p.At))
	}
	return knowledge.Load(answerOptions(c), entries...)
}

type knowledgeCopy struct {
	Folder string `arg:"" help:"The folder; it is made if need be."`
}

func (k knowledgeCopy) Run(t *terminal) error {
	n, err := knowledge.CopyTo(k.Folder)
	if err == nil {
		fmt.Fprintf(t.out, "%d files written. Name the folder in the setting knowledge, change what is yours, and delete what you leave as it is.\n", n)
	}
	return err
}

type knowledgeAsk struct {
	Words []string `arg:"" help:"The question."`
}

func (k knowledgeAsk) Run(t *terminal) error {
	b, err := folderAnswers(t)
	if err != nil {
		return err
	}
	m := b.Ask(strings.Join(k.Words, " "))
	said := map[knowledge.Sureness]string{knowledge.Sure: "answered at once", knowledge.Near: "did you mean", knowledge.Far: "no answer: a colleague's"}[m.Sureness]
	fmt.Fprintln(t.out, said)
	for _, id := range m.IDs {
		e, _ := b.Entry(id, knowledge.Languages[0])
		fmt.Fprintf(t.out, "  %s (%s)\n", id, e.Title)
	}
	return nil
}

// folderAnswers are those of the configured folder, or the built-in ones where
// nothing is configured yet.
func folderAnswers(t *terminal) (*knowledge.Base, error) {
	if t.config == "" {
		return knowledge.Load(knowledge.Options{})
	}
	c, err := config.Load(t.config)
	if err != nil {
		return nil, err
	}
	return knowledge.Load(answerOptions(c))
}

type knowledgeEval struct {
	File  string `arg:"" optional:"" help:"A set of your own: on each line the answer's name (- for none), a tab, a question. Without one, the built-in sets."`
	Wrong bool   `help:"List every question that went wrong."`
}

func (k knowledgeEval) Run(t *terminal) error {
	b, err := folderAnswers(t)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SET\tANSWERABLE\tPRECISION\tRECALL\tHELPED\tWRONG\tUNANSWERABLE\tWRONG\tTO A COLLEAGUE\tP50\tP99")
	var missed []knowledge.Missed
	for _, name := range k.sets() {
		set, err := k.read(name)
		if err != nil {
			return err
		}
		s := knowledge.Evaluate(set, b.Ask)
		missed = append(missed, s.Wrong...)
		fmt.Fprintf(w, "%s\t%d\t%.1f%%\t%.1f%%\t%.1f%%\t%d\t%d\t%d\t%.1f%%\t%v\t%v\n", name, s.Answerable, 100*s.Precision(), 100*s.Recall(), 100*s.Helped(), s.SureWrong,
			s.Unanswerable, s.UnanswerableSure, 100*s.Opened(), s.Quantile(0.5).Round(time.Microsecond), s.Quantile(0.99).Round(time.Microsecond))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if k.Wrong {
		for _, m := range missed {
			fmt.Fprintf(t.out, "%s\twanted %v\tgot %v\n", m.Text, m.Want, m.Got.IDs)
		}
	}
	return nil
}

func (k knowledgeEval) sets() []string {
	if k.File != "" {
		return []string{k.File}
	}
	return []string{"questions", "heldout", "strangers", "newcomers"}
}

func (k knowledgeEval) read(name string) ([]knowledge.Question, error) {
	if k.File == "" {
		return knowledge.Questions(name)
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the set: %w", err)
	}
	return knowledge.ReadQuestions(string(src))
}

type knowledgeRetire struct {
	Ref string `arg:"" help:"The question's number, like Q-000012."`
}

func (k knowledgeRetire) Run(t *terminal) (err error) {
	s, c, err := openStore(t, refuse)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = s.RetirePromoted(t, strings.ToUpper(k.Ref))
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("no answer in use was promoted from %s", k.Ref)
	}
	if err == nil {
		fmt.Fprintf(t.out, "✓ %s is out of use within seconds\n", k.Ref)
		if c.Answers != "" {
			fmt.Fprintln(t.out, "  Delete its file under "+c.Answers+"/promoted too, if it is there.")
		}
	}
	return err
}
