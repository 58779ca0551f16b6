package wechat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/wechat"
)

const openid = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"

// account is the platform and our channel, wired over HTTP.
type account struct {
	*emulator.WeChat
	*wechat.Channel
	phone  *emulator.WeChatPhone
	events chan bot.Event
}

type noLetters struct{}

func (noLetters) Bury(context.Context, string, []byte, error) error { return errors.New("no letters") }

// pair starts both; answer says what an event comes to.
func pair(t *testing.T, mode string, clock emulator.Clock, answer func(bot.Event) (bot.Outcome, error)) *account {
	t.Helper()
	return pairWith(t, emulator.WeChatConfig{Mode: mode, Clock: clock, Seed: 1}, nil, answer)
}

func pairWith(t *testing.T, platform emulator.WeChatConfig, templates map[bot.Purpose]wechat.Template, answer func(bot.Event) (bot.Outcome, error)) *account {
	t.Helper()
	w := emulator.NewWeChat(platform)
	api := httptest.NewServer(w)
	its := w.Config()
	c, err := wechat.New(wechat.Config{AppID: its.AppID, AppSecret: its.Secret, Token: its.Token, AESKey: its.AESKey,
		Mode: wechat.Mode(its.Mode), BaseURL: api.URL, MenuLinks: true, Templates: templates, Letters: noLetters{}, Now: platform.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	a := &account{w, c, w.Phone(openid), make(chan bot.Event, 100)}
	hook := httptest.NewServer(c.Webhook(func(_ context.Context, ev bot.Event) (bot.Outcome, error) {
		a.events <- ev
		return answer(ev)
	}))
	w.SetCallback(hook.URL)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		w.Close()
		hook.Close()
		if err := c.Close(ctx); err != nil {
			t.Error("close:", err)
		}
		api.Close()
	})
	return a
}

// after waits for a push and returns the event it became.
func (a *account) after(t *testing.T, p *emulator.WeChatPush) bot.Event {
	t.Helper()
	a.wait(t, p)
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	return a.next(t)
}

func (a *account) wait(t *testing.T, p *emulator.WeChatPush) {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the push did not end")
	}
}

func (a *account) next(t *testing.T) bot.Event {
	t.Helper()
	select {
	case ev := <-a.events:
		return ev
	case <-time.After(20 * time.Second):
		t.Fatal("no event")
		return bot.Event{}
	}
}

func (a *account) send(m bot.Message, budget int) (bot.Receipt, error) {
	return a.Send(context.Background(), bot.Delivery{To: bot.Conversation{Channel: "wechat", Chat: openid}, Seq: 8, Message: m, Budget: budget,
		Media: func(context.Context, bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(photo())), nil
		}})
}

func (a *account) shown() []emulator.Bubble { return a.phone.Screen().Bubbles() }

func photo() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 3, 3)))
	return b.Bytes()
}

// question is the reply to everything: it has two buttons.
func question(bot.Event) (bot.Outcome, error) {
	return bot.Outcome{Reply: &bot.Reply{Seq: 7, Done: func(context.Context, int, int) {},
		Message: bot.Message{Text: "好吗？", Buttons: []bot.Button{{ID: "y", Label: "是"}, {ID: "n", Label: `"不" & <否>`}}}}}, nil
}

func TestAgainstThePlatform(t *testing.T) {
	for _, mode := range []string{"plain", "compatible", "safe"} {
		t.Run(mode, func(t *testing.T) {
			a := pair(t, mode, emulator.RealClock, question)
			if err := a.Verify(context.Background()); err != nil {
				t.Fatal(err)
			}
			t.Run("in", a.in)
			t.Run("out", a.out)
			t.Run("forged", func(t *testing.T) { a.forged(t, mode) })
		})
	}
}

func (a *account) in(t *testing.T) {
	p := a.phone.Follow("fair8")
	if ev := a.after(t, p); ev.Kind != bot.Arrived || ev.Source != "fair8" || ev.Opens.Name != "action" {
		t.Errorf("follow: %+v", ev)
	}
	asked := p.Reply()
	if asked == nil || asked.Text != "好吗？\n\n1. 是\n2. \"不\" & <否>" || len(asked.Words) != 2 {
		t.Fatalf("the reply shows %+v", asked)
	}
	if ev := a.after(t, a.phone.Tap(asked.ID, 1)); ev.Kind != bot.Pressed || *ev.Tap != (bot.Tap{Seq: 7, Index: 1}) || ev.Text != "＂不＂ ＆ ＜否＞" {
		t.Errorf("tap: %+v", ev)
	}
	if ev := a.after(t, a.phone.Write("您好 👋]]>\n<b>")); ev.Kind != bot.Wrote || ev.Text != "您好 👋]]>\n<b>" || ev.Opens.Name != "message" {
		t.Errorf("text: %+v", ev)
	}
	if ev := a.after(t, a.phone.Scan("gala")); ev.Kind != bot.Arrived || ev.Source != "gala" {
		t.Errorf("scan: %+v", ev)
	}
	if ev := a.after(t, a.phone.Click("menu:help")); ev.Kind != bot.Pressed || ev.Button != "menu:help" {
		t.Errorf("click: %+v", ev)
	}
	for kind, p := range map[bot.MediaKind]*emulator.WeChatPush{
		bot.Photo:    a.phone.SendPicture(photo()),
		bot.Voice:    a.phone.SendVoice([]byte("#!AMR\nla la"), "啦啦"),
		bot.Video:    a.phone.SendVideo([]byte("\x00\x00\x00\x18ftypmp42")),
		bot.File:     a.phone.SendFile("a.pdf", []byte("%PDF")),
		bot.Location: a.phone.SendLocation(31.2, 121.5, "人民公园"),
		bot.Link:     a.phone.SendLink("标题", "", "https://x.cn/"),
	} {
		a.wait(t, p)
		if p.Err() != nil {
			t.Errorf("%s: %v", kind, p.Err())
		}
	}
	for range 6 {
		ev := a.next(t)
		m := ev.Media[0]
		raw, err := a.Fetch(context.Background(), m, 1<<10)
		if gone := errors.Is(err, bot.ErrGone); gone != (m.Kind == bot.File || m.Kind == bot.Location || m.Kind == bot.Link) || !gone && err != nil {
			t.Errorf("fetch %s: %v", m.Kind, err)
		}
		if m.Kind == bot.Photo && !bytes.Equal(raw, photo()) {
			t.Errorf("the picture came as %d bytes", len(raw))
		}
	}
	if n := a.Stats().Banners; n != 0 {
		t.Errorf("%d faults shown", n)
	}
}

func (a *account) out(t *testing.T) {
	if err := a.Check(context.Background()); err != nil {
		t.Error(err)
	}
	menu := []wechat.MenuItem{{Label: "找对象", Key: "menu:find"}, {Label: "更多", Items: []wechat.MenuItem{{Label: "官网", URL: "https://x.cn/"}}}}
	if err := a.PushMenu(context.Background(), menu); err != nil {
		t.Error(err)
	}
	if got, err := a.Menu(context.Background()); err != nil || fmt.Sprint(got) != fmt.Sprint(menu) {
		t.Errorf("%v, %v", got, err)
	}
	a.after(t, a.phone.Write("hi"))
	before := len(a.shown())
	if r, err := a.send(bot.Message{Text: "看", Photos: []bot.MediaID{"p"}}, -1); err != nil || r.Pieces != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	a.InvalidateToken()
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if _, err := a.send(bot.Message{Text: "再"}, -1); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := a.shown()[before:]
	if len(got) != 5 || got[0].Text != "看" || got[1].Kind != "photo" {
		t.Errorf("shown %+v", got)
	}
	if data, _ := a.Picture(got[1].Photo); !bytes.Equal(data, photo()) {
		t.Error("another picture arrived")
	}
	if _, err := a.send(bot.Message{Text: "六"}, -1); !errors.Is(err, bot.ErrClosed) {
		t.Errorf("the sixth message: %v", err)
	}
	a.after(t, a.phone.Unfollow())
	if _, err := a.send(bot.Message{Text: "七"}, -1); !errors.Is(err, bot.ErrClosed) {
		t.Errorf("after they left: %v", err)
	}
}

func (a *account) forged(t *testing.T, mode string) {
	kinds := []emulator.WeChatForgery{emulator.ForgeSignature, emulator.ForgeStale}
	if mode != "plain" {
		kinds = append(kinds, emulator.ForgeMsgSignature, emulator.ForgePlain, emulator.ForgeAccount)
	}
	for _, kind := range kinds {
		p := a.Forge(kind, openid, "假")
		a.wait(t, p)
		if p.Err() == nil || p.Deliveries()[0].Status != 403 {
			t.Errorf("%s: answered %d", kind, p.Deliveries()[0].Status)
		}
	}
	if len(a.events) > 0 {
		t.Errorf("%d forged events were taken", len(a.events))
	}
}

// The turn takes longer than the platform waits: it is played once, and the
// repeated delivery brings its reply.
func TestPlatformHangsUp(t *testing.T) {
	clock := emulator.NewManualClock(time.Now())
	leave := make(chan struct{})
	var once sync.Once
	a := pair(t, "safe", clock, func(ev bot.Event) (bot.Outcome, error) {
		if ev.Kind == bot.Wrote {
			once.Do(func() { <-leave })
		}
		return question(ev)
	})
	a.after(t, a.phone.Follow(""))
	p := a.phone.Write("hi")
	a.next(t)
	clock.Waiters(1)
	clock.Advance(5 * time.Second)
	clock.Waiters(1) // the second delivery is under way
	close(leave)
	a.wait(t, p)
	if p.Err() != nil || p.Reply() == nil || len(p.Deliveries()) != 2 || a.Stats().Banners != 0 {
		t.Errorf("%d deliveries, %v, reply %+v", len(p.Deliveries()), p.Err(), p.Reply())
	}
}

// What could not be kept is brought again by the platform, because it got no
// answer.
func TestPlatformDeliversAgain(t *testing.T) {
	clock := emulator.NewManualClock(time.Now())
	var mu sync.Mutex
	tries := 0
	a := pair(t, "safe", clock, func(ev bot.Event) (bot.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		if tries++; ev.Kind == bot.Wrote && tries <= 3 { // the follow was the first
			return bot.Outcome{}, errors.New("store away")
		}
		return question(ev)
	})
	a.after(t, a.phone.Follow(""))
	p := a.phone.Write("hi")
	first := a.next(t)
	for range 2 {
		clock.Waiters(1)
		clock.Advance(5 * time.Second)
		if again := a.next(t); again.Key != first.Key {
			t.Errorf("%s came again as %s", first.Key, again.Key)
		}
	}
	a.wait(t, p)
	if p.Err() != nil || p.Reply() == nil || a.Stats().Banners != 0 {
		t.Errorf("%v, reply %+v", p.Err(), p.Reply())
	}
	again := a.Resend(p)
	a.wait(t, again)
	if again.Err() != nil {
		t.Error(again.Err())
	}
}

// A code that the platform made for a scene brings it back.
func TestQRCodeLeadsBack(t *testing.T) {
	clock := emulator.NewManualClock(time.Date(2026, 3, 6, 4, 0, 0, 0, time.UTC))
	a := pair(t, "safe", clock, func(bot.Event) (bot.Outcome, error) { return bot.Outcome{}, nil })
	code, err := a.QRCode(t.Context(), "s_7k3m9p2q4r6t8v0x", 24*time.Hour)
	if err != nil || !strings.HasPrefix(code.Picture, "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ") || !code.Until.Equal(clock.Now().Add(24*time.Hour)) {
		t.Fatalf("%+v, %v", code, err)
	}
	a.phone.Follow("s_7k3m9p2q4r6t8v0x")
	if ev := a.next(t); ev.Kind != bot.Arrived || ev.Source != "s_7k3m9p2q4r6t8v0x" {
		t.Errorf("followed: %+v", ev)
	}
	a.phone.Scan("s_7k3m9p2q4r6t8v0x")
	if ev := a.next(t); ev.Kind != bot.Arrived || ev.Source != "s_7k3m9p2q4r6t8v0x" {
		t.Errorf("scanned: %+v", ev)
	}
	if code, err := a.QRCode(t.Context(), "s_7k3m9p2q4r6t8v0x", 0); err != nil || !code.Until.IsZero() {
		t.Errorf("for ever: %+v, %v", code, err)
	}
	for _, c := range []struct {
		scene string
		valid time.Duration
	}{{"", 0}, {strings.Repeat("s", 65), 0}, {"s", -time.Second}, {"s", 31 * 24 * time.Hour}} {
		if _, err := a.QRCode(t.Context(), c.scene, c.valid); err == nil {
			t.Errorf("a code of %d bytes for %v was made", len(c.scene), c.valid)
		}
	}
}
