package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

const tgToken = "7001:secret-of-the-bot"

var tgDawn = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// tgBench is a Telegram with a manual clock, served over HTTP.
type tgBench struct {
	*testing.T
	tg     *Telegram
	clock  *ManualClock
	url    string
	client *http.Client
}

func newBench(t *testing.T, change ...func(*TelegramConfig)) *tgBench {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, leaks) })
	b := &tgBench{T: t, clock: NewManualClock(tgDawn), client: &http.Client{Transport: &http.Transport{}}}
	cfg := TelegramConfig{Token: tgToken, Clock: b.clock, Seed: 1}
	for _, f := range change {
		f(&cfg)
	}
	b.tg = NewTelegram(cfg)
	server := httptest.NewServer(b.tg)
	b.url = server.URL
	t.Cleanup(func() {
		b.tg.Close()
		b.client.CloseIdleConnections()
		server.Close()
	})
	return b
}

func withLimits(c *TelegramConfig) { c.Limits = true }

// tgResult is any answer of the API.
type tgResult struct {
	status      int
	header      http.Header
	raw         string
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		MigrateTo  int64 `json:"migrate_to_chat_id"`
		RetryAfter int   `json:"retry_after"`
	}
}

func (b *tgBench) call(method string, args map[string]any) tgResult {
	b.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		b.Fatal(err)
	}
	return b.post("/bot"+tgToken+"/"+method, "application/json", body)
}

func (b *tgBench) post(path, kind string, body []byte) tgResult {
	b.Helper()
	res, err := b.client.Post(b.url+path, kind, bytes.NewReader(body))
	if err != nil {
		b.Fatalf("POST %s: %v", path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.Fatal(err)
	}
	r := tgResult{status: res.StatusCode, header: res.Header, raw: string(data)}
	if err := json.Unmarshal(data, &r); err != nil {
		b.Fatalf("%s answered %q: %v", path, data, err)
	}
	return r
}

// must makes a call that succeeds and reads its result.
func (b *tgBench) must(method string, args map[string]any, into any) {
	b.Helper()
	r := b.call(method, args)
	if !r.OK || r.status != 200 {
		b.Fatalf("%s: %s", method, r.raw)
	}
	if into != nil {
		if err := json.Unmarshal(r.Result, into); err != nil {
			b.Fatalf("%s: %v in %s", method, err, r.Result)
		}
	}
}

// refused makes a call that fails in the given words.
func (b *tgBench) refused(method string, args map[string]any, code int, description string) tgResult {
	b.Helper()
	r := b.call(method, args)
	if r.OK || r.status != code || r.Code != code || r.Description != description {
		b.Errorf("%s(%.200v) = %d %s, want %d %q", method, args, r.status, r.raw, code, description)
	}
	return r
}

// sent sends a text and returns its message ID.
func (b *tgBench) sent(chat int64, text string, more map[string]any) int64 {
	b.Helper()
	args := map[string]any{"chat_id": chat, "text": text}
	for k, v := range more {
		args[k] = v
	}
	var m struct {
		ID int64 `json:"message_id"`
	}
	b.must("sendMessage", args, &m)
	return m.ID
}

func keyboard(data ...string) map[string]any {
	var row []map[string]any
	for _, d := range data {
		row = append(row, map[string]any{"text": "key " + d, "callback_data": d})
	}
	return map[string]any{"reply_markup": map[string]any{"inline_keyboard": []any{row}}}
}

// guest is a person who has pressed Start, without a webhook in place.
func (b *tgBench) guest(id int64) *TelegramPhone {
	p := b.tg.Phone(id, TelegramUser{First: "Wen", Lang: "zh-hans"})
	p.Start("")
	return p
}

func (b *tgBench) wait(p *TelegramPush) error {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := p.Wait(ctx)
	if ctx.Err() != nil {
		b.Fatalf("the push did not end: attempts %d, status %d", p.Attempts(), p.Status())
	}
	return err
}

// tgHandler is a bot's webhook that keeps what it was sent.
type tgHandler struct {
	mu     sync.Mutex
	got    []tgNews
	answer func(tgNews, http.ResponseWriter)
	came   chan tgNews
}

// tgNews is an update as a bot reads it.
type tgNews struct {
	ID      int64       `json:"update_id"`
	Message *tgMessage  `json:"message"`
	Edited  *tgMessage  `json:"edited_message"`
	Query   *tgPressed  `json:"callback_query"`
	Member  *tgStanding `json:"my_chat_member"`
	header  http.Header
}

type tgPressed struct {
	ID      string
	From    tgUser
	Data    string
	Message *tgMessage
}

type tgStanding struct {
	Old struct{ Status string } `json:"old_chat_member"`
	New struct{ Status string } `json:"new_chat_member"`
}

func (h *tgHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var n tgNews
	if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
		http.Error(w, err.Error(), 400)
		return
	}
	n.header = r.Header
	h.mu.Lock()
	h.got = append(h.got, n)
	h.mu.Unlock()
	h.came <- n
	if h.answer != nil {
		h.answer(n, w)
	}
}

func (h *tgHandler) all() []tgNews {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]tgNews(nil), h.got...)
}

func (h *tgHandler) message(text string) *tgMessage {
	for _, n := range h.all() {
		if n.Message != nil && n.Message.Text == text {
			return n.Message
		}
	}
	return nil
}

// hook sets a webhook that answers as it is told (nil: 200).
func (b *tgBench) hook(answer func(tgNews, http.ResponseWriter), more map[string]any) *tgHandler {
	b.Helper()
	h := &tgHandler{answer: answer, came: make(chan tgNews, 1000)}
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	args := map[string]any{"url": server.URL + "/hook"}
	for k, v := range more {
		args[k] = v
	}
	b.must("setWebhook", args, nil)
	return h
}

func (b *tgBench) next(h *tgHandler) tgNews {
	b.Helper()
	select {
	case n := <-h.came:
		return n
	case <-time.After(20 * time.Second):
		b.Fatal("no update came")
		return tgNews{}
	}
}

func picture(t testing.TB, w, h int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		img.Set(x, x%h, color.RGBA{uint8(x), 90, 10, 255})
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestTelegramTokensAndMethods(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		path        string
		code        int
		description string
	}{
		{"/bot7001:wrong/getMe", 401, "Unauthorized"},
		{"/bot" + tgToken + "/makeCoffee", 404, "Not Found: method not found"},
		{"/elsewhere", 404, "Not Found"},
		{"/file/bot7001:wrong/photos/file_1.jpg", 401, "Unauthorized"},
		{"/file/bot" + tgToken + "/photos/file_1.jpg", 404, "Not Found"},
	} {
		r := b.post(c.path, "application/json", nil)
		if r.status != c.code || r.Description != c.description || r.OK {
			t.Errorf("%s = %d %s", c.path, r.status, r.raw)
		}
	}
}

func TestTelegramReadsEveryEncoding(t *testing.T) {
	b := newBench(t)
	b.guest(5)
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	parts.WriteField("chat_id", "5")
	parts.WriteField("text", "多段 multipart")
	parts.Close()
	path := "/bot" + tgToken + "/sendMessage"
	for name, r := range map[string]tgResult{
		"json":      b.post(path, "application/json; charset=utf-8", []byte(`{"chat_id":5,"text":"a"}`)),
		"form":      b.post(path, "application/x-www-form-urlencoded", []byte(url.Values{"chat_id": {"5"}, "text": {"b"}}.Encode())),
		"multipart": b.post(path, parts.FormDataContentType(), form.Bytes()),
		"query":     b.post(path+"?chat_id=5&text=c", "", nil),
		"empty":     b.post("/bot"+tgToken+"/GETME", "multipart/form-data; boundary=none", nil),
	} {
		if !r.OK {
			t.Errorf("%s: %s", name, r.raw)
		}
	}
	for name, r := range map[string]tgResult{
		"json":      b.post(path, "application/json", []byte(`{"chat_id":`)),
		"multipart": b.post(path, "multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ncut")),
		"utf-8":     b.post(path+"?chat_id=5&text=%ff", "", nil),
	} {
		if r.OK || r.status != 400 {
			t.Errorf("broken %s: %d %s", name, r.status, r.raw)
		}
	}
}

// Every refusal in the platform's words.
func TestTelegramRefusals(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	b.tg.Phone(6, TelegramUser{First: "never started"})
	blocker := b.guest(7)
	blocker.Block()
	b.guest(8).Deactivate()
	forum := b.tg.Group("desk", true, p)
	basic := b.tg.Group("basic", false, p)
	own := b.sent(5, "mine", keyboard("a"))
	theirs := p.Write("theirs").Bubbles()[0]
	var photo struct {
		ID int64 `json:"message_id"`
	}
	pic := p.SendPicture(picture(t, 10, 10), "").Bubbles()[0]
	b.must("copyMessage", map[string]any{"chat_id": 5, "from_chat_id": 5, "message_id": pic}, &photo)
	long := strings.Repeat("字", 4096)
	markup := func(key string) map[string]any {
		return map[string]any{"chat_id": 5, "text": "x", "reply_markup": `{"inline_keyboard":[[` + key + `]]}`}
	}
	for _, c := range []struct {
		method string
		args   map[string]any
		code   int
		want   string
	}{
		{"sendMessage", map[string]any{"chat_id": 7, "text": "x"}, 403, "Forbidden: bot was blocked by the user"},
		{"sendChatAction", map[string]any{"chat_id": 7, "action": "typing"}, 403, "Forbidden: bot was blocked by the user"},
		{"sendMessage", map[string]any{"chat_id": 8, "text": "x"}, 403, "Forbidden: user is deactivated"},
		{"sendMessage", map[string]any{"text": "x"}, 400, "Bad Request: chat_id is empty"},
		{"sendMessage", map[string]any{"chat_id": 99, "text": "x"}, 400, "Bad Request: chat not found"},
		{"sendMessage", map[string]any{"chat_id": 6, "text": "x"}, 400, "Bad Request: chat not found"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": " \n"}, 400, "Bad Request: message text is empty"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": long + "字"}, 400, "Bad Request: message is too long"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": strings.Repeat("🙂", 2049)}, 400, "Bad Request: message is too long"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "<b>x", "parse_mode": "HTML"}, 400, `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "<q>x</q>", "parse_mode": "HTML"}, 400, `Bad Request: can't parse entities: Unsupported start tag "q" at byte offset 0`},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "x", "parse_mode": "rtf"}, 400, "Bad Request: unsupported parse_mode"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "x", "reply_parameters": `{"message_id":12345}`}, 400, "Bad Request: message to be replied not found"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "x", "message_thread_id": 3}, 400, "Bad Request: message thread not found"},
		{"sendMessage", map[string]any{"chat_id": forum.ID(), "text": "x", "message_thread_id": 1}, 400, "Bad Request: message thread not found"},
		{"sendMessage", markup(`{"text":"k","callback_data":"` + strings.Repeat("中", 22) + `"}`), 400, "Bad Request: BUTTON_DATA_INVALID"},
		{"sendMessage", markup(`{"text":"k"}`), 400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"sendMessage", markup(`{"callback_data":"k"}`), 400, `Bad Request: can't parse inline keyboard button: Can't find field "text"`},
		{"sendMessage", markup(`{"text":"k","copy_text":{"text":""}}`), 400, "Bad Request: BUTTON_COPY_TEXT_INVALID"},
		{"sendMessage", markup(`{"text":"k","url":"nowhere"}`), 400, "Bad Request: inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"},
		{"sendMessage", map[string]any{"chat_id": 5, "text": "x", "reply_markup": "[]"}, 400, "Bad Request: object expected as reply markup"},
		{"sendPhoto", map[string]any{"chat_id": 5}, 400, "Bad Request: there is no photo in the request"},
		{"sendPhoto", map[string]any{"chat_id": 5, "photo": "AgNONE"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"},
		{"sendPhoto", map[string]any{"chat_id": 5, "photo": "https://example.org/a.jpg"}, 400, "Bad Request: failed to get HTTP URL content"},
		{"sendPhoto", map[string]any{"chat_id": 5, "photo": "attach://a", "caption": strings.Repeat("x", 1025)}, 400, "Bad Request: message caption is too long"},
		{"sendPhoto", map[string]any{"chat_id": 5, "photo": "attach://a"}, 400, "Bad Request: attached file not found"},
		{"sendMediaGroup", map[string]any{"chat_id": 5, "media": `[{"type":"photo","media":"x"}]`}, 400, "Bad Request: there must be 2-10 items in media group"},
		{"sendChatAction", map[string]any{"chat_id": 5, "action": "dreaming"}, 400, "Bad Request: wrong parameter action in request"},
		{"sendLocation", map[string]any{"chat_id": 5, "latitude": 91, "longitude": 0}, 400, "Bad Request: wrong parameter latitude or longitude in request"},
		{"editMessageText", map[string]any{"chat_id": 5, "message_id": 4711, "text": "x"}, 400, "Bad Request: message to edit not found"},
		{"editMessageText", map[string]any{"chat_id": 5, "message_id": theirs, "text": "x"}, 400, "Bad Request: message can't be edited"},
		{"editMessageText", map[string]any{"chat_id": 5, "message_id": own, "text": long + "字"}, 400, "Bad Request: MESSAGE_TOO_LONG"},
		{"editMessageText", map[string]any{"chat_id": 5, "message_id": photo.ID, "text": "x"}, 400, "Bad Request: there is no text in the message to edit"},
		{"editMessageCaption", map[string]any{"chat_id": 5, "message_id": own, "caption": "x"}, 400, "Bad Request: there is no caption in the message to edit"},
		{"deleteMessage", map[string]any{"chat_id": 5, "message_id": 4711}, 400, "Bad Request: message to delete not found"},
		{"copyMessage", map[string]any{"chat_id": 5, "from_chat_id": 5, "message_id": 4711}, 400, "Bad Request: message to copy not found"},
		{"forwardMessage", map[string]any{"chat_id": 5, "from_chat_id": 5, "message_id": 4711}, 400, "Bad Request: message to forward not found"},
		{"answerCallbackQuery", map[string]any{"callback_query_id": "1"}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"},
		{"getFile", map[string]any{"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"},
		{"createForumTopic", map[string]any{"chat_id": basic.ID(), "name": "x"}, 400, "Bad Request: the chat is not a forum"},
		{"createForumTopic", map[string]any{"chat_id": forum.ID()}, 400, "Bad Request: TOPIC_TITLE_EMPTY"},
		{"closeForumTopic", map[string]any{"chat_id": forum.ID(), "message_thread_id": 9}, 400, "Bad Request: TOPIC_ID_INVALID"},
		{"setMyCommands", map[string]any{"commands": `[{"command":"Big","description":"x"}]`}, 400, "Bad Request: BOT_COMMAND_INVALID"},
		{"setMyCommands", map[string]any{"commands": `[]`, "language_code": "zh-hans"}, 400, "Bad Request: invalid language code specified"},
		{"setWebhook", map[string]any{"url": "http://example.org/hook"}, 400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"},
		{"setWebhook", map[string]any{"url": "https://example.org:8080/hook"}, 400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"setWebhook", map[string]any{"url": b.url, "secret_token": "a b"}, 400, "Bad Request: secret token contains unallowed characters"},
		{"setWebhook", map[string]any{"url": b.url, "secret_token": strings.Repeat("a", 257)}, 400, "Bad Request: secret token is too long"},
		{"getChatMember", map[string]any{"chat_id": forum.ID(), "user_id": 12345}, 400, "Bad Request: invalid user_id specified"},
	} {
		b.refused(c.method, c.args, c.code, c.want)
	}
	const same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	b.refused("editMessageText", map[string]any{"chat_id": 5, "message_id": own, "text": "mine\n", "reply_markup": keyboard("a")["reply_markup"]}, 400, same)
	b.sent(5, long, nil)
	b.sent(5, strings.Repeat("🙂", 2048), nil)
	b.sent(5, "<b>"+long+"</b>", map[string]any{"parse_mode": "HTML"})
	b.sent(5, "x", keyboard(strings.Repeat("中", 21)))
}

func TestTelegramGroupMigratesAndKicks(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	g := b.tg.Group("desk", false, p)
	old := g.ID()
	b.sent(old, "before", nil)
	g.Migrate()
	r := b.refused("sendMessage", map[string]any{"chat_id": old, "text": "x"}, 400, "Bad Request: group chat was upgraded to a supergroup chat")
	if r.Parameters.MigrateTo != g.ID() || g.ID() == old {
		t.Errorf("migrate_to_chat_id %d, group is %d", r.Parameters.MigrateTo, g.ID())
	}
	b.sent(g.ID(), "after", nil)
	g.Kick()
	b.refused("sendMessage", map[string]any{"chat_id": g.ID(), "text": "x"}, 403, "Forbidden: bot was kicked from the supergroup chat")
}

func TestTelegramForum(t *testing.T) {
	b := newBench(t)
	owner, stranger := b.guest(5), b.guest(6)
	g := b.tg.Group("desk", true, owner)
	var topic struct {
		Thread int64 `json:"message_thread_id"`
	}
	b.must("createForumTopic", map[string]any{"chat_id": g.ID(), "name": strings.Repeat("客", 130)}, &topic)
	if got := []rune(g.Topics()[topic.Thread]); len(got) != 128 {
		t.Errorf("the name has %d runes, want 128", len(got))
	}
	in := map[string]any{"chat_id": g.ID(), "message_thread_id": topic.Thread}
	b.must("editForumTopic", map[string]any{"chat_id": g.ID(), "message_thread_id": topic.Thread, "name": "客户 1"}, nil)
	b.sent(g.ID(), "card", map[string]any{"message_thread_id": topic.Thread})
	h := b.hook(nil, nil)
	push := g.Write(owner, topic.Thread, "reply from staff")
	if err := b.wait(push); err != nil {
		t.Fatal(err)
	}
	if last := h.message("reply from staff"); last == nil || last.Thread != topic.Thread || !last.IsTopic || last.Chat.ID != g.ID() || last.From.ID != 5 {
		t.Errorf("the update says %+v", last)
	}
	if err := b.wait(g.Write(stranger, 0, "let me in")); err != ErrTelegramBlocked {
		t.Errorf("a stranger wrote: %v", err)
	}
	b.wait(g.Add(stranger))
	if err := b.wait(g.Write(stranger, 0, "thanks")); err != nil {
		t.Error(err)
	}
	b.must("closeForumTopic", in, nil)
	b.refused("closeForumTopic", in, 400, "Bad Request: TOPIC_NOT_MODIFIED")
	b.sent(g.ID(), "an admin writes on", map[string]any{"message_thread_id": topic.Thread})
	g.DeleteTopic(topic.Thread)
	b.refused("sendMessage", map[string]any{"chat_id": g.ID(), "text": "x", "message_thread_id": topic.Thread}, 400, "Bad Request: message thread not found")
	b.must("createForumTopic", map[string]any{"chat_id": g.ID(), "name": "again"}, &topic)
	b.must("deleteForumTopic", map[string]any{"chat_id": g.ID(), "message_thread_id": topic.Thread}, nil)
}

func TestTelegramGroupTalk(t *testing.T) {
	b := newBench(t)
	staff := b.guest(5)
	g := b.tg.Group("desk", false, staff)
	h := b.hook(nil, nil)
	card := b.sent(g.ID(), "a new client", keyboard("take"))
	if shown := g.Screen().Bubbles(); len(shown) != 1 || shown[0].From != "Redthread" || shown[0].Mine {
		t.Errorf("shown %+v", shown)
	}
	reply := g.WriteReply(staff, card, "mine")
	for _, push := range []*TelegramPush{
		g.Press(staff, card, 0, 0), reply, g.SendPicture(staff, 0, picture(t, 5, 5), "look"),
		g.Edit(staff, reply.Bubbles()[0], "not mine"),
	} {
		if err := b.wait(push); err != nil {
			t.Error(err)
		}
	}
	if m := h.message("mine"); m == nil || m.ReplyTo == nil || m.ReplyTo.ID != card {
		t.Errorf("the reply came as %+v", m)
	}
	var pressed, edited, looked bool
	for _, n := range h.all() {
		pressed = pressed || n.Query != nil && n.Query.Data == "take" && n.Query.From.ID == 5
		edited = edited || n.Edited != nil && n.Edited.Text == "not mine"
		looked = looked || n.Message != nil && n.Message.Caption == "look"
	}
	if !pressed || !edited || !looked {
		t.Errorf("pressed %v, edited %v, looked %v", pressed, edited, looked)
	}
}

// upload makes a call with one file, as a form.
func (b *tgBench) upload(method, field, name string, data []byte) tgResult {
	b.Helper()
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	parts.WriteField("chat_id", "5")
	file, _ := parts.CreateFormFile(field, name)
	file.Write(data)
	parts.Close()
	return b.post("/bot"+tgToken+"/"+method, parts.FormDataContentType(), form.Bytes())
}

func TestTelegramUploads(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	for _, c := range []struct {
		method, field string
		data          []byte
		want          string // of the description; empty: taken
	}{
		{"sendDocument", "document", []byte("%PDF"), ""},
		{"sendPhoto", "photo", picture(t, 20, 1), ""},
		{"sendPhoto", "photo", picture(t, 21, 1), "Bad Request: PHOTO_INVALID_DIMENSIONS"},
		{"sendPhoto", "photo", []byte("no picture"), "Bad Request: IMAGE_PROCESS_FAILED"},
		{"sendPhoto", "photo", nil, "Bad Request: file must be non-empty"},
		{"sendPhoto", "photo", make([]byte, tgMaxPhoto+1), "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes"},
	} {
		if r := b.upload(c.method, c.field, "a.bin", c.data); r.OK != (c.want == "") || r.Description != c.want {
			t.Errorf("%s of %d bytes: %s", c.method, len(c.data), r.raw)
		}
	}
	doc := p.Screen().Bubbles()[1]
	b.refused("sendPhoto", map[string]any{"chat_id": 5, "photo": doc.Photo}, 400, "Bad Request: can't use file of type Document as Photo")
	b.must("editMessageCaption", map[string]any{"chat_id": 5, "message_id": doc.ID, "caption": "合同"}, nil)
	var forwarded tgMessage
	b.must("forwardMessage", map[string]any{"chat_id": 5, "from_chat_id": 5, "message_id": doc.ID}, &forwarded)
	if forwarded.Caption != "合同" || forwarded.ForwardOrigin == nil || forwarded.Document.FileID != doc.Photo {
		t.Errorf("forwarded %+v", forwarded)
	}
	big := p.SendDocument("film.mov", make([]byte, tgMaxDownload+1), "video/quicktime")
	b.refused("getFile", map[string]any{"file_id": p.Screen().Bubbles()[len(p.Screen().Bubbles())-1].Photo}, 400, "Bad Request: file is too big")
	if len(big.Updates()) != 1 {
		t.Error("the big file was not told")
	}
}

func TestTelegramLimits(t *testing.T) {
	b := newBench(t, withLimits)
	for id := int64(1); id <= 40; id++ {
		b.guest(id)
	}
	text := func(chat int64) map[string]any { return map[string]any{"chat_id": chat, "text": "x"} }
	slow := func(chat int64, seconds int) {
		t.Helper()
		r := b.refused("sendMessage", text(chat), 429, fmt.Sprintf("Too Many Requests: retry after %d", seconds))
		if r.Parameters.RetryAfter != seconds || r.header.Get("Retry-After") != fmt.Sprint(seconds) {
			t.Errorf("retry_after %d, header %q", r.Parameters.RetryAfter, r.header.Get("Retry-After"))
		}
	}
	b.sent(1, "x", nil)
	slow(1, 1)
	b.clock.Advance(time.Second)
	b.sent(1, "x", nil)
	for id := int64(2); id <= 30; id++ {
		b.sent(id, "x", nil)
	}
	slow(31, 1)
	b.clock.Advance(time.Second)
	b.sent(31, "x", nil)

	g := b.tg.Group("desk", true, b.tg.Phone(1, TelegramUser{}))
	for range 20 {
		b.clock.Advance(time.Second)
		b.sent(g.ID(), "x", nil)
	}
	b.clock.Advance(time.Second)
	slow(g.ID(), 40)
	b.clock.Advance(40 * time.Second)
	b.sent(g.ID(), "x", nil)
	if n := b.tg.Stats().Calls["sendMessage"][429]; n != 3 {
		t.Errorf("%d refusals counted, want 3", n)
	}
}

func TestTelegramWebhookSettings(t *testing.T) {
	b := newBench(t, withLimits)
	args := map[string]any{"url": "http://127.0.0.1:1/hook", "secret_token": "s", "max_connections": 500, "allowed_updates": []string{"message", "nonsense"}}
	b.must("setWebhook", args, nil)
	if r := b.call("setWebhook", args); !r.OK || r.status != 200 {
		t.Errorf("the same again: %s", r.raw)
	}
	b.refused("setWebhook", map[string]any{"url": "http://127.0.0.1:2/hook"}, 429, "Too Many Requests: retry after 1")
	var info struct {
		URL     string
		Max     int      `json:"max_connections"`
		Allowed []string `json:"allowed_updates"`
	}
	b.must("getWebhookInfo", nil, &info)
	if info.URL != args["url"] || info.Max != 100 || len(info.Allowed) != 1 {
		t.Errorf("getWebhookInfo = %+v", info)
	}
	p := b.tg.Phone(5, TelegramUser{})
	if err := b.wait(p.Block()); err != ErrTelegramUnwanted {
		t.Errorf("my_chat_member: %v", err)
	}
	b.must("deleteWebhook", map[string]any{"drop_pending_updates": true}, nil)
	b.must("getWebhookInfo", nil, &info)
	if info.URL != "" {
		t.Errorf("still set: %+v", info)
	}
}

func TestTelegramCommands(t *testing.T) {
	b := newBench(t)
	zh := b.tg.Phone(5, TelegramUser{Lang: "zh-hans"})
	en := b.tg.Phone(6, TelegramUser{Lang: "en"})
	b.must("setMyCommands", map[string]any{"commands": `[{"command":"help","description":"Help"}]`}, nil)
	b.must("setMyCommands", map[string]any{"commands": `[{"command":"help","description":"帮助"}]`, "language_code": "zh", "scope": `{"type":"all_private_chats"}`}, nil)
	if c := zh.Commands(); len(c) != 1 || c[0].Description != "帮助" {
		t.Errorf("zh sees %v", c)
	}
	if c := en.Commands(); len(c) != 1 || c[0].Description != "Help" {
		t.Errorf("en sees %v", c)
	}
	var got []TelegramCommand
	b.must("getMyCommands", map[string]any{"language_code": "zh"}, &got)
	if len(got) != 0 {
		t.Errorf("default scope in zh has %v", got)
	}
	b.must("deleteMyCommands", nil, nil)
	if c := en.Commands(); c != nil {
		t.Errorf("en still sees %v", c)
	}
}

func TestTelegramFaults(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	args := []byte(`{"chat_id":5,"text":"x"}`)
	path := b.url + "/bot" + tgToken + "/sendMessage"
	shown := func() int { return len(p.Screen().Bubbles()) - 1 } // without /start

	b.tg.SetFaults(Faults{Slow: 1})
	if r := b.call("sendMessage", map[string]any{"chat_id": 5, "text": "x"}); r.status != 429 || r.Parameters.RetryAfter < 1 || r.Parameters.RetryAfter > 3 {
		t.Errorf("slow: %s", r.raw)
	}
	if r := b.call("getMe", nil); !r.OK {
		t.Errorf("slow refuses sends only: %s", r.raw)
	}
	for name, f := range map[string]Faults{"cut": {Cut: 1}, "away": {Away: true}} {
		b.tg.SetFaults(f)
		if _, err := b.client.Post(path, "application/json", bytes.NewReader(args)); err == nil || shown() != 0 {
			t.Errorf("%s: error %v, %d shown", name, err, shown())
		}
	}
	b.tg.SetFaults(Faults{Broken: 1})
	res, err := b.client.Post(path, "application/json", bytes.NewReader(args))
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 502 || !strings.HasPrefix(string(page), "<html>") || shown() != 0 {
		t.Errorf("broken: %d %s, %d shown", res.StatusCode, page, shown())
	}
	b.tg.SetFaults(Faults{Lost: 1})
	if _, err := b.client.Post(path, "application/json", bytes.NewReader(args)); err == nil || shown() != 1 {
		t.Errorf("lost: error %v, %d shown, want 1", err, shown())
	}
	b.tg.SetFaults(Faults{Delay: time.Second})
	done := make(chan tgResult)
	go func() { done <- b.call("getMe", nil) }()
	b.clock.Waiters(1)
	select {
	case <-done:
		t.Error("answered before the delay")
	default:
	}
	b.clock.Advance(time.Second)
	if r := <-done; !r.OK {
		t.Error(r.raw)
	}
	if calls := b.tg.Stats().Calls["sendMessage"]; calls[0] != 3 || calls[502] != 1 || calls[429] != 1 {
		t.Errorf("counted %v", calls)
	}
}
