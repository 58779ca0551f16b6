package templates

import (
	"strings"
	"sync/atomic"
	"text/template"
	"text/template/parse"
)

// saying is what a text or a button says. Once it is proved, mere words are kept as
// they are, and anything else as its source, which is read again when it is first
// said: a template takes twenty times the memory of its words, most texts fill
// nothing in, and of the others few are said every day.
type saying struct {
	source string
	made   *template.Template // while it is proved
	in     *template.Template // then: has the functions of its language; nil for mere words
	name   string
	read   *atomic.Pointer[template.Template] // once said
}

// settle ends the proof. It reports whether these are mere words.
func (s *saying) settle(in *template.Template, name string) (mere bool) {
	if words, ok := mereWords(s.made); ok {
		s.source, s.made = strings.TrimSpace(words), nil
		return true
	}
	s.made, s.in, s.name, s.read = nil, in, name, new(atomic.Pointer[template.Template])
	return false
}

// say says it within maxSaid.
func (s *saying) say(data any) (string, error) {
	if s.in == nil {
		return s.source, nil
	}
	t := s.read.Load()
	if t == nil { // proved, so it can be read
		t = know(template.Must(s.in.New(s.name).Parse(s.source)))
		s.read.Store(t)
	}
	said, err := say(t, data)
	return strings.TrimSpace(said), err
}

// mereWords gives the words of a template that says the same whatever it is about,
// and reports whether it is one.
func mereWords(t *template.Template) (words string, ok bool) {
	for _, n := range t.Root.Nodes {
		said, ok := n.(*parse.TextNode)
		if !ok {
			return "", false
		}
		words += string(said.Text)
	}
	return words, true
}
