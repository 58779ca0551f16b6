package dialog_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
	"redthread/store/storetest"
	"redthread/templates"
)

var (
	anna = bot.Conversation{Channel: "telegram", Chat: "anna"} // has keyboards that can be changed
	bo   = bot.Conversation{Channel: "wechat", Chat: "bo"}     // has tappable words
	li   = bot.Conversation{Channel: "telegram", Chat: "li"}   // works here once enrolled
	desk = bot.Conversation{Channel: "test", Chat: "desk"}
)

// texts are the engine's own, with the menu and the conversations of the tests.
var texts = sync.OnceValue(func() *templates.Set {
	all := fstest.MapFS{}
	for _, lang := range templates.Languages {
		for _, file := range []string{"common.txt", "words.txt"} {
			src, err := os.ReadFile(filepath.Join("../../templates", lang, file))
			if err != nil {
				panic(err)
			}
			all[lang+"/"+file] = &fstest.MapFile{Data: []byte(without("common.menu", string(src)))}
		}
		src, err := os.ReadFile(filepath.Join("testdata", lang, "flows.txt"))
		if err != nil {
			panic(err)
		}
		all[lang+"/flows.txt"] = &fstest.MapFile{Data: src}
	}
	set, err := templates.Load(templates.Options{Texts: all})
	if err != nil {
		panic(err)
	}
	return set
})

// without takes a block out of a file of texts.
func without(block, src string) string {
	before, rest, _ := strings.Cut(src, "== "+block+"\n")
	if _, after, ok := strings.Cut(rest, "\n== "); ok {
		return before + "== " + after
	}
	return before
}

func config(s *store.Store) dialog.Config {
	return dialog.Config{
		Store: s, Texts: texts, Log: slog.New(slog.DiscardHandler),
		Flows:  []dialog.Definition{complaintFlow, tallyFlow, languageFlow, deskFlow, brokenFlow, quizFlow(quizSteps...)},
		Cards:  []dialog.AnyCard{caseCard},
		News:   notices,
		Agency: func(string) dialog.Agency { return dialog.Agency{Name: "红线"} },
		Human:  callHuman, Relay: relay,
	}
}

// stage is an engine on a real store, and what people hear of it.
type stage struct {
	home   store.Config
	store  *store.Store
	engine *dialog.Engine

	mu    sync.Mutex
	clock time.Time
	n     int
	said  map[bot.Conversation][]store.Outgoing // all that was delivered
	toast string                                // of the last event
}

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{home: storetest.Home(t), clock: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), said: map[bot.Conversation][]store.Outgoing{}}
	s.home.Now = s.now
	s.home.Log = slog.New(slog.DiscardHandler)
	s.store = storetest.Open(t, s.home)
	s.engine = s.with(t, config(s.store))
	return s
}

func (s *stage) with(t testing.TB, c dialog.Config) *dialog.Engine {
	t.Helper()
	c.Now = s.now
	e, err := dialog.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// replica is the bot once more, on the same database.
func (s *stage) replica(t testing.TB) *dialog.Engine {
	return s.with(t, config(storetest.Open(t, s.home)))
}

func (s *stage) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *stage) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

// event makes the next thing that happens. Things happen 20 seconds apart.
func (s *stage) event(from bot.Conversation, kind bot.Kind) bot.Event {
	s.wait(20 * time.Second)
	s.n++
	return bot.Event{Key: bot.EventKey(fmt.Sprintf("test:%d", s.n)), From: from, Kind: kind, At: s.now()}
}

func (s *stage) wrote(from bot.Conversation, text string) bot.Event {
	ev := s.event(from, bot.Wrote)
	ev.Text = text
	return ev
}

func (s *stage) showed(from bot.Conversation) bot.Event {
	ev := s.event(from, bot.Showed)
	ev.Media = []bot.Media{{Kind: bot.Photo, Ref: fmt.Sprintf("p%d", s.n)}}
	return ev
}

// pressed presses a button of the newest message that has one of that label, as
// the conversation's channel carries it.
func (s *stage) pressed(t testing.TB, from bot.Conversation, label string) bot.Event {
	t.Helper()
	all := s.said[from]
	for i := len(all) - 1; i >= 0; i-- {
		for n, b := range all[i].Message.Buttons {
			if b.Label != label {
				continue
			}
			ev := s.event(from, bot.Pressed)
			if from.Channel == "wechat" {
				ev.Tap, ev.Text = &bot.Tap{Seq: all[i].Seq, Index: n}, label
			} else {
				ev.Button = b.ID
				ev.On = &bot.Shown{Ref: fmt.Sprint(all[i].Seq), Text: all[i].Message.Text}
			}
			return ev
		}
	}
	t.Fatalf("nobody has offered %q to %s", label, from)
	return bot.Event{}
}

// play has the event handled and tells what was heard where it came from.
func (s *stage) play(t testing.TB, ev bot.Event) string {
	t.Helper()
	out, err := s.engine.Handle(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	s.toast = out.Toast
	s.deliver(t)
	return heard(s.take(ev))
}

// take is what the event has left in its own conversation.
func (s *stage) take(ev bot.Event) []store.Outgoing {
	var all []store.Outgoing
	for _, o := range s.said[ev.From] {
		if o.Event == ev.Key {
			all = append(all, o)
		}
	}
	return all
}

// line plays a line of a talk: words, "[label]", "(photo)" or "(voice)".
func (s *stage) line(t testing.TB, from bot.Conversation, line string) string {
	t.Helper()
	switch {
	case strings.HasPrefix(line, "["):
		return s.play(t, s.pressed(t, from, strings.Trim(line, "[]")))
	case line == "(photo)":
		return s.play(t, s.showed(from))
	case line == "(voice)":
		ev := s.event(from, bot.Sent)
		ev.Media = []bot.Media{{Kind: bot.Voice, Ref: "v"}}
		return s.play(t, ev)
	}
	return s.play(t, s.wrote(from, line))
}

func (s *stage) lines(t testing.TB, from bot.Conversation, lines ...string) (last string) {
	t.Helper()
	for _, l := range lines {
		last = s.line(t, from, l)
	}
	return last
}

// deliver sends everything that waits.
func (s *stage) deliver(t rapid.TB) {
	t.Helper()
	ctx := context.Background()
	due, err := s.store.Due(ctx, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range due {
		cl, err := s.store.Claim(ctx, c, time.Minute)
		if err != nil || cl == nil {
			t.Fatalf("claim %s: %v, %v", c, cl, err)
		}
		all, err := cl.Pending(ctx, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range all {
			s.said[c] = append(s.said[c], o)
			if err := cl.Settle(ctx, store.Settled{Seq: o.Seq, State: store.Delivered, Pieces: 1, Tried: true, Lane: o.Lane}); err != nil {
				t.Fatal(err)
			}
		}
		if err := cl.Release(ctx, store.Rest{}); err != nil {
			t.Fatal(err)
		}
	}
}

// heard writes messages down: "~" before one that changes another, "[label]" for
// a button, "(A)" before lettered ones.
func heard(all []store.Outgoing) string {
	var parts []string
	for _, o := range all {
		p := strings.ReplaceAll(o.Message.Text, "\n\n", "\n")
		if o.Message.Edits != "" {
			p = "~ " + p
		}
		for _, b := range o.Message.Buttons {
			p += " [" + b.Label + "]"
		}
		if o.Message.Card && len(o.Message.Buttons) > 0 {
			p += " (A)"
		}
		if n := len(o.Message.Photos); n > 0 {
			p += fmt.Sprintf(" (%d photos)", n)
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, "\n---\n")
}

func (s *stage) session(t rapid.TB, c bot.Conversation) bot.Session {
	t.Helper()
	ses, err := s.store.SessionOf(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return ses
}

// enrol makes li a colleague.
func (s *stage) enrol(t testing.TB, role store.Role) {
	t.Helper()
	code, err := s.store.Invite(t.Context(), role, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ev := s.event(li, bot.Wrote)
	_, err = s.store.Turn(t.Context(), ev, func(tx *store.Tx, ses *bot.Session) error {
		ses.Lang = "zh-CN"
		invite, err := tx.CheckInvite(code)
		if err != nil {
			return err
		}
		_, err = tx.Enrol(invite, "小李", "zh-CN")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t testing.TB, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("heard\n%s\nwithout %q", got, p)
		}
	}
}

func lacks(t testing.TB, got string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if strings.Contains(got, p) {
			t.Errorf("heard\n%s\nwith %q", got, p)
		}
	}
}

func same(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("heard\n%s\nwant\n%s", got, want)
	}
}
