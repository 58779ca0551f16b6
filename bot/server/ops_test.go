package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"redthread/bot"
	"redthread/bot/emulator"
	"redthread/bot/logging"
	"redthread/bot/server"
	"redthread/bot/telegram"
	"redthread/bot/wechat"
	"redthread/store"
	"redthread/store/storetest"
)

// office is a house as its operator sees it: one or more processes with their
// admin listeners, both platforms, people.
type office struct {
	*world
	servers []*server.Server
}

// newOffice starts n processes on the home, with what change changes.
func newOffice(t *testing.T, n int, home store.Config, change func(*server.Config)) *office {
	t.Helper()
	w := &world{t: t, home: home, log: &lockedBuffer{}}
	o := &office{world: w}
	w.wechat = emulator.NewWeChat(emulator.WeChatConfig{AppID: appID, Secret: secret, Token: wxToken, AESKey: aesKey, Mode: "safe"})
	w.telegram = emulator.NewTelegram(emulator.TelegramConfig{Token: tgToken})
	wx, tg := httptest.NewServer(w.wechat), httptest.NewServer(w.telegram)
	w.front = httptest.NewServer(http.HandlerFunc(w.forward))
	texts, err := builtInTexts()
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		s := storetest.Open(t, home)
		cfg := server.Config{
			Store: s, Texts: texts, Listen: "127.0.0.1:0", PublicURL: w.front.URL, Admin: "127.0.0.1:0", Release: "v0-test",
			WeChat:   &wechat.Config{AppID: appID, AppSecret: secret, Token: wxToken, AESKey: aesKey, BaseURL: wx.URL, MenuLinks: true},
			Telegram: &telegram.Config{Token: tgToken, Secrets: []string{tgSecret}, BaseURL: tg.URL},
			Log:      logging.New(w.log, "debug", "json"),
		}
		if change != nil {
			change(&cfg)
		}
		o.run(cfg)
	}
	w.wechat.SetCallback(w.front.URL + server.WeChatPath)
	w.stop = append(w.stop, func() {
		w.wechat.Close()
		w.telegram.Close()
		w.front.Close()
		wx.Close()
		tg.Close()
	})
	t.Cleanup(w.close)
	w.until("the webhook is set", func() bool { return w.telegram.Stats().Calls["setWebhook"][200] > 0 })
	return o
}

func (o *office) run(cfg server.Config) {
	o.t.Helper()
	srv, err := server.New(cfg)
	if err != nil {
		o.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- srv.Run(ctx) }()
	o.servers, o.stores = append(o.servers, srv), append(o.stores, cfg.Store)
	o.backends = append(o.backends, proxyTo(o.t, srv.Addr()))
	o.world.stop = append(o.world.stop, func() {
		cancel()
		if err := <-done; err != nil {
			o.t.Error(err)
		}
	})
}

// get reads a page of the first process's admin listener.
func (o *office) get(path string) (status int, body string) {
	o.t.Helper()
	return fetch(o.t, "http://"+o.servers[0].AdminAddr()+path)
}

func fetch(t *testing.T, url string) (status int, body string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// say leaves a message for a conversation, as a colleague's deed would.
func (o *office) say(to bot.Conversation, key string) {
	o.t.Helper()
	ev := bot.Event{Key: bot.EventKey(key), From: bot.Conversation{Channel: "house", Chat: "test"}, Kind: bot.Noticed, At: time.Now()}
	if _, err := o.stores[0].Turn(o.t.Context(), ev, func(tx *store.Tx, _ *bot.Session) error {
		tx.Post(to, store.Replies, bot.Message{Text: "一条消息 " + key})
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
}

// A day's work is counted, and nobody can be recognised in the figures.
func TestFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1, storetest.Home(t), nil)
	anna, dana := o.onWeChat("oAnna").arrive(), o.onTelegram(41, "zh-hans").arrive()
	anna.hear("您好")
	dana.hear("您好")
	anna.write("投诉").hear("哪方面")
	anna.press("见面对象").hear("和谁有关")
	dana.write("投诉").hear("哪方面")
	forged := o.wechat.Forge(emulator.ForgeSignature, "oAnna", "投诉")
	<-forged.Done()
	figures := []string{
		`redthread_build_info{version="v0-test"} 1`,
		`redthread_turns_total{channel="wechat",flow="none",result="taken"} 2`,
		`redthread_turns_total{channel="wechat",flow="complaint",result="taken"} 1`,
		`redthread_callbacks_total{channel="wechat",result="taken"} 3`,
		`redthread_callbacks_total{channel="telegram",result="failed"} 0`,
		`redthread_responses_total{code="403",door="wechat"} 1`,
		`redthread_sends_total{channel="telegram",outcome="sent"} 2`,
		`redthread_sends_total{channel="wechat",outcome="reply"} 3`,
		`redthread_token_requests_total{kind="usual",result="given"} 1`,
		`redthread_channel_up{channel="telegram"} 1`,
		`redthread_database_up 1`, `redthread_redis_up 1`,
		`redthread_spool_records 0`,
	}
	// A person hears a message before the process that sent it has counted it.
	var text, missing string
	o.until("all is counted; still missing: "+strings.Join(figures, ", "), func() bool {
		_, text = o.get(server.MetricsPath)
		missing = ""
		for _, line := range figures {
			if !strings.Contains(text, line+"\n") {
				missing = line
			}
		}
		return missing == ""
	})
	for _, private := range append(planted, "oAnna", "=\"41\"", "telegram:41", "投诉") {
		if strings.Contains(text, private) {
			t.Errorf("the figures hold %.12q", private)
		}
	}
	if status, _ := fetch(t, "http://"+o.servers[0].Addr()+server.MetricsPath); status != http.StatusNotFound {
		t.Errorf("the platforms' door shows the figures: %d", status)
	}
	if status, _ := o.get("/debug/pprof/"); status != http.StatusNotFound {
		t.Errorf("pprof is open: %d", status)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	home.Redis = "redis://127.0.0.1:1/0" // nobody there
	o := newOffice(t, 1, home, nil)
	if status, body := o.get(server.HealthPath); status != 200 || body != "ok\n" {
		t.Errorf("alive: %d %q", status, body)
	}
	status, body := o.get(server.ReadyPath)
	if want := "database: ok\nredis: degraded (away; everything works, more slowly)\ntelegram: ok\nwechat: ok\n"; status != 200 || body != want {
		t.Errorf("without Redis: %d %q", status, body)
	}
	if status, again := fetch(t, "http://"+o.servers[0].Addr()+server.ReadyPath); status != 200 || again != body {
		t.Errorf("the platforms' door: %d %q", status, again)
	}
	if err := o.stores[0].Close(); err != nil {
		t.Fatal(err)
	}
	o.until("the database is down", func() bool {
		status, body = o.get(server.ReadyPath)
		return status == 503 && strings.HasPrefix(body, "database: down\n")
	})
	if status, _ := o.get(server.HealthPath); status != 200 {
		t.Errorf("a program without database is not dead: %d", status)
	}
}

// Telegram cannot be reached for a while: staff hear it once, on the other
// platform, from two processes; and once that it is back.
func TestStaffHearOfADeadPlatform(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2, storetest.Home(t), func(c *server.Config) { c.AlertAfter = 400 * time.Millisecond })
	boss := o.enrol(o.onWeChat("oBoss"), store.RoleSupervisor, "王主管")
	boss.write("你好").hear("") // opens the window
	dana := o.onTelegram(41, "zh-hans").arrive()
	dana.hear("您好")
	boss.mark()
	o.telegram.SetFaults(emulator.Faults{Broken: 1})
	for i := range 3 {
		o.say(bot.Conversation{Channel: "telegram", Chat: fmt.Sprint(41 + i)}, fmt.Sprint("dead", i))
	}
	boss.hear("Telegram出问题了")
	o.until("it is shown", func() bool {
		_, ready := o.get(server.ReadyPath)
		_, text := o.get(server.MetricsPath)
		return strings.Contains(ready, "telegram: down") && strings.Contains(text, `redthread_channel_up{channel="telegram"} 0`)
	})
	o.telegram.SetFaults(emulator.Faults{})
	boss.hear("Telegram恢复正常")
	dana.hear("一条消息 dead0")
	told := 0
	for _, b := range boss.screen().Bubbles() {
		if strings.Contains(b.Text, "出问题了") || strings.Contains(b.Text, "恢复正常") {
			told++
		}
	}
	if told != 2 {
		t.Errorf("staff heard %d times, want once of the trouble and once of its end", told)
	}
}

// WeChat refuses the account: nothing can mend that but a person.
func TestStaffHearOfARefusedAccount(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1, storetest.Home(t), func(c *server.Config) { c.AlertAfter = 400 * time.Millisecond })
	boss := o.enrol(o.onTelegram(500, "zh-hans"), store.RoleOwner, "陈老板")
	anna := o.onWeChat("oAnna").arrive()
	anna.hear("您好")
	anna.write("你好").hear("")
	o.wechat.Refuse("/cgi-bin/message/custom/send", 48001)
	boss.mark()
	o.say(bot.Conversation{Channel: "wechat", Chat: "oAnna"}, "refused")
	if b := boss.hear("微信公众号出问题了"); !strings.Contains(b.Text, "代码 48001") {
		t.Errorf("heard %q", b.Text)
	}
}

// A dead letter is played the way a callback is, once, whoever does it.
func TestReplay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1, storetest.Home(t), nil)
	anna := o.onWeChat("oAnna").arrive()
	anna.hear("您好")
	letter := []byte(fmt.Sprintf("<xml><ToUserName>gh_1</ToUserName><FromUserName>oAnna</FromUserName><CreateTime>%d</CreateTime><MsgType>text</MsgType><Content>投诉</Content><MsgId>77</MsgId></xml>", time.Now().Unix()))
	for i := range 2 {
		repeated, err := o.servers[0].Replay(t.Context(), "wechat", letter)
		if err != nil || repeated != (i == 1) {
			t.Errorf("replay %d: repeated %v, %v", i, repeated, err)
		}
	}
	anna.hear("哪方面")
	if _, err := o.servers[0].Replay(t.Context(), "smoke", letter); err == nil || !strings.Contains(err.Error(), "smoke.enabled") {
		t.Errorf("got %v", err)
	}
}

// Everything that the dashboard and the alert rules name is shown.
func TestDeployedFigures(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 1, storetest.Home(t), nil)
	anna := o.onWeChat("oAnna").arrive()
	anna.hear("您好")
	o.wechat.Refuse("/cgi-bin/message/custom/send", 45015)
	anna.write("你好").hear("")
	o.say(bot.Conversation{Channel: "wechat", Chat: "oAnna"}, "closed")
	o.until("Telegram's webhook was looked at and WeChat has refused", func() bool {
		_, text := o.get(server.MetricsPath)
		return strings.Contains(text, "redthread_webhook_pending{") && strings.Contains(text, `redthread_platform_errors_total{channel="wechat",code="45015"}`)
	})
	_, text := o.get(server.MetricsPath)
	shown := map[string]bool{"up": true}
	for _, name := range regexp.MustCompile(`(?m)^([a-z_]+)[{ ]`).FindAllStringSubmatch(text, -1) {
		shown[name[1]] = true
	}
	named := regexp.MustCompile(`\b(?:redthread|go|process)_[a-z_]+\b`)
	for _, file := range []string{dashboard, alertRules} {
		found := named.FindAllString(read(t, file), -1)
		if len(found) < 10 {
			t.Errorf("%s names %d figures", file, len(found))
		}
		for _, name := range found {
			if !shown[name] {
				t.Errorf("%s names %s, which nobody shows", file, name)
			}
		}
	}
}

const (
	dashboard  = "../../deploy/grafana/redthread.json"
	alertRules = "../../deploy/prometheus/alerts.yaml"
)

func read(t *testing.T, file string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// Every alert says how urgent it is and what happened, and the page for
// operators says what to do.
func TestAlertsAreExplained(t *testing.T) {
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr         string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(read(t, alertRules)), &rules); err != nil {
		t.Fatal(err)
	}
	page := read(t, "../../docs/operations.md")
	if len(rules.Groups) != 1 || len(rules.Groups[0].Rules) < 10 {
		t.Fatalf("rules %+v", rules)
	}
	for _, r := range rules.Groups[0].Rules {
		if s := r.Labels["severity"]; r.Alert == "" || r.Expr == "" || s != "page" && s != "ticket" || r.Annotations["summary"] == "" {
			t.Errorf("alert %+v is not whole", r)
		}
		if !strings.Contains(page, "`"+r.Alert+"`") {
			t.Errorf("docs/operations.md does not explain %s", r.Alert)
		}
	}
	var board struct {
		Panels []struct{ Title string }
	}
	if err := json.Unmarshal([]byte(read(t, dashboard)), &board); err != nil || len(board.Panels) < 10 {
		t.Errorf("dashboard: %d panels, %v", len(board.Panels), err)
	}
}

func proxyTo(t *testing.T, addr string) *httputil.ReverseProxy {
	t.Helper()
	to, err := url.Parse("http://" + addr)
	if err != nil {
		t.Fatal(err)
	}
	p := httputil.NewSingleHostReverseProxy(to)
	p.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	return p
}
