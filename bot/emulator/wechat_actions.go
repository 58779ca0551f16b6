package emulator

import (
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Write sends a text.
func (p *WeChatPhone) Write(text string) *WeChatPush {
	return p.sent("text", Bubble{Kind: "text", Text: text}, cdata("Content", text), theMsgID)
}

// Tap taps a word of a text or, counted on behind its words, a key of a msgmenu.
// A word of a menu writes its content; a link opens a page and tells the bot
// nothing.
func (p *WeChatPhone) Tap(bubble int64, index int) *WeChatPush {
	word, ok := p.tappable(bubble, index)
	switch {
	case !ok:
		return idleWxPush(ErrWeChatNothing)
	case word.Content == "":
		return idleWxPush(nil)
	}
	var id wxField
	if word.ID != "" && !p.w.cfg.TestAccount {
		id = wxField{"bizmsgmenuid", xmlText(word.ID), true}
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.follows {
		p.open("menu", p.w.cfg.Allowances.Menu)
	}
	return p.say("text", Bubble{Kind: "text", Text: word.Content}, cdata("Content", word.Content), theMsgID, id)
}

// tappable finds a word or key of a bubble.
func (p *WeChatPhone) tappable(bubble int64, index int) (Word, bool) {
	shown := p.screen.Bubbles()
	i := slices.IndexFunc(shown, func(b Bubble) bool { return b.ID == bubble })
	if i < 0 || index < 0 {
		return Word{}, false
	}
	words := shown[i].Words
	if index < len(words) {
		return words[index], true
	}
	keys := slices.Concat(shown[i].Keys...)
	if index -= len(words); index < len(keys) {
		return Word{Content: keys[index].Label, ID: keys[index].Data}, true
	}
	return Word{}, false
}

// Click presses a button of the menu bar, named by its key or URL. A key that
// the menu does not have is pressed on an old menu and pushed all the same.
func (p *WeChatPhone) Click(key string) *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.follows {
		return idleWxPush(ErrWeChatStranger)
	}
	kind := "click"
	if b, ok := findMenuButton(p.w.menu, key); ok {
		kind = b.Type
	}
	switch kind {
	case "click":
		p.open("menu", p.w.cfg.Allowances.Menu)
		return p.event("CLICK", cdata("EventKey", key))
	case "view":
		return p.quietEvent("VIEW", cdata("EventKey", key))
	case "scancode_push", "scancode_waitmsg":
		p.open("menu", p.w.cfg.Allowances.Menu)
		return p.event(kind, cdata("EventKey", key), wxField{"ScanCodeInfo",
			"<ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[1]]></ScanResult>", true})
	}
	return idleWxPush(ErrWeChatNothing)
}

// SendPicture sends a picture; the bot fetches it byte for byte.
func (p *WeChatPhone) SendPicture(data []byte) *WeChatPush {
	m := p.keep("image", "", data)
	return p.sent("image", Bubble{Kind: "photo", Photo: m.id},
		cdata("PicUrl", "http://mmbiz.qpic.cn/mmbiz_jpg/"+m.id+"/0"), cdata("MediaId", m.id), theMsgID)
}

// SendVoice sends a voice message; recognition is what WeChat understood of it,
// empty when the account has not switched that on.
func (p *WeChatPhone) SendVoice(data []byte, recognition string) *WeChatPush {
	m := p.keep("voice", "amr", data)
	var heard wxField
	if recognition != "" {
		heard = cdata("Recognition", recognition)
	}
	return p.sent("voice", Bubble{Kind: "voice", Text: recognition, Photo: m.id},
		cdata("MediaId", m.id), cdata("Format", "amr"), heard, theMsgID)
}

// SendVideo sends a video.
func (p *WeChatPhone) SendVideo(data []byte) *WeChatPush {
	m, thumb := p.keep("video", "", data), p.keep("thumb", "", nil)
	return p.sent("video", Bubble{Kind: "video", Photo: m.id},
		cdata("MediaId", m.id), cdata("ThumbMediaId", thumb.id), theMsgID)
}

// SendFile sends a file. The account learns its name and size and cannot fetch it.
func (p *WeChatPhone) SendFile(name string, data []byte) *WeChatPush {
	m, sum := p.keep("file", "", data), md5.Sum(data)
	return p.sent("file", Bubble{Kind: "file", Text: name, Photo: m.id},
		cdata("Title", name), cdata("Description", ""), cdata("FileKey", m.id),
		cdata("FileMd5", hex.EncodeToString(sum[:])), number("FileTotalLen", int64(len(data))), theMsgID)
}

// SendLocation sends a place.
func (p *WeChatPhone) SendLocation(latitude, longitude float64, label string) *WeChatPush {
	return p.sent("location", Bubble{Kind: "location", Text: label},
		decimal("Location_X", latitude), decimal("Location_Y", longitude), number("Scale", 16),
		cdata("Label", label), theMsgID)
}

// SendLink sends an article that the person shares.
func (p *WeChatPhone) SendLink(title, description, url string) *WeChatPush {
	return p.sent("link", linkBubble(title, description, url),
		cdata("Title", title), cdata("Description", description), cdata("Url", url), theMsgID)
}

// ReportLocation is the phone telling by itself where it is, as it does on
// opening the chat of an account that asked for it.
func (p *WeChatPhone) ReportLocation(latitude, longitude, precision float64) *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if !p.follows {
		return idleWxPush(ErrWeChatStranger)
	}
	return p.quietEvent("LOCATION", decimal("Latitude", latitude), decimal("Longitude", longitude),
		decimal("Precision", precision))
}

// sent pushes a message that counts as one: it opens the 48 hours.
func (p *WeChatPhone) sent(kind string, b Bubble, fields ...wxField) *WeChatPush {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.follows {
		p.open("message", p.w.cfg.Allowances.Message)
	}
	return p.say(kind, b, fields...)
}

// keep puts a media where the account can fetch it.
func (p *WeChatPhone) keep(kind, format string, data []byte) *wxMedia {
	mime := http.DetectContentType(data)
	if format != "" {
		mime = "voice/" + format
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.w.keep(kind, mime, data)
}

func decimal(name string, value float64) wxField {
	return wxField{name, strconv.FormatFloat(value, 'f', 6, 64), true}
}

// xmlText escapes a value that stands outside CDATA.
func xmlText(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(xmlChars(s))
}
