package flows

import (
	"fmt"

	"redthread/store"
	"redthread/templates"
)

// What a browser shows where a link to a file of a talk leads.
var (
	pageFile       = templates.New[filePageView]("talk.file_page")
	pageFileButton = templates.New[none]("talk.file_button")
)

// filePageView is what the page may tell.
type filePageView struct{ Name string }

// FilePage is what the page of a link to a file says, and its button.
func FilePage(set *templates.Set, l store.FileLink) (words, button string, err error) {
	m, err := set.Render(l.Lang, pageFile.With(filePageView{l.Name}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a file: %w", err)
	}
	b, err := set.Render(l.Lang, pageFileButton.With(none{}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a file: %w", err)
	}
	return m.Text, b.Text, nil
}
