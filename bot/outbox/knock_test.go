package outbox

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"redthread/bot"
	"redthread/store"
)

// knocker is a platform that has template messages.
type knocker struct {
	*platform
	fails error // of the next one
	took  []bot.Knock
}

func (k *knocker) Knock(_ context.Context, n bot.Knock) (err error) {
	k.took = append(k.took, n)
	err, k.fails = k.fails, nil
	return err
}

// knocking is a stage with template messages, on which chat 1 has used up its window.
func knocking(t *testing.T) (*stage, *knocker) {
	s := newStage(t)
	s.p.metered = true
	k := &knocker{platform: s.p}
	s.out.Channels["telegram"] = k
	s.out.Knocks = &Knocks{Every: 12 * time.Hour, Say: func(w store.Waits) (map[string]string, error) {
		return map[string]string{"count": fmt.Sprint(w.Count)}, nil
	}}
	s.returns("1")
	for range 5 {
		s.post("1", store.Replies, "x", false)
	}
	s.drain(5)
	return s, k
}

// wrote lets a colleague write to a client.
func (s *stage) wrote(chat, text string) {
	s.t.Helper()
	s.n++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("w", s.n)), From: to("9"), Kind: bot.Wrote, At: s.clock.Now()}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		return tx.Carry(to(chat), store.Replies, bot.Message{Text: text}, store.Carry{Sender: to("9"), Tells: true})
	}); err != nil {
		s.t.Fatal(err)
	}
}

// fates are how a colleague's last lines stand, the newest first.
func (s *stage) fates() (all []store.Fate) {
	s.t.Helper()
	s.n++
	ev := bot.Event{Key: bot.EventKey(fmt.Sprint("f", s.n)), From: to("9"), Kind: bot.Wrote, At: s.clock.Now()}
	if _, err := s.store.Turn(s.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		last, err := tx.CarriedFrom(9)
		for _, c := range last {
			all = append(all, c.Fate)
		}
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
	return all
}

func TestKnockWhenTheWindowIsClosed(t *testing.T) {
	t.Parallel()
	s, k := knocking(t)
	s.post("1", store.Replies, "your talk has ended", false) // nobody is called back for that
	s.drain(0)
	if len(k.took) != 0 {
		t.Fatalf("knocked for nothing: %+v", k.took)
	}
	s.wrote("1", "a")
	s.drain(0)
	s.wrote("1", "b")
	s.drain(0)
	if len(k.took) != 1 || k.took[0].Purpose != bot.ReplyKept || k.took[0].To != to("1") || k.took[0].Say["count"] != "1" {
		t.Fatalf("knocked %+v", k.took)
	}
	if got := s.fates(); len(got) != 2 || got[0] != store.Knocked || got[1] != store.Knocked {
		t.Errorf("the lines stand %q", got)
	}
	s.clock.Advance(13 * time.Hour)
	s.wrote("1", "c")
	s.drain(0)
	if len(k.took) != 2 || k.took[0].Once == k.took[1].Once {
		t.Fatalf("after half a day: %+v", k.took)
	}
	s.returns("1")
	s.drain(4)
	if got := s.fates(); got[0] != store.Arrived {
		t.Errorf("on their return the lines stand %q", got)
	}
}

// A template message that does not arrive is not said to have: those who were told so
// hear it.
func TestKnockThatBounces(t *testing.T) {
	t.Parallel()
	s, k := knocking(t)
	s.wrote("1", "a")
	s.drain(0)
	if len(k.took) != 1 {
		t.Fatal("nobody knocked")
	}
	ev := bot.Event{Key: "bounce", From: to("1"), Kind: bot.Bounced, At: s.clock.Now()}
	if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error { return tx.KnockLost() }); err != nil {
		t.Fatal(err)
	}
	if got := s.fates(); got[0] != store.WaitsFor {
		t.Errorf("the line stands %q", got)
	}
	s.drain(0)
}

func TestKnockErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fails error
		fate  store.Fate
		again int // knocks after a minute, with the same name
	}{
		"no template":         {bot.ErrNoKnock, store.WaitsFor, 1},
		"a template refused":  {&bot.Refused{Code: 40037}, store.WaitsFor, 1},
		"it may have arrived": {&bot.Unsure{Err: errors.New("cut")}, store.Knocked, 1},
		"too fast":            {&bot.SlowDown{For: 10 * time.Second}, store.Knocked, 2},
		"who has left":        {bot.ErrGone, store.PersonGone, 1},
	} {
		s, k := knocking(t)
		k.fails = tc.fails
		s.wrote("1", "a")
		s.drain(0)
		s.drain(0)
		s.clock.Advance(time.Minute)
		s.drain(0)
		if len(k.took) != tc.again || len(k.took) == 2 && k.took[0].Once != k.took[1].Once {
			t.Errorf("%s: knocked %+v", name, k.took)
		}
		if got := s.fates(); got[0] != tc.fate {
			t.Errorf("%s: the line stands %q, want %q", name, got[0], tc.fate)
		}
	}
}

// A colleague is knocked for by another template.
func TestKnockForAColleague(t *testing.T) {
	t.Parallel()
	s, k := knocking(t)
	code, err := s.store.Invite(t.Context(), store.RoleService, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	ev := bot.Event{Key: "enrol", From: to("1"), Kind: bot.Wrote, At: s.clock.Now()}
	if _, err := s.store.Turn(t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		invite, err := tx.CheckInvite(code)
		if err == nil {
			_, err = tx.Enrol(invite, "小方", "zh-CN")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	s.post("1", store.Alerts, "a card", true)
	s.drain(0)
	if len(k.took) != 1 || k.took[0].Purpose != bot.StaffWaiting {
		t.Errorf("knocked %+v", k.took)
	}
}
