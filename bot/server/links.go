package server

import (
	"net/http"
	"time"

	"redthread/bot/pace"
)

// A link leads out of the chat, so everything behind one stands behind this door:
// nothing may be kept on the way, nothing be read into what is shown, nobody may
// try addresses fast.

// linkDoor is the door of one kind of links.
type linkDoor struct {
	looks *pace.Buckets // by address
	show  http.HandlerFunc
	busy  func(w http.ResponseWriter, status int) // says kindly that there were too many requests

	// hand, if there is one, gives out what the page that show draws has a button
	// for: who looks at links before people do, as chats and scanners do, only looks.
	// Each file is held in memory meanwhile, so few go out at a time.
	hand  http.HandlerFunc
	going chan struct{}
}

// handedAtOnce is how many files go out at a time behind one door.
const handedAtOnce = 4

// handTime is how long a file may take to a slow telephone; nothing else may take
// so long.
const handTime = 10 * time.Minute

// newLinkDoor is a door through which one address may look perMinute times, and
// atOnce times in a row.
func newLinkDoor(perMinute, atOnce int, show http.HandlerFunc, busy func(http.ResponseWriter, int)) *linkDoor {
	return &linkDoor{looks: pace.New(perMinute, time.Minute, atOnce), show: show, busy: busy, going: make(chan struct{}, handedAtOnce)}
}

func (d *linkDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	if ok, _ := d.looks.Take(address(r), time.Now()); !ok {
		d.later(w)
		return
	}
	if r.Method != http.MethodPost || d.hand == nil {
		d.show(w, r)
		return
	}
	select {
	case d.going <- struct{}{}:
		defer func() { <-d.going }()
		d.hand(w, r)
	default:
		d.later(w)
	}
}

func (d *linkDoor) later(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "60")
	d.busy(w, http.StatusTooManyRequests)
}
