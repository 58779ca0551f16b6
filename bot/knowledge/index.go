package knowledge

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// offTopic is the entry of what no answer is about. It is never given.
const offTopic = "-"

// index finds the entries whose ways of asking are like a question. Features have
// numbers, and where they stand is one row of numbers behind the other: there are
// some ten thousand, and a map for each would take four times the memory.
type index struct {
	syn     *synonyms
	ids     []string         // of the entries, all languages together
	phrases []phrase         // all ways of asking
	number  map[string]int32 // of a feature
	rarity  []float64        // by number: how few entries have it
	unheard float64          // the rarity of what nobody has asked with
	begin   []int32          // by number: where its phrases begin in places; one more at the end
	places  []int32
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
	x := &index{syn: syn, number: map[string]int32{}}
	entry := map[string]int{}
	var read []reading
	var at [][]int32 // by number of a feature: the phrases that have it
	add := func(id, words string) {
		r := syn.read(words)
		if len(r.compare) == 0 {
			return
		}
		e, ok := entry[id]
		if !ok {
			e = len(x.ids)
			entry[id], x.ids = e, append(x.ids, id)
		}
		for f := range r.compare {
			n, ok := x.number[f]
			if !ok {
				n = int32(len(at)) // bounded by the size of the files
				x.number[f], at = n, append(at, nil)
			}
			at[n] = append(at[n], int32(len(x.phrases)))
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
	for _, phrases := range at {
		x.begin, x.places = append(x.begin, int32(len(x.places))), append(x.places, phrases...)
	}
	x.begin = append(x.begin, int32(len(x.places)))
	x.weigh(read)
	return x
}

// with are the phrases that have a feature.
func (x *index) with(feature int32) []int32 {
	return x.places[x.begin[feature]:x.begin[feature+1]]
}

// entriesWith are the entries that have a feature, each once.
func (x *index) entriesWith(feature int32) []int {
	var all []int
	for _, p := range x.with(feature) {
		all = append(all, x.phrases[p].entry)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// weigh learns how rare features are, as BM25 does it (Robertson and Spärck
// Jones), and what the phrases weigh.
func (x *index) weigh(read []reading) {
	n := float64(len(x.ids))
	rarity := func(d float64) float64 { return math.Log(1 + (n-d+0.5)/(d+0.5)) }
	x.rarity, x.unheard = make([]float64, len(x.number)), rarity(0)
	for f := range x.rarity {
		x.rarity[f] = rarity(float64(len(x.entriesWith(int32(f)))))
	}
	for i, r := range read {
		for f, w := range r.compare {
			x.phrases[i].weight += w * x.rarity[x.number[f]]
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
		n, known := x.number[f]
		if !known {
			whole += r.compare[f] * x.unheard * unheardShare
			continue
		}
		w := r.compare[f] * x.rarity[n]
		whole += w
		for _, p := range x.with(n) {
			shared[p] += w
		}
		for _, e := range x.entriesWith(n) {
			byEntry[e] += w
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
		w, has := x.unheard, false
		if n, known := x.number[f]; known {
			w, has = x.rarity[n], slices.ContainsFunc(x.with(n), func(p int32) bool { return x.phrases[p].entry == entry })
		}
		w *= r.sense[f]
		if whole += w; !has {
			missing += w
		}
	}
	if whole == 0 {
		return 1
	}
	return missing / whole
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
