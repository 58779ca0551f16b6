package emulator

import (
	"maps"
	"strconv"
	"time"
)

// tgQueryLife is how long the bot may answer a pressed key. The published
// server stops delivering the press after the same time (150 s).
const tgQueryLife = 150 * time.Second

// tgQuery is a pressed key whose presser waits for an answer.
type tgQuery struct {
	screen   *Screen
	pressed  time.Time
	answered bool
}

// answerCallbackQuery ends the wait of the one who pressed, once.
func (t *Telegram) answerCallbackQuery(c *tgCall) (any, error) {
	id := c.str("callback_query_id")
	if id != "" {
		t.stats.Answers[id]++
	}
	q := t.queries[id]
	if q == nil || q.answered || t.clock.Now().Sub(q.pressed) > tgQueryLife {
		return nil, tgBad("query is too old and response timeout expired or query ID is invalid")
	}
	text := tgClean(c.str("text"))
	if tgUnits(text) > tgMaxToast {
		return nil, tgBad("MESSAGE_TOO_LONG")
	}
	q.answered = true
	q.screen.show(Change{Kind: "toast", Text: text, Alert: c.flag("show_alert")})
	return true, nil
}

// press makes the update of a pressed key. A message that is gone by now is
// named only (InaccessibleMessage).
func (t *Telegram) press(chat *tgChat, p *TelegramPhone, bubble int64, data string, push *TelegramPush) {
	if len(t.queries) > 4096 {
		maps.DeleteFunc(t.queries, func(_ string, q *tgQuery) bool { return t.clock.Now().Sub(q.pressed) > tgQueryLife })
	}
	id := strconv.FormatInt(1+t.rand.Int64N(1<<62), 10)
	t.queries[id] = &tgQuery{screen: chat.screen, pressed: t.clock.Now()}
	push.asks(id)
	query := map[string]any{
		"id": id, "from": p.user, "data": data,
		"chat_instance": strconv.FormatInt(chat.info.ID*7919, 10),
		"message":       map[string]any{"chat": chat.info, "message_id": bubble, "date": 0},
	}
	if m := chat.messages[bubble]; m != nil {
		query["message"] = m
	}
	chat.screen.show(Change{Kind: "state", Text: "waiting", Bubble: &Bubble{ID: bubble}})
	t.enqueue("callback_query", p.user.ID+3<<33, tgQueryLife, query, push)
}
