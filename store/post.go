package store

import (
	"fmt"

	"redthread/bot"
)

// Lane says which messages go first when many wait.
type Lane int

// The lanes, the most urgent first.
const (
	Replies    Lane = iota // to the person who has just written
	Alerts                 // to staff
	Broadcasts             // greetings, reminders to many
	Asides                 // to staff, needing no answer: they make room where the platform counts
)

// State is where a message in the outbox stands. It only moves forward.
type State string

// The states of a message.
const (
	Queued      State = "queued"
	Waiting     State = "waiting" // for the person to write again (WeChat's window)
	Delivered   State = "sent"    // the platform has taken it
	Failed      State = "failed"  // and will not be tried again; the reason is kept
	Unreachable State = "unreachable"
	PutAside    State = "aside"      // it comes with what the person is told next
	Joined      State = "joined"     // its words go with another message
	CalledOff   State = "called_off" // before it went out: who wrote its words took them back, or nobody needs it any more
)

// states are all of them.
var states = []State{Queued, Waiting, Delivered, Failed, Unreachable, PutAside, Joined, CalledOff}

type post struct {
	to      bot.Conversation
	lane    Lane
	m       bot.Message
	carried *carriedRow // whose words it carries, if it does
}

// Post leaves a message for delivery when the turn commits, after those the
// conversation is still to be told.
func (tx *Tx) Post(to bot.Conversation, lane Lane, m bot.Message) {
	tx.posts = append(tx.posts, post{to: to, lane: lane, m: m})
}

func bodyPlace(conversation string, seq int64) string {
	return fmt.Sprintf("outbox.body|%s|%d", conversation, seq)
}

// writeMessages writes what was said, in the places the heads gave it.
func (s *Store) addMessages(b *script, heads []*headNews) error {
	var args []any
	n := 0
	for _, h := range heads {
		name := h.to.String()
		for i, p := range h.posts {
			seq := h.last - int64(len(h.posts)-1-i)
			sealed, err := s.box.SealJSON(bodyPlace(name, seq), p.m)
			if err != nil {
				return err
			}
			card := 0
			if p.m.Card {
				card = 1
			}
			n++
			args = append(args, name, seq, string(p.tx.ev.Key), p.n, p.lane, Queued, card, sealed, millis(p.tx.now))
		}
	}
	if n > 0 {
		b.add("leave messages", "INSERT INTO outbox (conversation, seq, event_key, n, lane, state, card, body, created_at) VALUES "+rows(n, 9), args...)
	}
	return nil
}
