package dialog

import (
	"redthread/store"
	"redthread/templates"
)

// Card is a message whose buttons keep working, whatever the talk has turned to
// since: an invitation, an alert to staff. Its text's name is its own name.
type Card[D any] struct {
	Text templates.Of[D]

	// Hear plays a pressed button: choice is the button's ID in the text, ref
	// the paper the card is about. The same button may be pressed again, by
	// anyone who has the card; Hear must bear that.
	Hear func(t *Turn, ref, choice string) error

	// Needed, if there is one, says whether the card is still of use to the colleague
	// whose turn it is. One that has waited for them to write, and is not, does not
	// come any more.
	Needed func(t *Turn, ref string) (bool, error)

	// Protected says that what the card says is about a person, and not to be passed
	// on.
	Protected bool

	// Staff lists the roles that may press; nil: anyone. Another colleague is told
	// that it is not for them; who does not work here gets no answer at all.
	Staff []store.Role
}

// For makes the card out for one paper. ref names it: at most 20 bytes of
// printable ASCII, no personal data.
func (c Card[D]) For(ref string, d D) templates.Line {
	l := c.Text.With(d)
	l.Ref, l.Protected = ref, c.Protected
	return l
}

// AnyCard is a Card of any D. Only Card implements it.
type AnyCard interface {
	name() string
	staff() []store.Role
	hears() bool
	hear(t *Turn, ref, choice string) error
	needed(t *Turn, ref string) (bool, error)
	blank() templates.Line
}

func (c Card[D]) name() string        { return c.Text.Name() }
func (c Card[D]) staff() []store.Role { return c.Staff }
func (c Card[D]) hears() bool         { return c.Hear != nil }

func (c Card[D]) hear(t *Turn, ref, choice string) error { return c.Hear(t, ref, choice) }

func (c Card[D]) needed(t *Turn, ref string) (bool, error) {
	if c.Needed == nil {
		return true, nil
	}
	return c.Needed(t, ref)
}

// blank is the card about nothing, to read the fixed labels from.
func (c Card[D]) blank() templates.Line { return c.Text.With(*new(D)) }

// Notice is news from our own house: a timer that has come due, or word from
// the back office. Play hears what it is about in ref, and speaks to the
// conversation the news are for.
type Notice struct {
	Name string
	Play func(t *Turn, ref string) error
}
