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
	return tx.said("seq = ?", seq)
}

// LastCard reads the newest card that reached the turn's own conversation.
// ErrNotFound: none did.
func (tx *Tx) LastCard() (bot.Message, error) {
	return tx.said("card = 1 AND state = 'sent' ORDER BY seq DESC LIMIT 1")
}

func (tx *Tx) said(where string, args ...any) (m bot.Message, err error) {
	if err := tx.begin(); err != nil {
		return m, err
	}
	name := tx.ev.From.String()
	var seq int64
	var body []byte
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT seq, body FROM outbox WHERE conversation = ? AND "+where, append([]any{name}, args...)...).Scan(&seq, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return m, fmt.Errorf("store: message to %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return m, wrap("read message", err)
	}
	return m, tx.s.box.OpenJSON(bodyPlace(name, seq), body, &m)
}
