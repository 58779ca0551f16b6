package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"redthread/bot"
)

var ctx = context.Background()

func to(m bot.Message) bot.Delivery {
	return bot.Delivery{To: bot.Conversation{Channel: name, Chat: person}, Seq: 7, Message: m, Budget: -1}
}

func TestSend(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	r, err := c.Send(ctx, to(bot.Message{Text: "好 <1> & 2", Buttons: []bot.Button{{ID: "a", Label: "是"}}}))
	if err != nil || r.Pieces != 1 || r.Total != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	want := `{"touser":"` + person + `","msgtype":"text","text":{"content":"好 <1> & 2\n\n1. <a href=\"weixin://bizmsgmenu?msgmenucontent=是&msgmenuid=701\">是</a>"}}` + "\n"
	if got := p.posted(sendPath)[0]; got != want {
		t.Errorf("%s\n%s", got, want)
	}
}

func TestSendWithinBudget(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	d := to(bot.Message{Text: strings.Repeat("字", 2000)}) // three pieces
	for _, tc := range []struct{ skip, budget, pieces, calls int }{{0, 0, 0, 0}, {0, 2, 2, 2}, {2, 2, 3, 1}, {3, 0, 3, 0}, {1, -1, 3, 2}} {
		before := p.count(sendPath)
		d.Skip, d.Budget = tc.skip, tc.budget
		r, err := c.Send(ctx, d)
		if r.Pieces != tc.pieces || r.Total != 3 || p.count(sendPath)-before != tc.calls || errors.Is(err, bot.ErrClosed) != (tc.pieces < 3) {
			t.Errorf("%+v: %+v, %v", tc, r, err)
		}
	}
	d.Message, d.Budget, d.Skip = bot.Message{Text: "x", Edits: "1"}, 0, 0
	if r, err := c.Send(ctx, d); err != nil || r.Total != 0 {
		t.Errorf("an edit: %+v, %v", r, err)
	}
}

// The platform has no message that carries a file: its words do not go without
// it.
func TestFilesAreRefused(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	r, err := c.Send(ctx, to(bot.Message{Text: "给您", Document: &bot.Document{ID: "a", Name: "my-data.zip"}}))
	if refused := new(bot.Refused); !errors.As(err, &refused) || r.Pieces != 0 || p.count(sendPath) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSendPictures(t *testing.T) {
	p := newPlatform(t)
	p.answer("/cgi-bin/media/upload", `{"type":"image","media_id":"M1","created_at":1}`)
	c, _ := open(t, p.at)
	var photo bytes.Buffer
	_ = png.Encode(&photo, image.NewGray(image.Rect(0, 0, 2, 2)))
	d := to(bot.Message{Text: "看", Photos: []bot.MediaID{"p"}})
	for name, tc := range map[string]struct {
		data []byte
		err  error
		code int
	}{
		"good":     {photo.Bytes(), nil, 0},
		"no photo": {[]byte("%PDF-1.4"), nil, 40005},
		"large":    {append(photo.Bytes(), make([]byte, maxPhoto)...), nil, 40009},
		"gone":     {nil, bot.ErrGone, 0},
	} {
		d.Media = func(context.Context, bot.MediaID) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(tc.data)), tc.err
		}
		r, err := c.Send(ctx, d)
		refused := new(bot.Refused)
		switch {
		case name == "good" && (err != nil || r.Pieces != 2):
			t.Errorf("%s: %+v, %v", name, r, err)
		case name != "good" && (!errors.As(err, &refused) || refused.Code != tc.code || r.Pieces != 1 || errors.Is(err, bot.ErrGone)):
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	if up := p.posted("/cgi-bin/media/upload"); len(up) != 1 || !strings.Contains(up[0], photo.String()) {
		t.Errorf("%d uploads", len(up))
	}
	if sent := strings.Join(p.posted(sendPath), ""); strings.Count(sent, `"image":{"media_id":"M1"}`) != 1 {
		t.Error(sent)
	}
}

func TestSendErrors(t *testing.T) {
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	slow := func(d time.Duration) func(error) bool {
		return func(err error) bool {
			s := new(bot.SlowDown)
			return errors.As(err, &s) && s.All && s.For == d
		}
	}
	mend := func(code int) func(error) bool {
		return func(err error) bool {
			s := new(bot.SlowDown)
			return errors.As(err, &s) && *s == bot.SlowDown{For: time.Minute, All: true, Mend: code}
		}
	}
	refused := func(err error) bool { return errors.As(err, new(*bot.Refused)) }
	plain := func(err error) bool {
		return err != nil && !refused(err) && !errors.As(err, new(*bot.SlowDown)) && !errors.As(err, new(*bot.Unsure)) &&
			!errors.Is(err, bot.ErrGone) && !errors.Is(err, bot.ErrClosed)
	}
	for code, ok := range map[int]func(error) bool{
		40003: is(bot.ErrGone), 43004: is(bot.ErrGone), 43019: is(bot.ErrGone), 48002: is(bot.ErrGone), 50005: is(bot.ErrGone),
		45015: is(bot.ErrClosed), 45047: is(bot.ErrClosed),
		-1: slow(2 * time.Second), 45011: slow(10 * time.Second), 45009: slow(time.Hour),
		48001: mend(48001), 48004: mend(48004), 40164: mend(40164),
		45002: refused, 45008: refused, 47001: refused, 99999: refused,
		42001: plain,
	} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			p := newPlatform(t)
			p.answer(sendPath, fmt.Sprintf(`{"errcode":%d,"errmsg":"bad TOKEN-0 %s at https://x.cn/?access_token=TOKEN-0 rid: 9"}`, code, secret))
			c, _ := open(t, p.at)
			r, err := c.Send(ctx, to(bot.Message{Text: "hi"}))
			if !ok(err) || r.Pieces != 0 || r.Total != 1 {
				t.Errorf("%+v, %v", r, err)
			}
			if err != nil && leaks(err.Error()) != "" {
				t.Errorf("leaks %q: %v", leaks(err.Error()), err)
			}
		})
	}
}

func TestQuotaWaitsForMidnightAtMost(t *testing.T) {
	beijing := time.FixedZone("", 8*3600)
	for clock, want := range map[string]time.Duration{"23:59:00": time.Minute, "00:00:00": time.Hour, "12:00:00": time.Hour} {
		now, _ := time.ParseInLocation("2006-01-02 15:04:05", "2026-03-01 "+clock, beijing)
		if got := untilMidnight(now); got != want {
			t.Errorf("%s: %s", clock, got)
		}
	}
}

// After the request was written nobody knows; before, it is certain.
func TestBrokenConnections(t *testing.T) {
	hijack := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		conn.Close()
	}
	for name, tc := range map[string]struct {
		handle func(http.ResponseWriter, *http.Request)
		unsure bool
	}{
		"cut":      {hijack, true},
		"502":      {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", 502) }, true},
		"page":     {func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, true},
		"too slow": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true},
		"404":      {http.NotFound, false},
		"429":      {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, false},
		"moved":    {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "http://127.0.0.1:1/", 307) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.handle(sendPath, tc.handle)
			c, _ := open(t, func(c *Config) { p.at(c); c.Timeout = 300 * time.Millisecond })
			_, err := c.Send(ctx, to(bot.Message{Text: "hi"}))
			if err == nil || errors.As(err, new(*bot.Unsure)) != tc.unsure || leaks(err.Error()) != "" {
				t.Errorf("%T %v", err, err)
			}
			if p.count(sendPath) != 1 {
				t.Errorf("sent %d times", p.count(sendPath))
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	p := newPlatform(t)
	c, _ := open(t, p.at)
	if _, err := c.tokens.current(ctx); err != nil {
		t.Fatal(err)
	}
	p.Close()
	c.idle.CloseIdleConnections()
	_, err := c.Send(ctx, to(bot.Message{Text: "hi"}))
	if err == nil || errors.As(err, new(*bot.Unsure)) || leaks(err.Error()) != "" {
		t.Errorf("%T %v", err, err)
	}
}

func TestFetch(t *testing.T) {
	const get = "/cgi-bin/media/get"
	p := newPlatform(t)
	c, _ := open(t, p.at)
	photo := bot.Media{Kind: bot.Photo, Ref: "M&1"}

	p.handle(get, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "\xff\xd8"+r.URL.Query().Get("media_id"))
	})
	if got, err := c.Fetch(ctx, photo, 5); err != nil || string(got) != "\xff\xd8M&1" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := c.Fetch(ctx, photo, 4); !errors.Is(err, bot.ErrTooBig) {
		t.Errorf("over the limit: %v", err)
	}
	p.handle(get, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 3<<20)) })
	if _, err := c.Fetch(ctx, photo, 2<<20); !errors.Is(err, bot.ErrTooBig) {
		t.Errorf("far over the limit: %v", err)
	}
	p.answer(get, `{"errcode":40007,"errmsg":"invalid media_id"}`)
	if _, err := c.Fetch(ctx, photo, 100); !errors.Is(err, bot.ErrGone) {
		t.Errorf("forgotten: %v", err)
	}
	if _, err := c.Fetch(ctx, bot.Media{Kind: bot.File}, 100); !errors.Is(err, bot.ErrGone) {
		t.Errorf("a file: %v", err)
	}
	p.answer(get, `{"errcode":45009,"errmsg":"quota"}`)
	if _, err := c.Fetch(ctx, photo, 100); err == nil || errors.Is(err, bot.ErrGone) {
		t.Errorf("no quota: %v", err)
	}
}

func TestFetchVideo(t *testing.T) {
	const get = "/cgi-bin/media/get"
	p := newPlatform(t)
	c, _ := open(t, p.at)
	video := bot.Media{Kind: bot.Video, Ref: "V"}
	for address, ok := range map[string]bool{
		"http://mp.weixin.qq.com" + get + "?access_token=TOKEN-0&media_id=x": true,
		"http://169.254.169.254/latest":                                      false,
		"http://qq.com.evil.example/v":                                       false,
		"file:///etc/passwd":                                                 false,
		"":                                                                   false,
	} {
		p.handle(get, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("media_id") == "x" {
				io.WriteString(w, "video")
				return
			}
			fmt.Fprintf(w, `{"video_url":%q}`, address)
		})
		got, err := c.Fetch(ctx, video, 100)
		if (err == nil) != ok || ok && string(got) != "video" || err != nil && leaks(err.Error()) != "" {
			t.Errorf("%s: %q, %v", address, got, err)
		}
	}
}

func TestCallsStayHome(t *testing.T) {
	var went string
	next := roundTrip(func(r *http.Request) (*http.Response, error) {
		went = r.URL.String()
		return nil, io.EOF
	})
	for _, tc := range []struct{ base, call, want string }{
		{api, api + "/x", api + "/x"},
		{api, "https://mp.weixin.qq.com/x", "https://mp.weixin.qq.com/x"},
		{api, "https://vv.video.qq.com/x", "https://vv.video.qq.com/x"},
		{api, "https://example.com/x", ""},
		{"https://api2.weixin.qq.com", api + "/x", "https://api2.weixin.qq.com/x"},
		{"http://127.0.0.1:9/wx", api + "/x?a=1", "http://127.0.0.1:9/wx/x?a=1"},
		{"http://127.0.0.1:9", "https://mp.weixin.qq.com/x", "http://127.0.0.1:9/x"},
		{"http://127.0.0.1:9", "http://127.0.0.1:9/v", "http://127.0.0.1:9/v"},
		{"http://127.0.0.1:9", "https://vv.video.qq.com/x", ""},
		{"http://127.0.0.1:9", "http://127.0.0.1:10/v", ""},
	} {
		went = ""
		base, _ := url.Parse(tc.base)
		r, _ := http.NewRequest(http.MethodGet, tc.call, nil)
		_, _ = home{base, next}.RoundTrip(r)
		if went != tc.want {
			t.Errorf("at %s, %s went to %q, want %q", tc.base, tc.call, went, tc.want)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
