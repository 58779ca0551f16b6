package dialog_test

import (
	"testing"
	"time"

	"redthread/bot"
)

const (
	kindAsked  = "请问是哪方面的问题？ [见面对象] [费用] [其他]"
	storyAsked = "请说说经过。"
)

// Two taps on one button are two events, and one record.
func TestDoubleTap(t *testing.T) {
	t.Parallel()
	for _, who := range []bot.Conversation{anna, bo} {
		t.Run(who.Channel, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.lines(t, who, "投诉", "1", "对方迟到一小时", "1", "跳过")
			first, second := s.pressed(t, who, "提交"), s.pressed(t, who, "提交")
			s.clock = s.clock.Add(-19 * time.Second)
			wants(t, s.play(t, first), "C-000001")
			same(t, s.play(t, second), "")
			same(t, s.toast, "已收到")
			same(t, s.line(t, who, "查数"), "投诉 1 件，图片 0 张。")
		})
	}
}

// A minute later it is no double tap, but still nothing that could be taken.
func TestPressedAgainLater(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "投诉")
	s.line(t, anna, "[费用]")
	again := s.pressed(t, anna, "费用")
	again.On.Text = kindAsked
	same(t, s.play(t, again), "~ "+kindAsked)
	same(t, s.toast, "已收到")
}

// A button of an earlier question says so, loses itself, and changes nothing.
func TestOldButtons(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, who := range []bot.Conversation{anna, bo} {
		s.lines(t, who, "投诉", "[费用]")
	}
	same(t, s.line(t, anna, "[其他]"), "~ 请问是哪方面的问题？")
	same(t, s.toast, "这个按钮已经过期")
	same(t, s.line(t, bo, "[其他]"), "这个按钮已经过期了。\n"+storyAsked)
	for _, who := range []bot.Conversation{anna, bo} {
		wants(t, string(s.session(t, who).Open.Data), `"Kind":"fee"`)
	}
}

// The same question, asked anew in another complaint, is another question.
func TestButtonsOfAnEarlierVisit(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "投诉")
	old := s.pressed(t, anna, "其他")
	s.lines(t, anna, "取消", "投诉")
	same(t, s.play(t, old), "~ 请问是哪方面的问题？")
	same(t, s.toast, "这个按钮已经过期")
	if got := s.session(t, anna).Open.Step; got != "kind" {
		t.Errorf("at %q", got)
	}
	// While a question is only repeated, every copy of it can be answered.
	s.line(t, anna, "嗯嗯")
	ev := s.event(anna, bot.Pressed)
	ev.Button = s.said[anna][len(s.said[anna])-3].Message.Buttons[0].ID
	s.line(t, anna, "帮助")
	wants(t, s.play(t, ev), storyAsked)
}

// What is no button of ours gets the same kind answer.
func TestForeignButtons(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "投诉")
	for _, id := range []string{"", "x", "::", "complaint/kind:date:1", "complaint/kind:date:999", "complaint/kind:nothing:1", "complaint/nowhere:date:1", "menu:nowhere:", "menu::", "staff.nowhere:take:C-1", "staff.case:burn:C-1", "ask/cancel:yes:1", "ask/cancel:yes:x", "\xff\x00", "complaint/kind:date:-1", "complaint/kind:date:99999999999999999999999999"} {
		ev := s.event(anna, bot.Pressed)
		ev.Button = id
		if got := s.play(t, ev); got != "这个按钮已经过期了。\n"+kindAsked && id != "complaint/kind:date:1" {
			t.Errorf("%q: heard %q", id, got)
		}
		if id == "complaint/kind:date:1" { // the very first turn came to the question
			s.lines(t, anna, "返回")
		}
	}
	for _, tap := range []bot.Tap{{Seq: 99, Index: 0}, {Seq: 1, Index: 9}, {Seq: 1, Index: -1}, {Seq: -1}} {
		ev := s.event(bo, bot.Pressed)
		ev.Tap = &tap
		wants(t, s.play(t, ev), "这个按钮已经过期了。\n请问需要什么帮助？")
	}
}

// The menu bar's keys open flows, at any time.
func TestDoors(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	door := func(id string) string {
		ev := s.event(bo, bot.Pressed)
		ev.Button = id
		return s.play(t, ev)
	}
	same(t, door("menu:complaint:"), kindAsked)
	same(t, door("menu:complaint:"), "我们继续刚才的“投诉”。\n"+kindAsked)
	same(t, door("menu:tally:"), "投诉 0 件，图片 0 张。\n---\n我们继续刚才的“投诉”。\n"+kindAsked)
	wants(t, door("menu:help:"), "您正在办理“投诉”。", kindAsked)
	wants(t, door("menu:menu:"), "“投诉”还没办完", "[接着办“投诉”] [投诉]", "(A)")
	same(t, door("menu:resume:"), kindAsked)
	same(t, door("menu:cancel:"), "好的，“投诉”已经取消。")
	wants(t, door("menu:resume:"), "这个按钮已经过期了。\n请问需要什么帮助？")
}

func TestCards(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.enrol(t, "service")
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "1", "跳过", "1")
	s.line(t, li, "投诉") // whatever the colleague is doing
	same(t, s.line(t, li, "[看一看]"), "看过了 C-000001")
	same(t, s.line(t, li, "[我来处理]"), "~ 投诉 C-000001\n✓ 我来处理\n---\nC-000001 有人处理了")
	same(t, s.toast, "C-000001 有人处理了")
	same(t, s.line(t, li, "Ｂ。"), "看过了 C-000001")
	same(t, s.line(t, li, "我来处理"), "C-000001 有人处理了")
	wants(t, s.line(t, li, "c"), "请从下面选一项")
	if got := s.session(t, li).Open.Step; got != "kind" {
		t.Errorf("the card moved the open question to %q", got)
	}
}

// A client who presses a colleagues' card gets nothing, not even that it is there;
// a colleague of another role is told that it is not for them.
func TestCardsOfStaff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.enrol(t, "matchmaker")
	for who, heard := range map[bot.Conversation]string{anna: "", li: "这一项不在您的岗位权限里。需要的话，请找主管帮忙。"} {
		ev := s.event(who, bot.Pressed)
		ev.Button, ev.On = "staff.case:take:C-000001", &bot.Shown{Ref: "1", Text: "投诉"}
		same(t, s.play(t, ev), heard)
		same(t, s.toast, "")
	}
}
