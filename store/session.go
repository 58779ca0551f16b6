package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"redthread/bot"
)

func sessionPlace(conversation string) string { return "sessions.body|" + conversation }

// session finds where the conversation stands: quickly in Redis, or surely in
// the database. cached says which it was.
func (s *Store) session(ctx context.Context, from bot.Conversation, quick bool) (ses bot.Session, cached bool, err error) {
	name := from.String()
	if quick {
		if sealed, ok := s.cache.session(ctx, name); ok {
			if err := s.box.OpenJSON(sessionPlace(name), sealed, &ses); err == nil {
				return ses, true, nil
			}
			// Not readable, so not ours: the database has the original.
		}
	}
	var sealed []byte
	err = s.sql.QueryRowContext(ctx, "SELECT body FROM sessions WHERE conversation = ?", name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Session{Conversation: from}, false, nil
	}
	if err != nil {
		return ses, false, fmt.Errorf("store: read session: %w", err)
	}
	if err := s.box.OpenJSON(sessionPlace(name), sealed, &ses); err != nil {
		return ses, false, fmt.Errorf("store: read session: %w", err)
	}
	return ses, false, nil
}

// isCurrent reports whether seq is the last turn of the conversation.
func (s *Store) isCurrent(ctx context.Context, conversation string, seq int64) (bool, error) {
	var now int64
	err := s.sql.QueryRowContext(ctx, "SELECT seq FROM sessions WHERE conversation = ?", conversation).Scan(&now)
	if errors.Is(err, sql.ErrNoRows) {
		return seq == 0, nil
	}
	if err != nil {
		return false, fmt.Errorf("store: read session's turn: %w", err)
	}
	return now == seq, nil
}

// CopySession overwrites the copy in Redis; tests use it to play one that lags.
func (s *Store) CopySession(ctx context.Context, ses bot.Session) error {
	name := ses.Conversation.String()
	sealed, err := s.box.SealJSON(sessionPlace(name), ses)
	if err != nil {
		return err
	}
	return s.cache.client.Set(ctx, sessionKey(name), fmt.Sprintf("%d:%s", ses.Seq, sealed), sessionTTL).Err()
}

// SessionOf reads where the conversation stands, from the record.
func (s *Store) SessionOf(ctx context.Context, c bot.Conversation) (bot.Session, error) {
	ses, _, err := s.session(ctx, c, false)
	return ses, err
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

// CachedLang is the language last spoken in the conversation as far as Redis
// knows; empty when it does not. It does not ask the database.
func (s *Store) CachedLang(ctx context.Context, c bot.Conversation) string {
	var ses bot.Session
	sealed, ok := s.cache.session(ctx, c.String())
	if !ok || s.box.OpenJSON(sessionPlace(c.String()), sealed, &ses) != nil {
		return ""
	}
	return ses.Lang
}
