package flows

import (
	"fmt"

	"redthread/templates"
)

// What a browser shows where a link to a photo leads nowhere.
var (
	pageOver = templates.New[none]("photos.link_over")
	pageBusy = templates.New[none]("photos.link_busy")
)

// LinkPage is what a page says, in all languages, whose link cannot be opened;
// busy: because there were too many requests.
func LinkPage(set *templates.Set, busy bool) (words []string, err error) {
	line := pageOver
	if busy {
		line = pageBusy
	}
	for _, lang := range templates.Languages {
		m, err := set.Render(lang, line.With(none{}))
		if err != nil {
			return nil, fmt.Errorf("flows: page of a link: %w", err)
		}
		words = append(words, m.Text)
	}
	return words, nil
}
