package main

import (
	"math"
	"strings"
	"unicode"

	"github.com/blevesearch/bleve/v2"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk" // the analyser "cjk"
	"github.com/go-ego/gse"
	"golang.org/x/text/unicode/norm"
)

// openBleve searches the ways of asking with bleve's own scoring.
func openBleve(docs []doc) (func(string) []ranked, error) {
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = "cjk"
	index, err := bleve.NewMemOnly(m)
	if err != nil {
		return nil, err
	}
	batch, ids := index.NewBatch(), map[string]string{}
	for i, d := range docs {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		ids[name] = d.id
		if err := batch.Index(name, map[string]string{"words": d.words}); err != nil {
			return nil, err
		}
	}
	if err := index.Batch(batch); err != nil {
		return nil, err
	}
	return func(q string) []ranked {
		request := bleve.NewSearchRequestOptions(bleve.NewMatchQuery(q), 50, 0, false)
		found, err := index.Search(request)
		if err != nil {
			panic(err)
		}
		scores := map[string]float64{}
		for _, hit := range found.Hits {
			scores[ids[hit.ID]] = max(scores[ids[hit.ID]], hit.Score)
		}
		return best(scores)
	}, nil
}

// openGSE cuts into words with gse's dictionaries, simplified and traditional, and
// ranks the answers by BM25 over all their ways of asking.
func openGSE(docs []doc) (func(string) []ranked, error) {
	var seg gse.Segmenter
	seg.SkipLog = true
	if err := seg.LoadDictEmbed("zh"); err != nil {
		return nil, err
	}
	words := func(s string) (all []string) {
		for _, w := range seg.CutSearch(strings.ToLower(norm.NFKC.String(s)), true) {
			if strings.ContainsFunc(w, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }) {
				all = append(all, w)
			}
		}
		return all
	}
	counts, size, in, total := map[string]map[string]float64{}, map[string]float64{}, map[string]float64{}, 0.0
	for _, d := range docs {
		if counts[d.id] == nil {
			counts[d.id] = map[string]float64{}
		}
		for _, w := range words(d.words) {
			if counts[d.id][w] == 0 {
				in[w]++
			}
			counts[d.id][w]++
			size[d.id]++
			total++
		}
	}
	const k, b = 1.2, 0.75
	n := float64(len(counts))
	return func(q string) []ranked {
		scores := map[string]float64{}
		for _, w := range words(q) {
			idf := math.Log(1 + (n-in[w]+0.5)/(in[w]+0.5))
			for id, count := range counts {
				if f := count[w]; f > 0 {
					scores[id] += idf * f * (k + 1) / (f + k*(1-b+b*size[id]*n/total))
				}
			}
		}
		return best(scores)
	}, nil
}

// stopPairs stand in questions of every kind.
var stopPairs = strings.Fields("怎么 么样 什么 可以 以吗 能不 不能 有没 没有 是不 不是 会不 要不 我们 你们 他们 我想 想问 请问 多少 一下 这个 那个 哪里 如果 帮我 给我")

// openBigrams compares pairs of characters and English words by the cosine of
// their weights, the nearest way of asking counting; folded, with traditional
// characters made simplified and pairs that stand everywhere left out.
func openBigrams(folded bool) func(docs []doc) (func(string) []ranked, error) {
	return func(docs []doc) (func(string) []ranked, error) {
		grams := func(s string) map[string]bool {
			if folded {
				s = simplified(s)
			}
			all := pairs(strings.ToLower(norm.NFKC.String(s)))
			if folded {
				for _, p := range stopPairs {
					delete(all, p)
				}
			}
			return all
		}
		read, in, entries := make([]map[string]bool, len(docs)), map[string]map[string]bool{}, map[string]bool{}
		for i, d := range docs {
			read[i] = grams(d.words)
			entries[d.id] = true
			for g := range read[i] {
				if in[g] == nil {
					in[g] = map[string]bool{}
				}
				in[g][d.id] = true
			}
		}
		n := float64(len(entries))
		weight := func(g string) float64 { return math.Log(1 + (n-float64(len(in[g]))+0.5)/(float64(len(in[g]))+0.5)) }
		length := func(all map[string]bool) float64 {
			sum := 0.0
			for g := range all {
				sum += weight(g) * weight(g)
			}
			return math.Sqrt(sum)
		}
		lengths := make([]float64, len(docs))
		for i := range docs {
			lengths[i] = length(read[i])
		}
		return func(q string) []ranked {
			asked, scores := grams(q), map[string]float64{}
			whole := length(asked)
			for i, d := range docs {
				shared := 0.0
				for g := range asked {
					if read[i][g] {
						shared += weight(g) * weight(g)
					}
				}
				if shared > 0 {
					scores[d.id] = max(scores[d.id], shared/(whole*lengths[i]))
				}
			}
			return best(scores)
		}, nil
	}
}

func pairs(s string) map[string]bool {
	all, last, word := map[string]bool{}, rune(0), ""
	end := func() {
		if word != "" {
			all[word] = true
		}
		word = ""
	}
	for _, c := range s {
		switch {
		case unicode.Is(unicode.Han, c):
			end()
			if last != 0 {
				all[string([]rune{last, c})] = true
			}
			last = c
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			word, last = word+string(c), 0
		default:
			end()
			last = 0
		}
	}
	end()
	return all
}
