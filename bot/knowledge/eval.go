package knowledge

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"time"
)

//go:embed testdata/questions.tsv testdata/heldout.tsv testdata/strangers.tsv testdata/newcomers.tsv
var sets embed.FS

// Question is one of an evaluation set.
type Question struct {
	Text string
	Want []string // the entries that answer it, any of them; nil: none does
}

// Questions is a built-in set: "questions", on which the matching was chosen;
// "heldout", written before there were entries; "strangers", written when all was
// done; or "newcomers", written later still.
func Questions(name string) ([]Question, error) {
	src, err := sets.ReadFile("testdata/" + name + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("knowledge: there is no set %q, only questions, heldout, strangers and newcomers", name)
	}
	return ReadQuestions(string(src))
}

// ReadQuestions reads a set: a question a line, after the entries that answer it
// ("refund" or "refund|cooling-off", "-" for none) and a tab.
func ReadQuestions(src string) (all []Question, err error) {
	for i, l := range strings.Split(strings.TrimPrefix(src, "\ufeff"), "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		want, text, ok := strings.Cut(l, "\t")
		if text = strings.TrimSpace(text); !ok || text == "" {
			return nil, fmt.Errorf("knowledge: line %d: expected an entry, a tab and a question", i+1)
		}
		q := Question{Text: text}
		if want != "-" {
			q.Want = strings.Split(want, "|")
		}
		all = append(all, q)
	}
	return all, nil
}

// Score is what came of a set of questions.
type Score struct {
	Answerable                         int // questions that an entry answers
	SureRight, SureWrong               int // of them answered at once
	NearRight, NearWrong               int // of them with the right entry, or without, under "did you mean"
	Unanswerable                       int // questions that no entry answers
	UnanswerableSure, UnanswerableNear int // of them answered all the same, or with a "did you mean"

	Wrong []Missed        // every question that went wrong
	Times []time.Duration // of each question, the shortest first
}

// Missed is a question that went wrong.
type Missed struct {
	Question
	Got Match
}

// Precision is the share of answers given at once that were right.
func (s Score) Precision() float64 {
	return share(s.SureRight, s.SureRight+s.SureWrong+s.UnanswerableSure)
}

// Recall is the share of answerable questions that were answered at once.
func (s Score) Recall() float64 { return share(s.SureRight, s.Answerable) }

// Helped is the share of answerable questions that were answered at once or
// whose answer was offered.
func (s Score) Helped() float64 { return share(s.SureRight+s.NearRight, s.Answerable) }

// Opened is the share of unanswerable questions that went to a colleague at once.
func (s Score) Opened() float64 {
	return share(s.Unanswerable-s.UnanswerableSure-s.UnanswerableNear, s.Unanswerable)
}

// Quantile is the time within which that share of the questions was answered.
func (s Score) Quantile(q float64) time.Duration {
	if len(s.Times) == 0 {
		return 0
	}
	return s.Times[min(len(s.Times)-1, int(q*float64(len(s.Times))))]
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// Evaluate holds a way of answering against a set.
func Evaluate(set []Question, ask func(string) Match) Score {
	var s Score
	for _, q := range set {
		began := time.Now()
		m := ask(q.Text)
		s.Times = append(s.Times, time.Since(began))
		if !s.count(q, m) {
			s.Wrong = append(s.Wrong, Missed{q, m})
		}
	}
	slices.Sort(s.Times)
	return s
}

// count says that a question went as it should: answered, offered, or left to a
// colleague.
func (s *Score) count(q Question, m Match) bool {
	right := slices.ContainsFunc(m.IDs, func(id string) bool { return slices.Contains(q.Want, id) })
	if q.Want == nil {
		s.Unanswerable++
		switch m.Sureness {
		case Sure:
			s.UnanswerableSure++
		case Near:
			s.UnanswerableNear++
		}
		return m.Sureness != Sure
	}
	s.Answerable++
	switch {
	case m.Sureness == Sure && right:
		s.SureRight++
	case m.Sureness == Sure:
		s.SureWrong++
	case m.Sureness == Near && right:
		s.NearRight++
	case m.Sureness == Near:
		s.NearWrong++
	}
	return right
}
