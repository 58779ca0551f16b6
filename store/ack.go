package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"

	"redthread/bot"
)

// Most conversations end their claim with one message that arrived. Such ends
// are noted together with those of other conversations; everything else is noted
// by itself.

// ack is the end of one claim.
type ack struct {
	claim *Claim
	last  Settled
	rest  Rest
	done  chan error
}

// plain says that the message arrived and nothing else is to be noted.
func (a *ack) plain() bool { return a.last.State == Delivered && a.rest == Rest{} }

// Finish notes what became of the claim's last message and gives the
// conversation back, in one step. A message that arrived is noted even if the
// claim had been taken away meanwhile; for any other end that is ErrLost.
func (c *Claim) Finish(ctx context.Context, last Settled, rest Rest) error {
	defer c.s.ringIfMissed(c.To)
	a := &ack{c, last, rest, make(chan error, 1)}
	if !a.plain() {
		return c.s.finishAlone(ctx, a)
	}
	c.s.acks.add(a)
	return <-a.done
}

func (s *Store) finishAlone(ctx context.Context, a *ack) error {
	return s.inTx(ctx, "finish claim", func(tx *sql.Tx) error {
		if err := a.claim.settle(ctx, tx, a.last); err != nil {
			return err
		}
		return a.claim.release(ctx, tx, a.rest)
	})
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

// ackAll notes many plain ends in two statements.
func (s *Store) ackAll(batch []*ack) {
	ctx, cancel := context.WithTimeout(context.Background(), turnTimeout)
	defer cancel()
	sorted := slices.Clone(batch)
	slices.SortFunc(sorted, func(a, b *ack) int { return cmp.Compare(a.claim.To.String(), b.claim.To.String()) })
	err := s.inTx(ctx, "finish claims", func(tx *sql.Tx) error {
		if err := s.ackHeads(ctx, tx, sorted); err != nil {
			return err
		}
		return s.ackRows(ctx, tx, sorted)
	})
	for _, a := range batch {
		a.done <- err
	}
}

// ackHeads moves the heads on. A claim that is lost changes nothing: its
// holder's name and epoch are not those of the row any more.
func (s *Store) ackHeads(ctx context.Context, tx *sql.Tx, batch []*ack) error {
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
	var args []any
	for _, a := range batch {
		args = append(args, a.claim.To.String(), a.last.Seq, a.last.Seq, a.claim.epoch, a.claim.owner, a.last.Spent, 0, far)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO outbox_heads (conversation, max_seq, sent_seq, epoch, owner, message_left, lane, due_at) VALUES "+rows(len(batch), 8)+" "+on+strings.Join([]string{
		less("message_left"), less("action_left"),
		when("due_at", "CASE WHEN "+t+"max_seq > "+in("sent_seq")+" THEN "+s.dbnow()+" ELSE "+in("due_at")+" END"),
		when("lease_until", "0"),
		when("sent_seq", in("sent_seq")),
		when("owner", "''"), // last: the others are judged by it
	}, ", "), args...)
	return err
}

func (s *Store) ackRows(ctx context.Context, tx *sql.Tx, batch []*ack) error {
	args := []any{Delivered, millis(s.now())}
	where := make([]string, len(batch))
	for i, a := range batch {
		where[i] = "(conversation = ? AND seq = ?)"
		args = append(args, a.claim.To.String(), a.last.Seq)
	}
	_, err := tx.ExecContext(ctx, "UPDATE outbox SET state = ?, tries = tries + 1, reason = '', sent_at = ? WHERE ("+strings.Join(where, " OR ")+") AND "+pending, args...)
	return err
}
