package store

import (
	"context"
	"errors"
	"slices"
)

// Messages go out in the order in which they were said, but for one thing. To a
// colleague on a platform that counts, cards may have waited for hours when the
// colleague writes again. Whatever they have just done is answered first, and words of
// clients come before cards: else an answer such as "what you write now goes to K-19"
// would stay behind five cards, while it is true already. Among themselves replies
// keep their order, and so does the rest.

// pending is Pending as the messages were left.
func (c *Claim) pending(ctx context.Context, n int) ([]Outgoing, error) {
	const left = "seq > (SELECT sent_seq FROM outbox_heads WHERE conversation = ?) AND " + pending
	next, err := c.s.outgoing(ctx, c.To, left+" ORDER BY seq LIMIT ?", c.To.String(), n)
	card := slices.IndexFunc(next, func(o Outgoing) bool { return o.Lane == Alerts })
	if err != nil || !c.counted || card < 0 {
		return next, err
	}
	first, err := c.s.outgoing(ctx, c.To, left+" AND lane = ? ORDER BY seq LIMIT ?", c.To.String(), Replies, n)
	if err != nil {
		return nil, err
	}
	for i := range first {
		first[i].Over = first[i].Seq > next[card].Seq
	}
	rest := slices.DeleteFunc(next, func(o Outgoing) bool { return o.Lane == Replies })
	all := append(first, rest...)
	return all[:min(n, len(all))], nil
}

// CardsWaiting lists cards that have waited for the turn's own conversation to be
// written to, in their order, at most n; of none anything has gone out.
func (tx *Tx) CardsWaiting(n int) ([]Outgoing, error) {
	const waiting = "seq > (SELECT sent_seq FROM outbox_heads WHERE conversation = ?) AND lane = ? AND pieces = 0 AND " + pending
	return tx.s.readOutgoing(tx.ctx, tx.reads(), tx.ev.From, waiting+" ORDER BY seq LIMIT ?", tx.ev.From.String(), Alerts, n)
}

// CallOff calls a message to the turn's own conversation off that has not gone out. One
// that is going out at this moment, or has arrived, stays.
func (tx *Tx) CallOff(seq int64) error {
	if err := tx.begin(); err != nil {
		return err
	}
	name := tx.ev.From.String()
	err := tx.s.drop(tx.ctx, tx.sql, tx.ev.From, seq)
	switch {
	case errors.Is(err, ErrSending), errors.Is(err, ErrNotPending):
		return nil
	case err != nil:
		return wrap("call a card off", err)
	}
	_, err = tx.exec("UPDATE outbox SET state = ?, reason = 'nobody needs it any more' WHERE conversation = ? AND seq = ?", CalledOff, name, seq)
	return wrap("call a card off", err)
}
