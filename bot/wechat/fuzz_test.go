package wechat

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"

	"redthread/bot"
)

// FuzzWebhook plays a raw query and body, as it is and signed, in plain and in
// safe mode: whatever comes is answered, and no event is without key and sender.
// Turns run in goroutines of their own, which unsettles the coverage the fuzzer
// minimizes by: run it with -fuzzminimizetime 1x.
func FuzzWebhook(f *testing.F) {
	f.Add(query(start).Encode(), text(1, "hi"))
	q, body := sealed(f, text(1, "hi"), aesKey)
	f.Add(q.Encode(), body)
	f.Add(vectorQuery().Encode(), "<xml><Encrypt>"+vectorSealed+"</Encrypt></xml>")
	f.Add("encrypt_type=aes", xmlOf("event", "<Event>subscribe</Event><EventKey>qrscene_1</EventKey>"))
	f.Add("echostr=1&nonce=%zz", xmlOf("text", "<bizmsgmenuid>4203</bizmsgmenuid><MsgId>9</MsgId>"))
	var handlers []http.Handler
	for _, mode := range []Mode{Plain, Safe} {
		c, _ := open(f, func(c *Config) { c.Mode = mode })
		handlers = append(handlers, c.Webhook(func(_ context.Context, ev bot.Event) (bot.Outcome, error) {
			if ev.Key == "" || len(ev.Key) > 190 || ev.From.Chat == "" || ev.Kind == "" || strings.ContainsRune(ev.Text, 0) {
				panic("half an event")
			}
			return bot.Outcome{Reply: reply(ev.Text).Reply}, nil
		}))
	}
	f.Fuzz(func(t *testing.T, rawQuery, body string) {
		signed, _ := url.ParseQuery(rawQuery)
		for k, v := range query(start) {
			signed[k] = v
		}
		sealedQuery, sealedBody := sealed(t, body, aesKey)
		for _, h := range handlers {
			play(t, h, rawQuery, body)
			play(t, h, signed.Encode(), body)
			play(t, h, sealedQuery.Encode(), sealedBody)
		}
	})
}

func play(t *testing.T, h http.Handler, rawQuery, body string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.URL.RawQuery = rawQuery
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != 200 && w.Code != 403 && w.Code != 413 || w.Code == 200 && w.Body.Len() == 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

// FuzzDecrypt opens any ciphertext, properly signed: it is read, or refused with
// an error, and what was sealed comes back as it was.
func FuzzDecrypt(f *testing.F) {
	raw, _ := base64.StdEncoding.DecodeString(vectorSealed)
	f.Add(raw)
	f.Add([]byte{})
	f.Add(make([]byte, 64))
	c, _ := open(f, func(c *Config) { c.PreviousAESKey = oldKey })
	f.Fuzz(func(t *testing.T, raw []byte) {
		enc := base64.StdEncoding.EncodeToString(raw)
		q := query(start)
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", util.Signature(signToken, q.Get("timestamp"), q.Get("nonce"), enc))
		body := []byte("<xml><Encrypt>" + enc + "</Encrypt></xml>")
		if got, err := c.open(q, body); err == nil && got.key == "" {
			t.Error("opened without a key")
		}
		q, sealedBody := sealed(t, string(raw), oldKey)
		if got, err := c.open(q, []byte(sealedBody)); err != nil || string(got.raw) != string(raw) || got.key != oldKey {
			t.Errorf("sealed %d bytes came back as %d: %v", len(raw), len(got.raw), err)
		}
	})
}
