package server_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"strings"
	"testing"

	"redthread/bot/emulator"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

// withPlace puts a camera's words into a JPEG.
func withPlace(jpeg []byte) []byte {
	words := "Exif\x00\x00 GPS 31.2304N 121.4737E"
	out := append([]byte{}, jpeg[:2]...)
	out = append(out, 0xff, 0xe1, 0, byte(len(words)+2))
	return append(append(out, words...), jpeg[2:]...)
}

// received is the newest picture on the screen.
func (p *person) received(open func(string) ([]byte, string)) image.Image {
	p.w.t.Helper()
	var raw []byte
	p.wait("sees a picture", func(all []emulator.Bubble) bool {
		for _, b := range all {
			if b.ID > p.seen && b.Kind == "photo" && !b.Mine {
				raw, _ = open(b.Photo)
				return true
			}
		}
		return false
	})
	m, err := jpeg.Decode(bytes.NewReader(raw))
	if err != nil {
		p.w.t.Fatal(err)
	}
	return m
}

// A client's photo: without what the camera wrote, sealed, shown to a colleague
// only with the colleague's code across it, in chat and by a link that ends.
func TestPhotosAreGuarded(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	w := newWorldAt(t, 1, home, server.Limits{})
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleMatchmaker, "王红娘")
	anna := w.onWeChat("oAnna").arrive()
	anna.hear("您好")
	anna.write("我的照片").hear("怎样使用您的个人信息")
	anna.press("同意").hear("还没有照片")
	anna.show(withPlace(picture(3))).hear("照片收到了")
	anna.press("好了").hear("照片保存好了")

	li.write("k2").hear("照片：1 张")
	li.press("看照片").hear("S-000001")
	plain, err := jpeg.Decode(bytes.NewReader(picture(3)))
	if err != nil {
		t.Fatal(err)
	}
	if shown := li.received(w.telegram.Picture); same(shown, plain) {
		t.Error("the colleague sees the photo without a mark")
	}
	said := li.press("要限时链接").hear(server.PhotoPath).Text
	_, link, _ := strings.Cut(said, w.front.URL)
	link, _, _ = strings.Cut(link, "\n")
	w.linkOpens(link, plain)
	w.linkLeadsNowhere(link[:len(link)-3] + "AAA")
	w.linkLeadsNowhere(server.PhotoPath + "x")

	storetest.InClear(t, home, w.stores[0], "GPS 31.2304N", "JFIF", link[len(server.PhotoPath):])
	anna.write("我的照片").hear("您有 1 张照片")
	anna.press("删一张").hear("删哪一张")
	anna.press("第 1 张").hear("已经删除")
	w.linkLeadsNowhere(link)
	w.until("the picture is erased", func() bool {
		return len(storetest.DumpOf(t, home, w.stores[0]).Column("media.id")) == 0
	})
	for busy := false; !busy; {
		resp, _ := w.get(server.PhotoPath + "x")
		busy = resp.StatusCode == http.StatusTooManyRequests
	}
}

// same says that two pictures differ by no more than packing does.
func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	var off int
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r, _, _, _ := a.At(x, y).RGBA()
			s, _, _, _ := b.At(x, y).RGBA()
			if d := int(r>>8) - int(s>>8); d > 40 || d < -40 {
				off++
			}
		}
	}
	return off < 20
}

func (w *world) get(path string) (*http.Response, []byte) {
	w.t.Helper()
	resp, err := http.Get(w.front.URL + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if got := resp.Header.Get("Cache-Control"); got != "no-store" {
		w.t.Errorf("%s may be kept: %q", path, got)
	}
	return resp, body
}

func (w *world) linkOpens(link string, plain image.Image) {
	w.t.Helper()
	resp, body := w.get(link)
	m, err := jpeg.Decode(bytes.NewReader(body))
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/jpeg" || err != nil {
		w.t.Fatalf("link: %s, %q, %v", resp.Status, resp.Header.Get("Content-Type"), err)
	}
	if same(m, plain) {
		w.t.Error("the link shows the photo without a mark")
	}
}

func (w *world) linkLeadsNowhere(link string) {
	w.t.Helper()
	resp, body := w.get(link)
	if resp.StatusCode != http.StatusGone || !strings.Contains(string(body), "这个链接已经打不开了") || !strings.Contains(string(body), "cannot be opened any more") {
		w.t.Errorf("%s: %s %s", link, resp.Status, body)
	}
}
