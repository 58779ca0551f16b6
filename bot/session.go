package bot

import (
	"encoding/json"
	"time"
)

// Session is where a conversation stands: the open flow, the flows it
// interrupted, and what the engine must remember between two turns. It is kept
// sealed, in the database and in Redis.
type Session struct {
	Conversation Conversation
	Seq          int64   // turns taken so far
	Lang         string  // the language we speak here
	Open         Frame   // the open flow, or the zero Frame
	Stack        []Frame // the flows it interrupted, the newest last
	Asking       string  // a question of the engine's own that waits for an answer: "cancel", "resume", or empty
	Missed       int     // how often in a row we failed to understand
	Human        bool    // a colleague has taken over; flows stay silent
	Pressed      string  // the ID of the last button that was taken, to tell a double tap
	SeenAt       time.Time
	Works        string    // whether the person is a colleague, "yes" or "no", as far as we have asked; empty: we have not
	Withheld     []Event   // what a colleague did that waits until something is settled, the oldest first
	Declined     time.Time // when we last said that pictures are not wanted now: an album is told once
}

// Frame is one flow in progress.
type Frame struct {
	Flow    string
	Version int             // of Data, as the flow declares it
	Step    string          // the question that waits for an answer; empty: it has not begun, something must be settled first
	Visit   int64           // the turn that came to Step; old buttons carry an older one
	At      time.Time       // when Step was last asked or answered, to tell a late answer
	Back    string          // the question to return to after this one, or empty
	Trail   []string        // the questions answered on the way here, the newest last
	Data    json.RawMessage // what the flow has collected
}

// Leave closes the open flow and takes up the newest interrupted one, if any;
// it reports whether there was one.
func (s *Session) Leave() bool {
	s.Open, s.Asking, s.Missed = Frame{}, "", 0
	if len(s.Stack) == 0 {
		return false
	}
	last := len(s.Stack) - 1
	s.Open, s.Stack = s.Stack[last], s.Stack[:last]
	return true
}
