package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"redthread/bot"
)

// A client asks for a copy of all that we keep of them (PIPL 45). Their turn only
// notes the wish and the password that the file will have; making.go has the file
// made, kept.go gathers what belongs into it, fetching.go hands it out by a link.

// CopyState is how far a copy has come.
type CopyState string

// The states of a copy.
const (
	CopyWanted CopyState = "wanted" // to be made
	CopyMade   CopyState = "made"   // to be given to the client
	CopyGiven  CopyState = "given"  // the client has the file, or a link to it
	CopyFailed CopyState = "failed" // it could not be made
	CopyOver   CopyState = "over"   // its time has passed, the file is gone
)

// copyFetched is a step that changes no state: the link was used.
const copyFetched = "fetched"

// The news of a copy, in the conversation it was asked for in. Their ref is its
// number.
const (
	NewsCopyMade   = "copy.made"
	NewsCopyFailed = "copy.failed"

	// CopyEnds is the timer that ends a copy.
	CopyEnds = "copy_ends"
)

// DataCopy is a copy of a client's data.
type DataCopy struct {
	ID        int64
	Client    Client // in the chat it was asked for in
	Lang      string // in which it is written
	State     CopyState
	Media     bot.MediaID // the file
	LeftOut   int         // pictures that there was no room for
	Downloads int
	AskedAt   time.Time
	EndsAt    time.Time // when the file is erased; zero: it has not been given
}

// Number is what the copy is called: "D-000001".
func (c DataCopy) Number() string { return number("D", c.ID) }

type copyRow struct {
	ID          int64
	ClientID    int64 // the chat
	Lang        string
	State       CopyState
	MediaID     string
	Password    []byte // until it has been told
	PasswordKey string // names the row before it has a number
	TokenDigest string // of the link's token; empty: there is no link
	LeftOut     int
	Downloads   int
	Tries       int
	DueAt       int64
	AskedAt     int64
	EndsAt      int64
}

func (copyRow) TableName() string { return "data_copies" }

type copyStepRow struct {
	ID     int64
	CopyID int64
	Kind   string
	At     int64
}

func (copyStepRow) TableName() string { return "data_copy_steps" }

func copyPasswordPlace(key string) string { return "data_copies.password|" + key }

// copyPassword is sixteen letters of five random bits each, in fours: nobody
// finds it by trying, though a ZIP's own key derivation is a weak one.
func copyPassword() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	var b []byte
	for i, r := range raw {
		if i > 0 && i%4 == 0 {
			b = append(b, '-')
		}
		b = append(b, alphabet[r%byte(len(alphabet))])
	}
	return string(b)
}

// AskCopy notes that the turn's own client wishes a copy, written in lang.
func (tx *Tx) AskCopy(lang string) (DataCopy, error) {
	me, err := tx.Self(lang)
	if err != nil {
		return DataCopy{}, err
	}
	row := copyRow{ClientID: me.Chat, Lang: lang, State: CopyWanted, MediaID: newID(), PasswordKey: newID(), DueAt: millis(tx.now), AskedAt: millis(tx.now)}
	if row.Password, err = tx.s.box.Seal(copyPasswordPlace(row.PasswordKey), []byte(copyPassword())); err != nil {
		return DataCopy{}, err
	}
	if err := tx.expectFile(bot.MediaID(row.MediaID)); err != nil {
		return DataCopy{}, err
	}
	db, err := tx.records()
	if err != nil {
		return DataCopy{}, err
	}
	if err := db.Create(&row).Error; err != nil {
		return DataCopy{}, wrap("note the wish for a copy", err)
	}
	if err := tx.noteCopy(row.ID, string(CopyWanted)); err != nil {
		return DataCopy{}, err
	}
	return tx.dataCopy(row)
}

func (tx *Tx) noteCopy(id int64, kind string) error {
	db, err := tx.records()
	if err != nil {
		return err
	}
	return wrap("note a copy's step", db.Create(&copyStepRow{CopyID: id, Kind: kind, At: millis(tx.now)}).Error)
}

func (tx *Tx) dataCopy(row copyRow) (c DataCopy, err error) {
	c = DataCopy{
		ID: row.ID, Lang: row.Lang, State: row.State, Media: bot.MediaID(row.MediaID), LeftOut: row.LeftOut, Downloads: row.Downloads,
		AskedAt: fromMillis(row.AskedAt), EndsAt: fromMillis(row.EndsAt),
	}
	c.Client, err = tx.clientByID(row.ClientID)
	return c, err
}

// CopiesSince lists the copies that a client has asked for since then, in any of
// their chats, the oldest first. Those that failed are not among them.
func (tx *Tx) CopiesSince(client int64, since time.Time) ([]DataCopy, error) {
	db, err := tx.records()
	if err != nil {
		return nil, err
	}
	var rows []copyRow
	err = db.Where(ofPerson+" AND asked_at > ? AND state <> ?", client, client, millis(since), CopyFailed).Order("id").Find(&rows).Error
	if err != nil {
		return nil, wrap("list copies", err)
	}
	var all []DataCopy
	for _, row := range rows {
		c, err := tx.dataCopy(row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// DataCopy reads a copy. ErrNotFound: there is none of that number.
func (tx *Tx) DataCopy(ref string) (DataCopy, error) {
	row, err := tx.copyRow(ref)
	if err != nil {
		return DataCopy{}, err
	}
	return tx.dataCopy(row)
}

func (tx *Tx) copyRow(ref string) (row copyRow, err error) {
	n, err := id("D", ref)
	if err != nil {
		return row, err
	}
	return row, tx.hold("read copy", &row, "id = ?", n)
}

// GiveCopy gives a copy that has been made into the client's hands: the password
// that opens the file, which is forgotten here with that, and with link the token
// of a link to it. The file is to be erased at ends. ErrNotFound: it has been
// given before, or is not to be had.
func (tx *Tx) GiveCopy(ref string, link bool, ends time.Time) (c DataCopy, password, token string, err error) {
	row, err := tx.copyRow(ref)
	if err == nil && row.State != CopyMade {
		err = wrap("give copy", ErrNotFound)
	}
	if err != nil {
		return c, "", "", err
	}
	plain, err := tx.s.box.Open(copyPasswordPlace(row.PasswordKey), row.Password)
	if err != nil {
		return c, "", "", err
	}
	row.State, row.Password, row.EndsAt = CopyGiven, nil, millis(ends)
	if link {
		token = copyToken()
		row.TokenDigest = tokenDigest(token)
	}
	err = tx.update("give copy", &copyRow{}, row.ID, map[string]any{"state": row.State, "password": nil, "ends_at": row.EndsAt, "token_digest": row.TokenDigest})
	if err == nil {
		err = tx.noteCopy(row.ID, string(CopyGiven))
	}
	if err != nil {
		return c, "", "", err
	}
	c, err = tx.dataCopy(row)
	return c, string(plain), token, err
}

// EndCopy erases the file of a copy, and its password and link, whatever has come
// of it. Nothing happens when there is no such copy any more.
func (tx *Tx) EndCopy(ref string) error {
	row, err := tx.copyRow(ref)
	if errors.Is(err, ErrNotFound) || err == nil && row.State == CopyOver {
		return nil
	}
	if err != nil {
		return err
	}
	err = tx.update("end copy", &copyRow{}, row.ID, map[string]any{"state": CopyOver, "password": nil, "token_digest": ""})
	if err == nil {
		err = tx.noteCopy(row.ID, string(CopyOver))
	}
	if err != nil {
		return err
	}
	return tx.ForgetMedia(bot.MediaID(row.MediaID))
}

// copyToken is what a link carries: 256 random bits. We keep its digest only.
func copyToken() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails, by its documentation
	return tokenForm.EncodeToString(raw[:])
}

func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte("redthread copy " + token))
	return hex.EncodeToString(sum[:])
}
