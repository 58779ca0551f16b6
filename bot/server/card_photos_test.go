package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/media"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
	"redthread/templates"
)

// registers gives somebody a submitted profile, without a talk.
func (p *person) registers(at bot.Conversation, gender string) {
	p.w.t.Helper()
	texts, err := builtInTexts()
	if err != nil {
		p.w.t.Fatal(err)
	}
	profile := store.Profile{
		Gender: gender, Born: "1991-05-06", Height: 170, Education: "bachelor", Home: store.Place{Code: 330106}, Registered: store.Place{Code: 330106},
		Marital: "never", Children: "none", Smoking: "no", Drinking: "no", Surname: "欧阳", Given: "隐名", Occupation: "tech", Intro: "爱看书。",
	}
	ev := bot.Event{Key: bot.EventKey("registers:" + at.String()), From: at, Kind: bot.Wrote, At: time.Now()}
	_, err = p.w.stores[0].Turn(p.w.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		err := tx.SaveProfile(profile)
		for _, kind := range []store.ConsentKind{store.ConsentNotice, store.ConsentShow, store.ConsentAbroad} {
			version, err2 := texts.Current().Render("zh-CN", templates.Line{Name: fmt.Sprintf("consent.%s_version", kind), Data: struct{}{}})
			err = errors.Join(err, err2, tx.NoteConsent(store.NewConsent{Kind: kind, Answer: store.ConsentYes, Version: version.Text, Lang: "zh-CN", Words: "words"}))
		}
		_, err2 := tx.FileProfile()
		return errors.Join(err, err2)
	})
	if err != nil {
		p.w.t.Fatal(err)
	}
}

// portrait is a picture with room for whose it is.
func portrait(shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 480, 640))
	for i := range m.Pix {
		m.Pix[i] = shade + uint8(i/480/8)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// uploads are the calls in which the bot gave Telegram pictures.
type uploads struct {
	mu  sync.Mutex
	all [][]byte
}

func (u *uploads) see(method string, body []byte) {
	if method == "sendPhoto" || method == "sendMediaGroup" {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.all = append(u.all, body)
	}
}

func (u *uploads) newest() []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.all) == 0 {
		return nil
	}
	return u.all[len(u.all)-1]
}

// What a client gets of another one's photos with a card: marked for them, without what
// the camera wrote and without any name but ours; not to be passed on in Telegram, not to
// be kept behind WeChat's link.
func TestCardPhotosAreGuarded(t *testing.T) {
	t.Parallel()
	seen := &uploads{}
	w := newWorldWith(t, 1, storetest.Home(t), server.Limits{}, func(w *world) { w.sees = seen.see })
	qin := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleMatchmaker, "秦红娘")
	bo := w.onWeChat("oBo").arrive() // K-000002
	bo.hear("您好")
	dana := w.onTelegram(77, "zh-hans").arrive() // K-000003
	dana.hear("您好")
	bo.registers(bot.Conversation{Channel: "wechat", Chat: "oBo"}, "male")
	dana.registers(bot.Conversation{Channel: "telegram", Chat: "77"}, "female")
	his, hers := portrait(90), portrait(160)
	bo.write("我的照片").hear("照片")
	bo.show(withPlace(his)).hear("照片收到了")
	bo.press("好了").hear("照片保存好了")
	dana.write("我的照片").hear("照片")
	dana.mark()
	dana.tg.SendDocument("IMG_hangzhou_grandma.jpg", withPlace(hers), "image/jpeg")
	dana.hear("照片收到了")
	dana.press("好了").hear("照片保存好了")

	qin.write("推荐 3 给 2").hear("请用自己的话")
	qin.write("她爱笑，也爱做饭。").hear("愿意之后才会问")
	qin.write("他个子高，话不多，很可靠。").hear("请核对")
	qin.press("发送").hear("已问")
	bo.hear("想认识")
	w.linkShowsHer(bo, hers)
	bo.press("想认识").hear("怎么称呼")
	bo.write("小林").hear("联系方式")
	bo.write("linlin_90").hear("请确认")
	bo.press("同意，想认识").hear("我们去问对方")
	dana.hear("秦红娘为您介绍")
	w.until("she has his photo", func() bool { return bytes.Contains(seen.newest(), []byte("\r\n\r\n77\r\n")) })
	upload := seen.newest()
	for what, want := range map[string]bool{`filename="photo.jpg"`: true, "name=\"protect_content\"\r\n\r\ntrue\r\n": true, "Exif": false, "GPS": false, "IMG_": false} {
		if strings.Contains(string(upload), what) != want {
			t.Errorf("her upload holds %q: %v", what, !want)
		}
	}
	if !marked(t, upload, his, "K-000003") || marked(t, upload, his, "K-000002") {
		t.Error("his photo is not marked for her")
	}
}

// linkShowsHer opens the link that a client on WeChat gets by a press.
func (w *world) linkShowsHer(p *person, hers []byte) {
	w.t.Helper()
	said := p.press("看照片").hear(server.PhotoPath).Text
	_, link, _ := strings.Cut(said, w.front.URL)
	link, _, _ = strings.Cut(link, "\n")
	resp, body := w.get(link)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/jpeg" || resp.Header.Get("Content-Disposition") != "" {
		w.t.Fatalf("her photo: %s, %v", resp.Status, resp.Header)
	}
	headers := fmt.Sprint(resp.Header)
	for _, what := range []string{"Exif", "GPS", "IMG_", "grandma"} {
		if bytes.Contains(body, []byte(what)) || strings.Contains(headers+link, what) {
			w.t.Errorf("behind the link stands %q", what)
		}
	}
	if !marked(w.t, body, hers, "K-000002") || marked(w.t, body, hers, "K-000003") {
		w.t.Error("her photo is not marked for him")
	}
}

// marked says that what somebody got holds a picture with the viewer's code and today's
// date across it, and nothing that the camera wrote.
func marked(t *testing.T, got, picture []byte, viewer string) bool {
	t.Helper()
	plain, err := media.Clean(withPlace(picture))
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []time.Time{time.Now().UTC(), time.Now().In(time.FixedZone("", 8*60*60)), time.Now().UTC().Add(-time.Minute)} {
		m, err := media.Watermark(plain, viewer+" "+day.Format(time.DateOnly))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(got, m) {
			return true
		}
	}
	return false
}
