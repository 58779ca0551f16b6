package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/store"
)

// enrol brings a colleague in with a fresh invitation.
func (w *world) enrol(p *person, role store.Role, name string) *person {
	w.t.Helper()
	code, err := w.stores[0].Invite(w.t.Context(), role, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	p.arrive().hear("欢迎")
	p.write(code).hear("怎么写")
	p.write(name).hear("保密承诺")
	p.press("我承诺").hear("登记好了")
	return p
}

// complain tells a whole complaint up to the summary.
func (p *person) complain(story string, pictures ...[]byte) {
	p.w.t.Helper()
	p.write("投诉").hear("哪方面的问题")
	p.press("见面对象").hear("和谁有关")
	p.write("张先生").hear("什么时候")
	p.write("昨天晚上").hear("经过")
	p.write(story).hear("最多 9 张")
	if len(pictures) > 0 {
		p.show(pictures...).hear("图片收到了")
	}
}

// file finishes it and returns its number.
func (p *person) file() string {
	p.w.t.Helper()
	p.press("发完了").hear("怎么处理")
	p.press("道歉").hear("请核对")
	filed := p.press("提交").hear("投诉已登记")
	_, rest, _ := strings.Cut(filed.Text, "编号 ")
	return rest[:len("C-000001")]
}

// The main job, on both platforms: a client complains, staff take it, the client
// hears who, and the pictures reach the one who took it on the other platform.
func TestComplaintAcrossPlatforms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	mei := w.enrol(w.onWeChat("oMei"), store.RoleSupervisor, "王主管")
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	anna := w.onWeChat("oAnna").arrive()
	dana := w.onTelegram(41, "zh-hans").arrive()
	anna.hear("您好")
	dana.hear("您好")

	li.mark()
	anna.complain("他迟到了一个小时，还一直看手机。", picture(1))
	number := anna.file()
	alert := li.hear(number)
	if strings.Contains(alert.Text, "oAnna") {
		t.Errorf("staff see a private ID: %q", alert.Text)
	}
	anna.mark()
	li.press("我来处理").hear("小李")
	anna.hear("小李")
	li.press("看证据")
	li.wait("sees the picture", func(all []emulator.Bubble) bool {
		for _, b := range all {
			if b.Kind == "photo" && !b.Mine {
				return true
			}
		}
		return false
	})

	mei.mark()
	dana.complain("红娘一个月没有联系我了，电话也不接。", picture(2), picture(3))
	second := dana.file()
	mei.hear(second)
	dana.mark()
	mei.press("我来处理").hear("王主管")
	dana.hear("王主管")
	dana.write("查进度").hear(second)
}

// A client presses a button of the staff's: nothing happens, nothing is said.
func TestForeignStaffButton(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	dana := w.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	li.mark()
	dana.complain("红娘一个月没有联系我了，电话也不接。")
	number := dana.file()
	data := li.hear(number).Keys[0][0].Data
	before := len(dana.tg.Screen().Bubbles())
	push := dana.tg.PressData(dana.tg.Screen().Bubbles()[before-1].ID, data)
	<-push.Done()
	dana.write("查进度").hear(number)
	if got := len(dana.tg.Screen().Bubbles()); got != before+2 {
		t.Errorf("%d bubbles, want hers and the answer after %d", got, before)
	}
	if b := dana.hear(number); !strings.Contains(b.Text, "待接手") && strings.Contains(b.Text, "小李") {
		t.Errorf("the client took the case: %q", b.Text)
	}
	li.press("我来处理").hear("小李")
}

// A client blocks us while their case is in hand: whoever has it is told.
func TestStaffHearOfABlockedClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	dana := w.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	li.mark()
	dana.complain("红娘一个月没有联系我了，电话也不接。")
	number := dana.file()
	li.hear(number)
	<-dana.tg.Block().Done()
	li.press("我来处理").hear("屏蔽了我们")
}

// One event ten times at once, and again later: one record, one answer.
func TestSameEventTenTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	anna.complain("他迟到了一个小时，还一直看手机。")
	anna.press("发完了").hear("怎么处理")
	anna.press("道歉").hear("请核对")
	anna.mark()
	push := anna.wx.Write("1") // 提交
	var again sync.WaitGroup
	for range 9 {
		again.Go(func() { <-w.wechat.Resend(push).Done() })
	}
	again.Wait()
	<-push.Done()
	anna.hear("投诉已登记")
	<-w.wechat.Resend(push).Done()
	w.quiet()
	if n := len(w.complaints("wechat:oAnna")); n != 1 {
		t.Errorf("%d complaints, want 1", n)
	}
}

// A button tapped twice is two different events. Several people do it, over three
// replicas.
func TestDoubleTap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	const people = 8
	var all sync.WaitGroup
	for i := range people {
		p := w.onTelegram(int64(1000+i), "zh-hans").arrive()
		all.Go(func() {
			p.hear("您好")
			p.complain("红娘一个月没有联系我了，电话也不接。")
			p.press("发完了").hear("怎么处理")
			p.press("道歉")
			b := p.hear("请核对")
			p.mark()
			one, two := p.tg.Press(b.ID, 0, 0), p.tg.Press(b.ID, 0, 0)
			<-one.Done()
			<-two.Done()
			p.hear("投诉已登记")
		})
	}
	all.Wait()
	w.quiet()
	for i := range people {
		if n := len(w.complaints(fmt.Sprint("telegram:", 1000+i))); n != 1 {
			t.Errorf("person %d has %d complaints, want 1", i, n)
		}
	}
	for query, n := range w.telegram.Stats().Answers {
		if n != 1 {
			t.Errorf("press %s was answered %d times", query, n)
		}
	}
}

// An album of nine pictures, delivered to three replicas.
func TestAlbumOverReplicas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	dana := w.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	dana.complain("红娘一个月没有联系我了，电话也不接。")
	var album [][]byte
	for i := range 9 {
		album = append(album, picture(i))
	}
	dana.mark()
	push := dana.tg.SendAlbum(album)
	<-push.Done()
	dana.hear("最多就是 9 张")
	dana.press("发完了").hear("怎么处理")
	dana.press("道歉").hear("9 张")
	dana.press("提交").hear("投诉已登记")
	cases := w.complaints("telegram:41")
	if len(cases) != 1 || len(cases[0].Evidence) != 9 {
		t.Errorf("complaints %+v; want one with nine pictures", cases)
	}
}

// Redis is emptied before every message; on the embedded home each replica has
// its own, which lags behind whenever another takes a turn.
func TestRedisEmptiedBeforeEveryMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	flush := func() {
		for _, s := range w.stores {
			if err := s.ForgetSessions(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}
	for _, step := range [][2]string{{"投诉", "哪方面"}, {"2", "和谁有关"}, {"张先生", "什么时候"}, {"昨天", "经过"}, {"他迟到了一个小时，还一直看手机。", "最多 9 张"}, {"发完了", "怎么处理"}, {"道歉", "请核对"}, {"1", "投诉已登记"}} {
		flush()
		anna.write(step[0]).hear(step[1])
	}
	if n := len(w.complaints("wechat:oAnna")); n != 1 {
		t.Errorf("%d complaints, want 1", n)
	}
}

// The world is unkind for a while: everything still arrives once and in order.
func TestUnkindWorld(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	dana, anna := w.onTelegram(41, "zh-hans").arrive(), w.onWeChat("oAnna").arrive()
	dana.hear("您好")
	anna.hear("您好")
	f := emulator.Faults{Delay: 5 * time.Millisecond, Repeat: 0.5, Slow: 0.2, Cut: 0.1, Broken: 0.05}
	w.telegram.SetFaults(f)
	w.wechat.SetFaults(emulator.Faults{Delay: 5 * time.Millisecond, Repeat: 0.5})
	w.wechat.InvalidateToken()
	var both sync.WaitGroup
	for _, p := range []*person{dana, anna} {
		both.Go(func() {
			p.complain("红娘一个月没有联系我了，电话也不接。")
			p.file()
		})
	}
	both.Wait()
	w.telegram.SetFaults(emulator.Faults{})
	w.wechat.SetFaults(emulator.Faults{})
	for _, who := range []string{"telegram:41", "wechat:oAnna"} {
		if n := len(w.complaints(who)); n != 1 {
			t.Errorf("%s has %d complaints, want 1", who, n)
		}
	}
}

// WeChat takes a message and its answer is lost. The message is not sent again,
// which WeChat forbids; a colleague hears of it instead.
func TestWeChatSendOfUnknownOutcome(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	anna.complain("他迟到了一个小时，还一直看手机。", picture(1))
	li.hear(anna.file())
	w.quiet()
	w.wechat.SetFaults(emulator.Faults{Lost: 1})
	anna.mark()
	li.press("我来处理").hear("小李")
	anna.hear("小李")
	li.hear("没有回音")
	w.quiet()
	if n := anna.heard("小李"); n != 1 {
		t.Errorf("she heard it %d times", n)
	}
}

// The server stops between a question and its answer; another one takes over on
// the same database.
func TestRestartInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	dana := w.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	dana.write("投诉").hear("哪方面")
	w.backends = w.backends[1:] // the first gets nothing more, and ends
	w.stop[0]()
	w.stop = w.stop[1:]
	dana.press("费用").hear("和谁有关")
}

// Forged, stale and outsize callbacks are refused at the door, and nothing of
// them is played.
func TestForgedCallbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	before, err := w.stores[0].TurnLog(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []emulator.WeChatForgery{emulator.ForgeSignature, emulator.ForgeMsgSignature, emulator.ForgePlain, emulator.ForgeStale, emulator.ForgeAccount} {
		push := w.wechat.Forge(kind, "oAnna", "投诉")
		<-push.Done()
		for _, d := range push.Deliveries() {
			if d.Status == 200 {
				t.Errorf("%s was answered 200", kind)
			}
		}
	}
	after, err := w.stores[0].TurnLog(t.Context(), 100)
	if err != nil || len(after) != len(before) {
		t.Errorf("%d turns after the forgeries, %d before, %v", len(after), len(before), err)
	}
}

// complaints lists those of a conversation, as the store has them.
func (w *world) complaints(conversation string) (all []store.Complaint) {
	w.t.Helper()
	c, err := bot.ParseConversation(conversation)
	if err != nil {
		w.t.Fatal(err)
	}
	look := bot.Event{Key: bot.EventKey("look:" + conversation), From: c, Kind: bot.Noticed, At: time.Now()}
	if _, err := w.stores[len(w.stores)-1].Turn(w.t.Context(), look, func(tx *store.Tx, _ *bot.Session) (err error) {
		all, err = tx.Complaints(100)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// quiet waits until nothing is on its way any more.
func (w *world) quiet() {
	w.t.Helper()
	w.until("everything is sent", func() bool {
		n, err := w.stores[0].Unsent(w.t.Context())
		return err == nil && n == 0
	})
}
