package dialog_test

import (
	"strings"
	"testing"

	"redthread/bot/dialog"
)

// guideFlow tells things: what is left of it is nothing.
var guideFlow = dialog.Flow[none]{
	Name: "guide", Title: languageFlow.Title, Passing: true,
	Steps: []dialog.Step[none]{{Name: "which", Ask: languageFlow.Steps[0].Ask, Want: dialog.Button.Or(dialog.Text(1, 50)), Hear: func(t *dialog.Turn, _ *none) (dialog.Move, error) {
		if t.Choice() != "" {
			return dialog.End, nil
		}
		return dialog.Again, wonder(t)
	}}},
}

// wonder knows what asks something, and opens the guide for it.
func wonder(t *dialog.Turn) error {
	if strings.Contains(t.Text(), "没人知道") {
		t.Miss()
	}
	return nil
}

func askStage(t *testing.T) *stage {
	s := newStage(t)
	c := config(s.store)
	c.Flows = append(c.Flows, guideFlow)
	c.Lost = func(t *dialog.Turn) (bool, error) {
		if !strings.HasSuffix(t.Text(), "吗") {
			return false, nil
		}
		t.Open("guide")
		return true, wonder(t)
	}
	s.engine = s.with(t, c)
	return s
}

const guideAsked = "请选择语言。 [中文] [English] [说明]"

// Words that nobody answers are asked of who may know. First words are welcomed
// before.
func TestLost(t *testing.T) {
	t.Parallel()
	s := askStage(t)
	got := s.line(t, anna, "有优惠吗")
	wants(t, got, "您好，欢迎来到红线！", "[查数]", "(A)\n---\n"+guideAsked)
	same(t, s.line(t, anna, "1"), "")
	wants(t, s.line(t, anna, "嗯嗯"), "抱歉，我没有看懂。")
	same(t, s.line(t, anna, "有优惠吗"), guideAsked)
	wants(t, s.line(t, bo, "嗯嗯"), "您好，欢迎来到红线！")
	lacks(t, s.said[bo][0].Message.Text, "没有看懂")
	s.line(t, bo, "投诉")
	wants(t, s.line(t, bo, "有优惠吗"), "请从下面选一项") // not in the middle of a form
}

// What only tells is left without a word, and what it interrupted comes back.
func TestPassing(t *testing.T) {
	t.Parallel()
	s := askStage(t)
	s.lines(t, bo, "菜单", "有优惠吗")
	if got := s.line(t, bo, "菜单"); strings.Contains(got, "还没办完") || strings.Contains(got, "(A)") {
		t.Errorf("it stays open behind the menu: %s", got)
	}
	s.line(t, bo, "有优惠吗")
	same(t, s.line(t, bo, "查数"), "投诉 0 件，图片 0 张。")
	s.line(t, bo, "有优惠吗")
	same(t, s.line(t, bo, "取消"), "好的，“语言”已经取消。")
	s.line(t, bo, "有优惠吗")
	if s.lines(t, bo, "人工", "bye"); s.session(t, bo).Open.Flow != "" {
		t.Error("it comes back after a talk")
	}
	s.lines(t, bo, "投诉", "1")
	open := s.event(bo, "pressed")
	open.Button = "menu:guide:"
	same(t, s.play(t, open), guideAsked)
	wants(t, s.line(t, bo, "菜单"), "您的“投诉”还没办完")
	same(t, s.line(t, bo, "对方迟到一小时"), proofAsk)
}

// Three questions in a row that nobody knows call a colleague, wherever they are
// asked; one that is understood begins the count anew.
func TestMissesCallAColleague(t *testing.T) {
	t.Parallel()
	s := askStage(t)
	s.line(t, bo, "菜单")
	s.lines(t, bo, "没人知道吗", "嗯嗯？", "有优惠吗", "没人知道", "没人知道")
	if s.session(t, bo).Human {
		t.Fatal("called too early")
	}
	wants(t, s.line(t, bo, "没人知道"), "我直接请同事来", "已通知同事。")
	if !s.session(t, bo).Human {
		t.Error("nobody was called")
	}
	s.lines(t, anna, "菜单", "嗯嗯", "嗯嗯")
	got := s.line(t, anna, "嗯嗯")
	wants(t, got, "我直接请同事来", "已通知同事。")
	lacks(t, got, "没有看懂")
}
