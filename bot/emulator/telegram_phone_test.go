package emulator

import (
	"bytes"
	"image"
	"io"
	"strings"
	"testing"
	"time"
)

func (b *tgBench) download(path string) []byte {
	b.Helper()
	res, err := b.client.Get(b.url + "/file/bot" + tgToken + "/" + path)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		b.Fatalf("%s: %d %v", path, res.StatusCode, err)
	}
	return data
}

func TestTelegramPicturesByteForByte(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, nil)
	p := b.tg.Phone(5, TelegramUser{})
	data := picture(t, 400, 200)
	b.wait(p.SendPicture(data, "我"))
	m := h.all()[0].Message
	if len(m.Photo) != 3 || m.Caption != "我" {
		t.Fatalf("photo %+v", m)
	}
	largest := m.Photo[len(m.Photo)-1]
	if largest.Width != 400 || largest.Height != 200 || largest.Size != len(data) {
		t.Errorf("largest %+v", largest)
	}
	var file struct {
		Path string `json:"file_path"`
		Size int    `json:"file_size"`
	}
	b.must("getFile", map[string]any{"file_id": largest.FileID}, &file)
	if got := b.download(file.Path); !bytes.Equal(got, data) || file.Size != len(data) {
		t.Errorf("%d bytes came back of %d", len(got), len(data))
	}
	if shown, mime := b.tg.Picture(p.Screen().Bubbles()[0].Photo); !bytes.Equal(shown, data) || mime != "image/png" {
		t.Errorf("the screen shows %d bytes, %s", len(shown), mime)
	}
	old := file.Path
	b.must("getFile", map[string]any{"file_id": m.Photo[0].FileID}, &file)
	if c, kind, err := image.DecodeConfig(bytes.NewReader(b.download(file.Path))); err != nil || c.Width != 90 || kind != "jpeg" {
		t.Errorf("the smallest is %v %s %v", c, kind, err)
	}
	b.clock.Advance(time.Hour)
	if r := b.post("/file/bot"+tgToken+"/"+old, "", nil); r.status != 404 {
		t.Errorf("an old link: %d", r.status)
	}
}

func TestTelegramAlbum(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, nil)
	p := b.tg.Phone(5, TelegramUser{})
	push := p.SendAlbum([][]byte{picture(t, 5, 5), picture(t, 6, 6), picture(t, 7, 7)})
	b.wait(push)
	all := h.all()
	if len(all) != 3 || len(push.Updates()) != 3 || len(push.Bubbles()) != 3 {
		t.Fatalf("%d updates", len(all))
	}
	for i, n := range all {
		if n.Message.AlbumID == "" || n.Message.AlbumID != all[0].Message.AlbumID || n.Message.Photo[0].Width != 5+i {
			t.Errorf("piece %d is %+v", i, n.Message)
		}
	}
}

func TestTelegramEverythingElseAPersonSends(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, nil)
	p := b.tg.Phone(5, TelegramUser{First: "Wen"})
	check := func(push *TelegramPush, what string, ok func(*tgMessage) bool) {
		t.Helper()
		if err := b.wait(push); err != nil {
			t.Fatal(err)
		}
		all := h.all()
		if m := all[len(all)-1].Message; m == nil || !ok(m) {
			t.Errorf("%s came as %+v", what, m)
		}
	}
	check(p.SendVoice([]byte("ogg")), "voice", func(m *tgMessage) bool { return m.Voice.Size == 3 })
	check(p.SendVideo([]byte("mp4!")), "video", func(m *tgMessage) bool { return m.Video.Size == 4 })
	check(p.SendDocument("证.pdf", []byte("%PDF-1.7"), ""), "document", func(m *tgMessage) bool {
		return m.Document.Name == "证.pdf" && m.Document.Mime == "application/pdf"
	})
	check(p.SendLocation(31.2, 121.5), "location", func(m *tgMessage) bool { return m.Location.Latitude == 31.2 })
	check(p.SendVenue(31.2, 121.5, "公园", "路 1"), "venue", func(m *tgMessage) bool { return m.Venue.Title == "公园" && m.Location != nil })
	check(p.SendContact(true), "contact", func(m *tgMessage) bool { return m.Contact.UserID == 5 })
	check(p.SendContact(false), "contact", func(m *tgMessage) bool { return m.Contact.UserID != 5 })
	check(p.SendSticker(), "sticker", func(m *tgMessage) bool { return m.Sticker.Type == "regular" })
	first := p.Write("first").Bubbles()[0]
	check(p.WriteReply(first, "and"), "reply", func(m *tgMessage) bool { return m.ReplyTo.ID == first })
	check(p.Write("去 /help@redthread_bot"), "command", func(m *tgMessage) bool {
		return m.Entities[0] == tgEntity{Type: "bot_command", Offset: 2, Length: 19}
	})
	long := p.Write(strings.Repeat("🙂", 3000))
	check(long, "long text", func(m *tgMessage) bool { return tgUnits(m.Text) == 6000-4096 })
	if len(long.Updates()) != 2 {
		t.Errorf("%d updates", len(long.Updates()))
	}
}

func TestTelegramEdit(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, nil)
	p := b.tg.Phone(5, TelegramUser{})
	first := p.Write("born 1990")
	b.clock.Advance(time.Minute)
	edit := p.Edit(first.Bubbles()[0], "born 1991")
	if err := b.wait(edit); err != nil {
		t.Fatal(err)
	}
	if e := h.all()[1].Edited; e == nil || e.Text != "born 1991" || e.Date != tgDawn.Unix() || e.EditDate != tgDawn.Add(time.Minute).Unix() {
		t.Errorf("edit came as %+v", e)
	}
	if shown := p.Screen().Bubbles(); len(shown) != 1 || shown[0].Text != "born 1991" || !shown[0].Edited {
		t.Errorf("shown %+v", shown)
	}
	b.wait(p.Edit(first.Bubbles()[0], "born 1991"))
	if len(h.all()) != 2 {
		t.Error("an edit that changes nothing was told")
	}
}

func TestTelegramBlockAndRestart(t *testing.T) {
	b := newBench(t)
	h := b.hook(nil, nil)
	p := b.tg.Phone(5, TelegramUser{})
	b.wait(p.Start(""))
	b.wait(p.Block())
	b.wait(p.Block()) // nothing changes, nothing is told
	if err := b.wait(p.Write("x")); err != ErrTelegramBlocked {
		t.Errorf("wrote to a blocked bot: %v", err)
	}
	b.refused("sendMessage", map[string]any{"chat_id": 5, "text": "x"}, 403, "Forbidden: bot was blocked by the user")
	b.wait(p.Start("")) // the key "Restart"
	b.sent(5, "welcome back", nil)
	var standing []string
	for _, n := range h.all() {
		if n.Member != nil {
			standing = append(standing, n.Member.Old.Status+">"+n.Member.New.Status)
		}
	}
	if strings.Join(standing, " ") != "member>kicked kicked>member" {
		t.Errorf("told %v", standing)
	}
}

func TestTelegramScreen(t *testing.T) {
	b := newBench(t)
	p := b.guest(5)
	changes, stop := p.Screen().Watch()
	defer stop()
	b.must("sendChatAction", map[string]any{"chat_id": 5, "action": "typing"}, nil)
	id := b.sent(5, "见 <a href=\"https://example.org\">这里</a>", map[string]any{"parse_mode": "HTML",
		"reply_markup": keyboard("a", "b")["reply_markup"], "reply_parameters": map[string]any{"message_id": 1}})
	shown := p.Screen().Bubbles()[1]
	if shown.ID != id || shown.Text != "见 这里" || len(shown.Keys) != 1 || shown.Keys[0][1].Data != "b" || shown.Reply != 1 ||
		len(shown.Words) != 1 || shown.Words[0] != (Word{Start: 2, End: 4, URL: "https://example.org"}) {
		t.Errorf("shown %+v", shown)
	}
	b.must("editMessageText", map[string]any{"chat_id": 5, "message_id": id, "text": "done"}, nil)
	if shown := p.Screen().Bubbles()[1]; shown.Text != "done" || shown.Keys != nil {
		t.Errorf("edited %+v", shown)
	}
	b.must("editMessageReplyMarkup", map[string]any{"chat_id": 5, "message_id": id, "reply_markup": keyboard("c")["reply_markup"]}, nil)
	b.sent(5, "phone?", map[string]any{"reply_markup": `{"keyboard":[[{"text":"📱","request_contact":true}]]}`})
	if k := p.Keyboard(); len(k) != 1 || k[0][0].Data != "contact" {
		t.Errorf("keyboard %+v", k)
	}
	b.sent(5, "thanks", map[string]any{"reply_markup": `{"remove_keyboard":true}`})
	if k := p.Keyboard(); k != nil {
		t.Errorf("keyboard %+v is still there", k)
	}
	b.must("deleteMessage", map[string]any{"chat_id": 5, "message_id": id}, nil)
	push := p.PressData(id, "c")
	var kinds []string
	for len(changes) > 0 {
		kinds = append(kinds, (<-changes).Kind)
	}
	if got := strings.Join(kinds, " "); got != "typing new edit edit new keyboard new keyboard delete state" {
		t.Errorf("changes: %s", got)
	}
	h := b.hook(nil, nil)
	b.wait(push)
	for _, n := range h.all() {
		if n.Query != nil && (n.Query.Message.Date != 0 || n.Query.Message.ID != id) {
			t.Errorf("a deleted message came as %+v", n.Query.Message)
		}
	}
}

func TestTelegramHTML(t *testing.T) {
	for _, c := range []struct {
		in, text string
		entities int
		err      string
	}{
		{"plain &lt;b&gt; &amp; &#20320;", "plain <b> & 你", 0, ""},
		{"<b>粗 <i>斜</i></b>", "粗 斜", 2, ""},
		{"a & b", "a & b", 0, ""},
		{"<b></b>x", "x", 0, ""},
		{"</b>", "", 0, "Unexpected end tag at byte offset 0"},
		{"<b>x</i>", "", 0, `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`},
		{"<b", "", 0, "Unclosed start tag at byte offset 0"},
	} {
		text, entities, err := tgParseHTML(c.in)
		if c.err != "" {
			if err == nil || err.Error() != "Bad Request: can't parse entities: "+c.err {
				t.Errorf("%q: %v, want %s", c.in, err, c.err)
			}
			continue
		}
		if err != nil || text != c.text || len(entities) != c.entities {
			t.Errorf("%q = %q, %v, %v", c.in, text, entities, err)
		}
	}
}

func FuzzTelegramHTML(f *testing.F) {
	f.Add("<b>x</b> &amp; <a href='u'>y</a>")
	f.Add("<<>&#xFFFFFFFF;</")
	f.Fuzz(func(t *testing.T, s string) {
		text, entities, err := tgParseHTML(s)
		if err != nil {
			return
		}
		for _, e := range entities {
			if e.Length <= 0 || e.Offset < 0 || e.Offset+e.Length > tgUnits(text) {
				t.Errorf("%q: %+v is out of %q", s, e, text)
			}
		}
	})
}
