package wechat

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"redthread/bot"
)

func TestReplay(t *testing.T) {
	now := start
	c, box := open(t, func(cfg *Config) { cfg.Now = func() time.Time { return now } })
	var direct, again accepted
	deliverSealed(t, c.Webhook(direct.accept), text(7, "您好"))
	if repeated, err := c.Replay(ctx, []byte(text(7, "您好")), again.accept); err != nil || repeated {
		t.Fatal(repeated, err)
	}
	got, want := again.all()[0], direct.all()[0]
	if got.Key != want.Key || got.Text != want.Text || !got.ReplyBy.IsZero() || got.Opens == nil {
		t.Errorf("replayed %+v, delivered %+v", got, want)
	}
	now = start.Add(49 * time.Hour) // the leave to write back is over
	if _, err := c.Replay(ctx, []byte(text(7, "您好")), again.accept); err != nil || again.all()[1].Opens != nil {
		t.Errorf("%+v, %v", again.all()[1], err)
	}
	if repeated, err := c.Replay(ctx, []byte(text(7, "x")), func(context.Context, bot.Event) (bot.Outcome, error) {
		return bot.Outcome{Repeated: true}, nil
	}); err != nil || !repeated {
		t.Errorf("%v, %v", repeated, err)
	}
	if _, err := c.Replay(ctx, []byte(xmlOf("event", "<Event><![CDATA[VIEW]]></Event>")), nil); err != nil {
		t.Errorf("a callback without meaning: %v", err)
	}
	if n := len(box.kept()); n != 0 {
		t.Errorf("%d new dead letters", n)
	}
}

// A letter that no key opened is played once the right one is set.
func TestReplayOfSealedLetter(t *testing.T) {
	_, body := sealed(t, text(8, "您好"), oldKey)
	var got accepted
	c, _ := open(t, nil)
	if _, err := c.Replay(ctx, []byte(body), got.accept); err == nil || !strings.Contains(err.Error(), "PreviousAESKey") {
		t.Errorf("got %v", err)
	}
	c, _ = open(t, func(cfg *Config) { cfg.PreviousAESKey = oldKey })
	if _, err := c.Replay(ctx, []byte(body), got.accept); err != nil || len(got.all()) != 1 || got.all()[0].Text != "您好" {
		t.Errorf("%v, %+v", err, got.all())
	}
	c, _ = open(t, func(cfg *Config) { cfg.PreviousAESKey, cfg.AppID = oldKey, "wx0123456789abcdef" })
	if _, err := c.Replay(ctx, []byte(body), got.accept); err == nil || !strings.Contains(err.Error(), "another AppID") {
		t.Errorf("got %v", err)
	}
}

func TestReplayFails(t *testing.T) {
	c, _ := open(t, nil)
	boom := errors.New("boom")
	if _, err := c.Replay(ctx, []byte(text(9, "x")), func(context.Context, bot.Event) (bot.Outcome, error) { return bot.Outcome{}, boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Replay(ctx, []byte(text(9, "x")), func(context.Context, bot.Event) (bot.Outcome, error) { panic("words") }); err == nil || strings.Contains(err.Error(), "words") {
		t.Errorf("got %v", err)
	}
	var poison *bot.Poison
	for _, raw := range []string{"", "<xml>", "{}", "<xml></xml>"} {
		if _, err := c.Replay(ctx, []byte(raw), nil); !errors.As(err, &poison) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestProbe(t *testing.T) {
	c, _ := open(t, nil)
	other, _ := open(t, func(cfg *Config) { cfg.Token = "BBBBB" })
	for want, h := range map[string]http.Handler{
		"":                      c.Webhook(nil),
		"has another Token":     other.Webhook(nil),
		"something else":        http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("It works!")) }),
		"404: is the reverse":   http.NotFoundHandler(),
		"302: is the reverse":   http.RedirectHandler("/login", http.StatusFound),
		"nobody answers at htt": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
	} {
		at := httptest.NewServer(h)
		err := c.Probe(ctx, at.URL+"/wechat")
		at.Close()
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", want, err)
		}
		if err != nil && strings.Contains(err.Error(), "signature") {
			t.Errorf("the error shows too much: %v", err)
		}
	}
}

// A secret that was reset is nobody's message's fault: all wait, and somebody
// must be told.
func TestResetSecretMustBeMended(t *testing.T) {
	err := meaning(&APIError{Path: tokenPath, Code: 40001}, start)
	s := new(bot.SlowDown)
	if !errors.As(err, &s) || s.Mend != 40001 || !s.All {
		t.Errorf("got %v", err)
	}
	if errors.As(meaning(&APIError{Path: sendPath, Code: 40001}, start), &s) && s.Mend == 0 {
		t.Error("a token refused for a message is healed, not mended")
	}
}
