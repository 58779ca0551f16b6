package flows

import (
	"time"

	"redthread/bot/dialog"
	"redthread/store"
)

// reachView is whether a client can be written to now: on WeChat how many messages
// are left and until when, on Telegram whether they have blocked us.
type reachView struct {
	Channel string
	Gone    bool
	Counted bool // the platform counts
	Closed  bool // nothing goes before they write
	Knocked bool // a template message has told them that something waits
	Left    int
	Until   time.Time
}

func reachOf(t *dialog.Turn, c store.Client) (reachView, error) {
	w, err := t.Records.Window(c.Conversation)
	return reachView{c.Conversation.Channel, w.Gone || !c.LeftAt.IsZero(), w.Counted, w.Closed(t.Now()), w.Knocked, w.Left, w.Until}, err
}
