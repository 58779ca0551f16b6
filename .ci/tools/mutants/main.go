// Command mutants seeds known faults into the program, one at a time, and proves
// that a test of ours catches each: a promise that nothing would notice being
// broken is not kept by anybody.
//
// A fault is a replacement within one declaration. The source is not touched: the
// go command is given the changed file as an overlay. A fault is caught when its
// test passes without it, and with it the program compiles and the test fails by
// what it asserts, neither by a panic nor by running out of time.
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"text/tabwriter"
	"time"
)

func main() {
	only := flag.String("only", "", "seed the faults whose `name` matches")
	rounds := flag.Int("rounds", 1, "let each test meet its fault so `often`")
	list := flag.Bool("list", false, "name the faults and the commands that must fail")
	verbose := flag.Bool("v", false, "show all that the failing tests say")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(fmt.Errorf("unexpected argument %q", flag.Arg(0)))
	}
	chosen, err := choose(*only)
	if err != nil {
		fail(err)
	}
	if *list {
		for _, f := range chosen {
			fmt.Printf("%s: %s\n  go test ./%s -run '%s'\n", f.name, f.breaks, f.pkg, f.test)
		}
		return
	}
	r, err := newRunner(*rounds, *verbose)
	if err != nil {
		fail(err)
	}
	found := r.all(chosen)
	r.close()
	if report(found) > 0 {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "mutants:", err)
	os.Exit(2)
}

func choose(only string) ([]fault, error) {
	re, err := regexp.Compile(only)
	if err != nil {
		return nil, err
	}
	var chosen []fault
	for _, f := range faults {
		if re.MatchString(f.name) {
			chosen = append(chosen, f)
		}
	}
	if len(chosen) == 0 {
		return nil, fmt.Errorf("no fault is called like %q", only)
	}
	return chosen, nil
}

// report prints the table and returns how many faults were not caught.
func report(found []finding) (missed int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FAULT\tWHAT IT BREAKS\tCAUGHT BY")
	var took time.Duration
	for _, f := range found {
		by := f.pkg + " " + f.by
		if f.why != "" {
			by = "NOT CAUGHT: " + f.why
			missed++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.name, f.breaks, by)
		took += f.took
	}
	_ = w.Flush() // a terminal that is gone cannot be told
	fmt.Printf("%d of %d caught, in %v\n", len(found)-missed, len(found), took.Round(time.Second))
	return missed
}
