package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// weChat plays WeChat: a callback without an answer in five seconds is cut and
// brought again, three times in all, five seconds apart; an answer with another
// status than 200 is final (developers.weixin.qq.com/doc/service/en/guide/product/message/Passive_user_reply_message.html).
type weChat struct {
	account
	envelope *envelope
	town     *town
	road     *road
	weather  *weather
	redone   *atomic.Int64
}

const (
	wxPatience = 5 * time.Second
	wxTimes    = 3
)

// original is the account as callbacks name it.
const original = "gh_0123456789ab"

func (w *weChat) key(s step, id int64) string {
	if s.kind == "follow" {
		return "" // the platform gives events no number
	}
	return "wechat:" + w.appID + ":" + strconv.FormatInt(id, 10)
}

func (w *weChat) push(ctx context.Context, p *person, s step, id int64) (ack time.Time, err error) {
	body, err := w.callback(p, s, id)
	if err != nil {
		return ack, err
	}
	path, body := w.wrap(body, p.n, id)
	for try := range wxTimes {
		begun := time.Now()
		a, from, err := w.road.post(path, "Content-Type: text/xml\r\n", body, wxPatience)
		if err == nil {
			if a.status != 200 {
				return ack, errGivenUp
			}
			ack = time.Now()
			w.answered(p, from, a.body)
			return ack, nil
		}
		if try == wxTimes-1 {
			break
		}
		w.redone.Add(1)
		if !sleep(ctx, wxPatience-time.Since(begun)) {
			break
		}
	}
	return ack, errGivenUp
}

// callback writes the XML of a step.
func (w *weChat) callback(p *person, s step, id int64) ([]byte, error) {
	head := fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime>",
		original, chat("wechat", p.n), time.Now().Unix())
	switch s.kind {
	case "follow":
		return []byte(head + "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[]]></EventKey></xml>"), nil
	case "press":
		p.mu.Lock()
		defer p.mu.Unlock()
		content, menu := tapped(p.buttons, s.text)
		if menu == "" {
			return nil, fmt.Errorf("load: person %d sees no word %q to tap", p.n, s.text)
		}
		return fmt.Appendf(nil, "%s<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId><bizmsgmenuid>%s</bizmsgmenuid></xml>", head, content, id, menu), nil
	}
	text := strings.ReplaceAll(s.text, own, strconv.FormatInt(p.n, 10))
	return fmt.Appendf(nil, "%s<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId></xml>", head, text, id), nil
}

var menuLink = regexp.MustCompile(`<a href="weixin://bizmsgmenu\?msgmenucontent=([^&"]*)&msgmenuid=(\d+)">([^<]*)</a>`)

// tapped finds what a tap on the label sends.
func tapped(text, label string) (content, menu string) {
	for _, m := range menuLink.FindAllStringSubmatch(text, -1) {
		if html.UnescapeString(m[3]) == label {
			return m[1], m[2]
		}
	}
	return "", ""
}

// wrap signs a callback, and seals it in safe mode. All deliveries of it have the
// same query.
func (w *weChat) wrap(body []byte, n, id int64) (path string, _ []byte) {
	stamp, nonce := strconv.FormatInt(time.Now().Unix(), 10), strconv.FormatInt(id, 36)
	path = fmt.Sprintf("/wechat?signature=%s&timestamp=%s&nonce=%s&openid=%s", signature(w.signToken, stamp, nonce), stamp, nonce, chat("wechat", n))
	if !w.safe {
		return path, body
	}
	sealed := w.envelope.seal(id, body)
	path += "&encrypt_type=aes&msg_signature=" + signature(w.signToken, stamp, nonce, sealed)
	return path, fmt.Appendf(nil, "<xml><ToUserName><![CDATA[%s]]></ToUserName><Encrypt><![CDATA[%s]]></Encrypt></xml>", original, sealed)
}

// answered shows the person what the callback's own answer carries.
func (w *weChat) answered(p *person, from int, body []byte) {
	if len(body) == 0 || bytes.Equal(body, []byte("success")) {
		return
	}
	var in struct{ ToUserName, MsgType, Content, Encrypt, MsgSignature, TimeStamp, Nonce string }
	err := xml.Unmarshal(body, &in)
	if err == nil && w.safe {
		var plain []byte
		if plain, err = w.envelope.open(in.Encrypt); err == nil {
			if in.MsgSignature != signature(w.signToken, in.TimeStamp, in.Nonce, in.Encrypt) {
				in.Content = "an answer with a wrong signature"
			} else {
				err = xml.Unmarshal(plain, &in)
			}
		}
	}
	if err != nil {
		in.Content = "an answer that cannot be read"
	}
	w.town.hear(message{to: p.n, text: in.Content, buttons: withLinks(in.Content), from: from})
}

// withLinks is the text if it has words to tap.
func withLinks(text string) string {
	if strings.Contains(text, "weixin://bizmsgmenu") {
		return text
	}
	return ""
}

func (w *weChat) call(from int, path, _ string, body []byte) reply {
	switch path {
	case "/cgi-bin/stable_token":
		return reply{status: 200, body: []byte(`{"access_token":"load-token","expires_in":7200}`)}
	case "/cgi-bin/message/custom/send":
		return w.send(from, body)
	}
	return wxFine
}

var (
	wxFine = reply{status: 200, body: []byte(`{"errcode":0,"errmsg":"ok"}`)}
	wxBusy = reply{status: 200, body: []byte(`{"errcode":-1,"errmsg":"system error"}`)}
)

// send delivers a customer-service message. A server error before delivery is
// not played: the rule for it is not to send again.
func (w *weChat) send(from int, body []byte) reply {
	var in struct {
		ToUser string `json:"touser"`
		Text   struct {
			Content string `json:"content"`
		} `json:"text"`
	}
	fate := w.weather.draw()
	if fate == broken {
		fate = busy
	}
	if err := json.Unmarshal(body, &in); err != nil || fate == busy {
		return wxBusy
	}
	w.town.hear(message{to: number(in.ToUser), text: in.Text.Content, buttons: withLinks(in.Text.Content), from: from, hidden: fate != fair})
	switch fate {
	case lost:
		return reply{status: 502}
	case cut:
		return reply{cut: true}
	}
	return wxFine
}
