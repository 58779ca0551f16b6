package knowledge

// Sureness is how near a question came to an answer.
type Sureness int

// How near.
const (
	Far  Sureness = iota // no answer: a colleague's
	Near                 // "did you mean …?"
	Sure                 // to be answered at once
)

// MostNear is how many answers "did you mean" offers.
const MostNear = 3

// Match is what a question came to. IDs are one entry when Sure, one to MostNear
// when Near, the nearest first; none when Far.
type Match struct {
	Sureness Sureness
	IDs      []string
}

// The thresholds, chosen on the evaluation set and by asking each way of asking
// of the others: docs/knowledge.md has the figures. A wrong answer is worse than
// "did you mean", so being sure takes a lead over the next entry and hardly
// anything in the question that is not accounted for.
const (
	sureLead    = 0.30 // the first score less runnerShare of the second
	runnerShare = 0.6
	sureMissing = 0.30 // of the question's sense, at most
	nearScore   = 0.20
	nearMissing = 0.75
	nearOfBest  = 0.60 // what is offered beside the nearest is not much farther
)

// Ask finds the answer that words ask for, in whichever of our languages.
func (b *Base) Ask(words string) Match {
	x := b.index
	r := x.syn.read(words)
	all := x.find(r)
	if len(all) == 0 {
		return Match{}
	}
	if x.ids[all[0].entry] != offTopic && lead(all) >= sureLead && x.unaccounted(r, all[0].entry) <= sureMissing {
		return Match{Sure, []string{x.ids[all[0].entry]}}
	}
	return x.near(r, all)
}

func lead(all []like) float64 {
	if len(all) == 1 {
		return all[0].score
	}
	return all[0].score - runnerShare*all[1].score
}

// near gathers what may have been meant.
func (x *index) near(r reading, all []like) (m Match) {
	least := max(nearScore, nearOfBest*all[0].score)
	for _, l := range all {
		switch {
		case l.score < least, len(m.IDs) == MostNear:
			return m
		case x.ids[l.entry] == offTopic && len(m.IDs) == 0:
			return Match{}
		case x.ids[l.entry] == offTopic, x.unaccounted(r, l.entry) > nearMissing:
			continue
		}
		m.Sureness, m.IDs = Near, append(m.IDs, x.ids[l.entry])
	}
	return m
}
