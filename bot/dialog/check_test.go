package dialog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"redthread/bot/dialog"
	"redthread/store/storetest"
	"redthread/templates"
)

// The mistakes a compiler cannot see keep the program from starting, and are
// named.
func TestMistakesAreRefused(t *testing.T) {
	t.Parallel()
	st := storetest.New(t)
	stay := func(*dialog.Turn, *none) (dialog.Move, error) { return dialog.Stay, nil }
	step := func(name string) dialog.Step[none] {
		return dialog.Step[none]{Name: dialog.StepName(name), Ask: askMany, Want: dialog.Text(1, 9), Hear: stay}
	}
	flow := func(name string, steps ...dialog.Step[none]) dialog.Flow[none] {
		return dialog.Flow[none]{Name: name, Title: titleMany, Steps: steps}
	}
	for want, spoil := range map[string]func(*dialog.Config){
		`two flows are called "tally"`:        func(c *dialog.Config) { c.Flows = append(c.Flows, tallyFlow) },
		`a flow cannot be called "My Flow"`:   func(c *dialog.Config) { c.Flows = append(c.Flows, flow("My Flow", step("a"))) },
		`a flow cannot be called "menu"`:      func(c *dialog.Config) { c.Flows = append(c.Flows, flow("menu", step("a"))) },
		`a flow cannot be called "ask"`:       func(c *dialog.Config) { c.Flows = append(c.Flows, flow("ask", step("a"))) },
		`flow empty asks nothing`:             func(c *dialog.Config) { c.Flows = append(c.Flows, flow("empty")) },
		`a step cannot be called "a", or not`: func(c *dialog.Config) { c.Flows = append(c.Flows, flow("f", step("a"), step("a"))) },
		`a step cannot be called "A"`:         func(c *dialog.Config) { c.Flows = append(c.Flows, flow("f", step("A"))) },
		`flow f needs a Title`: func(c *dialog.Config) {
			f := flow("f", step("a"))
			f.Title = templates.Of[none]{}
			c.Flows = append(c.Flows, f)
		},
		`step f/a needs an Ask, a Want and a Hear`: func(c *dialog.Config) { s := step("a"); s.Hear = nil; c.Flows = append(c.Flows, flow("f", s)) },
		`step f/a leads to "z"`: func(c *dialog.Config) {
			s := step("a")
			s.To = []dialog.StepName{"z"}
			c.Flows = append(c.Flows, flow("f", s))
		},
		`step f/a wants a button, but "many.ask"`: func(c *dialog.Config) {
			s := step("a")
			s.Want = dialog.Button
			c.Flows = append(c.Flows, flow("f", s))
		},
		`step f/a: nobody wants the button [zh]`: func(c *dialog.Config) {
			s := languageFlow.Steps[0]
			s.Name, s.Want = "a", dialog.Text(1, 9)
			c.Flows = append(c.Flows, flow("f", s))
		},
		`would have an ID of 76 bytes, 64 at most`: func(c *dialog.Config) {
			s := languageFlow.Steps[0]
			s.Name = dialog.StepName(strings.Repeat("s", 40))
			c.Flows = append(c.Flows, flow(strings.Repeat("f", 18), s))
		},
		`means both tally and f`: func(c *dialog.Config) {
			f := flow("f", step("a"))
			f.Opens = tallyFlow.Opens
			c.Flows = append(c.Flows, f)
		},
		`Upgrade must lead without a gap`: func(c *dialog.Config) {
			f := flow("f", step("a"))
			f.Version, f.Upgrade = 3, map[int]func(json.RawMessage) (json.RawMessage, error){0: quizUpgrades[0], 2: quizUpgrades[1]}
			c.Flows = append(c.Flows, f)
		},
		`two cards are called "staff.case"`: func(c *dialog.Config) { c.Cards = append(c.Cards, caseCard) },
		`card "staff.looked" needs a text with`: func(c *dialog.Config) {
			c.Cards = append(c.Cards, dialog.Card[string]{Text: sayLooked, Hear: caseCard.Hear})
		},
		`notice "remind"`:                         func(c *dialog.Config) { c.News = append(c.News, notices[0]) },
		`notice "no:name"`:                        func(c *dialog.Config) { c.News = append(c.News, dialog.Notice{Name: "no:name", Play: notices[0].Play}) },
		`the door [tally] of "common.menu" leads`: func(c *dialog.Config) { c.Flows = []dialog.Definition{complaintFlow} },
		`Human and Relay go together`:             func(c *dialog.Config) { c.Relay = nil },
		`the door [human] of "common.menu" leads`: func(c *dialog.Config) { c.Human, c.Relay = nil, nil },
		`no store or no texts`:                    func(c *dialog.Config) { c.Texts = nil },
	} {
		c := config(st)
		spoil(&c)
		if _, err := dialog.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	if _, err := dialog.New(config(st)); err != nil {
		t.Error(err)
	}
}
