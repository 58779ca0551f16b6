package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Letter is a callback that could not be played.
type Letter struct {
	ID      int64
	Channel string
	Why     string
	At      time.Time
	Played  bool
}

func letterPlace(digest string) string { return "letters.raw|" + digest }

// Bury keeps a callback that nobody can read or play. The same one is kept once.
// It implements bot.DeadLetters.
func (s *Store) Bury(ctx context.Context, channel string, raw []byte, why error) error {
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:])
	sealed, err := s.box.Seal(letterPlace(digest), raw)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "keep dead letter", "INSERT INTO letters (channel, raw, digest, why, at) VALUES (?, ?, ?, ?, ?)",
		channel, sealed, digest, ascii(why.Error(), 190), millis(s.now()))
	if isDuplicate(err) {
		return nil
	}
	if err == nil {
		s.counts.buried.Add(1)
	}
	return err
}

// Letters lists the newest dead letters, at most n.
func (s *Store) Letters(ctx context.Context, n int) ([]Letter, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, channel, why, at, played_at FROM letters ORDER BY id DESC LIMIT ?", n)
	if err != nil {
		return nil, wrap("list dead letters", err)
	}
	defer rows.Close()
	var all []Letter
	for rows.Next() {
		var l Letter
		var at, played int64
		if err := rows.Scan(&l.ID, &l.Channel, &l.Why, &at, &played); err != nil {
			return nil, wrap("list dead letters", err)
		}
		l.At, l.Played = fromMillis(at), played != 0
		all = append(all, l)
	}
	return all, wrap("list dead letters", rows.Err())
}

// LetterRaw opens a dead letter.
func (s *Store) LetterRaw(ctx context.Context, id int64) ([]byte, error) {
	var raw []byte
	var digest string
	if err := s.read.QueryRowContext(ctx, "SELECT raw, digest FROM letters WHERE id = ?", id).Scan(&raw, &digest); err != nil {
		return nil, fmt.Errorf("store: read dead letter %d: %w", id, err)
	}
	return s.box.Open(letterPlace(digest), raw)
}
