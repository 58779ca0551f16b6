package day

import (
	"container/heap"
	"context"
	"time"
)

// agenda is what people and circumstances are about to do, the soonest first; of
// what is due at one moment the first that was planned.
type agenda struct {
	plans plans
	n     int
}

type plan struct {
	at time.Time
	n  int
	do func(context.Context) error
}

func (a *agenda) at(t time.Time, do func(context.Context) error) {
	a.n++
	heap.Push(&a.plans, plan{t, a.n, do})
}

// due does the first thing that is due; did is false when there is none.
func (a *agenda) due(ctx context.Context, now time.Time) (did bool, err error) {
	if len(a.plans) == 0 || a.plans[0].at.After(now) {
		return false, nil
	}
	return true, heap.Pop(&a.plans).(plan).do(ctx)
}

// next is when something is due, at most so late.
func (a *agenda) next(latest time.Time) time.Time {
	if len(a.plans) > 0 && a.plans[0].at.Before(latest) {
		return a.plans[0].at
	}
	return latest
}

type plans []plan

func (p plans) Len() int { return len(p) }
func (p plans) Less(i, j int) bool {
	return p[i].at.Before(p[j].at) || p[i].at.Equal(p[j].at) && p[i].n < p[j].n
}
func (p plans) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *plans) Push(x any)   { *p = append(*p, x.(plan)) }
func (p *plans) Pop() any {
	old := *p
	last := old[len(old)-1]
	*p = old[:len(old)-1]
	return last
}
