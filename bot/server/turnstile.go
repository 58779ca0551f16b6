package server

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"redthread/bot/pace"
	"redthread/store"
)

// turnstile turns away an address that keeps sending what no platform sends,
// before anything of it is read. Only refusals count, so that the platforms, who
// call from few addresses and often, never meet it; and an address from which a
// platform has called lately is never turned away, so that nobody behind a
// shared proxy can shut the platform out.
type turnstile struct {
	refused *pace.Buckets
	retry   string // seconds, for Retry-After
	now     func() time.Time

	mu      sync.Mutex
	trusted map[string]time.Time // when a platform last called from there
}

const (
	trust      = time.Hour // how long a platform's call speaks for its address
	maxTrusted = 4096      // only platforms' addresses come to stand there
)

// newTurnstile returns nil, which lets everybody pass, without a rate.
func newTurnstile(r store.Rate) *turnstile {
	if r.N <= 0 {
		return nil
	}
	return &turnstile{
		refused: pace.New(r.N, r.Per, r.Burst), trusted: map[string]time.Time{},
		retry: strconv.Itoa(max(1, int(r.Per.Seconds())/r.N)), now: time.Now,
	}
}

func (t *turnstile) trusts(who string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.now().Sub(t.trusted[who]) < trust
}

func (t *turnstile) trustFrom(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.trusted) >= maxTrusted {
		clear(t.trusted)
	}
	t.trusted[who] = t.now()
}

// before puts the turnstile before a door.
func (t *turnstile) before(door http.Handler) http.Handler {
	if t == nil {
		return door
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := address(r)
		if t.refused.Empty(who, t.now()) && !t.trusts(who) {
			w.Header().Set("Retry-After", t.retry)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		door.ServeHTTP(seen, r)
		switch {
		case seen.status == http.StatusOK:
			t.trustFrom(who)
		case seen.status >= 400 && seen.status < 500:
			t.refused.Take(who, t.now())
		}
	})
}

// address is who calls: through a proxy of our own, on this machine or in our
// network, whom the proxy names last. Of IPv6 it is the network, of which one person has as many addresses as
// they like.
func address(r *http.Request) string {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.IsLoopback() || ip.IsPrivate() {
		all := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if named, err := netip.ParseAddr(strings.TrimSpace(all[len(all)-1])); err == nil {
			ip = named.Unmap()
		}
	}
	bits := ip.BitLen()
	if ip.Is6() {
		bits = 64
	}
	network, _ := ip.Prefix(bits) // fails for more bits than there are only
	return network.String()
}
