package wechat_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/wechat"
)

// knocking starts the platform with a template, and the account with it.
func knocking(t *testing.T, clock emulator.Clock) (*emulator.WeChat, *account) {
	t.Helper()
	a := pairWith(t, emulator.WeChatConfig{Mode: "safe", Clock: clock, Seed: 1, Templates: map[string]emulator.WeChatTemplate{
		"T1": {Title: "服务提醒", Content: "机构: {{thing1.DATA}}\n说明: {{thing2.DATA}}\n时间: {{time3.DATA}}"},
	}}, map[bot.Purpose]wechat.Template{
		bot.ReplyKept:    {ID: "T1", Fields: map[string]string{"thing1": "agency", "thing2": "note", "time3": "time"}},
		bot.StaffWaiting: {ID: "T9", Fields: map[string]string{"thing1": "note"}},
	}, func(bot.Event) (bot.Outcome, error) { return bot.Outcome{}, nil })
	return a.WeChat, a
}

func knock(purpose bot.Purpose, once string) bot.Knock {
	return bot.Knock{To: bot.Conversation{Channel: "wechat", Chat: openid}, Purpose: purpose, Once: once, Say: map[string]string{
		"agency": "红线婚姻介绍所上海市徐汇区漕溪北路分店", "note": "有给您的回复，回任意字即可查看", "time": "2026年03月06日 12:00", "count": "2",
	}}
}

// A template message reaches who wrote days ago; what its fields cannot hold is
// shortened, and a repeated one is given once.
func TestKnock(t *testing.T) {
	clock := emulator.NewManualClock(time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC))
	_, a := knocking(t, clock)
	a.after(t, a.phone.Follow(""))
	clock.Advance(72 * time.Hour)
	for range 2 {
		if err := a.Knock(context.Background(), knock(bot.ReplyKept, "once")); err != nil {
			t.Fatal(err)
		}
	}
	shown := a.shown()
	if want := "服务提醒\n机构: 红线婚姻介绍所上海市徐汇区漕溪北路分店\n说明: 有给您的回复，回任意字即可查看\n时间: 2026年03月06日 12:00"; len(shown) != 1 || shown[0].Text != want {
		t.Errorf("shown %+v", shown)
	}
}

// That a template message does not arrive comes as an event, in which nobody has done
// anything.
func TestKnockBounces(t *testing.T) {
	clock := emulator.NewManualClock(time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC))
	_, a := knocking(t, clock)
	a.after(t, a.phone.Follow(""))
	a.phone.RefuseTemplates(true)
	if err := a.Knock(context.Background(), knock(bot.ReplyKept, "x")); err != nil {
		t.Fatal(err)
	}
	if ev := a.next(t); ev.Kind != bot.Bounced || ev.From.Chat != openid || ev.Opens != nil || !ev.ReplyBy.IsZero() {
		t.Errorf("event %+v", ev)
	}
}

func TestKnockErrors(t *testing.T) {
	clock := emulator.NewManualClock(time.Date(2026, 3, 6, 12, 0, 0, 0, time.UTC))
	w, a := knocking(t, clock)
	a.after(t, a.phone.Follow(""))
	if err := a.Knock(context.Background(), knock("birthday", "")); !errors.Is(err, bot.ErrNoKnock) {
		t.Errorf("without a template: %v", err)
	}
	for name, tc := range map[string]struct {
		code    int
		purpose bot.Purpose
		is      func(error) bool
	}{
		"a template that the account has not": {0, bot.StaffWaiting, refusedWith(40037)},
		"who does not follow":                 {43004, bot.ReplyKept, func(err error) bool { return errors.Is(err, bot.ErrGone) }},
		"who has not subscribed":              {43101, bot.ReplyKept, refusedWith(43101)},
		"a field that is none":                {47003, bot.ReplyKept, refusedWith(47003)},
		"the day's quota":                     {45009, bot.ReplyKept, func(err error) bool { return errors.As(err, new(*bot.SlowDown)) }},
	} {
		w.Refuse("/cgi-bin/message/template/send", tc.code)
		if err := a.Knock(context.Background(), knock(tc.purpose, name)); !tc.is(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func refusedWith(code int) func(error) bool {
	return func(err error) bool {
		refused := new(bot.Refused)
		return errors.As(err, &refused) && refused.Code == code
	}
}
