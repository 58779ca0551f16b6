package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/telegram"
)

// desk is the ID of the first forum that is made on a platform.
const desk = -1_000_005_000_001

var aboutAnna = bot.Conversation{Channel: "telegram", Chat: "-1000005000001"}.Thread("K-000007")

// newDesk is a street with a group of the staff, of which Li is a member.
func newDesk(t *testing.T) (*street, *emulator.TelegramGroup, *emulator.TelegramPhone) {
	s := newStreet(t, nil, nil)
	li := s.tg.Phone(31, emulator.TelegramUser{First: "Li"})
	g := s.tg.Group("客服", true, li)
	if g.ID() != desk {
		t.Fatalf("the group is %d", g.ID())
	}
	return s, g, li
}

func (s *street) tell(t *testing.T, to bot.Conversation, m bot.Message) error {
	t.Helper()
	_, err := s.Send(s.ctx, bot.Delivery{To: to, Message: m, Budget: -1})
	return err
}

// thread is the newest topic of the name.
func thread(t *testing.T, g *emulator.TelegramGroup, name string) (newest int64) {
	t.Helper()
	for id, topic := range g.Topics() {
		if topic == name {
			newest = max(newest, id)
		}
	}
	if newest == 0 {
		t.Fatalf("no topic %q among %v", name, g.Topics())
	}
	return newest
}

func says(g *emulator.TelegramGroup, thread int64, text string) bool {
	return slices.ContainsFunc(g.Screen().Bubbles(), func(b emulator.Bubble) bool { return b.Thread == thread && b.Text == text })
}

func TestATalkInAThread(t *testing.T) {
	s, g, li := newDesk(t)
	for _, m := range []bot.Message{{Text: "卡片", Buttons: []bot.Button{{ID: "card:take:H-1", Label: "接待"}}}, {Text: "K-000007：您好"}} {
		if err := s.tell(t, aboutAnna, m); err != nil {
			t.Fatal(err)
		}
	}
	at := thread(t, g, "K-000007")
	if len(g.Topics()) != 1 || !says(g, at, "卡片") || !says(g, at, "K-000007：您好") {
		t.Fatalf("topics %v, screen %+v", g.Topics(), g.Screen().Bubbles())
	}
	byLi := bot.Conversation{Channel: "telegram", Chat: "31"}
	wrote := s.hears(t, g.Write(li, at, "我在"), bot.Wrote)
	if wrote.From != aboutAnna || wrote.By != byLi || wrote.Text != "我在" || wrote.Ref == "" || wrote.Quotes != "" {
		t.Errorf("%+v", wrote)
	}
	said := g.Screen().Bubbles()
	answer := s.hears(t, g.WriteReply(li, said[len(said)-2].ID, "好"), bot.Wrote)
	if answer.From != aboutAnna || answer.Quotes == "" || answer.Quoted != "K-000007：您好" {
		t.Errorf("%+v", answer)
	}
	card := slices.IndexFunc(said, func(b emulator.Bubble) bool { return len(b.Keys) > 0 })
	pressed := s.hears(t, g.Press(li, said[card].ID, 0, 0), bot.Pressed)
	if pressed.From != aboutAnna || pressed.By != byLi || pressed.Button != "card:take:H-1" {
		t.Errorf("%+v", pressed)
	}
	group, _ := aboutAnna.InThread()
	if general := s.hears(t, g.Write(li, 0, "大家好"), bot.Wrote); general.From != group || general.By != byLi {
		t.Errorf("%+v", general)
	}
	edited := s.hears(t, g.Edit(li, lastOf(g, "我在"), "我在的"), bot.Edited)
	if edited.From != aboutAnna || edited.By != byLi || edited.Ref != wrote.Ref {
		t.Errorf("%+v", edited)
	}
}

func lastOf(g *emulator.TelegramGroup, text string) (id int64) {
	for _, b := range g.Screen().Bubbles() {
		if b.Text == text {
			id = b.ID
		}
	}
	return id
}

// oneCall gives leave for one call each time that Send is tried anew.
type oneCall struct{ spent bool }

func (l *oneCall) Take(context.Context, int64, int, time.Duration) (time.Duration, bool, error) {
	if l.spent {
		return 3 * time.Second, false, nil
	}
	l.spent = true
	return 0, false, nil
}

// In a busy group there is never leave for two calls at once: the topic that was
// opened at one try is there at the next.
func TestNewThreadInABusyGroup(t *testing.T) {
	leave := &oneCall{}
	s := newStreet(t, nil, nil, func(c *telegram.Config) { c.Limiter = leave })
	g := s.tg.Group("客服", true, s.tg.Phone(31, emulator.TelegramUser{First: "Li"}))
	var slow *bot.SlowDown
	if err := s.tell(t, aboutAnna, bot.Message{Text: "您好"}); !errors.As(err, &slow) || slow.For != 3*time.Second {
		t.Fatalf("the first try: %v", err)
	}
	leave.spent = false
	if err := s.tell(t, aboutAnna, bot.Message{Text: "您好"}); err != nil {
		t.Fatalf("the second try: %v", err)
	}
	if at := thread(t, g, "K-000007"); len(g.Topics()) != 1 || !says(g, at, "您好") {
		t.Errorf("topics %v, screen %+v", g.Topics(), g.Screen().Bubbles())
	}
}

func TestOneThreadForTwoFastMessages(t *testing.T) {
	s, g, _ := newDesk(t)
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := s.tell(t, aboutAnna, bot.Message{Text: "快"}); err != nil && !errors.As(err, new(*bot.SlowDown)) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(g.Topics()); n != 1 {
		t.Errorf("%d topics", n)
	}
}

func TestADeletedThreadIsMadeAnew(t *testing.T) {
	s, g, li := newDesk(t)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "一"}); err != nil {
		t.Fatal(err)
	}
	old := thread(t, g, "K-000007")
	g.DeleteTopic(old)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "二"}); err != nil {
		t.Fatal(err)
	}
	now := thread(t, g, "K-000007")
	if now == old || !says(g, now, "二") {
		t.Fatalf("topics %v", g.Topics())
	}
	if ev := s.hears(t, g.Write(li, now, "我在"), bot.Wrote); ev.From != aboutAnna {
		t.Errorf("%+v", ev)
	}
	g.CloseTopic(now)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "三"}); err != nil || !says(g, now, "三") {
		t.Errorf("in a closed topic: %v", err)
	}
}

// amnesia is a process that dies between the opening of a topic and its own note
// of it.
type amnesia struct{}

func (amnesia) Thread(context.Context, int64, string) (int, error) { return 0, nil }
func (amnesia) Key(context.Context, int64, int) (string, error)    { return "", nil }
func (amnesia) Begin(context.Context, int64, string) (bool, error) { return true, nil }
func (amnesia) Made(context.Context, int64, string, int) error     { return nil }
func (amnesia) Gone(context.Context, int64, string, int) error     { return nil }

func TestAThreadNobodyRemembers(t *testing.T) {
	s := newStreet(t, nil, nil, func(c *telegram.Config) { c.Threads = amnesia{} })
	li := s.tg.Phone(31, emulator.TelegramUser{First: "Li"})
	g := s.tg.Group("客服", true, li)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "一"}); err != nil {
		t.Fatal(err)
	}
	at := thread(t, g, "K-000007")
	if ev := s.hears(t, g.Write(li, at, "还在吗"), bot.Wrote); ev.From != aboutAnna {
		t.Errorf("%+v", ev)
	}
}

func TestAStaffGroupThatMoved(t *testing.T) {
	const before = -5_000_001
	s := newStreet(t, nil, nil, func(c *telegram.Config) { c.Groups = []int64{before} })
	li := s.tg.Phone(31, emulator.TelegramUser{First: "Li"})
	g := s.tg.Group("客服", false, li)
	if err := g.Migrate().Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	if ev := s.hears(t, g.Write(li, 0, "搬好了"), bot.Wrote); ev.From.Chat != "-5000001" || g.ID() == before {
		t.Errorf("%+v", ev)
	}
}

func TestWhoDoesNotCountInAGroup(t *testing.T) {
	var heard atomic.Int32
	s := newStreet(t, nil, func(bot.Event) (bot.Outcome, error) { heard.Add(1); return bot.Outcome{}, nil })
	li := s.tg.Phone(31, emulator.TelegramUser{First: "Li"})
	g := s.tg.Group("客服", true, li)
	other := s.tg.Group("别人的群", true, li)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "一"}); err != nil {
		t.Fatal(err)
	}
	at := thread(t, g, "K-000007")
	own := g.OpenTopic(li, "午饭")
	for name, push := range map[string]*emulator.TelegramPush{
		"hidden administrator": g.WriteUnseen(li, at, "我是老板"),
		"a topic of theirs":    g.Write(li, own, "吃什么"),
		"another group":        other.Write(li, 0, "喂"),
	} {
		if err := push.Wait(s.ctx); err != nil {
			t.Error(name, err)
		}
	}
	if n := heard.Load(); n != 0 {
		t.Errorf("%d events", n)
	}
}

func TestAGroupWithoutThreads(t *testing.T) {
	s, g, _ := newDesk(t)
	checks := func(want string) {
		t.Helper()
		if err := s.CheckGroups(s.ctx); fmt.Sprint(err) != "<nil>" && want == "" || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("the check says %v, want %q", err, want)
		}
	}
	checks("")
	if err := g.Demote().Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	checks("-1000005000001: the bot may not manage topics")
	var refused *bot.Refused
	if err := s.tell(t, aboutAnna, bot.Message{Text: "一"}); !errors.As(err, &refused) {
		t.Errorf("without rights: %v", err)
	}
	if err := g.Kick().Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	checks("the bot is not in the group")
	if err := s.tell(t, aboutAnna, bot.Message{Text: "一"}); !errors.Is(err, bot.ErrGone) {
		t.Errorf("thrown out: %v", err)
	}
	for _, to := range []bot.Conversation{
		{Channel: "telegram", Chat: "31/K-1"}, {Channel: "telegram", Chat: "-5/"}, {Channel: "telegram", Chat: "-5/客户"},
	} {
		if err := s.tell(t, to, bot.Message{Text: "一"}); !errors.As(err, &refused) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// What arrived is marked where it was written; a correction takes the place of what
// stands there, or is said; a quote quotes.
func TestMarksCorrectionsAndQuotes(t *testing.T) {
	s, g, li := newDesk(t)
	if err := s.tell(t, aboutAnna, bot.Message{Text: "卡片"}); err != nil {
		t.Fatal(err)
	}
	at := thread(t, g, "K-000007")
	ev := s.hears(t, g.Write(li, at, "我在"), bot.Wrote)
	send := func(m bot.Message) string {
		t.Helper()
		r, err := s.Send(s.ctx, bot.Delivery{To: aboutAnna, Message: m, Budget: -1})
		if err != nil || len(r.Refs) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		return r.Refs[0]
	}
	send(bot.Message{Mark: ev.Ref})
	send(bot.Message{Mark: "999999"}) // gone: no matter
	said := send(bot.Message{Text: "K-000007：可以", Quotes: ev.Ref})
	send(bot.Message{Text: "K-000007：不可以", Otherwise: "K-000007 更正：不可以", Edits: said})
	send(bot.Message{Text: "K-000007：也许", Otherwise: "K-000007 更正：也许", Edits: "999999"})
	shown := g.Screen().Bubbles()
	i := slices.IndexFunc(shown, func(b emulator.Bubble) bool { return b.Text == "我在" })
	if i < 0 || len(shown) != i+3 || shown[i].Mark != "👌" {
		t.Fatalf("%+v", shown)
	}
	if b := shown[i+1]; b.Text != "K-000007：不可以" || b.Reply != shown[i].ID || !b.Edited {
		t.Errorf("%+v", b)
	}
	if b := shown[i+2]; b.Text != "K-000007 更正：也许" || b.Thread != at {
		t.Errorf("%+v", b)
	}
}

// Sound and video are played in the chat where Telegram plays them; else they are
// files, under a name that a phone can open.
func TestVoiceVideoAndFiles(t *testing.T) {
	s, g, _ := newDesk(t)
	for _, tt := range []struct {
		kind     bot.MediaKind
		name     string
		raw      string
		want     string
		wantName string
	}{
		{bot.Voice, "voice", "OggS\x00\x02 a voice note", "voice", ""},
		{bot.Voice, "voice", "#!AMR\n of WeChat", "file", "voice.amr"},
		{bot.Video, "video", "\x00\x00\x00\x18ftypmp42 moving", "video", ""},
		{bot.File, "合同.pdf", "%PDF-1.7 a contract", "file", "合同.pdf"},
		{bot.File, "file", "x", "file", "file"},
	} {
		m := bot.Message{Text: "K-000007：", Document: &bot.Document{ID: "1", Name: tt.name, Kind: tt.kind}}
		if _, err := s.Send(s.ctx, bot.Delivery{To: aboutAnna, Message: m, Budget: -1, Media: func(context.Context, bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(tt.raw)), nil
		}}); err != nil {
			t.Fatal(err)
		}
		shown := g.Screen().Bubbles()
		b := shown[len(shown)-1]
		got, _ := s.tg.Picture(b.Photo)
		if b.Kind != tt.want || string(got) != tt.raw || tt.wantName != "" && b.Text != tt.wantName {
			t.Errorf("%s: %+v %q", tt.name, b, got)
		}
	}
}
