package emulator

import "time"

// The sending limits (core.telegram.org/bots/faq, "My bot is hitting limits"):
// 30 messages a second over all, one a second in a chat, 20 a minute in a group.
// A tenth of each window is forgiven, for the jitter of networks. Only new
// messages count; an album counts once in a private chat, and each of its
// pieces elsewhere.
var (
	tgLimitAll   = tgLimit{30, time.Second}
	tgLimitChat  = tgLimit{1, time.Second}
	tgLimitGroup = tgLimit{20, time.Minute}
)

type tgLimit struct {
	count int
	per   time.Duration
}

// tgWindow remembers when messages went out.
type tgWindow struct{ sent []time.Time }

type tgLimits struct {
	all   tgWindow
	chats map[int64]*tgWindow
}

// take lets n messages out to the chat, or says how many seconds to wait.
func (l *tgLimits) take(chat *tgChat, n int, now time.Time) (wait int) {
	w := l.chats[chat.info.ID]
	if w == nil {
		w = &tgWindow{}
		l.chats[chat.info.ID] = w
	}
	pieces := n
	if chat.private() {
		pieces = 1
	}
	wait = max(l.all.full(tgLimitAll, n, now), w.full(tgLimitChat, 1, now))
	if !chat.private() {
		wait = max(wait, w.full(tgLimitGroup, n, now))
	}
	if wait > 0 {
		return wait
	}
	l.all.add(n, now, tgLimitAll.per)
	w.add(pieces, now, tgLimitGroup.per)
	return 0
}

// full says how many seconds it takes until n more fit.
func (w *tgWindow) full(limit tgLimit, n int, now time.Time) int {
	since := now.Add(-limit.per * 9 / 10)
	recent := w.sent
	for len(recent) > 0 && !recent[0].After(since) {
		recent = recent[1:]
	}
	over := len(recent) + n - limit.count
	if over <= 0 || len(recent) == 0 {
		return 0
	}
	frees := recent[min(over, len(recent))-1].Add(limit.per)
	return max(1, int((frees.Sub(now)+time.Second-1)/time.Second))
}

func (w *tgWindow) add(n int, now time.Time, keep time.Duration) {
	for len(w.sent) > 0 && w.sent[0].Before(now.Add(-keep)) {
		w.sent = w.sent[1:]
	}
	for range n {
		w.sent = append(w.sent, now)
	}
}
