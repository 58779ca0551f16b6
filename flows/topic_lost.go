package flows

import (
	"errors"
	"fmt"
	"strconv"

	"redthread/bot/dialog"
	"redthread/store"
	"redthread/templates"
)

// A topic cannot be written to: the bot was put out of the group, or may not open
// topics there. The talk goes on in the colleague's own chat, with what the topic did
// not take. It is played in
// testdata/topic_lost.zh-CN.chat.

var topicLost = dialog.Notice{Name: store.NewsThreadLost, Play: leaveTopic}

var sayTopicLost = templates.New[handoffView]("talk.topic_lost")

// leaveTopic moves the talk, once, and passes on the message whose place in the
// topic the ref names.
func leaveTopic(t *dialog.Turn, ref string) error {
	h, _, err := talkInTopic(t)
	if errors.Is(err, store.ErrNotFound) || err == nil && (h.ID == 0 || h.Staff.ID == 0) {
		return nil
	}
	if err != nil {
		return err
	}
	home := h.Staff.Conversation
	if h.Desk == t.Event.From {
		if err := t.Records.MoveDesk(h, home); err != nil {
			return err
		}
		t.Records.LaterFor(home, begunNews, h.Number(), t.Now())
		t.Tell(home, h.Staff.Lang, sayTopicLost.With(viewOfHandoff(h)))
	}
	seq, err := strconv.ParseInt(ref, 10, 64)
	if err != nil {
		return fmt.Errorf("flows: news of a topic: %w", err)
	}
	m, err := t.Records.Said(seq)
	switch {
	case errors.Is(err, store.ErrNotFound): // erased meanwhile
		return nil
	case err != nil:
		return err
	case m.Mark == "" && m.Edits == "" && m.Changes == 0:
		m.Quotes = "" // of the topic's own messages
		t.Pass(home, m)
	}
	return nil
}
