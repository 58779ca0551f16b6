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
func LinkPage(set *templates.Set, busy bool) ([]string, error) {
	if busy {
		return inAllLanguages(set, pageBusy)
	}
	return inAllLanguages(set, pageOver)
}

func inAllLanguages(set *templates.Set, line templates.Of[none]) (words []string, err error) {
	for _, lang := range templates.Languages {
		m, err := set.Render(lang, line.With(none{}))
		if err != nil {
			return nil, fmt.Errorf("flows: page of a link: %w", err)
		}
		words = append(words, m.Text)
	}
	return words, nil
}
