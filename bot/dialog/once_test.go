package dialog_test

import (
	"context"
	"sync"
	"testing"

	"redthread/bot"
	"redthread/bot/dialog"
)

var uptoSubmit = []string{"投诉", "1", "对方迟到一小时", "1", "跳过"}

// The platform delivers the deciding message ten times at once, to two replicas,
// and once more later.
func TestSameEventIsPlayedOnce(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	replicas := []*dialog.Engine{s.engine, s.replica(t)}
	s.lines(t, anna, uptoSubmit...)
	ev := s.pressed(t, anna, "提交")
	var wg sync.WaitGroup
	var mu sync.Mutex
	repeated := 0
	for i := range 10 {
		wg.Go(func() {
			out, err := replicas[i%2].Handle(context.Background(), ev)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if out.Repeated {
				repeated++
			}
		})
	}
	wg.Wait()
	if repeated != 9 {
		t.Errorf("%d were told to be repeated, want 9", repeated)
	}
	wants(t, s.play(t, ev), "已收到，编号 C-000001。")
	same(t, s.line(t, anna, "查数"), "投诉 1 件，图片 0 张。")
}

// Nine pictures arrive at the same moment, at three replicas.
func TestAlbumOverReplicas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	replicas := []*dialog.Engine{s.engine, s.replica(t), s.replica(t)}
	s.lines(t, anna, uptoSubmit[:3]...)
	var album []bot.Event
	for range 9 {
		album = append(album, s.showed(anna))
	}
	var wg sync.WaitGroup
	for i, ev := range album {
		wg.Go(func() {
			if _, err := replicas[i%3].Handle(context.Background(), ev); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	wants(t, s.lines(t, anna, "发完了", "跳过"), "9 张图片")
	same(t, s.lines(t, anna, "提交", "查数"), "投诉 1 件，图片 9 张。")
}

// Redis forgets everything before each message, or still has the session of the
// first turn, because we died between a commit and the copy.
func TestRedisMayForgetOrLag(t *testing.T) {
	t.Parallel()
	talk := append(uptoSubmit[:4:4], "返回", "(photo)", "[发完了]", "查数", "退钱", "取消", "2", "提交", "查数")
	plain := newStage(t)
	var want []string
	for _, l := range talk {
		want = append(want, plain.line(t, anna, l))
	}
	for name, spoil := range map[string]func(*stage, bot.Session) error{
		"forget": func(s *stage, _ bot.Session) error { return s.store.ForgetSessions(context.Background()) },
		"lag":    func(s *stage, first bot.Session) error { return s.store.CopySession(context.Background(), first) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			first := bot.Session{Conversation: anna}
			for i, l := range talk {
				if err := spoil(s, first); err != nil {
					t.Fatal(err)
				}
				same(t, s.line(t, anna, l), want[i])
				if i == 0 {
					first = s.session(t, anna)
				}
			}
		})
	}
}
