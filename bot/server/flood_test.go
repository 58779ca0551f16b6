package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"redthread/bot/server"
	"redthread/store"
	"redthread/store/storetest"
)

// Somebody who sends far more than we take, over two replicas, is asked once to
// slow down; others, and staff, notice nothing.
func TestFlood(t *testing.T) {
	t.Parallel()
	home := storetest.Home(t)
	if home.Redis == "" {
		home.Redis = "redis://" + miniredis.RunT(t).Addr() // one for both
	}
	w := newWorldAt(t, 2, home, server.Limits{
		Messages: store.Rate{N: 8, Per: time.Hour, Burst: 8}, Media: store.Rate{N: 3, Per: time.Hour, Burst: 3},
	})
	li := w.enrol(w.onTelegram(500, "zh-hans"), store.RoleService, "小李")
	dana, anna := w.onTelegram(41, "zh-hans").arrive(), w.onTelegram(42, "zh-hans").arrive()
	dana.hear("您好")
	anna.hear("您好")
	const asked = "发得有点快"
	for range 30 {
		dana.tg.Write("在吗")
	}
	dana.hear(asked)
	w.quiet()
	if n := dana.heard(asked); n != 1 {
		t.Errorf("she was asked %d times", n)
	}
	anna.complain("红娘一个月没有联系我了，电话也不接。", picture(1))
	if n := anna.heard(asked); n > 0 {
		t.Errorf("somebody else was asked %d times", n)
	}
	for range 8 {
		anna.tg.SendPicture(picture(2), "")
	}
	anna.hear(asked)
	for range 6 {
		li.tg.Write("帮助")
	}
	w.quiet()
	if n := li.heard(asked); n > 0 {
		t.Errorf("a colleague was asked %d times", n)
	}
}

// heard counts the bubbles that hold the words.
func (p *person) heard(words string) (n int) {
	for _, b := range p.screen().Bubbles() {
		if !b.Mine && strings.Contains(b.Text, words) {
			n++
		}
	}
	return n
}

// An address that keeps sending forgeries is turned away, but not where the
// platform calls from as well.
func TestForgeriesAreTurnedAway(t *testing.T) {
	t.Parallel()
	w := newWorldAt(t, 1, storetest.Home(t), server.Limits{Refused: store.Rate{N: 10, Per: time.Hour, Burst: 10}})
	forge := func(from string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+w.servers[0].Addr()+server.TelegramPath, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		if from != "" {
			r.Header.Set("X-Forwarded-For", "198.51.100.9, "+from)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	for i := range 15 {
		want := http.StatusUnauthorized
		if i >= 10 {
			want = http.StatusTooManyRequests
		}
		if got := forge("203.0.113.7"); got != want {
			t.Errorf("forgery %d: %d, want %d", i, got, want)
		}
	}
	if got := forge("203.0.113.8"); got != http.StatusUnauthorized {
		t.Errorf("from another address: %d", got)
	}
	if got := forge("2001:db8::1"); got != http.StatusUnauthorized {
		t.Errorf("from a third: %d", got)
	}
	dana := w.onTelegram(41, "zh-hans").arrive() // from this very machine
	dana.hear("您好")
	for range 15 {
		if got := forge(""); got != http.StatusUnauthorized {
			t.Errorf("from the platform's address: %d", got)
		}
	}
	dana.write("投诉").hear("哪方面")
}
