package store

import (
	"errors"
	"time"

	"redthread/bot"
)

// MostPhotos is how many photos a client's profile holds.
const MostPhotos = 9

// Photo is one photo of a client's profile.
type Photo struct {
	ID      int64
	Client  int64 // the person, or the chat of theirs in which it was sent
	Media   bot.MediaID
	AddedAt time.Time
}

// Number is what staff call it: "P-000001".
func (p Photo) Number() string { return number("P", p.ID) }

// For is the photo as viewer, "K-000012" or "S-000003", may see it: with the
// viewer's code across it. Nobody but the client is shown a photo without.
func (p Photo) For(viewer string) bot.MediaID { return p.Media.For(viewer) }

type photoRow struct {
	ID       int64
	ClientID int64
	Place    int
	MediaID  string
	AddedAt  int64
}

func (photoRow) TableName() string { return "photos" }

func (r photoRow) photo() Photo {
	return Photo{ID: r.ID, Client: r.ClientID, Media: bot.MediaID(r.MediaID), AddedAt: fromMillis(r.AddedAt)}
}

// Photos are the photos of a client, the main one first. Those that could not be
// fetched from the platform are not among them.
func (tx *Tx) Photos(client int64) ([]Photo, error) {
	rows, err := tx.photoRows(client)
	if err != nil {
		return nil, err
	}
	var all []Photo
	for _, r := range rows {
		all = append(all, r.photo())
	}
	return all, nil
}

func (tx *Tx) photoRows(client int64) (rows []photoRow, err error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	err = db.Joins("JOIN media ON media.id = photos.media_id").Where("photos."+ofPerson, client, client).Where("media.state IN ?", []string{mediaWanted, mediaKept}).
		Order("photos.place, photos.id").Find(&rows).Error
	return rows, wrap("read photos", err)
}

// PhotosFor are the photos of a client as viewer, a colleague ("S-000003") or a
// client ("K-000012"), may see them, the main one first: each with the viewer's
// code across it. They are none when the client has not agreed: to the notice,
// for colleagues; to being shown besides (PIPL 23), for other clients.
func (tx *Tx) PhotosFor(client int64, viewer string) (marked []bot.MediaID, err error) {
	may, err := tx.mayLookAt(client, viewer)
	if err != nil || !may {
		return nil, err
	}
	all, err := tx.Photos(client)
	for _, p := range all {
		marked = append(marked, p.For(viewer))
	}
	return marked, err
}

func (tx *Tx) mayLookAt(client int64, viewer string) (bool, error) {
	if _, err := id("S", viewer); err == nil {
		c, err := tx.Consent(client, ConsentNotice)
		return c.Given(), err
	}
	return tx.MayShow(client)
}

// myPhotos reads the photos of the turn's own client and keeps them from being
// changed by another of the client's chats until we commit.
func (tx *Tx) myPhotos() (me Client, rows []photoRow, err error) {
	if me, err = tx.Self(""); err != nil {
		return me, nil, err
	}
	if err = tx.hold("hold client", &clientRow{}, "id = ?", me.ID); err != nil {
		return me, nil, err
	}
	rows, err = tx.photoRows(me.ID)
	return me, rows, err
}

// AddPhotos puts pictures behind the photos of the turn's own client, as far as
// there is room; the rest is forgotten. It says how many were kept.
func (tx *Tx) AddPhotos(ids ...bot.MediaID) (kept int, err error) {
	me, rows, err := tx.myPhotos()
	if err != nil {
		return 0, err
	}
	last := 0
	for _, r := range rows {
		last = max(last, r.Place)
	}
	db, err := tx.records()
	if err != nil {
		return 0, err
	}
	kept = min(len(ids), max(0, MostPhotos-len(rows)))
	for i, id := range ids[:kept] {
		row := photoRow{ClientID: me.ID, Place: last + 1 + i, MediaID: string(id), AddedAt: millis(tx.now)}
		if err := db.Create(&row).Error; err != nil {
			return 0, wrap("keep photo", err)
		}
	}
	return kept, tx.ForgetMedia(ids[kept:]...)
}

// RemovePhoto takes a photo out of a client's profile; the picture is erased. It
// is false when the client has no such photo.
func (tx *Tx) RemovePhoto(client, photo int64) (bool, error) {
	var row photoRow
	err := tx.hold("read photo", &row, "id = ? AND "+ofPerson, photo, client, client)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, err := tx.exec("DELETE FROM photos WHERE id = ?", row.ID); err != nil {
		return false, wrap("remove photo", err)
	}
	return true, tx.ForgetMedia(bot.MediaID(row.MediaID))
}

// MakeMain puts a photo of the turn's own client before the others. It is false
// when they have no such photo.
func (tx *Tx) MakeMain(photo int64) (bool, error) {
	_, rows, err := tx.myPhotos()
	if err != nil {
		return false, err
	}
	found := false
	for _, r := range rows {
		found = found || r.ID == photo
	}
	if !found {
		return false, nil
	}
	return true, tx.update("choose main photo", &photoRow{}, photo, map[string]any{"place": rows[0].Place - 1})
}

// DropPhotos takes every photo out of a client's profile and erases the pictures.
func (tx *Tx) DropPhotos(client int64) error {
	var rows []photoRow
	db, err := tx.records()
	if err == nil {
		err = db.Where(ofPerson, client, client).Find(&rows).Error
	}
	if err != nil {
		return wrap("read photos", err)
	}
	for _, r := range rows {
		if _, err := tx.RemovePhoto(client, r.ID); err != nil {
			return err
		}
	}
	return nil
}
