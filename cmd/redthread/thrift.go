package main

import (
	"os"
	"runtime/debug"
)

// How much the heap may grow, in percent, before it is collected: while the
// program starts, which proves all texts and takes its time, and afterwards. At
// Go's own 100 the process takes some 10 MiB more.
const (
	growAtStart = 20
	grow        = 40
)

// growBy has the heap collected when it has grown by so many percent, unless the
// operator has set GOGC.
func growBy(percent int) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(percent)
	}
}

// forgetStart gives back what only the start needed: the heap in which all texts
// were proved, and the program's own code that nobody runs any more.
func forgetStart() {
	growBy(grow)
	debug.FreeOSMemory()
	forgetCode()
}
