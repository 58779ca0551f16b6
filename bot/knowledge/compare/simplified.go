package main

import (
	"os"
	"strings"
	"sync"
)

// simplified makes traditional characters simplified, by the server's table.
func simplified(s string) string { return table().Replace(s) }

var table = sync.OnceValue(func() *strings.Replacer {
	src, err := os.ReadFile("../../hanzi/traditional.txt")
	if err != nil {
		panic(err) // it is run in its own folder
	}
	var all []string
	for _, c := range strings.TrimSpace(string(src)) {
		all = append(all, string(c))
	}
	return strings.NewReplacer(all...)
})
