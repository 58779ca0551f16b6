package dialog_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"redthread/bot"
)

func TestWholeTalk(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.enrol(t, "service")
	same(t, s.line(t, anna, "投诉"), "请问是哪方面的问题？ [见面对象] [费用] [其他]")
	same(t, s.line(t, anna, "[费用]"), "~ 请问是哪方面的问题？\n✓ 费用\n---\n请说说经过。")
	same(t, s.line(t, anna, "多收了一个月的钱"), "有图片吗？（0 张） [发完了]")
	same(t, s.line(t, anna, "(photo)"), "有图片吗？（1 张） [发完了]")
	same(t, s.line(t, anna, "1"), "您希望怎么处理？")
	same(t, s.line(t, anna, "跳过"), "费用：多收了一个月的钱，1 张图片，没有要求 [提交] [改经过] [改种类] [不投诉了]")
	same(t, s.line(t, anna, "提交"), "已收到，编号 C-000001。")
	same(t, s.line(t, anna, "查数"), "投诉 1 件，图片 1 张。")
	alert := s.said[li][0]
	same(t, alert.Message.Text, "投诉 C-000001")
	if !alert.Message.Card || alert.Message.Buttons[0].ID != "staff.case:take:C-000001" {
		t.Errorf("alert %+v", alert.Message)
	}
}

// Every way to give one answer.
func TestChoices(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for i, typed := range []string{"2", " 2 ", "２", "2.", "2、", "2。", "②", "二", "第二个", "选2", "2号", "费用", "费用。", "The Fee", "ｔｈｅ ｆｅｅ", "the fee!", "[费用]"} {
		for _, channel := range []string{"telegram", "wechat"} {
			who := bot.Conversation{Channel: channel, Chat: fmt.Sprint("chooser ", i)}
			s.line(t, who, "投诉")
			wants(t, s.line(t, who, typed), "请说说经过。")
			wants(t, string(s.session(t, who).Open.Data), `"Kind":"fee"`)
		}
	}
}

// Answers that are none, and what is said about them. The question comes again,
// in the same message.
func TestWrongAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	atStory := []string{"投诉", "1"}
	atProof := append(atStory, "对方迟到一小时")
	for name, c := range map[string]struct {
		before []string
		line   string
		want   string
	}{
		"a number too high": {[]string{"投诉"}, "4", "请从下面选一项"},
		"zero":              {[]string{"投诉"}, "0", "请从下面选一项"},
		"other words":       {[]string{"投诉"}, "不知道", "请从下面选一项"},
		"a picture":         {[]string{"投诉"}, "(photo)", "请从下面选一项"},
		"too short":         {atStory, "迟到", "您写了 2 个字，这里至少要 5 个字"},
		"only spaces":       {atStory, " 　 ", "您写了 0 个字，这里至少要 5 个字"},
		"too long":          {atStory, strings.Repeat("长", 101), "您写了 101 个字，这里最多 100 个字"},
		"voice for words":   {atStory, "(voice)", "这里需要您用文字告诉我们"},
		"picture for words": {atStory, "(photo)", "这里需要您用文字告诉我们"},
		"words for photos":  {atProof, "没有啊", "这里需要图片，请直接发过来；也可以从下面选一项"},
		"voice for photos":  {atProof, "(voice)", "这里需要图片"},
	} {
		t.Run(name, func(t *testing.T) {
			bo := bot.Conversation{Channel: "wechat", Chat: name}
			asked := s.lines(t, bo, c.before...)
			visit := s.session(t, bo).Open.Visit
			got := s.line(t, bo, c.line)
			wants(t, got, c.want)
			wants(t, got, "\n"+asked)
			if now := s.session(t, bo).Open.Visit; now != visit {
				t.Errorf("the question's buttons were renewed: %d after %d", now, visit)
			}
		})
	}
}

// An album that is too big for one answer, and one that comes at the wrong time.
func TestPictures(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1", "对方迟到一小时")
	many := s.showed(anna)
	for len(many.Media) < 10 {
		many.Media = append(many.Media, many.Media[0])
	}
	wants(t, s.play(t, many), "您一次发了 10 张图片，这里最多收 9 张")
	s.lines(t, anna, "(photo)", "发完了")
	album := []bot.Event{s.showed(anna), s.showed(anna), s.showed(anna)}
	wants(t, s.play(t, album[0]), "这里需要您用文字告诉我们")
	for _, ev := range album[1:] {
		same(t, s.play(t, ev), "")
	}
	s.wait(time.Minute)
	wants(t, s.line(t, anna, "(photo)"), "这里需要您用文字告诉我们")
	wants(t, s.lines(t, anna, "道歉", "提交", "查数"), "图片 1 张")
}

// The third time we do not understand, a colleague is offered.
func TestThreeMisses(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, bo, "投诉")
	for range 2 {
		lacks(t, s.line(t, bo, "嗯嗯"), "要不要请同事来帮您")
	}
	got := s.line(t, bo, "嗯嗯")
	wants(t, got, "请问是哪方面的问题？", "要不要请同事来帮您？ [找人工] (A)")
	same(t, s.line(t, bo, "a"), "已通知同事。")
	if !s.session(t, bo).Human {
		t.Error("nobody was called")
	}
}

func TestMissesAreCountedInARow(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, bo, "投诉")
	lacks(t, s.lines(t, bo, "嗯嗯", "嗯嗯", "帮助", "嗯嗯"), "要不要请同事来帮您")
}

func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	wants(t, s.line(t, bo, "你好呀"), "您好，欢迎来到红线！", "请问需要什么帮助？ [投诉] [查数] [找人工] [使用帮助]")
	wants(t, s.line(t, bo, "有没有优惠"), "抱歉，我没有看懂。\n请问需要什么帮助？")
	wants(t, s.line(t, bo, "(voice)"), "我现在还用不上")
	wants(t, s.line(t, bo, "2"), "投诉 0 件")
	wants(t, s.line(t, bo, "How this works"), "您可以点一个选项")
}

func TestArrival(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := s.event(anna, bot.Arrived)
	ev.Lang, ev.Source = "en", "summer"
	got := s.play(t, ev)
	wants(t, got, "Hello and welcome to 红线!", "How can we help you? [Complaint]")
	if strings.Contains(got, "---") {
		t.Error("a welcome in two messages")
	}
	s.lines(t, anna, "complaint", "2")
	wants(t, s.play(t, s.event(anna, bot.Arrived)), "welcome", "“complaint” is not finished yet", "[Go on with “complaint”]", "(A)")
	same(t, s.line(t, anna, "charged me twice"), "Any pictures? (0) [That is all]")
	same(t, s.play(t, s.event(anna, bot.Left)), "")
}

func TestLanguageOfTheFirstWords(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for text, want := range map[string]string{
		"你好": "zh-CN", "hello there": "en", "hello 你好": "zh-CN", "ok": "", "RT-ABCD-EFGH": "", "123": "", "/menu": "", "": "",
	} {
		bo := bot.Conversation{Channel: "wechat", Chat: "says " + hex.EncodeToString([]byte(text))}
		s.line(t, bo, text)
		if got := s.session(t, bo).Lang; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	ev := s.wrote(anna, "你好")
	ev.Lang = "en"
	wants(t, s.play(t, ev), "welcome")
	same(t, s.lines(t, anna, "语言", "中文", "投诉"), "请问是哪方面的问题？ [见面对象] [费用] [其他]")
}

// Who changes a message is not answered, unless the question wants to know.
func TestEdited(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1")
	changed := s.event(anna, bot.Edited)
	changed.Text = "对方迟到一小时"
	same(t, s.play(t, changed), "")
	s.line(t, anna, "接待")
	changed = s.event(anna, bot.Edited)
	changed.Text = "改过的话"
	same(t, s.play(t, changed), "听到：改过的话")
}

// A line typed at a page's number is no answer.
func TestPagesAreNoAnswers(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, bo, "语言")
	wants(t, s.line(t, bo, "3"), "请从下面选一项")
	wants(t, s.line(t, bo, "说明"), "请从下面选一项")
}

func TestEventsOfNobody(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, ev := range []bot.Event{
		{From: anna, Kind: bot.Wrote},
		{Key: "k", Kind: bot.Wrote},
		{Key: bot.EventKey(strings.Repeat("k", 191)), From: anna, Kind: bot.Wrote},
	} {
		if _, err := s.engine.Handle(t.Context(), ev); err == nil || !strings.Contains(err.Error(), "poison") {
			t.Errorf("%+v: %v", ev, err)
		}
	}
	same(t, s.play(t, s.event(anna, "danced")), "")
}
