package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// liar is a bot that says what the talk wants, and to every fifth person does one
// thing wrong.
type liar struct {
	t      *testing.T
	town   *town
	desk   *desk
	sin    string
	ledger *ledger

	mu     sync.Mutex
	failed map[int64]bool // updates that were refused once
	chats  sync.Map       // chat → *sync.Mutex: one answer after the other
}

func (b *liar) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var u struct {
		ID      int64 `json:"update_id"`
		Message struct {
			Chat struct {
				ID int64 `json:"id"`
			} `json:"chat"`
		} `json:"message"`
	}
	if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
		b.t.Error(err)
	}
	n, sin := u.Message.Chat.ID, ""
	if n%5 == 0 {
		sin = b.sin
	}
	b.mu.Lock()
	again := b.failed[u.ID]
	b.failed[u.ID] = true
	c := b.town.conversation(n)
	step := len(b.ledger.turns[c])
	if sin == "refuse" && !again {
		b.mu.Unlock()
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if sin != "deaf" || step != 1 {
		b.ledger.turns[c] = append(b.ledger.turns[c], fmt.Sprintf("telegram:1:%d", u.ID))
	}
	if step == 2 {
		b.ledger.records[c] = []int64{9}
	}
	b.mu.Unlock()
	go func() {
		one, _ := b.chats.LoadOrStore(n, &sync.Mutex{})
		one.(*sync.Mutex).Lock()
		defer one.(*sync.Mutex).Unlock()
		b.answer(n, step, sin)
	}()
}

// answer says what the step calls for.
func (b *liar) answer(n int64, step int, sin string) {
	said := [][]string{{"one"}, {fmt.Sprint("two ", n), "more"}, {"filed C-000009"}}[step]
	if step == 1 {
		switch sin {
		case "drop":
			said = said[:1]
		case "double":
			said = []string{said[0], said[0], said[1]}
		case "swap":
			said = []string{said[1], said[0]}
		case "mix up":
			said = []string{fmt.Sprint("two ", n+1), said[0], said[1]}
		case "deaf":
			said = nil
		}
	}
	for _, text := range said {
		for sent := false; !sent; {
			body := fmt.Sprintf(`{"chat_id":%d,"text":%q}`, n, text)
			res, err := http.Post(b.desk.url()+"/bot1/sendMessage", "application/json", strings.NewReader(body))
			sent = err == nil && res.StatusCode == 200
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				res.Body.Close()
			}
		}
	}
}

// playLiar lets ten people talk with such a bot.
func playLiar(t *testing.T, sin string, stormy bool) (verdict, *stage) {
	t.Helper()
	b := &liar{t: t, sin: sin, ledger: &ledger{map[string][]string{}, map[string][]int64{}, map[string]int{}, 0}, failed: map[int64]bool{}}
	web := httptest.NewServer(b)
	t.Cleanup(web.Close)
	h := &house{account: account{botID: "1"}}
	if err := h.openDesks(1); err != nil {
		t.Fatal(err)
	}
	h.road = newRoad([]string{strings.TrimPrefix(web.URL, "http://")})
	t.Cleanup(func() { _ = h.close() })
	s, err := newStage(&options{channel: "telegram", people: 5, connections: 3, hurry: 1000, seed: 1}, three(t), h, func(hearing) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	s.crowd.patience = 300 * time.Millisecond
	s.weather.stormy.Store(stormy)
	b.town, b.desk = s.town, h.desks[0]
	s.meter.start()
	s.play(t.Context(), func() {
		for s.town.size() < 10 {
			time.Sleep(time.Millisecond)
		}
	})
	s.meter.stop()
	return judge(s.town, b.ledger), s
}

// The crowd must see each thing a bot can do wrong, through platform and wire.
func TestCrowdSeesFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sin                             string
		lost, doubled, overtaken, wrong bool
	}{
		{sin: "none"},
		{sin: "refuse"},
		{sin: "drop", lost: true},
		{sin: "deaf", lost: true},
		{sin: "double", doubled: true},
		{sin: "swap", overtaken: true},
		{sin: "mix up", wrong: true},
	} {
		t.Run(c.sin, func(t *testing.T) {
			t.Parallel()
			v, s := playLiar(t, c.sin, false)
			if c.lost != (v.Lost > 0) || c.doubled != (v.Doubled > 0) || c.overtaken != (v.Overtaken > 0) || c.wrong != (v.Wrong > 0) {
				t.Errorf("%+v", v)
			}
			if got := s.meter.read(); got.Steps == 0 || got.ToAnswer.P50 <= 0 || got.rate() <= 0 {
				t.Errorf("measured nothing: %+v", got)
			}
			if redone := s.redone.Load(); (redone > 0) != (c.sin == "refuse") {
				t.Errorf("%d deliveries were repeated", redone)
			}
		})
	}
}

// In a storm a bot that tries again until it succeeds repeats itself, and may.
func TestCrowdInStorm(t *testing.T) {
	t.Parallel()
	for range 20 {
		v, _ := playLiar(t, "none", true)
		if !v.clean() {
			t.Fatalf("%+v", v)
		}
		if v.Repeated > 0 {
			return
		}
	}
	t.Error("no storm has hidden an answer")
}

// In the open loop the pace does not depend on the answers.
func TestOpenLoop(t *testing.T) {
	t.Parallel()
	s := &stage{meter: &meter{}, town: newTown(three(t), "telegram", 1, nil)}
	s.crowd = &crowd{town: s.town, platform: mute{}, ids: &atomic.Int64{}, meter: s.meter, rate: 2000, patience: 50 * time.Millisecond}
	s.play(t.Context(), func() { time.Sleep(100 * time.Millisecond) })
	if n := s.town.size(); n < 20 {
		t.Errorf("%d people were let in by a bot that is silent; want about 200", n)
	}
	if s.crowd.spoke.Load() != 0 || s.crowd.left.Load() != int64(s.town.size()) {
		t.Errorf("%d spoke, %d left of %d", s.crowd.spoke.Load(), s.crowd.left.Load(), s.town.size())
	}
}
