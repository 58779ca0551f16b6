package server_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"redthread/bot/emulator"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

// withGroup is a world whose staff have a group with topics.
func withGroup(t *testing.T) (w *world, g *emulator.TelegramGroup) {
	w = newWorldWith(t, 1, storetest.Home(t), server.Limits{}, func(w *world) {
		g = w.telegram.Group("客服群", true, w.telegram.Phone(900, emulator.TelegramUser{First: "群主", Lang: "zh-hans"}))
		w.groups = []int64{g.ID()}
	})
	return w, g
}

// inGroup waits for a bubble in the group that fits.
func (w *world) inGroup(g *emulator.TelegramGroup, what string, fits func(emulator.Bubble) bool) (found emulator.Bubble) {
	w.t.Helper()
	w.until(what, func() bool {
		for _, b := range g.Screen().Bubbles() {
			if fits(b) {
				found = b
				return true
			}
		}
		return false
	})
	return found
}

// A talk in the client's topic, through the real adapter: the press, words both ways,
// and a line that is taken back.
func TestTalkInAGroup(t *testing.T) {
	t.Parallel()
	w, g := withGroup(t)
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	g.Add(li.tg)
	carl := w.onTelegram(41234567, "zh-hans").arrive()
	carl.hear("您好")
	carl.write("人工").hear("已经请同事过来")
	offer := w.inGroup(g, "the client is announced in a topic", func(b emulator.Bubble) bool {
		return strings.Contains(b.Text, "请求人工") && len(b.Keys) > 0
	})
	carl.mark()
	g.Press(li.tg, offer.ID, 0, 0)
	carl.hear("小李来了")
	var thread int64
	w.until("the topic is called by the client's number", func() bool {
		for id, name := range g.Topics() {
			if strings.HasPrefix(name, "K-") {
				thread = id
			}
		}
		return thread != 0
	})
	w.inGroup(g, "the topic knows who has the talk", func(b emulator.Bubble) bool { return strings.Contains(b.Text, "小李正在接待") })
	carl.mark()
	g.Write(li.tg, thread, "您好，我是小李")
	carl.hear("小李：您好，我是小李")
	carl.write("我想改见面时间")
	w.inGroup(g, "the client's words are in the topic", func(b emulator.Bubble) bool { return !b.Mine && strings.Contains(b.Text, "我想改见面时间") })
	carl.mark()
	g.Write(li.tg, thread, "这句发错人了")
	wrong := carl.hear("这句发错人了")
	own := w.inGroup(g, "the line is marked as arrived", func(b emulator.Bubble) bool { return b.Text == "这句发错人了" && b.Mark != "" })
	g.WriteReply(li.tg, own.ID, "撤回")
	carl.wait("sees the line no more", func(all []emulator.Bubble) bool {
		for _, b := range all {
			if b.ID == wrong.ID {
				return false
			}
		}
		return true
	})
	w.inGroup(g, "it is said that it is taken back", func(b emulator.Bubble) bool { return strings.Contains(b.Text, "会从 K-") })
}

// A voice note for a colleague on WeChat comes as a link: looking at it gives a page,
// its button the file; a forged one nothing, and none anything once the colleague has
// left.
func TestFileByLink(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	w := newWorldAt(t, 1, home, server.Limits{})
	fang := w.enrol(w.onWeChat("oFang"), store.RoleService, "小方")
	carl := w.onTelegram(41234567, "zh-hans").arrive()
	carl.hear("您好")
	carl.write("人工").hear("已经请同事过来")
	fang.press("接待").hear("您正在接待")
	carl.hear("小方来了")
	voice := []byte("OggS\x00\x02 我在路上")
	fang.mark()
	carl.tg.SendVoice(voice)
	said := fang.hear(server.FilePath).Text
	_, link, _ := strings.Cut(said, w.front.URL)
	link, _, _ = strings.Cut(link, "\n")
	for range 3 {
		if resp, page := w.get(link); resp.StatusCode != http.StatusOK || !strings.Contains(string(page), `<form method="post">`) || bytes.Contains(page, voice) {
			t.Fatalf("the page: %s %s", resp.Status, page)
		}
	}
	token := strings.TrimPrefix(link, server.FilePath)
	w.until("the file has been fetched", func() bool {
		l, err := w.stores[0].OpenFileLink(t.Context(), token)
		if err == nil {
			_, _, err = w.stores[0].OpenMedia(t.Context(), l.File)
		}
		return err == nil
	})
	resp, body := w.fetch(link)
	if resp.StatusCode != http.StatusOK || !bytes.Equal(body, voice) || resp.Header.Get("Content-Type") != "audio/ogg" || !strings.HasPrefix(resp.Header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("the file: %s %v %q", resp.Status, resp.Header, body)
	}
	gone := func(path string) {
		t.Helper()
		for _, ask := range []func(string) (*http.Response, []byte){w.get, w.fetch} {
			if resp, body := ask(path); resp.StatusCode != http.StatusGone || bytes.Contains(body, voice) {
				t.Errorf("%s: %s", path, resp.Status)
			}
		}
	}
	gone(link[:len(link)-4] + "AAAA")
	gone(server.FilePath + "x")
	if err := w.stores[0].RevokeStaff(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	gone(link)
	storetest.InClear(t, home, w.stores[0], token, "我在路上")
	if strings.Contains(w.log.String(), token) {
		t.Error("the log tells where the file is")
	}
}
