package wechat

import (
	"bytes"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/officialaccount/message"

	"redthread/bot"
)

// push is a callback's XML. The SDK's message reads most of it; what stands here
// takes the place of its numbers that a strange value would spoil the whole
// message with.
type push struct {
	message.MixMessage
	Tapped   string `xml:"bizmsgmenuid"`
	FileSize string `xml:"FileTotalLen"`
}

// decode reads one XML document and nothing besides.
func decode(raw []byte) (push, error) {
	var p push
	d := xml.NewDecoder(bytes.NewReader(sayable(raw)))
	if err := d.Decode(&p); err != nil {
		if bad := new(strconv.NumError); errors.As(err, &bad) {
			err = errors.New("a number is none") // without its words
		}
		return p, fmt.Errorf("wechat: read callback: %w", err)
	}
	for {
		token, err := d.Token()
		if err == io.EOF {
			return p, p.check()
		}
		if text, ok := token.(xml.CharData); err != nil || !ok || len(bytes.TrimSpace(text)) > 0 {
			return p, errors.New("wechat: read callback: something follows the message")
		}
	}
}

// check says whether the callback names who did what, and when.
func (p push) check() error {
	from := string(p.FromUserName)
	switch {
	case from == "" || len(from) > 64 || strings.ContainsFunc(from, func(r rune) bool { return r <= ' ' || r > '~' }):
		return errors.New("wechat: read callback: no FromUserName")
	case p.CreateTime <= 0:
		return errors.New("wechat: read callback: no CreateTime")
	case p.MsgType == "":
		return errors.New("wechat: read callback: no MsgType")
	case p.MsgType != message.MsgTypeEvent && p.MsgID <= 0:
		return errors.New("wechat: read callback: no MsgId")
	}
	return nil
}

// event turns a callback into what happened. It is false for callbacks that
// mean nothing to us: a menu link that was opened, a reported position, the
// platform's own notices.
func (c *Channel) event(p push, arrived time.Time) (bot.Event, bool) {
	ev := bot.Event{
		From:    bot.Conversation{Channel: name, Chat: string(p.FromUserName)},
		At:      bot.Moment(p.CreateTime),
		ReplyBy: arrived.Add(c.cfg.ReplyWithin),
	}
	if p.MsgType == message.MsgTypeEvent {
		return c.happened(ev, p)
	}
	ev.Key = bot.EventKey("wechat:" + c.cfg.AppID + ":" + strconv.FormatInt(p.MsgID, 10))
	ev.Opens = &c.cfg.Allowances.Message
	said(&ev, p)
	if ev.Kind == bot.Pressed {
		// The platform counts a tapped word as a menu click.
		ev.Opens = &c.cfg.Allowances.Action
	}
	return ev, true
}

// said fills in a message the person sent. What is of no known type is still
// something they sent.
func said(ev *bot.Event, p push) {
	ev.Kind = bot.Sent
	switch p.MsgType {
	case message.MsgTypeText:
		ev.Kind, ev.Text = bot.Wrote, p.Content
		if tap, ok := readTap(p.Tapped); ok {
			ev.Kind, ev.Tap = bot.Pressed, &tap
		}
	case message.MsgTypeImage:
		ev.Kind = bot.Showed
		ev.Media = []bot.Media{{Kind: bot.Photo, Ref: p.MediaID}}
	case message.MsgTypeVoice:
		ev.Media = []bot.Media{{Kind: bot.Voice, Ref: p.MediaID, Note: p.Recognition}}
	case message.MsgTypeVideo, message.MsgTypeShortVideo:
		ev.Media = []bot.Media{{Kind: bot.Video, Ref: p.MediaID}}
	case message.MsgTypeLocation:
		place := fmt.Sprintf("%s (%.6f, %.6f)", p.Label, p.LocationX, p.LocationY)
		ev.Media = []bot.Media{{Kind: bot.Location, Note: strings.TrimSpace(place)}}
	case message.MsgTypeLink:
		ev.Media = []bot.Media{{Kind: bot.Link, Note: strings.TrimSpace(p.Title + " " + p.URL)}}
	case "file": // cannot be fetched: the platform gives no media ID
		size, _ := strconv.ParseInt(p.FileSize, 10, 64)
		ev.Media = []bot.Media{{Kind: bot.File, Size: max(size, 0), Note: p.Title}}
	default:
		ev.Text = p.Content
	}
}

// happened fills in an event of the platform. Two events of one person can share
// a second, so the key carries what they were about.
func (c *Channel) happened(ev bot.Event, p push) (bot.Event, bool) {
	what := p.EventKey
	if p.Event == message.EventTemplateSendJobFinish {
		what = strconv.FormatInt(p.TemplateMsgID, 10)
	}
	about := sha256.Sum256([]byte(what))
	ev.Key = bot.EventKey(fmt.Sprintf("wechat:%s:e:%s:%d:%s:%x", c.cfg.AppID, p.FromUserName, p.CreateTime, p.Event, about[:8]))
	ev.Opens = &c.cfg.Allowances.Action
	switch p.Event {
	case message.EventSubscribe:
		ev.Kind = bot.Arrived
		ev.Source, _ = strings.CutPrefix(p.EventKey, "qrscene_")
		if ev.Source == p.EventKey {
			ev.Source = "" // other sources of a follow name no scene of ours
		}
	case message.EventScan:
		ev.Kind, ev.Source = bot.Arrived, p.EventKey
	case message.EventClick:
		ev.Kind, ev.Button = bot.Pressed, p.EventKey
	case message.EventTemplateSendJobFinish:
		if p.Status == "success" {
			return bot.Event{}, false
		}
		ev.Kind, ev.Opens, ev.ReplyBy = bot.Bounced, nil, time.Time{}
	case message.EventUnsubscribe:
		ev.Kind, ev.Opens, ev.ReplyBy = bot.Left, nil, time.Time{}
	default:
		return bot.Event{}, false
	}
	return ev, true
}

// menuIDs is how many menu IDs one message has: its buttons from 1 on.
const menuIDs = 100

// menuID is the number a tappable word carries: seq*100 + index + 1. The SDK and
// the platform's own menu messages want a number, not the button's name.
func menuID(seq int64, index int) (int64, bool) {
	return seq*menuIDs + int64(index) + 1, seq >= 0 && seq < 1<<55 && index >= 0 && index < menuIDs-1
}

// readTap reads what menuID wrote.
func readTap(id string) (bot.Tap, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	if err != nil || n <= 0 || n%menuIDs == 0 {
		return bot.Tap{}, false
	}
	return bot.Tap{Seq: n / menuIDs, Index: int(n%menuIDs) - 1}, true
}
