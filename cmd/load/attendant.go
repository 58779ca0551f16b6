package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// attendant knows the processes of MariaDB and Redis, where .ci/servers has
// started them: "mysql" and "redis" are files with their numbers in the folder
// that REDTHREAD_TEST_PIDS names, and REDTHREAD_TEST_RESTART is the program that
// starts one of them anew.
type attendant struct{ dir, program string }

// findAttendant is nil where nobody tells of the processes.
func findAttendant() *attendant {
	a := &attendant{os.Getenv("REDTHREAD_TEST_PIDS"), os.Getenv("REDTHREAD_TEST_RESTART")}
	if a.dir == "" || a.program == "" {
		return nil
	}
	return a
}

func (a *attendant) pid(name string) (int, error) {
	raw, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		return 0, fmt.Errorf("load: find %s: %w", name, err)
	}
	return strconv.Atoi(strings.TrimSpace(string(raw)))
}

// restart kills a server without a word and starts it again.
func (a *attendant) restart(ctx context.Context, name string) error { return a.without(ctx, name, 0) }

// without kills a server, and starts it again after a while.
func (a *attendant) without(ctx context.Context, name string, d time.Duration) error {
	pid, err := a.pid(name)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("load: kill %s: %w", name, err)
	}
	sleep(ctx, d)
	if out, err := exec.CommandContext(context.WithoutCancel(ctx), a.program, name).CombinedOutput(); err != nil {
		return fmt.Errorf("load: restart %s: %w\n%s", name, err, out)
	}
	return nil
}

// stopped lets a server hang for a while.
func (a *attendant) stopped(ctx context.Context, name string, d time.Duration) error {
	pid, err := a.pid(name)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return fmt.Errorf("load: stop %s: %w", name, err)
	}
	sleep(ctx, d)
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		return fmt.Errorf("load: let %s go on: %w", name, err)
	}
	return nil
}

// vitals is how the two stand together; zero where nobody tells.
func (a *attendant) vitals() (sum vitals) {
	if a == nil {
		return sum
	}
	for _, name := range []string{"mysql", "redis"} {
		if pid, err := a.pid(name); err == nil {
			v, _ := vitalsOf(pid) // one that is being restarted has none
			sum.CPU += v.CPU
			sum.RSS += v.RSS
		}
	}
	return sum
}
