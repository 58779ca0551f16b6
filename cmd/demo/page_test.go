package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"redthread/bot/emulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// place is the whole page with an echo behind it.
type place struct {
	t    *testing.T
	town *town
	page *page
	url  string
	echo *echo

	server *httptest.Server
}

func newPlace(t *testing.T, script string) *place {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	town, err := newTown(climate{Mode: "plain", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { town.Close(); http.DefaultClient.CloseIdleConnections() })
	e := newEcho(t, town)
	options := page{Phones: town.Phones, Weather: town.weather(), Panel: e, Log: log, Every: 20 * time.Millisecond}
	if script != "" {
		parsed, _ := parse("test.zh-CN.chat", script)
		options.Player = newPlayer(parsed, town.Phones, log)
		options.Player.Pace = 0
	}
	p := serve(t, options)
	p.town, p.echo = town, e
	return p
}

// serve opens the page.
func serve(t *testing.T, options page) *place {
	t.Helper()
	p := newPage(options)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.watch(ctx) }()
	server := httptest.NewServer(p.Handler())
	t.Cleanup(func() { cancel(); <-done; server.CloseClientConnections(); server.Close() })
	return &place{t: t, page: p, url: server.URL, server: server}
}

// do performs a deed through the page and expects the status.
func (p *place) do(path string, body any, status int) string {
	p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.send(path, "application/json", data, status)
}

func (p *place) send(path, mime string, data []byte, status int) string {
	p.t.Helper()
	answer, err := http.Post(p.url+path, mime, bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != status {
		p.t.Fatalf("POST %s: %d %s, want %d", path, answer.StatusCode, text, status)
	}
	return string(text)
}

func (p *place) get(path string) (*http.Response, []byte) {
	p.t.Helper()
	answer, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer, data
}

// see waits until a bubble on the phone satisfies ok.
func (p *place) see(id string, ok func(emulator.Bubble) bool) emulator.Bubble {
	p.t.Helper()
	ph, _ := p.page.phone(id)
	ctx, cancel := context.WithTimeout(p.t.Context(), 10*time.Second)
	defer cancel()
	var found emulator.Bubble
	_, err := ph.Screen().Wait(ctx, func(shown []emulator.Bubble) bool {
		for _, b := range shown {
			if ok(b) {
				found = b
				return true
			}
		}
		return false
	})
	if err != nil {
		p.t.Fatalf("%s's phone never showed it: %v", id, err)
	}
	return found
}

func (p *place) sees(id, text string) emulator.Bubble {
	p.t.Helper()
	return p.see(id, func(b emulator.Bubble) bool { return !b.Mine && strings.Contains(b.Text, text) })
}

// stream reads the page's live news.
type stream struct {
	t    *testing.T
	news chan [2]string // event, data
}

func (p *place) listen() *stream {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	r, _ := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/events", nil)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		p.t.Fatalf("events are %q", got)
	}
	s := &stream{p.t, make(chan [2]string, 1024)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 4<<20)
		event := ""
		for lines.Scan() {
			if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = name
			}
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				s.news <- [2]string{event, data}
			}
		}
	}()
	p.t.Cleanup(func() { cancel(); <-done; answer.Body.Close() })
	return s
}

// next waits for news of that kind that satisfies ok.
func (s *stream) next(event string, ok func(data string) bool) string {
	s.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case n := <-s.news:
			if n[0] == event && (ok == nil || ok(n[1])) {
				return n[1]
			}
		case <-late:
			s.t.Fatalf("no %q came", event)
		}
	}
}

func has(part string) func(string) bool {
	return func(s string) bool { return strings.Contains(s, part) }
}

func TestWeChatTalk(t *testing.T) {
	p := newPlace(t, "")
	p.do("/api/phones/anna/follow", deed{}, 204)
	p.sees("anna", "您好")
	p.do("/api/phones/anna/write", deed{Text: "投诉"}, 204)
	q := p.sees("anna", question)
	if len(q.Words) != len(answers) {
		t.Fatalf("%d tappable words, want %d", len(q.Words), len(answers))
	}
	p.do("/api/phones/anna/tap", deed{Bubble: q.ID, Word: 1}, 204)
	p.sees("anna", "请把事情的经过")
	p.do("/api/phones/anna/click", deed{Key: "费用"}, 204)
	p.do("/api/phones/anna/unfollow", deed{}, 204)
	if why := p.do("/api/phones/anna/write", deed{Text: "喂"}, 400); !strings.Contains(why, "follow") {
		t.Errorf("a stranger's words were refused with %s", why)
	}
	if why := p.do("/api/phones/anna/edit", deed{Bubble: q.ID, Text: "x"}, 400); !strings.Contains(why, "cannot") {
		t.Errorf("an edit in WeChat was refused with %s", why)
	}
}

func TestTelegramTalk(t *testing.T) {
	p := newPlace(t, "")
	p.do("/api/phones/carl/follow", deed{}, 204)
	p.sees("carl", "您好")
	p.do("/api/phones/carl/follow", deed{}, 400)
	p.do("/api/phones/carl/write", deed{Text: "complaint"}, 204)
	q := p.see("carl", func(b emulator.Bubble) bool { return len(b.Keys) == len(answers) })
	p.do("/api/phones/carl/press", deed{Bubble: q.ID, Row: 2}, 204)
	p.see("carl", func(b emulator.Bubble) bool {
		return b.ID == q.ID && b.Edited && strings.Contains(b.Text, "✓ 费用")
	})
	own := p.see("carl", func(b emulator.Bubble) bool { return b.Mine && b.Text == "complaint" })
	p.do("/api/phones/carl/edit", deed{Bubble: own.ID, Text: "compliment"}, 204)
	p.sees("carl", "改成了 compliment")
	p.do("/api/phones/carl/contact", deed{}, 204)
	p.see("carl", func(b emulator.Bubble) bool { return b.Mine && b.Kind == "contact" })
	p.do("/api/phones/anna/contact", deed{}, 400)
	p.do("/api/phones/carl/unfollow", deed{}, 204)
	p.do("/api/phones/carl/follow", deed{}, 204)
}

func TestPictures(t *testing.T) {
	p := newPlace(t, "")
	want, _ := sample("receipt")
	for _, id := range []string{"anna", "dana"} {
		p.do("/api/phones/"+id+"/follow", deed{}, 204)
		p.do("/api/phones/"+id+"/picture", deed{Samples: []string{"receipt"}}, 204)
		b := p.see(id, func(b emulator.Bubble) bool { return b.Mine && b.Photo != "" })
		answer, data := p.get("/phones/" + id + "/pictures/" + b.Photo)
		if !bytes.Equal(data, want) || answer.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s's picture is %s of %s, want %s of image/jpeg", id, digest(data), answer.Header.Get("Content-Type"), digest(want))
		}
	}
	p.see("anna", func(b emulator.Bubble) bool { return !b.Mine && b.Photo != "" })
	p.send("/api/phones/dana/picture", "image/jpeg", want, 204)
	p.do("/api/phones/dana/picture", deed{Samples: []string{"chat", "rose"}}, 204)
	p.do("/api/phones/dana/picture", deed{Samples: []string{"nobody"}}, 400)
	p.do("/api/phones/dana/picture", deed{}, 400)
	p.send("/api/phones/dana/picture", "image/jpeg", make([]byte, maxPicture+1), 400)
	if answer, _ := p.get("/phones/anna/pictures/none"); answer.StatusCode != 404 {
		t.Errorf("a picture that is not there: %d", answer.StatusCode)
	}
}

func TestSamplesArePictures(t *testing.T) {
	p := newPlace(t, "")
	for _, name := range sampleNames {
		answer, data := p.get("/samples/" + name)
		if mime := answer.Header.Get("Content-Type"); !strings.HasPrefix(mime, "image/") || len(data) > 1<<20 {
			t.Errorf("%s is %d bytes of %s", name, len(data), mime)
		}
	}
	if answer, _ := p.get("/samples/none"); answer.StatusCode != 404 {
		t.Errorf("a sample that is not there: %d", answer.StatusCode)
	}
}

func TestLiveNews(t *testing.T) {
	p := newPlace(t, "")
	s := p.listen()
	first := s.next("snapshot", nil)
	for _, person := range cast {
		if !strings.Contains(first, `"id":"`+person.ID+`"`) {
			t.Errorf("the snapshot lacks %s", person.ID)
		}
		if strings.Contains(first, `"bubbles":[{`) {
			t.Error("somebody has spoken already")
		}
	}
	p.do("/api/phones/anna/follow", deed{}, 204)
	s.next("change", has(`"present":true`))
	s.next("change", has("您好"))
	s.next("panel", has(`"complaint/kind"`))
	p.do("/api/phones/dana/follow", deed{}, 204)
	s.next("change", has(`"kind":"typing"`))
	p.do("/api/phones/dana/unfollow", deed{}, 204)
	s.next("change", has(`"phone":"dana","change":{"kind":"state"},"state":{"present":false,"before":true}`))

	again := p.listen() // somebody who was away catches up
	snapshot := again.next("snapshot", nil)
	if !strings.Contains(snapshot, "您好") || !strings.Contains(snapshot, `"complaint/kind"`) {
		t.Errorf("a late viewer missed something: %s", snapshot)
	}
}

func TestSlowViewerIsDropped(t *testing.T) {
	h := newHub()
	news, leave := h.join()
	for range 600 {
		h.tell("change", 1)
	}
	n := 0
	for range news {
		n++
	}
	if n != cap(news) || h.watched() {
		t.Errorf("dropped after %d of %d, still watched: %v", n, cap(news), h.watched())
	}
	leave()
}

func TestWeather(t *testing.T) {
	p := newPlace(t, "")
	s := p.listen()
	p.do("/api/weather", conditions{DelayMS: 20, Repeat: 0.5, Slow: 0.1, Closed: 0.2, Cut: 0.3, Lost: 0.4, Broken: 0.6}, 204)
	s.next("weather", has(`"delayMs":20`))
	if got, want := p.page.Weather.now().faults(), (emulator.Faults{Delay: 20 * time.Millisecond, Repeat: 0.5, Slow: 0.1, Closed: 0.2, Cut: 0.3, Lost: 0.4, Broken: 0.6}); got != want {
		t.Errorf("the platforms have %+v, want %+v", got, want)
	}
	for _, bad := range []any{conditions{DelayMS: -1}, conditions{DelayMS: 60000}, conditions{Repeat: 1.5}, conditions{Lost: -0.1}, map[string]any{"storm": true}, "rain"} {
		p.do("/api/weather", bad, 400)
	}
	if p.page.Weather.now().Broken != 0.6 {
		t.Error("a refused weather changed the old one")
	}
	p.do("/api/weather/token", nil, 204)
}

func TestAwayMeansNothingArrives(t *testing.T) {
	p := newPlace(t, "")
	p.do("/api/phones/dana/follow", deed{}, 204)
	p.sees("dana", "您好")
	p.do("/api/weather", conditions{Away: true}, 204)
	p.do("/api/phones/dana/write", deed{Text: "在吗"}, 204)
	p.see("dana", func(b emulator.Bubble) bool { return b.Mine && b.Text == "在吗" })
	p.do("/api/weather", conditions{}, 204)
	p.sees("dana", "您说：在吗")
}

func TestStrangersAreRefused(t *testing.T) {
	p := newPlace(t, "")
	request := func(method, path string, change func(*http.Request)) int {
		r, _ := http.NewRequest(method, p.url+path, strings.NewReader(`{"text":"hi"}`))
		r.Header.Set("Content-Type", "application/json")
		change(r)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	cases := []struct {
		name, method, path string
		change             func(*http.Request)
		want               int
	}{
		{"another site's form", "POST", "/api/phones/anna/follow", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		{"another site's script", "POST", "/api/weather", func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		{"a rebound name", "GET", "/", func(r *http.Request) { r.Host = "evil.example" }, 403},
		{"a rebound name reads news", "GET", "/events", func(r *http.Request) { r.Host = "evil.example:8500" }, 403},
		{"a deed by GET", "GET", "/api/phones/anna/follow", func(*http.Request) {}, 404},
		{"nobody's phone", "POST", "/api/phones/nobody/write", func(*http.Request) {}, 404},
		{"no such deed", "POST", "/api/phones/anna/dance", func(*http.Request) {}, 400},
		{"no player", "POST", "/api/player/pause", func(*http.Request) {}, 404},
		{"itself", "GET", "/", func(r *http.Request) { r.Host = "localhost:8500" }, 200},
	}
	for _, c := range cases {
		if got := request(c.method, c.path, c.change); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	if got := p.town.WeChat.Phone(cast[0].Address).Following(); got {
		t.Error("a stranger's deed was done")
	}
}

func TestPageLoadsNothingFromElsewhere(t *testing.T) {
	p := newPlace(t, "")
	answer, _ := p.get("/")
	if got := answer.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'self';") {
		t.Errorf("policy %q", got)
	}
	for _, file := range []string{"", "app.js", "phone.js", "forum.js", "shelf.js", "wechat.js", "telegram.js", "dock.js", "dom.js", "post.js", "texts.js", "style.css", "phones.css", "logo.svg", "wallpaper.svg"} {
		answer, data := p.get("/" + file)
		if answer.StatusCode != 200 {
			t.Errorf("%s: %d", file, answer.StatusCode)
		}
		for _, bad := range []string{"https://", "http://", "eval(", "innerHTML", " style=\""} {
			text := strings.ReplaceAll(string(data), "http://www.w3.org/2000/svg", "")
			if strings.Contains(text, bad) {
				t.Errorf("%s has %q", file, bad)
			}
		}
	}
}

func TestBothLanguagesSayEverything(t *testing.T) {
	data, err := web.ReadFile("web/texts.js")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "\n  zh: {\n")
	zh, rest, _ := strings.Cut(rest, "\n  },\n  en: {\n")
	en, _, ok := strings.Cut(rest, "\n  },\n};")
	if !ok {
		t.Fatal("texts.js is not laid out as this test reads it")
	}
	keys := func(block string) string {
		var names []string
		for _, m := range textKey.FindAllStringSubmatch(block, -1) {
			names = append(names, m[1])
		}
		return strings.Join(names, " ")
	}
	if a, b := keys(zh), keys(en); a != b || len(a) < 200 {
		t.Errorf("zh has %s\nen has %s", a, b)
	}
	var scripts strings.Builder
	for _, file := range []string{"app.js", "phone.js", "forum.js", "shelf.js", "wechat.js", "telegram.js", "dock.js"} {
		data, _ := web.ReadFile("web/" + file)
		scripts.Write(data)
	}
	for _, m := range textUse.FindAllStringSubmatch(scripts.String(), -1) {
		if !strings.Contains(zh, m[1]+":") {
			t.Errorf("the page says %q, which is no text", m[1])
		}
	}
	for _, m := range textKey.FindAllStringSubmatch(textGroup.ReplaceAllString(zh, "{}"), -1) {
		if !strings.Contains(scripts.String(), "'"+m[1]) && !strings.Contains(scripts.String(), "`"+m[1]) && !strings.Contains(scripts.String(), m[1]+":") {
			t.Errorf("nobody says %q", m[1])
		}
	}
}

// shut is a panel that cannot be read.
type shut struct{}

func (shut) Turns(context.Context, int) ([]Turn, error) { return nil, errors.New("away") }
func (shut) Outbox(context.Context, int) ([]Parcel, error) {
	return nil, errors.New("away")
}

func TestPanelAway(t *testing.T) {
	b := &board{panel: shut{}}
	v, changed := b.read(t.Context())
	if v.Error == "" || !changed {
		t.Errorf("a panel that is away: %+v, changed %v", v, changed)
	}
	if _, changed := b.read(t.Context()); changed {
		t.Error("the same again is no news")
	}
}
