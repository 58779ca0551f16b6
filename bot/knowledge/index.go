package knowledge

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// offTopic is the entry of what no answer is about. It is never given.
const offTopic = "-"

// index finds the entries whose ways of asking are like a question.
type index struct {
	syn     *synonyms
	ids     []string           // of the entries, all languages together
	known   []map[string]bool  // by entry: all features of its ways of asking
	phrases []phrase           // all ways of asking
	at      map[string][]int32 // by feature: the phrases that have it
	rarity  map[string]float64 // by feature: how few entries have it
	unheard float64            // the rarity of what nobody has asked with
}

// phrase is one way of asking.
type phrase struct {
	entry  int
	weight float64 // of all its features
}

// like is an entry and how like the question one of its ways of asking is, and
// all of them together: 0 to 1.
type like struct {
	entry int
	score float64
}

func newIndex(b *Base, syn *synonyms) *index {
	x := &index{syn: syn, at: map[string][]int32{}, rarity: map[string]float64{}}
	number := map[string]int{}
	var read []reading
	add := func(id, words string) {
		r := syn.read(words)
		if len(r.compare) == 0 {
			return
		}
		e, ok := number[id]
		if !ok {
			e = len(x.ids)
			number[id] = e
			x.ids, x.known = append(x.ids, id), append(x.known, map[string]bool{})
		}
		for f := range r.compare {
			x.known[e][f] = true
			x.at[f] = append(x.at[f], int32(len(x.phrases)))
		}
		x.phrases, read = append(x.phrases, phrase{entry: e}), append(read, r)
	}
	for _, lang := range Languages {
		for _, id := range sortedKeys(b.entries[lang]) {
			for _, words := range append(slices.Clone(b.entries[lang][id].Ask), b.entries[lang][id].Title) {
				add(id, words)
			}
		}
	}
	for _, words := range b.offTopic {
		add(offTopic, words)
	}
	x.weigh(read)
	return x
}

// weigh learns how rare features are, as BM25 does it (Robertson and Spärck
// Jones), and what the phrases weigh.
func (x *index) weigh(read []reading) {
	n, in := float64(len(x.ids)), map[string]float64{}
	for _, known := range x.known {
		for f := range known {
			in[f]++
		}
	}
	rarity := func(d float64) float64 { return math.Log(1 + (n-d+0.5)/(d+0.5)) }
	for f, d := range in {
		x.rarity[f] = rarity(d)
	}
	x.unheard = rarity(0)
	for i, r := range read {
		for f, w := range r.compare {
			x.phrases[i].weight += w * x.rarity[f]
		}
	}
}

// unheardShare is how much what nobody has asked with weighs, against what is as
// rare: people wrap questions in words of their own.
const unheardShare = 0.6

// find holds a question against all ways of asking, the most like first.
func (x *index) find(r reading) []like {
	shared, whole := make([]float64, len(x.phrases)), 0.0 // what question and phrase have in common
	byEntry := make([]float64, len(x.ids))
	for _, f := range sortedKeys(r.compare) { // in one order: sums of fractions depend on it
		rare, known := x.rarity[f]
		if !known {
			whole += r.compare[f] * x.unheard * unheardShare
			continue
		}
		w := r.compare[f] * rare
		whole += w
		for _, p := range x.at[f] {
			shared[p] += w
		}
		for e := range x.ids {
			if x.known[e][f] {
				byEntry[e] += w
			}
		}
	}
	best := make([]float64, len(x.ids))
	for p, s := range shared {
		if s > 0 {
			e := x.phrases[p].entry
			best[e] = max(best[e], math.Sqrt(s/whole*min(1, s/x.phrases[p].weight)))
		}
	}
	var all []like
	for e, s := range byEntry {
		if s > 0 {
			all = append(all, like{e, (best[e] + s/whole) / 2})
		}
	}
	slices.SortStableFunc(all, func(a, b like) int { return cmp.Compare(b.score, a.score) })
	return all
}

// unaccounted is the share of a question's sense of which the entry knows
// nothing: 0 to 1. A question may be like another in all but the one word that
// matters ("do your matchmakers speak Cantonese").
func (x *index) unaccounted(r reading, entry int) float64 {
	var missing, whole float64
	for _, f := range sortedKeys(r.sense) {
		w, known := x.rarity[f]
		if !known {
			w = x.unheard
		}
		w *= r.sense[f]
		if whole += w; !x.known[entry][f] {
			missing += w
		}
	}
	if whole == 0 {
		return 1
	}
	return missing / whole
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
