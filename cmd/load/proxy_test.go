package main

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// echoServer answers every byte with itself.
func echoServer(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); _, _ = io.Copy(c, c) }()
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, p *proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// echo sends a byte and waits for it, at most d.
func echo(c net.Conn, d time.Duration) error {
	_ = c.SetDeadline(time.Now().Add(d))
	if _, err := c.Write([]byte("x")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return err
}

func TestProxy(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	p, err := openProxy(echoServer(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	c := dial(t, p)
	if err := echo(c, time.Minute); err != nil {
		t.Fatal("nothing passes:", err)
	}

	p.delay.Store(int64(50 * time.Millisecond))
	begun := time.Now()
	if err := echo(c, time.Minute); err != nil || time.Since(begun) < 100*time.Millisecond {
		t.Errorf("slowed twice by 50 ms it took %s, %v", time.Since(begun), err)
	}
	p.heal()

	p.hang()
	if err := echo(c, 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("held up: %v", err)
	}
	p.heal()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadFull(c, make([]byte, 1)); err != nil {
		t.Errorf("what was held up is lost: %v", err)
	}

	p.refuses.Store(true)
	if err := echo(dial(t, p), time.Minute); err == nil {
		t.Error("a new connection was not refused")
	}
	if err := echo(c, time.Minute); err != nil {
		t.Errorf("an old connection was: %v", err)
	}
	p.cut()
	if err := echo(c, time.Minute); err == nil {
		t.Error("the connection was not cut")
	}
	p.heal()
	if err := echo(dial(t, p), time.Minute); err != nil {
		t.Errorf("not healed: %v", err)
	}
}
