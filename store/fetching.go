package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"redthread/bot"
)

// CopyLink is what a link to a copy leads to.
type CopyLink struct {
	Number string // of the copy
	Lang   string // in which the client reads
	Ends   time.Time
	Left   int // how often it can still be fetched
}

// CopyAt is what the link with the token leads to; it can be used most times in
// all. ErrNotFound: nowhere. The token is wrong, its time is over, it was used as
// often as it may, or the client has been erased: which, is nobody's business.
func (s *Store) CopyAt(ctx context.Context, token string, most int) (CopyLink, error) {
	row, err := s.copyAt(ctx, token, most)
	return CopyLink{Number: number("D", row.ID), Lang: row.Lang, Ends: fromMillis(row.EndsAt), Left: most - row.Downloads}, err
}

func (s *Store) copyAt(ctx context.Context, token string, most int) (row copyRow, err error) {
	if len(token) > maxToken {
		return row, wrap("open a copy's link", ErrNotFound)
	}
	err = s.sql.QueryRowContext(ctx, "SELECT id, lang, media_id, downloads, ends_at FROM data_copies WHERE token_digest = ? AND state = ? AND ends_at > ? AND downloads < ?",
		tokenDigest(token), string(CopyGiven), millis(s.now()), most).Scan(&row.ID, &row.Lang, &row.MediaID, &row.Downloads, &row.EndsAt)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return row, wrap("open a copy's link", err)
}

// FetchCopy is the file that a link leads to. It counts, and is noted for good
// before anything is handed out. ErrNotFound is CopyAt's.
func (s *Store) FetchCopy(ctx context.Context, token string, most int) (number string, file []byte, err error) {
	row, err := s.copyAt(ctx, token, most)
	if err != nil {
		return "", nil, err
	}
	file, _, err = s.OpenMedia(ctx, bot.MediaID(row.MediaID))
	if err != nil {
		return "", nil, err
	}
	err = s.inTx(ctx, "note that a copy was fetched", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE data_copies SET downloads = downloads + 1 WHERE id = ? AND state = ? AND downloads < ?", row.ID, string(CopyGiven), most))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO data_copy_steps (copy_id, kind, at) VALUES (?, ?, ?)", row.ID, copyFetched, millis(s.now()))
		}
		var client int64
		if err == nil {
			err = tx.QueryRowContext(ctx, "SELECT client_id FROM data_copies WHERE id = ?", row.ID).Scan(&client)
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditFetch, Client: client, Detail: DataCopy{ID: row.ID}.Number()})
	})
	if err != nil {
		return "", nil, err
	}
	return DataCopy{ID: row.ID}.Number(), file, nil
}
