package guard

// automaton finds all of its words in one pass over a text (Aho and Corasick,
// 1975). It walks characters, not bytes, since that is how places are counted
// here, and keeps only the edges there are: a table of 256 for each byte of each
// word, as the usual modules have it, would be some hundred times larger.
type automaton struct {
	edges map[edge]int32
	fail  []int32
	words [][]int // which words end at a state
	also  []int32 // the next state on the way of fails at which a word ends; 0: none
}

type edge struct {
	state int32
	c     rune
}

func newAutomaton(words [][]rune) *automaton {
	a := &automaton{edges: map[edge]int32{}, fail: []int32{0}, words: [][]int{nil}, also: []int32{0}}
	for i, w := range words {
		at := int32(0)
		for _, c := range w {
			next, ok := a.edges[edge{at, c}]
			if !ok {
				next = int32(len(a.fail)) // bounded by the size of the rule files
				a.edges[edge{at, c}] = next
				a.fail, a.words, a.also = append(a.fail, 0), append(a.words, nil), append(a.also, 0)
			}
			at = next
		}
		a.words[at] = append(a.words[at], i)
	}
	a.link(words)
	return a
}

// link sets where each state falls back to, the shortest first.
func (a *automaton) link(words [][]rune) {
	longest := 0
	for _, w := range words {
		longest = max(longest, len(w))
	}
	at := make([]int32, len(words))
	for depth := range longest {
		for i, w := range words {
			if depth >= len(w) {
				continue
			}
			parent, c := at[i], w[depth]
			at[i] = a.edges[edge{parent, c}]
			if depth > 0 {
				a.fail[at[i]] = a.step(a.fail[parent], c)
			}
			a.also[at[i]] = a.fail[at[i]]
			if len(a.words[a.fail[at[i]]]) == 0 {
				a.also[at[i]] = a.also[a.fail[at[i]]]
			}
		}
	}
}

func (a *automaton) step(at int32, c rune) int32 {
	for {
		if next, ok := a.edges[edge{at, c}]; ok {
			return next
		}
		if at == 0 {
			return 0
		}
		at = a.fail[at]
	}
}

// walk calls found for each word that ends at each place: the number of the word
// and the place behind it.
func (a *automaton) walk(text []rune, found func(word, end int)) {
	at := int32(0)
	for i, c := range text {
		at = a.step(at, c)
		for s := at; s != 0; s = a.also[s] {
			for _, w := range a.words[s] {
				found(w, i+1)
			}
		}
	}
}
