package main

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// echo is a small bot of the tests: on both platforms it greets, answers
// "投诉" with a question and its buttons, thanks for pictures, and echoes the
// rest. It speaks to the platforms over HTTP as any bot would.
type echo struct {
	t      *testing.T
	town   *town
	server *httptest.Server

	mu    sync.Mutex
	token string
	turns []Turn
	sent  []Parcel
}

// question is what the echo asks about a complaint.
const question = "很抱歉给您带来不好的体验。请问是哪方面的问题？"

var answers = []string{"红娘服务", "见面对象", "费用", "其他"}

// newEcho joins an echo to the town: WeChat in plain mode.
func newEcho(t *testing.T, town *town) *echo {
	e := &echo{t: t, town: town}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /wechat", e.fromWeChat)
	mux.HandleFunc("POST /telegram", e.fromTelegram)
	e.server = httptest.NewServer(mux)
	t.Cleanup(e.server.Close)
	town.WeChat.SetCallback(e.server.URL + "/wechat")
	e.telegram("setWebhook", map[string]any{"url": e.server.URL + "/telegram"})
	e.telegram("setMyCommands", map[string]any{"commands": []map[string]string{
		{"command": "menu", "description": "五扇门"}, {"command": "complaint", "description": "投诉"}, {"command": "human", "description": "人工"},
	}})
	e.weChatMenu()
	return e
}

func (e *echo) Turns(context.Context, int) ([]Turn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := slices.Clone(e.turns)
	slices.Reverse(out)
	return out, nil
}

func (e *echo) Outbox(context.Context, int) ([]Parcel, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := slices.Clone(e.sent)
	slices.Reverse(out)
	return out, nil
}

// note keeps what the panel shows.
func (e *echo) note(conversation, kind, after string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := int64(len(e.turns) + 1)
	e.turns = append(e.turns, Turn{conversation, n, time.Now(), kind, "", after, 1.5})
	e.sent = append(e.sent, Parcel{Conversation: conversation, Seq: n, State: "sent", Tries: 1})
}

// say is the echo's answer to words: what it says and with which buttons.
func (e *echo) say(words string) (string, []string) {
	switch {
	case strings.Contains(words, "投诉") || strings.Contains(words, "complaint"):
		return question, answers
	case words == "" || strings.HasPrefix(words, "/start"):
		return "您好，这里是红线婚介。请问需要什么帮助？", nil
	case slices.Contains(answers, words):
		return "请把事情的经过告诉我们（10 到 2000 字），只有负责投诉的同事会看到。", nil
	}
	return "您说：" + words, nil
}

func (e *echo) fromWeChat(w http.ResponseWriter, r *http.Request) {
	var in struct {
		FromUserName, ToUserName, MsgType, Content, Event, EventKey, MediaId string
	}
	if err := xml.NewDecoder(r.Body).Decode(&in); err != nil {
		e.t.Errorf("echo: WeChat sent %v", err)
	}
	text, buttons := e.say(in.Content)
	switch {
	case in.Event == "unsubscribe":
		io.WriteString(w, "success")
		return
	case in.Event == "CLICK":
		text, buttons = e.say(in.EventKey)
	case in.MsgType == "image":
		text = "收到图片了，谢谢。"
		e.weChatPicture(in.FromUserName, in.MediaId)
	}
	for i, b := range buttons {
		text += fmt.Sprintf("\n%d. <a href=\"weixin://bizmsgmenu?msgmenucontent=%s&msgmenuid=10%d\">%s</a>", i+1, b, i, b)
	}
	e.note("wechat:"+in.FromUserName, in.MsgType, "complaint/kind")
	fmt.Fprintf(w, "<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content></xml>",
		in.FromUserName, in.ToUserName, time.Now().Unix(), text)
}

// weChatPicture sends the person's own picture back to them.
func (e *echo) weChatPicture(openID, media string) {
	e.weChat("/cgi-bin/message/custom/send", map[string]any{"touser": openID, "msgtype": "image", "image": map[string]string{"media_id": media}})
}

func (e *echo) weChatMenu() {
	button := func(name, key string) map[string]any {
		return map[string]any{"type": "click", "name": name, "key": key}
	}
	e.weChat("/cgi-bin/menu/create", map[string]any{"button": []any{
		map[string]any{"name": "服务", "sub_button": []any{button("费用与材料", "费用"), button("投诉", "投诉")}},
		button("我的", "我的"), button("人工", "人工"),
	}})
}

func (e *echo) weChat(path string, body any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	config := e.town.WeChat.Config()
	if e.token == "" {
		var out struct {
			Token string `json:"access_token"`
		}
		e.post(e.town.WeChatURL+"/cgi-bin/stable_token", map[string]string{"grant_type": "client_credential", "appid": config.AppID, "secret": config.Secret}, &out)
		e.token = out.Token
	}
	var out struct {
		Code int    `json:"errcode"`
		Why  string `json:"errmsg"`
	}
	e.post(e.town.WeChatURL+path+"?access_token="+e.token, body, &out)
	if out.Code != 0 {
		e.t.Errorf("echo: %s: %d %s", path, out.Code, out.Why)
	}
}

func (e *echo) fromTelegram(_ http.ResponseWriter, r *http.Request) {
	type message struct {
		ID   int64 `json:"message_id"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
		Text  string            `json:"text"`
		Photo []json.RawMessage `json:"photo"`
	}
	var in struct {
		Message *message `json:"message"`
		Edited  *message `json:"edited_message"`
		Query   *struct {
			ID      string  `json:"id"`
			Data    string  `json:"data"`
			Message message `json:"message"`
		} `json:"callback_query"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		e.t.Errorf("echo: Telegram sent %v", err)
	}
	switch {
	case in.Query != nil:
		m := in.Query.Message
		e.telegram("answerCallbackQuery", map[string]any{"callback_query_id": in.Query.ID, "text": "好的"})
		e.telegram("editMessageText", map[string]any{"chat_id": m.Chat.ID, "message_id": m.ID, "text": m.Text + "\n✓ " + in.Query.Data})
		e.tellTelegram(m.Chat.ID, in.Query.Data)
	case in.Edited != nil:
		e.tellTelegram(in.Edited.Chat.ID, "改成了 "+in.Edited.Text)
	case in.Message != nil && len(in.Message.Photo) > 0:
		e.tellTelegram(in.Message.Chat.ID, "图片")
	case in.Message != nil:
		e.telegram("sendChatAction", map[string]any{"chat_id": in.Message.Chat.ID, "action": "typing"})
		e.tellTelegram(in.Message.Chat.ID, in.Message.Text)
	}
}

func (e *echo) tellTelegram(chat int64, words string) {
	text, buttons := e.say(words)
	body := map[string]any{"chat_id": chat, "text": text}
	var rows [][]map[string]string
	for _, b := range buttons {
		rows = append(rows, []map[string]string{{"text": b, "callback_data": b}})
	}
	if rows != nil {
		body["reply_markup"] = map[string]any{"inline_keyboard": rows}
	}
	e.note(fmt.Sprintf("telegram:%d", chat), "wrote", "complaint/kind")
	e.telegram("sendMessage", body)
}

func (e *echo) telegram(method string, body any) {
	var out struct {
		OK  bool   `json:"ok"`
		Why string `json:"description"`
	}
	e.post(e.town.TelegramURL+"/bot"+e.town.Token+"/"+method, body, &out)
	if !out.OK && !strings.Contains(out.Why, "blocked") { // people may leave at any time
		e.t.Errorf("echo: %s: %s", method, out.Why)
	}
}

func (e *echo) post(url string, body, out any) {
	data, err := json.Marshal(body)
	if err != nil {
		e.t.Error(err)
		return
	}
	answer, err := http.Post(url, "application/json", bytes.NewReader(data))
	if err != nil {
		e.t.Error(err)
		return
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
		e.t.Error(err)
	}
}

// digest names bytes briefly in a failure.
func digest(b []byte) string {
	sum := sha1.Sum(b)
	return hex.EncodeToString(sum[:6])
}
