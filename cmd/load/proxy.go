package main

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// proxy stands between the bot and one of its servers, and can cut the
// connections, refuse new ones, hold everything up, or slow it down.
type proxy struct {
	to       string
	listener net.Listener
	refuses  atomic.Bool
	delay    atomic.Int64 // nanoseconds, of every piece that passes

	mu    sync.Mutex
	pass  chan struct{} // closed while traffic passes; else traffic waits for it
	conns map[net.Conn]bool
	busy  sync.WaitGroup
}

func openProxy(to string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("load: open a proxy: %w", err)
	}
	p := &proxy{to: to, listener: l, pass: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(p.pass)
	p.busy.Go(p.accept)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

// cut breaks every connection there is.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0) // a reset, and not a decent end
		}
		c.Close()
	}
}

// hang holds up all traffic; heal lets it pass again.
func (p *proxy) hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if closed(p.pass) {
		p.pass = make(chan struct{})
	}
}

// heal ends every fault.
func (p *proxy) heal() {
	p.refuses.Store(false)
	p.delay.Store(0)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !closed(p.pass) {
		close(p.pass)
	}
}

// close ends the proxy and all that passes through it.
func (p *proxy) close() {
	p.heal()
	p.listener.Close()
	p.cut()
	p.busy.Wait()
}

func (p *proxy) accept() {
	for {
		c, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.refuses.Load() {
			c.Close()
			continue
		}
		p.busy.Go(func() { p.carry(c) })
	}
}

// carry joins a connection to the server until either side ends it.
func (p *proxy) carry(c net.Conn) {
	defer c.Close()
	p.wait()
	s, err := net.DialTimeout("tcp", p.to, 2*time.Second)
	if err != nil {
		return
	}
	defer s.Close()
	p.mu.Lock()
	p.conns[c], p.conns[s] = true, true
	p.mu.Unlock()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{c, s}, {s, c}} {
		p.busy.Go(func() { p.copy(way[0], way[1]); done <- struct{}{} })
	}
	<-done
	p.mu.Lock()
	delete(p.conns, c)
	delete(p.conns, s)
	p.mu.Unlock()
}

func (p *proxy) copy(from, to net.Conn) {
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		p.wait()
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

// wait holds a piece up as long as the faults ask for.
func (p *proxy) wait() {
	p.mu.Lock()
	pass := p.pass
	p.mu.Unlock()
	<-pass
	time.Sleep(time.Duration(p.delay.Load()))
}
