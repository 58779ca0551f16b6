package telegram

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"redthread/bot"
)

const (
	from = `"from":{"id":7,"is_bot":false,"first_name":"Li","last_name":"Na","language_code":"zh-hans"},"chat":{"id":7,"type":"private"}`
	sent = `"message_id":5,"date":1700000000,` + from
)

// incoming is an update with one message in it.
func incoming(field, rest string) string {
	return fmt.Sprintf(`{"update_id":11,%q:{%s}}`, field, rest)
}

// expected is the event of incoming with what the message itself adds.
func expected(add func(*bot.Event)) []bot.Event {
	ev := bot.Event{
		Key: "telegram:4242:11", From: bot.Conversation{Channel: "telegram", Chat: "7"},
		Name: "Li Na", Lang: "zh-CN", At: time.Unix(1700000000, 0),
	}
	add(&ev)
	return []bot.Event{ev}
}

func one(kind bot.Kind, m bot.Media) []bot.Event {
	return expected(func(ev *bot.Event) { ev.Kind, ev.Media = kind, []bot.Media{m} })
}

func text(kind bot.Kind, words string) []bot.Event {
	return expected(func(ev *bot.Event) { ev.Kind, ev.Text = kind, words })
}

func TestMessages(t *testing.T) {
	long := strings.Repeat("爱😀", 1365) // 4,095 UTF-16 units
	tests := []struct {
		name, rest string
		want       []bot.Event
	}{
		{"text", `"text":"你好"`, text(bot.Wrote, "你好")},
		{"long text with emoji", `"text":"` + long + `"`, text(bot.Wrote, long)},
		{"control characters", `"text":"a\u0000b\u0007c\r\nd\te\u202ef\u2028g"`, text(bot.Wrote, "abc\nd ef\ng")},
		{"half a surrogate", `"text":"a\ud800b"`, text(bot.Wrote, "a\ufffdb")},
		{"forged entities", `"text":"/menu","entities":[{"type":"bot_command","offset":-5,"length":99999999},{"type":"bot_command","offset":4,"length":-1}]`, text(bot.Wrote, "/menu")},
		{"forwarded from an unknown kind of origin", `"text":"hi","forward_origin":{"type":"planet"}`, text(bot.Wrote, "hi")},
		{"quoting us", `"text":"可以","reply_to_message":{"message_id":4,"from":{"id":4242,"is_bot":true},"text":"Q-000001"}`,
			expected(func(ev *bot.Event) { ev.Kind, ev.Text, ev.Quoted = bot.Wrote, "可以", "Q-000001" })},
		{"quoting a picture of ours", `"text":"可以","reply_to_message":{"message_id":4,"from":{"id":4242,"is_bot":true},"caption":"Q-000002"}`,
			expected(func(ev *bot.Event) { ev.Kind, ev.Text, ev.Quoted = bot.Wrote, "可以", "Q-000002" })},
		{"quoting somebody else", `"text":"可以","reply_to_message":{"message_id":4,"from":{"id":7,"is_bot":false},"text":"Q-000001"}`, text(bot.Wrote, "可以")},
		{"command", `"text":"/menu"`, text(bot.Wrote, "/menu")},
		{"command to us", `"text":"/Menu@redthread_bot"`, text(bot.Wrote, "/menu")},
		{"command with words", `"text":"/faq@redthread_bot 退款 怎么办"`, text(bot.Wrote, "/faq 退款 怎么办")},
		{"command after words", `"text":"你好 /menu"`, text(bot.Wrote, "你好 /menu")},
		{"slash alone", `"text":"/"`, text(bot.Wrote, "/")},
		{"path, no command", `"text":"/etc/passwd"`, text(bot.Wrote, "/etc/passwd")},
		{"start", `"text":"/start"`, text(bot.Arrived, "")},
		{"start with payload", `"text":"/start@redthread_bot ad-17_x"`, expected(func(ev *bot.Event) { ev.Kind, ev.Source = bot.Arrived, "ad-17_x" })},
		{"start with words", `"text":"/start 你好"`, text(bot.Arrived, "你好")},
		{"start with too long a payload", `"text":"/start ` + strings.Repeat("x", 65) + `"`, text(bot.Arrived, strings.Repeat("x", 65))},
		{"photo", `"caption":"证据\u0000","photo":[{"file_id":"s","width":90,"height":60},{"file_id":"l","width":1280,"height":720,"file_size":99},{"file_id":"m","width":320,"height":180}]`,
			expected(func(ev *bot.Event) {
				ev.Kind, ev.Text, ev.Media = bot.Showed, "证据", []bot.Media{{Kind: bot.Photo, Ref: "l", Size: 99}}
			})},
		{"photo of an album", `"media_group_id":"g","photo":[{"file_id":"p","width":9,"height":6}]`, one(bot.Showed, bot.Media{Kind: bot.Photo, Ref: "p"})},
		{"picture as a file", `"document":{"file_id":"d","file_name":"a.png","mime_type":"image/png","file_size":4}`, one(bot.Showed, bot.Media{Kind: bot.Photo, Ref: "d", Size: 4, Note: "a.png"})},
		{"drawing with scripts", `"document":{"file_id":"d","file_name":"a.svg","mime_type":"image/svg+xml"}`, one(bot.Sent, bot.Media{Kind: bot.File, Ref: "d", Note: "a.svg"})},
		{"file", `"document":{"file_id":"d","file_name":"合同\n.pdf","mime_type":"application/pdf","file_size":5}`, one(bot.Sent, bot.Media{Kind: bot.File, Ref: "d", Size: 5, Note: "合同 .pdf"})},
		{"voice", `"voice":{"file_id":"v","duration":3,"file_size":6}`, one(bot.Sent, bot.Media{Kind: bot.Voice, Ref: "v", Size: 6})},
		{"audio", `"audio":{"file_id":"a","title":"Song","file_size":6}`, one(bot.Sent, bot.Media{Kind: bot.File, Ref: "a", Size: 6, Note: "Song"})},
		{"video with caption", `"caption":"看","video":{"file_id":"v","file_size":8}`, expected(func(ev *bot.Event) {
			ev.Kind, ev.Text, ev.Media = bot.Sent, "看", []bot.Media{{Kind: bot.Video, Ref: "v", Size: 8}}
		})},
		{"video note", `"video_note":{"file_id":"n","length":240}`, one(bot.Sent, bot.Media{Kind: bot.Video, Ref: "n"})},
		{"animation", `"animation":{"file_id":"g","file_name":"x.gif"},"document":{"file_id":"g","mime_type":"image/gif"}`, one(bot.Sent, bot.Media{Kind: bot.Video, Ref: "g", Note: "x.gif"})},
		{"sticker", `"sticker":{"file_id":"s","emoji":"😀"}`, one(bot.Sent, bot.Media{Kind: bot.Sticker, Ref: "s", Note: "😀"})},
		{"dice", `"dice":{"emoji":"🎲","value":4}`, one(bot.Sent, bot.Media{Kind: bot.Sticker, Note: "🎲 4"})},
		{"location", `"location":{"latitude":31.2304,"longitude":121.4737}`, one(bot.Sent, bot.Media{Kind: bot.Location, Note: "31.230400,121.473700"})},
		{"venue", `"location":{"latitude":1,"longitude":2},"venue":{"title":"咖啡","address":"南京路","location":{"latitude":1,"longitude":2}}`, one(bot.Sent, bot.Media{Kind: bot.Location, Note: "咖啡, 南京路 (1.000000,2.000000)"})},
		{"own contact", `"contact":{"phone_number":"+861","first_name":"Li","user_id":7}`, one(bot.Sent, bot.Media{Kind: bot.Contact, Note: "own: +861"})},
		{"contact that pretends to be own", `"contact":{"phone_number":"+862","first_name":"own: +861","user_id":8}`, one(bot.Sent, bot.Media{Kind: bot.Contact, Note: "other: own: +861 +862"})},
		{"contact without account", `"contact":{"phone_number":"+862","first_name":"Wang"}`, one(bot.Sent, bot.Media{Kind: bot.Contact, Note: "other: Wang +862"})},
		{"poll", `"poll":{"question":"Q?","type":"mystery"}`, one(bot.Sent, bot.Media{Kind: bot.Link, Note: "poll: Q?"})},
		{"story", `"story":{"id":1}`, one(bot.Sent, bot.Media{Kind: bot.Link, Note: "story"})},
		{"null story", `"story":null,"text":"hi"`, text(bot.Wrote, "hi")},
		{"service message", `"pinned_message":{"message_id":1,"date":0,"chat":{"id":7}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, incoming("message", sent+","+tt.rest), tt.want)
		})
	}
}

func TestOtherUpdates(t *testing.T) {
	group := `"from":{"id":7},"chat":{"id":-9,"type":"group"}`
	tests := []struct {
		name, update string
		want         []bot.Event
	}{
		{"edited text", incoming("edited_message", sent+`,"edit_date":1700000009,"text":"改\u0001"`), expected(func(ev *bot.Event) {
			ev.Kind, ev.Text, ev.At = bot.Edited, "改", time.Unix(1700000009, 0)
		})},
		{"edited caption", incoming("edited_message", sent+`,"edit_date":1700000000,"caption":"c","photo":[{"file_id":"p","width":1,"height":1}]`), expected(func(ev *bot.Event) {
			ev.Kind, ev.Text, ev.Media = bot.Edited, "c", []bot.Media{{Kind: bot.Photo, Ref: "p"}}
		})},
		{"live location moves", incoming("edited_message", sent+`,"edit_date":1,"location":{"latitude":1,"longitude":2,"live_period":60}`), nil},
		{"blocked", incoming("my_chat_member", `"date":1700000000,`+from+`,"old_chat_member":{"status":"member"},"new_chat_member":{"status":"kicked"}`), text(bot.Left, "")},
		{"unblocked", incoming("my_chat_member", `"date":1700000000,`+from+`,"new_chat_member":{"status":"member"}`), text(bot.Arrived, "")},
		{"a status to come", incoming("my_chat_member", `"date":1700000000,`+from+`,"new_chat_member":{"status":"enlightened"}`), nil},
		{"put into a group", incoming("my_chat_member", `"date":1,`+group+`,"new_chat_member":{"status":"administrator"}`), nil},
		{"said in a group", incoming("message", `"message_id":1,"date":1,`+group+`,"text":"hi"`), nil},
		{"pressed in a group", `{"update_id":11,"callback_query":{"id":"q","from":{"id":7},"data":"a","message":{"message_id":1,"date":1,"chat":{"id":-9,"type":"group"}}}}`, nil},
		{"another bot", incoming("message", `"message_id":1,"date":1,"from":{"id":7,"is_bot":true},"chat":{"id":7,"type":"private"},"text":"hi"`), nil},
		{"nobody", incoming("message", `"message_id":1,"date":1,"chat":{"id":7,"type":"private"},"text":"hi"`), nil},
		{"channel post", incoming("channel_post", `"message_id":1,"date":1,"chat":{"id":-1,"type":"channel"},"text":"hi"`), nil},
		{"unknown kind", incoming("telepathy", `"thought":"hi"`), nil},
		{"nothing", `{"update_id":11}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { check(t, tt.update, tt.want) })
	}
}

func TestPresses(t *testing.T) {
	press := func(data, message string) string {
		return `{"update_id":11,"callback_query":{"id":"q","from":{"id":7,"first_name":"Li","last_name":"Na","language_code":"zh"},"data":"` + data + `"` + message + `}}`
	}
	on := `,"message":{"message_id":42,"date":1,"chat":{"id":7,"type":"private"},`
	want := func(button string, shown *bot.Shown) []bot.Event {
		return expected(func(ev *bot.Event) {
			ev.Kind, ev.Button, ev.On, ev.At = bot.Pressed, button, shown, newClock().now()
		})
	}
	tests := []struct {
		name, update string
		want         []bot.Event
	}{
		{"under a text", press("flow/step:a:3", on+`"text":"问题？"}`), want("flow/step:a:3", &bot.Shown{Ref: "42", Text: "问题？"})},
		{"under a photo", press("a", on+`"caption":"c","photo":[{"file_id":"p"}]}`), want("a", &bot.Shown{Ref: "42c", Text: "c"})},
		{"inaccessible message", press("a", `,"message":{"message_id":42,"date":0,"chat":{"id":7,"type":"private"}}`), want("a", nil)},
		{"no message", press("a", ``), want("a", nil)},
		{"64 bytes", press(strings.Repeat("x", 64), ``), want(strings.Repeat("x", 64), nil)},
		{"65 bytes", press(strings.Repeat("x", 65), ``), nil},
		{"broken UTF-8", press("a\xff", ``), nil},
		{"control character", press(`a\u0000`, ``), nil},
		{"a game's", press("", ``), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := check(t, tt.update, tt.want)
			if n := len(h.api.got("answerCallbackQuery")); n != 1 {
				t.Errorf("answered %d times, want 1", n)
			}
		})
	}
}

// check delivers the update and compares the events.
func check(t *testing.T, update string, want []bot.Event) *house {
	t.Helper()
	h := newHouse(t)
	var got []bot.Event
	if status := h.deliver(taking(&got), update); status != http.StatusOK {
		t.Errorf("status %d, want 200", status)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(bot.Event{}, "Ref", "Quotes")); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if h.dead.count() != 0 {
		t.Errorf("dead letters: %d", h.dead.count())
	}
	h.settle(t)
	return h
}

func TestNamesAreShortAndOnOneLine(t *testing.T) {
	var ev bot.Event
	chat := models.Chat{ID: 7, Type: models.ChatTypePrivate}
	person(&ev, chat, models.User{ID: 7, FirstName: " 李\n\u202e娜 ", LastName: strings.Repeat("x", 500)})
	if want := "李 娜 " + strings.Repeat("x", 124); ev.Name != want {
		t.Errorf("name %q", ev.Name)
	}
}

func TestLanguage(t *testing.T) {
	for tag, want := range map[string]string{"": "", "zh": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-CN", "ZH-TW": "zh-CN", "en": "en", "en-GB": "en", "fr": "en", "zha": "en"} {
		if got := language(tag); got != want {
			t.Errorf("language(%q) = %q, want %q", tag, got, want)
		}
	}
}
