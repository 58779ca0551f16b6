package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"redthread/bot"
)

// replyLease is how long a callback's answer may hold its conversation. The
// platform gives up on a callback after three tries of five seconds.
const replyLease = 16 * time.Second

func replyOwner(key bot.EventKey) string { return ascii("reply:"+string(key), 96) }

// replyOf is the reply that the turn's commit has taken a claim for.
func (s *Store) replyOf(tx *Tx) *bot.Reply {
	if tx.reply == nil {
		return nil
	}
	cl, o := tx.reply.claim, tx.reply.next[0]
	return &bot.Reply{Message: o.Message, Seq: o.Seq, Done: func(ctx context.Context, pieces, total int) {
		s.replied(ctx, cl, o, pieces, total)
	}}
}

// Reply hands out the oldest message that waits for ev's conversation, to be
// carried by the answer to ev's callback; nil when there is none, or somebody is
// sending already. A repeated delivery of the same event is given the same
// message. While the reply is held, nothing else is sent to the conversation.
func (s *Store) Reply(ctx context.Context, ev bot.Event) (*bot.Reply, error) {
	owner := replyOwner(ev.Key)
	if r, err := s.repeatedReply(ctx, ev, owner); r != nil || err != nil {
		return r, err
	}
	cl, err := s.claim(ctx, ev.From, owner, replyLease, "due_at <= "+s.dbnow()+" AND lease_until <= "+s.dbnow())
	if err != nil || cl == nil {
		return nil, err
	}
	next, err := cl.Pending(ctx, 1)
	if err != nil || len(next) == 0 {
		return nil, errors.Join(err, cl.Release(ctx, Rest{}))
	}
	o := next[0]
	// From now on a repeated delivery is answered alike.
	if _, err := s.exec(ctx, "note reply", "UPDATE turns SET reply_seq = ?, reply_skip = ? WHERE event_key = ?", o.Seq, o.Pieces, string(ev.Key)); err != nil {
		return nil, errors.Join(err, cl.Release(ctx, Rest{}))
	}
	return &bot.Reply{Message: o.Message, Seq: o.Seq, Skip: o.Pieces, Done: func(ctx context.Context, pieces, total int) {
		s.replied(ctx, cl, o, pieces, total)
	}}, nil
}

// replied notes what the answer has carried and lets the rest go its usual way.
func (s *Store) replied(ctx context.Context, cl *Claim, o Outgoing, pieces, total int) {
	ctx = context.WithoutCancel(ctx)
	end := Settled{Seq: o.Seq, State: Queued, Pieces: pieces, Tried: true, Lane: o.Lane}
	if pieces >= total {
		end.State = Delivered
	}
	var err error
	if pieces > o.Pieces {
		err = cl.Finish(ctx, end, Rest{})
	} else {
		err = cl.Release(ctx, Rest{})
	}
	if err != nil && !errors.Is(err, ErrLost) {
		s.log.WarnContext(ctx, "reply was given but not noted", "conversation", o.To.String(), "seq", o.Seq, "error", err)
	}
	s.Ring()
}

// repeatedReply finds the message that an earlier delivery of ev was answered
// with. If that answer may have been lost with its process, the repeated one
// takes over what it held.
func (s *Store) repeatedReply(ctx context.Context, ev bot.Event, owner string) (*bot.Reply, error) {
	var seq int64
	var skip int
	err := s.sql.QueryRowContext(ctx, "SELECT reply_seq, reply_skip FROM turns WHERE event_key = ?", string(ev.Key)).Scan(&seq, &skip)
	if errors.Is(err, sql.ErrNoRows) || err == nil && seq == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, wrap("look for reply", err)
	}
	said, err := s.outgoing(ctx, ev.From, "seq = ?", seq)
	if err != nil || len(said) == 0 {
		return nil, err
	}
	r := &bot.Reply{Message: said[0].Message, Seq: seq, Skip: skip, Done: func(context.Context, int, int) {}}
	if said[0].Pieces > skip { // it went out and was noted
		return r, nil
	}
	cl, err := s.claim(ctx, ev.From, owner, replyLease, "owner = '"+owner+"'")
	if err != nil || cl == nil {
		return r, err
	}
	r.Done = func(ctx context.Context, pieces, total int) { s.replied(ctx, cl, said[0], pieces, total) }
	return r, nil
}
