package telegram_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/telegram"
)

const token = "4242:AAF-plantedSecretOfTheBotToken_0001"

// street is a channel and a platform that know each other over real HTTP.
type street struct {
	*telegram.Channel
	tg     *emulator.Telegram
	events chan bot.Event
	accept func(bot.Event) (bot.Outcome, error)
	ctx    context.Context
}

type letters struct{}

func (letters) Bury(context.Context, string, []byte, error) error { return errors.New("no grave here") }

// newStreet connects them by a webhook. accept may be nil: every event is taken.
func newStreet(t *testing.T, clock emulator.Clock, accept func(bot.Event) (bot.Outcome, error), change ...func(*telegram.Config)) *street {
	s := newLane(t, clock, accept, change...)
	hook := httptest.NewServer(s.Webhook(s.take))
	t.Cleanup(hook.Close)
	if err := s.SetWebhook(s.ctx, hook.URL, 0); err != nil {
		t.Fatal(err)
	}
	return s
}

// newLane leaves the webhook out.
func newLane(t *testing.T, clock emulator.Clock, accept func(bot.Event) (bot.Outcome, error), change ...func(*telegram.Config)) *street {
	tg := emulator.NewTelegram(emulator.TelegramConfig{Token: token, Clock: clock, Seed: 1})
	api := httptest.NewServer(tg)
	cfg := telegram.Config{
		Token: token, Secrets: []string{strings.Repeat("s", 40)}, BaseURL: api.URL, Letters: letters{},
		Limits: telegram.Limits{PerSecond: 1000, PerChat: 1000, PerGroupMinute: 1000}, Log: slog.New(slog.DiscardHandler),
		Groups: []int64{desk},
	}
	for _, f := range change {
		f(&cfg)
	}
	c, err := telegram.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // outlives the test, for Close
	t.Cleanup(func() {
		tg.Close()
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
		api.Close()
		cancel()
	})
	return &street{Channel: c, tg: tg, events: make(chan bot.Event, 100), accept: accept, ctx: ctx}
}

func (s *street) take(_ context.Context, ev bot.Event) (bot.Outcome, error) {
	var out bot.Outcome
	var err error
	if s.accept != nil {
		out, err = s.accept(ev)
	}
	s.events <- ev
	return out, err
}

// hears waits for the next event and checks its kind.
func (s *street) hears(t *testing.T, push *emulator.TelegramPush, kind bot.Kind) bot.Event {
	t.Helper()
	if err := push.Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case ev := <-s.events:
		if ev.Kind != kind {
			t.Fatalf("event %+v, want kind %s", ev, kind)
		}
		return ev
	default:
		t.Fatalf("no event, want kind %s", kind)
		return bot.Event{}
	}
}

func (s *street) say(t *testing.T, chat int64, m bot.Message) bot.Receipt {
	t.Helper()
	r, err := s.try(chat, m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *street) try(chat int64, m bot.Message) (bot.Receipt, error) {
	return s.Send(s.ctx, bot.Delivery{
		To: bot.Conversation{Channel: "telegram", Chat: strconv.FormatInt(chat, 10)}, Message: m, Budget: -1,
		Media: func(_ context.Context, id bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(drawing(len(id)))), nil
		},
	})
}

// drawing is a PNG of its own for each n.
func drawing(n int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 100+n, 100))
	img.Set(n, n, color.White)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestADialogue(t *testing.T) {
	s := newStreet(t, nil, func(ev bot.Event) (bot.Outcome, error) { return bot.Outcome{Toast: "好的"}, nil })
	p := s.tg.Phone(7, emulator.TelegramUser{First: "李", Last: "娜", Lang: "zh-hans"})

	ev := s.hears(t, p.Start("ad-17"), bot.Arrived)
	if ev.Source != "ad-17" || ev.Name != "李 娜" || ev.Lang != "zh-CN" || ev.From.String() != "telegram:7" {
		t.Errorf("event %+v", ev)
	}
	if ev := s.hears(t, p.Write("你好 😀"), bot.Wrote); ev.Text != "你好 😀" || time.Since(ev.At) > time.Minute {
		t.Errorf("event %+v", ev)
	}

	s.say(t, 7, bot.Message{Text: "愿意见面吗？", Buttons: []bot.Button{{ID: "date/ask:yes:3", Label: "愿意"}, {ID: "date/ask:no:3", Label: "不"}}})
	shown := p.Screen().Bubbles()
	question := shown[len(shown)-1]
	if question.Mine || question.Text != "愿意见面吗？" || len(question.Keys) != 1 || len(question.Keys[0]) != 2 {
		t.Fatalf("bubble %+v", question)
	}
	changes, stop := p.Screen().Watch()
	defer stop()
	push := p.Press(question.ID, 0, 1)
	ev = s.hears(t, push, bot.Pressed)
	if ev.Button != "date/ask:no:3" || ev.On == nil || ev.On.Text != question.Text {
		t.Fatalf("event %+v", ev)
	}
	for toast := false; !toast; {
		select {
		case c := <-changes:
			toast = c.Kind == "toast" && c.Text == "好的"
		case <-s.ctx.Done():
			t.Fatal("no toast")
		}
	}
	if n := s.tg.Stats().Answers[push.Query()]; n != 1 {
		t.Errorf("answered %d times", n)
	}
	r := s.say(t, 7, bot.Message{Edits: ev.On.Ref, Text: ev.On.Text + "\n✓ 不"})
	if r.Refs[0] != ev.On.Ref {
		t.Errorf("receipt %+v, shown %+v", r, ev.On)
	}
	s.say(t, 7, bot.Message{Edits: ev.On.Ref, Text: ev.On.Text + "\n✓ 不"}) // nothing changes: sent all the same
	shown = p.Screen().Bubbles()
	last := shown[len(shown)-1]
	if last.Text != "愿意见面吗？\n✓ 不" || len(last.Keys) != 0 || !last.Edited {
		t.Errorf("bubble %+v", last)
	}

	bubbles := push.Bubbles()
	if len(bubbles) != 0 {
		t.Errorf("a press left bubbles %v", bubbles)
	}
	words := p.Write("打错字")
	s.hears(t, words, bot.Wrote)
	if ev := s.hears(t, p.Edit(words.Bubbles()[0], "写错字"), bot.Edited); ev.Text != "写错字" {
		t.Errorf("event %+v", ev)
	}
}

func TestThingsAPersonSends(t *testing.T) {
	s := newStreet(t, nil, nil)
	p := s.tg.Phone(7, emulator.TelegramUser{Lang: "en"})
	for _, tt := range []struct {
		push *emulator.TelegramPush
		kind bot.Kind
		want bot.MediaKind
	}{
		{p.SendPicture(drawing(1), "证据"), bot.Showed, bot.Photo},
		{p.SendDocument("a.png", drawing(2), "image/png"), bot.Showed, bot.Photo},
		{p.SendDocument("a.pdf", []byte("%PDF"), "application/pdf"), bot.Sent, bot.File},
		{p.SendVoice([]byte("v")), bot.Sent, bot.Voice},
		{p.SendVideo([]byte("v")), bot.Sent, bot.Video},
		{p.SendSticker(), bot.Sent, bot.Sticker},
		{p.SendLocation(31.2, 121.4), bot.Sent, bot.Location},
		{p.SendVenue(31.2, 121.4, "咖啡", "南京路"), bot.Sent, bot.Location},
		{p.SendContact(true), bot.Sent, bot.Contact},
	} {
		// The pushes went out together; the platform delivers them one by one.
		var ev bot.Event
		select {
		case ev = <-s.events:
		case <-s.ctx.Done():
			t.Fatal("no event")
		}
		if ev.Kind != tt.kind || len(ev.Media) != 1 || ev.Media[0].Kind != tt.want {
			t.Errorf("event %+v, want a %s", ev, tt.want)
		}
		if err := tt.push.Wait(s.ctx); err != nil {
			t.Error(err)
		}
	}
}

func TestAlbumsBothWays(t *testing.T) {
	s := newStreet(t, nil, nil)
	p := s.tg.Phone(7, emulator.TelegramUser{})
	pictures := [][]byte{drawing(1), drawing(2), drawing(3)}
	if err := p.SendAlbum(pictures).Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	keys := map[bot.EventKey]bool{}
	for _, want := range pictures {
		ev := <-s.events
		keys[ev.Key] = true
		got, err := s.Fetch(s.ctx, ev.Media[0], 1<<20)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("fetched %d bytes, want %d: %v", len(got), len(want), err)
		}
		if _, err := s.Fetch(s.ctx, ev.Media[0], 10); !errors.Is(err, bot.ErrTooBig) {
			t.Errorf("over the limit: %v", err)
		}
	}
	if len(keys) != 3 {
		t.Errorf("%d keys", len(keys))
	}
	before := len(p.Screen().Bubbles())
	r := s.say(t, 7, bot.Message{Text: "照片", Photos: []bot.MediaID{"a", "bb", "ccc"}})
	if r.Pieces != 2 || r.Total != 2 {
		t.Errorf("receipt %+v", r)
	}
	got := p.Screen().Bubbles()[before:]
	if len(got) != 4 || got[0].Text != "照片" || got[3].Kind != "photo" {
		t.Fatalf("bubbles %+v", got)
	}
	if data, _ := s.tg.Picture(got[3].Photo); !bytes.Equal(data, drawing(3)) {
		t.Errorf("the third picture came as %d bytes", len(data))
	}
	if r := s.say(t, 7, bot.Message{Photos: []bot.MediaID{"a"}}); !strings.HasSuffix(r.Refs[0], "c") {
		t.Errorf("receipt %+v", r)
	}
}

// A place stands on the map under its name, and a file that the message itself brings
// arrives as it is.
func TestAPlaceAndAFileOfOurOwn(t *testing.T) {
	s := newStreet(t, nil, nil)
	p := s.tg.Phone(7, emulator.TelegramUser{})
	s.hears(t, p.Write("你好"), bot.Wrote)
	before := len(p.Screen().Bubbles())
	file := []byte("BEGIN:VCALENDAR")
	m := bot.Message{Text: "在这里见", Document: &bot.Document{Name: "date.ics", Content: file}, Place: &bot.Place{Name: "公园", Address: "湖边 1 号", Lat: 30.25, Lng: 120.15}}
	if r := s.say(t, 7, m); r.Pieces != 3 || r.Total != 3 {
		t.Errorf("receipt %+v", r)
	}
	got := p.Screen().Bubbles()[before:]
	if len(got) != 3 || got[1].Kind != "file" || got[2].Kind != "location" || got[2].Text != "公园" {
		t.Fatalf("bubbles %+v", got)
	}
	if data, _ := s.tg.Picture(got[1].Photo); !bytes.Equal(data, file) {
		t.Errorf("the file came as %q", data)
	}
	var refused *bot.Refused
	m.Place.Address = ""
	if _, err := s.try(7, m); !errors.As(err, &refused) {
		t.Errorf("a place without an address: %v", err)
	}
	m.Place.Address, m.Place.Lat = "湖边", 91
	if _, err := s.try(7, m); !errors.As(err, &refused) {
		t.Errorf("a point beyond the pole: %v", err)
	}
}

func TestAnUnkindPlatform(t *testing.T) {
	s := newStreet(t, nil, nil)
	p := s.tg.Phone(7, emulator.TelegramUser{})
	s.hears(t, p.Start(""), bot.Arrived)
	var slow *bot.SlowDown
	var unsure *bot.Unsure
	for _, tt := range []struct {
		faults emulator.Faults
		ok     func(error) bool
		shown  int
	}{
		{emulator.Faults{Slow: 1}, func(err error) bool {
			return errors.As(err, &slow) && slow.For >= time.Second && slow.For <= 3*time.Second
		}, 0},
		{emulator.Faults{Broken: 1}, func(err error) bool { return errors.As(err, &unsure) }, 0},
		{emulator.Faults{Lost: 1}, func(err error) bool { return errors.As(err, &unsure) }, 1},
		{emulator.Faults{}, func(err error) bool { return err == nil }, 1},
	} {
		before := len(p.Screen().Bubbles())
		s.tg.SetFaults(tt.faults)
		_, err := s.try(7, bot.Message{Text: "hello"})
		if !tt.ok(err) {
			t.Errorf("%+v: %v", tt.faults, err)
		}
		if n := len(p.Screen().Bubbles()) - before; n != tt.shown {
			t.Errorf("%+v: %d bubbles, want %d", tt.faults, n, tt.shown)
		}
		if err != nil && strings.Contains(err.Error(), "plantedSecret") {
			t.Errorf("%+v: the error holds the token", tt.faults)
		}
	}
}

func TestBlockedAndBack(t *testing.T) {
	s := newStreet(t, nil, nil)
	p := s.tg.Phone(7, emulator.TelegramUser{})
	if _, err := s.try(7, bot.Message{Text: "a"}); !errors.Is(err, bot.ErrGone) {
		t.Errorf("before /start: %v", err)
	}
	s.hears(t, p.Start(""), bot.Arrived)
	s.hears(t, p.Block(), bot.Left)
	if r, err := s.try(7, bot.Message{Text: "a"}); !errors.Is(err, bot.ErrGone) || r.Pieces != 0 {
		t.Errorf("blocked: %+v, %v", r, err)
	}
	s.hears(t, p.Unblock(), bot.Arrived)
	s.say(t, 7, bot.Message{Text: "a"})
	if _, err := s.try(999, bot.Message{Text: "a"}); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestAGroupMoves(t *testing.T) {
	s := newStreet(t, nil, nil, func(c *telegram.Config) { c.Groups = nil })
	p := s.tg.Phone(7, emulator.TelegramUser{})
	g := s.tg.Group("客服", false, p)
	old := g.ID()
	s.say(t, old, bot.Message{Text: "one"})
	if err := g.Migrate().Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	s.say(t, old, bot.Message{Text: "two"})
	if g.ID() == old || !slices.ContainsFunc(g.Screen().Bubbles(), func(b emulator.Bubble) bool { return b.Text == "two" }) {
		t.Errorf("screen %+v", g.Screen().Bubbles())
	}
	if err := g.Write(p, 0, "is anybody there").Wait(s.ctx); err != nil {
		t.Error(err)
	}
	if n := len(s.events); n != 0 {
		t.Errorf("%d events out of a group", n)
	}
}

func TestDeliveredAgainUntilKept(t *testing.T) {
	clock := emulator.NewManualClock(time.Now())
	const failures = 3
	var tried atomic.Int32
	s := newStreet(t, clock, func(ev bot.Event) (bot.Outcome, error) {
		if tried.Add(1) <= failures {
			return bot.Outcome{}, errors.New("database away")
		}
		return bot.Outcome{}, nil
	})
	p := s.tg.Phone(7, emulator.TelegramUser{})
	push := p.Write("不能丢")
	for range failures {
		clock.Waiters(1)
		if push.Status() != 503 {
			t.Errorf("status %d", push.Status())
		}
		clock.Advance(3 * time.Second)
	}
	if err := push.Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	var key bot.EventKey
	for range failures + 1 {
		ev := <-s.events
		if ev.Text != "不能丢" || (key != "" && ev.Key != key) {
			t.Errorf("event %+v", ev)
		}
		key = ev.Key
	}
	if push.Attempts() != failures+1 || push.Status() != 200 {
		t.Errorf("%d attempts, status %d", push.Attempts(), push.Status())
	}
}

func TestPolling(t *testing.T) {
	s := newLane(t, nil, nil)
	ctx, cancel := context.WithCancel(s.ctx)
	done := make(chan error, 1)
	go func() { done <- s.Poll(ctx, s.take) }()
	p := s.tg.Phone(7, emulator.TelegramUser{})
	first := p.Write("one")
	s.hears(t, first, bot.Wrote)
	s.hears(t, p.Write("two"), bot.Wrote)
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}

	if err := s.SetWebhook(s.ctx, "http://127.0.0.1:1/", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Poll(s.ctx, s.take); err == nil || !strings.Contains(err.Error(), "webhook is set") {
		t.Errorf("error %v", err)
	}
	if err := s.DeleteWebhook(s.ctx); err != nil {
		t.Error(err)
	}
}

func TestHousekeeping(t *testing.T) {
	s := newLane(t, nil, nil)
	if err := s.Check(s.ctx); err != nil {
		t.Error(err)
	}
	if name, err := s.Username(s.ctx); err != nil || name != "redthread_bot" {
		t.Errorf("%q, %v", name, err)
	}
	err := s.SetCommands(s.ctx, map[string][]telegram.Command{"zh-CN": {{Name: "menu", Text: "主菜单"}}, "en": {{Name: "menu", Text: "Main menu"}}})
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"zh-hans": "主菜单", "en": "Main menu", "fr": "Main menu"} {
		p := s.tg.Phone(int64(len(want))*100+int64(len(lang)), emulator.TelegramUser{Lang: lang})
		if got := p.Commands(); len(got) != 1 || got[0].Description != want {
			t.Errorf("%s: %+v", lang, got)
		}
	}
	if info, err := s.WebhookInfo(s.ctx); err != nil || info.URL != "" {
		t.Errorf("%+v, %v", info, err)
	}
}
