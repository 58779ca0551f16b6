package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is one process of the bot: it can be killed, frozen and started again.
type server struct {
	n       int
	addr    string // where it listens
	metrics string // where it tells of itself; empty: nowhere
	command []string
	env     []string
	log     *os.File

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
	spent time.Duration // CPU of its earlier lives
	peak  int64         // bytes, of the largest of them
	kills int
}

// newServer prepares a process; start starts it. Its log goes to a file in dir.
func newServer(n int, dir string, command, env []string) (*server, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, fmt.Sprintf("server-%d.log", n)))
	if err != nil {
		return nil, fmt.Errorf("load: make the server's log: %w", err)
	}
	return &server{n: n, addr: addr, command: command, env: env, log: log}, nil
}

// freeAddr is an address that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("load: find a free port: %w", err)
	}
	return l.Addr().String(), l.Close()
}

// start starts the process and returns at once.
func (s *server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Env = append(cleanEnv(), s.env...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("load: start server %d: %w", s.n, err)
	}
	ended := make(chan struct{})
	s.cmd, s.ended = cmd, ended
	go func() {
		_ = cmd.Wait() // how it ended is its log's to say
		s.mu.Lock()
		s.spent += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			s.peak = max(s.peak, u.Maxrss<<10)
		}
		s.cmd = nil
		s.mu.Unlock()
		close(ended)
	}()
	return nil
}

// cleanEnv is our environment without what the bot would take for settings.
func cleanEnv() (env []string) {
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "REDTHREAD_") {
			env = append(env, v)
		}
	}
	return env
}

// ready waits until the server answers.
func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.addr+"/healthz", nil)
		if err != nil {
			return fmt.Errorf("load: ask server %d: %w", s.n, err)
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		if s.pid() == 0 || !sleep(ctx, 20*time.Millisecond) {
			return fmt.Errorf("load: server %d does not come up; see %s", s.n, s.log.Name())
		}
	}
}

// revive starts the process until it stays, as a supervisor does: one that finds
// its database away gives up at once.
func (s *server) revive(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		if s.pid() == 0 {
			if err := s.start(); err != nil {
				return err
			}
		}
		if err = s.ready(ctx); err == nil || !sleep(ctx, 200*time.Millisecond) {
			return err
		}
	}
}

// pid is the living process, or 0.
func (s *server) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cmd == nil {
		return 0
	}
	return s.cmd.Process.Pid
}

// signal sends the living process a signal; it is false when there is none.
func (s *server) signal(sig os.Signal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd != nil && s.cmd.Process.Signal(sig) == nil
}

// kill ends the process without a word and waits until it is gone.
func (s *server) kill() {
	s.mu.Lock()
	ended := s.ended
	s.kills++
	s.mu.Unlock()
	if s.signal(syscall.SIGKILL) {
		<-ended
	}
}

// stop asks the process to end, and ends it when it does not.
func (s *server) stop() error {
	s.mu.Lock()
	ended := s.ended
	s.mu.Unlock()
	s.signal(syscall.SIGCONT)
	if s.signal(syscall.SIGTERM) {
		select {
		case <-ended:
		case <-time.After(25 * time.Second):
			s.kill()
			return errors.Join(fmt.Errorf("load: server %d did not end when asked", s.n), s.log.Close())
		}
	}
	return s.log.Close()
}

// vitals is how the process stands, its earlier lives included.
func (s *server) vitals() (vitals, error) {
	var v vitals
	var err error
	if pid := s.pid(); pid != 0 {
		v, err = vitalsOf(pid)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v.CPU += s.spent
	v.Peak = max(v.Peak, s.peak)
	return v, err
}
