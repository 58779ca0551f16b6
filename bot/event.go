package bot

import (
	"fmt"
	"strings"
	"time"
)

// Conversation names one chat with one person on one platform. Only the
// platform's adapter looks inside Chat; for everyone else it is opaque. It is a
// pseudonym: it may stand in logs and in keys.
type Conversation struct {
	Channel string // "wechat", "telegram"
	Chat    string // open ID, chat ID
}

// String is the conversation as keys and records name it: "telegram:42".
func (c Conversation) String() string { return c.Channel + ":" + c.Chat }

// Thread is the part of a group in which one thing is talked about, under a key
// of our own: "telegram:-1001234/K-000007". The adapter finds the thread, and makes
// it when there is none. key is 1 to 64 of A-Z a-z 0-9 _ -.
func (c Conversation) Thread(key string) Conversation {
	return Conversation{c.Channel, c.Chat + threadMark + key}
}

// InThread takes apart what Thread has put together; key is empty where c is no
// thread.
func (c Conversation) InThread() (group Conversation, key string) {
	chat, key, _ := strings.Cut(c.Chat, threadMark)
	return Conversation{c.Channel, chat}, key
}

// threadMark stands in no chat's own name on any platform.
const threadMark = "/"

// IsZero says that no conversation is named.
func (c Conversation) IsZero() bool { return c == Conversation{} }

// ParseConversation reads what String wrote.
func ParseConversation(s string) (Conversation, error) {
	channel, chat, ok := strings.Cut(s, ":")
	if !ok || channel == "" || chat == "" {
		return Conversation{}, fmt.Errorf("bot: %q is not a conversation", s)
	}
	return Conversation{channel, chat}, nil
}

// EventKey names one thing that happened. A platform that delivers the thing
// again delivers it under the same key; two things never share one.
// At most 190 bytes.
type EventKey string

// Kind says what sort of thing happened.
type Kind string

// The kinds of events. The first group comes from platforms, Noticed from our
// own clock and back office.
const (
	Arrived Kind = "arrived" // followed the account, pressed /start, unblocked us
	Left    Kind = "left"    // unfollowed, blocked the bot
	Wrote   Kind = "wrote"   // a text
	Pressed Kind = "pressed" // a button, a tappable word, the menu bar
	Showed  Kind = "showed"  // pictures
	Sent    Kind = "sent"    // anything else: voice, video, file, place, link, contact
	Edited  Kind = "edited"  // changed the words of an earlier message
	Bounced Kind = "bounced" // nobody did anything: a template message of ours did not arrive (Knocker)

	Noticed Kind = "noticed" // a timer is due, the back office has news
)

// Who is whoever acted: By, or From where that is one person's.
func (e Event) Who() Conversation {
	if e.By.IsZero() {
		return e.From
	}
	return e.By
}

// Event is one thing that happened, in no platform's dialect.
type Event struct {
	Key    EventKey
	From   Conversation
	Kind   Kind
	Name   string  // what the person calls themselves; empty when the platform does not say
	Lang   string  // "zh-CN", "en", folded from what the platform says; empty when it does not
	Text   string  // what was written, control characters taken out; a picture's caption; the Place of a Noticed
	Button string  // the ID of the pressed button, as Message.Buttons had it
	Tap    *Tap    // instead of Button where the platform can carry only a number
	On     *Shown  // the message whose button was pressed, where the platform can edit it
	Media  []Media // what was shown or sent
	Quoted string  // what stands in the message of ours that this one quotes, where the platform tells
	Ref    string  // the platform's name of the message, for its adapter only; empty where it has no use for one
	Quotes string  // and of the message, anybody's, that this one quotes
	Source string  // the scene or payload of the link or QR code that led here
	At     time.Time

	// By is the private conversation of whoever acted where From is a place of
	// several people: a group, or a thread of it. Else it is zero.
	By Conversation

	// Opens says for how many messages, and until when, the platform lets us
	// write back because of this event; nil where it counts nothing.
	Opens *Allowance

	// Over says that the person sends more than we take: the event is kept, but
	// it is not played.
	Over Over

	// ReplyBy is set where the callback's own answer can carry our first
	// message: until then it is worth preparing one (Outcome.Reply).
	ReplyBy time.Time
}

// Over is by how much somebody sends more than we take.
type Over string

// The values of Over. Staff are never over.
const (
	Within    Over = ""
	JustOver  Over = "just"  // they are asked to slow down
	StillOver Over = "still" // they have been asked; nothing is said
)

// Tap is a pressed button as a number: the message it was drawn in, by its place
// in its conversation's outbox, and which of its buttons, from 0.
type Tap struct {
	Seq   int64
	Index int
}

// Shown is a message on the person's screen that can still be changed.
type Shown struct {
	Ref  string // the platform's name for it, for its adapter only
	Text string // as it stands there
}

// Allowance is a platform's leave to write to a person.
type Allowance struct {
	Name  string        // "message", "action": a new one replaces the old of its name
	Count int           // how many messages
	For   time.Duration // how long, from the event
}

// MediaKind says what a Media is.
type MediaKind string

// The kinds of media.
const (
	Photo    MediaKind = "photo"
	Voice    MediaKind = "voice"
	Video    MediaKind = "video"
	File     MediaKind = "file"
	Location MediaKind = "location"
	Link     MediaKind = "link"
	Contact  MediaKind = "contact"
	Sticker  MediaKind = "sticker"
)

// OwnContact begins the Note of a Contact that the platform vouches for: the
// sender's own number follows. It begins the Note of no other contact.
const OwnContact = "own: "

// Media is something a person sent that is not words. Ref is what the adapter
// needs to fetch it (Channel.Fetch); the platform may forget it in hours.
type Media struct {
	Kind MediaKind
	Ref  string
	Size int64  // bytes, 0 when the platform does not say
	Note string // what the platform said about it in words: a place's name, recognised speech, a link's title
}

// Moment is a time as platforms tell it, in seconds since 1970. One that no date can be
// written of (RFC 3339 knows four digits of a year) is the nearest of which one can.
func Moment(seconds int64) time.Time {
	const last = 253370764800 // 1 January 9999
	return time.Unix(min(max(seconds, 0), last), 0)
}
