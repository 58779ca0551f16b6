package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"
)

// A turn that has only talked waits here, for as long as it takes to commit
// those before it, and commits together with whoever came meanwhile: turns of
// different conversations have nothing to do with each other, and one trip to
// the disk is enough for many. So do the ends of sends (ack.go), which go first:
// they free the conversations for what the turns say. A turn that wrote records
// already has its transaction open and commits alone.

// leaving is what is on its way into the database: a turn, or the end of a send.
type leaving struct {
	tx   *Tx
	ack  *ack
	done chan error
}

// turnTimeout bounds one commit. The platforms have given up by then.
const turnTimeout = 15 * time.Second

// commit makes the turn permanent.
func (tx *Tx) commit() error {
	if tx.sql != nil {
		return tx.s.commitAlone(tx.ctx, tx)
	}
	return tx.s.leave(leaving{tx: tx})
}

// leave waits until the item is kept.
func (s *Store) leave(l leaving) error {
	l.done = make(chan error, 1)
	s.pending.add(l)
	return <-l.done
}

// commitAll commits all together, or, if that does not work, each turn alone:
// what is wrong with one must not harm the others.
func (s *Store) commitAll(batch []leaving) {
	ctx, cancel := context.WithTimeout(context.Background(), turnTimeout)
	defer cancel()
	var acks []*ack
	var txs []*Tx
	for _, l := range batch {
		if l.ack != nil {
			acks = append(acks, l.ack)
		} else {
			txs = append(txs, l.tx)
		}
	}
	err := s.once(ctx, func(tx *sql.Tx) error { return s.write(ctx, tx, acks, txs) })
	if err == nil || IsAway(err) || len(batch) == 1 && len(txs) == 1 {
		for _, l := range batch {
			l.done <- err
		}
		return
	}
	s.commitEach(ctx, batch, acks)
}

// commitEach tries again what could not be committed together.
func (s *Store) commitEach(ctx context.Context, batch []leaving, acks []*ack) {
	err := s.inTx(ctx, "finish claims", func(tx *sql.Tx) error { return s.write(ctx, tx, acks, nil) })
	for _, l := range batch {
		if l.ack == nil {
			l.tx.claims, l.tx.reply = nil, nil
			l.done <- s.commitAlone(ctx, l.tx)
		} else {
			l.done <- err
		}
	}
}

func (s *Store) commitAlone(ctx context.Context, tx *Tx) error {
	if tx.sql == nil {
		return s.once(ctx, func(t *sql.Tx) error { return s.write(ctx, t, nil, []*Tx{tx}) })
	}
	if err := s.write(ctx, tx.sql, nil, []*Tx{tx}); err != nil {
		return err
	}
	if err := s.chain(ctx, tx.sql, tx.audit); err != nil {
		return err
	}
	err := tx.sql.Commit()
	tx.sql = nil
	return err
}

// write puts the ends of sends into the transaction, and everything the turns leave:
// the heads of the conversations they speak to, the messages, the turns themselves,
// the timers, the sessions. Rows of one table go in one statement, in one order, and
// all of it in two trips.
func (s *Store) write(ctx context.Context, tx *sql.Tx, acks []*ack, txs []*Tx) error {
	first := script{s: s}
	s.addAcks(&first, acks)
	heads, err := s.bumpHeads(ctx, tx, first, txs)
	if err != nil {
		return err
	}
	if err := s.tellSenders(ctx, tx, acks); err != nil || len(txs) == 0 {
		return err
	}
	rest := script{s: s}
	if err := s.addMessages(&rest, heads); err != nil {
		return err
	}
	addAbout(&rest, heads)
	addCarried(&rest, heads)
	addTurns(&rest, txs)
	for _, t := range txs { // a repeated event has ended before
		rest.statements = append(rest.statements, t.deeds...)
	}
	s.addTimers(&rest, txs)
	later := s.addSessions(&rest, txs)
	n, err := rest.run(ctx, tx)
	if isDuplicate(err) || err == nil && later > 0 && n != later {
		return errTaken
	}
	return err
}

// addTurns completes the rows of turns that have one, and adds the others.
func addTurns(b *script, txs []*Tx) {
	var args []any
	n := 0
	for _, t := range txs {
		after, took := place(*t.ses), time.Since(t.start).Milliseconds()
		if t.recorded {
			b.add("record turn's end", "UPDATE turns SET after_step = ?, took = ?, reply_seq = ? WHERE event_key = ?", after, took, t.replySeq(), string(t.ev.Key))
			continue
		}
		n++
		args = append(args, string(t.ev.Key), t.ev.From.String(), t.seq, string(t.ev.Kind), t.before, after, t.replySeq(), millis(t.now), took)
	}
	if n > 0 {
		b.add("record turn", "INSERT INTO turns (event_key, conversation, seq, kind, before_step, after_step, reply_seq, at, took) VALUES "+rows(n, 9), args...)
	}
}

// addSessions is the compare-and-swap: turn n is written only over turn n-1. Its last
// statement must meet so many rows, if any; else one of them does not stand at n-1.
func (s *Store) addSessions(b *script, txs []*Tx) (want int64) {
	var first, later []*Tx
	for _, t := range txs {
		if t.seq == 1 {
			first = append(first, t)
		} else {
			later = append(later, t)
		}
	}
	const insert = "INSERT INTO sessions (conversation, seq, body, updated_at) VALUES "
	if len(first) > 0 {
		b.add("open session", insert+rows(len(first), 4), sessionArgs(first)...)
	}
	switch len(later) {
	case 0:
		return 0
	case 1:
		t := later[0]
		b.add("save session", "UPDATE sessions SET seq = ?, body = ?, updated_at = ? WHERE conversation = ? AND seq = ?", t.seq, t.sealed, millis(t.now), t.ev.From.String(), t.seq-1)
		return 1
	}
	// Where the row does not stand at n-1 nothing is changed, and the count shows
	// it: MySQL counts 2 for a row it updated and 1 for one it left or added.
	query, want := "ON CONFLICT (conversation) DO UPDATE SET seq = excluded.seq, body = excluded.body, updated_at = excluded.updated_at WHERE sessions.seq = excluded.seq - 1", int64(len(later))
	if s.dialect.name == "mysql" {
		query = "ON DUPLICATE KEY UPDATE body = IF(seq = VALUES(seq) - 1, VALUES(body), body), updated_at = IF(seq = VALUES(seq) - 1, VALUES(updated_at), updated_at), seq = IF(seq = VALUES(seq) - 1, VALUES(seq), seq)"
		want *= 2
	}
	b.add("save sessions", insert+rows(len(later), 4)+" "+query, sessionArgs(later)...)
	return want
}

func sessionArgs(txs []*Tx) (args []any) {
	sorted := slices.Clone(txs)
	slices.SortFunc(sorted, func(a, b *Tx) int { return cmp.Compare(a.ev.From.String(), b.ev.From.String()) })
	for _, t := range sorted {
		args = append(args, t.ev.From.String(), t.seq, t.sealed, millis(t.now))
	}
	return args
}

// rows are n groups of placeholders, width each.
func rows(n, width int) string {
	one := "(?" + strings.Repeat(", ?", width-1) + ")"
	return one + strings.Repeat(", "+one, n-1)
}

// replySeq is the message that the answer to the turn's callback carries; 0 when
// it carries none.
func (tx *Tx) replySeq() int64 {
	if tx.reply == nil {
		return 0
	}
	return tx.reply.next[0].Seq
}
