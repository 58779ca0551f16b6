package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// vitals is how a process stands, as the kernel tells it.
type vitals struct {
	CPU        time.Duration
	RSS, Peak  int64 // bytes
	Files      int
	Sockets    int
	Goroutines int // 0: the process does not say
}

// tick is the kernel's unit of CPU time in /proc (proc_pid_stat(5), USER_HZ),
// which is 100 on every Linux that Go runs on.
const tick = 10 * time.Millisecond

// vitalsOf looks at a process.
func vitalsOf(pid int) (v vitals, err error) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return v, fmt.Errorf("load: look at process %d: %w", pid, err)
	}
	_, rest, _ := bytes.Cut(stat, []byte(") ")) // the name before it may hold anything
	fields := strings.Fields(string(rest))
	if len(fields) < 13 {
		return v, fmt.Errorf("load: look at process %d: %d fields in stat", pid, len(fields))
	}
	for _, f := range fields[11:13] { // utime, stime
		n, _ := strconv.ParseInt(f, 10, 64)
		v.CPU += time.Duration(n) * tick
	}
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		return v, fmt.Errorf("load: look at process %d: %w", pid, err)
	}
	v.RSS, v.Peak = kilobytes(status, "VmRSS:"), kilobytes(status, "VmHWM:")
	v.Files, v.Sockets = openFiles(dir + "fd")
	return v, nil
}

func kilobytes(status []byte, name string) int64 {
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, name); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

func openFiles(dir string) (files, sockets int) {
	all, _ := os.ReadDir(dir) // a process that has ended has none
	for _, f := range all {
		files++
		if to, err := os.Readlink(filepath.Join(dir, f.Name())); err == nil && strings.HasPrefix(to, "socket:") {
			sockets++
		}
	}
	return files, sockets
}

// ownCPU is the processor time that the load itself has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
