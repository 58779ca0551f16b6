package flows

import (
	"strings"

	"redthread/bot/dialog"
)

// Asking opens a question, "问：…", as the enquiry does with what it cannot
// answer.
func Asking(s Settings) dialog.Definition {
	const sign = "问："
	s = s.filledIn()
	return dialog.Flow[none]{
		Name: "asking", Title: answering.Title, Reads: func(text string) bool { return strings.HasPrefix(text, sign) },
		Begin: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
			return dialog.End, s.openQuestion(t, strings.TrimPrefix(t.Text(), sign))
		},
	}
}
