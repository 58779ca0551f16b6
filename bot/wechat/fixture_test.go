package wechat

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"

	"redthread/bot"
)

const (
	appID     = "wxba5fad812f8e6fb9"
	secret    = "0123456789abcdef0123456789abcdef"
	signToken = "AAAAA"
	person    = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"
)

var (
	aesKey = strings.Repeat("A", 43)
	oldKey = strings.Repeat("B", 43)
	start  = time.Unix(1714112445, 0)
)

// letterBox keeps dead letters, or refuses them.
type letterBox struct {
	mu   sync.Mutex
	raw  []string
	away bool
}

func (b *letterBox) Bury(_ context.Context, _ string, raw []byte, _ error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return fmt.Errorf("no room")
	}
	b.raw = append(b.raw, string(raw))
	return nil
}

func (b *letterBox) kept() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.raw
}

// open is a channel whose clock stands at start and which gives up at once.
func open(t testing.TB, change func(*Config)) (*Channel, *letterBox) {
	t.Helper()
	box := new(letterBox)
	cfg := Config{AppID: appID, AppSecret: secret, Token: signToken, AESKey: aesKey, MenuLinks: true,
		Letters: box, Now: func() time.Time { return start }}
	if change != nil {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 0
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Error("close:", err)
		}
	})
	return c, box
}

// text is the XML of a text message.
func text(id int64, words string) string {
	return xmlOf("text", fmt.Sprintf("<Content><![CDATA[%s]]></Content><MsgId>%d</MsgId>", words, id))
}

func xmlOf(kind, rest string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"+
		"<CreateTime>%d</CreateTime><MsgType><![CDATA[%s]]></MsgType>%s</xml>", person, start.Unix(), kind, rest)
}

// query is a signed query.
func query(at time.Time) url.Values {
	ts := strconv.FormatInt(at.Unix(), 10)
	return url.Values{"timestamp": {ts}, "nonce": {"415670741"}, "openid": {person},
		"signature": {util.Signature(signToken, ts, "415670741")}}
}

// sealed is a callback as safe mode sends it.
func sealed(t testing.TB, body, key string) (url.Values, string) {
	t.Helper()
	enc, err := util.EncryptMsg([]byte("a8eedb185eb2fecf"), []byte(body), appID, key)
	if err != nil {
		t.Fatal(err)
	}
	q := query(start)
	q.Set("encrypt_type", "aes")
	q.Set("msg_signature", util.Signature(signToken, q.Get("timestamp"), q.Get("nonce"), string(enc)))
	return q, "<xml><ToUserName>gh_97417a04a28d</ToUserName><Encrypt><![CDATA[" + string(enc) + "]]></Encrypt></xml>"
}

// deliver posts a callback to the handler.
func deliver(h http.Handler, q url.Values, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?"+q.Encode(), strings.NewReader(body)))
	return w
}

// deliverSealed posts a message in safe mode.
func deliverSealed(t testing.TB, h http.Handler, body string) *httptest.ResponseRecorder {
	t.Helper()
	q, b := sealed(t, body, aesKey)
	return deliver(h, q, b)
}

// unseal reads an encrypted answer as the platform would.
func unseal(t testing.TB, body []byte, key string) string {
	t.Helper()
	var r message.ResponseEncryptedXMLMsg
	if err := xml.Unmarshal(body, &r); err != nil {
		t.Fatalf("answer %q: %v", body, err)
	}
	if want := util.Signature(signToken, strconv.FormatInt(r.Timestamp, 10), r.Nonce, r.EncryptedMsg); r.MsgSignature != want {
		t.Error("answer's MsgSignature is wrong")
	}
	_, raw, err := util.DecryptMsg(appID, r.EncryptedMsg, key)
	if err != nil {
		t.Fatal(err)
	}
	var words struct {
		Content string `xml:"Content"`
	}
	if err := xml.Unmarshal(raw, &words); err != nil {
		t.Fatal(err)
	}
	return words.Content
}

// accepted keeps what it accepts.
type accepted struct {
	mu     sync.Mutex
	events []bot.Event
}

func (a *accepted) accept(_ context.Context, ev bot.Event) (bot.Outcome, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.events = append(a.events, ev)
	return bot.Outcome{}, nil
}

func (a *accepted) all() []bot.Event {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.events
}

// memory is a Shared cache; it can be away.
type memory struct {
	mu   sync.Mutex
	m    map[string]string
	away bool
}

var errAway = fmt.Errorf("cache away")

func (s *memory) Get(_ context.Context, k string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return "", errAway
	}
	return s.m[k], nil
}

func (s *memory) Set(_ context.Context, k, v string, _ time.Duration) error {
	_, err := s.put(k, v, true)
	return err
}

func (s *memory) SetNX(_ context.Context, k, v string, _ time.Duration) (bool, error) {
	return s.put(k, v, false)
}

func (s *memory) put(k, v string, over bool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return false, errAway
	}
	if s.m == nil {
		s.m = map[string]string{}
	}
	if _, has := s.m[k]; has && !over {
		return false, nil
	}
	s.m[k] = v
	return true, nil
}

func (s *memory) CompareAndDelete(_ context.Context, k, v string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return errAway
	}
	if s.m[k] == v {
		delete(s.m, k)
	}
	return nil
}
