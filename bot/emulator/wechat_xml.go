package emulator

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// wxField is one element of a push. Raw ones are numbers and nested XML;
// the others are wrapped in CDATA, as WeChat does.
type wxField struct {
	name, value string
	raw         bool
}

func cdata(name, value string) wxField { return wxField{name, value, false} }
func number(name string, value int64) wxField {
	return wxField{name, strconv.FormatInt(value, 10), true}
}

// wxXML writes fields as WeChat writes a push.
func wxXML(fields ...wxField) []byte {
	var b bytes.Buffer
	b.WriteString("<xml>")
	for _, f := range fields {
		if f.name == "" {
			continue // left out of this push
		}
		value := f.value
		if !f.raw {
			value = "<![CDATA[" + strings.ReplaceAll(xmlChars(value), "]]>", "]]]]><![CDATA[>") + "]]>"
		}
		fmt.Fprintf(&b, "<%s>%s</%s>\n", f.name, value, f.name)
	}
	b.WriteString("</xml>")
	return b.Bytes()
}

// xmlChars leaves out what no XML can hold.
func xmlChars(s string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}

// wxReply is a bot's answer to a push.
type wxReply struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   string
	MsgType      string
	Content      string
	Image, Voice struct{ MediaId string }
	Video        struct{ MediaId, Title, Description string }
	Music        struct{ Title, Description, MusicUrl string }
	ArticleCount string
	Articles     struct {
		Item []struct{ Title, Description, PicUrl, Url string } `xml:"item"`
	}

	Encrypt, MsgSignature, TimeStamp, Nonce string
}

// wxSilence says that the bot answers with nothing, properly.
var wxSilence = errors.New("silence")

// readReply reads a bot's answer to p: wxSilence, the reply, or what is wrong
// with it. Silence is empty or "success", never encrypted.
func (w *WeChat) readReply(p *WeChatPush, body []byte) (*wxReply, error) {
	switch string(bytes.TrimSpace(body)) {
	case "", "success":
		return nil, wxSilence
	}
	r, err := parseWxReply(body)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Encrypt != "" && w.cfg.Mode == "plain":
		return nil, errors.New("an encrypted reply in plain mode")
	case r.Encrypt != "":
		if r, err = w.openReply(r); err != nil {
			return nil, err
		}
	case w.cfg.Mode == "safe":
		return nil, errors.New("a reply in plaintext in safe mode")
	}
	switch {
	case r.ToUserName != p.openid:
		return nil, errors.New("ToUserName is not the person who wrote")
	case r.FromUserName != w.cfg.OriginalID:
		return nil, errors.New("FromUserName is not this account")
	}
	if _, err := strconv.ParseInt(strings.TrimSpace(r.CreateTime), 10, 64); err != nil {
		return nil, errors.New("CreateTime is not a number")
	}
	return r, nil
}

// openReply checks and decrypts a reply.
func (w *WeChat) openReply(r *wxReply) (*wxReply, error) {
	if r.TimeStamp == "" || r.Nonce == "" {
		return nil, errors.New("an encrypted reply without TimeStamp or Nonce")
	}
	if !wxSameSign(r.MsgSignature, wxSign(w.cfg.Token, r.TimeStamp, r.Nonce, r.Encrypt)) {
		return nil, errors.New("a reply with a wrong MsgSignature")
	}
	plain, err := w.cipher.open(r.Encrypt)
	if err != nil {
		return nil, err
	}
	return parseWxReply(plain)
}

// parseWxReply reads one <xml> element and refuses anything else, also
// control characters that XML does not allow.
func parseWxReply(body []byte) (*wxReply, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	var r wxReply
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("the reply is not WeChat's XML: %w", err)
	}
	for {
		switch t, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return &r, nil
		case err != nil:
			return nil, fmt.Errorf("after the reply: %w", err)
		default:
			if c, ok := t.(xml.CharData); !ok || len(bytes.TrimSpace(c)) > 0 {
				return nil, errors.New("something stands behind the reply")
			}
		}
	}
}
