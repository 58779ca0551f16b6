package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
)

// Aliases remembers the chats of one channel to which the platform has given
// another ID. Their conversations keep the name they had.
type Aliases struct {
	s       *Store
	channel string
}

// Aliases opens those of a channel.
func (s *Store) Aliases(channel string) Aliases { return Aliases{s, channel} }

// Moved remembers that the chat from lives on as the chat to.
func (a Aliases) Moved(ctx context.Context, from, to int64) error {
	return a.s.inTx(ctx, "remember moved chat", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM aliases WHERE channel = ? AND chat = ?", a.channel, key(from)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO aliases (channel, chat, moved_to) VALUES (?, ?, ?)", a.channel, key(from), key(to))
		return err
	})
}

// Current is the ID the chat has now: chat itself, if it never moved.
func (a Aliases) Current(ctx context.Context, chat int64) (int64, error) {
	var now string
	err := a.s.read.QueryRowContext(ctx, "SELECT moved_to FROM aliases WHERE channel = ? AND chat = ?", a.channel, key(chat)).Scan(&now)
	if errors.Is(err, sql.ErrNoRows) {
		return chat, nil
	}
	if err != nil {
		return chat, wrap("look up moved chat", err)
	}
	return strconv.ParseInt(now, 10, 64)
}

func key(chat int64) string { return strconv.FormatInt(chat, 10) }
