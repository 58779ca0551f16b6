package wechat

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// The vectors of the platform's own encryption document.
const (
	vectorSealed = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
	vectorPlain  = `{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`
	vectorAnswer = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
)

func vectorQuery() url.Values {
	return url.Values{"timestamp": {"1714112445"}, "nonce": {"415670741"}, "encrypt_type": {"aes"},
		"signature":     {"6c5c811b55cc85e0e1b54100749188c20beb3f5d"},
		"msg_signature": {"046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"}}
}

func TestVectorEcho(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.Now = func() time.Time { return time.Unix(1714036504, 0) } })
	q := url.Values{"timestamp": {"1714036504"}, "nonce": {"1514711492"}, "echostr": {"4375120948345356249"},
		"signature": {"f464b24fc39322e44b38aa78f5edd27bd1441696"}}
	w := httptest.NewRecorder()
	c.Webhook(nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/?"+q.Encode(), nil))
	if w.Code != 200 || w.Body.String() != "4375120948345356249" {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
}

func TestVectorPlainSignature(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.Now = func() time.Time { return time.Unix(1714037059, 0) } })
	q := url.Values{"timestamp": {"1714037059"}, "nonce": {"486452656"}, "signature": {"899cf89e464efb63f54ddac96b0a0a235f53aa78"}}
	if err := c.guard(q); err != nil {
		t.Fatal(err)
	}
}

func TestVectorSafe(t *testing.T) {
	c, _ := open(t, nil)
	q := vectorQuery()
	if err := c.guard(q); err != nil {
		t.Fatal(err)
	}
	got, err := c.open(q, []byte("<xml><Encrypt>"+vectorSealed+"</Encrypt></xml>"))
	if err != nil || string(got.raw) != vectorPlain || got.key != aesKey {
		t.Fatalf("%q, %v", got.raw, err)
	}
}

func TestVectorAnswer(t *testing.T) {
	got, err := util.EncryptMsg([]byte("707722b803182950"), []byte(`{"demo_resp":"good luck"}`), appID, aesKey)
	if err != nil || string(got) != vectorAnswer {
		t.Fatalf("%s, %v", got, err)
	}
	if s := util.Signature(signToken, "1713424427", "415670741", vectorAnswer); s != "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1" {
		t.Fatal(s)
	}
}

func TestOpenRefusesForgeries(t *testing.T) {
	c, _ := open(t, nil)
	body := "<xml><Encrypt>" + vectorSealed + "</Encrypt></xml>"
	cases := map[string]struct {
		change func(url.Values)
		body   string
	}{
		"no msg_signature":    {func(q url.Values) { q.Del("msg_signature") }, body},
		"wrong msg_signature": {func(q url.Values) { q.Set("msg_signature", strings.Repeat("0", 40)) }, body},
		"other ciphertext":    {func(url.Values) {}, strings.Replace(body, "+qdx", "+qdy", 1)},
		"no ciphertext":       {func(url.Values) {}, "<xml/>"},
		"no XML":              {func(url.Values) {}, "{}"},
		"plain text":          {func(q url.Values) { q.Del("encrypt_type") }, text(1, "hi")},
		"raw":                 {func(q url.Values) { q.Set("encrypt_type", "raw") }, text(1, "hi")},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			q := vectorQuery()
			tc.change(q)
			if _, err := c.open(q, []byte(tc.body)); !errors.Is(err, errForged) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestKeyRotation(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.AESKey, c.PreviousAESKey = aesKey, oldKey })
	for _, key := range []string{aesKey, oldKey} {
		q, body := sealed(t, text(1, "hi"), key)
		if got, err := c.open(q, []byte(body)); err != nil || got.key != key {
			t.Errorf("opened with another key: %v", err)
		}
	}
	q, body := sealed(t, text(1, "hi"), strings.Repeat("C", 43))
	got, err := c.open(q, []byte(body))
	if err == nil || errors.Is(err, errForged) || string(got.raw) != body {
		t.Errorf("an unknown key: %v", err)
	}
}

func TestOpenChecksAppID(t *testing.T) {
	c, _ := open(t, func(c *Config) { c.AppID = "wx0000000000000000" })
	q, body := sealed(t, text(1, "hi"), aesKey)
	if _, err := c.open(q, []byte(body)); !errors.Is(err, errForged) {
		t.Errorf("another account's callback: %v", err)
	}
}

func TestGuard(t *testing.T) {
	c, _ := open(t, nil)
	far := url.Values{"timestamp": {"9223372036854775807"}, "nonce": {"1"}, "signature": {util.Signature(signToken, "9223372036854775807", "1")}}
	cases := map[string]struct {
		q  url.Values
		ok bool
	}{
		"now":             {query(start), true},
		"4 min old":       {query(start.Add(-4 * time.Minute)), true},
		"6 min old":       {query(start.Add(-6 * time.Minute)), false},
		"6 min ahead":     {query(start.Add(6 * time.Minute)), false},
		"5 years old":     {query(start.AddDate(-5, 0, 0)), false},
		"end of time":     {far, false},
		"empty":           {url.Values{}, false},
		"other timestamp": {url.Values{"timestamp": {"1714112446"}, "nonce": query(start)["nonce"], "signature": query(start)["signature"]}, false},
	}
	for name, tc := range cases {
		if err := c.guard(tc.q); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuardAfter2038(t *testing.T) {
	late := time.Unix(1<<31+10, 0)
	c, _ := open(t, func(c *Config) { c.Now = func() time.Time { return late } })
	if err := c.guard(query(late)); err != nil {
		t.Error(err)
	}
}
