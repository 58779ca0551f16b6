package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"redthread/bot"
)

// Picture is something a person sent, as we keep it.
type Picture struct {
	ID    bot.MediaID
	From  bot.Conversation
	Kind  bot.MediaKind
	State string // "wanted", "kept", "lost"
	Type  string // "image/jpeg", once kept
	Size  int64
	Tries int
	ref   string
}

// Media is what the platform needs to fetch it.
func (p Picture) Media() bot.Media { return bot.Media{Kind: p.Kind, Ref: p.ref, Size: p.Size} }

// The states of a picture.
const (
	mediaWanted = "wanted" // still at the platform
	mediaKept   = "kept"   // with us, sealed
	mediaLost   = "lost"   // could not be fetched, or was nothing we keep

	mediaMaking   = "making"   // a file of our own that is still to be made
	mediaUnwanted = "unwanted" // to be erased, with its file
)

func sourcePlace(id bot.MediaID) string { return "media.source|" + string(id) }
func filePlace(id bot.MediaID) string   { return "media.file|" + string(id) }

// newID is 26 random characters that are safe in file names and keys.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// Want notes media that the platform holds for us, to be fetched as soon as the
// turn commits, and names it.
func (tx *Tx) Want(m bot.Media) (bot.MediaID, error) {
	id := bot.MediaID(newID())
	source, err := tx.s.box.Seal(sourcePlace(id), []byte(m.Ref))
	if err != nil {
		return "", err
	}
	_, err = tx.exec("INSERT INTO media (id, conversation, channel, kind, source, state, size, due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		string(id), tx.ev.From.String(), tx.ev.From.Channel, string(m.Kind), source, mediaWanted, m.Size, millis(tx.now), millis(tx.now))
	tx.wants = true
	return id, wrap("note media", err)
}

// Wanted takes up to n media that are to be fetched and keeps them from others
// for lease.
func (s *Store) Wanted(ctx context.Context, n int, lease time.Duration) ([]Picture, error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id, due_at FROM media WHERE state = ? AND due_at <= "+s.dbnow()+" ORDER BY due_at LIMIT ?", mediaWanted, n)
	if err != nil {
		return nil, wrap("look for media to fetch", err)
	}
	defer rows.Close()
	due := map[string]int64{}
	for rows.Next() {
		var id string
		var at int64
		if err := rows.Scan(&id, &at); err != nil {
			return nil, wrap("look for media to fetch", err)
		}
		due[id] = at
	}
	if err := rows.Err(); err != nil {
		return nil, wrap("look for media to fetch", err)
	}
	var all []Picture
	for id, at := range due {
		won, err := s.exec(ctx, "take media", "UPDATE media SET due_at = "+s.dbnow()+" + ?, tries = tries + 1 WHERE id = ? AND state = ? AND due_at = ?", lease.Milliseconds(), id, mediaWanted, at)
		if err != nil {
			return all, err
		}
		if won == 1 {
			p, err := s.Picture(ctx, bot.MediaID(id))
			if err != nil {
				return all, err
			}
			all = append(all, p)
		}
	}
	return all, nil
}

// Picture reads what is known of a media. ErrNotFound: nothing.
func (s *Store) Picture(ctx context.Context, id bot.MediaID) (Picture, error) {
	p := Picture{ID: id}
	var from string
	var source []byte
	err := s.sql.QueryRowContext(ctx, "SELECT conversation, kind, source, state, type, size, tries FROM media WHERE id = ?", string(id)).
		Scan(&from, &p.Kind, &source, &p.State, &p.Type, &p.Size, &p.Tries)
	if errors.Is(err, sql.ErrNoRows) {
		return p, fmt.Errorf("media %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return p, wrap("read media", err)
	}
	if p.From, err = bot.ParseConversation(from); err != nil {
		return p, err
	}
	ref, err := s.box.Open(sourcePlace(id), source)
	p.ref = string(ref)
	return p, err
}

// KeepMedia stores the content, sealed: first the file, then the note that it is
// there. What was forgotten meanwhile is not kept.
func (s *Store) KeepMedia(ctx context.Context, id bot.MediaID, mime string, content []byte) error {
	sealed, err := s.box.Seal(filePlace(id), content)
	if err != nil {
		return err
	}
	if err := writeFile(s.mediaPath(id), sealed); err != nil {
		return fmt.Errorf("store: keep media: %w", err)
	}
	kept, err := s.exec(ctx, "keep media", "UPDATE media SET state = ?, type = ?, size = ?, reason = '' WHERE id = ? AND state <> ?", mediaKept, mime, len(content), string(id), mediaUnwanted)
	switch {
	case err != nil:
		return err
	case kept == 0: // forgotten while it was being fetched
		return removeFile(s.mediaPath(id))
	}
	s.counts.mediaKept.Add(1)
	return nil
}

// LoseMedia notes that the content is not to be had, and why, and leaves the
// news for who sent it (NewsPictureLost).
func (s *Store) LoseMedia(ctx context.Context, p Picture, reason string) error {
	err := s.inTx(ctx, "give media up", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, "UPDATE media SET state = ?, reason = ? WHERE id = ? AND state <> ?", mediaLost, ascii(reason, 190), string(p.ID), mediaUnwanted))
		if err != nil || n == 0 {
			return err
		}
		return s.news(ctx, tx, p.From, NewsPictureLost, string(p.ID))
	})
	if err == nil {
		s.counts.mediaLost.Add(1)
	}
	return err
}

// ForgetMedia has pictures erased, their files too, soon after the turn commits.
// From the commit on they cannot be opened.
func (tx *Tx) ForgetMedia(ids ...bot.MediaID) error {
	for _, id := range ids {
		if _, err := tx.exec("UPDATE media SET state = ?, due_at = ? WHERE id = ?", mediaUnwanted, millis(tx.now), string(id)); err != nil {
			return wrap("forget media", err)
		}
		tx.wants = true
	}
	return nil
}

// SweepMedia erases up to n pictures that nobody wants any more: first the file,
// then what is known of it. It says how many are gone.
func (s *Store) SweepMedia(ctx context.Context, n int) (int, error) {
	ids, err := s.unwanted(ctx, n)
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		if err := removeFile(s.mediaPath(bot.MediaID(id))); err != nil {
			return i, fmt.Errorf("store: erase media: %w", err)
		}
		if _, err := s.exec(ctx, "erase media", "DELETE FROM media WHERE id = ? AND state = ?", id, mediaUnwanted); err != nil {
			return i, err
		}
	}
	if len(ids) > 0 {
		s.scrub(ctx)
	}
	return len(ids), nil
}

func (s *Store) unwanted(ctx context.Context, n int) (ids []string, err error) {
	rows, err := s.read.QueryContext(ctx, "SELECT id FROM media WHERE state = ? LIMIT ?", mediaUnwanted, n)
	if err != nil {
		return nil, wrap("look for media to erase", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, wrap("look for media to erase", err)
		}
		ids = append(ids, id)
	}
	return ids, wrap("look for media to erase", rows.Err())
}

func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Why a picture was lost, as far as who sent it can do something about it.
const (
	LostTooBig = "too big"
	LostOdd    = "not a picture we can read"
	LostKind   = "not a kind of file we take"
)

// WhyLost is the reason why a picture could not be kept, one of the above or
// words for operators; empty when nothing is known of it.
func (tx *Tx) WhyLost(id bot.MediaID) (reason string, err error) {
	if err := tx.begin(); err != nil {
		return "", err
	}
	err = tx.sql.QueryRowContext(tx.ctx, "SELECT reason FROM media WHERE id = ? AND state = ?", string(id), mediaLost).Scan(&reason)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return reason, wrap("read why media was lost", err)
}

// LaterMedia puts the next attempt off.
func (s *Store) LaterMedia(ctx context.Context, id bot.MediaID, wait time.Duration, reason string) error {
	_, err := s.exec(ctx, "put media off", "UPDATE media SET due_at = "+s.dbnow()+" + ?, reason = ? WHERE id = ?", wait.Milliseconds(), ascii(reason, 190), string(id))
	return err
}

// ErrNotYet says that a media has not been fetched so far.
var ErrNotYet = errors.New("store: media is not here yet")

// OpenMedia reads the content. It returns ErrNotYet while it is being fetched
// and ErrNotFound when it is not to be had.
func (s *Store) OpenMedia(ctx context.Context, id bot.MediaID) ([]byte, string, error) {
	p, err := s.Picture(ctx, id)
	if err != nil {
		return nil, "", err
	}
	switch p.State {
	case mediaWanted, mediaMaking:
		return nil, "", fmt.Errorf("media %s: %w", id, ErrNotYet)
	case mediaLost, mediaUnwanted:
		return nil, "", fmt.Errorf("media %s: %w", id, ErrNotFound)
	}
	sealed, err := os.ReadFile(s.mediaPath(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("media %s has no file: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, "", fmt.Errorf("store: read media: %w", err)
	}
	content, err := s.box.Open(filePlace(id), sealed)
	return content, p.Type, err
}

func (s *Store) mediaPath(id bot.MediaID) string {
	name := filepath.Base(string(id)) // our own IDs are plain; others stay inside
	return filepath.Join(s.media, name[:min(2, len(name))], name)
}

// writeFile writes all of the file or nothing, and has it on the disk when it
// returns.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
