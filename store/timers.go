package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"redthread/bot"
)

type timerChange struct {
	of        bot.Conversation
	name, ref string
	at        time.Time // zero: cancel
}

// Later lets the engine be told, at the time given, that name is due for ref: it
// arrives as a Noticed event of this conversation, once. A timer of the same
// name and ref is moved. name and ref are at most 64 bytes of ASCII each and
// hold no personal data.
func (tx *Tx) Later(name, ref string, at time.Time) { tx.LaterFor(tx.ev.From, name, ref, at) }

// LaterFor sets a timer that arrives in another conversation: so does a turn
// change what stands there.
func (tx *Tx) LaterFor(c bot.Conversation, name, ref string, at time.Time) {
	tx.timers = append(tx.timers, timerChange{c, name, ref, at})
}

// Cancel calls a timer of this conversation off, if it is still to come.
func (tx *Tx) Cancel(name, ref string) { tx.CancelFor(tx.ev.From, name, ref) }

// CancelFor calls a timer of another conversation off.
func (tx *Tx) CancelFor(c bot.Conversation, name, ref string) {
	tx.timers = append(tx.timers, timerChange{of: c, name: name, ref: ref})
}

// addTimers leaves the timers as the turns wish: of what they said of one timer the
// last counts.
func (s *Store) addTimers(b *script, txs []*Tx) {
	type name struct {
		of        bot.Conversation
		name, ref string
	}
	var last []timerChange
	at := map[name]int{}
	for _, t := range txs {
		for _, c := range t.timers {
			n := name{c.of, c.name, c.ref}
			i, ok := at[n]
			if !ok {
				i, last = len(last), append(last, c)
				at[n] = i
			}
			last[i] = c
		}
	}
	var set []any
	for _, c := range last {
		if !c.at.IsZero() {
			set = append(set, c.of.String(), c.name, c.ref, millis(c.at))
			continue
		}
		b.add("cancel timer", "DELETE FROM timers WHERE conversation = ? AND name = ? AND ref = ?", c.of.String(), c.name, c.ref)
	}
	if len(set) > 0 {
		b.add("set timers", s.timerUpsert(len(set)/4), set...)
	}
}

// timerUpsert sets n timers, or moves them.
func (s *Store) timerUpsert(n int) string {
	update := "ON CONFLICT (conversation, name, ref) DO UPDATE SET"
	if s.dialect.name == "mysql" {
		update = s.dialect.upsert
	}
	return "INSERT INTO timers (conversation, name, ref, due_at) VALUES " + rows(n, 4) + " " + update + " due_at = " + s.dialect.incoming("due_at")
}

// DueTimers lists the timers whose time has come as events to be handled, at
// most n. Several processes may list the same: the event's key lets one turn
// play it, and Fire takes the timer away with that turn.
func (s *Store) DueTimers(ctx context.Context, n int) ([]bot.Event, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, conversation, name, ref, due_at FROM timers WHERE due_at <= "+s.dbnow()+" ORDER BY due_at LIMIT ?", n)
	if err != nil {
		return nil, wrap("look for due timers", err)
	}
	defer rows.Close()
	var due []bot.Event
	for rows.Next() {
		var id, at int64
		var from, name, ref string
		if err := rows.Scan(&id, &from, &name, &ref, &at); err != nil {
			return nil, wrap("look for due timers", err)
		}
		c, err := bot.ParseConversation(from)
		if err != nil {
			return nil, wrap("look for due timers", err)
		}
		due = append(due, bot.Event{
			Key:  bot.EventKey(fmt.Sprintf("timer:%d:%d", id, at)),
			From: c, Kind: bot.Noticed, Text: name + ":" + ref, At: fromMillis(at),
		})
	}
	return due, wrap("look for due timers", rows.Err())
}

// Fire takes the timer that the turn's event stands for. It is false when the
// timer has been cancelled or moved since: then nothing is due, and play should
// return ErrNotDue. For news that
// are not a timer's it is always true.
func (tx *Tx) Fire() (bool, error) {
	rest, ok := strings.CutPrefix(string(tx.ev.Key), "timer:")
	if !ok {
		return true, nil
	}
	id, due, _ := strings.Cut(rest, ":")
	row, err1 := strconv.ParseInt(id, 10, 64)
	at, err2 := strconv.ParseInt(due, 10, 64)
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("store: fire timer: key %q is not a timer's", tx.ev.Key)
	}
	n, err := tx.exec("DELETE FROM timers WHERE id = ? AND due_at = ?", row, at)
	return n == 1, wrap("fire timer", err)
}
