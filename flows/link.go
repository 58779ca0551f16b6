package flows

import (
	"errors"
	"time"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// link makes a person's chats one client: a code that is shown here is typed in
// their other chat, and confirmed there, because who types a stranger's code
// would let the stranger in. Both chats are told. It is played in
// testdata/link.zh-CN.chat.
var link = dialog.Flow[linking]{
	Name:  "link",
	Title: templates.New[none]("title.link"),
	Opens: templates.NewWords("open.link"),
	Reads: store.IsLinkCode,
	Idle:  linkFor,
	Begin: beginLink,
	Steps: []dialog.Step[linking]{
		{Name: "side", Ask: templates.New[linking]("link.side"), Want: dialog.Button, Hear: chooseSide, To: []dialog.StepName{"code"}},
		{Name: "code", Ask: templates.New[linking]("link.code"), Want: dialog.Text(2, 60), Hear: takeLinkCode, To: []dialog.StepName{"mine"}},
		{Name: "sure", Ask: templates.New[linking]("link.sure"), Want: dialog.Button, Hear: makeLink},
		{Name: "mine", Ask: templates.New[linking]("link.mine"), Want: dialog.Button, Hear: joinMine},
	},
}

// linking is what we know of the other chat.
type linking struct {
	Offer   store.LinkOffer
	Channel string    // of the other chat
	Since   time.Time // when they came there
}

// linkView is what texts may tell of a link.
type linkView struct {
	Code    string // to be typed in the other chat
	For     time.Duration
	Channel string // where the other chat is
	Client  string // the client's number
	Was     string // the number that is no more
}

// A code is good for linkFor. In one chat so many codes may be tried, and so many
// made, within linkPer.
const (
	linkFor   = 10 * time.Minute
	mostLinks = 5
	linkPer   = time.Hour
)

var (
	sayLinkCode    = templates.New[linkView]("link.shown")
	sayLinkRefused = templates.New[none]("link.refused")
	sayLinkTooMany = templates.New[none]("link.too_many")
	sayLinkSame    = templates.New[none]("link.same")
	sayLinkStaff   = templates.New[none]("link.staff")
	sayLinkNo      = templates.New[none]("link.not_linked")
	sayLinked      = templates.New[linkView]("link.done")
	sayLinkedThere = templates.New[linkView]("link.done_there")
	sayLinkFull    = templates.New[linkView]("link.full")
	sayJoined      = templates.New[linkView]("link.joined")
	sayJoinedThere = templates.New[string]("link.joined_there") // about the colleague's name
	alertLinked    = templates.New[linkView]("staff.linked")
)

// beginLink takes a code that was sent without being asked for.
func beginLink(t *dialog.Turn, l *linking) (dialog.Move, error) {
	_, colleague := t.Staff()
	if !store.IsLinkCode(t.Event.Text) {
		if colleague {
			t.Note(sayLinkStaff.With(none{}))
			return dialog.GoTo("code"), nil
		}
		return dialog.Next, nil
	}
	switch move, err := takeLinkCode(t, l); move {
	case dialog.Next:
		return dialog.GoTo("sure"), err
	case dialog.GoTo("mine"):
		return move, err
	default:
		return dialog.End, err
	}
}

func chooseSide(t *dialog.Turn, _ *linking) (dialog.Move, error) {
	if t.Choice() == "have" {
		return dialog.GoTo("code"), nil
	}
	ok, err := t.Records.Try("link_code", mostLinks, linkPer)
	if err != nil {
		return dialog.End, err
	}
	if !ok {
		t.Say(sayLinkTooMany.With(none{}))
		return dialog.End, nil
	}
	code, err := t.Records.NewLinkCode(t.Lang(), linkFor)
	if err != nil {
		return dialog.End, err
	}
	t.Say(sayLinkCode.With(linkView{Code: code, For: linkFor}))
	return dialog.End, nil
}

// takeLinkCode gives a wrong, a used and an expired code the same answer. What
// cannot be a code is no attempt at guessing one.
func takeLinkCode(t *dialog.Turn, l *linking) (dialog.Move, error) {
	if !store.IsLinkCode(t.Event.Text) {
		t.Say(sayLinkRefused.With(none{}))
		return dialog.Stay, nil
	}
	ok, err := t.Records.Try("link", mostLinks, linkPer)
	if err != nil {
		return dialog.End, err
	}
	if !ok {
		t.Say(sayLinkTooMany.With(none{}))
		return dialog.End, nil
	}
	l.Offer, err = t.Records.CheckLinkCode(t.Event.Text)
	if errors.Is(err, store.ErrNotFound) {
		t.Say(sayLinkRefused.With(none{}))
		return dialog.Stay, nil
	}
	l.Channel, l.Since = l.Offer.Channel, l.Offer.Since
	if _, colleague := t.Staff(); colleague && err == nil {
		return dialog.GoTo("mine"), nil
	}
	return dialog.Next, err
}

// joinMine makes the other chat a colleague's second one. The code was shown there
// and typed here, where they are known: a code that got about opens nothing to
// whoever has it.
func joinMine(t *dialog.Turn, l *linking) (dialog.Move, error) {
	me, colleague := t.Staff()
	if !colleague || t.Choice() != "yes" {
		t.Say(sayLinkNo.With(none{}))
		return dialog.End, nil
	}
	other, err := t.Records.JoinStaffChat(l.Offer, me)
	switch {
	case errors.Is(err, store.ErrSame):
		t.Say(sayLinkSame.With(none{}))
	case errors.Is(err, store.ErrFull):
		t.Say(sayLinkFull.With(linkView{Channel: l.Channel}))
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrColleague):
		t.Say(sayLinkRefused.With(none{}))
	case err != nil:
		return dialog.End, err
	default:
		t.Say(sayJoined.With(linkView{Channel: l.Channel}))
		t.Tell(other.Conversation, me.Lang, sayJoinedThere.With(me.Name))
	}
	return dialog.End, nil
}

func makeLink(t *dialog.Turn, l *linking) (dialog.Move, error) {
	if t.Choice() != "yes" {
		t.Say(sayLinkNo.With(none{}))
		return dialog.End, nil
	}
	one, other, was, err := t.Records.Link(l.Offer, t.Lang())
	switch {
	case errors.Is(err, store.ErrSame):
		t.Say(sayLinkSame.With(none{}))
		return dialog.End, nil
	case errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrColleague): // used or enrolled in the meantime
		t.Say(sayLinkRefused.With(none{}))
		return dialog.End, nil
	case err != nil:
		return dialog.End, err
	}
	t.Say(sayLinked.With(linkView{Channel: l.Channel}))
	t.Tell(other.Conversation, other.Lang, sayLinkedThere.With(linkView{Channel: t.Event.From.Channel}))
	t.Alert(alertLinked.With(linkView{Client: one.Code(), Was: was}), talkers...)
	return dialog.End, nil
}
