package server_test

import (
	"os"
	"strings"
	"testing"

	"redthread/store"
	"redthread/store/storetest"
)

// A client of two chats has everything deleted, over both platforms and, where
// they share a Redis, two processes: the receipt arrives in each chat, once, and
// then nothing is left, not even of the receipt.
func TestDeletionAcrossPlatforms(t *testing.T) {
	t.Parallel()
	processes := 2
	if os.Getenv("REDTHREAD_TEST_REDIS") == "" {
		processes = 1 // a Redis of one's own is emptied by nobody else
	}
	w := newWorld(t, processes)
	chen := w.enrol(w.onTelegram(41230001, "zh-hans"), store.RoleSupervisor, "陈店长")
	anna, dana := w.onWeChat("oAnnaDeleted7").arrive(), w.onTelegram(41234567, "zh-hans").arrive()
	anna.hear("您好")
	dana.hear("您好")
	anna.write("照片").hear("个人信息")
	anna.write("同意").hear("还没有照片")
	anna.show(picture(1)).hear("照片收到了")
	anna.write("好了").hear("保存好了")
	anna.write("绑定").hear("合在一起")
	code := anna.write("1").hear("您的验证码").Text
	code = code[strings.Index(code, "LK-"):][:len("LK-XXXXX-XXXXX")]
	dana.write(code).hear("合在一起吗")
	dana.write("1").hear("合并好了")
	chen.hear("同一位客户")
	anna.write("注销").hear("2 个聊天都会删")
	chen.mark()
	dana.mark()
	anna.write("确认删除").hear("【回执】编号 E-000001")
	dana.hear("【回执】编号 E-000001")
	chen.hear("已按本人要求删除全部资料")
	home := w.stores[0]
	w.until("every trace is gone", func() bool {
		return len(storetest.DumpOf(t, w.home, home).Find("oAnnaDeleted7", "41234567")) == 0 && len(storetest.Opened(t, home).Find("oAnnaDeleted7", "回执")) == 0
	})
	for name, p := range map[string]*person{"anna": anna, "dana": dana} {
		if n := strings.Count(p.said(), "【回执】"); n != 1 {
			t.Errorf("%s has %d receipts", name, n)
		}
	}
	anna.write("查进度").hear("您没有在等的事")
}

// said is all that stands on the person's screen.
func (p *person) said() string {
	var all []string
	for _, b := range p.screen().Bubbles() {
		all = append(all, b.Text)
	}
	return strings.Join(all, "\n")
}
