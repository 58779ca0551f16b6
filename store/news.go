package store

import (
	"context"
	"database/sql"

	"redthread/bot"
)

// The news the house itself has for a conversation. They come as timers that
// are due at once, written with what they tell of, so that none is lost.
const (
	// NewsUndelivered: a message will never arrive. The ref is its number, or
	// "gone" when the person has blocked or left us.
	NewsUndelivered = "outbox.undelivered"

	// NewsThreadLost: a message to a thread of a group will never arrive. The ref is
	// its number.
	NewsThreadLost = "outbox.thread_lost"

	// NewsPictureLost: a picture the person sent could not be kept. The ref is
	// its media ID.
	NewsPictureLost = "media.lost"
)

func (s *Store) news(ctx context.Context, tx *sql.Tx, about bot.Conversation, name, ref string) error {
	_, err := tx.ExecContext(ctx, s.timerUpsert(1), about.String(), name, ref, millis(s.now()))
	return err
}
