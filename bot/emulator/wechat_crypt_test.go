package emulator

import (
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

// The vectors of WeChat's own document
// (developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.md).
const (
	vectorToken  = "AAAAA"
	vectorAppID  = "wxba5fad812f8e6fb9"
	vectorSealed = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
	vectorMsg    = `{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}`
	vectorReply  = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
)

var vectorKey = strings.Repeat("A", 43)

func TestWeChatSignatureVectors(t *testing.T) {
	for _, c := range []struct{ name, want, timestamp, nonce, sealed string }{
		{"echo", "f464b24fc39322e44b38aa78f5edd27bd1441696", "1714036504", "1514711492", ""},
		{"plain", "899cf89e464efb63f54ddac96b0a0a235f53aa78", "1714037059", "486452656", ""},
		{"safe", "6c5c811b55cc85e0e1b54100749188c20beb3f5d", "1714112445", "415670741", ""},
		{"safe message", "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3", "1714112445", "415670741", vectorSealed},
		{"reply", "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1", "1713424427", "415670741", vectorReply},
	} {
		if got := wxSign(vectorToken, c.timestamp, c.nonce, c.sealed); got != c.want {
			t.Errorf("%s: signature is %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWeChatCipherVectors(t *testing.T) {
	c, err := newWxCipher(vectorKey, vectorAppID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.open(vectorSealed); err != nil || string(got) != vectorMsg {
		t.Errorf("open = %q, %v", got, err)
	}
	if got := c.seal([]byte("a8eedb185eb2fecf"), []byte(vectorMsg)); got != vectorSealed {
		t.Errorf("seal = %s", got)
	}
	if got := c.seal([]byte("707722b803182950"), []byte(`{"demo_resp":"good luck"}`)); got != vectorReply {
		t.Errorf("seal = %s", got)
	}
}

func TestWeChatCipherRefuses(t *testing.T) {
	c, _ := newWxCipher(vectorKey, vectorAppID)
	other, _ := newWxCipher(vectorKey, "wxother")
	wrongKey, _ := newWxCipher(strings.Repeat("B", 42)+"A", vectorAppID)
	random := []byte("0123456789abcdef")
	for name, sealed := range map[string]string{
		"another account": other.seal(random, []byte("x")),
		"another key":     wrongKey.seal(random, []byte("x")),
		"no base64":       "%%%",
		"empty":           "",
		"half a block":    "AAAA",
		"rubbish":         strings.Repeat("A", 64),
	} {
		if got, err := c.open(sealed); err == nil {
			t.Errorf("%s: opened to %q", name, got)
		}
	}
	if _, err := newWxCipher("short", vectorAppID); err == nil {
		t.Error("a short key is taken")
	}
}

// FuzzWeChatOpen gives the cipher what a bot could answer, and compares it with
// another implementation of the same document.
func FuzzWeChatOpen(f *testing.F) {
	f.Add(vectorSealed, []byte("hello"))
	f.Add("", []byte{})
	c, _ := newWxCipher(vectorKey, vectorAppID)
	f.Fuzz(func(t *testing.T, sealed string, msg []byte) {
		_, _ = c.open(sealed) // must not panic
		made := c.seal([]byte("0123456789abcdef"), msg)
		if got, err := c.open(made); err != nil || string(got) != string(msg) {
			t.Fatalf("open(seal(%q)) = %q, %v", msg, got, err)
		}
		theirs, err := util.EncryptMsg([]byte("0123456789abcdef"), msg, vectorAppID, vectorKey)
		if err != nil || string(theirs) != made {
			t.Fatalf("sealed as %s, the other way as %s (%v)", made, theirs, err)
		}
	})
}
