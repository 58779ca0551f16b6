package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"redthread/bot"
)

func shown(t testing.TB, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func want(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(text, l+"\n") {
			t.Errorf("%q is not shown", l)
		}
	}
}

func TestShown(t *testing.T) {
	m := New("v1.2.3")
	m.Open("wechat")
	m.Turn("wechat", "complaint", "taken", 3*time.Millisecond, 2, 1)
	m.Turn("wechat", "", "repeated", time.Millisecond, 0, 0)
	m.Callback("wechat", "taken", 4*time.Millisecond)
	m.Answered("wechat", 200)
	m.Sent("wechat", "closed", 45015, 20*time.Millisecond)
	m.Sent("wechat", "reply", 0, 0)
	m.Fetched("wechat", "gone", 40007)
	m.Token(true, errors.New("no"))
	m.Refused("uncover_contact", true)
	m.Refused("uncover_contact", false)
	m.Up("wechat", false)
	m.Pending("telegram", 7)
	m.Spool(func() int { return 5 }, func() int { return 1 })
	m.Look(func(context.Context) State {
		return State{
			Database: true, Queued: 4, Failed: 1, OldestDue: 90 * time.Second, Buried: 2, MediaLost: 3,
			Pools: map[string]Pool{"write": {Open: 3, InUse: 1, Idle: 2, Waits: 9, Waited: time.Second}},
		}
	})
	want(t, shown(t, m),
		`redthread_build_info{version="v1.2.3"} 1`,
		`redthread_turns_total{channel="wechat",flow="complaint",result="taken"} 1`,
		`redthread_turns_total{channel="wechat",flow="none",result="repeated"} 1`,
		`redthread_turn_seconds_count{channel="wechat",flow="complaint"} 1`,
		`redthread_turn_replays_total{why="conflict"} 2`,
		`redthread_turn_replays_total{why="deadlock"} 1`,
		`redthread_callbacks_total{channel="wechat",result="taken"} 1`,
		`redthread_callbacks_total{channel="wechat",result="failed"} 0`,
		`redthread_responses_total{code="200",door="wechat"} 1`,
		`redthread_sends_total{channel="wechat",outcome="closed"} 1`,
		`redthread_sends_total{channel="wechat",outcome="reply"} 1`,
		`redthread_send_seconds_count{channel="wechat"} 1`,
		`redthread_platform_errors_total{channel="wechat",code="45015"} 1`,
		`redthread_platform_errors_total{channel="wechat",code="40007"} 1`,
		`redthread_token_requests_total{kind="forced",result="refused"} 1`,
		`redthread_refusals_total{action="uncover_contact",who="colleague"} 1`,
		`redthread_refusals_total{action="uncover_contact",who="stranger"} 1`,
		`redthread_channel_up{channel="wechat"} 0`,
		`redthread_webhook_pending{channel="telegram"} 7`,
		`redthread_spool_records 5`, `redthread_spool_damaged_total 1`,
		`redthread_database_up 1`, `redthread_redis_up 0`,
		`redthread_outbox_messages{state="queued"} 4`, `redthread_outbox_lost{state="failed"} 1`,
		`redthread_outbox_oldest_due_seconds 90`, `redthread_dead_letters_total 2`, `redthread_media_total{result="lost"} 3`,
		`redthread_pool_connections{pool="write",state="in_use"} 1`, `redthread_pool_waits_total{pool="write"} 9`,
	)
	if text := shown(t, m); !strings.Contains(text, "go_goroutines ") || !strings.Contains(text, "process_open_fds ") {
		t.Error("the runtime is not shown")
	}
}

// A database that does not answer must not be shown as an empty outbox.
func TestDatabaseAway(t *testing.T) {
	m := New("test")
	m.Look(func(context.Context) State { return State{Redis: true, RedisFailures: 1} })
	text := shown(t, m)
	want(t, text, `redthread_database_up 0`, `redthread_redis_up 1`, `redthread_redis_failures_total 1`)
	if strings.Contains(text, "redthread_outbox_messages{") {
		t.Error("an outbox is shown that nobody could read")
	}
}

// Many who ask, or one who asks too often, make one look.
func TestLooksAreRare(t *testing.T) {
	m := New("test")
	looks := 0
	m.Look(func(context.Context) State { looks++; return State{} })
	for range 5 {
		shown(t, m)
	}
	if looks != 1 {
		t.Errorf("%d looks, want 1", looks)
	}
}

// What others send us must not make labels without end.
func TestLabelsAreBounded(t *testing.T) {
	m := New("test")
	for i := range 500 {
		m.Turn("wechat", fmt.Sprint("flow", i), "taken", 0, 0, 0)
		m.Sent("wechat", "refused", 1000+i, 0)
		m.Refused(fmt.Sprint("action", i), true)
	}
	text := shown(t, m)
	for metric, most := range map[string]int{"redthread_turns_total{": 41, "redthread_platform_errors_total{": 61, "redthread_refusals_total{": 61} {
		if n := strings.Count(text, "\n"+metric); n != most {
			t.Errorf("%d of %s, want %d", n, metric, most)
		}
	}
	want(t, text, `redthread_platform_errors_total{channel="wechat",code="other"} 440`)
}

// Labels are what is known before anybody writes to us.
func TestNoPersonalLabels(t *testing.T) {
	m := New("test")
	m.Open("wechat")
	m.Turn("wechat", "complaint", "taken", 0, 0, 0)
	m.Sent("wechat", "refused", 400, 0)
	m.Refused("uncover_contact", true)
	allowed := regexp.MustCompile(`^(version|action|who|channel|flow|result|why|door|code|outcome|kind|state|pool|le|quantile)$`)
	for _, found := range regexp.MustCompile(`[{,]([a-z_]+)="`).FindAllStringSubmatch(shown(t, m), -1) {
		if !allowed.MatchString(found[1]) {
			t.Errorf("label %s is not one of ours", found[1])
		}
	}
}

func TestNobodyCounts(t *testing.T) {
	var m *Metrics
	m.Open("x")
	m.Turn("x", "", "taken", 0, 1, 1)
	m.Callback("x", "taken", 0)
	m.Answered("x", 200)
	m.Sent("x", "sent", 1, 0)
	m.Fetched("x", "later", 1)
	m.Token(false, nil)
	m.Refused("x", true)
	m.Up("x", true)
	m.Pending("x", 1)
	m.Spool(nil, nil)
	m.Look(nil)
}

type coded int

func (c coded) Error() string     { return "coded" }
func (c coded) PlatformCode() int { return int(c) }

func TestOutcomes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
		code int
	}{
		{nil, "sent", 0},
		{fmt.Errorf("a: %w: %w", bot.ErrClosed, coded(45015)), "closed", 45015},
		{fmt.Errorf("a: %w", bot.ErrGone), "gone", 0},
		{&bot.SlowDown{For: time.Second}, "slow", 0},
		{fmt.Errorf("a: %w", &bot.Refused{Code: 400}), "refused", 400},
		{&bot.Unsure{Err: errors.New("cut")}, "unsure", 0},
		{errors.New("dial"), "later", 0},
	} {
		if got := Outcome(tt.err); got != tt.want {
			t.Errorf("%v is %s, want %s", tt.err, got, tt.want)
		}
		if got := Code(tt.err); got != tt.code {
			t.Errorf("%v has code %d, want %d", tt.err, got, tt.code)
		}
	}
	for err, want := range map[error]string{nil: "fetched", bot.ErrGone: "gone", bot.ErrTooBig: "too_big", errors.New("x"): "later"} {
		if got := FetchOutcome(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}

// BenchmarkTurn is what counting costs the hot path: one turn, one callback, one
// answer, one message.
func BenchmarkTurn(b *testing.B) {
	m := New("test")
	b.ReportAllocs()
	for b.Loop() {
		m.Turn("telegram", "complaint", "taken", time.Millisecond, 0, 0)
		m.Callback("telegram", "taken", time.Millisecond)
		m.Answered("telegram", 200)
		m.Sent("telegram", "sent", 0, time.Millisecond)
	}
}
