package dialog

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"redthread/bot"
	"redthread/templates"
)

var (
	plainName  = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	noticeName = regexp.MustCompile(`^[a-z][a-z0-9_.]*$`)
)

// The longest things that are put into a button's ID besides names.
const (
	visitDigits = 10 // turns of one conversation
	maxRef      = 20 // of a card's paper
	eachSuffix  = 3  // ".31", of a button with "each"
)

// enter takes the conversations in and finds the mistakes a compiler cannot see.
func (e *Engine) enter(c Config) error {
	texts := c.Texts()
	var wrong []error
	report := func(format string, args ...any) {
		wrong = append(wrong, fmt.Errorf("dialog: "+format, args...))
	}
	if (c.Human == nil) != (c.Relay == nil) {
		report("Human and Relay go together")
	}
	for _, card := range c.Cards {
		if e.cards[card.name()] != nil {
			report("two cards are called %q", card.name())
		}
		e.cards[card.name()] = card
	}
	for _, n := range c.News {
		if _, twice := e.news[n.Name]; twice || n.Play == nil || !noticeName.MatchString(n.Name) || len(n.Name) > 64 {
			report("notice %q: a plain name, once, and a Play are needed", n.Name)
		}
		e.news[n.Name] = n
	}
	for _, d := range c.Flows {
		f := &flow{d, d.facts()}
		if e.flows[f.name] != nil {
			report("two flows are called %q", f.name)
		}
		e.flows[f.name] = f
		e.order = append(e.order, f)
	}
	for _, check := range []func(*templates.Set, func(string, ...any)){e.checkFlows, e.checkCards, e.checkDoors, e.checkWords} {
		check(texts, report)
	}
	return errors.Join(wrong...)
}

func (e *Engine) checkFlows(texts *templates.Set, report func(string, ...any)) {
	for _, f := range e.order {
		switch {
		case !plainName.MatchString(f.name) || f.name == own || f.name == doors:
			report("a flow cannot be called %q", f.name)
		case len(f.steps) == 0 && !f.begins:
			report("flow %s asks nothing and has no Begin", f.name)
		case len(f.upgrades) > 0 && (f.upgrades[0] < 0 || f.upgrades[len(f.upgrades)-1] != f.version-1 || f.upgrades[0]+len(f.upgrades) != f.version):
			report("flow %s: Upgrade must lead without a gap to version %d", f.name, f.version)
		}
		if _, err := texts.Render(templates.Languages[0], templates.Line{Name: f.title, Data: struct{}{}}); err != nil {
			report("flow %s needs a Title: %w", f.name, err)
		}
		for i, s := range f.steps {
			if f.at(s.name) != i || !plainName.MatchString(s.name) {
				report("flow %s: a step cannot be called %q, or not twice", f.name, s.name)
			}
			e.checkStep(texts, f, s, report)
		}
	}
}

func (e *Engine) checkStep(texts *templates.Set, f *flow, s stepFacts, report func(string, ...any)) {
	if !s.hears || s.ask == "" || s.want == (Want{}) {
		report("step %s/%s needs an Ask, a Want and a Hear", f.name, s.name)
		return
	}
	for _, to := range s.to {
		if f.at(to) < 0 {
			report("step %s/%s leads to %q, which is not there", f.name, s.name, to)
		}
	}
	ids := texts.Buttons(s.ask)
	if s.want.button && len(ids) == 0 {
		report("step %s/%s wants a button, but %q has none", f.name, s.name, s.ask)
	}
	for _, id := range ids {
		if n := len(f.name) + len(s.name) + len(id) + len("/::") + visitDigits + eachSuffix; n > bot.MaxButtonID {
			report("step %s/%s: the button [%s] would have an ID of %d bytes, %d at most", f.name, s.name, id, n, bot.MaxButtonID)
		}
	}
	l, err := f.asks(nil, bot.Frame{Step: s.name})
	if err != nil {
		report("step %s/%s: %w", f.name, s.name, err)
		return
	}
	m, err := texts.Render(templates.Languages[0], l)
	if err != nil {
		report("step %s/%s: %w", f.name, s.name, err)
		return
	}
	for _, b := range m.Buttons {
		if b.URL == "" && !s.want.button {
			report("step %s/%s: nobody wants the button [%s] of %q", f.name, s.name, b.ID, s.ask)
		}
	}
}

func (e *Engine) checkCards(texts *templates.Set, report func(string, ...any)) {
	for name, card := range e.cards {
		ids := texts.Buttons(name)
		if len(ids) == 0 || !card.hears() || name == doors || strings.Contains(name, "/") {
			report("card %q needs a text with buttons and a Hear", name)
		}
		if _, err := texts.Render(templates.Languages[0], card.blank()); err != nil {
			report("card %q: %w", name, err)
		}
		for _, id := range ids {
			if n := len(name) + len(id) + len("::") + maxRef + eachSuffix; n > bot.MaxButtonID {
				report("card %q: the button [%s] could have an ID of %d bytes, %d at most", name, id, n, bot.MaxButtonID)
			}
		}
	}
}

// checkDoors finds doors that lead nowhere.
func (e *Engine) checkDoors(texts *templates.Set, report func(string, ...any)) {
	for _, id := range texts.Buttons(sayMenu.Name()) {
		if !e.isDoor(id) {
			report("the door [%s] of %q leads nowhere", id, sayMenu.Name())
		}
	}
}

// checkWords finds words that would open two things.
func (e *Engine) checkWords(texts *templates.Set, report func(string, ...any)) {
	means := map[string]string{}
	claim := func(w templates.Words, who string) {
		for _, word := range texts.Words(w) {
			if first, taken := means[word]; taken {
				report("%q means both %s and %s", word, first, who)
			}
			means[word] = who
		}
	}
	for _, c := range commands() {
		claim(c.words, c.name)
	}
	for _, f := range e.order {
		if f.facts.opens.Name() == "" {
			continue
		}
		if len(texts.Words(f.facts.opens)) == 0 {
			report("flow %s: %q has no words", f.name, f.facts.opens.Name())
		}
		claim(f.facts.opens, f.name)
	}
}
