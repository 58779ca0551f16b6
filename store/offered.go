package store

import (
	"database/sql"
	"errors"
	"fmt"

	"redthread/bot"
)

// Said reads what we said to the turn's own conversation at place seq.
// ErrNotFound: nothing.
func (tx *Tx) Said(seq int64) (bot.Message, error) {
	return tx.said(tx.ev.From, "seq = ?", seq)
}

// SaidTo reads a message of ours to another conversation, by its place there.
// ErrNotFound: there is none, or it has been erased.
func (tx *Tx) SaidTo(to bot.Conversation, seq int64) (bot.Message, error) {
	return tx.said(to, "seq = ?", seq)
}

// LastCard reads the newest card that reached the turn's own conversation.
// ErrNotFound: none did.
func (tx *Tx) LastCard() (bot.Message, error) {
	return tx.said(tx.ev.From, "card = 1 AND state = 'sent' ORDER BY seq DESC LIMIT 1")
}

// reads is for what stays as it is: before the turn writes, any connection will do.
func (tx *Tx) reads() querier {
	if tx.sql != nil {
		return tx.sql
	}
	return tx.s.read
}

func (tx *Tx) said(to bot.Conversation, where string, args ...any) (m bot.Message, err error) {
	name := to.String()
	var seq int64
	var body []byte
	err = tx.reads().QueryRowContext(tx.ctx, "SELECT seq, body FROM outbox WHERE conversation = ? AND "+where, append([]any{name}, args...)...).Scan(&seq, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return m, fmt.Errorf("store: message to %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return m, wrap("read message", err)
	}
	return m, tx.s.box.OpenJSON(bodyPlace(name, seq), body, &m)
}
