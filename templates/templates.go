package templates

import (
	"fmt"
	"reflect"
)

// Languages lists the languages we speak. The first is the default.
var Languages = []string{"zh-CN", "en"}

// Of is a text that is about a D.
type Of[D any] struct{ name string }

// New declares a text. Declare texts in package variables: Load compares the
// declarations with the files. It panics when the name is taken.
func New[D any](name string) Of[D] {
	declared.add(name, reflect.TypeFor[D]())
	return Of[D]{name}
}

// With fills the text in.
func (o Of[D]) With(d D) Line { return Line{Name: o.name, Data: d} }

// Name is the text's name in the files.
func (o Of[D]) Name() string { return o.name }

// Line is a text and what it is about, not yet in any language.
type Line struct {
	Name string
	Data any
	Ref  string // the paper its buttons are about, if they outlive the talk

	Protected bool // what it says is not to be passed on, where the channel can see to that
}

// Words is a group of words and phrases that mean one thing to the bot, such as
// those for going back or those that open a flow. Set.Words and Set.Hears know
// them in all languages at once, whatever language the talk is in.
type Words struct{ name string }

// NewWords declares a group of words, as New declares a text. It panics when
// the name is taken.
func NewWords(name string) Words {
	declared.add(name, nil)
	return Words{name}
}

// Name is the group's name in the files.
func (w Words) Name() string { return w.name }

// catalog is what Go code says and listens for: the type each text is about,
// nil for a group of words.
type catalog map[string]reflect.Type

var declared = catalog{}

func (c catalog) add(name string, about reflect.Type) {
	if _, taken := c[name]; taken {
		panic(fmt.Sprintf("templates: %q is declared twice", name))
	}
	if !blockName.MatchString(name) {
		panic(fmt.Sprintf("templates: %q cannot be the name of a text", name))
	}
	c[name] = about
}
