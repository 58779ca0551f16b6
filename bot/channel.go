package bot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Accept takes an event that a platform delivered. When it returns nil the event
// has taken effect, now or earlier, and the platform may be told so. An error
// means that nothing was kept: the platform must deliver the event again.
// A *Poison error is different: this event can never be played, trying again is
// of no use, and it must be put with the dead letters.
type Accept func(context.Context, Event) (Outcome, error)

// Outcome is what came of an event.
type Outcome struct {
	Repeated bool   // it had been taken before
	Toast    string // a short note for the one who pressed a button
	Reply    *Reply // what the callback's own answer should carry, if the event had a ReplyBy
}

// Reply is the oldest message that waits for the person, held for the caller
// until Done. A repeated delivery of the event is given the same one.
type Reply struct {
	Message Message
	Seq     int64 // the message's place in its conversation's outbox
	Skip    int   // pieces of it that went out before

	// Done must be called once: how many pieces of the message have been handed
	// to the platform now, Skip included, and how many it has in all. The rest is
	// delivered as usual. pieces == Skip: the answer could not carry any.
	Done func(ctx context.Context, pieces, total int)
}

// Channel is one platform.
type Channel interface {
	// Name is the Channel part of the platform's conversations.
	Name() string

	// Webhook serves the platform's callbacks. It authenticates the request,
	// turns it into an Event and confirms to the platform only after accept
	// returned nil, so that what we could not keep is delivered again.
	Webhook(accept Accept) http.Handler

	// Metered says that the platform allows only so many messages
	// (Event.Opens); Send must then never be called without a budget.
	Metered() bool

	// Send delivers one message as one or more pieces. It returns how many
	// pieces have been handed over, with an error too. ErrGone, ErrClosed, a
	// *SlowDown, *Refused and *Unsure say what is known of the failure; any
	// other error means: certainly not sent, try again later.
	Send(ctx context.Context, d Delivery) (Receipt, error)

	// Fetch reads a media from the platform, at most limit bytes of it. It
	// returns ErrTooBig, ErrGone (the platform has forgotten it), or any other
	// error: try again later.
	Fetch(ctx context.Context, m Media, limit int64) ([]byte, error)
}

// Delivery is a message on its way out.
type Delivery struct {
	To      Conversation
	Seq     int64 // its place in the conversation's outbox, for Tap
	Message Message
	Skip    int // pieces that went out at an earlier attempt
	Budget  int // how many pieces the platform still allows; below 0: any number
	// Media opens a picture of Message.Photos, or the file of Message.Document.
	Media func(ctx context.Context, id MediaID) (io.ReadCloser, error)
}

// Receipt says what has been handed to the platform.
type Receipt struct {
	Pieces int      // all pieces handed over so far, Skip included
	Total  int      // how many pieces the message has, 0 when that was not found out
	Refs   []string // the platform's names of the pieces of this attempt
}

var (
	// ErrGone says the person has blocked or left us: nothing will arrive until
	// they come back. Of a media: the platform has forgotten it.
	ErrGone = errors.New("bot: conversation is gone")

	// ErrClosed says the platform takes no message, or no more of them, until
	// the person writes again (WeChat's 48-hour window and its quota).
	ErrClosed = errors.New("bot: reply window is closed")

	// ErrTooBig says that a media is larger than we take.
	ErrTooBig = errors.New("bot: media is too big")
)

// SlowDown is the error of a platform that asks for a pause. All says that the
// pause concerns every conversation of the channel. Mend is the platform's own
// code when the pause will not end by itself: somebody must mend our account, its
// secret or a setting before anything can be sent; else 0.
type SlowDown struct {
	For  time.Duration
	All  bool
	Mend int
}

func (e *SlowDown) Error() string { return "bot: slow down for " + e.For.String() }

// Refused is the error of a message that the platform will never take as it is
// (a bad request, our own mistake). Code is the platform's own.
type Refused struct {
	Code   int
	Reason string // without tokens, without the message's words
}

func (e *Refused) Error() string { return fmt.Sprintf("bot: refused: %d %s", e.Code, e.Reason) }

// Unsure is the error of a send whose outcome nobody knows: it may have arrived.
// Neither platform has a key to repeat it safely.
type Unsure struct{ Err error }

func (e *Unsure) Error() string { return "bot: outcome unknown: " + e.Err.Error() }
func (e *Unsure) Unwrap() error { return e.Err }

// Poison is the error of an event that can never be played.
type Poison struct{ Err error }

func (e *Poison) Error() string { return "bot: poison: " + e.Err.Error() }
func (e *Poison) Unwrap() error { return e.Err }

// DeadLetters keeps callbacks that we authenticated but cannot read or play, so
// that an engineer can look at them and play them again. Raw is kept sealed.
type DeadLetters interface {
	// Bury keeps the letter; an error means it was not kept.
	Bury(ctx context.Context, channel string, raw []byte, why error) error
}
