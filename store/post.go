package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"redthread/bot"
)

// Lane says which messages go first when many wait.
type Lane int

// The lanes, the most urgent first.
const (
	Replies    Lane = iota // to the person who has just written
	Alerts                 // to staff
	Broadcasts             // greetings, reminders to many
)

// State is where a message in the outbox stands. It only moves forward.
type State string

// The states of a message.
const (
	Queued      State = "queued"
	Waiting     State = "waiting" // for the person to write again (WeChat's window)
	Delivered   State = "sent"    // the platform has taken it
	Failed      State = "failed"  // and will not be tried again; the reason is kept
	Unreachable State = "unreachable"
)

type post struct {
	to   bot.Conversation
	lane Lane
	m    bot.Message
}

// Post leaves a message for delivery when the turn commits, after those the
// conversation is still to be told.
func (tx *Tx) Post(to bot.Conversation, lane Lane, m bot.Message) {
	tx.posts = append(tx.posts, post{to, lane, m})
}

// savePosts writes the messages and puts their conversations' heads on the list
// of what is due. Heads are locked in one order, so that turns do not deadlock.
func (tx *Tx) savePosts() error {
	by := map[bot.Conversation][]post{}
	for _, p := range tx.posts {
		by[p.to] = append(by[p.to], p)
	}
	if _, ok := by[tx.ev.From]; !ok && (tx.ev.Opens != nil || tx.ev.Kind == bot.Arrived || tx.ev.Kind == bot.Left) {
		by[tx.ev.From] = nil // the head has news even if nothing is said
	}
	all := make([]bot.Conversation, 0, len(by))
	for c := range by {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b bot.Conversation) int { return cmp.Compare(a.String(), b.String()) })
	n := 0
	for _, c := range all {
		last, err := tx.bumpHead(c, by[c])
		if err != nil {
			return err
		}
		if err := tx.insertMessages(c, by[c], last-int64(len(by[c])), n); err != nil {
			return err
		}
		n += len(by[c])
	}
	return nil
}

// bumpHead makes room for the messages, tells the head what the event changed,
// and returns the number of the conversation's last message.
func (tx *Tx) bumpHead(c bot.Conversation, posts []post) (last int64, err error) {
	h := tx.news(c, posts)
	in := tx.s.dialect.incoming
	set := []string{"lane = CASE WHEN " + in("lane") + " < lane OR sent_seq = max_seq THEN " + in("lane") + " ELSE lane END"}
	if h.due != far {
		set = append(set, "due_at = CASE WHEN due_at > "+in("due_at")+" THEN "+in("due_at")+" ELSE due_at END")
	}
	for _, column := range h.changed {
		set = append(set, column+" = "+in(column))
	}
	if h.opens > 0 {
		set = append(set, "opens = opens + 1")
	}
	query := "INSERT INTO outbox_heads (conversation, max_seq, lane, due_at, gone, opens, message_left, message_until, action_left, action_until) VALUES (?, ?, ?, " +
		h.dueSQL + ", ?, ?, ?, ?, ?, ?) "
	args := []any{c.String(), len(posts), h.lane, h.gone, h.opens, h.messageLeft, h.messageUntil, h.actionLeft, h.actionUntil}
	return tx.upsertHead(query, strings.Join(set, ", "), len(posts), args)
}

// upsertHead adds n to max_seq and says what it is now, in one statement.
func (tx *Tx) upsertHead(query, set string, n int, args []any) (last int64, err error) {
	if tx.s.dialect.name == "mysql" {
		// LAST_INSERT_ID(expression) hands the new value back with the update.
		// It is set last: what stands before it still sees the old max_seq.
		r, err := tx.sql.ExecContext(tx.ctx, query+"ON DUPLICATE KEY UPDATE "+set+", max_seq = LAST_INSERT_ID(max_seq + VALUES(max_seq))", args...)
		if err != nil {
			return 0, wrap("note message's place", err)
		}
		if rows, err := r.RowsAffected(); err != nil || rows == 1 {
			return int64(n), wrap("note message's place", err) // a new head
		}
		last, err := r.LastInsertId()
		return last, wrap("note message's place", err)
	}
	row := tx.sql.QueryRowContext(tx.ctx, query+"ON CONFLICT (conversation) DO UPDATE SET "+set+", max_seq = max_seq + excluded.max_seq RETURNING max_seq", args...)
	return last, wrap("note message's place", row.Scan(&last))
}

// headNews is what a turn changes on a head.
type headNews struct {
	lane                      Lane
	due                       int64
	dueSQL                    string
	gone, opens               int
	messageLeft, messageUntil int64
	actionLeft, actionUntil   int64
	changed                   []string // the columns that take the new value
}

func (tx *Tx) news(c bot.Conversation, posts []post) headNews {
	h := headNews{lane: Broadcasts, due: far, dueSQL: fmt.Sprint(far)}
	for _, p := range posts {
		h.lane = min(h.lane, p.lane)
	}
	if len(posts) > 0 {
		h.due, h.dueSQL = 0, tx.s.dbnow()
	}
	if c != tx.ev.From || tx.ev.Kind == bot.Noticed {
		return h
	}
	if tx.ev.Kind == bot.Left {
		h.gone = 1
	}
	h.changed = append(h.changed, "gone") // who writes to us can be written to
	if o := tx.ev.Opens; o != nil {
		h.due, h.dueSQL = 0, tx.s.dbnow() // what waited for this may go
		until := millis(tx.ev.At.Add(o.For))
		if o.Name == "action" {
			h.actionLeft, h.actionUntil = int64(o.Count), until
			h.changed = append(h.changed, "action_left", "action_until")
		} else {
			h.messageLeft, h.messageUntil = int64(o.Count), until
			h.changed = append(h.changed, "message_left", "message_until")
		}
	}
	if len(h.changed) > 1 || tx.ev.Kind == bot.Arrived {
		h.opens = 1
	}
	return h
}

func bodyPlace(conversation string, seq int64) string {
	return fmt.Sprintf("outbox.body|%s|%d", conversation, seq)
}

// insertMessages writes the messages after number last, in one statement.
func (tx *Tx) insertMessages(c bot.Conversation, posts []post, last int64, n int) error {
	if len(posts) == 0 {
		return nil
	}
	name := c.String()
	var args []any
	for i, p := range posts {
		seq := last + int64(i) + 1
		sealed, err := tx.s.box.SealJSON(bodyPlace(name, seq), p.m)
		if err != nil {
			return err
		}
		card := 0
		if p.m.Card {
			card = 1
		}
		args = append(args, name, seq, string(tx.ev.Key), n+i+1, p.lane, Queued, card, sealed, millis(tx.now))
	}
	values := strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?, ?)", len(posts))[2:]
	_, err := tx.sql.ExecContext(tx.ctx, "INSERT INTO outbox (conversation, seq, event_key, n, lane, state, card, body, created_at) VALUES "+values, args...)
	return wrap("leave message", err)
}
