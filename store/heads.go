package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"redthread/bot"
)

// headNews is what a commit changes on one conversation's head.
type headNews struct {
	to    bot.Conversation
	posts []placed
	lane  Lane

	// What the conversation's own event changed; -1 and "" change nothing.
	gone                      int
	opens                     int64
	messageLeft, messageUntil int64
	actionLeft, actionUntil   int64

	owner string // who takes the claim with the commit, if nobody has it
	lease time.Duration
	reply *Tx // the turn whose callback's answer will carry the first message

	last int64 // after the commit: the number of the last message
}

// placed is a message and the turn that left it.
type placed struct {
	tx *Tx
	n  int // the turn's nth message, from 1
	post
}

// sendLease is how long a claim made by a commit lasts: as long as one that a
// sender makes.
const sendLease = 9 * time.Second

// newsOf gathers what the turns change, by conversation.
func (s *Store) newsOf(txs []*Tx) []*headNews {
	by := map[bot.Conversation]*headNews{}
	of := func(c bot.Conversation) *headNews {
		h := by[c]
		if h == nil {
			h = &headNews{to: c, lane: Broadcasts, gone: -1, messageUntil: -1, actionUntil: -1}
			by[c] = h
		}
		return h
	}
	for _, tx := range txs {
		for i, p := range tx.posts {
			h := of(p.to)
			h.posts = append(h.posts, placed{tx, i + 1, p})
			h.lane = min(h.lane, p.lane)
		}
		if tx.ev.Opens != nil || tx.ev.Kind == bot.Arrived || tx.ev.Kind == bot.Left || by[tx.ev.From] != nil {
			of(tx.ev.From).hear(tx)
		}
	}
	all := make([]*headNews, 0, len(by))
	for _, h := range by {
		s.claimFor(h)
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *headNews) int { return cmp.Compare(a.to.String(), b.to.String()) })
	return all
}

// hear notes what the conversation's own event says about it.
func (h *headNews) hear(tx *Tx) {
	if tx.ev.Kind == bot.Noticed || tx.ev.Kind == bot.Bounced {
		return
	}
	h.gone = 0 // who writes to us can be written to
	if tx.ev.Kind == bot.Left {
		h.gone = 1
	}
	if tx.ev.Kind == bot.Arrived {
		h.opens = 1
	}
	if !tx.ev.ReplyBy.IsZero() && tx.s.now().Before(tx.ev.ReplyBy) {
		h.reply = tx
	}
	o := tx.ev.Opens
	if o == nil {
		return
	}
	h.opens = 1
	until := millis(tx.ev.At.Add(o.For))
	if o.Name == "action" {
		h.actionLeft, h.actionUntil = int64(o.Count), until
	} else {
		h.messageLeft, h.messageUntil = int64(o.Count), until
	}
}

// claimFor decides whether the commit takes the claim along, so that what has
// just been said need not be looked for: the answer to the callback has it, or
// the sender of this process, if it listens.
func (s *Store) claimFor(h *headNews) {
	switch {
	case len(h.posts) == 0:
	case h.reply != nil:
		h.owner, h.lease = replyOwner(h.reply.ev.Key), replyLease
	case s.ready.Load() != nil:
		h.owner, h.lease = fmt.Sprintf("%016x", rand.Uint64()), sendLease
	}
}

// bumpHeads makes room for the messages, tells the heads what the events
// changed, and takes the claims that are free. All heads go in two statements, and
// what b holds goes with them.
func (s *Store) bumpHeads(ctx context.Context, tx *sql.Tx, b script, txs []*Tx) ([]*headNews, error) {
	heads := s.newsOf(txs)
	if len(heads) == 0 {
		_, err := b.run(ctx, tx)
		return nil, err
	}
	until := time.Now()
	args := make([]any, 0, 13*len(heads))
	var set strings.Builder
	set.WriteString("INSERT INTO outbox_heads (conversation, max_seq, lane, due_at, gone, opens, message_left, message_until, action_left, action_until, owner, epoch, lease_until) VALUES ")
	for i, h := range heads {
		due := never
		if len(h.posts) > 0 || h.opens > 0 { // what waited for this may go, too
			due = s.dbnow()
		}
		if i > 0 {
			set.WriteString(", ")
		}
		for _, part := range [...]string{"(?, ?, ?, ", due, ", ?, ?, ?, ?, ?, ?, ?, CASE WHEN ? = '' THEN 0 ELSE 1 END, CASE WHEN ? = 0 THEN 0 ELSE ", s.dbnow(), " + ? END)"} {
			set.WriteString(part)
		}
		args = append(args, h.to.String(), len(h.posts), h.lane, h.gone, h.opens, h.messageLeft, h.messageUntil, h.actionLeft, h.actionUntil, h.owner, h.owner, h.lease.Milliseconds(), h.lease.Milliseconds())
	}
	set.WriteString(" ")
	set.WriteString(s.phrase(&s.bump, s.bumpSet))
	b.add("note messages' places", set.String(), args...)
	return heads, s.readHeads(ctx, tx, b, heads, until)
}

// bumpSet is what happens to a head that is there already. MySQL assigns from
// left to right, so what is judged by comes last.
func (s *Store) bumpSet() string {
	in, on := s.dialect.incoming, "ON DUPLICATE KEY UPDATE "
	if s.dialect.name != "mysql" {
		on = "ON CONFLICT (conversation) DO UPDATE SET "
	}
	t := "outbox_heads."
	when := func(cond, column, value string) string {
		return column + " = CASE WHEN " + cond + " THEN " + value + " ELSE " + t + column + " END, "
	}
	free := in("owner") + " <> '' AND " + t + "lease_until <= " + s.dbnow() + " AND " + t + "sent_seq = " + t + "max_seq"
	news := in("message_until") + " >= 0"
	deed := in("action_until") + " >= 0"
	return on +
		when(in("max_seq")+" > 0 AND ("+in("lane")+" < "+t+"lane OR "+t+"sent_seq = "+t+"max_seq)", "lane", in("lane")) +
		when(t+"due_at > "+in("due_at"), "due_at", in("due_at")) +
		when(in("gone")+" >= 0", "gone", in("gone")) +
		"opens = " + t + "opens + " + in("opens") + ", " +
		when(news, "message_left", in("message_left")) + when(news, "message_until", in("message_until")) +
		when(deed, "action_left", in("action_left")) + when(deed, "action_until", in("action_until")) +
		when(free, "owner", in("owner")) + when(free, "epoch", t+"epoch + 1") + when(free, "lease_until", in("lease_until")) +
		"max_seq = " + t + "max_seq + " + in("max_seq")
}

// readHeads reads the numbers the messages got, and the claims that were free.
func (s *Store) readHeads(ctx context.Context, tx *sql.Tx, b script, heads []*headNews, from time.Time) error {
	by := map[string]*headNews{}
	var args []any
	for _, h := range heads {
		if len(h.posts) > 0 {
			by[h.to.String()] = h
			args = append(args, h.to.String())
		}
	}
	if len(by) == 0 {
		_, err := b.run(ctx, tx)
		return err
	}
	b.add("read messages' places", "SELECT conversation, max_seq, owner, epoch, opens, gone, message_left, message_until, action_left, action_until FROM outbox_heads WHERE conversation IN "+rows(1, len(args)), args...)
	found, err := b.rows(ctx, tx)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		var name, owner string
		var last int64
		cl := &Claim{s: s}
		var gone int
		var left [2]int
		var ends [2]int64
		if err := found.Scan(&name, &last, &owner, &cl.epoch, &cl.opens, &gone, &left[0], &ends[0], &left[1], &ends[1]); err != nil {
			return wrap("read messages' places", err)
		}
		h := by[name]
		h.last = last
		if h.owner == "" || owner != h.owner {
			continue
		}
		cl.max = last
		cl.To, cl.owner, cl.Gone, cl.Budget, cl.Until, cl.counted = h.to, owner, gone == 1, budget(s.now(), left, ends), from.Add(h.lease), isCounted(ends)
		h.take(cl)
	}
	return wrap("read messages' places", found.Err())
}

// budget is how many messages the allowances leave. They do not add up: the
// larger one counts.
func budget(now time.Time, left [2]int, ends [2]int64) (n int) {
	for i := range left {
		if ends[i] > millis(now) {
			n = max(n, left[i])
		}
	}
	return n
}

// isCounted says that the platform has ever given leave to write: it counts.
func isCounted(ends [2]int64) bool { return ends[0] > 0 || ends[1] > 0 }

// claimed is a claim that a commit took, and what is to be sent under it.
type claimed struct {
	claim *Claim
	next  []Outgoing
}

// take gives the claim to the turn whose callback's answer will use it, or to
// the first turn that spoke: it hands it to the sender once all is committed.
func (h *headNews) take(cl *Claim) {
	c := &claimed{claim: cl}
	first := h.last - int64(len(h.posts)) + 1
	for i, p := range h.posts {
		c.next = append(c.next, Outgoing{To: h.to, Seq: first + int64(i), Message: p.m, Lane: p.lane, Carried: p.carried != nil, Tells: p.carried != nil && p.carried.Tells == 1, Event: p.tx.ev.Key, At: p.tx.now})
	}
	if h.reply != nil {
		h.reply.reply = c
		return
	}
	h.posts[0].tx.claims = append(h.posts[0].tx.claims, c)
}
