package wechat

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
)

// freshness is how far a callback's timestamp may be from our clock. A nonce may
// repeat: the platform repeats a request with the very same query.
const freshness = 5 * time.Minute

// errForged says that a request does not prove that it comes from the platform.
var errForged = errors.New("wechat: not from the platform")

// letter is a callback's body, opened.
type letter struct {
	raw []byte // the XML, or the body as it came when it could not be opened
	key string // the AES key that opened it, and that the answer must use; empty in plain text
}

// guard checks the signature over the query and its age. Of a plain request it
// is all the proof there is.
func (c *Channel) guard(q url.Values) error {
	seconds, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: timestamp unreadable", errForged)
	}
	if age := c.now().Sub(time.Unix(seconds, 0)); age > freshness || age < -freshness {
		return fmt.Errorf("%w: timestamp %s away from our clock", errForged, age.Round(time.Second))
	}
	if !same(q.Get("signature"), util.Signature(c.cfg.Token, q.Get("timestamp"), q.Get("nonce"))) {
		return fmt.Errorf("%w: signature", errForged)
	}
	return nil
}

// open proves and decrypts a callback's body. errForged means that it is not the
// platform's; any other error that it is, and cannot be read.
func (c *Channel) open(q url.Values, body []byte) (letter, error) {
	if q.Get("encrypt_type") != "aes" {
		if c.cfg.Mode != Plain {
			return letter{}, fmt.Errorf("%w: plain text in %s mode", errForged, c.cfg.Mode)
		}
		return letter{raw: body}, nil
	}
	if len(c.keys) == 0 {
		return letter{}, fmt.Errorf("%w: encrypted, but no AESKey is set", errForged)
	}
	var sealed message.EncryptedXMLMsg
	if err := xml.Unmarshal(body, &sealed); err != nil || sealed.EncryptedMsg == "" {
		return letter{}, fmt.Errorf("%w: no encrypted part", errForged)
	}
	want := util.Signature(c.cfg.Token, q.Get("timestamp"), q.Get("nonce"), sealed.EncryptedMsg)
	if !same(q.Get("msg_signature"), want) {
		return letter{}, fmt.Errorf("%w: msg_signature", errForged)
	}
	for _, key := range c.keys {
		raw, account, err := decrypt(sealed.EncryptedMsg, key)
		if err == nil && account != c.cfg.AppID {
			return letter{}, fmt.Errorf("%w: it is meant for another AppID", errForged)
		}
		if err == nil {
			return letter{raw: raw, key: key}, nil
		}
	}
	return letter{raw: body}, errors.New("wechat: no key opens the callback: check AESKey and PreviousAESKey")
}

// decrypt opens a ciphertext, and tells for which account it was sealed.
func decrypt(sealed, key string) (raw []byte, account string, err error) {
	ciphertext, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return nil, "", err
	}
	aes, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil {
		return nil, "", err
	}
	_, raw, appID, err := util.AESDecryptMsg(ciphertext, aes)
	return raw, string(appID), err
}

// seal encrypts an answer for the request with the nonce, as the platform's
// encryption document asks: our own time, the request's nonce.
func (c *Channel) seal(answer []byte, key, nonce string) ([]byte, error) {
	random := make([]byte, 16)
	rand.Read(random)
	sealed, err := util.EncryptMsg(random, answer, c.cfg.AppID, key)
	if err != nil {
		return nil, errors.New("wechat: cannot encrypt an answer")
	}
	now := c.now().Unix()
	return xml.Marshal(message.ResponseEncryptedXMLMsg{
		EncryptedMsg: string(sealed),
		MsgSignature: util.Signature(c.cfg.Token, strconv.FormatInt(now, 10), nonce, string(sealed)),
		Timestamp:    now,
		Nonce:        nonce,
	})
}

// same compares without telling by its time where the two differ.
func same(got, want string) bool { return hmac.Equal([]byte(got), []byte(want)) }

// sayable drops what may not stand in XML or is no character at all: control
// characters but tab and line feed, and broken UTF-8.
func sayable(raw []byte) []byte {
	return bytes.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			return -1
		}
		return r
	}, raw)
}
