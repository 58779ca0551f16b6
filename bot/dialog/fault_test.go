package dialog_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
)

func newEngine(c dialog.Config) (*dialog.Engine, error) { return dialog.New(c) }

const sorry = "抱歉，我们这边出了一点问题，您刚才这一步没有办成。已经通知同事，请稍后再试。"

// A step that fails has done nothing, said nothing and kept nothing.
func TestFailedTurnLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"error", "panic", "speechless", "lost", "stuck"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.enrol(t, "owner")
			s.line(t, anna, "出错")
			before := s.session(t, anna)
			ev := s.wrote(anna, how)
			same(t, s.play(t, ev), sorry)
			same(t, heard(s.said[li]), "‼️ 有一条消息没有处理成功，客户已收到致歉。\n编号："+string(ev.Key)+"\n位置：broken/ask")
			after := s.session(t, anna)
			if after.Open.Step != "ask" || after.Open.Visit != before.Open.Visit || string(after.Open.Data) != string(before.Open.Data) {
				t.Errorf("the session was %+v and is %+v", before, after)
			}
			out, err := s.engine.Handle(t.Context(), ev)
			if err != nil || !out.Repeated {
				t.Errorf("again: %+v, %v", out, err)
			}
			wants(t, s.line(t, anna, "查数"), "投诉 0 件")
		})
	}
}

// The database being away is no fault of the turn: the platform brings it again.
func TestDatabaseAwayIsReturned(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.line(t, anna, "出错")
	ev := s.wrote(anna, "away")
	if _, err := s.engine.Handle(t.Context(), ev); !store.IsAway(err) {
		t.Fatalf("error %v", err)
	}
	if done, err := s.store.Handled(t.Context(), ev.Key); done || err != nil {
		t.Errorf("handled %v, %v", done, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.engine.Handle(ctx, s.wrote(anna, "error")); err == nil {
		t.Error("a cancelled turn took effect")
	}
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.Handle(t.Context(), s.wrote(anna, "你好")); err == nil {
		t.Error("a closed database took an event")
	}
}

// A session that nobody can read must not be delivered for ever.
func TestUnreadableSession(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	file, ok := strings.CutPrefix(s.home.Database, "sqlite:")
	if !ok {
		t.Skip("spoils the file of the embedded home")
	}
	s.enrol(t, "service")
	s.line(t, anna, "投诉")
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE sessions SET body = x'00' WHERE conversation = ?", anna.String()); err != nil {
		t.Fatal(err)
	}
	if err := s.store.ForgetSessions(t.Context()); err != nil {
		t.Fatal(err)
	}
	ev := s.wrote(anna, "1")
	same(t, s.play(t, ev), sorry)
	wants(t, heard(s.said[li]), "编号："+string(ev.Key))
	if out, err := s.engine.Handle(t.Context(), ev); err != nil || !out.Repeated {
		t.Errorf("again: %+v, %v", out, err)
	}
}

// A notice that fails is told to staff, not to the person, and not for ever.
func TestFailingNotice(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.enrol(t, "service")
	s.line(t, anna, "投诉")
	_, err := s.store.Turn(t.Context(), s.wrote(anna, "x"), func(tx *store.Tx, _ *bot.Session) error {
		tx.Later("fails", "r", tx.Now())
		tx.Later("nowhere", "r", tx.Now())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	due, err := s.store.DueTimers(t.Context(), 10)
	if err != nil || len(due) != 2 {
		t.Fatalf("due %v, %v", due, err)
	}
	for _, ev := range due {
		same(t, s.play(t, ev), "")
	}
	if got := len(s.said[li]); got != 2 {
		t.Errorf("%d alerts, want 2", got)
	}
	lacks(t, heard(s.said[li]), "客户已收到致歉")
	if due, err := s.store.DueTimers(t.Context(), 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %v, %v", due, err)
	}
}

// A timer plays once, and not when it was called off while it came due.
func TestNotices(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "1", "跳过", "1")
	s.wait(2 * time.Hour)
	due, err := s.store.DueTimers(t.Context(), 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("due %v, %v", due, err)
	}
	same(t, s.play(t, due[0]), "提醒：C-000001")
	s.lines(t, anna, "投诉", "1", "对方迟到一小时", "1", "跳过", "1")
	s.wait(2 * time.Hour)
	if due, err = s.store.DueTimers(t.Context(), 10); err != nil || len(due) != 1 {
		t.Fatalf("due %v, %v", due, err)
	}
	if _, err := s.store.Turn(t.Context(), s.wrote(anna, "x"), func(tx *store.Tx, _ *bot.Session) error {
		tx.Cancel("remind", "C-000002")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	same(t, s.play(t, due[0]), "")
}

// The first message is prepared for the callback's own answer while there is
// time; a repeated delivery gets the same one.
func TestReply(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	ev := s.wrote(bo, "投诉")
	ev.ReplyBy = s.now().Add(4 * time.Second)
	out, err := s.engine.Handle(t.Context(), ev)
	if err != nil || out.Reply == nil {
		t.Fatalf("%+v, %v", out, err)
	}
	same(t, out.Reply.Message.Text, "请问是哪方面的问题？")
	out.Reply.Done(t.Context(), 1, 1)
	again, err := s.engine.Handle(t.Context(), ev)
	if err != nil || !again.Repeated || again.Reply == nil || again.Reply.Seq != out.Reply.Seq {
		t.Errorf("again %+v, %v", again, err)
	}
	<-s.store.Woken()
	late := s.wrote(bo, "1")
	late.ReplyBy = s.now()
	out, err = s.engine.Handle(t.Context(), late)
	if err != nil || out.Reply != nil {
		t.Errorf("late %+v, %v", out, err)
	}
	<-s.store.Woken() // the usual way was told
}
