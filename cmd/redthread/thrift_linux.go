package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// forgetCode takes the program's code out of the process's memory (madvise(2),
// MADV_DONTNEED). What still runs comes back from the page cache at the next step,
// what has run for the last time does not: that is some 6 MiB. Code is only read,
// so nothing can be lost; whatever fails leaves it where it is.
func forgetCode() {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		var from, to uintptr
		if _, err := fmt.Sscanf(line, "%x-%x r-xp", &from, &to); err == nil && strings.HasSuffix(line, " "+self+"\n") {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
		}
	}
}
