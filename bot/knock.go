package bot

import (
	"context"
	"errors"
)

// Knocker is a Channel that can tell a person that something waits for them while it
// takes no messages for them: WeChat, by template messages that it has approved.
type Knocker interface {
	// Knock tells them. ErrNoKnock: nothing is set for the purpose. ErrGone, a
	// *SlowDown, a *Refused and a *Unsure say what they say of Send.
	Knock(ctx context.Context, k Knock) error
}

// Knock is what a person is told by a template message. It holds nothing personal: it
// stands on the locked screen of a telephone.
type Knock struct {
	To      Conversation
	Purpose Purpose
	Once    string            // names this knock: one of the same name is not given again
	Say     map[string]string // what the template's fields can tell, by KnockWords
}

// Purpose is why somebody is knocked for.
type Purpose string

// The purposes.
const (
	StaffWaiting Purpose = "staff_waiting" // clients or alerts wait for a colleague
	ReplyKept    Purpose = "reply_kept"    // what we have to say to a client is kept until they write
)

// KnockWords are what the fields of a template can tell: a fixed sentence, the
// agency's name, since when something waits, how much does.
var KnockWords = []string{"note", "agency", "time", "count"}

// ErrNoKnock says that no template is set for the purpose.
var ErrNoKnock = errors.New("bot: no template is set")
