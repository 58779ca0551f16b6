package store

import (
	"slices"
	"sync"
	"testing"
	"time"
)

// What waits goes together, what takes long holds nobody else up, and nothing is lost
// or handed over twice.
func TestBatches(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var batches [][]int
	begun, stuck := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	b := batcher[int]{max: 4, runners: 3, patience: time.Millisecond}
	b.do = func(items []int) {
		mu.Lock()
		batches = append(batches, slices.Clone(items))
		mu.Unlock()
		if slices.Contains(items, 0) {
			close(begun)
			<-stuck
		}
		done.Add(-len(items))
	}
	done.Add(1)
	b.add(0)
	<-begun
	done.Add(9)
	for i := range 9 {
		b.add(i + 1)
	}
	done.Add(-1) // all but the stuck one
	done.Wait()
	done.Add(1)
	close(stuck)
	done.Wait()
	done.Add(1)
	b.add(10) // as before
	done.Wait()
	mu.Lock()
	defer mu.Unlock()
	all := slices.Sorted(slices.Values(slices.Concat(batches...)))
	if !slices.Equal(all, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("handed over %v", batches)
	}
	if slices.ContainsFunc(batches, func(b []int) bool { return len(b) > 4 }) {
		t.Errorf("a batch is too large: %v", batches)
	}
}

// Nothing is left behind, however batches and stragglers meet.
func TestBatchesUnderHaste(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[int]int{}
	at, most := 0, 0
	var done sync.WaitGroup
	b := batcher[int]{max: 7, runners: 3, patience: 50 * time.Microsecond}
	b.do = func(items []int) {
		mu.Lock()
		at++
		most = max(most, at)
		for _, i := range items {
			seen[i]++
		}
		mu.Unlock()
		if items[0]%5 == 0 {
			time.Sleep(time.Duration(items[0]%4) * 100 * time.Microsecond) // longer than patience, or not
		}
		mu.Lock()
		at--
		mu.Unlock()
		done.Add(-len(items))
	}
	var adders sync.WaitGroup
	for who := range 8 {
		adders.Go(func() {
			for i := range 250 {
				done.Add(1)
				b.add(who*250 + i)
			}
		})
	}
	adders.Wait()
	done.Wait()
	mu.Lock()
	defer mu.Unlock()
	if len(seen) != 2000 || most > 3 {
		t.Errorf("%d of 2000 handed over, by %d at a time", len(seen), most)
	}
	for i, n := range seen {
		if n != 1 {
			t.Errorf("%d handed over %d times", i, n)
		}
	}
}
