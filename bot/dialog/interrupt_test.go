package dialog_test

import (
	"slices"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/templates"
)

const (
	confirmed = "见面对象：对方迟到一小时，0 张图片，没有要求 [提交] [改经过] [改种类] [不投诉了]"
	proofAsk  = "有图片吗？（0 张） [发完了]"
)

func TestBack(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "投诉")
	same(t, s.line(t, anna, "返回"), "这已经是第一个问题了。\n"+kindAsked)
	s.lines(t, anna, "1", "对方迟到一小时", "1", "跳过")
	for _, want := range []string{"您希望怎么处理？", proofAsk, storyAsked, kindAsked} {
		same(t, s.line(t, anna, "返回"), want)
	}
	same(t, s.line(t, anna, "2"), storyAsked)
	wants(t, string(s.session(t, anna).Open.Data), `"Kind":"fee"`, `"Story":"对方迟到一小时"`)
}

// Correcting one answer comes back to the summary; going back from the visit
// does too.
func TestVisit(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "1")
	same(t, s.line(t, anna, "跳过"), confirmed)
	trail := s.session(t, anna).Open.Trail
	same(t, s.line(t, anna, "改经过"), storyAsked)
	same(t, s.line(t, anna, "返回"), confirmed)
	s.line(t, anna, "改经过")
	wants(t, s.line(t, anna, "对方迟到两小时"), "见面对象：对方迟到两小时")
	if got := s.session(t, anna).Open.Trail; !slices.Equal(got, trail) {
		t.Errorf("the way here is %v, was %v", got, trail)
	}
	// GoTo starts over from there: the circle is taken out of the way.
	same(t, s.line(t, anna, "改种类"), kindAsked)
	if got := s.session(t, anna).Open.Trail; len(got) != 0 {
		t.Errorf("the way to the first question is %v", got)
	}
	same(t, s.line(t, anna, "3"), storyAsked)
}

func TestSkip(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	wants(t, s.lines(t, bo, "你好", "skip"), "您现在没有办到一半的事。\n请问需要什么帮助？")
	s.line(t, bo, "投诉")
	same(t, s.line(t, bo, "跳过"), "这个问题不能跳过，麻烦您答一下。\n"+kindAsked)
}

func TestCancel(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	wants(t, s.lines(t, anna, "你好", "取消"), "您现在没有办到一半的事")
	same(t, s.lines(t, anna, "投诉", "取消"), "好的，“投诉”已经取消。")
	ask := "“投诉”已经填了一部分，确定不办了吗？填好的内容不会保留。 [不办了] [继续填]"
	same(t, s.lines(t, anna, "投诉", "1", "取消"), ask)
	same(t, s.line(t, anna, "对方迟到一小时"), ask)
	same(t, s.line(t, anna, "取消"), ask)
	same(t, s.line(t, anna, "2"), storyAsked)
	same(t, s.lines(t, anna, "取消", "不要"), storyAsked)
	same(t, s.lines(t, anna, "取消", "返回"), kindAsked)
	s.lines(t, anna, "1", "取消")
	same(t, s.line(t, anna, "[不办了]"), "~ “投诉”已经填了一部分，确定不办了吗？填好的内容不会保留。\n✓ 不办了\n---\n好的，“投诉”已经取消。")
	same(t, s.line(t, anna, "[继续填]"), "~ “投诉”已经填了一部分，确定不办了吗？填好的内容不会保留。")
	same(t, s.toast, "这个按钮已经过期")
}

// While "really?" waits, a button of the question and wanted pictures are still
// answers.
func TestAnswerInsteadOfYesOrNo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "取消")
	same(t, s.line(t, anna, "(photo)"), "有图片吗？（1 张） [发完了]")
	s.line(t, anna, "取消")
	wants(t, s.line(t, anna, "[发完了]"), "您希望怎么处理？")
	if got := s.session(t, anna); got.Asking != "" || got.Open.Step != "wish" {
		t.Errorf("%+v", got)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, bo, "投诉", "1")
	same(t, s.line(t, bo, "查数"), "投诉 0 件，图片 0 张。\n---\n我们继续刚才的“投诉”。\n"+storyAsked)
	same(t, s.line(t, bo, "语言"), "请选择语言。 [中文] [English] [说明]")
	same(t, s.line(t, bo, "问答"), "第一题？")
	if got := s.session(t, bo).Stack; len(got) != 2 {
		t.Errorf("stack %+v", got)
	}
	// What waits comes up instead of starting twice.
	same(t, s.line(t, bo, "投诉"), "我们继续刚才的“投诉”。\n"+storyAsked)
	same(t, s.line(t, bo, "对方迟到一小时"), proofAsk)
	same(t, s.lines(t, bo, "取消", "yes"), "好的，“投诉”已经取消。\n我们继续刚才的“问答”。\n第一题？")
	same(t, s.line(t, bo, "甲"), "第二题？")
	same(t, s.line(t, bo, "乙"), "听到：甲+乙\n---\n我们继续刚才的“语言”。\n请选择语言。 [中文] [English] [说明]")
	same(t, s.line(t, bo, "English"), "")
	same(t, s.line(t, bo, "count"), "0 complaints, 0 pictures.")
}

// Answers to a menu that stands over an open flow are letters, so that numbers
// keep meaning the question.
func TestMenuOverAFlow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, bo, "投诉")
	wants(t, s.line(t, bo, "菜单"), "您的“投诉”还没办完", "[接着办“投诉”] [投诉] [查数]", "(A)")
	same(t, s.line(t, bo, "a"), kindAsked)
	wants(t, s.lines(t, bo, "菜单", "c"), "投诉 0 件", kindAsked)
	same(t, s.line(t, bo, "1"), storyAsked)
	s.line(t, bo, "菜单")
	same(t, s.line(t, bo, "对方迟到一小时"), proofAsk)
}

func TestHelp(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	got := s.lines(t, bo, "投诉", "帮助")
	wants(t, got, "您正在办理“投诉”", "取消", "菜单", "人工", "\n"+kindAsked)
	lacks(t, got, "返回", "跳过")
	wants(t, s.lines(t, bo, "1", "对方迟到一小时", "1", "/help"), "返回", "跳过", "您希望怎么处理？")
}

// An answer that comes late is not taken blindly.
func TestIdle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ask := "隔了一段时间了，您之前的“投诉”还没办完。要接着办吗？您刚才发来的内容还没有记进去。 [接着办] [重新开始] [不办了]"
	for name, c := range map[string]struct{ late, then, want, step string }{
		"go on":      {"对方迟到一小时", "1", storyAsked, "story"},
		"yes":        {"对方迟到一小时", "是的", storyAsked, "story"},
		"anew":       {"(photo)", "重新开始", kindAsked, "kind"},
		"give up":    {"(voice)", "3", "好的，“投诉”已经取消。", ""},
		"other":      {"对方迟到一小时", "查数", "投诉 0 件，图片 0 张。\n---\n我们继续刚才的“投诉”。\n" + storyAsked, "story"},
		"once more":  {"对方迟到一小时", "对方迟到一小时", ask, "story"},
		"an old tap": {"对方迟到一小时", "[费用]", "", "story"},
	} {
		t.Run(name, func(t *testing.T) {
			anna := bot.Conversation{Channel: "telegram", Chat: name}
			s.lines(t, anna, "投诉", "1")
			s.wait(25 * time.Hour)
			same(t, s.line(t, anna, c.late), ask)
			got := s.line(t, anna, c.then)
			if c.want != "" {
				same(t, got, c.want)
			}
			if step := s.session(t, anna).Open.Step; step != c.step {
				t.Errorf("at %q, want %q", step, c.step)
			}
		})
	}
}

// A button is an answer too; and news of ours do not make a late answer timely.
func TestIdleButton(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "投诉")
	s.wait(23 * time.Hour)
	news := s.event(anna, bot.Noticed)
	news.Text = "remind:C-000009"
	same(t, s.play(t, news), "提醒：C-000009")
	s.wait(2 * time.Hour)
	wants(t, s.line(t, anna, "[费用]"), "要接着办吗？")
	wants(t, s.line(t, anna, "[费用]"), "要接着办吗？")
	wants(t, s.line(t, anna, "[接着办]"), "✓ 接着办", kindAsked)
	wants(t, s.line(t, anna, "[费用]"), "✓ 费用", storyAsked)
}

// A step opens another flow: it is resumed after it, without being asked before.
func TestStepOpensAFlow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "接待")
	same(t, s.line(t, anna, "open tally"), "投诉 0 件，图片 0 张。\n---\n我们继续刚才的“接待”。\n接待中。")
	same(t, s.line(t, anna, "open complaint"), kindAsked)
	same(t, s.lines(t, anna, "取消"), "好的，“投诉”已经取消。\n我们继续刚才的“接待”。\n接待中。")
	same(t, s.line(t, anna, "bye"), "")
	same(t, s.line(t, anna, "RT-1234"), "接待中。")
	same(t, s.line(t, anna, "RT-1234"), "听到：RT-1234")
}

// Five flows at once are enough; one that is Always open may come on top.
func TestStackIsBounded(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	c := config(s.store)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		c.Flows = append(c.Flows, manyFlow(name))
	}
	s.engine = s.with(t, c)
	open := func(name string) string {
		ev := s.event(bo, bot.Pressed)
		ev.Button = "menu:" + name + ":"
		return s.play(t, ev)
	}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		same(t, open(name), storyAsked)
	}
	wants(t, open("f"), "您有好几件事办到一半了：语言、语言、语言、语言和语言。请先办完或取消一件", storyAsked)
	same(t, open("complaint"), kindAsked)
	if got := s.session(t, bo); len(got.Stack) != 5 || got.Open.Flow != "complaint" {
		t.Errorf("%+v", got)
	}
}

var (
	titleMany = templates.New[none]("title.many")
	askMany   = templates.New[none]("many.ask")
)

func manyFlow(name string) dialog.Flow[none] {
	return dialog.Flow[none]{Name: name, Title: titleMany, Steps: []dialog.Step[none]{
		{Name: "ask", Ask: askMany, Want: dialog.Text(1, 9), Hear: func(*dialog.Turn, *none) (dialog.Move, error) { return dialog.End, nil }},
	}}
}
