package store

import (
	"context"
	"database/sql"
	"errors"
)

// Moved remembers that the platform has given a chat another identity. The
// conversation keeps its old name with us.
func (s *Store) Moved(ctx context.Context, channel, chat, to string) error {
	return s.inTx(ctx, "remember moved chat", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM aliases WHERE channel = ? AND chat = ?", channel, chat); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO aliases (channel, chat, moved_to) VALUES (?, ?, ?)", channel, chat, to)
		return err
	})
}

// MovedTo says where a conversation's chat is now; chat itself when it never
// moved.
func (s *Store) MovedTo(ctx context.Context, channel, chat string) (string, error) {
	return s.alias(ctx, "SELECT moved_to FROM aliases WHERE channel = ? AND chat = ?", channel, chat)
}

// MovedFrom says how we call a chat that the platform names; chat itself when
// it never moved.
func (s *Store) MovedFrom(ctx context.Context, channel, chat string) (string, error) {
	return s.alias(ctx, "SELECT chat FROM aliases WHERE channel = ? AND moved_to = ?", channel, chat)
}

func (s *Store) alias(ctx context.Context, query, channel, chat string) (string, error) {
	var other string
	err := s.read.QueryRowContext(ctx, query, channel, chat).Scan(&other)
	if errors.Is(err, sql.ErrNoRows) {
		return chat, nil
	}
	return other, wrap("look up moved chat", err)
}
