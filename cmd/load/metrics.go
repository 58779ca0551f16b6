package main

import (
	"bufio"
	"context"
	"net/http"
	"strconv"
	"strings"
)

// goroutines asks every process how many goroutines it has; those that do not
// say count nothing.
func (h *house) goroutines(ctx context.Context) (sum int) {
	for _, s := range h.servers {
		if s.metrics != "" {
			sum += goroutinesOf(ctx, "http://"+s.metrics+"/metrics")
		}
	}
	return sum
}

func goroutinesOf(ctx context.Context, url string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	for in := bufio.NewScanner(res.Body); in.Scan(); {
		if rest, ok := strings.CutPrefix(in.Text(), "go_goroutines "); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(rest))
			return n
		}
	}
	return 0
}
