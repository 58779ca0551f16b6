package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"redthread/bot"
)

// A copy is made outside any turn, as pictures are fetched: whoever makes it takes
// it for a lease, and the making begins anew when the process dies. Each making
// seals the same file under the same password, so that two that overlap do no
// harm; the news that it is there commits once.

// CopyOrder is a copy that is to be made now.
type CopyOrder struct {
	ID       int64
	Client   int64 // the person
	Lang     string
	Password string
	Tries    int // this one included
	media    bot.MediaID
}

// Number is what the copy is called: "D-000001".
func (o CopyOrder) Number() string { return number("D", o.ID) }

// expectFile notes a file of our own that is still to be made.
func (tx *Tx) expectFile(id bot.MediaID) error {
	source, err := tx.s.box.Seal(sourcePlace(id), nil)
	if err != nil {
		return err
	}
	_, err = tx.exec("INSERT INTO media (id, conversation, channel, kind, source, state, size, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?)",
		string(id), tx.ev.From.String(), tx.ev.From.Channel, string(bot.File), source, mediaMaking, far, millis(tx.now))
	return wrap("expect a file", err)
}

// NextCopy takes a copy that is to be made, and keeps it from others for lease.
// ErrNotFound: none is.
func (s *Store) NextCopy(ctx context.Context, lease time.Duration) (o CopyOrder, err error) {
	var due int64
	err = s.read.QueryRowContext(ctx, "SELECT id, due_at FROM data_copies WHERE state = ? AND due_at <= "+s.dbnow()+" ORDER BY due_at LIMIT 1", string(CopyWanted)).Scan(&o.ID, &due)
	if errors.Is(err, sql.ErrNoRows) {
		return o, wrap("look for copies to make", ErrNotFound)
	}
	if err != nil {
		return o, wrap("look for copies to make", err)
	}
	won, err := s.exec(ctx, "take copy", "UPDATE data_copies SET due_at = "+s.dbnow()+" + ?, tries = tries + 1 WHERE id = ? AND state = ? AND due_at = ?",
		lease.Milliseconds(), o.ID, string(CopyWanted), due)
	if err == nil && won == 0 {
		err = wrap("take copy", ErrNotFound)
	}
	if err != nil {
		return o, err
	}
	return s.copyOrder(ctx, o)
}

func (s *Store) copyOrder(ctx context.Context, o CopyOrder) (CopyOrder, error) {
	var sealed []byte
	var key string
	err := s.sql.QueryRowContext(ctx, "SELECT CASE k.person_id WHEN 0 THEN k.id ELSE k.person_id END, d.lang, d.tries, d.media_id, d.password, d.password_key FROM data_copies d JOIN clients k ON k.id = d.client_id WHERE d.id = ?", o.ID).
		Scan(&o.Client, &o.Lang, &o.Tries, &o.media, &sealed, &key)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return o, wrap("read a copy that is to be made", err)
	}
	plain, err := s.box.Open(copyPasswordPlace(key), sealed)
	o.Password = string(plain)
	return o, err
}

// KeepCopy keeps the file of a copy, sealed, and leaves the news that it is there.
// leftOut is how many pictures had no room. kept is false, and nothing stays, when
// nobody wishes for it any more.
func (s *Store) KeepCopy(ctx context.Context, o CopyOrder, content []byte, leftOut int) (kept bool, err error) {
	sealed, err := s.box.Seal(filePlace(o.media), content)
	if err != nil {
		return false, err
	}
	if err := writeFile(s.mediaPath(o.media), sealed); err != nil {
		return false, fmt.Errorf("store: keep copy: %w", err)
	}
	err = s.inTx(ctx, "keep copy", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE media SET state = ?, type = 'application/zip', size = ? WHERE id = ? AND state = ?", mediaKept, len(content), string(o.media), mediaMaking))
		if kept = n == 1; err != nil || !kept {
			return err
		}
		if err := s.settleCopy(ctx, tx, o, CopyMade, leftOut, NewsCopyMade); err != nil {
			return err
		}
		return s.record(ctx, tx, Entry{Action: AuditCopy, Client: o.Client, Detail: o.Number()})
	})
	if err == nil && !kept {
		// Made by another meanwhile, or forgotten: then its file must not come back.
		if p, err := s.Picture(ctx, o.media); errors.Is(err, ErrNotFound) || err == nil && p.State == mediaUnwanted {
			return false, removeFile(s.mediaPath(o.media))
		}
	}
	return kept, err
}

// settleCopy ends the making of a copy, with news for the client.
func (s *Store) settleCopy(ctx context.Context, tx *sql.Tx, o CopyOrder, to CopyState, leftOut int, news string) error {
	n, err := affected(tx.ExecContext(ctx, "UPDATE data_copies SET state = ?, left_out = ? WHERE id = ? AND state = ?", string(to), leftOut, o.ID, string(CopyWanted)))
	if err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO data_copy_steps (copy_id, kind, at) VALUES (?, ?, ?)", o.ID, string(to), millis(s.now())); err != nil {
		return err
	}
	var chat string
	if err := tx.QueryRowContext(ctx, "SELECT k.conversation FROM data_copies d JOIN clients k ON k.id = d.client_id WHERE d.id = ?", o.ID).Scan(&chat); err != nil {
		return err
	}
	c, err := bot.ParseConversation(chat)
	if err != nil {
		return err
	}
	return s.news(ctx, tx, c, news, o.Number())
}

// LaterCopy puts the making of a copy off.
func (s *Store) LaterCopy(ctx context.Context, o CopyOrder, wait time.Duration) error {
	_, err := s.exec(ctx, "put copy off", "UPDATE data_copies SET due_at = "+s.dbnow()+" + ? WHERE id = ? AND state = ?", wait.Milliseconds(), o.ID, string(CopyWanted))
	return err
}

// LoseCopy gives a copy up that cannot be made, and leaves the news.
func (s *Store) LoseCopy(ctx context.Context, o CopyOrder) error {
	return s.inTx(ctx, "give a copy up", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE media SET state = ?, due_at = ? WHERE id = ? AND state = ?", mediaUnwanted, millis(s.now()), string(o.media), mediaMaking)
		if err != nil {
			return err
		}
		return s.settleCopy(ctx, tx, o, CopyFailed, 0, NewsCopyFailed)
	})
}
