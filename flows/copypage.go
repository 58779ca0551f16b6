package flows

import (
	"fmt"

	"redthread/store"
	"redthread/templates"
)

// What a browser shows where a link to a copy leads.
var (
	pageCopy     = templates.New[copyView]("copy.page")
	pageButton   = templates.New[none]("copy.page_button")
	pageCopyOver = templates.New[none]("copy.link_over")
	pageCopyBusy = templates.New[none]("copy.link_busy")
)

// CopyPage is what the page of a link to a copy says, and its button.
func CopyPage(set *templates.Set, l store.CopyLink) (words, button string, err error) {
	m, err := set.Render(l.Lang, pageCopy.With(copyView{Number: l.Number, Until: l.Ends, Fetches: l.Left}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a copy: %w", err)
	}
	b, err := set.Render(l.Lang, pageButton.With(none{}))
	if err != nil {
		return "", "", fmt.Errorf("flows: page of a copy: %w", err)
	}
	return m.Text, b.Text, nil
}

// CopyLinkPage is what a page says, in all languages, whose link to a copy cannot
// be opened; busy: because there were too many requests.
func CopyLinkPage(set *templates.Set, busy bool) ([]string, error) {
	if busy {
		return inAllLanguages(set, pageCopyBusy)
	}
	return inAllLanguages(set, pageCopyOver)
}
