package wechat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"time"

	"redthread/bot"
)

const (
	// maxBody is far above the platform's largest callback: a 2,048-byte text,
	// encrypted and in plain.
	maxBody = 64 << 10

	// turnTime is how long a turn may take after its callback was given up.
	turnTime = 20 * time.Second
)

// Webhook serves the account's callback address, both the platform's check of it
// (GET) and its callbacks (POST). 403 answers what is not the platform's, 405
// and 413 what no platform sends.
func (c *Channel) Webhook(accept bot.Accept) http.Handler {
	return &webhook{c, accept}
}

type webhook struct {
	*Channel
	accept bot.Accept
}

func (h *webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	arrived := time.Now()
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "", http.StatusMethodNotAllowed)
		return
	}
	q := r.URL.Query()
	if err := h.guard(q); err != nil {
		h.refuse(w, err)
		return
	}
	if r.Method == http.MethodGet {
		_ = answer(w, []byte(q.Get("echostr"))) // the platform asks again
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooBig := new(http.MaxBytesError); errors.As(err, &tooBig) {
		http.Error(w, "", http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	h.take(w, r, q, body, arrived)
}

// take opens and reads a proved request and plays the event in it.
func (h *webhook) take(w http.ResponseWriter, r *http.Request, q url.Values, body []byte, arrived time.Time) {
	in, err := h.open(q, body)
	if errors.Is(err, errForged) {
		h.refuse(w, err)
		return
	}
	var p push
	if err == nil {
		err = h.safely(func() (err error) { p, err = decode(in.raw); return })
	}
	if err != nil {
		if h.bury(r.Context(), in.raw, err) {
			success(w)
		} else {
			h.unanswered(w, r, arrived)
		}
		return
	}
	ev, ok := h.event(p, h.now())
	if !ok {
		h.log.Info("wechat: callback without an event", "type", p.MsgType, "event", p.Event, "status", p.Status)
		success(w)
		return
	}
	d := delivery{webhook: h, event: ev, push: p, letter: in, nonce: q.Get("nonce"), arrived: arrived}
	d.serve(w, r)
}

// bury puts a callback with the dead letters and reports whether it is kept.
func (c *Channel) bury(ctx context.Context, raw []byte, why error) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnTime)
	defer cancel()
	err := c.safely(func() error { return c.cfg.Letters.Bury(ctx, name, raw, why) })
	if err != nil {
		c.log.Error("wechat: dead letter not kept", "bytes", len(raw), "error", err)
	}
	return err == nil
}

// unanswered lets the platform wait until it hangs up, which makes it bring the
// callback again.
func (c *Channel) unanswered(w http.ResponseWriter, r *http.Request, arrived time.Time) {
	enough := time.NewTimer(time.Until(arrived.Add(c.patience)))
	defer enough.Stop()
	select {
	case <-r.Context().Done():
	case <-enough.C:
	}
	http.Error(w, "", http.StatusServiceUnavailable)
}

// refuse answers what is not the platform's.
func (c *Channel) refuse(w http.ResponseWriter, why error) {
	c.log.Warn("wechat: callback refused", "why", why)
	http.Error(w, "", http.StatusForbidden)
}

// success is the platform's word for silence; it is never encrypted.
func success(w http.ResponseWriter) { _ = answer(w, []byte("success")) }

// answer writes a whole answer and sends it off at once: what follows in the
// handler is no longer waited for.
func answer(w http.ResponseWriter, body []byte) error {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := http.NewResponseController(w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// safely turns a panic into an error that says where, not what: a panic's value
// may hold what a client wrote.
func (c *Channel) safely(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			c.log.Error("wechat: panic", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			err = fmt.Errorf("wechat: panic of type %T", v)
		}
	}()
	return f()
}
