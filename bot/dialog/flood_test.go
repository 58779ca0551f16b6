package dialog_test

import (
	"testing"

	"redthread/bot"
)

// Who sends too much is asked once to slow down. Each turn is taken, and the
// talk stands where it stood.
func TestFlood(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "费用")
	before := s.session(t, anna)
	flood := func(over bot.Over) bot.Event {
		ev := s.wrote(anna, "多收了一个月的钱")
		ev.Over = over
		return ev
	}
	first := flood(bot.JustOver)
	same(t, s.play(t, first), "您发得有点快，刚才这一条我没有来得及看。请稍等一分钟，再接着发，谢谢。")
	for range 3 {
		same(t, s.play(t, flood(bot.StillOver)), "")
	}
	photo := s.showed(anna)
	photo.Over = bot.StillOver
	same(t, s.play(t, photo), "")
	after := s.session(t, anna)
	if after.Seq != before.Seq+5 || after.Open.Step != before.Open.Step || string(after.Open.Data) != string(before.Open.Data) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if out, err := s.engine.Handle(t.Context(), first); err != nil || !out.Repeated {
		t.Errorf("the same again: %+v, %v", out, err)
	}
	wants(t, s.line(t, anna, "多收了一个月的钱"), "有图片吗？")
}

// A new person who floods from the start is known nevertheless.
func TestFloodFromTheStart(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := s.event(anna, bot.Arrived)
	ev.Over = bot.JustOver
	wants(t, s.play(t, ev), "您发得有点快")
	wants(t, s.line(t, anna, "投诉"), "请问是哪方面的问题？")
}

// Staff are never over.
func TestStaffAreNoFlood(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.enrol(t, "service")
	ev := s.wrote(li, "投诉")
	ev.Over = bot.JustOver
	wants(t, s.play(t, ev), "请问是哪方面的问题？")
}
