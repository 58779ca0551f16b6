package emulator

import (
	"errors"
	"fmt"
	"strings"
)

// WeChat's limit of a text, in bytes. That of passive replies is not documented;
// this is the one observed.
const wxMaxText = 2048

// show judges the answer to a push and shows its reply, unless one was shown.
func (w *WeChat) show(phone *WeChatPhone, p *WeChatPush, body []byte) error {
	if len(body) > wxMaxReply {
		return errors.New("the reply is too long")
	}
	r, err := w.readReply(p, body)
	if errors.Is(err, wxSilence) {
		return nil
	}
	if err != nil {
		return err
	}
	w.mu.Lock()
	bubbles, err := w.drawReply(p, r)
	here := phone.follows && p.loud
	w.mu.Unlock()
	if err != nil || !here || len(bubbles) == 0 {
		return err
	}
	p.answer.mu.Lock()
	defer p.answer.mu.Unlock()
	if p.answer.once {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range bubbles {
		phone.put(&bubbles[i])
	}
	w.stats.Replies++
	p.answer.once, p.answer.bubble = true, &bubbles[0]
	return nil
}

// drawReply turns a passive reply into bubbles; w.mu is held.
func (w *WeChat) drawReply(p *WeChatPush, r *wxReply) ([]Bubble, error) {
	switch r.MsgType {
	case "text":
		if strings.TrimSpace(r.Content) == "" {
			return nil, errors.New("a text without Content")
		}
		if len(r.Content) > wxMaxText {
			return nil, fmt.Errorf("a text of %d bytes", len(r.Content))
		}
		return []Bubble{textBubble(r.Content)}, nil
	case "image":
		return w.mediaBubble("image", r.Image.MediaId, "")
	case "voice":
		return w.mediaBubble("voice", r.Voice.MediaId, "")
	case "video":
		return w.mediaBubble("video", r.Video.MediaId, r.Video.Title)
	case "music":
		return []Bubble{linkBubble(r.Music.Title, r.Music.Description, r.Music.MusicUrl)}, nil
	case "news":
		return newsBubbles(p, r)
	case "transfer_customer_service":
		return nil, nil // a colleague's desk gets it; the phone shows nothing
	}
	return nil, fmt.Errorf("MsgType %q", r.MsgType)
}

// newsBubbles draws up to eight articles, of which most pushes allow one: the
// surplus is dropped.
func newsBubbles(p *WeChatPush, r *wxReply) ([]Bubble, error) {
	items := r.Articles.Item
	if len(items) == 0 || fmt.Sprint(len(items)) != strings.TrimSpace(r.ArticleCount) {
		return nil, errors.New("ArticleCount does not agree with Articles")
	}
	most := 8
	if p.few {
		most = 1
	}
	var bubbles []Bubble
	for _, a := range items[:min(most, len(items))] {
		bubbles = append(bubbles, linkBubble(a.Title, a.Description, a.Url))
	}
	return bubbles, nil
}

// mediaBubble is a media that was uploaded; w.mu is held.
func (w *WeChat) mediaBubble(kind, id, text string) ([]Bubble, error) {
	m := w.media[id]
	if m == nil || m.kind != kind || w.expired(m) {
		return nil, fmt.Errorf("no %s of that MediaId", kind)
	}
	b := Bubble{Kind: kind, Text: text, Photo: id}
	if kind == "image" {
		b.Kind = "photo"
	}
	return []Bubble{b}, nil
}

func textBubble(raw string) Bubble {
	text, words := wxText(raw)
	return Bubble{Kind: "text", Text: text, Words: words}
}

// linkBubble is an article: its title leads to url.
func linkBubble(title, description, url string) Bubble {
	b := Bubble{Kind: "text", Text: title}
	if url != "" {
		b.Words = []Word{{End: len([]rune(title)), URL: url}}
	}
	if description != "" {
		b.Text += "\n" + description
	}
	return b
}

// banner shows that the bot failed, to people who wait for it.
func (w *WeChat) banner(phone *WeChatPhone, p *WeChatPush, why error) {
	w.cfg.Log.Warn("wechat: push failed", "message", p.ID, "openid", phone.openid, "error", why)
	if !p.loud {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !phone.follows {
		return
	}
	w.stats.Banners++
	phone.put(&Bubble{Kind: "notice", Text: WeChatBanner})
	phone.screen.show(Change{Kind: "banner", Text: WeChatBanner})
}
