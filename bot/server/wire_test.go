package server_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// wire is a line to a server that can be cut, or go dead.
type wire struct {
	door net.Listener
	to   string

	mu    sync.Mutex
	cut   bool
	dead  chan struct{} // closed while the line carries
	lines map[net.Conn]struct{}
	all   sync.WaitGroup
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{door: door, to: to, dead: make(chan struct{}), lines: map[net.Conn]struct{}{}}
	close(w.dead)
	w.all.Go(w.serve)
	t.Cleanup(func() {
		w.mend()
		_ = door.Close()
		w.sever()
		w.all.Wait()
	})
	return w
}

func (w *wire) addr() string { return w.door.Addr().String() }

func (w *wire) serve() {
	for {
		near, err := w.door.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", w.to)
		if w.isCut() || err != nil {
			_ = near.Close()
			if err == nil {
				_ = far.Close()
			}
			continue
		}
		w.mu.Lock()
		w.lines[near], w.lines[far] = struct{}{}, struct{}{}
		w.mu.Unlock()
		w.all.Go(func() { w.carry(near, far) })
		w.all.Go(func() { w.carry(far, near) })
	}
}

func (w *wire) carry(from, to net.Conn) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		w.mu.Lock()
		carries := w.dead
		w.mu.Unlock()
		<-carries
		if _, e := to.Write(b[:n]); err != nil || e != nil {
			break
		}
	}
	_ = from.Close()
	_ = to.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.lines, from)
	delete(w.lines, to)
}

func (w *wire) isCut() bool { w.mu.Lock(); defer w.mu.Unlock(); return w.cut }

func (w *wire) sever() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.lines {
		_ = c.(io.Closer).Close()
	}
}

// snap cuts the line: who calls is hung up on.
func (w *wire) snap() {
	w.mu.Lock()
	w.cut = true
	w.mu.Unlock()
	w.sever()
}

// freeze lets the line go dead: nobody hears anything, nobody is hung up on.
func (w *wire) freeze() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dead = make(chan struct{})
}

// mend makes the line whole.
func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = false
	select {
	case <-w.dead:
	default:
		close(w.dead)
	}
}
