package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// report is the result of a run.
type report struct {
	Setting     string         `json:"setting"`
	Bot         *figures       `json:"bot,omitempty"`
	Floor       *figures       `json:"floor,omitempty"`
	Few         *figures       `json:"few,omitempty"` // the bot with 1,000 clients, before the house was filled
	Ratio       *ratio         `json:"ratio,omitempty"`
	Rounds      []ratio        `json:"rounds,omitempty"`
	Faults      map[string]int `json:"faults,omitempty"`
	Seed        uint64         `json:"seed,omitempty"`
	Watch       *watch         `json:"watch,omitempty"`
	Outages     []outage       `json:"outages,omitempty"`
	Filled      string         `json:"filled,omitempty"`
	Redelivered int64          `json:"redelivered"`
	Late        int64          `json:"late,omitempty"` // steps of the open loop that nobody could take
	Verdict     verdict        `json:"verdict"`
}

// ratio is the bot's share of the floor's throughput, and its CPU as a multiple
// of the floor's.
type ratio struct {
	Throughput float64 `json:"throughput"`
	CPU        float64 `json:"cpu"`
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	fmt.Fprintln(&b, r.Setting)
	if r.Filled != "" {
		fmt.Fprintln(&b, r.Filled)
	}
	r.figures(&b)
	if r.Watch != nil {
		r.Watch.print(&b)
	}
	for _, o := range r.Outages {
		fmt.Fprintf(&b, "%-12s%5s  %5d steps, to ack p50/p95/p99 %s ms, longest %.0f; %d waited at its end, none %.1f s later\n", o.Name, o.Length, o.Steps, o.ToAck, o.ToAck.Max, o.Backlog, o.GoneIn)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintf(&b, "broken     ")
		for _, f := range slices.Sorted(maps.Keys(r.Faults)) {
			fmt.Fprintf(&b, " %s %d ", f, r.Faults[f])
		}
		fmt.Fprintf(&b, " (-seed %d)\n", r.Seed)
	}
	if r.Late > 0 {
		fmt.Fprintf(&b, "late        %d steps had nobody to take them: the rate was not kept\n", r.Late)
	}
	r.Verdict.print(&b, r.Redelivered)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r *report) figures(b *strings.Builder) {
	if r.Bot == nil {
		return
	}
	fmt.Fprintf(b, "%12s%10s%30s%30s%10s%10s%10s%8s%8s\n", "", "turns/s", "to reply p50/p95/p99 ms", "to ack p50/p95/p99 ms", "CPU/1000", "load's", "stores'", "RSS", "peak")
	for _, line := range []struct {
		name string
		f    *figures
	}{{"1,000", r.Few}, {"bot", r.Bot}, {"floor", r.Floor}} {
		if f := line.f; f != nil {
			fmt.Fprintf(b, "%-12s%10.0f%30s%30s%10.3f%10.3f%10.3f%8.0f%8.0f\n", line.name, f.Rate, f.ToAnswer, f.ToAck, f.CPU, f.OwnCPU, f.Stores, f.RSS, f.Peak)
		}
	}
	if r.Few != nil {
		fmt.Fprintf(b, "of the cost with 1,000 clients: bot's CPU %.2f", r.Bot.CPU/r.Few.CPU)
		if r.Few.Stores > 0 {
			fmt.Fprintf(b, ", stores' %.2f", r.Bot.Stores/r.Few.Stores)
		}
		b.WriteByte('\n')
	}
	if r.Ratio != nil {
		fmt.Fprintf(b, "of the floor: throughput %.2f, CPU %.2f (medians of %d rounds)\n", r.Ratio.Throughput, r.Ratio.CPU, len(r.Rounds))
	}
}

func (s spread) String() string { return fmt.Sprintf("%.1f / %.1f / %.1f", s.P50, s.P95, s.P99) }

func (v verdict) print(b *strings.Builder, redelivered int64) {
	fmt.Fprintf(b, "correct     lost %d, doubled %d, overtaken %d, wrong %d, unsent %d, leaked %d\n", v.Lost, v.Doubled, v.Overtaken, v.Wrong, v.Unsent, v.Leaked)
	fmt.Fprintf(b, "            %d talks to the end, %d broken off, %d records, %d ticks; delivered again %d, answers sent twice after an unknown outcome %d,\n",
		v.Talks, v.Left, v.Records, v.Edits, redelivered, v.Repeated)
	fmt.Fprintf(b, "            given up by the platform %d, given up by the bot and told to staff %d, told to wait %d, dead letters %d\n", v.GivenUp, v.Undelivered, v.Holding, v.Letters)
	for _, e := range v.Examples {
		fmt.Fprintf(b, "            · %s\n", e)
	}
}
