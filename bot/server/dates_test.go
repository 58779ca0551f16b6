package server_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"redthread/bot"
	"redthread/bot/icalendar"
	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

// Behind a date's link is always the date as it stands: a page for who only looks, the
// entry for a calendar at a press, CANCEL once it is off, and nothing for the forger.
func TestDateLink(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 1, storetest.Home(t), server.Limits{})
	anna, bo := bot.Conversation{Channel: "wechat", Chat: "oAnna"}, bot.Conversation{Channel: "telegram", Chat: "77"}
	deed := func(n string, at bot.Conversation, do func(*store.Tx) error) {
		t.Helper()
		_, err := w.stores[0].Turn(t.Context(), bot.Event{Key: bot.EventKey("deed:" + n), From: at, Kind: bot.Wrote, At: time.Now()}, func(tx *store.Tx, _ *bot.Session) error { return do(tx) })
		if err != nil {
			t.Fatal(err)
		}
	}
	var one store.Client
	var number, token, old string
	deed("1", anna, func(tx *store.Tx) (err error) { one, err = tx.Self("zh-CN"); return err })
	deed("2", bo, func(tx *store.Tx) error {
		other, err := tx.Self("en")
		if err != nil {
			return err
		}
		d, err := tx.ProposeDate(store.NewDate{Introduction: 1, A: one, B: other, Place: store.DatePlace{Name: "湖畔茶室", Address: "湖边路 1 号"}, Zone: time.UTC, For: 2 * time.Hour, Slots: []time.Time{tx.Now().Add(48 * time.Hour)}})
		if err != nil {
			return err
		}
		number = d.Number()
		err = tx.FixDate(&d, d.Slots[0].At)
		if err != nil {
			return err
		}
		token, err = tx.DateLink(d, 0, "zh-CN", tx.Now().Add(time.Hour))
		over, err2 := tx.DateLink(d, 0, "zh-CN", tx.Now().Add(-time.Minute))
		old = over
		return errors.Join(err, err2)
	})
	if resp, page := w.get(server.DatePath + token); resp.StatusCode != http.StatusOK || !strings.Contains(string(page), "加进日历") || strings.Contains(string(page), "湖畔茶室") {
		t.Errorf("the page: %s\n%s", resp.Status, page)
	}
	entry := func() string {
		resp, err := http.Post(w.front.URL+server.DatePath+token, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		file, err := io.ReadAll(resp.Body)
		if err != nil || resp.Header.Get("Content-Type") != icalendar.Type {
			t.Fatalf("%s, %v", resp.Header.Get("Content-Type"), err)
		}
		return string(file)
	}
	if file := entry(); !strings.Contains(file, "UID:"+number+"@redthread") || !strings.Contains(file, "湖畔茶室") || !strings.Contains(file, "METHOD:PUBLISH") || !strings.Contains(file, "SEQUENCE:2\r\n") {
		t.Errorf("the entry:\n%s", file)
	}
	deed("3", anna, func(tx *store.Tx) error {
		d, err := tx.Date(number)
		d.State, d.Sequence = store.DateOff, d.Sequence+1
		return errors.Join(err, tx.SaveDate(&d))
	})
	if file := entry(); !strings.Contains(file, "METHOD:CANCEL") || !strings.Contains(file, "SEQUENCE:3\r\n") {
		t.Errorf("once it is off:\n%s", file)
	}
	for _, forged := range []string{old, token[:len(token)-3] + "AAA", "x"} {
		if resp, _ := w.get(server.DatePath + forged); resp.StatusCode != http.StatusGone {
			t.Errorf("%.10s… opens: %s", forged, resp.Status)
		}
	}
}
