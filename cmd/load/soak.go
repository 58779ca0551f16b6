package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// watch is how the bot's processes stood while very many steps were played.
type watch struct {
	Looks []look `json:"looks"`
	// Slope is how much more memory 100,000 more steps hold, over the second half
	// of the run, in MiB.
	Slope float64 `json:"mib_per_100k"`
	// First and Last are the answers' times in the first and the last tenth.
	First spread `json:"first_tenth"`
	Last  spread `json:"last_tenth"`
}

// look is one look at all processes together.
type look struct {
	Steps      int     `json:"steps"`
	Seconds    float64 `json:"seconds"`
	RSS        float64 `json:"rss_mib"`
	Files      int     `json:"files"`
	Sockets    int     `json:"sockets"`
	Goroutines int     `json:"goroutines,omitempty"`
}

// watched plays as many steps as the options ask for, and looks at the processes
// meanwhile.
func (j *job) watched(ctx context.Context, r *report) error {
	s, w := j.stage, &watch{}
	begun := time.Now()
	s.play(ctx, func() {
		sleep(ctx, j.warm)
		f := s.watchCPU(j.stores, func() {
			for s.meter.count() < j.soak && sleep(ctx, j.options.look) {
				l := j.lookAt(ctx, time.Since(begun))
				w.Looks = append(w.Looks, l)
				j.say("%8d steps  %6.0f s  RSS %4.0f MiB  %d files  %d sockets  %d goroutines", l.Steps, l.Seconds, l.RSS, l.Files, l.Sockets, l.Goroutines)
			}
		})
		r.Bot = &f
	})
	w.Slope = slope(w.Looks[len(w.Looks)/2:])
	w.First, w.Last = s.meter.tenths()
	r.Watch = w
	return nil
}

func (j *job) lookAt(ctx context.Context, since time.Duration) look {
	v := j.house.vitals()
	return look{
		Steps: j.stage.meter.count(), Seconds: since.Seconds(), RSS: mib(v.RSS), Files: v.Files, Sockets: v.Sockets,
		Goroutines: j.house.goroutines(ctx),
	}
}

// slope is the straight line through the looks, in MiB for 100,000 steps.
func slope(looks []look) float64 {
	var n, x, y, xx, xy float64
	for _, l := range looks {
		s := float64(l.Steps) / 100_000
		n, x, y, xx, xy = n+1, x+s, y+l.RSS, xx+s*s, xy+s*l.RSS
	}
	if d := n*xx - x*x; d > 0 {
		return (n*xy - x*y) / d
	}
	return 0
}

// tenths are the answers' times in the first and the last tenth of the steps.
func (m *meter) tenths() (first, last spread) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := len(m.toAnswer) / 10
	return spreadOf(m.toAnswer[:n]), spreadOf(slices.Clone(m.toAnswer[len(m.toAnswer)-n:]))
}

func (w *watch) print(b *strings.Builder) {
	fmt.Fprintf(b, "memory      %.2f MiB more for 100,000 more steps (second half)\n", w.Slope)
	fmt.Fprintf(b, "to reply    first tenth %s ms, last tenth %s ms\n", w.First, w.Last)
	if len(w.Looks) > 0 {
		a, z := w.Looks[0], w.Looks[len(w.Looks)-1]
		fmt.Fprintf(b, "files %d → %d, sockets %d → %d, goroutines %d → %d\n", a.Files, z.Files, a.Sockets, z.Sockets, a.Goroutines, z.Goroutines)
	}
}
