package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"redthread/bot"
)

// A link opens one photo to one viewer for a short while. Its token is sealed
// under the keyset (AES-256-GCM, which proves its maker as an HMAC does, and
// hides besides whom it is for) and bound to this one use. Nothing of it is kept:
// a token is good while its time runs, its photo is there, and its viewer may see
// it.

// photoLink is what a token says.
type photoLink struct {
	Photo  int64  `json:"p"`
	Viewer string `json:"v"`
	Until  int64  `json:"u"` // milliseconds
}

const photoLinkPlace = "link.photo"

// tokenForm writes a token in one way only.
var tokenForm = base64.RawURLEncoding.Strict()

// maxToken is how long a token can be: anything longer is not looked at.
const maxToken = 400

// PhotoLink is a token that opens the photo to viewer until the time given.
func (tx *Tx) PhotoLink(p Photo, viewer string, until time.Time) (token string, err error) {
	sealed, err := tx.s.box.SealJSON(photoLinkPlace, photoLink{p.ID, viewer, millis(until)})
	return tokenForm.EncodeToString(sealed), err
}

// OpenPhotoLink is the picture, for its viewer, that a token opens. ErrNotFound:
// it is forged, its time is over, the photo is gone, or the viewer may not see it
// any more. Which of these it is, is nobody's business.
func (s *Store) OpenPhotoLink(ctx context.Context, token string) (bot.MediaID, error) {
	sealed, err := tokenForm.DecodeString(token)
	if err != nil || len(token) > maxToken {
		return "", fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	var l photoLink
	if err := s.box.OpenJSON(photoLinkPlace, sealed, &l); err != nil || millis(s.now()) >= l.Until {
		return "", fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	var media bot.MediaID
	err = s.sql.QueryRowContext(ctx, "SELECT media_id FROM photos WHERE id = ?", l.Photo).Scan(&media)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err == nil {
		err = s.maySee(ctx, l.Viewer, l.Photo)
	}
	return media.For(l.Viewer), wrap("open link", err)
}

// maySee says whether a viewer may see a photo now: a colleague, or a client to whom
// whoever is on it is being introduced, and who agrees to be shown. ErrNotFound: not
// any more.
func (s *Store) maySee(ctx context.Context, viewer string, photo int64) error {
	client, err := id("K", viewer)
	if err != nil {
		return s.mayLook(ctx, viewer)
	}
	return s.inTx(ctx, "look at a photo", func(t *sql.Tx) error {
		tx := s.aside(ctx, t)
		var row photoRow
		if err := tx.read("read photo", &row, "id = ?", photo); err != nil {
			return err
		}
		shown, err := tx.personOf(row.ClientID)
		if err != nil {
			return err
		}
		i, err := tx.IntroductionBetween(client, shown)
		if err != nil {
			return err
		}
		may, err := tx.MayShow(shown)
		if err == nil && (!may || !i.HeardBy(client) || !i.Open() && i.State != IntroBothYes) {
			err = ErrNotFound
		}
		return err
	})
}

// mayLook says whether a viewer is still one of ours. ErrNotFound: not any more.
func (s *Store) mayLook(ctx context.Context, viewer string) error {
	staff, err := id("S", viewer)
	if err != nil {
		return err
	}
	var n int
	err = s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM staff WHERE id = ? AND revoked_at = 0", staff).Scan(&n)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}

// FileLink is what a link to a voice note, a video or a file leads to.
type FileLink struct {
	File bot.MediaID
	Name string // as it is saved
	Lang string // in which its reader reads
}

// fileLink is what its token says.
type fileLink struct {
	File   string `json:"f"`
	Name   string `json:"n"`
	Lang   string `json:"l"`
	Viewer string `json:"v"`
	Until  int64  `json:"u"` // milliseconds
}

const fileLinkPlace = "link.file"

// longestFileToken is how long such a token can be.
const longestFileToken = 800

// FileLink is a token that opens a file to viewer, a colleague ("S-000003") or a
// client ("K-000012"), until the time given.
func (tx *Tx) FileLink(l FileLink, viewer string, until time.Time) (token string, err error) {
	sealed, err := tx.s.box.SealJSON(fileLinkPlace, fileLink{string(l.File), l.Name, l.Lang, viewer, millis(until)})
	return tokenForm.EncodeToString(sealed), err
}

// OpenFileLink is what a token opens. ErrNotFound: it is forged, its time is over, or
// the viewer is none of ours any more. That the file is gone, OpenMedia tells.
func (s *Store) OpenFileLink(ctx context.Context, token string) (FileLink, error) {
	sealed, err := tokenForm.DecodeString(token)
	if err != nil || len(token) > longestFileToken {
		return FileLink{}, fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	var l fileLink
	if err := s.box.OpenJSON(fileLinkPlace, sealed, &l); err != nil || millis(s.now()) >= l.Until {
		return FileLink{}, fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	if strings.HasPrefix(l.Viewer, "K-") {
		err = s.isClient(ctx, l.Viewer)
	} else {
		err = s.mayLook(ctx, l.Viewer)
	}
	return FileLink{bot.MediaID(l.File), l.Name, l.Lang}, wrap("open link", err)
}

// DateLink is what a link to a date's entry for a calendar leads to: the date as it
// stands, for one of the two.
type DateLink struct {
	Date Date
	Lang string
}

// dateLink is what its token says.
type dateLink struct {
	Date   string `json:"d"`
	Lang   string `json:"l"`
	Viewer string `json:"v"`
	Until  int64  `json:"u"` // milliseconds
}

const dateLinkPlace = "link.date"

// DateLink is a token that opens a date's entry to one of the two, until the time given.
func (tx *Tx) DateLink(d Date, side Side, lang string, until time.Time) (token string, err error) {
	sealed, err := tx.s.box.SealJSON(dateLinkPlace, dateLink{d.Number(), lang, d.Sides[side].Client.Code(), millis(until)})
	return tokenForm.EncodeToString(sealed), err
}

// OpenDateLink is what a token opens. ErrNotFound: it is forged, its time is over, or
// the date, or whom it was for, is no more.
func (s *Store) OpenDateLink(ctx context.Context, token string) (l DateLink, err error) {
	sealed, err := tokenForm.DecodeString(token)
	if err != nil || len(token) > longestFileToken {
		return l, fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	var says dateLink
	if err := s.box.OpenJSON(dateLinkPlace, sealed, &says); err != nil || millis(s.now()) >= says.Until {
		return l, fmt.Errorf("store: open link: %w", ErrNotFound)
	}
	if err := s.isClient(ctx, says.Viewer); err != nil {
		return l, wrap("open link", err)
	}
	l.Lang = says.Lang
	err = s.inTx(ctx, "open link", func(t *sql.Tx) (err error) {
		l.Date, err = s.aside(ctx, t).Date(says.Date)
		return err
	})
	return l, err
}

// isClient says whether a client is still one. ErrNotFound: erased.
func (s *Store) isClient(ctx context.Context, code string) error {
	client, err := id("K", code)
	if err != nil {
		return err
	}
	var n int
	err = s.sql.QueryRowContext(ctx, "SELECT COUNT(*) FROM clients WHERE id = ? AND erased_at = 0", client).Scan(&n)
	if err == nil && n == 0 {
		err = ErrNotFound
	}
	return err
}
