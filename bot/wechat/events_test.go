package wechat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redthread/bot"
)

func TestEvents(t *testing.T) {
	c, _ := open(t, nil)
	const msg = "<MsgId>7</MsgId>"
	messageKey := bot.EventKey("wechat:" + appID + ":7")
	message, action := &c.cfg.Allowances.Message, &c.cfg.Allowances.Action
	eventKey := func(name, about string) bot.EventKey {
		ev, _ := c.happened(bot.Event{}, must(t, xmlOf("event", "<Event>"+name+"</Event><EventKey>"+about+"</EventKey>")))
		return ev.Key
	}
	cases := map[string]struct {
		xml  string
		want bot.Event
	}{
		"text": {text(7, "你好 👋"), bot.Event{Key: messageKey, Kind: bot.Wrote, Text: "你好 👋", Opens: message}},
		"control characters": {text(7, "a\x00b\x08c\u0085d\ufffee\r\nf"),
			bot.Event{Key: messageKey, Kind: bot.Wrote, Text: "abcde\nf", Opens: message}},
		"escaped": {xmlOf("text", "<Content>1 &lt; 2</Content>"+msg), bot.Event{Key: messageKey, Kind: bot.Wrote, Text: "1 < 2", Opens: message}},
		"tap": {xmlOf("text", "<Content>是</Content><bizmsgmenuid>4203</bizmsgmenuid>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Pressed, Text: "是", Tap: &bot.Tap{Seq: 42, Index: 2}, Opens: action}},
		"tap not ours": {xmlOf("text", "<Content>是</Content><bizmsgmenuid>abc</bizmsgmenuid>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Wrote, Text: "是", Opens: message}},
		"image": {xmlOf("image", "<PicUrl>http://x/1</PicUrl><MediaId>m1</MediaId>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Showed, Media: []bot.Media{{Kind: bot.Photo, Ref: "m1"}}, Opens: message}},
		"voice": {xmlOf("voice", "<MediaId>m2</MediaId><Format>amr</Format><Recognition>我想投诉</Recognition>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.Voice, Ref: "m2", Note: "我想投诉"}}, Opens: message}},
		"video": {xmlOf("video", "<MediaId>m3</MediaId><ThumbMediaId>t</ThumbMediaId>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.Video, Ref: "m3"}}, Opens: message}},
		"short video": {xmlOf("shortvideo", "<MediaId>m4</MediaId>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.Video, Ref: "m4"}}, Opens: message}},
		"location": {xmlOf("location", "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale><Label>人民公园</Label>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.Location, Note: "人民公园 (23.134521, 113.358803)"}}, Opens: message}},
		"link": {xmlOf("link", "<Title>标题</Title><Description>d</Description><Url>http://x/</Url>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.Link, Note: "标题 http://x/"}}, Opens: message}},
		"file": {xmlOf("file", "<Title>a.pdf</Title><FileTotalLen>1234</FileTotalLen>"+msg),
			bot.Event{Key: messageKey, Kind: bot.Sent, Media: []bot.Media{{Kind: bot.File, Size: 1234, Note: "a.pdf"}}, Opens: message}},
		"unknown message": {xmlOf("hologram", msg), bot.Event{Key: messageKey, Kind: bot.Sent, Opens: message}},
		"follow":          {xmlOf("event", "<Event>subscribe</Event><EventKey/>"), bot.Event{Key: eventKey("subscribe", ""), Kind: bot.Arrived, Opens: action}},
		"follow by code": {xmlOf("event", "<Event>subscribe</Event><EventKey>qrscene_fair8</EventKey><Ticket>T</Ticket>"),
			bot.Event{Key: eventKey("subscribe", "qrscene_fair8"), Kind: bot.Arrived, Source: "fair8", Opens: action}},
		"scan":     {xmlOf("event", "<Event>SCAN</Event><EventKey>fair8</EventKey>"), bot.Event{Key: eventKey("SCAN", "fair8"), Kind: bot.Arrived, Source: "fair8", Opens: action}},
		"click":    {xmlOf("event", "<Event>CLICK</Event><EventKey>menu:help</EventKey>"), bot.Event{Key: eventKey("CLICK", "menu:help"), Kind: bot.Pressed, Button: "menu:help", Opens: action}},
		"unfollow": {xmlOf("event", "<Event>unsubscribe</Event><EventKey/>"), bot.Event{Key: eventKey("unsubscribe", ""), Kind: bot.Left}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got, ok := c.event(must(t, tc.xml), start)
			tc.want.From = bot.Conversation{Channel: "wechat", Chat: person}
			tc.want.At = start
			if tc.want.Kind != bot.Left {
				tc.want.ReplyBy = start.Add(4 * time.Second)
			}
			if !ok {
				t.Fatal("no event")
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
			if len(got.Key) > 190 {
				t.Errorf("a key of %d bytes", len(got.Key))
			}
		})
	}
}

func TestCallbacksWithoutEvent(t *testing.T) {
	c, _ := open(t, nil)
	for _, rest := range []string{
		"<Event>VIEW</Event><EventKey>http://x/</EventKey><MenuId>1</MenuId>",
		"<Event>LOCATION</Event><Latitude>23.1</Latitude><Longitude>113.3</Longitude><Precision>119.3</Precision>",
		"<Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163836</MsgID><Status>success</Status>",
		"<Event>kf_create_session</Event><KfAccount>a@b</KfAccount>",
		"<Event>kf_switch_session</Event><FromKfAccount>a@b</FromKfAccount>",
		"<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>1</TemplateId><PopupScene>2</PopupScene></List><List><TemplateId>2</TemplateId><PopupScene>0</PopupScene></List></SubscribeMsgPopupEvent>",
		"<Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent><List><TemplateId>1</TemplateId></List></SubscribeMsgSentEvent>",
		"<Event>tomorrow</Event>",
		"",
	} {
		if ev, ok := c.event(must(t, xmlOf("event", rest)), start); ok {
			t.Errorf("%s: %+v", rest, ev)
		}
	}
}

func TestKeysTellEventsApart(t *testing.T) {
	c, _ := open(t, nil)
	seen := map[bot.EventKey]string{}
	for _, rest := range []string{
		"<Event>CLICK</Event><EventKey>a</EventKey>", "<Event>CLICK</Event><EventKey>b</EventKey>",
		"<Event>SCAN</Event><EventKey>a</EventKey>", "<Event>subscribe</Event>",
	} {
		ev, _ := c.event(must(t, xmlOf("event", rest)), start)
		if other, ok := seen[ev.Key]; ok {
			t.Errorf("%s and %s share a key", rest, other)
		}
		seen[ev.Key] = rest
	}
}

func TestUnreadable(t *testing.T) {
	for name, body := range map[string]string{
		"empty":             "",
		"no XML":            "hello",
		"JSON":              vectorPlain,
		"cut off":           text(1, "hi")[:60],
		"other root":        "<yml></yml>",
		"two messages":      text(1, "a") + text(2, "b"),
		"junk behind":       text(1, "a") + "x",
		"no sender":         strings.Replace(text(1, "a"), person, "", 1),
		"sender of words":   strings.Replace(text(1, "a"), person, "two words", 1),
		"no time":           strings.Replace(text(1, "a"), "<CreateTime>1714112445", "<CreateTime>0", 1),
		"no ID":             xmlOf("text", "<Content>a</Content>"),
		"ID of letters":     xmlOf("text", "<MsgId>secret words</MsgId>"),
		"no type":           strings.Replace(text(1, "a"), "[text]", "[]", 1),
		"entity from afar":  `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + strings.Replace(text(1, "a"), "<![CDATA[a]]>", "&e;", 1),
		"foreign character": `<?xml version="1.0" encoding="gbk"?>` + text(1, "a"),
	} {
		if p, err := decode([]byte(body)); err == nil {
			t.Errorf("%s: read as %q of %q", name, p.MsgType, p.FromUserName)
		} else if strings.Contains(err.Error(), "secret words") {
			t.Errorf("%s: the error repeats the message: %v", name, err)
		}
	}
}

func TestLongText(t *testing.T) {
	long := strings.Repeat("爱", 4096)
	if p := must(t, text(1, long)); p.Content != long {
		t.Error("a long text came in shorter")
	}
}

func TestTapsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := bot.Tap{Seq: rapid.Int64Range(0, 1<<50).Draw(t, "seq"), Index: rapid.IntRange(0, 98).Draw(t, "index")}
		id, ok := menuID(want.Seq, want.Index)
		got, read := readTap(fmt.Sprint(id))
		if !ok || !read || got != want {
			t.Fatalf("%v came back as %v", want, got)
		}
	})
	for _, id := range []string{"", "0", "-5", "100", "4200", "1e3", "99999999999999999999"} {
		if tap, ok := readTap(id); ok {
			t.Errorf("%q read as %v", id, tap)
		}
	}
	if _, ok := menuID(1, 99); ok {
		t.Error("the 100th button has an ID")
	}
}

func must(t testing.TB, body string) push {
	t.Helper()
	p, err := decode([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}
