package server_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"redthread/bot/copies/copiestest"
	"redthread/bot/emulator"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

var passwordForm = regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`)

// complained lets the person have something with us worth copying.
func (p *person) complained(story string) *person {
	p.write("投诉").hear("哪方面")
	p.press("费用").hear("和谁有关")
	p.press("不涉及具体的人").hear("什么时候")
	p.write("跳过").hear("经过")
	p.write(story).hear("聊天截图")
	p.press("发完了").hear("希望我们怎么处理")
	p.press("退费").hear("请核对")
	p.press("提交").hear("投诉已登记")
	return p
}

// wait for the bubble that holds the password, which says nothing else.
func (p *person) password() string {
	return passwordForm.FindString(p.hear("打开副本的密码").Text)
}

// On WeChat, which carries no files, a copy comes as a link, through the real
// adapter and two processes: it opens a page, and only its button the file, so
// often and no more.
func TestCopyByLink(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	w := newWorldAt(t, 2, home, server.Limits{})
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	anna.complained("这个月的会费被扣了两次，请核对。")
	anna.write("我的副本").hear("加密文件")
	anna.press("是我本人，请做一份").hear("正在做")
	said := anna.hear(server.CopyPath).Text
	password := anna.password()
	_, link, _ := strings.Cut(said, w.front.URL)
	link, _, _ = strings.Cut(link, "\n")
	if strings.Contains(said, password) {
		t.Error("link and password stand in one message")
	}
	for range 8 { // whoever looks at links uses nothing up
		if resp, page := w.get(link); resp.StatusCode != http.StatusOK || !strings.Contains(string(page), `<form method="post">`) || bytes.Contains(page, []byte("PK")) || !strings.Contains(string(page), "D-000001") {
			t.Fatalf("the page: %s %s", resp.Status, page)
		}
	}
	for range 5 {
		w.copyOpens(link, password, "这个月的会费被扣了两次")
	}
	for _, gone := range []string{link, link[:len(link)-4] + "AAAA", server.CopyPath + "x"} {
		resp, body := w.fetch(gone)
		if resp.StatusCode != http.StatusGone || !strings.Contains(string(body), "这个链接已经打不开了") || !strings.Contains(string(body), "cannot be opened any more") {
			t.Errorf("%s: %s %s", gone, resp.Status, body)
		}
	}
	token := strings.TrimPrefix(link, server.CopyPath)
	storetest.InClear(t, home, w.stores[0], token, password, "这个月的会费被扣了两次")
	if log := w.log.String(); strings.Contains(log, token) || strings.Contains(log, password) || !strings.Contains(log, `"copy":"D-000001"`) {
		t.Error("the log tells a secret, or not that the copy was fetched")
	}
	for busy := false; !busy; {
		resp, _ := w.fetch(server.CopyPath + "x")
		busy = resp.StatusCode == http.StatusTooManyRequests
	}
}

// fetch presses the page's button.
func (w *world) fetch(path string) (*http.Response, []byte) {
	w.t.Helper()
	resp, err := http.Post(w.front.URL+path, "application/x-www-form-urlencoded", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"} {
		if got := resp.Header.Get(name); got != want {
			w.t.Errorf("%s: %s is %q", path, name, got)
		}
	}
	return resp, body
}

func (w *world) copyOpens(link, password, words string) {
	w.t.Helper()
	resp, body := w.fetch(link)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/zip" || resp.Header.Get("Content-Disposition") != "attachment; filename=my-data-D-000001.zip" {
		w.t.Fatalf("link: %s %v", resp.Status, resp.Header)
	}
	w.opens(body, password, words)
}

func (w *world) opens(file []byte, password, words string) {
	w.t.Helper()
	if bytes.Contains(file, []byte(words)) {
		w.t.Error("it can be read without the password")
	}
	files, err := copiestest.Open(file, password)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"data.json", "index.html"} {
		if !strings.Contains(string(files[name]), words) {
			w.t.Errorf("%s does not tell %s", name, words)
		}
	}
}

// On Telegram the file itself comes into the chat.
func TestCopyByFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	carl := w.onTelegram(41234567, "zh-hans").arrive()
	carl.hear("您好")
	carl.write("我的照片").hear("个人信息")
	carl.press("同意").hear("Telegram")
	carl.press("同意").hear("还没有照片")
	carl.show(picture(3)).hear("照片收到了")
	carl.press("好了").hear("照片保存好了")
	carl.complained("这个月的会费被扣了两次，请核对。")
	carl.write("我的副本").hear("文件发在这里")
	carl.press("是我本人，请做一份").hear("正在做")
	password := carl.password()
	var file []byte
	carl.wait("has the file", func(all []emulator.Bubble) bool {
		for _, b := range all {
			if b.Kind == "file" && !b.Mine && b.Text == "my-data-D-000001.zip" {
				file, _ = w.telegram.Picture(b.Photo)
			}
		}
		return file != nil
	})
	w.opens(file, password, "这个月的会费被扣了两次")
	files, err := copiestest.Open(file, password)
	if err != nil || !bytes.HasPrefix(files["files/001.jpg"], []byte("\xff\xd8\xff")) {
		t.Error("the photo is not in it", err)
	}
}
