package emulator

import (
	"strings"
	"time"
)

// How typing is shown
// (developers.weixin.qq.com/doc/service/api/customer/message/api_typing).
const (
	wxTypingLasts = 15 * time.Second
	wxTypingAfter = 30 * time.Second // the person's last contact
)

// wxMaxKeys is how many options a msgmenu may have. WeChat does not publish
// its number; this is a cautious one.
const wxMaxKeys = 6

// wxOutgoing is the body of a customer-service message.
type wxOutgoing struct {
	To   string `json:"touser"`
	Type string `json:"msgtype"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Image wxMediaRef `json:"image"`
	Voice wxMediaRef `json:"voice"`
	Video wxMediaRef `json:"video"`
	Music struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"musicurl"`
		Thumb       string `json:"thumb_media_id"`
	} `json:"music"`
	News struct {
		Articles []struct {
			Title       string `json:"title"`
			Description string `json:"description"`
			URL         string `json:"url"`
		} `json:"articles"`
	} `json:"news"`
	Menu struct {
		Head string `json:"head_content"`
		List []struct {
			ID      string `json:"id"`
			Content string `json:"content"`
		} `json:"list"`
		Tail string `json:"tail_content"`
	} `json:"msgmenu"`
}

type wxMediaRef struct {
	ID    string `json:"media_id"`
	Title string `json:"title"`
	Thumb string `json:"thumb_media_id"`
}

// apiSend sends a customer-service message.
func (w *WeChat) apiSend(c *wxCall) (any, error) {
	var in wxOutgoing
	if err := c.in(&in); err != nil {
		return nil, err
	}
	phone := w.phones[in.To]
	if phone == nil {
		return nil, wxErrOpenID
	}
	b, err := w.drawOutgoing(&in)
	if err != nil {
		return nil, err
	}
	switch {
	case !phone.met:
		return nil, wxErrNotFollowing
	case !phone.follows:
		return nil, wxErrWindowClosed
	}
	if err := phone.windows.check(w.cfg.Clock.Now()); err != nil {
		return nil, err
	}
	phone.windows.spend()
	phone.put(&b)
	return nil, nil
}

// drawOutgoing turns a message into a bubble, or says what is wrong with it;
// w.mu is held.
func (w *WeChat) drawOutgoing(in *wxOutgoing) (Bubble, error) {
	switch in.Type {
	case "text":
		return drawText(in.Text.Content)
	case "image":
		return w.drawMedia("image", in.Image, "")
	case "voice":
		return w.drawMedia("voice", in.Voice, "")
	case "video":
		return w.drawMedia("video", in.Video, in.Video.Title)
	case "music":
		m := in.Music
		if thumb := w.media[m.Thumb]; thumb == nil || w.expired(thumb) {
			return Bubble{}, wxErrMediaID
		}
		return linkBubble(m.Title, m.Description, m.URL), nil
	case "news":
		switch a := in.News.Articles; len(a) {
		case 0:
			return Bubble{}, wxErrEmptyNews
		case 1:
			return linkBubble(a[0].Title, a[0].Description, a[0].URL), nil
		}
		return Bubble{}, wxErrArticles
	case "msgmenu":
		return w.drawMsgMenu(in)
	case "mpnews", "mpnewsarticle", "wxcard", "miniprogrampage":
		return Bubble{}, wxErrUnauthorized // this account has published none of these
	}
	return Bubble{}, wxErrMessageType
}

func drawText(content string) (Bubble, error) {
	switch {
	case strings.TrimSpace(content) == "":
		return Bubble{}, wxErrEmptyContent
	case len(content) > wxMaxText:
		return Bubble{}, wxErrLongContent
	}
	return textBubble(content), nil
}

func (w *WeChat) drawMedia(kind string, ref wxMediaRef, text string) (Bubble, error) {
	bubbles, err := w.mediaBubble(kind, ref.ID, text)
	if err != nil {
		return Bubble{}, wxErrMediaID
	}
	return bubbles[0], nil
}

// drawMsgMenu draws head and tail as text and the options as keys.
func (w *WeChat) drawMsgMenu(in *wxOutgoing) (Bubble, error) {
	m := in.Menu
	switch {
	case w.cfg.TestAccount:
		return Bubble{}, wxErrSandbox
	case len(m.List) == 0:
		return Bubble{}, wxErrEmptyContent
	case len(m.List) > wxMaxKeys:
		return Bubble{}, wxErrMsgMenuSize
	}
	size := len(m.Head) + len(m.Tail)
	b := textBubble(strings.Trim(m.Head+"\n"+m.Tail, "\n"))
	for _, o := range m.List {
		size += len(o.Content)
		b.Keys = append(b.Keys, []Key{{Label: o.Content, Data: o.ID}})
	}
	if size > wxMaxText {
		return Bubble{}, wxErrLongContent
	}
	return b, nil
}

// apiTyping shows "对方正在输入" for 15 s, to a person who is there.
func (w *WeChat) apiTyping(c *wxCall) (any, error) {
	var in struct {
		To      string `json:"touser"`
		Command string `json:"command"`
	}
	if err := c.in(&in); err != nil {
		return nil, err
	}
	phone, now := w.phones[in.To], w.cfg.Clock.Now()
	switch {
	case phone == nil:
		return nil, wxErrOpenID
	case in.Command != "Typing" && in.Command != "CancelTyping":
		return nil, wxErrTypeCommand
	case !phone.follows || len(phone.windows.view(now).Windows) == 0:
		return nil, wxErrWindowClosed
	case in.Command == "CancelTyping":
		phone.typing = time.Time{}
		return nil, nil
	case now.Sub(phone.contacted) > wxTypingAfter:
		return nil, wxErrTypeWindow
	case now.Before(phone.typing):
		return nil, wxErrTypeAlready
	}
	phone.typing = now.Add(wxTypingLasts)
	phone.screen.show(Change{Kind: "typing"})
	return nil, nil
}
