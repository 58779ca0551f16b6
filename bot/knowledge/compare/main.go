// Command compare measures ways of finding the answer that a question asks for,
// on the two sets of bot/knowledge. It is a module of its own, so that the server
// carries none of the libraries that lost:
//
//	cd bot/knowledge/compare && go run .
//
// Each way ranks the answers by the same ways of asking and the same list of
// what no answer is about. Its threshold is the lowest with which, on the set
// "questions", of a hundred answers given at once ninety-eight are right; with
// that threshold it meets the sets "heldout" and "strangers", on which nothing was
// chosen.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"redthread/bot/knowledge"
)

// ranked is an answer and how like the question it is, the most like first.
type ranked struct {
	id    string
	score float64
}

// way is one way of finding answers.
type way struct {
	name string
	open func(docs []doc) (func(question string) []ranked, error)
}

// doc is a way of asking and the answer it asks for; "-": none.
type doc struct{ id, words string }

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run() error {
	base, err := knowledge.Load(knowledge.Options{})
	if err != nil {
		return err
	}
	dev, err := knowledge.Questions("questions")
	if err != nil {
		return err
	}
	var unseen [2][]knowledge.Question
	for i, name := range []string{"heldout", "strangers"} {
		if unseen[i], err = knowledge.Questions(name); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "WAY\tFIRST\tAMONG 3\tRECALL\tHELDOUT PRECISION\tRECALL\tWRONG\tSTRANGERS PRECISION\tRECALL\tWRONG\tP50\tP99\tLOAD\tHEAP")
	for _, x := range []way{
		{"bigrams, cosine", openBigrams(false)},
		{"bigrams, stop-bigrams, folded", openBigrams(true)},
		{"gse words, BM25", openGSE},
		{"bleve, CJK analyser", openBleve},
	} {
		if err := measure(w, x, docsOf(base), dev, unseen); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
	}
	if err := measureOurs(w, dev, unseen); err != nil {
		return err
	}
	return w.Flush()
}

func docsOf(b *knowledge.Base) (all []doc) {
	for _, e := range b.All() {
		for _, words := range append(slices.Clone(e.Ask), e.Title) {
			all = append(all, doc{e.ID, words})
		}
	}
	for _, words := range b.OffTopic() {
		all = append(all, doc{"-", words})
	}
	return all
}

func measure(w *tabwriter.Writer, x way, docs []doc, dev []knowledge.Question, unseen [2][]knowledge.Question) error {
	before, began := heap(), time.Now()
	find, err := x.open(docs)
	if err != nil {
		return err
	}
	load, size := time.Since(began), heap()-before
	first, among := ranks(unseen[1], find)
	least := threshold(dev, find)
	answer := sureFrom(find, least)
	report(w, x.name, fmt.Sprintf("%.0f%%\t%.0f%%", 100*first, 100*among), answer, dev, unseen, load, size)
	return nil
}

// measureOurs measures what the server does, with its own thresholds, and the
// same without the groups of words that mean the same.
func measureOurs(w *tabwriter.Writer, dev []knowledge.Question, unseen [2][]knowledge.Question) error {
	for _, without := range []bool{true, false} {
		o, name := knowledge.Options{}, "the server's"
		if without {
			dir, err := os.MkdirTemp("", "compare")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			if _, err := knowledge.CopyTo(dir); err != nil {
				return err
			}
			if err := os.Remove(dir + "/synonyms.txt"); err != nil {
				return err
			}
			o.Content, name = os.DirFS(dir), "the server's, without synonyms"
		}
		before, began := heap(), time.Now()
		b, err := knowledge.Load(o)
		if err != nil {
			return err
		}
		load, size := time.Since(began), heap()-before
		report(w, name, fmt.Sprintf("-\t%.0f%%", 100*knowledge.Evaluate(unseen[1], b.Ask).Helped()), b.Ask, dev, unseen, load, size)
		runtime.KeepAlive(b)
	}
	return nil
}

func report(w *tabwriter.Writer, name, ranking string, ask func(string) knowledge.Match, dev []knowledge.Question, unseen [2][]knowledge.Question, load time.Duration, size int64) {
	fmt.Fprintf(w, "%s\t%s\t%.0f%%", name, ranking, 100*knowledge.Evaluate(dev, ask).Recall())
	var last knowledge.Score
	for _, set := range unseen {
		last = knowledge.Evaluate(set, ask)
		fmt.Fprintf(w, "\t%.0f%%\t%.0f%%\t%d", 100*last.Precision(), 100*last.Recall(), last.SureWrong+last.UnanswerableSure)
	}
	fmt.Fprintf(w, "\t%v\t%v\t%v\t%.1f MB\n", last.Quantile(0.5).Round(time.Microsecond), last.Quantile(0.99).Round(time.Microsecond), load.Round(time.Millisecond), float64(size)/1e6)
}

// ranks says how often the right answer comes first, and how often among three.
func ranks(set []knowledge.Question, find func(string) []ranked) (first, among float64) {
	n := 0.0
	for _, q := range set {
		if q.Want == nil {
			continue
		}
		n++
		all := slices.DeleteFunc(find(q.Text), func(r ranked) bool { return r.id == "-" })
		for i, r := range all[:min(3, len(all))] {
			if !slices.Contains(q.Want, r.id) {
				continue
			}
			if among++; i == 0 {
				first++
			}
			break
		}
	}
	return first / n, among / n
}

// lead is what every way is judged by: how far the first answer is before the
// second, as the server does it. It is 0 when what no answer is about comes first.
func lead(all []ranked) float64 {
	switch {
	case len(all) == 0, all[0].id == "-":
		return 0
	case len(all) == 1:
		return all[0].score
	}
	return all[0].score - 0.6*all[1].score
}

func sureFrom(find func(string) []ranked, least float64) func(string) knowledge.Match {
	return func(q string) knowledge.Match {
		all := find(q)
		if lead(all) < least || lead(all) == 0 {
			return knowledge.Match{}
		}
		return knowledge.Match{Sureness: knowledge.Sure, IDs: []string{all[0].id}}
	}
}

// threshold is the lowest with which 98 of 100 answers given at once are right.
func threshold(set []knowledge.Question, find func(string) []ranked) float64 {
	const wanted = 0.98
	type outcome struct {
		lead  float64
		right bool
	}
	var all []outcome
	for _, q := range set {
		if r := find(q.Text); lead(r) > 0 {
			all = append(all, outcome{lead(r), slices.Contains(q.Want, r[0].id)})
		}
	}
	slices.SortFunc(all, func(a, b outcome) int {
		switch {
		case a.lead > b.lead:
			return -1
		case a.lead < b.lead:
			return 1
		}
		return 0
	})
	right, least := 0, 1e9
	for i, o := range all {
		if o.right {
			right++
		}
		if float64(right)/float64(i+1) >= wanted {
			least = o.lead
		}
	}
	return least
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// best keeps, of each answer, its most like way of asking, and sorts.
func best(scores map[string]float64) []ranked {
	var all []ranked
	for id, s := range scores {
		all = append(all, ranked{id, s})
	}
	slices.SortFunc(all, func(a, b ranked) int {
		switch {
		case a.score > b.score, a.score == b.score && a.id < b.id:
			return -1
		}
		return 1
	})
	return all
}
