package metrics

import "sync"

// names bounds the values of a label: the first so many keep their names, all
// others are "other".
type names struct {
	most int
	mu   sync.RWMutex
	seen map[string]bool
}

func (n *names) bounded(name string) string {
	n.mu.RLock()
	known, full := n.seen[name], len(n.seen) >= n.most
	n.mu.RUnlock()
	switch {
	case known:
		return name
	case full:
		return "other"
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.seen) >= n.most && !n.seen[name] {
		return "other"
	}
	if n.seen == nil {
		n.seen = map[string]bool{}
	}
	n.seen[name] = true
	return name
}
