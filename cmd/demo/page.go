package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"redthread/bot/emulator"
)

//go:embed web
var web embed.FS

// maxPicture is the largest picture of the visitor's own, in bytes: the larger
// of the platforms' limits, so that theirs is what a visitor meets.
const maxPicture = 10 << 20

// page serves the web page, its live news and its deeds. It is for loopback: it
// answers only to a plain address as its host name, and deeds only from itself.
type page struct {
	Phones  []phone
	Weather *weather
	Panel   Panel
	Player  *player // nil when no transcript is played
	Lang    string  // "zh" or "en"; empty: the browser's
	Log     *slog.Logger
	Every   time.Duration // how often the panel is read

	run   string // names this run of the program, so that a page of an earlier one starts afresh
	hub   *hub
	board *board
	looks []look
}

// look is what a phone's screen tells us.
type look struct {
	phone   phone
	changes <-chan emulator.Change
	stop    func()
}

// newPage readies p, and looks at the screens from now on; run it with watch.
func newPage(p page) *page {
	p.run = fmt.Sprint(time.Now().UnixNano())
	p.hub = newHub()
	p.board = &board{panel: p.Panel, address: addresses(p.Phones)}
	if p.Every == 0 {
		p.Every = 600 * time.Millisecond
	}
	if p.Player != nil {
		p.Player.tell = p.hub.tell
	}
	for _, ph := range p.Phones {
		changes, stop := ph.Screen().Watch()
		p.looks = append(p.looks, look{ph, changes, stop})
	}
	return &p
}

// watch carries the screens' changes and the panel to the viewers, and lets the
// player begin when the first of them has come. It returns when ctx has ended.
func (p *page) watch(ctx context.Context) {
	var running sync.WaitGroup
	for _, l := range p.looks {
		running.Go(func() { p.watchPhone(ctx, l) })
	}
	if p.Player != nil {
		running.Go(func() { p.playFor(ctx) })
	}
	p.watchPanel(ctx)
	running.Wait()
}

func (p *page) playFor(ctx context.Context) {
	select {
	case <-p.hub.opened:
		p.Player.play(ctx)
	case <-ctx.Done():
	}
}

// news is one change on one phone.
type news struct {
	Phone  string          `json:"phone"`
	Change emulator.Change `json:"change"`
	State  state           `json:"state"`
}

func (p *page) watchPhone(ctx context.Context, l look) {
	defer l.stop()
	for {
		select {
		case c := <-l.changes:
			p.hub.tell("change", news{l.phone.ID, c, l.phone.State()})
		case <-ctx.Done():
			return
		}
	}
}

func (p *page) watchPanel(ctx context.Context) {
	tick := time.NewTicker(p.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if !p.hub.watched() {
				continue
			}
			if b, changed := p.board.read(ctx); changed {
				p.hub.tell("panel", b)
			}
		case <-ctx.Done():
			return
		}
	}
}

// Handler is the page's door.
func (p *page) Handler() http.Handler {
	files, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /events", p.events)
	mux.HandleFunc("GET /samples/{name}", drawn(sample))
	mux.HandleFunc("GET /faces/{name}", drawn(face))
	mux.HandleFunc("GET /phones/{id}/pictures/{name...}", p.picture)
	mux.HandleFunc("POST /api/phones/{id}/{deed}", p.deed)
	mux.HandleFunc("POST /api/weather", p.setWeather)
	mux.HandleFunc("POST /api/weather/token", p.spoilToken)
	mux.HandleFunc("POST /api/player/{order}", p.order)
	return guard(http.NewCrossOriginProtection().Handler(mux))
}

// guard keeps other sites out: a name that a stranger's DNS points here is
// refused, and the page may load nothing but its own files.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !plainHost(r.Host) {
			http.Error(w, "open the page by its address, such as http://127.0.0.1:8500", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		r.Body = http.MaxBytesReader(w, r.Body, maxPicture)
		next.ServeHTTP(w, r)
	})
}

// plainHost says that the host is localhost or an IP address, which no DNS can
// point elsewhere.
func plainHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}

// events streams the page's news: a snapshot of everything first, so that a
// viewer who was away has caught up, then each change.
func (p *page) events(w http.ResponseWriter, r *http.Request) {
	changes, leave := p.hub.join() // before the snapshot: what happens meanwhile comes after it
	defer leave()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	first, err := sse("snapshot", p.snapshot(r.Context()))
	first = append([]byte("retry: 1000\n"), first...) // in milliseconds, when the connection breaks
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	beat := time.NewTicker(20 * time.Second) // so that a dead connection is noticed
	defer beat.Stop()
	out := http.NewResponseController(w)
	for frame := first; ; {
		if _, err := w.Write(frame); err != nil || out.Flush() != nil {
			return
		}
		var ok bool
		select {
		case frame, ok = <-changes:
			if !ok {
				return
			}
		case <-beat.C:
			frame = []byte(": still here\n\n")
		case <-r.Context().Done():
			return
		}
	}
}

// snapshot is everything the page shows.
type snapshot struct {
	Run     string      `json:"run"`
	Lang    string      `json:"lang"`
	Samples []string    `json:"samples"`
	Things  []string    `json:"things"`
	Phones  []shown     `json:"phones"`
	Weather conditions  `json:"weather"`
	Panel   boardView   `json:"panel"`
	Player  *playerView `json:"player"`
}

// shown is one phone in a snapshot.
type shown struct {
	person
	State   state             `json:"state"`
	Bubbles []emulator.Bubble `json:"bubbles"`
}

// maxShown is how many of a phone's newest bubbles the page shows.
const maxShown = 200

func (p *page) snapshot(ctx context.Context) snapshot {
	p.board.read(ctx)
	s := snapshot{Run: p.run, Lang: p.Lang, Samples: sampleNames, Things: thingKinds, Weather: p.Weather.now(), Panel: p.board.view()}
	for _, ph := range p.Phones {
		bubbles := ph.Screen().Bubbles()
		if len(bubbles) > maxShown {
			bubbles = bubbles[len(bubbles)-maxShown:]
		}
		s.Phones = append(s.Phones, shown{ph.person, ph.State(), bubbles})
	}
	if p.Player != nil {
		v := p.Player.view()
		s.Player = &v
	}
	return s
}

func (p *page) phone(id string) (phone, bool) {
	for _, ph := range p.Phones {
		if ph.ID == id {
			return ph, true
		}
	}
	return phone{}, false
}

// drawn serves pictures that we have drawn.
func drawn(find func(name string) ([]byte, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, ok := find(r.PathValue("name"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", http.DetectContentType(data))
		w.Write(data)
	}
}

// picture serves a picture that stands on a phone's screen.
func (p *page) picture(w http.ResponseWriter, r *http.Request) {
	ph, ok := p.phone(r.PathValue("id"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	data, mime := ph.Picture(r.PathValue("name"))
	if len(data) == 0 {
		http.NotFound(w, r)
		return
	}
	if !strings.HasPrefix(mime, "image/") || strings.HasPrefix(mime, "image/svg") {
		mime = "application/octet-stream" // nothing that a browser would run
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", mime)
	w.Write(data)
}

// deed does one thing on one phone.
func (p *page) deed(w http.ResponseWriter, r *http.Request) {
	ph, ok := p.phone(r.PathValue("id"))
	if !ok {
		refuse(w, http.StatusNotFound, errors.New("demo: there is no such phone"))
		return
	}
	d, err := readDeed(r)
	if err == nil {
		err = ph.do(r.PathValue("deed"), d)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	p.hub.tell("change", stateOf(ph))
	w.WriteHeader(http.StatusNoContent)
}

// stateOf is news of how a phone stands: not every platform shows on the screen
// that its owner left.
func stateOf(ph phone) news {
	return news{ph.ID, emulator.Change{Kind: "state"}, ph.State()}
}

// readDeed reads the request's body: JSON, or a picture as it is.
func readDeed(r *http.Request) (deed, error) {
	var d deed
	if strings.HasPrefix(r.Header.Get("Content-Type"), "image/") {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return d, fmt.Errorf("demo: read the picture: %w", err)
		}
		d.Pictures = [][]byte{data}
		if in := r.URL.Query().Get("thread"); in != "" {
			if d.Thread, err = strconv.ParseInt(in, 10, 64); err != nil {
				return d, fmt.Errorf("demo: read the topic: %w", err)
			}
		}
		return d, nil
	}
	return d, readJSON(r, &d)
}

func readJSON(r *http.Request, v any) error {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("demo: read the request: %w", err)
	}
	return nil
}

// refuse answers with the reason in words the page can show.
func refuse(w http.ResponseWriter, status int, err error) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"error": err.Error()})
}

func (p *page) setWeather(w http.ResponseWriter, r *http.Request) {
	var c conditions
	err := readJSON(r, &c)
	if err == nil {
		err = p.Weather.set(c)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	p.hub.tell("weather", c)
	w.WriteHeader(http.StatusNoContent)
}

// spoilToken makes the WeChat access token that the bot holds invalid.
func (p *page) spoilToken(w http.ResponseWriter, _ *http.Request) {
	p.Weather.spoil()
	w.WriteHeader(http.StatusNoContent)
}

// order pauses the player or lets it go on.
func (p *page) order(w http.ResponseWriter, r *http.Request) {
	order := r.PathValue("order")
	if p.Player == nil || (order != "pause" && order != "resume") {
		refuse(w, http.StatusNotFound, errors.New("demo: nothing is being played, or no such order"))
		return
	}
	p.Player.hold(order == "pause")
	w.WriteHeader(http.StatusNoContent)
}
