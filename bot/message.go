package bot

import "strings"

// Message is something we say. Each channel draws it as well as it can: the
// buttons are a keyboard in Telegram and numbered, tappable words in WeChat.
type Message struct {
	Text    string    `json:",omitempty"`
	Buttons []Button  `json:",omitempty"`
	Photos  []MediaID `json:",omitempty"` // sent after the text; the buttons stand under the text

	// Document, if there is one, is sent after the text and the photos. A channel
	// that cannot carry files refuses the message.
	Document *Document `json:",omitempty"`

	// Place, if there is one, comes last, on a map: a message of its own in Telegram,
	// a link under the words in WeChat.
	Place *Place `json:",omitempty"`

	// Card says that the buttons outlive the talk, so that typed answers to it
	// must not be confused with answers to the open question: a channel
	// without keyboards letters them (A, B …) instead of numbering them.
	Card bool `json:",omitempty"`

	// Edits turns the message into a change of one that is on the screen
	// (Shown.Ref): its text becomes Text, its buttons go. A channel that cannot
	// edit does nothing.
	Edits string `json:",omitempty"`

	// Changes turns the message into a correction of an earlier one of ours, by its
	// place in the conversation's outbox: what stands there becomes Text. Where that
	// one did not arrive, or the channel cannot change it, Otherwise is said.
	Changes   int64  `json:",omitempty"`
	Otherwise string `json:",omitempty"`

	// Takes turns the message into the taking back of an earlier one of ours, by its
	// place in the conversation's outbox: it goes from the screen. A channel that
	// cannot take anything back does nothing.
	Takes int64 `json:",omitempty"`

	// Gone are the platform's names of what Takes takes back, once it is sent.
	Gone []string `json:"-"`

	// Quotes is the platform's name of a message in the conversation that this one
	// answers (Event.Ref, Event.Quotes). A channel without quotes leaves it out.
	Quotes string `json:",omitempty"`

	// Mark turns the message into a mark on one that the person wrote (Event.Ref):
	// their words have arrived. A channel without marks does nothing.
	Mark string `json:",omitempty"`

	// Protected asks the platform not to let the message be saved or passed on: it is
	// about a person. Photos always are, where a channel can. One that cannot sends it
	// as it is.
	Protected bool `json:",omitempty"`

	// Menu says that the platform's standing menu or command list matters here
	// and should be shown where the channel has one (Telegram removes a reply
	// keyboard; WeChat has its menu bar anyway).
	Menu bool `json:",omitempty"`
}

// Document is a file of ours that the person may save.
type Document struct {
	ID   MediaID
	Name string // as their screen shows it: plain letters, "my-data.zip"

	// Kind is Voice or Video for what the channel may play in the chat, where its
	// bytes allow that; else it is a file.
	Kind MediaKind `json:",omitempty"`

	// Content is the file itself where it is small and made for this message alone,
	// such as an entry for a calendar; ID is empty then.
	Content []byte `json:",omitempty"`
}

// Place is somewhere to go: a café, a park. Its point is WGS-84, in degrees, as
// telephones know it; a channel whose maps are others turns it.
type Place struct {
	Name    string
	Address string
	Lat     float64
	Lng     float64
	Label   string // what a link to the map says, where one is needed: "看地图"
}

// Button is one offered answer. Its ID is at most 64 bytes and not empty, its
// label not empty.
type Button struct {
	ID    string // "complaint/kind:date:12" once asked; "date" in the template
	Label string
	URL   string `json:",omitempty"`

	// Contact has the platform share the person's own telephone number. All
	// buttons of such a message are keys that write their label, where the
	// platform has no other way (Telegram). A channel without such a button
	// leaves it a label to be typed.
	Contact bool `json:",omitempty"`
}

// MaxButtonID is the longest ID a button may have, in bytes: Telegram's
// callback_data (Bot API, InlineKeyboardButton).
const MaxButtonID = 64

// MediaID names a picture or file that we keep, sealed, in the store. One made by
// For names a copy for one viewer.
type MediaID string

// What stands in the names of pictures that are made of others: between a picture
// and its viewer, and between the pictures of a sheet.
const (
	viewerMark = "@"
	sheetMark  = "+"
)

// Sheet is one picture that shows all of these side by side, numbered from 1; a
// single one stays as it is.
func Sheet(ids ...MediaID) MediaID {
	var names []string
	for _, id := range ids {
		names = append(names, string(id))
	}
	return MediaID(strings.Join(names, sheetMark))
}

// Pictures takes apart what Sheet has put together.
func (id MediaID) Pictures() (all []MediaID) {
	for _, name := range strings.Split(string(id), sheetMark) {
		all = append(all, MediaID(name))
	}
	return all
}

// For is the picture as viewer may see it, with the viewer's code across it. What
// does not know of viewers does not find it: it is never shown unmarked.
func (id MediaID) For(viewer string) MediaID { return id + MediaID(viewerMark+viewer) }

// Viewer takes apart what For has put together; viewer is empty for a picture
// that is for nobody in particular.
func (id MediaID) Viewer() (picture MediaID, viewer string) {
	name, viewer, _ := strings.Cut(string(id), viewerMark)
	return MediaID(name), viewer
}
