package flows

import (
	"errors"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A newcomer has come by a link or a QR code in a matchmaker's name: the client
// hears who will be there for them, the matchmaker whose client they are, as soon
// as colleagues are at work. It is played in testdata/source.*.chat.

// newcomerView is what texts may tell of a newcomer and their source.
type newcomerView struct{ Client, Source, Campaign, Matchmaker string }

var (
	sayYourMatchmaker = templates.New[newcomerView]("source.welcome")
	sayNewcomer       = templates.New[newcomerView]("staff.newcomer")
)

// newcomerTimer is due when the matchmaker can be told.
const newcomerTimer = "newcomer"

func newcomerCame(s Settings) dialog.Notice {
	return dialog.Notice{Name: store.NewsSource, Play: func(t *dialog.Turn, ref string) error {
		_, owner, v, err := cameBy(t)
		if err != nil || owner.ID == 0 {
			return err
		}
		t.Say(sayYourMatchmaker.With(v))
		t.Later(newcomerTimer, ref, s.Calendar.NextOpen(t.Now()))
		return nil
	}}
}

var tellMatchmaker = dialog.Notice{Name: newcomerTimer, Play: func(t *dialog.Turn, _ string) error {
	client, owner, v, err := cameBy(t)
	if err != nil || owner.ID == 0 || !client.LeftAt.IsZero() {
		return err
	}
	t.Inform(owner.Conversation, owner.Lang, sayNewcomer.With(v))
	return nil
}}

// cameBy is the client of the turn with their matchmaker; the zero Staff when
// they belong to nobody who works here.
func cameBy(t *dialog.Turn) (c store.Client, owner store.Staff, v newcomerView, err error) {
	if c, err = t.Records.Self(t.Lang()); err != nil || c.OwnerID == 0 {
		return c, owner, v, err
	}
	src, err := t.Records.SourceOf(c)
	if err == nil {
		owner, err = t.Records.StaffByID(c.OwnerID)
	}
	if errors.Is(err, store.ErrNotFound) {
		return c, store.Staff{}, v, nil
	}
	return c, owner, newcomerView{c.Code(), src.Name, src.Campaign, owner.Name}, err
}
