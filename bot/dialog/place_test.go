package dialog_test

import (
	"testing"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
)

// In a group a colleague counts by who they are, and nobody else does anything.
func TestAPlaceOfSeveralPeople(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	var said []string
	c := config(s.store)
	c.Place = func(t *dialog.Turn) error {
		me, _ := t.Staff()
		said = append(said, me.Name+": "+t.Event.Text)
		return nil
	}
	s.engine = s.with(t, c)
	s.enrol(t, store.RoleService)
	topic := bot.Conversation{Channel: "telegram", Chat: "-100"}.Thread("K-000001")
	in := func(ev bot.Event, by bot.Conversation) bot.Event {
		ev.From, ev.By = topic, by
		return ev
	}
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "1", "跳过", "1")
	press := func(by bot.Conversation) bot.Event {
		ev := in(s.pressed(t, li, "我来处理"), by)
		ev.On = nil
		return ev
	}
	same(t, s.play(t, press(anna)), "")
	for _, words := range []string{"投诉", "菜单", "人工", "随便说说"} {
		same(t, s.play(t, in(s.wrote(topic, words), anna)), "")
	}
	arrived := in(s.event(topic, bot.Arrived), anna)
	same(t, s.play(t, arrived), "")
	flood := in(s.wrote(topic, "刷屏"), anna)
	flood.Over = bot.JustOver
	same(t, s.play(t, flood), "")
	if len(said) != 0 {
		t.Errorf("a client was heard: %q", said)
	}
	wants(t, s.play(t, press(li)), "有人处理了")
	same(t, s.play(t, in(s.wrote(topic, "投诉"), li)), "")
	if len(said) != 1 || said[0] != "小李: 投诉" {
		t.Errorf("heard %q", said)
	}
	_, err := s.store.Turn(t.Context(), s.event(topic, bot.Noticed), func(tx *store.Tx, ses *bot.Session) error {
		if ses.Open.Flow != "" || ses.Lang != "" {
			t.Errorf("the place stands at %+v", ses)
		}
		return store.ErrNotDue
	})
	if err != nil {
		t.Error(err)
	}
}
