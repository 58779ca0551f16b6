package flows

import (
	"fmt"

	"redthread/templates"
)

// The standing doors: WeChat's menu bar and Telegram's list of commands. Their
// labels are texts like any other.
var (
	// Each is one entry of the bar: its words are the label, its buttons what
	// opens under it. An entry with a single button opens that at once.
	barEntries = []templates.Of[none]{
		templates.New[none]("bar.ask"),
		templates.New[none]("bar.care"),
		templates.New[none]("bar.more"),
	}
	// Each button is a command: its ID the name, its label what it does.
	commandList = templates.New[none]("bar.commands")
)

// Door is one entry of a menu: a key that comes back as a pressed button, or
// more doors.
type Door struct {
	Label string
	Key   string
	Items []Door
}

// MenuBar is WeChat's menu bar. It is the same for all phones, so it speaks the
// default language.
func MenuBar(set *templates.Set) ([]Door, error) {
	var bar []Door
	for _, entry := range barEntries {
		m, err := set.Render(templates.Languages[0], entry.With(none{}))
		if err != nil {
			return nil, fmt.Errorf("flows: menu bar: %w", err)
		}
		d := Door{Label: m.Text}
		for _, b := range m.Buttons {
			d.Items = append(d.Items, Door{Label: b.Label, Key: "menu:" + b.ID + ":"})
		}
		if len(d.Items) == 1 {
			d.Key, d.Items = d.Items[0].Key, nil
		}
		bar = append(bar, d)
	}
	return bar, nil
}

// Command is one line of Telegram's list.
type Command struct{ Name, Text string }

// Commands lists the commands by language.
func Commands(set *templates.Set) (map[string][]Command, error) {
	by := map[string][]Command{}
	for _, lang := range templates.Languages {
		m, err := set.Render(lang, commandList.With(none{}))
		if err != nil {
			return nil, fmt.Errorf("flows: commands: %w", err)
		}
		for _, b := range m.Buttons {
			by[lang] = append(by[lang], Command{Name: b.ID, Text: b.Label})
		}
	}
	return by, nil
}
