package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"redthread/bot"
)

// Most messages simply arrive. That is noted together with other conversations'
// ends and with turns that commit; everything else is noted by itself.

// ack is the end of one send.
type ack struct {
	claim *Claim
	last  Settled
	on    bool          // the claim goes on
	gap   time.Duration // what is left waits so long
}

// plain says that the message arrived.
func plain(r Settled) bool { return r.State == Delivered }

// Settle notes what became of a message; the claim goes on. ErrLost means that
// the lease had run out: somebody else may send the message again. A message
// that arrived is noted in any case.
func (c *Claim) Settle(ctx context.Context, r Settled) error {
	if plain(r) {
		return c.s.settled(&ack{claim: c, last: r, on: true})
	}
	return c.s.inTx(ctx, "settle message", func(tx *sql.Tx) error { return c.settle(ctx, tx, r) })
}

// Finish notes what became of the claim's last message and gives the
// conversation back, in one step. A message that arrived is noted even if the
// claim had been taken away meanwhile; for any other end that is ErrLost.
func (c *Claim) Finish(ctx context.Context, last Settled, rest Rest) error {
	defer c.s.ringIfMissed(c.To)
	if plain(last) && rest == (Rest{}) {
		return c.s.settled(&ack{claim: c, last: last})
	}
	return c.s.inTx(ctx, "finish claim", func(tx *sql.Tx) error {
		if err := c.settle(ctx, tx, last); err != nil {
			return err
		}
		return c.release(ctx, tx, rest)
	})
}

// finishReply ends the claim of a callback's answer.
func (c *Claim) finishReply(ctx context.Context, last Settled) error {
	if !plain(last) {
		return c.Finish(ctx, last, Rest{Wait: afterReply})
	}
	defer c.s.ringIfMissed(c.To)
	return c.s.settled(&ack{claim: c, last: last, gap: afterReply})
}

// miss remembers that something was said to a conversation while its claim was
// held: whoever gives it back calls the senders.
func (s *Store) miss(c bot.Conversation) {
	s.missedMu.Lock()
	defer s.missedMu.Unlock()
	s.missed[c] = struct{}{}
}

func (s *Store) ringIfMissed(c bot.Conversation) {
	s.missedMu.Lock()
	_, ok := s.missed[c]
	delete(s.missed, c)
	s.missedMu.Unlock()
	if ok {
		s.Ring()
	}
}

// addAcks notes many plain ends, in two statements. Those of one conversation
// are its messages in their order: the last one counts for its head.
func (s *Store) addAcks(b *script, batch []*ack) {
	if len(batch) == 0 {
		return
	}
	sorted := slices.Clone(batch)
	slices.SortStableFunc(sorted, func(a, b *ack) int { return cmp.Compare(a.claim.To.String(), b.claim.To.String()) })
	s.ackHeads(b, sorted)
	s.ackRows(b, sorted)
}

// tellSenders leaves the news for those whose words the messages carried.
func (s *Store) tellSenders(ctx context.Context, tx *sql.Tx, batch []*ack) error {
	for _, a := range batch {
		if _, err := s.tellSender(ctx, tx, a.claim.To, a.last); err != nil {
			return wrap("tell whose words arrived", err)
		}
	}
	return nil
}

// ackHeads moves the heads on. A claim that is lost changes nothing: its
// holder's name and epoch are not those of the row any more.
func (s *Store) ackHeads(b *script, batch []*ack) {
	args := make([]any, 0, 9*len(batch)) // columns that an end does not change carry what it is judged by
	for _, a := range batch {
		on, sent := 0, a.last.Seq
		if a.on {
			on = 1
		}
		if a.last.Over { // what it overtook is still to come
			sent = 0
		}
		args = append(args, a.claim.To.String(), a.last.Seq, sent, a.claim.epoch, a.claim.owner, a.last.Spent, a.gap.Milliseconds(), far, on)
	}
	b.add("move heads on", "INSERT INTO outbox_heads (conversation, max_seq, sent_seq, epoch, owner, message_left, lane, due_at, gone) VALUES "+
		rows(len(batch), 9)+" "+s.phrase(&s.moveOn, s.moveSet), args...)
}

// moveSet is what an end does to its head.
func (s *Store) moveSet() string {
	in, on := s.dialect.incoming, "ON DUPLICATE KEY UPDATE "
	if s.dialect.name != "mysql" {
		on = "ON CONFLICT (conversation) DO UPDATE SET "
	}
	const t = "outbox_heads."
	ours := t + "epoch = " + in("epoch") + " AND " + t + "owner = " + in("owner")
	when := func(column, value string) string {
		return column + " = CASE WHEN " + ours + " THEN " + value + " ELSE " + t + column + " END"
	}
	less := func(column string) string {
		return when(column, "CASE WHEN "+t+column+" > "+in("message_left")+" THEN "+t+column+" - "+in("message_left")+" ELSE 0 END")
	}
	rest := func(column, value string) string { // where the claim ends
		return when(column, "CASE WHEN "+in("gone")+" = 0 THEN "+value+" ELSE "+t+column+" END")
	}
	return on + strings.Join([]string{
		less("message_left"), less("action_left"),
		rest("due_at", "CASE WHEN "+t+"max_seq > "+in("sent_seq")+" THEN "+s.dbnow()+" + "+in("lane")+" ELSE "+in("due_at")+" END"),
		rest("lease_until", "0"),
		when("sent_seq", "CASE WHEN "+in("sent_seq")+" > "+t+"sent_seq THEN "+in("sent_seq")+" ELSE "+t+"sent_seq END"),
		rest("owner", "''"), // last: the others are judged by it
	}, ", ")
}

func (s *Store) ackRows(b *script, batch []*ack) {
	args := []any{Delivered, millis(s.now())}
	where := make([]string, len(batch))
	for i, a := range batch {
		where[i] = "(conversation = ? AND seq = ?)"
		args = append(args, a.claim.To.String(), a.last.Seq)
	}
	b.add("note what arrived", "UPDATE outbox SET state = ?, tries = tries + 1, reason = '', sent_at = ? WHERE ("+strings.Join(where, " OR ")+") AND "+pending, args...)
}
