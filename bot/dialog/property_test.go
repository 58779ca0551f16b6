package dialog_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
)

// deed is something a person does, whoever it is and whatever they were told.
type deed struct {
	what  string // words, "(photo)", "(voice)", "(press)", "(start)", "(edit)", "(left)"
	back  int    // of a press: how many messages ago
	index int    // and which button
	pause time.Duration
}

var anyDeed = rapid.Custom(func(t *rapid.T) deed {
	return deed{
		what: rapid.SampledFrom([]string{
			"(press)", "(press)", "(press)", "(press)", "(press)", "(photo)", "(photo)", "(voice)", "(start)", "(edit)", "(left)",
			"1", "2", "4", "a", "对方迟到一小时了", "嗯", "对", "不要", "ok then",
			"投诉", "查数", "语言", "问答", "接待", "出错", "menu", "返回", "跳过", "取消", "帮助", "人工", "bye", "open quiz", "panic",
		}).Draw(t, "what"),
		back: rapid.IntRange(0, 6).Draw(t, "back"), index: rapid.IntRange(0, 4).Draw(t, "index"),
		pause: rapid.SampledFrom([]time.Duration{time.Second, time.Second, time.Minute, 30 * time.Hour}).Draw(t, "pause"),
	}
})

// A check plays two whole talks on a real store, so that few are enough for every
// day; -rapid.checks asks for more.
func init() { _ = flag.Set("rapid.checks", "15") }

// Whatever people do, the engine neither fails nor leaves a talk that cannot go
// on; and what they hear does not depend on Redis or on how often a platform
// delivers.
func TestAnythingPeopleDo(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		deeds := rapid.SliceOfN(anyDeed, 1, 14).Draw(r, "deeds")
		rough := rapid.SliceOfN(rapid.IntRange(0, 3), len(deeds), len(deeds)).Draw(r, "rough")
		channel := rapid.SampledFrom([]string{"wechat", "telegram"}).Draw(r, "channel")
		n++
		a, b := bot.Conversation{Channel: channel, Chat: fmt.Sprint("a", n)}, bot.Conversation{Channel: channel, Chat: fmt.Sprint("b", n)}
		var heard, stands []string
		for _, d := range deeds {
			heard = append(heard, s.do(r, a, d, 1))
			s.mustBeAnswerable(r, a)
			stands = append(stands, bare(r, s.session(r, a)))
		}
		var past []bot.Session
		for i, d := range deeds {
			s.spoil(r, b, rough[i], past)
			if got := s.do(r, b, d, 1+rough[i]/2); got != heard[i] {
				r.Fatalf("%+v\nundisturbed:\n%s\nwith Redis forgetting and events repeated:\n%s", d, heard[i], got)
			}
			past = append(past, s.session(r, b))
			if got := bare(r, past[i]); got != stands[i] {
				r.Fatalf("after %+v\n%s\nand\n%s", d, stands[i], got)
			}
		}
	})
}

// do does the deed; the platform delivers it so many times.
func (s *stage) do(t rapid.TB, who bot.Conversation, d deed, times int) string {
	s.wait(d.pause)
	ev := s.event(who, bot.Wrote)
	switch d.what {
	case "(press)":
		ev = s.pressedAt(who, d)
	case "(photo)":
		ev = s.showed(who)
	case "(voice)":
		ev.Kind = bot.Sent
	case "(start)":
		ev.Kind = bot.Arrived
	case "(edit)":
		ev.Kind, ev.Text = bot.Edited, "改过的话"
	case "(left)":
		ev.Kind = bot.Left
	default:
		ev.Text = d.what
	}
	var words string
	for range times {
		out, err := s.engine.Handle(context.Background(), ev)
		if err != nil {
			t.Fatal(err)
		}
		s.deliver(t)
		words += out.Toast
	}
	words += "\n" + heard(s.take(ev))
	return papers.ReplaceAllString(words, "C-…")
}

var papers = regexp.MustCompile(`C-\d+`)

// pressedAt presses a button of an earlier message, or one that is nowhere.
func (s *stage) pressedAt(who bot.Conversation, d deed) bot.Event {
	ev := s.event(who, bot.Pressed)
	ev.Button = "nothing of ours"
	i := len(s.said[who]) - 1 - d.back
	if i < 0 {
		return ev
	}
	o := s.said[who][i]
	if who.Channel == "wechat" {
		ev.Button, ev.Tap = "", &bot.Tap{Seq: o.Seq, Index: d.index}
	} else if d.index < len(o.Message.Buttons) {
		ev.Button, ev.On = o.Message.Buttons[d.index].ID, &bot.Shown{Ref: fmt.Sprint(o.Seq), Text: o.Message.Text}
	}
	return ev
}

// spoil disturbs Redis: it forgets, or still has an earlier session.
func (s *stage) spoil(t rapid.TB, who bot.Conversation, how int, past []bot.Session) {
	ctx := context.Background()
	var err error
	switch {
	case how == 1:
		err = s.store.ForgetSessions(ctx)
	case how == 2 && len(past) > 0:
		err = s.store.CopySession(ctx, past[len(past)/2])
	}
	if err != nil {
		t.Fatal(err)
	}
}

var random = regexp.MustCompile(`"[a-z2-7]{26}"`)

// bare is a session without what two people's sessions cannot share: names,
// times, and the random names of pictures.
func bare(t rapid.TB, ses bot.Session) string {
	ses.Conversation, ses.SeenAt, ses.Declined = bot.Conversation{}, time.Time{}, time.Time{}
	ses.Open.At = time.Time{}
	for i := range ses.Stack {
		ses.Stack[i].At = time.Time{}
	}
	b, err := json.Marshal(ses)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(random.ReplaceAll(b, []byte("…"))), "null", "[]")
}
