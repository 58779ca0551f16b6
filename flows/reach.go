package flows

import (
	"time"

	"redthread/bot"
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

// forTalk is how many messages that a platform still allows are left for whoever comes
// to a waiting client: what we could tell meanwhile is not worth their answers.
const forTalk = 3

// roomForTalk says that the turn's own client can be told something and be answered by
// a colleague afterwards, though they write nothing.
func roomForTalk(t *dialog.Turn) (bool, error) {
	w, err := t.Records.Window(t.Event.From)
	return w.Room(forTalk), err
}

// hearing is the chat in which something reaches a colleague now; ok is false when
// nothing does, in any of theirs.
func hearing(t *dialog.Turn, st store.Staff) (chat bot.Conversation, ok bool, err error) {
	for _, chat := range append([]bot.Conversation{st.Conversation}, st.Chats...) {
		if chat == t.Event.From && t.Event.Opens != nil {
			return chat, true, nil
		}
		w, err := t.Records.Window(chat)
		if err != nil || !w.Gone && w.Room(0) {
			return chat, err == nil, err
		}
	}
	return st.Conversation, false, nil
}

func reachOf(t *dialog.Turn, c store.Client) (reachView, error) {
	w, err := t.Records.Window(c.Conversation)
	return reachView{c.Conversation.Channel, w.Gone || !c.LeftAt.IsZero(), w.Counted, w.Closed(t.Now()), w.Knocked, w.Left, w.Until}, err
}
