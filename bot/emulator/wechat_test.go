package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
	"go.uber.org/goleak"
)

// wxStage is a platform with a bot, on a clock that the test moves.
type wxStage struct {
	*testing.T
	w     *WeChat
	clock *ManualClock
	api   *httptest.Server

	mu    sync.Mutex
	seen  []wxSeen
	reply func(wxSeen) string // by default silence
	hook  func(http.ResponseWriter, *http.Request) bool
}

// wxSeen is a push as a bot reads it.
type wxSeen struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
	MsgId        string
	MenuID       string `xml:"bizmsgmenuid"`
	Event        string
	EventKey     string
	Ticket       string
	PicUrl       string
	MediaId      string
	ThumbMediaId string
	Format       string
	Recognition  string
	Location_X   string
	Location_Y   string
	Scale        string
	Label        string
	Title        string
	Description  string
	Url          string
	FileTotalLen string
	Latitude     string
	Longitude    string
	Precision    string
	MsgID        string
	Status       string
	ScanResult   string `xml:"ScanCodeInfo>ScanResult"`
	Encrypt      string

	query string
	body  string
}

var wxMidnight = time.Date(2025, 3, 8, 16, 0, 0, 0, time.UTC) // in Beijing

// newWxStage opens a platform whose bot answers by reply. Its keys are fixed.
func newWxStage(t *testing.T, cfg WeChatConfig) *wxStage {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	s := &wxStage{T: t, clock: NewManualClock(wxMidnight)}
	cfg.AppID, cfg.AESKey, cfg.Clock, cfg.Seed = vectorAppID, vectorKey, s.clock, 1
	s.w = NewWeChat(cfg)
	bot := httptest.NewServer(http.HandlerFunc(s.bot))
	s.api = httptest.NewServer(s.w)
	s.w.SetCallback(bot.URL + "/wechat?house=1")
	t.Cleanup(func() {
		s.w.Close()
		s.api.Client().CloseIdleConnections()
		s.api.Close()
		bot.Close()
		goleak.VerifyNone(t, ignore)
	})
	return s
}

// bot checks what every push must carry and answers it.
func (s *wxStage) bot(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	hook, reply := s.hook, s.reply
	s.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	q, cfg := r.URL.Query(), s.w.Config()
	if q.Get("house") != "1" {
		s.Errorf("the callback's own query is lost: %s", r.URL.RawQuery)
	}
	if q.Get("signature") != util.Signature(cfg.Token, q.Get("timestamp"), q.Get("nonce")) {
		rw.WriteHeader(http.StatusForbidden)
		return
	}
	if echo := q.Get("echostr"); echo != "" {
		if hook == nil || !hook(rw, r) {
			io.WriteString(rw, echo)
		}
		return
	}
	var in wxSeen
	if err := xml.Unmarshal(body, &in); err != nil {
		s.Errorf("push is not XML: %v\n%s", err, body)
	}
	if q.Get("encrypt_type") == "aes" {
		if q.Get("msg_signature") != util.Signature(cfg.Token, q.Get("timestamp"), q.Get("nonce"), in.Encrypt) {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		_, plain, err := util.DecryptMsg(cfg.AppID, in.Encrypt, cfg.AESKey)
		if err != nil {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		in = wxSeen{}
		if err := xml.Unmarshal(plain, &in); err != nil {
			s.Errorf("sealed push is not XML: %v\n%s", err, plain)
		}
	}
	in.query, in.body = r.URL.RawQuery, string(body)
	s.mu.Lock()
	s.seen = append(s.seen, in)
	s.mu.Unlock()
	if hook != nil && hook(rw, r) {
		return
	}
	if reply != nil {
		io.WriteString(rw, reply(in))
	}
}

// answer sets how the bot answers.
func (s *wxStage) answer(reply func(wxSeen) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reply = reply
}

// meanwhile lets f handle the bot's requests where it returns true.
func (s *wxStage) meanwhile(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

func (s *wxStage) pushes() []wxSeen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]wxSeen(nil), s.seen...)
}

// done waits for a push and returns it.
func (s *wxStage) done(p *WeChatPush) *WeChatPush {
	s.Helper()
	select {
	case <-p.Done():
	case <-time.After(20 * time.Second):
		s.Fatal("the push does not end")
	}
	return p
}

// well waits for a push that must succeed.
func (s *wxStage) well(p *WeChatPush) *WeChatPush {
	s.Helper()
	if err := s.done(p).Err(); err != nil {
		s.Fatal(err)
	}
	return p
}

// follower is a phone that follows the account.
func (s *wxStage) follower(openid string) *WeChatPhone {
	s.Helper()
	p := s.w.Phone(openid)
	s.well(p.Follow(""))
	return p
}

func (s *wxStage) last(p *WeChatPhone) Bubble {
	s.Helper()
	b := p.Screen().Bubbles()
	if len(b) == 0 {
		s.Fatal("the screen is empty")
	}
	return b[len(b)-1]
}

// textReply is a passive reply in plaintext.
func (s *wxStage) textReply(to, content string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"+
		"<CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content></xml>",
		to, s.w.Config().OriginalID, strings.ReplaceAll(content, "]]>", "]]]]><![CDATA[>"))
}

// sealed wraps a reply as safe mode wants it.
func (s *wxStage) sealed(reply string) string {
	cfg := s.w.Config()
	enc, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(reply), cfg.AppID, cfg.AESKey)
	if err != nil {
		s.Fatal(err)
	}
	return fmt.Sprintf("<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature>%s</MsgSignature>"+
		"<TimeStamp>7</TimeStamp><Nonce><![CDATA[8]]></Nonce></xml>", enc, util.Signature(cfg.Token, "7", "8", string(enc)))
}

// echo answers every push with its own words.
func (s *wxStage) echo(in wxSeen) string {
	if in.Content == "" {
		return "success"
	}
	reply := s.textReply(in.FromUserName, "re: "+in.Content)
	if s.w.Config().Mode == "safe" {
		reply = s.sealed(reply)
	}
	return reply
}

// call calls the API and returns its answer and errcode.
func (s *wxStage) call(method, path string, body any) (map[string]any, int) {
	s.Helper()
	raw, ok := body.(string)
	if !ok && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		raw = string(b)
	}
	status, got := s.fetch(method, path, "application/json", raw)
	var out map[string]any
	if err := json.Unmarshal(got, &out); err != nil {
		s.Fatalf("%s: status %d, no JSON: %q", path, status, got)
	}
	code, _ := out["errcode"].(float64)
	return out, int(code)
}

// fetch makes one request; status 0 says that the connection was cut.
func (s *wxStage) fetch(method, path, kind, body string) (int, []byte) {
	s.Helper()
	r, _ := http.NewRequest(method, s.api.URL+path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	res, err := s.api.Client().Do(r)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	return res.StatusCode, got
}

// token fetches the stable token.
func (s *wxStage) token() string {
	s.Helper()
	out, code := s.stable(false)
	if code != 0 {
		s.Fatal(out)
	}
	return out["access_token"].(string)
}

func (s *wxStage) stable(force bool) (map[string]any, int) {
	s.Helper()
	cfg := s.w.Config()
	return s.call("POST", "/cgi-bin/stable_token", map[string]any{
		"grant_type": "client_credential", "appid": cfg.AppID, "secret": cfg.Secret, "force_refresh": force})
}

// post calls a path with a good token.
func (s *wxStage) post(path string, body any) (map[string]any, int) {
	s.Helper()
	return s.call("POST", path+"?access_token="+s.token(), body)
}

func (s *wxStage) sendText(to, text string) int {
	s.Helper()
	_, code := s.post("/cgi-bin/message/custom/send",
		map[string]any{"touser": to, "msgtype": "text", "text": map[string]string{"content": text}})
	return code
}

func TestWeChatModes(t *testing.T) {
	for _, mode := range []string{"plain", "compatible", "safe"} {
		t.Run(mode, func(t *testing.T) {
			s := newWxStage(t, WeChatConfig{Mode: mode})
			if err := s.w.Verify(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.answer(s.echo)
			anna := s.follower("anna")
			push := s.well(anna.Write("a]]>b <&> 😀"))
			if got := push.Reply(); got == nil || got.Text != "re: a]]>b <&> 😀" || s.last(anna).ID != got.ID {
				t.Errorf("reply %+v, last bubble %+v", got, s.last(anna))
			}
			b := anna.Screen().Bubbles()
			if !b[0].Mine || b[0].Text != "a]]>b <&> 😀" || b[0].ID >= b[1].ID {
				t.Errorf("bubbles %+v", b)
			}
			seen := s.pushes()[1]
			if seen.MsgId != fmt.Sprint(push.ID) || seen.CreateTime != wxMidnight.Unix() || seen.ToUserName != s.w.Config().OriginalID {
				t.Errorf("push %+v", seen)
			}
			for part, want := range map[string]bool{
				"<Content>": mode != "safe", "<Encrypt>": mode != "plain",
				"<MsgType><![CDATA[text]]></MsgType>": mode != "safe",
			} {
				if strings.Contains(seen.body, part) != want {
					t.Errorf("%s in the body: want %v\n%s", part, want, seen.body)
				}
			}
			for part, want := range map[string]bool{
				"openid=anna": true, "encrypt_type=aes": mode != "plain", "msg_signature=": mode != "plain",
			} {
				if strings.Contains(seen.query, part) != want {
					t.Errorf("%s in the query: want %v\n%s", part, want, seen.query)
				}
			}
		})
	}
}

func TestWeChatVerifyRefuses(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	for name, answer := range map[string]func(http.ResponseWriter){
		"quoted": func(rw http.ResponseWriter) { io.WriteString(rw, `"123"`) },
		"status": func(rw http.ResponseWriter) { rw.WriteHeader(403) },
		"cut":    func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		s.meanwhile(func(rw http.ResponseWriter, _ *http.Request) bool { answer(rw); return true })
		if s.w.Verify(t.Context()) == nil {
			t.Errorf("%s: verified", name)
		}
	}
}

// TestWeChatRetries: a bot that hangs is cut after five seconds, three times,
// and gets the identical request each time.
func TestWeChatRetries(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	entered, cut := make(chan struct{}, 3), make(chan struct{}, 3)
	s.meanwhile(func(_ http.ResponseWriter, r *http.Request) bool {
		entered <- struct{}{}
		<-r.Context().Done()
		cut <- struct{}{}
		return true
	})
	push := anna.Write("hello")
	for range 3 {
		<-entered
		s.clock.Advance(5*time.Second - 1)
		select {
		case <-cut:
			t.Fatal("cut too early")
		case <-time.After(10 * time.Millisecond):
		}
		s.clock.Advance(1)
		<-cut
	}
	if err := s.done(push).Err(); !errors.Is(err, ErrWeChatCut) {
		t.Errorf("error %v", err)
	}
	d := push.Deliveries()
	if len(d) != 3 || d[1].At.Sub(d[0].At) != 5*time.Second || d[2].At.Sub(d[1].At) != 5*time.Second {
		t.Fatalf("deliveries %+v", d)
	}
	for _, d := range d[1:] {
		if d.Query != push.Deliveries()[0].Query || !bytes.Equal(d.Body, push.Deliveries()[0].Body) {
			t.Error("the repetition differs")
		}
	}
	seen := s.pushes()[1:]
	if len(seen) != 3 || seen[0].query != seen[2].query || seen[0].body != seen[1].body {
		t.Errorf("the bot saw %d requests, not three of a kind", len(seen))
	}
	if b := s.last(anna); b.Kind != "notice" || b.Text != WeChatBanner {
		t.Errorf("last bubble %+v", b)
	}
	if st := s.w.Stats(); st.Cuts != 3 || st.Retries != 2 || st.Banners != 1 || st.Lost != 1 {
		t.Errorf("stats %+v", st)
	}
}

func TestWeChatLateReplyIsShown(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	s.answer(s.echo)
	var n atomic.Int32
	entered := make(chan struct{}, 3)
	s.meanwhile(func(_ http.ResponseWriter, r *http.Request) bool {
		late := n.Add(1) < 3
		entered <- struct{}{}
		if late {
			<-r.Context().Done()
		}
		return late
	})
	push := anna.Write("hello")
	for range 2 {
		<-entered
		s.clock.Advance(5 * time.Second)
	}
	if s.well(push).Reply().Text != "re: hello" || len(push.Deliveries()) != 3 {
		t.Errorf("reply %+v after %d deliveries", push.Reply(), len(push.Deliveries()))
	}
}

// TestWeChatCutConnectionIsRetried: a bot that hangs up at once is asked again
// five seconds after the first time.
func TestWeChatCutConnectionIsRetried(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	var n atomic.Int32
	s.meanwhile(func(http.ResponseWriter, *http.Request) bool {
		if n.Add(1) == 1 {
			panic(http.ErrAbortHandler)
		}
		return false
	})
	push := anna.Write("hello")
	s.untilDeliveries(push, 1)
	s.clock.Waiters(1)
	s.clock.Advance(5 * time.Second)
	s.well(push)
	if d := push.Deliveries(); len(d) != 2 || d[0].Err == nil || d[1].At.Sub(d[0].At) != 5*time.Second {
		t.Errorf("deliveries %+v", d)
	}
}

// untilDeliveries waits until n deliveries of a push have ended.
func (s *wxStage) untilDeliveries(p *WeChatPush, n int) {
	for len(p.Deliveries()) < n {
		time.Sleep(time.Millisecond)
	}
}

func TestWeChatStatusShowsBanner(t *testing.T) {
	for _, retry := range []bool{false, true} {
		s := newWxStage(t, WeChatConfig{RetryStatus: retry})
		anna := s.follower("anna")
		var n atomic.Int32
		s.meanwhile(func(rw http.ResponseWriter, _ *http.Request) bool {
			n.Add(1)
			rw.WriteHeader(http.StatusServiceUnavailable)
			return true
		})
		push := anna.Write("hello")
		if retry {
			for i := range 2 {
				s.untilDeliveries(push, i+1)
				s.clock.Waiters(1)
				s.clock.Advance(5 * time.Second)
			}
		}
		if s.done(push).Err() == nil || s.last(anna).Text != WeChatBanner || (n.Load() == 3) != retry {
			t.Errorf("retry %v: %d deliveries, error %v", retry, n.Load(), push.Err())
		}
	}
}

func TestWeChatMarkFail(t *testing.T) {
	s := newWxStage(t, WeChatConfig{MarkFailAfter: 2})
	anna := s.follower("anna")
	s.meanwhile(func(rw http.ResponseWriter, _ *http.Request) bool {
		io.WriteString(rw, "{}")
		return true
	})
	s.done(anna.Write("one"))
	s.done(anna.Write("two"))
	s.meanwhile(nil)
	before := len(s.pushes())
	for range 2 {
		push := s.done(anna.Write("lost"))
		if !errors.Is(push.Err(), ErrWeChatMarkFail) || len(push.Deliveries()) != 0 || s.last(anna).Text != WeChatBanner {
			t.Errorf("error %v, %d deliveries", push.Err(), len(push.Deliveries()))
		}
		s.clock.Advance(30*time.Second - 1)
	}
	s.clock.Advance(2)
	s.well(anna.Write("again"))
	if got := s.pushes()[before:]; len(got) != 1 || got[0].Content != "again" {
		t.Errorf("the bot saw %+v", got)
	}
	if st := s.w.Stats(); st.Skipped != 2 {
		t.Errorf("stats %+v", st)
	}
}

func TestWeChatBannerRules(t *testing.T) {
	ok := func(s *wxStage) string { return s.textReply("anna", "hi") }
	all, plainOnly, safeOnly := "plain compatible safe", "plain compatible", "compatible safe"
	for _, c := range []struct {
		name  string
		good  string // the modes in which it is no fault
		shown string
		reply func(*wxStage) string
	}{
		{"empty", all, "", func(*wxStage) string { return "" }},
		{"success", all, "", func(*wxStage) string { return "success" }},
		{"text", plainOnly, "hi", ok},
		{"sealed text", safeOnly, "hi", func(s *wxStage) string { return s.sealed(ok(s)) }},
		{"sealed silence", "", "", func(s *wxStage) string { return s.sealed("") }},
		{"sealed success", "", "", func(s *wxStage) string { return s.sealed("success") }},
		{"sealed, wrong signature", "", "", func(s *wxStage) string {
			return strings.Replace(s.sealed(ok(s)), "<TimeStamp>7", "<TimeStamp>9", 1)
		}},
		{"json", "", "", func(*wxStage) string { return `{"text":"hi"}` }},
		{"html", "", "", func(*wxStage) string { return `<html>oops</html>` }},
		{"words", "", "", func(*wxStage) string { return "hi" }},
		{"no content", "", "", func(s *wxStage) string { return s.textReply("anna", "") }},
		{"blank content", "", "", func(s *wxStage) string { return s.textReply("anna", " \n") }},
		{"control character", "", "", func(s *wxStage) string { return s.textReply("anna", "h\x08i") }},
		{"broken character", "", "", func(s *wxStage) string { return s.textReply("anna", "h\xffi") }},
		{"too long", "", "", func(s *wxStage) string { return s.textReply("anna", strings.Repeat("长", 683)) }},
		{"huge", "", "", func(s *wxStage) string { return s.textReply("anna", strings.Repeat("x", 70<<10)) }},
		{"wrong person", "", "", func(s *wxStage) string { return s.textReply("bob", "hi") }},
		{"wrong account", "", "", func(s *wxStage) string {
			return strings.Replace(ok(s), s.w.Config().OriginalID, "gh_other", 1)
		}},
		{"no time", "", "", func(s *wxStage) string { return strings.Replace(ok(s), "<CreateTime>1<", "<CreateTime><", 1) }},
		{"unknown type", "", "", func(s *wxStage) string { return strings.Replace(ok(s), "[text]", "[hologram]", 1) }},
		{"cut off", "", "", func(s *wxStage) string { return strings.TrimSuffix(ok(s), "</xml>") }},
		{"a second reply behind", "", "", func(s *wxStage) string { return ok(s) + ok(s) }},
		{"unknown picture", "", "", func(s *wxStage) string {
			return strings.Replace(ok(s), "[text]", "[image]", 1)
		}},
	} {
		for _, mode := range []string{"plain", "compatible", "safe"} {
			t.Run(c.name+"/"+mode, func(t *testing.T) {
				s := newWxStage(t, WeChatConfig{Mode: mode})
				anna := s.follower("anna")
				s.answer(func(wxSeen) string { return c.reply(s) })
				push, good := s.done(anna.Write("hello")), strings.Contains(c.good, mode)
				if (push.Err() == nil) != good {
					t.Fatalf("error %v", push.Err())
				}
				want := c.shown
				if !good {
					want = WeChatBanner
				}
				shown := ""
				if b := s.last(anna); !b.Mine {
					shown = b.Text
				}
				if shown != want || len(push.Deliveries()) != 1 {
					t.Errorf("shown %q after %d deliveries, want %q after one", shown, len(push.Deliveries()), want)
				}
			})
		}
	}
}

// TestWeChatNews: an answer to a message carries one article, to an event eight.
func TestWeChatNews(t *testing.T) {
	s := newWxStage(t, WeChatConfig{Mode: "plain"})
	items := strings.Repeat("<item><Title>t</Title><Description>d</Description><Url>https://a.example</Url></item>", 9)
	s.answer(func(in wxSeen) string {
		return strings.Replace(strings.Replace(s.textReply("anna", "x"), "[text]", "[news]", 1), "<Content>",
			"<ArticleCount>9</ArticleCount><Articles>"+items+"</Articles><Content>", 1)
	})
	anna := s.w.Phone("anna")
	s.well(anna.Follow(""))
	if n := len(anna.Screen().Bubbles()); n != 8 {
		t.Errorf("%d articles on following", n)
	}
	s.well(anna.Write("x"))
	if n := len(anna.Screen().Bubbles()); n != 8+2 {
		t.Errorf("%d bubbles after a message", n)
	}
	if b := s.last(anna); b.Text != "t\nd" || len(b.Words) != 1 || b.Words[0].URL != "https://a.example" {
		t.Errorf("article %+v", b)
	}
}

// TestWeChatMediaReplies: a passive reply shows what was uploaded before.
func TestWeChatMediaReplies(t *testing.T) {
	s := newWxStage(t, WeChatConfig{Mode: "plain"})
	anna := s.follower("anna")
	picture, _ := s.upload("image", []byte("\x89PNG\r\n\x1a\n"))
	voice, _ := s.upload("voice", []byte("#!AMR\n"))
	for _, c := range []struct{ kind, inner, want string }{
		{"image", "<Image><MediaId>" + picture + "</MediaId></Image>", "photo  " + picture},
		{"voice", "<Voice><MediaId>" + voice + "</MediaId></Voice>", "voice  " + voice},
		{"music", "<Music><Title>t</Title><Description>d</Description><MusicUrl>https://m.example</MusicUrl></Music>", "text t\nd "},
		{"video", "<Video><MediaId>" + voice + "</MediaId></Video>", "notice " + WeChatBanner + " "},
	} {
		s.answer(func(wxSeen) string {
			r := strings.Replace(s.textReply("anna", "x"), "[text]", "["+c.kind+"]", 1)
			return strings.Replace(r, "<Content>", c.inner+"<Content>", 1)
		})
		s.done(anna.Write("x"))
		if b := s.last(anna); b.Kind+" "+b.Text+" "+b.Photo != c.want {
			t.Errorf("%s: shown %+v", c.kind, b)
		}
	}
	s.answer(func(wxSeen) string {
		return strings.Replace(s.textReply("anna", "x"), "[text]", "[transfer_customer_service]", 1)
	})
	if p := s.well(anna.Write("x")); p.Reply() != nil || !s.last(anna).Mine {
		t.Errorf("handing over shows %+v", s.last(anna))
	}
}

func TestWeChatUnfollowed(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	s.answer(func(wxSeen) string { return s.sealed(s.textReply("anna", "bye")) })
	anna := s.w.Phone("anna")
	if err := s.done(anna.Write("hello")).Err(); !errors.Is(err, ErrWeChatStranger) {
		t.Errorf("a stranger writes: %v", err)
	}
	s.well(anna.Follow(""))
	if err := s.done(anna.Follow("")).Err(); !errors.Is(err, ErrWeChatFollows) {
		t.Errorf("follows twice: %v", err)
	}
	before := len(anna.Screen().Bubbles())
	s.well(anna.Unfollow())
	if len(anna.Screen().Bubbles()) != before {
		t.Error("a reply reached somebody who has left")
	}
	if code := s.sendText("anna", "x"); code != 45015 {
		t.Errorf("send to one who left: %d", code)
	}
}

func TestWeChatOrdered(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		s := newWxStage(t, WeChatConfig{Ordered: ordered})
		anna := s.follower("anna")
		hold, entered := make(chan struct{}), make(chan struct{}, 2)
		s.meanwhile(func(http.ResponseWriter, *http.Request) bool {
			entered <- struct{}{}
			<-hold
			return true
		})
		one, two := anna.Write("one"), anna.Write("two")
		<-entered
		if ordered {
			s.clock.Waiters(1)
			if n := len(s.pushes()); n != 2 { // the follow and one
				t.Errorf("the second set out before the first had arrived: %d", n)
			}
		} else {
			<-entered // both are under way
		}
		close(hold)
		s.well(one)
		s.well(two)
	}
}

// TestWeChatCrowd: many people at once, under the race detector.
func TestWeChatCrowd(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	s.answer(s.echo)
	var crowd sync.WaitGroup
	for i := range 20 {
		crowd.Go(func() {
			p := s.w.Phone(fmt.Sprint("person", i))
			<-p.Follow("").Done()
			for n := range 5 {
				push := p.Write(fmt.Sprint(n))
				<-push.Done()
				if push.Reply() == nil || push.Reply().Text != fmt.Sprint("re: ", n) {
					t.Errorf("person %d: reply %+v, error %v", i, push.Reply(), push.Err())
				}
			}
		})
	}
	crowd.Wait()
	if st := s.w.Stats(); st.Replies != 100 || st.Pushes != 120 {
		t.Errorf("stats %+v", st)
	}
}

func TestWeChatClose(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	s.meanwhile(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	push := anna.Write("hello")
	s.clock.Waiters(1)
	s.w.Close()
	if err := s.done(push).Err(); !errors.Is(err, ErrWeChatClosed) {
		t.Errorf("error %v", err)
	}
	if err := s.done(anna.Write("late")).Err(); !errors.Is(err, ErrWeChatClosed) {
		t.Errorf("error %v", err)
	}
}

func TestWeChatVerifyIsCut(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	s.meanwhile(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	failed := make(chan error)
	go func() { failed <- s.w.Verify(ctx) }()
	s.clock.Waiters(1)
	s.clock.Advance(5 * time.Second)
	if err := <-failed; !errors.Is(err, ErrWeChatCut) {
		t.Errorf("error %v", err)
	}
}

// BenchmarkWeChatPush is the cost of a message in safe mode, over loopback, both
// ends together.
func BenchmarkWeChatPush(b *testing.B) {
	w := NewWeChat(WeChatConfig{})
	bot := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { io.WriteString(rw, "success") }))
	defer bot.Close()
	defer w.Close()
	w.SetCallback(bot.URL)
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		p := w.Phone(fmt.Sprint(n.Add(1)))
		<-p.Follow("").Done()
		for pb.Next() {
			<-p.Write("hello").Done()
		}
	})
}
