package dialog

import (
	"fmt"
	"strconv"
	"strings"

	"redthread/bot"
)

// buttonID is what a button's ID says when it comes back: the place it was
// asked at ("complaint/kind:date:12"), the paper it is about
// ("staff.complaint:take:C-000001"), or the door it opens ("menu:complaint:").
type buttonID struct {
	flow, step string // of a question
	visit      int64  // the turn that came to the question

	card, ref string // of a card

	choice string // the ID in the text; of a door, where it leads
}

const (
	doors = "menu" // stands where a door's card would
	own   = "ask"  // stands where the flow of the engine's own questions would
)

func (b buttonID) isQuestion() bool { return b.flow != "" }
func (b buttonID) isDoor() bool     { return b.card == doors }

func (b buttonID) String() string {
	if b.isQuestion() {
		return b.flow + "/" + b.step + ":" + b.choice + ":" + strconv.FormatInt(b.visit, 10)
	}
	return b.card + ":" + b.choice + ":" + b.ref
}

// readButton reads an ID. It is false for what none of our buttons has.
func readButton(id string) (b buttonID, ok bool) {
	if len(id) > bot.MaxButtonID {
		return b, false
	}
	parts := strings.SplitN(id, ":", 3)
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" {
		return b, false
	}
	b.choice = parts[1]
	if flow, step, question := strings.Cut(parts[0], "/"); question {
		visit, err := strconv.ParseInt(parts[2], 10, 64)
		b.flow, b.step, b.visit = flow, step, visit
		return b, err == nil && visit > 0 && flow != "" && step != "" && b.String() == id
	}
	b.card, b.ref = parts[0], parts[2]
	return b, !b.isDoor() || b.ref == ""
}

// stamped is the ID as the message carries it.
func stamped(b buttonID) (string, error) {
	id := b.String()
	if len(id) > bot.MaxButtonID {
		return "", fmt.Errorf("button %q is longer than %d bytes", id, bot.MaxButtonID)
	}
	return id, nil
}
