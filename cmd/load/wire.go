package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

// The platforms speak plain HTTP/1.1 over kept connections here, written and
// read by the connection's own goroutine: what the load costs itself is not
// left to the bot.

// maxBody bounds what either side reads, in bytes.
const maxBody = 1 << 20

// kept calls one address over connections that it keeps.
type kept struct {
	addr string

	mu   sync.Mutex
	idle []*wire
}

type wire struct {
	net.Conn
	in  *bufio.Reader
	out []byte
}

// answer is what came back.
type answer struct {
	status     int
	retryAfter time.Duration
	body       []byte
}

// post makes one request. A kept connection that the other side had closed is
// replaced by a fresh one: that much every platform does.
func (k *kept) post(path, head string, body []byte, patience time.Duration) (answer, error) {
	until := time.Now().Add(patience)
	for {
		w, fresh, err := k.take(patience)
		if err != nil {
			return answer{}, err
		}
		a, again, err := w.exchange(k.addr, path, head, body, until)
		if err == nil {
			if again {
				k.give(w)
			} else {
				w.Close()
			}
			return a, nil
		}
		w.Close()
		if fresh || errors.Is(err, os.ErrDeadlineExceeded) {
			return answer{}, err
		}
	}
}

func (k *kept) take(patience time.Duration) (w *wire, fresh bool, err error) {
	k.mu.Lock()
	if n := len(k.idle); n > 0 {
		w, k.idle = k.idle[n-1], k.idle[:n-1]
	}
	k.mu.Unlock()
	if w != nil {
		return w, false, nil
	}
	c, err := net.DialTimeout("tcp", k.addr, patience)
	if err != nil {
		return nil, true, err
	}
	return &wire{Conn: c, in: bufio.NewReader(c)}, true, nil
}

func (k *kept) give(w *wire) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.idle = append(k.idle, w)
}

// close lets go of the kept connections.
func (k *kept) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, w := range k.idle {
		w.Close()
	}
	k.idle = nil
}

// exchange writes a request and reads its answer; again says that the connection
// can carry another.
func (w *wire) exchange(host, path, head string, body []byte, until time.Time) (a answer, again bool, err error) {
	if err := w.SetDeadline(until); err != nil {
		return a, false, err
	}
	w.out = fmt.Appendf(w.out[:0], "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Length: %d\r\n\r\n", path, host, head, len(body))
	w.out = append(w.out, body...)
	if _, err := w.Write(w.out); err != nil {
		return a, false, err
	}
	res, err := http.ReadResponse(w.in, nil)
	if err != nil {
		return a, false, err
	}
	defer res.Body.Close()
	a.status = res.StatusCode
	if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil {
		a.retryAfter = time.Duration(s) * time.Second
	}
	a.body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
	return a, !res.Close, err
}

// desk answers the calls that one process makes to its platform.
type desk struct {
	net.Listener
	handle func(path, kind string, body []byte) reply

	mu    sync.Mutex
	conns map[net.Conn]bool
	busy  sync.WaitGroup
}

// reply is what a call is answered with. cut closes the connection instead.
type reply struct {
	status int
	body   []byte
	cut    bool
}

// openDesk listens on an address of its own.
func openDesk(addr string, handle func(path, kind string, body []byte) reply) (*desk, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("load: listen for the bot's calls: %w", err)
	}
	d := &desk{Listener: l, handle: handle, conns: map[net.Conn]bool{}}
	d.busy.Go(d.accept)
	return d, nil
}

func (d *desk) url() string { return "http://" + d.Addr().String() }

func (d *desk) accept() {
	for {
		c, err := d.Accept()
		if err != nil {
			return
		}
		d.mu.Lock()
		d.conns[c] = true
		d.mu.Unlock()
		d.busy.Go(func() {
			d.attend(c)
			c.Close()
			d.mu.Lock()
			delete(d.conns, c)
			d.mu.Unlock()
		})
	}
}

// attend answers the calls that come over one connection.
func (d *desk) attend(c net.Conn) {
	in := bufio.NewReader(c)
	var out []byte
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		body, err := io.ReadAll(io.LimitReader(req.Body, maxBody))
		if err != nil {
			return
		}
		r := d.handle(req.URL.Path, req.Header.Get("Content-Type"), body)
		if r.cut {
			return
		}
		out = fmt.Appendf(out[:0], "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", r.status, http.StatusText(r.status), len(r.body))
		if _, err := c.Write(append(out, r.body...)); err != nil || req.Close {
			return
		}
	}
}

// close ends the desk and every call that is being made.
func (d *desk) close() {
	_ = d.Close()
	d.mu.Lock()
	for c := range d.conns {
		c.Close()
	}
	d.mu.Unlock()
	d.busy.Wait()
}
