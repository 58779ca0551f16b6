package server

import (
	"html/template"
	"mime"
	"net/http"
	"strconv"
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

var buttonPage = template.Must(template.New("").Parse(`<!doctype html><html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<style>body{font:1.1em/1.6 sans-serif;max-width:32em;margin:4em auto;padding:0 1em}button{font:inherit;padding:.5em 2em}</style>
<p>{{.Words}}</p>
<form method="post"><button>{{.Button}}</button></form>
`))

// drawButton is a page with words and a button that fetches what the link is for.
func drawButton(w http.ResponseWriter, lang, words, button string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = buttonPage.Execute(w, struct{ Lang, Words, Button string }{lang, words, button}) // who went away needs no answer
}

// handOut gives a file out to be saved, never to be shown as a page of ours.
func handOut(w http.ResponseWriter, kind, name string, content []byte) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(handTime)) // where it cannot be set, the server's own holds
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // who went away needs no answer
}
