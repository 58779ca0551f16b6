package knowledge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"redthread/bot/folder"
)

// Languages are the languages that answers are written in, the default first.
// They are those of the templates.
var Languages = []string{"zh-CN", "en"}

// Entry is one approved answer in one language.
type Entry struct {
	ID      string // the file's name: "refund"
	Lang    string
	Title   string // what clients tap, and what "did you mean" calls it
	Topic   string // under which topic clients find it; empty: by their words only
	Order   int    // its place in the topic
	Date    time.Time
	Version int
	Ask     []string // ways of asking for it
	Answer  string   // as a chat shows it: no Markdown is left
	Consent string   // of a story about real people: who agreed to its being told, and when

	file string
	off  bool
}

// Digest names the answer's words, to tell two that carry the same version.
func (e Entry) Digest() string {
	sum := sha256.Sum256([]byte(e.Answer))
	return hex.EncodeToString(sum[:8])
}

// Filled is the answer with what is known of the agency: {agency}, {hours} and
// {phone}. A line that tells something that is not known is left out.
func (e Entry) Filled(agency, hours, phone string) string {
	var lines []string
	for _, l := range strings.Split(e.Answer, "\n") {
		known := true
		for _, f := range []struct{ name, value string }{{"{agency}", agency}, {"{hours}", hours}, {"{phone}", phone}} {
			if strings.Contains(l, f.name) {
				known = known && f.value != ""
				l = strings.ReplaceAll(l, f.name, f.value)
			}
		}
		if known {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// Base is all approved answers. It does not change.
type Base struct {
	entries  map[string]map[string]Entry // by language, by ID
	topics   map[string][]string         // by language, in the agency's order
	offTopic []string
	index    *index
	warnings []folder.Problem
}

// Entry is the answer of that name, in lang or else in another language that has
// it.
func (b *Base) Entry(id, lang string) (Entry, bool) {
	for _, l := range append([]string{lang}, Languages...) {
		if e, ok := b.entries[l][id]; ok {
			return e, true
		}
	}
	return Entry{}, false
}

// Topics are the topics of a language that have answers.
func (b *Base) Topics(lang string) []string {
	return slices.DeleteFunc(slices.Clone(b.topics[lang]), func(t string) bool { return len(b.Under(t, lang)) == 0 })
}

// Under lists the answers of a topic in the agency's order.
func (b *Base) Under(topic, lang string) []Entry {
	var all []Entry
	for _, e := range b.entries[lang] {
		if e.Topic == topic && topic != "" {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(x, y Entry) int { return cmp.Or(cmp.Compare(x.Order, y.Order), cmp.Compare(x.ID, y.ID)) })
	return all
}

// All lists every answer in every language, by its name.
func (b *Base) All() (all []Entry) {
	for _, lang := range Languages {
		for _, id := range sortedKeys(b.entries[lang]) {
			all = append(all, b.entries[lang][id])
		}
	}
	slices.SortStableFunc(all, func(x, y Entry) int { return cmp.Compare(x.ID, y.ID) })
	return all
}

// OffTopic lists what no answer is about.
func (b *Base) OffTopic() []string { return slices.Clone(b.offTopic) }

// Len counts the answers, each once whatever its languages.
func (b *Base) Len() int {
	ids := map[string]bool{}
	for _, by := range b.entries {
		for id := range by {
			ids[id] = true
		}
	}
	return len(ids)
}

// Warnings are the problems that did not keep the folder from being used.
func (b *Base) Warnings() []folder.Problem { return b.warnings }
