package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWeChatLedger(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.w.Phone("anna")
	send := func(want ...int) {
		t.Helper()
		for i, w := range want {
			if got := s.sendText("anna", "x"); got != w {
				t.Fatalf("send %d is answered %d, want %d; ledger %+v", i, got, w, s.w.Allowance("anna"))
			}
		}
	}
	send(43004) // never followed
	s.well(anna.Follow(""))
	send(0, 0, 0, 45047)
	s.clock.Advance(time.Minute)
	send(45015)
	s.well(anna.Write("hello"))
	send(0, 0, 0, 0, 0, 45047)
	s.well(anna.Write("hello again")) // reset, not added
	send(0)
	s.well(anna.Write("and again"))
	if l := s.w.Allowance("anna"); l.Left != 5 || len(l.Windows) != 1 || l.Windows[0].Until.Sub(s.clock.Now()) != 48*time.Hour {
		t.Errorf("ledger %+v", l)
	}
	send(0, 0, 0)
	s.well(anna.Click("old key")) // 3, beside 2 that are left: the best decides
	send(0, 0, 0, 45047)
	s.clock.Advance(time.Minute)
	send(45047) // the clicks' window is over, the message's is used up
	s.clock.Advance(48*time.Hour - time.Minute - 1)
	send(45047)
	s.clock.Advance(1)
	send(45015)
	s.well(anna.Scan("shop"))
	send(0, 0, 0, 45047)
	if code := s.sendText("nobody", "x"); code != 40003 {
		t.Errorf("send to nobody: %d", code)
	}
	if l := s.w.Allowance("nobody"); l.Left != 0 {
		t.Errorf("nobody's ledger %+v", l)
	}
}

func TestWeChatSend(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	picture, _ := s.upload("image", []byte("\x89PNG\r\n\x1a\nrest"))
	voice, _ := s.upload("voice", []byte("#!AMR\nrest"))
	thumb, _ := s.upload("thumb", []byte("\xff\xd8\xff\xe0rest"))
	for _, c := range []struct {
		name, body string
		code       int
		shown      string // kind and text
	}{
		{"text", `{"msgtype":"text","text":{"content":"<a href=\"https://a.example\">你好</a>"}}`, 0, "text 你好"},
		{"as somebody", `{"msgtype":"text","text":{"content":"x"},"customservice":{"kf_account":"a@b"}}`, 0, "text x"},
		{"longest", `{"msgtype":"text","text":{"content":"` + strings.Repeat("x", 2048) + `"}}`, 0, "text " + strings.Repeat("x", 2048)},
		{"too long", `{"msgtype":"text","text":{"content":"` + strings.Repeat("长", 683) + `"}}`, 45002, ""},
		{"empty", `{"msgtype":"text","text":{"content":""}}`, 44004, ""},
		{"broken", `{"msgtype":"text",`, 47001, ""},
		{"not an object", `[]`, 47001, ""},
		{"no type", `{}`, 40008, ""},
		{"image", `{"msgtype":"image","image":{"media_id":"` + picture + `"}}`, 0, "photo "},
		{"voice", `{"msgtype":"voice","voice":{"media_id":"` + voice + `"}}`, 0, "voice "},
		{"voice as image", `{"msgtype":"image","image":{"media_id":"` + voice + `"}}`, 40007, ""},
		{"unknown image", `{"msgtype":"image","image":{"media_id":"x"}}`, 40007, ""},
		{"music", `{"msgtype":"music","music":{"title":"t","description":"d","musicurl":"https://m.example","thumb_media_id":"` + thumb + `"}}`, 0, "text t\nd"},
		{"music without picture", `{"msgtype":"music","music":{"title":"t"}}`, 40007, ""},
		{"news", `{"msgtype":"news","news":{"articles":[{"title":"t","description":"d","url":"https://n.example"}]}}`, 0, "text t\nd"},
		{"two news", `{"msgtype":"news","news":{"articles":[{"title":"t"},{"title":"u"}]}}`, 45008, ""},
		{"no news", `{"msgtype":"news","news":{"articles":[]}}`, 44003, ""},
		{"msgmenu", `{"msgtype":"msgmenu","msgmenu":{"head_content":"满意吗?","list":[{"id":"101","content":"是"},{"id":"102","content":"否"}],"tail_content":"谢谢"}}`, 0, "text 满意吗?\n谢谢"},
		{"long msgmenu", `{"msgtype":"msgmenu","msgmenu":{"list":[` + strings.Repeat(`{"id":"1","content":"x"},`, 6) + `{"id":"1","content":"x"}]}}`, 45098, ""},
		{"card", `{"msgtype":"wxcard","wxcard":{"card_id":"x"}}`, 48001, ""},
	} {
		s.well(anna.Write("hello"))
		before := len(anna.Screen().Bubbles())
		out, code := s.post("/cgi-bin/message/custom/send", strings.Replace(c.body, "{", `{"touser":"anna",`, 1))
		if c.body == "{}" {
			out, code = s.post("/cgi-bin/message/custom/send", `{"touser":"anna"}`)
		}
		if code != c.code {
			t.Errorf("%s: answered %v", c.name, out)
			continue
		}
		b := anna.Screen().Bubbles()[before:]
		switch {
		case c.code != 0 && len(b) != 0:
			t.Errorf("%s: refused, and shown %+v", c.name, b)
		case c.code == 0 && (len(b) != 1 || b[0].Mine || b[0].Kind+" "+b[0].Text != c.shown):
			t.Errorf("%s: shown %+v", c.name, b)
		}
	}
}

func TestWeChatTaps(t *testing.T) {
	for _, sandbox := range []bool{false, true} {
		s := newWxStage(t, WeChatConfig{TestAccount: sandbox})
		anna := s.follower("anna")
		s.sendText("anna", `<a href="https://a.example">x</a> <a href="weixin://bizmsgmenu?msgmenucontent=好的&msgmenuid=207">好</a>`)
		text := s.last(anna)
		s.clock.Advance(time.Minute) // the follow's window closes
		s.well(anna.Tap(text.ID, 0))
		s.well(anna.Tap(text.ID, 1))
		seen := s.pushes()
		got, wantID := seen[len(seen)-1], "207"
		if sandbox {
			wantID = ""
		}
		if len(seen) != 2 || got.MsgType != "text" || got.Content != "好的" || got.MenuID != wantID || got.MsgId == "" {
			t.Errorf("sandbox %v: pushes %+v", sandbox, seen)
		}
		if b := s.last(anna); !b.Mine || b.Text != "好的" {
			t.Errorf("own bubble %+v", b)
		}
		if l := s.w.Allowance("anna"); l.Left != 3 || l.Windows[0].Action != "menu" {
			t.Errorf("a tap counts as %+v", l)
		}
		_, code := s.post("/cgi-bin/message/custom/send", map[string]any{"touser": "anna", "msgtype": "msgmenu", "msgmenu": map[string]any{
			"head_content": `<a href="https://a.example">?</a>`, "list": []map[string]string{{"id": "9", "content": "是"}}}})
		if sandbox {
			if code != 40200 {
				t.Errorf("msgmenu on a sandbox account: %d", code)
			}
			continue
		}
		s.well(anna.Tap(s.last(anna).ID, 1))
		seen = s.pushes()
		if got := seen[len(seen)-1]; got.Content != "是" || got.MenuID != "9" {
			t.Errorf("msgmenu tap %+v", got)
		}
		for _, p := range []*WeChatPush{anna.Tap(text.ID, 2), anna.Tap(text.ID, -1), anna.Tap(1, 0)} {
			if s.done(p).Err() != ErrWeChatNothing {
				t.Errorf("tap on nothing: %v", p.Err())
			}
		}
	}
}

func TestWeChatActions(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.w.Phone("anna")
	act := func(p *WeChatPush) wxSeen {
		t.Helper()
		s.well(p)
		seen := s.pushes()
		return seen[len(seen)-1]
	}
	check := func(name string, ok bool, got wxSeen) {
		t.Helper()
		if !ok || got.FromUserName != "anna" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	in := act(anna.Scan("poster 7"))
	check("follow by code", in.MsgType == "event" && in.Event == "subscribe" && in.EventKey == "qrscene_poster 7" && in.Ticket != "", in)
	in = act(anna.Scan("poster 7"))
	check("scan", in.Event == "SCAN" && in.EventKey == "poster 7" && in.Ticket != "" && in.MsgId == "", in)
	in = act(anna.Unfollow())
	check("unfollow", in.Event == "unsubscribe", in)
	in = act(anna.Follow(""))
	check("follow", in.Event == "subscribe" && in.EventKey == "" && in.Ticket == "", in)
	jpeg := []byte("\xff\xd8\xff\xe0 picture")
	in = act(anna.SendPicture(jpeg))
	check("picture", in.MsgType == "image" && in.PicUrl != "" && in.MediaId != "" && in.MsgId != "", in)
	if data, mime := s.w.Picture(s.last(anna).Photo); !bytes.Equal(data, jpeg) || mime != "image/jpeg" || s.last(anna).Photo != in.MediaId {
		t.Errorf("picture on the screen: %q %s", data, mime)
	}
	in = act(anna.SendVoice([]byte("#!AMR\n"), "你好"))
	check("voice", in.MsgType == "voice" && in.Format == "amr" && in.Recognition == "你好" && in.MediaId != "", in)
	in = act(anna.SendVideo([]byte("video")))
	check("video", in.MsgType == "video" && in.MediaId != "" && in.ThumbMediaId != "", in)
	in = act(anna.SendFile("简历.pdf", []byte("%PDF-")))
	check("file", in.MsgType == "file" && in.Title == "简历.pdf" && in.FileTotalLen == "5", in)
	in = act(anna.SendLocation(23.1, 113.25, "广州"))
	check("location", in.MsgType == "location" && in.Location_X == "23.100000" && in.Location_Y == "113.250000" && in.Scale == "16" && in.Label == "广州", in)
	in = act(anna.SendLink("t", "d", "https://l.example/?a=1&b=2"))
	check("link", in.MsgType == "link" && in.Title == "t" && in.Description == "d" && in.Url == "https://l.example/?a=1&b=2", in)
	in = act(anna.ReportLocation(1.5, 2.5, 40))
	check("report", in.Event == "LOCATION" && in.Latitude == "1.500000" && in.Precision == "40.000000", in)
	ids := map[string]bool{}
	for _, p := range s.pushes() {
		if p.MsgId != "" && ids[p.MsgId] {
			t.Errorf("MsgId %s twice", p.MsgId)
		}
		ids[p.MsgId] = true
	}
	if _, err := s.w.ticket("poster 7"); err != nil {
		t.Error(err)
	}
}

func TestWeChatTokens(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	cfg := s.w.Config()
	try := func(token any, want int) {
		t.Helper()
		if _, code := s.call("GET", "/cgi-bin/getcallbackip?access_token="+fmt.Sprint(token), nil); code != want {
			t.Errorf("token is answered %d, want %d", code, want)
		}
	}
	plain := func() any {
		t.Helper()
		out, code := s.call("GET", "/cgi-bin/token?grant_type=client_credential&appid="+cfg.AppID+"&secret="+cfg.Secret, nil)
		if code != 0 || out["expires_in"] != 7200.0 {
			t.Fatal(out)
		}
		return out["access_token"]
	}
	stable := func(force bool, expires float64) any {
		t.Helper()
		out, code := s.stable(force)
		if code != 0 || out["expires_in"] != expires {
			t.Fatal(out, "want", expires)
		}
		return out["access_token"]
	}
	try("", 41001)
	try("nonsense", 40001)
	one := stable(false, 7200)
	p1 := plain()
	p2 := plain()
	s.clock.Advance(4 * time.Minute)
	try(p1, 0) // the overlap
	s.clock.Advance(time.Minute)
	try(p1, 42001)
	try(p2, 0)
	try(one, 0) // the two ways do not touch each other
	plain()
	plain()
	try(p2, 40001) // two fetches ago
	s.clock.Advance(109 * time.Minute)
	if stable(false, 360) != one {
		t.Error("another token while the first is good")
	}
	s.clock.Advance(time.Minute)
	two := stable(false, 7200)
	if two == one {
		t.Error("no new token in the last five minutes")
	}
	try(one, 0)
	try(two, 0)
	s.clock.Advance(5 * time.Minute)
	try(one, 42001)
	three := stable(true, 7200)
	try(two, 40001)
	s.clock.Advance(29 * time.Second)
	if stable(true, 7171) != three {
		t.Error("refreshed within 30 s")
	}
	for range 19 {
		s.clock.Advance(30 * time.Second)
		stable(true, 7200)
	}
	s.clock.Advance(30 * time.Second)
	if _, code := s.stable(true); code != 45009 {
		t.Errorf("the 21st force of the day: %d", code)
	}
	s.clock.Advance(24 * time.Hour)
	four := stable(true, 7200)
	s.w.InvalidateToken()
	try(four, 40001)
	try(stable(false, 7200), 0)
}

func TestWeChatTokenRefusals(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	cfg := s.w.Config()
	for _, c := range []struct {
		body string
		want int
	}{
		{`{"grant_type":"x"}`, 40002},
		{`{"grant_type":"client_credential","appid":"x"}`, 40013},
		{`{"grant_type":"client_credential","appid":"` + cfg.AppID + `","secret":"x"}`, 40125},
		{`{"grant_type":"client_credential","appid":"` + cfg.AppID + `","secret":"` + cfg.Secret + `","force_refresh":"yes"}`, 47001},
		{`nonsense`, 47001},
	} {
		if _, code := s.call("POST", "/cgi-bin/stable_token", c.body); code != c.want {
			t.Errorf("%s: %d", c.body, code)
		}
	}
	if _, code := s.call("GET", "/cgi-bin/stable_token", nil); code != 43002 {
		t.Errorf("GET: %d", code)
	}
}

func TestWeChatErrorBody(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	status, body := s.fetch("GET", "/cgi-bin/menu/get?access_token=x", "", "")
	want := `{"errcode":40001,"errmsg":"invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r rid: 67cc6980-`
	if status != 200 || !strings.HasPrefix(string(body), want) {
		t.Errorf("%d %s", status, body)
	}
	status, body = s.fetch("GET", "/cgi-bin/nonsense", "", "")
	if status != 404 || !strings.Contains(string(body), `"errcode":40066`) {
		t.Errorf("%d %s", status, body)
	}
	s.w.Refuse("/cgi-bin/getcallbackip", 40164)
	out, code := s.call("GET", "/cgi-bin/getcallbackip?access_token="+s.token(), nil)
	if code != 40164 || !strings.Contains(fmt.Sprint(out["errmsg"]), "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist") {
		t.Errorf("%v", out)
	}
	s.w.Refuse("/cgi-bin/getcallbackip", 0)
	if out, code := s.call("GET", "/cgi-bin/getcallbackip?access_token="+s.token(), nil); code != 0 || out["ip_list"] == nil {
		t.Errorf("%v", out)
	}
	if c := s.w.Stats().Calls; c["unknown"][40066] != 1 || c["/cgi-bin/getcallbackip"][40164] != 1 || c["/cgi-bin/getcallbackip"][0] != 1 {
		t.Errorf("calls %v", c)
	}
}

func TestWeChatMenu(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	x := func(n int) string { return strings.Repeat("x", n) }
	click := func(name, key string) string {
		return fmt.Sprintf(`{"type":"click","name":%q,"key":%q}`, name, key)
	}
	view := func(url string) string { return fmt.Sprintf(`{"type":"view","name":"v","url":%q}`, url) }
	sub := func(buttons ...string) string {
		return `{"name":"s","sub_button":[` + strings.Join(buttons, ",") + `]}`
	}
	a := click("a", "k")
	if _, code := s.call("GET", "/cgi-bin/menu/get?access_token="+s.token(), nil); code != 46003 {
		t.Errorf("no menu: %d", code)
	}
	for _, c := range []struct {
		buttons []string
		want    int
	}{
		{[]string{a}, 0},
		{[]string{a, a, a}, 0},
		{[]string{a, a, a, a}, 40016},
		{nil, 40016},
		{[]string{click("四个汉字x", "k")}, 0},
		{[]string{click(x(16), x(128))}, 0},
		{[]string{click(x(17), "k")}, 40018},
		{[]string{click("", "k")}, 40018},
		{[]string{click("a", x(129))}, 40019},
		{[]string{click("a", "")}, 40019},
		{[]string{view("https://a.example/" + x(1006))}, 0},
		{[]string{view("https://a.example/" + x(1007))}, 40020},
		{[]string{view("a.example")}, 40055},
		{[]string{`{"type":"dance","name":"a"}`}, 40017},
		{[]string{`{"type":"miniprogram","name":"a","url":"https://a.example","appid":"x","pagepath":"p"}`}, 45064},
		{[]string{`{"type":"media_id","name":"a","media_id":"x"}`}, 40007},
		{[]string{sub(a, a, a, a, a)}, 0},
		{[]string{sub(a, a, a, a, a, a)}, 40023},
		{[]string{sub(click(x(60), "k"))}, 0},
		{[]string{sub(click(x(61), "k"))}, 40025},
		{[]string{sub(click("a", x(129)))}, 40026},
		{[]string{sub(view("https://a.example/" + x(1007)))}, 40027},
		{[]string{sub(view("ftp://a.example/"))}, 40054},
		{[]string{sub(`{"type":"dance","name":"a"}`)}, 40024},
		{[]string{sub(sub(a))}, 40022},
		{[]string{`{"type":"click","name":"\u4f60","key":"k"}`}, 40033},
		{[]string{`{`}, 47001},
	} {
		body := `{"button":[` + strings.Join(c.buttons, ",") + `]}`
		if out, code := s.post("/cgi-bin/menu/create", body); code != c.want {
			t.Errorf("%s: %v, want %d", body, out, c.want)
		}
	}
	changes, stop := anna.Screen().Watch()
	defer stop()
	s.post("/cgi-bin/menu/create", `{"button":[`+sub(a, view("https://a.example"), `{"type":"scancode_push","name":"扫","key":"scan"}`)+`,`+
		`{"type":"location_select","name":"哪","key":"where"}]}`)
	if c := <-changes; c.Kind != "menu" {
		t.Errorf("change %+v", c)
	}
	if m := anna.Menu(); len(m) != 2 || m[0].Type != "" || len(m[0].Sub) != 3 || m[0].Sub[0].Key != "k" {
		t.Errorf("menu on the phone %+v", m)
	}
	if m := s.w.Phone("bob").Menu(); m != nil {
		t.Errorf("a stranger sees %+v", m)
	}
	out, _ := s.call("GET", "/cgi-bin/menu/get?access_token="+s.token(), nil)
	if got, _ := json.Marshal(out); !strings.Contains(string(got), `{"menu":{"button":[{"name":"s","sub_button":[{"key":"k","name":"a","sub_button":[],"type":"click"}`) {
		t.Errorf("menu/get %s", got)
	}
	for _, key := range []string{"k", "https://a.example", "scan", "gone"} {
		s.well(anna.Click(key))
	}
	var events []string
	for _, p := range s.pushes()[1:] {
		events = append(events, p.Event+" "+p.EventKey+" "+p.ScanResult)
	}
	if got := strings.Join(events, ";"); got != "CLICK k ;VIEW https://a.example ;scancode_push scan 1;CLICK gone " {
		t.Errorf("events %s", got)
	}
	if s.done(anna.Click("where")).Err() != ErrWeChatNothing {
		t.Error("the emulator's phone has no map to choose from")
	}
	s.call("GET", "/cgi-bin/menu/delete?access_token="+s.token(), nil)
	if m := anna.Menu(); len(m) != 0 {
		t.Errorf("deleted, and there is %+v", m)
	}
}

// upload sends a file as SDKs do.
func (s *wxStage) upload(kind string, data []byte) (id string, code int) {
	s.Helper()
	var form bytes.Buffer
	f := multipart.NewWriter(&form)
	part, _ := f.CreateFormFile("media", "file.bin")
	part.Write(data)
	f.Close()
	_, got := s.fetch("POST", "/cgi-bin/media/upload?type="+kind+"&access_token="+s.token(), f.FormDataContentType(), form.String())
	var out struct {
		Code  int    `json:"errcode"`
		ID    string `json:"media_id"`
		Thumb string `json:"thumb_media_id"`
	}
	if err := json.Unmarshal(got, &out); err != nil {
		s.Fatalf("upload: %v %s", err, got)
	}
	return out.ID + out.Thumb, out.Code
}

func TestWeChatMedia(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	png := []byte("\x89PNG\r\n\x1a\n")
	big := func(head string, n int) []byte { return append([]byte(head), make([]byte, n-len(head))...) }
	for _, c := range []struct {
		name, kind string
		data       []byte
		want       int
	}{
		{"png", "image", png, 0},
		{"gif", "image", []byte("GIF89a..."), 0},
		{"2 MB", "image", big(string(png), 2<<20), 0},
		{"over 2 MB", "image", big(string(png), 2<<20+1), 40009},
		{"over 10 MB", "image", big(string(png), 11<<20), 47001},
		{"text", "image", []byte("hello"), 40005},
		{"empty", "image", nil, 44001},
		{"mp3", "voice", []byte("ID3...."), 0},
		{"big voice", "voice", big("#!AMR\n", 2<<20+1), 40010},
		{"big video", "video", big("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom", 10<<20+1), 40011},
		{"big thumb", "thumb", big("\xff\xd8\xff", 64<<10+1), 40012},
		{"png as thumb", "thumb", png, 40005},
		{"hologram", "hologram", png, 40004},
	} {
		id, code := s.upload(c.kind, c.data)
		if code != c.want || (id == "") != (code != 0) {
			t.Errorf("%s: id %q, code %d", c.name, id, code)
		}
	}
	if _, code := s.call("POST", "/cgi-bin/media/upload?type=image&access_token="+s.token(), "{}"); code != 41005 {
		t.Errorf("no form: %d", code)
	}
	jpeg := []byte("\xff\xd8\xff\xe0 exactly this")
	s.well(anna.SendPicture(jpeg))
	id := s.last(anna).Photo
	get := func(id string) (int, []byte) {
		return s.fetch("GET", "/cgi-bin/media/get?access_token="+s.token()+"&media_id="+id, "", "")
	}
	if _, got := get(id); !bytes.Equal(got, jpeg) {
		t.Errorf("fetched %q", got)
	}
	s.well(anna.SendVideo([]byte("moving pictures")))
	_, got := get(s.last(anna).Photo)
	var where struct {
		URL string `json:"video_url"`
	}
	if err := json.Unmarshal(got, &where); err != nil || !strings.HasPrefix(where.URL, s.api.URL) {
		t.Fatalf("video: %s", got)
	}
	if _, got := s.fetch("GET", strings.TrimPrefix(where.URL, s.api.URL), "", ""); string(got) != "moving pictures" {
		t.Errorf("video %q", got)
	}
	s.well(anna.SendFile("x.pdf", []byte("%PDF")))
	for _, id := range []string{"nonsense", s.last(anna).Photo} {
		if _, got := get(id); !bytes.Contains(got, []byte("40007")) {
			t.Errorf("fetched %q", got)
		}
	}
	s.clock.Advance(3 * 24 * time.Hour)
	if _, got := get(id); !bytes.Contains(got, []byte("40007")) {
		t.Errorf("after three days: %q", got)
	}
	if data, _ := s.w.Picture(id); !bytes.Equal(data, jpeg) {
		t.Error("the phone has forgotten its picture")
	}
}

func TestWeChatTyping(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	typing := func(to, command string) int {
		_, code := s.post("/cgi-bin/message/custom/typing", map[string]string{"touser": to, "command": command})
		return code
	}
	s.well(anna.Write("hello"))
	changes, stop := anna.Screen().Watch()
	defer stop()
	for i, c := range []struct {
		to, command string
		after       time.Duration
		want        int
	}{
		{"anna", "Dance", 0, 45072},
		{"nobody", "Typing", 0, 40003},
		{"anna", "Typing", 0, 0},
		{"anna", "Typing", 14 * time.Second, 45081},
		{"anna", "Typing", time.Second, 0},
		{"anna", "CancelTyping", 0, 0},
		{"anna", "Typing", 0, 0},
		{"anna", "Typing", 16 * time.Second, 45080},
		{"anna", "Typing", 48 * time.Hour, 45015},
	} {
		s.clock.Advance(c.after)
		if got := typing(c.to, c.command); got != c.want {
			t.Errorf("%d: %d, want %d", i, got, c.want)
		}
	}
	if c := <-changes; c.Kind != "typing" {
		t.Errorf("change %+v", c)
	}
	s.well(anna.Write("x"))
	typing("anna", "Typing")
	s.sendText("anna", "done") // ends it
	if got := typing("anna", "Typing"); got != 0 {
		t.Errorf("typing after a message: %d", got)
	}
}

func TestWeChatTemplates(t *testing.T) {
	s := newWxStage(t, WeChatConfig{Templates: map[string]WeChatTemplate{
		"t1": {"预约提醒", "对象: {{thing1.DATA}}\n时间: {{time2.DATA}}"}}})
	anna := s.follower("anna")
	s.clock.Advance(72 * time.Hour) // no window is needed
	send := func(to, id, once, thing string) (map[string]any, int) {
		out, code := s.post("/cgi-bin/message/template/send", map[string]any{"touser": to, "template_id": id, "client_msg_id": once,
			"data": map[string]any{"first": map[string]string{"value": "dropped"}, "thing1": map[string]string{"value": thing}, "time2": map[string]string{"value": "明天"}}})
		s.w.mu.Lock()
		event := anna.last
		s.w.mu.Unlock()
		<-event
		return out, code
	}
	seen := len(s.pushes())
	out, code := send("anna", "t1", "once", "王小姐")
	if code != 0 || s.last(anna).Text != "预约提醒\n对象: 王小姐\n时间: 明天" {
		t.Fatalf("%v %+v", out, s.last(anna))
	}
	again, _ := send("anna", "t1", "once", "王小姐")
	if fmt.Sprint(again["msgid"]) != fmt.Sprint(out["msgid"]) || len(anna.Screen().Bubbles()) != 1 {
		t.Errorf("sent twice: %v %v", out, again)
	}
	s.clock.Advance(10 * time.Minute)
	send("anna", "t1", "once", "王小姐")
	if len(anna.Screen().Bubbles()) != 2 {
		t.Error("not sent after ten minutes")
	}
	s.w.Phone("bob")
	for name, c := range map[string]struct {
		to, id, thing string
		want          int
	}{
		"stranger": {"bob", "t1", "x", 43004}, "nobody": {"eve", "t1", "x", 40003}, "unknown": {"anna", "t2", "x", 40037},
		"empty field": {"anna", "t1", "", 47003}, "long field": {"anna", "t1", strings.Repeat("长", 21), 47003},
	} {
		if out, code := send(c.to, c.id, "", c.thing); code != c.want {
			t.Errorf("%s: %v", name, out)
		}
	}
	s.w.Refuse("/cgi-bin/message/template/send", 43101)
	if out, code := send("anna", "t1", "", "x"); code != 43101 {
		t.Errorf("refused: %v", out)
	}
	s.w.Refuse("/cgi-bin/message/template/send", 0)
	anna.RefuseTemplates(true)
	if out, code := send("anna", "t1", "", "x"); code != 0 || len(anna.Screen().Bubbles()) != 2 {
		t.Errorf("who takes none is shown one, or the call says so: %v", out)
	}
	got := s.pushes()[seen:]
	if len(got) != 3 || got[2].Event != "TEMPLATESENDJOBFINISH" || got[2].Status != "failed:user block" {
		t.Fatalf("%d events: %+v", len(got), got)
	}
	for _, e := range got[:2] {
		if e.Event != "TEMPLATESENDJOBFINISH" || e.Status != "success" || e.MsgID == "" || e.FromUserName != "anna" {
			t.Errorf("event %+v", e)
		}
	}
}

func TestWeChatQRCodes(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	for _, c := range []struct {
		body string
		want int
	}{
		{`{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":4294967295}}}`, 0},
		{`{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":4294967296}}}`, 40053},
		{`{"action_name":"QR_SCENE","action_info":{"scene":{"scene_id":0}}}`, 40053},
		{`{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"` + strings.Repeat("x", 65) + `"}}}`, 40053},
		{`{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":""}}}`, 40053},
		{`{"action_name":"QR_LIMIT_SCENE","action_info":{"scene":{"scene_id":100001}}}`, 40053},
		{`{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"door"}}}`, 0},
		{`{"action_name":"QR_DANCE"}`, 40053},
		{`"x"`, 47001},
	} {
		if out, code := s.post("/cgi-bin/qrcode/create", c.body); code != c.want {
			t.Errorf("%s: %v", c.body, out)
		}
	}
	out, _ := s.post("/cgi-bin/qrcode/create", `{"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"shop"}}}`)
	if out["expire_seconds"] != 60.0 {
		t.Errorf("%v", out)
	}
	anna := s.w.Phone("anna")
	s.well(anna.Scan("shop"))
	if got := s.pushes()[0]; got.Ticket != out["ticket"] {
		t.Errorf("ticket %s, created as %v", got.Ticket, out["ticket"])
	}
	s.clock.Advance(time.Minute)
	if err := s.done(anna.Scan("shop")).Err(); err != ErrWeChatExpired {
		t.Errorf("an expired code: %v", err)
	}
	s.well(anna.Scan("door"))
	user, _ := s.call("GET", "/cgi-bin/user/info?openid=anna&access_token="+s.token(), nil)
	if user["subscribe"] != 1.0 || user["nickname"] != "" || user["qr_scene_str"] != "shop" || user["subscribe_scene"] != "ADD_SCENE_QR_CODE" {
		t.Errorf("user %v", user)
	}
	s.well(anna.Unfollow())
	user, _ = s.call("GET", "/cgi-bin/user/info?openid=anna&access_token="+s.token(), nil)
	if user["subscribe"] != 0.0 || user["subscribe_time"] != nil {
		t.Errorf("user %v", user)
	}
	if _, code := s.call("GET", "/cgi-bin/user/info?openid=eve&access_token="+s.token(), nil); code != 40003 {
		t.Errorf("nobody: %d", code)
	}
}

func TestWeChatQuota(t *testing.T) {
	s := newWxStage(t, WeChatConfig{Quotas: map[string]int{"/cgi-bin/getcallbackip": 1}})
	ask := func() int {
		_, code := s.call("GET", "/cgi-bin/getcallbackip?access_token="+s.token(), nil)
		return code
	}
	clear := func(appID string) int {
		_, code := s.post("/cgi-bin/clear_quota", map[string]string{"appid": appID})
		return code
	}
	if a, b := ask(), ask(); a != 0 || b != 45009 {
		t.Errorf("quota: %d, %d", a, b)
	}
	s.clock.Advance(24*time.Hour - 1)
	if got := ask(); got != 45009 {
		t.Errorf("before midnight in Beijing: %d", got)
	}
	s.clock.Advance(1)
	if a, b := ask(), ask(); a != 0 || b != 45009 {
		t.Errorf("the next day: %d, %d", a, b)
	}
	if got := clear("other"); got != 40013 {
		t.Errorf("clear another's quota: %d", got)
	}
	for range 10 {
		if c, a, b := clear(vectorAppID), ask(), ask(); c != 0 || a != 0 || b != 45009 {
			t.Errorf("clear: %d, %d, %d", c, a, b)
		}
	}
	if got := clear(vectorAppID); got != 48006 {
		t.Errorf("the eleventh clear of the month: %d", got)
	}
}

func TestWeChatFaults(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults Faults
		status int // of a send; 0 is a cut connection
		code   int
		shown  bool
	}{
		{"kind", Faults{}, 200, 0, true},
		{"slow", Faults{Slow: 1}, 200, 45011, false},
		{"closed", Faults{Closed: 1}, 200, 45015, false},
		{"cut", Faults{Cut: 1}, 0, 0, false},
		{"lost", Faults{Lost: 1}, 0, 0, true},
		{"broken", Faults{Broken: 1}, 502, 0, false},
		{"away", Faults{Away: true}, 0, 0, false},
	} {
		s := newWxStage(t, WeChatConfig{})
		anna, token := s.follower("anna"), s.token()
		s.w.SetFaults(c.faults)
		status, body := s.fetch("POST", "/cgi-bin/message/custom/send?access_token="+token, "application/json",
			`{"touser":"anna","msgtype":"text","text":{"content":"x"}}`)
		var out wxStatus
		if status == 200 && json.Unmarshal(body, &out) != nil || status != c.status || out.Code != c.code {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
		if shown := len(anna.Screen().Bubbles()) == 1; shown != c.shown {
			t.Errorf("%s: shown %v", c.name, shown)
		}
	}
}

func TestWeChatRepeat(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	s.answer(s.echo)
	s.w.SetFaults(Faults{Repeat: 1})
	both := make(chan struct{}, 2)
	s.meanwhile(func(http.ResponseWriter, *http.Request) bool {
		both <- struct{}{}
		for len(both) < 2 { // neither is answered before the other has come
			time.Sleep(time.Millisecond)
		}
		return false
	})
	push := s.well(anna.Write("hello"))
	if n := len(push.Deliveries()); n != 2 {
		t.Errorf("%d deliveries", n)
	}
	if n := len(anna.Screen().Bubbles()); n != 2 {
		t.Errorf("%d bubbles: the reply must show once", n)
	}
}

func TestWeChatAwayAndDelay(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	s.w.SetFaults(Faults{Away: true})
	push := anna.Write("hello")
	s.clock.Waiters(1)
	s.w.SetFaults(Faults{Delay: time.Second}) // back, with a slow line
	s.clock.Advance(5 * time.Second)
	s.clock.Waiters(1)
	s.clock.Advance(time.Second)
	s.well(push)
	if d := push.Deliveries(); len(d) != 2 || d[0].Err != ErrWeChatAway || d[1].Status != 200 {
		t.Errorf("deliveries %+v", d)
	}
	answered := make(chan int)
	go func() {
		_, code := s.call("GET", "/cgi-bin/getcallbackip?access_token=x", nil)
		answered <- code
	}()
	s.clock.Waiters(1)
	s.clock.Advance(time.Second)
	if code := <-answered; code != 40001 {
		t.Errorf("code %d", code)
	}
}

func TestWeChatResendAndForge(t *testing.T) {
	s := newWxStage(t, WeChatConfig{})
	anna := s.follower("anna")
	s.answer(s.echo)
	push := s.well(anna.Write("hello"))
	again := s.well(s.w.Resend(push))
	seen := s.pushes()
	if a, b := seen[len(seen)-2], seen[len(seen)-1]; a.query != b.query || a.body != b.body || a.MsgId != b.MsgId {
		t.Error("the replay differs")
	}
	if len(anna.Screen().Bubbles()) != 2 || len(again.Deliveries()) != 1 {
		t.Errorf("bubbles %+v", anna.Screen().Bubbles())
	}
	if s.done(s.w.Resend(anna.Tap(0, 0))).Err() == nil {
		t.Error("nothing was replayed")
	}
	for _, kind := range []WeChatForgery{ForgeSignature, ForgeMsgSignature, ForgeAccount, ForgePlain, ForgeStale} {
		before := len(s.pushes())
		push := s.done(s.w.Forge(kind, "anna", "forged"))
		d := push.Deliveries()
		if len(d) != 1 {
			t.Fatalf("%s: %d deliveries", kind, len(d))
		}
		// This bot checks signatures and nothing else.
		naive := kind == ForgePlain || kind == ForgeStale
		if (push.Err() == nil) != naive || (d[0].Status == 200) != naive {
			t.Errorf("%s: status %d, error %v", kind, d[0].Status, push.Err())
		}
		seen := s.pushes()[before:]
		if naive && (len(seen) != 1 || seen[0].Content != "forged" || strings.Contains(seen[0].query, "aes") != (kind == ForgeStale)) {
			t.Errorf("%s: the bot saw %+v", kind, seen)
		}
	}
	if len(anna.Screen().Bubbles()) != 2 {
		t.Error("a forgery shows on the phone")
	}
}
