package telegram

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redthread/bot"
)

func to(chat string, m bot.Message) bot.Delivery {
	return bot.Delivery{To: bot.Conversation{Channel: Name, Chat: chat}, Message: m, Budget: -1, Media: album}
}

// album opens pictures whose bytes are their names.
func album(_ context.Context, id bot.MediaID) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("picture " + string(id))), nil
}

func TestSendDrawsOnTheWire(t *testing.T) {
	buttons := []bot.Button{{ID: "f/s:y:1", Label: "是 & <否>"}, {Label: "网站", URL: "https://example.org/a?b=1&c=2"}}
	tests := []struct {
		name    string
		message bot.Message
		method  string
		want    map[string]string
		refs    []string
	}{
		{"text", bot.Message{Text: "*你好* <b>_a_"}, "sendMessage", map[string]string{"chat_id": "7", "text": "*你好* <b>_a_"}, []string{"900"}},
		{"about a person", bot.Message{Text: "hi", Protected: true}, "sendMessage", map[string]string{"chat_id": "7", "text": "hi", "protect_content": "true"}, []string{"900"}},
		{"photo", bot.Message{Photos: []bot.MediaID{"a"}}, "sendPhoto", map[string]string{"chat_id": "7", "photo": "picture a", "protect_content": "true"}, []string{"900c"}},
		{"album", bot.Message{Photos: []bot.MediaID{"a", "b"}}, "sendMediaGroup", map[string]string{
			"chat_id": "7", "protect_content": "true", "photo0": "picture a", "photo1": "picture b",
			"media": `[{"type":"photo","media":"attach://photo0"},{"type":"photo","media":"attach://photo1"}]`,
		}, []string{"900c", "901c"}},
		{"file", bot.Message{Document: &bot.Document{ID: "a", Name: "my-data.zip"}}, "sendDocument", map[string]string{
			"chat_id": "7", "document": "picture a", "disable_content_type_detection": "true",
		}, []string{"900c"}},
		{"taken back", bot.Message{Takes: 3, Gone: []string{"42"}}, "deleteMessage", map[string]string{"chat_id": "7", "message_id": "42"}, []string{"42"}},
		{"edit", bot.Message{Edits: "42", Text: "问题 ✓"}, "editMessageText", map[string]string{"chat_id": "7", "message_id": "42", "text": "问题 ✓"}, []string{"42"}},
		{"edit of a caption", bot.Message{Edits: "42c", Text: "c"}, "editMessageCaption", map[string]string{"chat_id": "7", "message_id": "42", "caption": "c"}, []string{"42c"}},
		{"edit of the buttons", bot.Message{Edits: "42"}, "editMessageReplyMarkup", map[string]string{"chat_id": "7", "message_id": "42"}, []string{"42"}},
		{"menu", bot.Message{Text: "a", Menu: true}, "sendMessage", map[string]string{"chat_id": "7", "text": "a", "reply_markup": `{"remove_keyboard":true}`}, []string{"900"}},
		{"buttons", bot.Message{Text: "a", Buttons: buttons}, "sendMessage", map[string]string{"chat_id": "7", "text": "a",
			"reply_markup": `{"inline_keyboard":[[{"text":"是 \u0026 \u003c否\u003e","callback_data":"f/s:y:1","copy_text":{"text":""}},{"text":"网站","url":"https://example.org/a?b=1\u0026c=2","copy_text":{"text":""}}]]}`,
		}, []string{"900"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			r, err := h.Send(t.Context(), to("7", tt.message))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(bot.Receipt{Pieces: 1, Total: 1, Refs: tt.refs}, r); diff != "" {
				t.Errorf("receipt (-want +got):\n%s", diff)
			}
			calls := h.api.got(tt.method)
			if len(calls) != 1 {
				t.Fatalf("calls %+v", h.api.got())
			}
			if diff := cmp.Diff(tt.want, calls[0].fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if n := len(h.api.got("sendChatAction")); (n == 1) != (len(tt.message.Photos) > 0 || tt.message.Document != nil) {
				t.Errorf("%d chat actions", n)
			}
		})
	}
}

func TestSendGoesOnWhereItStopped(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("a", maxText) + strings.Repeat("b", maxText) + "c"
	h.api.answers(func(w http.ResponseWriter, c call) {
		if strings.HasPrefix(c.fields["text"], "b") {
			fail(w, 429, "Too Many Requests: retry after 7", `{"retry_after":7}`)
			return
		}
		succeed(w, c)
	})
	d := to("7", bot.Message{Text: long})
	r, err := h.Send(t.Context(), d)
	var slow *bot.SlowDown
	if !errors.As(err, &slow) || slow.For != 7*time.Second || slow.All {
		t.Fatalf("error %v", err)
	}
	if diff := cmp.Diff(bot.Receipt{Pieces: 1, Total: 3, Refs: []string{"900"}}, r); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
	h.api.answers(nil)
	h.clock.pass(time.Minute)
	d.Skip = r.Pieces
	if r, err = h.Send(t.Context(), d); err != nil || r.Pieces != 3 || len(r.Refs) != 2 {
		t.Fatalf("receipt %+v, error %v", r, err)
	}
	var texts []byte
	for _, c := range h.api.got("sendMessage") {
		texts = append(texts, c.fields["text"][0])
	}
	if string(texts) != "abbc" {
		t.Errorf("sent %s", texts)
	}
	d.Skip = 9 // more than there are: drawn shorter than at an earlier attempt
	if r, err = h.Send(t.Context(), d); err != nil || r.Pieces != 9 {
		t.Errorf("receipt %+v, error %v", r, err)
	}
}

func TestSendSortsFailures(t *testing.T) {
	gone := func(err error) bool { return errors.Is(err, bot.ErrGone) }
	refused := func(code int, reason string) func(error) bool {
		return func(err error) bool {
			var r *bot.Refused
			return errors.As(err, &r) && r.Code == code && r.Reason == reason
		}
	}
	unsure := func(err error) bool {
		var u *bot.Unsure
		return errors.As(err, &u)
	}
	paused := func(d time.Duration, all bool) func(error) bool {
		return func(err error) bool {
			var s *bot.SlowDown
			return errors.As(err, &s) && *s == bot.SlowDown{For: d, All: all}
		}
	}
	mend := func(code int) func(error) bool {
		return func(err error) bool {
			var s *bot.SlowDown
			return errors.As(err, &s) && *s == bot.SlowDown{For: time.Minute, All: true, Mend: code}
		}
	}
	page := func(code int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(code)
			io.WriteString(w, "<html>"+testToken+"</html>")
		}
	}
	says := func(code int, description, parameters string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { fail(w, code, description, parameters) }
	}
	tests := []struct {
		name   string
		answer func(http.ResponseWriter)
		ok     func(error) bool
	}{
		{"blocked", says(403, "Forbidden: bot was blocked by the user", ""), gone},
		{"deactivated", says(403, "Forbidden: user is deactivated", ""), gone},
		{"never started", says(400, "Bad Request: chat not found", ""), gone},
		{"bad button", says(400, "Bad Request: BUTTON_DATA_INVALID", ""), refused(400, "Bad Request: BUTTON_DATA_INVALID")},
		{"quotes the message", says(400, "Bad Request: URL 'http://secret.example' is invalid", ""), refused(400, "Bad Request: URL … is invalid")},
		{"hasty", says(429, "Too Many Requests: retry after 5", `{"retry_after":5}`), paused(5*time.Second, false)},
		{"hasty without a time", says(429, "Too Many Requests", ""), paused(time.Second, false)},
		{"token refused", says(401, "Unauthorized", ""), mend(401)},
		{"token unknown", says(404, "Not Found", ""), mend(404)},
		{"server error", says(500, "Internal Server Error", ""), unsure},
		{"bad gateway", page(502), unsure},
		{"a page instead of an answer", page(200), unsure},
		{"broken answer", func(w http.ResponseWriter) { io.WriteString(w, `{"ok":true,"result":{"text":"私密`) }, unsure},
		{"answer of another shape", func(w http.ResponseWriter) { io.WriteString(w, `{"ok":true,"result":"私密"}`) }, unsure},
		{"taken, then cut", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, unsure},
		{"refused by another machine", page(403), func(err error) bool { return !unsure(err) && !gone(err) }},
		{"redirected", func(w http.ResponseWriter) { w.Header().Set("Location", "/elsewhere"); page(307)(w) }, func(err error) bool { return !unsure(err) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.api.answers(func(w http.ResponseWriter, c call) { tt.answer(w) })
			r, err := h.Send(t.Context(), to("7", bot.Message{Text: "私密的话"}))
			if err == nil || !tt.ok(err) {
				t.Errorf("error %T %v", err, err)
			}
			if r.Pieces != 0 || r.Total != 1 || len(r.Refs) != 0 {
				t.Errorf("receipt %+v", r)
			}
			noSecrets(t, err)
		})
	}
}

// noSecrets looks for the token in an error and in all it wraps.
func noSecrets(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		for _, text := range []string{e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e)} {
			if strings.Contains(text, "plantedSecret") || strings.Contains(text, "私密") {
				t.Errorf("it holds a secret: %s", text)
			}
		}
	}
}

func TestCertainlyNotSent(t *testing.T) {
	var unsure *bot.Unsure
	h := newHouse(t)
	h.api.Close() // connection refused
	_, err := h.Send(t.Context(), to("7", bot.Message{Text: "a"}))
	if err == nil || errors.As(err, &unsure) {
		t.Errorf("refused connection: %v", err)
	}
	noSecrets(t, err)

	h = newHouse(t, func(cfg *Config) { cfg.BaseURL = "http://nowhere.invalid" })
	_, err = h.Send(t.Context(), to("7", bot.Message{Text: "a"}))
	if err == nil || errors.As(err, &unsure) {
		t.Errorf("unknown host: %v", err)
	}
	noSecrets(t, err)

	h = newHouse(t)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Send(over, to("7", bot.Message{Text: "a"}))
	if !errors.Is(err, context.Canceled) || errors.As(err, &unsure) {
		t.Errorf("cancelled before: %v", err)
	}
	noSecrets(t, err)
}

// TestCutBeforeTheEnd has a server that hangs up while a large upload is still
// on its way: that cannot have been a message.
func TestCutBeforeTheEnd(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			bufio.NewReader(c).ReadString('\n')
			c.(*net.TCPConn).SetLinger(0)
			c.Close()
		}
	}()
	h := newHouse(t, func(cfg *Config) { cfg.BaseURL = "http://" + l.Addr().String() })
	d := to("7", bot.Message{Photos: []bot.MediaID{"a"}})
	d.Media = func(context.Context, bot.MediaID) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Repeat("x", 9<<20))), nil
	}
	_, err = h.Send(t.Context(), d)
	var unsure *bot.Unsure
	if err == nil || errors.As(err, &unsure) {
		t.Errorf("error %T %v", err, err)
	}
}

func TestTimeoutAfterTheRequestIsUnsure(t *testing.T) {
	h := newHouse(t)
	asked := make(chan struct{})
	release := make(chan struct{})
	h.api.answers(func(w http.ResponseWriter, c call) { close(asked); <-release })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	_, err := h.Send(ctx, to("7", bot.Message{Text: "a"}))
	close(release)
	var unsure *bot.Unsure
	if !errors.As(err, &unsure) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %T %v", err, err)
	}
	noSecrets(t, err)
}

func TestEditsWithNothingLeftToDoAreSent(t *testing.T) {
	for _, description := range []string{
		"Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
		"Bad Request: message to edit not found", "Bad Request: message can't be edited", "Bad Request: MESSAGE_ID_INVALID",
	} {
		h := newHouse(t)
		h.api.answers(func(w http.ResponseWriter, c call) { fail(w, 400, description, "") })
		if r, err := h.Send(t.Context(), to("7", bot.Message{Edits: "42", Text: "a"})); err != nil || r.Pieces != 1 {
			t.Errorf("%s: %+v, %v", description, r, err)
		}
		if _, err := h.Send(t.Context(), to("7", bot.Message{Text: "a"})); err == nil {
			t.Errorf("%s: a text counts as sent", description)
		}
	}
}

func TestSendFollowsAGroup(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) {
		if c.fields["chat_id"] != "-1005" {
			fail(w, 400, "Bad Request: group chat was upgraded to a supergroup chat", `{"migrate_to_chat_id":-1005}`)
			return
		}
		succeed(w, c)
	})
	if r, err := h.Send(t.Context(), to("-5", bot.Message{Text: strings.Repeat("a", maxText+1)})); err != nil || r.Pieces != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	if r, err := h.Send(t.Context(), to("-5", bot.Message{Text: "a"})); err != nil || r.Pieces != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	var chats []string
	for _, c := range h.api.got("sendMessage") {
		chats = append(chats, c.fields["chat_id"])
	}
	if diff := cmp.Diff([]string{"-5", "-1005", "-1005", "-1005"}, chats); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAGroupThatNeverArrivesIsNotChasedForever(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) { fail(w, 400, "Bad Request: moved", `{"migrate_to_chat_id":-6}`) })
	_, err := h.Send(t.Context(), to("-5", bot.Message{Text: "a"}))
	var unsure *bot.Unsure
	if err == nil || errors.As(err, &unsure) || len(h.api.got("sendMessage")) != 2 {
		t.Errorf("%d calls, %v", len(h.api.got("sendMessage")), err)
	}
}

func TestNoChatOfOurs(t *testing.T) {
	h := newHouse(t)
	for _, c := range []bot.Conversation{{}, {Channel: "wechat", Chat: "7"}, {Channel: Name, Chat: "x"}, {Channel: Name, Chat: "0"}} {
		d := to("7", bot.Message{Text: "a"})
		d.To = c
		var refused *bot.Refused
		if _, err := h.Send(t.Context(), d); !errors.As(err, &refused) {
			t.Errorf("%v: %v", c, err)
		}
	}
	h.Channel.aliases = brokenAliases{}
	if _, err := h.Send(t.Context(), to("-5", bot.Message{Text: "a"})); err == nil {
		t.Error("sent to a group nobody knows the place of")
	}
	if n := len(h.api.got()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

// A file goes after its words, and alone when they have gone out; one that is too
// large, or has no name, never.
func TestSendFile(t *testing.T) {
	h := newHouse(t)
	d := to("7", bot.Message{Text: "给您", Document: &bot.Document{ID: "a", Name: "my-data.zip"}})
	if r, err := h.Send(t.Context(), d); err != nil || r.Pieces != 2 || r.Total != 2 {
		t.Fatalf("%+v, %v", r, err)
	}
	d.Skip = 1
	if r, err := h.Send(t.Context(), d); err != nil || r.Pieces != 2 || len(h.api.got("sendMessage")) != 1 || len(h.api.got("sendDocument")) != 2 {
		t.Errorf("the rest: %+v, %v", r, err)
	}
	var refused *bot.Refused
	d.Skip, d.Message.Document = 0, &bot.Document{ID: "a"}
	if _, err := h.Send(t.Context(), d); !errors.As(err, &refused) {
		t.Errorf("without a name: %v", err)
	}
	d = to("7", bot.Message{Document: &bot.Document{ID: "a", Name: "large.zip"}})
	d.Media = func(context.Context, bot.MediaID) (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zeros{}, maxFile+1)), nil
	}
	if _, err := h.Send(t.Context(), d); !errors.As(err, &refused) || refused.Code != 413 {
		t.Errorf("50 MB: %v", err)
	}
	if n := len(h.api.got("sendDocument")); n != 2 {
		t.Errorf("%d files went out", n)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestPicturesThatFail(t *testing.T) {
	var refused *bot.Refused
	var unsure *bot.Unsure
	disk := errors.New("disk")
	for _, tt := range []struct {
		name  string
		media func(context.Context, bot.MediaID) (io.ReadCloser, error)
		ok    func(error) bool
	}{
		{"no opener", nil, func(err error) bool { return !errors.As(err, &unsure) }},
		{"erased", func(context.Context, bot.MediaID) (io.ReadCloser, error) { return nil, bot.ErrGone }, func(err error) bool {
			return errors.As(err, &refused) && !errors.Is(err, bot.ErrGone) // the person is not gone
		}},
		{"away", func(context.Context, bot.MediaID) (io.ReadCloser, error) { return nil, disk }, func(err error) bool { return errors.Is(err, disk) }},
		{"torn", func(context.Context, bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("xx"), broken{disk})), nil
		}, func(err error) bool { return errors.Is(err, disk) && !errors.As(err, &unsure) }},
		{"11 MB", func(context.Context, bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader(strings.Repeat("x", 11<<20))), nil
		}, func(err error) bool { return errors.As(err, &refused) }},
	} {
		for _, photos := range [][]bot.MediaID{{"a"}, {"a", "b"}} {
			h := newHouse(t)
			d := to("7", bot.Message{Photos: photos})
			d.Media = tt.media
			if _, err := h.Send(t.Context(), d); err == nil || !tt.ok(err) {
				t.Errorf("%s, %d: %T %v", tt.name, len(photos), err, err)
			}
			if n := len(h.api.got("sendPhoto", "sendMediaGroup")); n != 0 {
				t.Errorf("%s: %d sends", tt.name, n)
			}
		}
	}
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestSeveralChatsInHasteSlowTheWholeBot(t *testing.T) {
	h := newHouse(t)
	h.api.answers(func(w http.ResponseWriter, c call) { fail(w, 429, "Too Many Requests", `{"retry_after":3}`) })
	all := func(chat string) bool {
		_, err := h.Send(t.Context(), to(chat, bot.Message{Text: "a"}))
		var slow *bot.SlowDown
		if !errors.As(err, &slow) {
			t.Fatal(err)
		}
		return slow.All
	}
	for _, chat := range []string{"1", "1", "2"} {
		if all(chat) {
			t.Error("one or two chats stopped all")
		}
	}
	if !all("3") {
		t.Error("three chats did not stop all")
	}
	h.clock.pass(time.Minute)
	if all("4") {
		t.Error("old refusals were counted")
	}
}
