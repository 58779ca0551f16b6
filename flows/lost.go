package flows

import (
	"errors"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What could not be carried: a message that will never reach its client is told
// to staff, a picture that could not be kept is told to who sent it.

// undelivered tells staff. Where a message is meant for a colleague there is no
// client to look after, and nothing is told.
func undelivered(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsUndelivered, Play: func(t *dialog.Turn, _ string) error { return s.tellUndelivered(t) }}
}

// pictureLost asks for the picture again.
var pictureLost = dialog.Notice{Name: store.NewsPictureLost, Play: tellPictureLost}

// loss is a client and what became of our words to them.
type loss struct {
	Client string
	Gone   bool // blocked or left us
}

var (
	undeliveredText = templates.New[loss]("staff.undelivered")
	sayPictureLost  = templates.New[lostPicture]("complaint.picture_lost")
)

func (s Settings) tellUndelivered(t *dialog.Turn) error {
	if _, ok := t.Staff(); ok {
		return nil
	}
	client, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	return s.wake(t, alarmUndelivered, client.Code(), concern{client: client})
}

// undeliveredCard tells it; a press says that it was read.
var undeliveredCard = dialog.Card[loss]{Text: undeliveredText, Staff: who(HearAlerts), Hear: func(*dialog.Turn, string, string) error { return nil }}

// showUndelivered is the alert of a client whom our words do not reach.
func showUndelivered(t *dialog.Turn, ref string, _ bool) (templates.Line, bool, error) {
	c, err := t.Records.ClientByCode(ref)
	if errors.Is(err, store.ErrNotFound) {
		return templates.Line{}, false, nil
	}
	if err != nil {
		return templates.Line{}, false, err
	}
	gone, err := t.Records.Gone(c.Conversation)
	return undeliveredCard.For(ref, loss{Client: c.Code(), Gone: gone}), true, err
}

// lostPicture is why a picture could not be kept.
type lostPicture struct{ TooBig, Odd, Kind bool }

func tellPictureLost(t *dialog.Turn, ref string) error {
	why, err := t.Records.WhyLost(bot.MediaID(ref))
	if err != nil {
		return err
	}
	t.Say(sayPictureLost.With(lostPicture{TooBig: why == store.LostTooBig, Odd: why == store.LostOdd, Kind: why == store.LostKind}))
	return nil
}
