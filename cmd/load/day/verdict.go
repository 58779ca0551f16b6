package day

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"redthread/bot/emulator"
)

// Waits are minutes until a colleague answered.
type Waits struct{ P50, P95, P99, Max float64 }

func (w Waits) String() string { return fmt.Sprintf("%.1f / %.1f / %.1f", w.P50, w.P95, w.P99) }

// Report is what came of a day.
type Report struct {
	Staff     int            `json:"staff"`
	Clients   int            `json:"clients"`
	Said      int            `json:"said"`      // by clients, what a person should answer
	Answered  int            `json:"answered"`  // of it, by a colleague
	InHand    int            `json:"inHand"`    // not answered, but somebody has it and a clock runs
	Left      int            `json:"left"`      // by clients who left us before
	Forgotten int            `json:"forgotten"` // none of these
	Unheard   int            `json:"unheard"`   // said, and nothing at all came back
	Followed  int            `json:"followed"`  // words to clients who had fallen silent, more than WeChat takes at once
	Wait      Waits          `json:"waitMinutes"`
	Alerts    Alerts         `json:"alerts"`
	Notes     int            `json:"notes"`
	Leaks     int            `json:"leaks"` // words on the phone of somebody who must not read them
	Counts    map[string]int `json:"counts"`
	Wrong     []string       `json:"wrong,omitempty"`
	Seed      uint64         `json:"seed"`
}

// Alerts is what became of the alerts.
type Alerts struct {
	All          int
	Acknowledged int // by a press, or by acting on the paper
	Ended        int // with their paper
	Open         int // at the day's end, and called for again
	Lost         int // open, and nobody will ever be called again
	Climbed      int // of all of them, past the first who was called
}

// judge holds the day's end against what must be.
func (d *day) judge(ctx context.Context) (*Report, error) {
	r := &Report{Staff: len(d.staff), Clients: len(d.clients), Notes: d.facts.notes, Counts: d.facts.count, Wrong: d.facts.wrong, Seed: d.Seed}
	var waits []time.Duration
	for _, s := range d.facts.said {
		if s.heard.IsZero() && !s.client.gone {
			r.Unheard++
			d.facts.isWrong("nothing came back to %s, said at %s", s.mark, s.at.In(shanghai).Format("15:04"))
		}
		if !s.wants {
			continue
		}
		r.Said++
		if !s.answered.IsZero() {
			r.Answered++
			waits = append(waits, s.answered.Sub(s.at))
			continue
		}
		held, err := d.inHand(ctx, s)
		switch {
		case err != nil:
			return nil, err
		case s.client.gone:
			r.Left++
		case held:
			r.InHand++
		default:
			r.Forgotten++
			d.facts.isWrong("nobody has %s, said at %s", s.mark, s.at.In(shanghai).Format("15:04"))
		}
	}
	for _, c := range d.clients {
		r.Followed += c.followed
		if c.reached < c.followed && c.said > 2 && !c.gone {
			d.facts.isWrong("client %d was written %d words after falling silent and reads the %dth last", c.n, c.followed, c.reached)
		}
	}
	if err := d.keepScreens(); err != nil {
		return nil, err
	}
	r.Wait = minutes(waits)
	r.platforms(d)
	err := d.alerts(ctx, r)
	r.Wrong, r.Leaks = d.facts.wrong, d.facts.leaks
	return r, err
}

// minutes spreads waits out, in minutes of the day.
func minutes(waits []time.Duration) Waits {
	slices.Sort(waits)
	at := func(share float64) float64 {
		if len(waits) == 0 {
			return 0
		}
		return waits[min(int(share*float64(len(waits))), len(waits)-1)].Minutes()
	}
	return Waits{P50: at(0.5), P95: at(0.95), P99: at(0.99), Max: at(1)}
}

// platforms counts what the platforms did.
func (r *Report) platforms(d *day) {
	if r.Counts == nil {
		r.Counts = map[string]int{}
	}
	for _, codes := range d.telegram.Stats().Calls {
		r.Counts["Telegram said 429"] += codes[429]
	}
	for _, codes := range d.wechat.Stats().Calls {
		r.Counts["WeChat said 45011, too fast"] += codes[45011]
		r.Counts["WeChat said 45015 or 45047, window closed"] += codes[45015] + codes[45047]
	}
	r.Counts["restarts of the bot"] = d.office.starts - 1
}

// Clean says that nothing was lost, forgotten or told to the wrong person.
func (r *Report) Clean() bool {
	return len(r.Wrong) == 0 && r.Forgotten == 0 && r.Unheard == 0 && r.Alerts.Lost == 0
}

// Print writes the report, as JSON if asked to.
func (r *Report) Print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "a day of %d colleagues and %d clients (-seed %d)\n", r.Staff, r.Clients, r.Seed)
	fmt.Fprintf(&b, "said       %d things that a person should answer: %d answered, %d in somebody's hands with a clock running, %d by who left us, %d forgotten; unheard %d\n",
		r.Said, r.Answered, r.InHand, r.Left, r.Forgotten, r.Unheard)
	fmt.Fprintf(&b, "wait       p50/p95/p99 %s minutes, longest %.1f\n", r.Wait, r.Wait.Max)
	fmt.Fprintf(&b, "alerts     %d, of which %d climbed: %d acknowledged, %d ended with their paper, %d still called for, %d lost\n",
		r.Alerts.All, r.Alerts.Climbed, r.Alerts.Acknowledged, r.Alerts.Ended, r.Alerts.Open, r.Alerts.Lost)
	fmt.Fprintf(&b, "kept       %d words to silent clients, most past what WeChat takes, all in order on their return\n", r.Followed)
	fmt.Fprintf(&b, "notes      %d written for colleagues alone\n", r.Notes)
	for _, what := range slices.Sorted(maps.Keys(r.Counts)) {
		fmt.Fprintf(&b, "           %s: %d\n", what, r.Counts[what])
	}
	for _, e := range r.Wrong {
		fmt.Fprintf(&b, "           · %s\n", e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// inHand says that a colleague, or the queue, still has what the client said, and
// that a clock runs for it.
func (d *day) inHand(ctx context.Context, s *remark) (bool, error) {
	var n int
	err := d.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM clients k WHERE k.conversation = ? AND ("+
		"EXISTS (SELECT 1 FROM handoffs h WHERE h.client_id = k.id AND h.state <> 'closed') OR "+
		"EXISTS (SELECT 1 FROM questions q WHERE q.client_id = k.id AND q.state = 'open') OR "+
		"EXISTS (SELECT 1 FROM complaints c WHERE c.client_id = k.id AND c.state <> 'closed')) AND "+
		"(EXISTS (SELECT 1 FROM timers t WHERE t.conversation = k.conversation) OR EXISTS (SELECT 1 FROM sla_clocks s WHERE s.client_id = k.id AND s.stopped = 0))", s.client.conversation()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("day: look who has %s: %w", s.mark, err)
	}
	return n > 0, nil
}

// alerts looks up what became of them: each was acknowledged, or ended with its paper,
// or is still being called for, higher and higher.
func (d *day) alerts(ctx context.Context, r *Report) error {
	const each = "SELECT a.ended, a.rung, EXISTS (SELECT 1 FROM timers t WHERE t.name = 'alert_step' AND t.conversation = a.conversation) FROM alerts a"
	found, err := d.DB.QueryContext(ctx, each)
	if err != nil {
		return fmt.Errorf("day: look what became of the alerts: %w", err)
	}
	defer found.Close()
	for found.Next() {
		var ended string
		var rung int
		var ticks bool
		if err := found.Scan(&ended, &rung, &ticks); err != nil {
			return fmt.Errorf("day: look what became of the alerts: %w", err)
		}
		r.Alerts.All++
		if rung > 0 {
			r.Alerts.Climbed++
		}
		switch {
		case ended == "seen":
			r.Alerts.Acknowledged++
		case ended != "":
			r.Alerts.Ended++
		case ticks:
			r.Alerts.Open++
		default:
			r.Alerts.Lost++
		}
	}
	return found.Err()
}

// conversation is how the bot's records name the client.
func (c *caller) conversation() string {
	if c.wx != nil {
		return "wechat:" + c.wx.OpenID()
	}
	return fmt.Sprint("telegram:", c.tg.ID())
}

// keepScreens writes what everybody's phone shows at the end of the day into the
// folder, for who wants to know how it came about.
func (d *day) keepScreens() error {
	var b strings.Builder
	show := func(whose string, shown []emulator.Bubble) {
		fmt.Fprintf(&b, "== %s\n", whose)
		for _, s := range shown {
			side := "<"
			if s.Mine {
				side = ">"
			}
			fmt.Fprintf(&b, "%s %s %s%s %q %v\n", s.At.In(shanghai).Format("15:04:05"), side, s.Kind, topic(s.Thread), s.Text, labels(s))
		}
	}
	for _, c := range d.staff {
		show(c.name, c.screen().Bubbles())
	}
	show("the group", d.group.Screen().Bubbles())
	for _, c := range d.clients {
		show(fmt.Sprint("client ", c.n, ", ", c.does), c.screen().Bubbles())
	}
	if err := os.WriteFile(filepath.Join(d.Dir, "phones.txt"), []byte(b.String()), 0o600); err != nil {
		return fmt.Errorf("day: keep the screens: %w", err)
	}
	return nil
}

func topic(thread int64) string {
	if thread == 0 {
		return ""
	}
	return fmt.Sprint(" in topic ", thread)
}
