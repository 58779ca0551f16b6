package knowledge

import (
	"strings"
	"unicode"
)

// How much the features of a question count, besides their rarity. Words that
// mean the same weigh most; a single character tells little; a pair of
// characters as in 怎么 or 可以 stands in questions of every kind.
const (
	groupWeight = 1.8
	plainWeight = 1.0 // a pair of characters, an English word
	pairWeight  = 0.5 // two English words that follow each other
	charWeight  = 0.35
	stopWeight  = 0.25
)

// How much of a question's sense its parts carry, besides their rarity.
const (
	groupSense = 2.0
	wordSense  = 1.5
	charSense  = 1.0
)

// stops are words and pairs of characters that stand in questions of every kind.
// There are too few answers for their rarity to tell.
var stops = func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`
		a an the i u you we me my our your it is are am was do does did to of for in on at and or with be if that this there so from by as
		can will would should could have has had what which any some get got
		我们 你们 他们 她们 咱们 怎么 什么 么样 样的 怎样 可以 以吗 能不 不能 能吗 行吗 行不 好吗 对吗 有没 没有 有吗 是不 不是 是吗 会不 不会 会吗 要不 不要 要吗
		想要 我想 想问 我要 你要 帮我 给我 让我 把我 我的 你的 他的 她的 我是 你是 你能 我能 我有 你有 有什 有啥 是什 是啥 干什 做什 为什 这个 那个 一个 个人
		哪个 哪些 哪里 多少 几个 一下 一点 点儿 如果 因为 所以 然后 还是 还有 或者 已经 现在 以后 时候 的时 候能 的话 么办 么弄 咋办 咋弄 办呢 呢吗 了吗 的吗
		了怎 的怎 是怎 要怎 能怎 想怎 不知 知道 道怎 觉得 应该 需要 需不 比较 一般 都是 都有 里的 上的`) {
		all[w] = true
	}
	return all
}()

// reading is what is made of a question before it is compared.
type reading struct {
	compare map[string]float64 // what is held against the ways of asking, with its weight
	sense   map[string]float64 // what an answer must account for
}

// read takes words apart: groups of words that mean the same ("=退款"), pairs of
// characters and single ones, English words and pairs of them.
func (s *synonyms) read(text string) reading {
	r := reading{map[string]float64{}, map[string]float64{}}
	whole := fold(text)
	rest := s.takeGroups(whole, func(group string) {
		r.compare["="+group], r.sense["="+group] = groupWeight, groupSense
	})
	pieces(whole, func(run []rune) {
		for i, c := range run {
			r.note(string(c), charWeight)
			if i > 0 {
				r.note(string(run[i-1:i+1]), plainWeight)
			}
		}
	}, func(word, before string) {
		r.note(stem(word), weightOf(word))
		if before != "" {
			r.compare[stem(before)+" "+stem(word)] = pairWeight
		}
	})
	pieces(rest, func(run []rune) {
		for _, c := range run {
			r.sense[string(c)] = charSense
		}
	}, func(word, _ string) {
		if !stops[word] {
			r.sense[stem(word)] = wordSense
		}
	})
	return r
}

func weightOf(word string) float64 {
	if stops[word] {
		return stopWeight
	}
	return plainWeight
}

func (r reading) note(feature string, weight float64) {
	if stops[feature] {
		weight = min(weight, stopWeight)
	}
	r.compare[feature] = max(r.compare[feature], weight)
}

// pieces walks through folded text: runs of Chinese characters, and the other
// words with the one before, if it follows directly.
func pieces(text string, han func([]rune), word func(word, before string)) {
	before := ""
	for _, w := range strings.Fields(text) {
		for _, run := range split([]rune(w)) {
			if unicode.Is(unicode.Han, run[0]) {
				han(run)
				before = ""
				continue
			}
			word(string(run), before)
			before = string(run)
		}
	}
}

// split cuts a word where Chinese begins or ends: "vip什么价".
func split(w []rune) (runs [][]rune) {
	from := 0
	for i := 1; i <= len(w); i++ {
		if i == len(w) || unicode.Is(unicode.Han, w[i]) != unicode.Is(unicode.Han, w[from]) {
			runs = append(runs, w[from:i])
			from = i
		}
	}
	return runs
}
