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

// afterReply is how long the next message waits when a callback's answer carried one.
// The answer comes to the platform through the proxies before us, the message in a
// call of its own, which may be faster.
const afterReply = 300 * time.Millisecond

func replyOwner(key bot.EventKey) string { return ascii("reply:"+string(key), 96) }

// replyOf is the reply that the turn's commit has taken a claim for.
func (s *Store) replyOf(tx *Tx) *bot.Reply {
	if tx.reply == nil {
		return nil
	}
	cl, o, key := tx.reply.claim, tx.reply.next[0], tx.ev.Key
	return &bot.Reply{Message: o.Message, Seq: o.Seq, Done: func(ctx context.Context, pieces, total int) {
		s.replied(ctx, key, cl, o, pieces, total)
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
	next, err := cl.Pending(ctx, mostJoined)
	if err != nil || len(next) == 0 {
		return nil, errors.Join(err, cl.Release(ctx, Rest{}))
	}
	o := next[0]
	// From now on a repeated delivery is answered alike.
	if _, err := s.exec(ctx, "note reply", "UPDATE turns SET reply_seq = ?, reply_skip = ? WHERE event_key = ?", o.Seq, o.Pieces, string(ev.Key)); err != nil {
		return nil, errors.Join(err, cl.Release(ctx, Rest{}))
	}
	return &bot.Reply{Message: o.Message, Seq: o.Seq, Skip: o.Pieces, Done: func(ctx context.Context, pieces, total int) {
		s.replied(ctx, ev.Key, cl, o, pieces, total)
	}}, nil
}

// replied notes what the answer to the event's callback has carried and lets the
// rest go its usual way. What it has not carried is nobody's answer any more: a
// repeated delivery must not carry it beside the senders.
func (s *Store) replied(ctx context.Context, key bot.EventKey, cl *Claim, o Outgoing, pieces, total int) {
	ctx = context.WithoutCancel(ctx)
	end := Settled{Seq: o.Seq, State: Queued, Pieces: pieces, Tried: true, Lane: o.Lane, Over: o.Over, Carried: o.Carried}
	if pieces >= total {
		end.State = Delivered
	}
	var err error
	if pieces > o.Pieces {
		err = cl.finishReply(ctx, end)
	} else if _, err = s.exec(ctx, "note missed reply", "UPDATE turns SET reply_seq = 0 WHERE event_key = ?", string(key)); err == nil {
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
	r, o, given, err := s.given(ctx, ev, seq, skip)
	if err != nil || r == nil || given {
		return r, err
	}
	cl, err := s.claim(ctx, ev.From, owner, replyLease, "owner = '"+owner+"'")
	if err != nil {
		return nil, err
	}
	if cl == nil { // the earlier answer has just been noted, or the senders have the message now
		r, _, given, err = s.given(ctx, ev, seq, skip)
		if err != nil || !given {
			return nil, err
		}
		return r, nil
	}
	r.Done = func(ctx context.Context, pieces, total int) { s.replied(ctx, ev.Key, cl, o, pieces, total) }
	return r, nil
}

// given is the reply that was prepared for an earlier delivery of the event, and
// whether it is noted that it was given.
func (s *Store) given(ctx context.Context, ev bot.Event, seq int64, skip int) (r *bot.Reply, o Outgoing, given bool, err error) {
	said, err := s.outgoing(ctx, ev.From, "seq = ?", seq)
	if err != nil || len(said) == 0 {
		return nil, o, false, err
	}
	o = said[0]
	r = &bot.Reply{Message: o.Message, Seq: seq, Skip: skip, Done: func(context.Context, int, int) {}}
	if o.Pieces > skip {
		return r, o, true, nil
	}
	sent, err := s.outgoing(ctx, ev.From, "seq = ? AND state = ?", seq, Delivered)
	return r, o, len(sent) > 0, err
}
