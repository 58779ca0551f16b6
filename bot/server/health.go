package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// health says how the program is. HealthPath answers as long as it runs;
// ReadyPath says what is down, and 503 when nothing can be taken: the database
// is away, or the program is stopping. A channel in trouble still takes what
// clients write, and Redis is a help, not a need.
type health struct {
	s *Server

	mu       sync.Mutex
	stopping bool
	last     report
	at       time.Time
}

// report is how the parts are, a line each.
type report struct {
	ready bool
	lines []string
}

// askFor bounds one look, lookAgain spares the database when many ask.
const (
	askFor    = time.Second
	lookAgain = time.Second
)

func (h *health) handle(mux *http.ServeMux) {
	mux.HandleFunc("GET "+HealthPath, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET "+ReadyPath, func(w http.ResponseWriter, r *http.Request) {
		report := h.report(r.Context())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if !report.ready {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = w.Write([]byte(strings.Join(report.lines, "\n") + "\n"))
	})
}

// stop says from now on that the program is not ready.
func (h *health) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopping, h.at = true, time.Time{}
}

func (h *health) report(ctx context.Context) report {
	h.mu.Lock()
	defer h.mu.Unlock()
	if time.Since(h.at) < lookAgain {
		return h.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askFor)
	defer cancel()
	h.last, h.at = h.look(ctx), time.Now()
	return h.last
}

func (h *health) look(ctx context.Context) report {
	r := report{ready: !h.stopping}
	say := func(part, how string) { r.lines = append(r.lines, part+": "+how) }
	if h.stopping {
		say("program", "stopping")
	}
	if err := h.s.cfg.Store.Ping(ctx); err != nil {
		r.ready = false
		say("database", "down")
	} else {
		say("database", "ok")
	}
	if err := h.s.cfg.Store.PingRedis(ctx); err != nil {
		say("redis", "degraded (away; everything works, more slowly)")
	} else {
		say("redis", "ok")
	}
	var names []string
	for name := range h.s.pulses {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		say(name, describe(h.s.pulses[name].judge(h.s.cfg.Store.Now(), h.s.alertAfter())))
	}
	if n := h.s.Spooled(); n > 0 {
		say("spool", fmt.Sprintf("%d events wait for the database", n))
	}
	return r
}

func describe(t trouble) string {
	switch t.kind {
	case "token":
		return fmt.Sprintf("down (the platform refuses us: %d)", t.code)
	case "silent":
		return "down (nothing gets through)"
	case "webhook":
		return "down (the platform cannot deliver to us)"
	}
	return "ok"
}
