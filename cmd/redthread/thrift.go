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

// startThrifty keeps the start from taking more memory than what comes after it,
// unless the operator has set GOGC.
func startThrifty() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(growAtStart)
	}
}

// forgetStart gives back what only the start needed: the heap in which all texts
// were proved, and the program's own code that nobody runs any more.
func forgetStart() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(grow)
	}
	debug.FreeOSMemory()
	forgetCode()
}
