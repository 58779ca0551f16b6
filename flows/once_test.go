package flows_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/dialog"
	"redthread/store"
)

// acts plays lines of one person and forgets what was heard.
func (s *stage) acts(name string, lines ...string) {
	s.t.Helper()
	for _, l := range lines {
		s.act(s.person(name), l)
	}
	s.said("")
}

var untilEvidence = []string{"投诉", "费用", "1", "跳过", "同一个月收了两次费用。"}

// complaints are those of a person, as the records have them.
func (s *stage) complaints(name string) (all []store.Complaint) {
	s.t.Helper()
	_, err := s.store.Turn(s.t.Context(), s.event(s.person(name)), func(tx *store.Tx, _ *bot.Session) (err error) {
		all, err = tx.Complaints(10)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// together lets all events arrive at the same moment, at one engine each.
func (s *stage) together(events []bot.Event, engines ...*dialog.Engine) {
	s.t.Helper()
	var wg sync.WaitGroup
	for i, ev := range events {
		wg.Go(func() {
			if _, err := engines[i%len(engines)].Handle(context.WithoutCancel(s.t.Context()), ev); err != nil {
				s.t.Error(err)
			}
		})
	}
	wg.Wait()
	s.settle()
}

func TestOneSubmitDeliveredTenTimes(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.acts("anna", append(untilEvidence, "发完了", "跳过")...)
	ev := s.read(s.person("anna"), "提交")[0]
	all := make([]bot.Event, 10)
	for i := range all {
		all[i] = ev
	}
	s.together(all, s.engine, s.replica())
	if n := len(s.complaints("anna")); n != 1 {
		t.Errorf("%d complaints", n)
	}
	heard := s.said("")
	if n := strings.Count(heard, "新投诉"); n != 1 {
		t.Errorf("%d alerts:\n%s", n, heard)
	}
}

func TestAlbumOverReplicas(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.acts("anna", untilEvidence...)
	s.together(s.read(s.person("anna"), "(photo 9)"), s.engine, s.replica(), s.replica())
	s.acts("anna", "发完了", "跳过", "提交")
	all := s.complaints("anna")
	if len(all) != 1 || len(all[0].Evidence) != 9 {
		t.Errorf("%d complaints, want one with nine pictures: %+v", len(all), all)
	}
}

// Two colleagues press at the same moment: the client hears of one.
func TestTwoColleaguesAtOnce(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]struct {
		client      []string
		press, said string
	}{
		"complaint": {append(append([]string{}, untilEvidence...), "发完了", "跳过", "提交"), "[我来处理]", "现在由"},
		"hand-off":  {[]string{"人工"}, "[接待]", "您可以直接和"},
		"question":  {[]string{"问：可以带狗吗"}, "[我来答复]", "请直接写给"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			li, chen := s.person("li"), s.person("chen")
			chen.role = store.RoleService // a supervisor may take over what is taken
			s.hire(li)
			s.hire(chen)
			s.acts("anna", play.client...)
			s.wait(61 * time.Second) // until both have been asked
			s.wait(61 * time.Second)
			s.together(append(s.read(li, play.press), s.read(chen, play.press)...), s.engine, s.replica())
			heard := s.said("")
			if n := strings.Count(heard, play.said); n != 1 {
				t.Errorf("%d colleagues came:\n%s", n, heard)
			}
		})
	}
}

// Who is dismissed in the middle of a talk hears nothing more, and the client
// is not left alone.
func TestDismissedInTheMiddle(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	li, chen := s.person("li"), s.person("chen")
	s.hire(li)
	s.hire(chen)
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "人工")...)
	s.acts("li", "[我来处理]", "[接待]")
	if err := s.store.RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	s.wait(time.Second)
	heard := s.said("")
	if !strings.Contains(heard, "chen< 投诉 C-000001") || !strings.Contains(heard, "anna< 您的投诉 C-000001 现在由陈店长负责") || !strings.Contains(heard, "chen< 📣 K-000001") || !strings.Contains(heard, "anna< 接待您的同事有变动") {
		t.Errorf("after the dismissal:\n%s", heard)
	}
	s.act(s.person("anna"), "还在吗")
	s.act(li, "我走了，加我微信")
	s.act(li, "[看证据]")
	if heard = s.said(""); strings.Contains(heard, "加我微信") || strings.Contains(heard, "li< K-") || strings.Contains(heard, "同一个月") {
		t.Errorf("words reached the wrong person:\n%s", heard)
	}
	s.act(chen, "[接待]")
	if heard = s.said(""); !strings.Contains(heard, "chen< K-000001：还在吗") {
		t.Errorf("chen is not told what was said meanwhile:\n%s", heard)
	}
}

// The door to complaints is open while a colleague has the talk.
func TestComplaintDuringATalk(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.acts("anna", "人工")
	s.acts("li", "[接待]")
	s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交", "谢谢，那我等着")...)
	if n := len(s.complaints("anna")); n != 1 {
		t.Errorf("%d complaints", n)
	}
	s.acts("anna", "您说呢")
	s.act(s.person("li"), "我看看")
	if heard := s.said(""); !strings.Contains(heard, "anna< 小李：我看看") {
		t.Errorf("the talk did not go on:\n%s", heard)
	}
}

// Everything said to nobody is kept, up to a point that the client is told of,
// and reaches whoever comes in order.
func TestLongWait(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	s.acts("anna", "人工")
	long := strings.Repeat("很长的话", 400)
	for range 51 {
		s.act(s.person("anna"), long)
	}
	if heard := s.said(""); strings.Count(heard, "记下了") != 1 || strings.Count(heard, "已经记下很多了") != 1 {
		t.Errorf("while waiting:\n%s", heard)
	}
	s.act(s.person("li"), "[接待]")
	if n := strings.Count(s.said(""), long); n != 50 {
		t.Errorf("%d of 50 messages were handed over", n)
	}
}

// One client files so many complaints a day; the next is kept until tomorrow.
func TestTooManyComplaints(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.hire(s.person("li"))
	for range 4 {
		s.acts("anna", append(untilEvidence, "发完了", "跳过", "提交")...)
	}
	s.acts("anna", append(untilEvidence, "发完了", "跳过")...)
	s.act(s.person("anna"), "[提交]")
	if heard := s.said(""); !strings.Contains(heard, "登记了 4 件投诉") || !strings.Contains(heard, "同一个月收了两次费用。") {
		t.Errorf("heard:\n%s", heard)
	}
	s.wait(25 * time.Hour)
	s.acts("anna", "我回来了", "接着办", "提交")
	if n := len(s.complaints("anna")); n != 5 {
		t.Errorf("%d complaints", n)
	}
}
