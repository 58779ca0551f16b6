package flows

import (
	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// What could not be carried: a message that will never reach its client is told
// to staff, a picture that could not be kept is told to who sent it.

// undelivered tells staff. Where a message is meant for a colleague there is no
// client to look after, and nothing is told.
var undelivered = dialog.Notice{Name: store.NewsUndelivered, Play: tellUndelivered}

// pictureLost asks for the picture again.
var pictureLost = dialog.Notice{Name: store.NewsPictureLost, Play: tellPictureLost}

// loss is a client and what became of our words to them.
type loss struct {
	Client string
	Gone   bool // blocked or left us
}

var (
	alertUndelivered = templates.New[loss]("staff.undelivered")
	sayPictureLost   = templates.New[lostPicture]("complaint.picture_lost")
)

func tellUndelivered(t *dialog.Turn, ref string) error {
	if _, ok := t.Staff(); ok {
		return nil
	}
	client, err := t.Records.Self(t.Lang())
	if err != nil {
		return err
	}
	t.Alert(alertUndelivered.With(loss{Client: client.Code(), Gone: ref == "gone"}), complaintDesk...)
	return nil
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
