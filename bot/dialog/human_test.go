package dialog_test

import (
	"testing"

	"redthread/bot"
)

// While a colleague has the talk the flows are silent, and resume after it.
func TestHandOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1")
	same(t, s.line(t, anna, "人工"), "已通知同事。")
	for _, words := range []string{"对方迟到一小时", "1", "返回", "查数", "帮助"} {
		same(t, s.line(t, anna, words), "")
	}
	same(t, s.line(t, anna, "(photo)"), "")
	if got := len(s.said[desk]); got != 6 {
		t.Errorf("%d messages were relayed, want 6", got)
	}
	if got := s.said[desk][5].Message.Photos; len(got) != 1 {
		t.Errorf("relayed pictures %v", got)
	}
	same(t, s.play(t, s.event(anna, bot.Arrived)), "同事正在接待您，有话直接写就可以。")
	same(t, s.line(t, anna, "[费用]"), "~ 请问是哪方面的问题？")
	door := s.event(anna, bot.Pressed)
	door.Button = "menu:tally:"
	same(t, s.play(t, door), "同事正在接待您，有话直接写就可以。")
	same(t, s.line(t, anna, "bye"), "同事离开了。\n---\n我们继续刚才的“投诉”。\n"+storyAsked)
	same(t, s.line(t, anna, "对方迟到一小时"), proofAsk)
}

// A complaint can be made even while a colleague has the talk.
func TestComplaintDuringHandOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "问答", "人工")
	same(t, s.line(t, anna, "投诉"), kindAsked)
	same(t, s.line(t, anna, "人工"), "同事正在接待您，有话直接写就可以。")
	same(t, s.lines(t, anna, "1", "取消", "1"), "好的，“投诉”已经取消。\n同事正在接待您，有话直接写就可以。")
	same(t, s.line(t, anna, "还在吗"), "")
	over := s.event(anna, bot.Noticed)
	over.Text = "talk.over:"
	same(t, s.play(t, over), "同事离开了。\n---\n我们继续刚才的“问答”。\n第一题？")
}

// A release that cannot call anybody takes the talk back.
func TestHandOffWithoutColleagues(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "问答", "人工")
	c := config(s.store)
	c.Human, c.Relay = nil, nil
	if _, err := newEngine(c); err == nil {
		t.Error("the menu's door to a colleague leads nowhere, and nobody minds")
	}
}
